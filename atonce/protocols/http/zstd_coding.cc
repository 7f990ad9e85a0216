#include <zstd.h>
#include <zstd_errors.h>

#include <algorithm>
#include <new>
#include <utility>

#include "atonce/protocols/http/coding_stage.h"

namespace atonce {
namespace {

HttpFault fault_of(std::size_t code) {
  switch (ZSTD_getErrorCode(code)) {
    case ZSTD_error_frameParameter_windowTooLarge: return HttpFault::window_too_large;
    case ZSTD_error_memory_allocation: throw std::bad_alloc();
    default: return HttpFault::corrupt_coding;
  }
}

/// One frame behind the other, as RFC 8878 3 has it.
class ZstdStage final : public CodingStage {
 public:
  explicit ZstdStage(unsigned window_log_max) : context_(ZSTD_createDCtx()) {
    if (context_ == nullptr) throw std::bad_alloc();
    ZSTD_DCtx_setParameter(context_, ZSTD_d_windowLogMax, static_cast<int>(window_log_max));
  }
  ~ZstdStage() override { ZSTD_freeDCtx(context_); }
  ZstdStage(ZstdStage&&) = delete;

  std::size_t decode(std::string_view& input, std::span<char> output) override {
    std::size_t written = 0;
    do written += step(input, output.subspan(written));
    while (fault() == HttpFault::none && head_.size() < head_bytes_max && !input.empty() && written < output.size());
    return written;
  }

  bool ended() const override { return ended_; }

 private:
  /// The head of a frame goes in byte for byte: where the library sees a whole frame at once it does not look at the
  /// window that the frame asks for.
  std::size_t step(std::string_view& input, std::span<char> output) {
    if (ended_ && input.empty()) return 0;  // It would wait for the next frame.
    if (std::exchange(ended_, false)) begin_frame();
    if (!begins_a_frame(input)) return fail(HttpFault::corrupt_coding);
    const std::size_t taken = head_.size() < head_bytes_max ? std::min<std::size_t>(1, input.size()) : input.size();
    ZSTD_inBuffer in{input.data(), taken, 0};
    ZSTD_outBuffer out{output.data(), output.size(), 0};
    const std::size_t result = ZSTD_decompressStream(context_, &out, &in);
    head_.append(input.substr(0, std::min(in.pos, head_bytes_max - head_.size())));
    content_bytes_ += out.pos;
    input.remove_prefix(in.pos);
    if (ZSTD_isError(result)) return fail(fault_of(result), out.pos);
    ended_ = result == 0;
    if (ended_ && !has_its_size()) return fail(HttpFault::corrupt_coding, out.pos);
    return out.pos;
  }

  static constexpr std::size_t head_bytes_max = 18;  // RFC 8878 3.1.1: magic number and frame header.

  void begin_frame() {
    head_.clear();
    content_bytes_ = 0;
  }

  /// The magic numbers of RFC 8878, byte for byte: the library would take those of older formats, too.
  bool begins_a_frame(std::string_view input) const {
    std::string magic = head_.substr(0, 4);
    magic += input.substr(0, 4 - magic.size());
    if (magic.empty()) return true;
    const bool skippable = (magic.front() & 0xF0) == 0x50;
    return std::string_view(skippable ? "\x2a\x4d\x18" : "\xb5\x2f\xfd")
               .starts_with(std::string_view(magic).substr(1)) &&
           (skippable || magic.front() == '\x28');
  }

  /// A frame that ends in an empty block is not held against the size it told, when it comes in pieces.
  bool has_its_size() const {
    const unsigned long long told = ZSTD_getFrameContentSize(head_.data(), head_.size());
    return told == ZSTD_CONTENTSIZE_UNKNOWN || told == content_bytes_;
  }

  ZSTD_DCtx* context_;
  std::string head_;
  std::uint64_t content_bytes_ = 0;  ///< of this frame, so far
  bool ended_ = false;
};

}  // namespace

std::unique_ptr<CodingStage> make_zstd_stage(unsigned window_log_max) {
  return std::make_unique<ZstdStage>(window_log_max);
}

std::string encode_zstd(std::string_view body) {
  std::string out(ZSTD_compressBound(body.size()), '\0');
  const std::size_t size = ZSTD_compress(out.data(), out.size(), body.data(), body.size(), ZSTD_CLEVEL_DEFAULT);
  if (ZSTD_isError(size)) throw std::bad_alloc();
  out.resize(size);
  return out;
}

}  // namespace atonce
