#include <algorithm>

#include "atonce/protocols/client/http_request.h"

namespace atonce {

Appetite KeptBody::head(const ResponseHead&) {
  bytes_.clear();
  truncated_ = false;
  return Appetite::more;
}

Appetite KeptBody::body(std::span<const std::byte> bytes) {
  const std::size_t room = bytes_max_ - std::min(bytes_max_, bytes_.size());
  truncated_ |= bytes.size() > room;
  bytes_.append(reinterpret_cast<const char*>(bytes.data()), std::min(room, bytes.size()));
  return Appetite::more;
}

}  // namespace atonce
