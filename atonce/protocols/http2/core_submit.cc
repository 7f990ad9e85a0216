// What is sent: heads, and bodies from their sources.

#include "atonce/protocols/http2/core.h"

#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <array>

namespace atonce {
namespace {

nghttp2_nv pair_of(const FieldBlock::Pair& pair) {
  const auto bytes = [](std::string_view text) {
    return reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data()));  // The library copies, and changes nothing.
  };
  const std::uint8_t flags = pair.secret ? NGHTTP2_NV_FLAG_NO_INDEX : NGHTTP2_NV_FLAG_NONE;
  return {bytes(pair.name), bytes(pair.value), pair.name.size(), pair.value.size(), flags};
}

/// The block as the library takes it, without an allocation when it is of the usual size.
class Pairs {
 public:
  explicit Pairs(const FieldBlock& block) : size_(block.pairs().size()) {
    if (size_ > few_.size()) many_.resize(size_);
    std::ranges::transform(block.pairs(), data(), pair_of);
  }
  nghttp2_nv* data() { return many_.empty() ? few_.data() : many_.data(); }
  std::size_t size() const { return size_; }

 private:
  std::array<nghttp2_nv, 32> few_;
  std::vector<nghttp2_nv> many_;
  std::size_t size_;
};

ssize_t read_source(nghttp2_session*, std::int32_t, std::uint8_t* into, std::size_t size, std::uint32_t* flags,
                    nghttp2_data_source* source, void* user) {
  Http2Stream& stream = *static_cast<Http2Stream*>(source->ptr);
  return static_cast<Http2Core*>(user)->supply(stream, std::as_writable_bytes(std::span(into, size)), *flags);
}

}  // namespace

std::ptrdiff_t Http2Core::supply(Http2Stream& stream, std::span<std::byte> into, std::uint32_t& flags) try {
  if (stream.source == nullptr) return NGHTTP2_ERR_DEFERRED;
  const Http2Piece piece = stream.source->read(into);
  if (piece.supply == Http2Supply::failed) {
    tell_broken(stream, Http2Fault::source_failed);
    return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
  }
  if (piece.supply == Http2Supply::end) flags |= NGHTTP2_DATA_FLAG_EOF;
  if (piece.bytes == 0 && piece.supply != Http2Supply::end) return NGHTTP2_ERR_DEFERRED;
  return static_cast<std::ptrdiff_t>(piece.bytes);
} catch (...) {
  thrown_ = std::current_exception();
  return NGHTTP2_ERR_CALLBACK_FAILURE;
}

Http2StreamId Http2Core::send_request(const FieldBlock& block, Http2Stream& stream) {
  Pairs pairs(block);
  const nghttp2_data_provider provider{{.ptr = &stream}, read_source};
  return nghttp2_submit_request(session_.get(), nullptr, pairs.data(), pairs.size(),
                                stream.source != nullptr ? &provider : nullptr, &stream);
}

void Http2Core::send_response(const FieldBlock& block, Http2Stream& stream) {
  Pairs pairs(block);
  const nghttp2_data_provider provider{{.ptr = &stream}, read_source};
  nghttp2_submit_response(session_.get(), stream.id, pairs.data(), pairs.size(),
                          stream.source != nullptr ? &provider : nullptr);
}

void Http2Core::send_interim(const FieldBlock& block, Http2Stream& stream) {
  Pairs pairs(block);
  nghttp2_submit_headers(session_.get(), NGHTTP2_FLAG_NONE, stream.id, nullptr, pairs.data(), pairs.size(), nullptr);
}

void Http2Core::send_reset(Http2StreamId id, std::uint32_t code) {
  nghttp2_submit_rst_stream(session_.get(), NGHTTP2_FLAG_NONE, id, code);
}

}  // namespace atonce
