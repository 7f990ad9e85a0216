#include "atonce/protocols/http/form.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <iterator>

#include "atonce/protocols/http/writer.h"

namespace atonce {
namespace {

constexpr bool is_unreserved(char byte) {
  return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
         std::string_view("-._~").contains(byte);
}

void append_escaped(std::string& out, char byte) {
  fmt::format_to(std::back_inserter(out), "%{:02X}", static_cast<unsigned char>(byte));
}

/// What stands between quotes in a field of a part.
std::string quote(std::string_view text) {
  std::string out = "\"";
  for (const char byte : text) {
    if (byte == '"' || byte == '\r' || byte == '\n')
      append_escaped(out, byte);
    else
      out += byte;
  }
  return out += '"';
}

std::string write_part(const FormPart& part) {
  const bool is_file = !part.file_name.empty();
  std::string out = fmt::format("Content-Disposition: form-data; name={}", quote(part.name));
  if (is_file) out += fmt::format("; filename={}", quote(part.file_name));
  out += "\r\n";
  const std::string_view type =
      part.content_type.empty() && is_file ? "application/octet-stream" : std::string_view(part.content_type);
  if (!type.empty()) out += fmt::format("Content-Type: {}\r\n", type);
  return out.append("\r\n").append(part.value);
}

/// FNV-1a: the parts choose a boundary, and the first that none of them has is taken.
std::string choose_boundary(const std::vector<std::string>& parts) {
  std::uint64_t mark = 0xcbf2'9ce4'8422'2325;
  for (const std::string& part : parts)
    for (const char byte : part) mark = (mark ^ static_cast<unsigned char>(byte)) * 0x100'0000'01b3;
  for (;; ++mark) {
    std::string boundary = fmt::format("------------------------{:016x}", mark);
    if (std::ranges::none_of(parts, [&](const std::string& part) { return part.contains(boundary); })) return boundary;
  }
}

std::string complaint_about_part(const FormPart& part) {
  if (std::string complaint = complaint_about_field("Content-Type", part.content_type); !complaint.empty())
    return complaint;
  if (part.name.contains('\0') || part.file_name.contains('\0'))
    return "the name of a part of a form has a NUL byte; nothing of it is sent";
  return {};
}

/// As curl_easy_escape(3): all but letters, digits and "-._~".
std::string percent_encode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char byte : text) {
    if (is_unreserved(byte))
      out += byte;
    else
      append_escaped(out, byte);
  }
  return out;
}

}  // namespace

std::string write_urlencoded(std::span<const FormField> fields) {
  std::string out;
  for (const auto& [name, value] : fields) {
    if (!out.empty()) out += '&';
    out.append(percent_encode(name)).append("=").append(percent_encode(value));
  }
  return out;
}

Parsed<MultipartBody> write_multipart(std::span<const FormPart> parts) {
  std::vector<std::string> written;
  for (const FormPart& part : parts) {
    if (std::string complaint = complaint_about_part(part); !complaint.empty()) return complain(std::move(complaint));
    written.push_back(write_part(part));
  }
  const std::string boundary = choose_boundary(written);
  std::string body;
  for (const std::string& part : written) body.append("--").append(boundary).append("\r\n").append(part).append("\r\n");
  body.append("--").append(boundary).append("--\r\n");
  return MultipartBody{fmt::format("multipart/form-data; boundary={}", boundary), std::move(body)};
}

}  // namespace atonce
