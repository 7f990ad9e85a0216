#include "atonce/protocols/http/base64.h"

#include <array>
#include <cstdint>

namespace atonce {
namespace {

constexpr std::string_view standard = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view for_urls = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::int8_t no_value = -1;

constexpr std::array<std::int8_t, 256> make_values() {
  std::array<std::int8_t, 256> values{};
  values.fill(no_value);
  for (const std::string_view alphabet : {standard, for_urls})
    for (std::size_t i = 0; i < alphabet.size(); ++i)
      values[static_cast<unsigned char>(alphabet[i])] = static_cast<std::int8_t>(i);
  return values;
}
constexpr std::array values = make_values();

std::string write(std::string_view bytes, const char* alphabet, bool padded) {
  const std::size_t groups = bytes.size() / 3;
  const std::size_t left = bytes.size() % 3;
  std::string text(groups * 4 + (left == 0 ? 0 : padded ? 4 : left + 1), '=');
  const auto byte = [&](std::size_t at) { return std::uint32_t{static_cast<unsigned char>(bytes[at])}; };
  char* to = text.data();
  const auto letter = [&](std::uint32_t bits, unsigned shift) { *to++ = alphabet[bits >> shift & 63]; };
  const std::size_t whole = groups * 3;
  for (std::size_t at = 0; at < whole; at += 3) {
    const std::uint32_t bits = byte(at) << 16 | byte(at + 1) << 8 | byte(at + 2);
    for (const unsigned shift : {18, 12, 6, 0}) letter(bits, shift);
  }
  const std::uint32_t bits = left == 0 ? 0 : byte(whole) << 16 | (left == 2 ? byte(whole + 1) << 8 : 0);
  for (unsigned i = 0; left != 0 && i <= left; ++i) letter(bits, 18 - 6 * i);
  return text;
}

}  // namespace

std::string write_base64(std::string_view bytes) { return write(bytes, standard.data(), true); }
std::string write_base64url(std::string_view bytes) { return write(bytes, for_urls.data(), false); }

std::optional<std::string> parse_base64(std::string_view text) {
  const std::size_t padded_size = text.size();
  for (int i = 0; i < 2 && text.ends_with('='); ++i) text.remove_suffix(1);
  if (text.size() % 4 == 1 || (text.size() != padded_size && padded_size % 4 != 0)) return std::nullopt;
  std::string bytes;
  bytes.reserve(text.size() / 4 * 3 + 2);
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const char letter : text) {
    const std::int8_t value = values[static_cast<unsigned char>(letter)];
    if (value == no_value) return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes += static_cast<char>(bits >> count & 0xff);
  }
  const std::uint32_t left_over = bits & ((1u << count) - 1);
  if (left_over != 0) return std::nullopt;
  return bytes;
}

}  // namespace atonce
