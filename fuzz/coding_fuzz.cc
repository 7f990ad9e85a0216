// Coded bodies of whoever sent them: decoded within their bounds, the same in every delivery; and what we code
// ourselves comes back.
//
// The first byte chooses the codings, the second where the body is cut.

#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "atonce/protocols/http/content_coding.h"

namespace {

using namespace atonce;

void require(bool holds) {
  if (!holds) std::abort();
}

constexpr std::array<std::string_view, 8> fields{"gzip",          "deflate",        "br",        "zstd", "gzip, br",
                                                 "zstd, deflate", "br, zstd, gzip", "gzip, gzip"};
constexpr HttpLimits limits{.decoded_bytes_max = 200'000, .expansion_max = 400, .expansion_free_bytes = 100'000};

struct Decoded {
  std::string text;
  HttpFault fault = HttpFault::none;
};

Decoded decode(std::string_view field, const std::vector<std::string_view>& pieces) {
  ContentDecoder decoder = ContentDecoder::make(field, limits).value();
  Decoded decoded;
  for (const std::string_view piece : pieces) {
    const std::vector<char> own(piece.begin(), piece.end());
    std::string_view wire(own.data(), own.size());
    for (std::string_view text; !(text = decoder.next(wire)).empty();) decoded.text += text;
    require(wire.empty() || decoder.fault() != HttpFault::none);
  }
  require(decoder.finish() == (decoder.fault() == HttpFault::none));
  require(decoder.decoded_bytes() == decoded.text.size() && decoded.text.size() <= limits.decoded_bytes_max);
  decoded.fault = decoder.fault();
  return decoded;
}

/// Where the ratio is looked at depends a little on the delivery. So does, in a stack, what a broken coding had given
/// to the next one before it was seen to be broken: zstd and brotli may keep back what came before the error.
void require_same(const Decoded& one, const Decoded& other, bool stacked) {
  const bool ratio = one.fault == HttpFault::expansion || other.fault == HttpFault::expansion;
  require(ratio || (one.fault == HttpFault::none) == (other.fault == HttpFault::none));
  require(ratio || stacked || one.fault == other.fault);
  const bool one_is_longer = one.text.size() > other.text.size();
  require((one_is_longer ? one : other).text.starts_with((one_is_longer ? other : one).text));
  if (one.fault == HttpFault::none && !ratio) require(one.text.size() == other.text.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view field = fields[data[0] % fields.size()];
  const std::string_view wire(reinterpret_cast<const char*>(data) + 2, size - 2);
  const std::size_t cut = data[1] % (wire.size() + 1);
  const bool stacked = field.contains(',');
  const Decoded whole = decode(field, {wire});
  require_same(whole, decode(field, {wire.substr(0, cut), wire.substr(cut)}), stacked);
  if (wire.size() < 2'000) {
    std::vector<std::string_view> bytes;
    for (std::size_t i = 0; i < wire.size(); ++i) bytes.push_back(wire.substr(i, 1));
    require_same(whole, decode(field, bytes), stacked);
  }

  std::string coded(wire.substr(0, 10'000));
  const std::string text = coded;
  const std::vector<ContentCoding> codings = parse_content_encoding(field).value();
  for (const ContentCoding coding : codings) coded = encode_content(coding, coded);
  const Decoded back = decode(field, {coded});
  require(back.fault == HttpFault::none && back.text == text);
  return 0;
}
