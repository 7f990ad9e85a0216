#include <brotli/decode.h>
#include <brotli/encode.h>

#include <new>

#include "atonce/protocols/http/coding_stage.h"

namespace atonce {
namespace {

/// The window is 16 MiB at most: the large ones of brotli's own are not asked for.
class BrotliStage final : public CodingStage {
 public:
  BrotliStage() : decoder_(BrotliDecoderCreateInstance(nullptr, nullptr, nullptr)) {
    if (decoder_ == nullptr) throw std::bad_alloc();
  }
  ~BrotliStage() override { BrotliDecoderDestroyInstance(decoder_); }
  BrotliStage(BrotliStage&&) = delete;

  std::size_t decode(std::string_view& input, std::span<char> output) override {
    if (ended_) return input.empty() ? 0 : fail(HttpFault::coding_leftover);
    std::size_t available_in = input.size(), available_out = output.size();
    const auto* next_in = reinterpret_cast<const std::uint8_t*>(input.data());
    auto* next_out = reinterpret_cast<std::uint8_t*>(output.data());
    const BrotliDecoderResult result =
        BrotliDecoderDecompressStream(decoder_, &available_in, &next_in, &available_out, &next_out, nullptr);
    input.remove_prefix(input.size() - available_in);
    const std::size_t written = output.size() - available_out;
    ended_ = result == BROTLI_DECODER_RESULT_SUCCESS;
    return result == BROTLI_DECODER_RESULT_ERROR ? fail(HttpFault::corrupt_coding, written) : written;
  }

  bool ended() const override { return ended_; }

 private:
  BrotliDecoderState* decoder_;
  bool ended_ = false;
};

}  // namespace

std::unique_ptr<CodingStage> make_brotli_stage() { return std::make_unique<BrotliStage>(); }

std::string encode_brotli(std::string_view body) {
  constexpr int quality = 5;  // About gzip's speed; the best one is a hundred times slower.
  std::size_t size = BrotliEncoderMaxCompressedSize(body.size());
  std::string out(size, '\0');
  const auto* in = reinterpret_cast<const std::uint8_t*>(body.data());
  if (!BrotliEncoderCompress(quality, BROTLI_DEFAULT_WINDOW, BROTLI_MODE_TEXT, body.size(), in, &size,
                             reinterpret_cast<std::uint8_t*>(out.data())))
    throw std::bad_alloc();
  out.resize(size);
  return out;
}

}  // namespace atonce
