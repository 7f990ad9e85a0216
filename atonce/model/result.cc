#include "atonce/model/result.h"

#include <algorithm>
#include <array>
#include <cerrno>

namespace atonce {

std::unexpected<Complaint> complain_of(int error, std::string text) {
  constexpr std::array limits{ENOSPC, EDQUOT, EIO, EROFS, EFBIG, EMFILE, ENFILE, ENOMEM, ENOBUFS, EAGAIN, ENOLCK};
  return std::unexpected(Complaint{std::move(text), std::ranges::find(limits, error) != limits.end()});
}

}  // namespace atonce
