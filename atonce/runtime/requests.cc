#include "atonce/runtime/requests.h"

namespace atonce {

Task<Result<void>> send_all(Io& io, const Socket& to, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const Result<std::size_t> sent = co_await send(io, to, bytes);
    if (!sent) co_return std::unexpected(sent.error());
    bytes = bytes.subspan(*sent);
  }
  co_return Result<void>{};
}

Task<Result<void>> receive_exactly(Io& io, const Socket& from, std::span<std::byte> into) {
  while (!into.empty()) {
    const Result<std::size_t> received = co_await receive(io, from, into);
    if (!received) co_return std::unexpected(received.error());
    if (*received == 0) co_return std::unexpected(Error{ENODATA});
    into = into.subspan(*received);
  }
  co_return Result<void>{};
}

}  // namespace atonce
