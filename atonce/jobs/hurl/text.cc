#include "atonce/jobs/hurl/text.h"

#include <fmt/format.h>
#include <iconv.h>

#include <algorithm>
#include <array>

#include "atonce/model/escape.h"

namespace atonce::hurl {
namespace {

int digit_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

class Converter {
 public:
  Converter(const std::string& to, const std::string& from) : handle_(iconv_open(to.c_str(), from.c_str())) {}
  ~Converter() {
    if (good()) iconv_close(handle_);
  }
  Converter(const Converter&) = delete;
  Converter& operator=(const Converter&) = delete;
  bool good() const { return handle_ != reinterpret_cast<iconv_t>(-1); }

  std::optional<std::string> convert(std::string_view text) {
    std::string out;
    std::array<char, 4096> buffer;
    char* in = const_cast<char*>(text.data());  // iconv(3) reads it only
    std::size_t in_left = text.size();
    for (bool flushing = false;;) {
      char* place = buffer.data();
      std::size_t place_left = buffer.size();
      const std::size_t done = iconv(handle_, flushing ? nullptr : &in, &in_left, &place, &place_left);
      const int error = errno;
      out.append(buffer.data(), buffer.size() - place_left);
      if (done == static_cast<std::size_t>(-1)) {
        if (error != E2BIG) return std::nullopt;
      } else if (flushing) {
        return out;
      } else {
        flushing = true;
      }
    }
  }

 private:
  iconv_t handle_;
};

/// iconv takes "//IGNORE" and paths of its own behind a name: a name is letters, digits and "-_.:+".
bool is_charset_name(std::string_view name) {
  return !name.empty() && name.size() <= 40 && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-_.:+").find(c) != std::string_view::npos;
  });
}

}  // namespace

std::string write_hex(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    out += digits[static_cast<unsigned char>(c) >> 4];
    out += digits[static_cast<unsigned char>(c) & 15];
  }
  return out;
}

std::optional<std::string> parse_hex(std::string_view digits) {
  if (digits.size() % 2 != 0) return std::nullopt;
  std::string out;
  out.reserve(digits.size() / 2);
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    const int high = digit_of(digits[i]);
    const int low = digit_of(digits[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
  }
  return out;
}

void append_json_text(std::string& out, std::string_view text) {
  for (const char c : text) {
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default:
        if (static_cast<unsigned char>(c) < 0x20)
          fmt::format_to(std::back_inserter(out), "\\u{:04x}", c);
        else
          out += c;
    }
  }
}

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  append_json_text(out, text);
  out += '"';
}

bool append_utf8(std::string& out, char32_t code) {
  if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return false;
  const auto put = [&](char32_t byte) { out += static_cast<char>(byte); };
  if (code < 0x80) return put(code), true;
  if (code < 0x800) return put(0xc0 | code >> 6), put(0x80 | (code & 63)), true;
  if (code < 0x10000) return put(0xe0 | code >> 12), put(0x80 | (code >> 6 & 63)), put(0x80 | (code & 63)), true;
  return put(0xf0 | code >> 18), put(0x80 | (code >> 12 & 63)), put(0x80 | (code >> 6 & 63)), put(0x80 | (code & 63)),
         true;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = static_cast<unsigned char>(text[0]) < 0x80 ? 1 : first_character(text).length;
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::size_t count_characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

std::optional<std::string> replace_all(std::string_view text, std::string_view from, std::string_view to,
                                       std::size_t bytes_max) {
  std::string out;
  while (!from.empty()) {
    const std::size_t at = text.find(from);
    if (at == text.npos) break;
    out.append(text.substr(0, at)).append(to);
    if (out.size() > bytes_max) return std::nullopt;
    text.remove_prefix(at + from.size());
  }
  out += text;
  if (out.size() > bytes_max) return std::nullopt;
  return out;
}

std::string escape_html(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#x27;"; break;
      default: out += c;
    }
  }
  return out;
}

bool is_charset(std::string_view charset) {
  return is_charset_name(charset) && Converter("UTF-8", std::string(charset)).good();
}

std::optional<std::string> decode_charset(std::string_view bytes, std::string_view charset) {
  if (!is_charset_name(charset)) return std::nullopt;
  Converter converter("UTF-8", std::string(charset));
  return converter.good() ? converter.convert(bytes) : std::nullopt;
}

std::optional<std::string> encode_charset(std::string_view text, std::string_view charset) {
  if (!is_charset_name(charset)) return std::nullopt;
  Converter converter(std::string(charset), "UTF-8");
  return converter.good() ? converter.convert(text) : std::nullopt;
}

}  // namespace atonce::hurl
