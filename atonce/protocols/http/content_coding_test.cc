#include "atonce/protocols/http/content_coding.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <array>

namespace atonce {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using enum ContentCoding;

constexpr std::array codings{gzip, deflate, brotli, zstd};

struct Decoded {
  std::string text;
  HttpFault fault = HttpFault::none;
  std::uint64_t wire_bytes = 0;
};

Decoded decode_pieces(std::string_view field, const std::vector<std::string_view>& pieces, const HttpLimits& limits) {
  auto decoder = ContentDecoder::make(field, limits);
  if (!decoder) return {.fault = decoder.error()};
  Decoded decoded;
  for (const std::string_view piece : pieces) {
    const std::vector<char> own(piece.begin(), piece.end());
    std::string_view wire(own.data(), own.size());
    for (std::string_view text; !(text = decoder->next(wire)).empty();) decoded.text += text;
    if (decoder->fault() != HttpFault::none) break;
    EXPECT_TRUE(wire.empty());
  }
  decoder->finish();
  decoded.fault = decoder->fault();
  decoded.wire_bytes = decoder->wire_bytes();
  EXPECT_EQ(decoder->decoded_bytes(), decoded.text.size());
  return decoded;
}

/// The same in every delivery; before a fault, more may be decoded in one than in another.
Decoded decode(std::string_view field, std::string_view wire, const HttpLimits& limits = {}) {
  const Decoded whole = decode_pieces(field, {wire}, limits);
  std::vector<std::string_view> bytes;
  for (std::size_t i = 0; i < wire.size(); ++i) bytes.push_back(wire.substr(i, 1));
  const auto check = [&](const Decoded& other, std::string_view how) {
    EXPECT_EQ(name_of(whole.fault), name_of(other.fault)) << how;
    const std::string_view shorter = whole.text.size() < other.text.size() ? whole.text : other.text;
    const std::string_view longer = whole.text.size() < other.text.size() ? other.text : whole.text;
    EXPECT_TRUE(longer.starts_with(shorter)) << how;
    if (whole.fault == HttpFault::none) EXPECT_EQ(whole.text.size(), other.text.size()) << how;
  };
  check(decode_pieces(field, bytes, limits), "byte by byte");
  for (std::size_t at = 1; at < wire.size() && whole.text.size() < 10'000; ++at)
    check(decode_pieces(field, {wire.substr(0, at), wire.substr(at)}, limits), fmt::format("cut at {}", at));
  return whole;
}

std::string some_text(std::size_t size) {
  std::string text;
  for (unsigned state = 1; text.size() < size; state = state * 1'103'515'245 + 12'345)
    text += fmt::format("{} ", (state >> 16) % 1'000);
  text.resize(size);
  return text;
}

TEST(ContentCoding, IsUndoneInEveryDelivery) {
  for (const ContentCoding coding : codings)
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{300}, std::size_t{100'000}}) {
      const std::string text = some_text(size);
      const Decoded decoded = decode(name_of(coding), encode_content(coding, text));
      EXPECT_EQ(decoded.fault, HttpFault::none) << name_of(coding) << ' ' << size;
      EXPECT_EQ(decoded.text, text) << name_of(coding);
    }
}

TEST(ContentCoding, WithoutOneIsTheBodyItselfAndNoCopy) {
  for (const std::string_view field : {"", "identity", "none", " , identity"}) {
    ContentDecoder decoder = ContentDecoder::make(field).value();
    EXPECT_TRUE(decoder.identity());
    constexpr std::string_view body = "abc";
    std::string_view wire = body;
    EXPECT_EQ(decoder.next(wire).data(), body.data());
    EXPECT_TRUE(decoder.finish());
  }
}

TEST(ContentCoding, OnTopOfAnotherIsUndoneFirst) {
  const std::string text = some_text(2'000);
  std::string wire = text;
  for (const ContentCoding coding : {gzip, brotli, zstd, deflate, gzip}) wire = encode_content(coding, wire);
  const Decoded decoded = decode("gzip, br, zstd, deflate, x-gzip", wire);
  EXPECT_EQ(decoded.fault, HttpFault::none);
  EXPECT_EQ(decoded.text, text);
  EXPECT_EQ(decoded.wire_bytes, wire.size());
}

TEST(ContentCoding, OfDeflateMayBeRaw) {
  const std::string zlib = encode_content(deflate, some_text(500));
  const std::string raw = zlib.substr(2, zlib.size() - 2 - 4);
  EXPECT_EQ(decode("deflate", raw).text, some_text(500));
  EXPECT_EQ(decode("deflate", raw).fault, HttpFault::none);
  EXPECT_EQ(decode("deflate", std::string("\x03\x00", 2)).fault, HttpFault::none) << "an empty body in two bytes";
}

TEST(ContentCoding, OfZstdMayBeManyFrames) {
  const std::string frame = encode_content(zstd, "one ");
  EXPECT_EQ(decode("zstd", frame + frame).text, "one one ");
}

TEST(ContentCoding, OfAnEmptyBodyIsNothing) {
  for (const ContentCoding coding : codings) EXPECT_EQ(decode(name_of(coding), "").fault, HttpFault::none);
}

TEST(ContentCoding, FieldsAreLists) {
  EXPECT_THAT(parse_content_encoding("GZip ,, X-GZIP, br").value(), ElementsAre(gzip, gzip, brotli));
  EXPECT_THAT(parse_content_encoding("").value(), IsEmpty());
}

TEST(HttpFault, TooManyCodingsIsOneBeyondTheBound) {
  EXPECT_TRUE(parse_content_encoding("gzip, gzip, gzip, gzip, gzip, identity"));
  EXPECT_EQ(parse_content_encoding("gzip, gzip, gzip, gzip, gzip, br").error(), HttpFault::too_many_codings);
  EXPECT_EQ(decode("gzip, gzip, gzip, gzip, gzip, br", "x").fault, HttpFault::too_many_codings);
}

TEST(HttpFault, UnknownCodingIsNoneOfOurs) {
  for (const std::string_view field : {"compress", "gzip; q=1", "gzip br", "aes128gcm", "*"})
    EXPECT_EQ(parse_content_encoding(field).error(), HttpFault::unknown_coding) << field;
}

TEST(HttpFault, CorruptCodingIsABodyThatIsNotWhatItSays) {
  for (const ContentCoding coding : codings) {
    EXPECT_EQ(decode(name_of(coding), "<html>this was never coded</html>").fault, HttpFault::corrupt_coding)
        << name_of(coding);
  }
  std::string wrong_sum = encode_content(gzip, some_text(100));
  wrong_sum[wrong_sum.size() - 6] ^= 1;
  EXPECT_EQ(decode("gzip", wrong_sum).fault, HttpFault::corrupt_coding);
  EXPECT_EQ(decode("gzip, gzip", encode_content(gzip, "not coded twice")).fault, HttpFault::corrupt_coding);
}

TEST(HttpFault, TruncatedCodingIsABodyThatEndsBeforeItsEnd) {
  for (const ContentCoding coding : codings) {
    const std::string wire = encode_content(coding, some_text(200));
    for (std::size_t size = 1; size < wire.size(); ++size)
      EXPECT_EQ(decode_pieces(name_of(coding), {std::string_view(wire).substr(0, size)}, {}).fault,
                HttpFault::truncated_coding)
          << name_of(coding) << ' ' << size;
  }
}

TEST(HttpFault, CodingLeftoverIsWhatFollowsTheEnd) {
  for (const ContentCoding coding : {gzip, deflate, brotli})
    EXPECT_EQ(decode(name_of(coding), encode_content(coding, "body") + "more").fault, HttpFault::coding_leftover)
        << name_of(coding);
  const std::string member = encode_content(gzip, "one");
  EXPECT_EQ(decode("gzip", member + member).fault, HttpFault::coding_leftover) << "curl takes one member, too";
  EXPECT_EQ(decode("zstd", encode_content(zstd, "body") + "more").fault, HttpFault::corrupt_coding)
      << "another frame could follow";
}

TEST(HttpFault, CorruptCodingIsAFrameShorterThanItSays) {
  // One segment of 112 bytes, and an empty last raw block.
  const std::string frame("\x28\xb5\x2f\xfd\x20\x70\x01\x00\x00", 9);
  EXPECT_EQ(decode("zstd", frame).fault, HttpFault::corrupt_coding);
}

TEST(HttpFault, CorruptCodingIsAFormatOlderThanTheStandard) {
  const std::string frame("\x25\xb5\x2f\xfd\x00\xf0\x00", 7);
  EXPECT_EQ(decode("zstd", frame).fault, HttpFault::corrupt_coding);
}

TEST(ContentCoding, OfZstdMayHaveFramesToSkip) {
  const std::string skipped("\x5f\x2a\x4d\x18\x03\x00\x00\x00---", 11);
  EXPECT_EQ(decode("zstd", skipped + encode_content(zstd, "body") + skipped).text, "body");
}

TEST(HttpFault, WindowTooLargeWouldNeedMoreMemoryThanItGets) {
  // A frame with a window of 16 MiB: magic number, no single segment, exponent 14; an empty last raw block.
  const std::string frame("\x28\xb5\x2f\xfd\x00\x70\x01\x00\x00", 9);
  EXPECT_EQ(decode("zstd", frame).fault, HttpFault::window_too_large);
  // The same where the frame tells its size, and a library could take it in one go.
  const std::string sized("\x28\xb5\x2f\xfd\x40\x70\x26\x00\x00\x00\x00\x01\x00\x00", 14);
  EXPECT_EQ(decode("zstd", sized).fault, HttpFault::window_too_large);
  const std::string small("\x28\xb5\x2f\xfd\x00\x68\x01\x00\x00", 9);
  EXPECT_EQ(decode("zstd", small).fault, HttpFault::none) << "8 MiB, as RFC 8878 asks for";
}

TEST(HttpFault, ExpansionIsCappedForEveryCodingAlike) {
  const std::string zeros(4 << 20, '\0');
  for (const ContentCoding coding : codings) {
    const std::string wire = encode_content(coding, zeros);
    const Decoded decoded = decode(name_of(coding), wire);
    EXPECT_EQ(decoded.fault, HttpFault::expansion) << name_of(coding) << ' ' << wire.size();
    EXPECT_LT(decoded.text.size(), std::size_t{3} << 20) << "it is seen long before the end";
    EXPECT_EQ(decode(name_of(coding), wire, {.expansion_max = 1'000'000}).fault, HttpFault::none);
  }
}

TEST(HttpFault, ExpansionIsSeenWithinAStackThatEndsSmall) {
  const std::string bomb = encode_content(gzip, encode_content(gzip, std::string(8 << 20, '\0')));
  EXPECT_LT(bomb.size(), 1'000u);
  EXPECT_EQ(decode("gzip, gzip", bomb).fault, HttpFault::expansion);
}

TEST(HttpFault, ExpansionOfASmallBodyIsFree) {
  for (const ContentCoding coding : codings)
    EXPECT_EQ(decode(name_of(coding), encode_content(coding, std::string(900'000, 'a'))).fault, HttpFault::none);
}

TEST(HttpFault, DecodedTooLargeIsOneByteBeyondTheBound) {
  const std::string text = some_text(40'000);
  for (const ContentCoding coding : {identity, gzip, deflate, brotli, zstd}) {
    const std::string wire = encode_content(coding, text);
    EXPECT_EQ(decode(name_of(coding), wire, {.decoded_bytes_max = 40'000}).fault, HttpFault::none);
    const Decoded cut = decode(name_of(coding), wire, {.decoded_bytes_max = 39'999});
    EXPECT_EQ(cut.fault, HttpFault::decoded_too_large) << name_of(coding);
    EXPECT_EQ(cut.text, std::string_view(text).substr(0, 39'999));
  }
}

TEST(ContentCoding, IsReadTheSameHoweverItWasBrokenAtAnyByte) {
  for (const ContentCoding coding : codings) {
    const std::string wire = encode_content(coding, some_text(60));
    for (std::size_t at = 0; at < wire.size(); ++at)
      for (const int bit : {0, 3, 7}) {
        std::string broken = wire;
        broken[at] = static_cast<char>(broken[at] ^ (1 << bit));
        decode(name_of(coding), broken);
      }
  }
}

}  // namespace
}  // namespace atonce
