#include "atonce/protocols/http/writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

#include "atonce/protocols/http/message_framing.h"

namespace atonce {
namespace {

constexpr std::array<bool, 256> make_token_bytes() {
  std::array<bool, 256> table{};
  for (int byte = '0'; byte <= '9'; ++byte) table[static_cast<std::size_t>(byte)] = true;
  for (int byte = 'a'; byte <= 'z'; ++byte) table[static_cast<std::size_t>(byte)] = true;
  for (int byte = 'A'; byte <= 'Z'; ++byte) table[static_cast<std::size_t>(byte)] = true;
  for (const char byte : std::string_view("!#$%&'*+-.^_`|~")) table[static_cast<unsigned char>(byte)] = true;
  return table;
}
constexpr std::array token_bytes = make_token_bytes();

constexpr std::size_t method_bytes_max = 32;

/// What a byte that must not be there is called; empty for one that may.
std::string_view name_of_control(char byte) {
  const auto value = static_cast<unsigned char>(byte);
  if (value == '\r' || value == '\n') return "a line end";
  if (value == '\0') return "a NUL byte";
  return (value < 0x20 && value != '\t') || value == 0x7f ? "a control byte" : "";
}

std::string_view find_control(std::string_view text) {
  for (const char byte : text)
    if (const std::string_view name = name_of_control(byte); !name.empty()) return name;
  return {};
}

std::string complaint_about_reason(std::string_view reason) {
  const std::string_view control = find_control(reason);
  return control.empty() ? "" : fmt::format("the reason phrase has {}; it is one line of text", control);
}

std::string complaint_about_authority(std::string_view authority) {
  for (const char byte : authority)
    if (static_cast<unsigned char>(byte) <= ' ' || byte == 0x7f || std::string_view("/?#@,").contains(byte))
      return "the host has a byte that no host has; give a name or an address, and perhaps a port";
  return {};
}

std::string complaint_about_fields(const Fields& fields) {
  for (const Field field : fields)
    if (std::string complaint = complaint_about_field(field.name, field.value); !complaint.empty()) return complaint;
  return {};
}

/// What the fields say about the body has to be what is going to be sent.
std::string complaint_about_framing(const FramingFields& said, BodyFraming framing) {
  if (said.fault == HttpFault::both_lengths)
    return "the fields have both Content-Length and Transfer-Encoding; give one";
  if (said.fault == HttpFault::two_lengths) return "the fields have Content-Length twice; give it once";
  if (said.fault == HttpFault::bad_length) return "Content-Length is not a decimal number";
  if (said.fault != HttpFault::none) return "Transfer-Encoding can only be chunked, once, and in HTTP/1.1";
  if (said.has_length && framing.kind == BodyKind::chunked)
    return "the fields have Content-Length, and the body is sent in chunks; leave the field away";
  if (said.has_length && framing.kind != BodyKind::until_close && said.length != framing.length)
    return fmt::format("Content-Length says {}, and the body has {} bytes; leave the field away", said.length,
                       framing.length);
  if (said.chunked && framing.kind != BodyKind::chunked)
    return "the fields have Transfer-Encoding, and the body is not sent in chunks; leave the field away";
  return {};
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

void append_framing(std::string& out, const FramingFields& said, BodyFraming framing) {
  if (framing.kind == BodyKind::chunked && !said.chunked) append_field(out, "Transfer-Encoding", "chunked");
  if (framing.kind == BodyKind::length && !said.has_length)
    fmt::format_to(std::back_inserter(out), "Content-Length: {}\r\n", framing.length);
}

std::string_view version_name(HttpVersion version) { return version == HttpVersion::http10 ? "HTTP/1.0" : "HTTP/1.1"; }

std::string complaint_about_request(const RequestHead& head, const FramingFields& said, BodyFraming framing) {
  std::string complaint = complaint_about_method(head.method);
  if (complaint.empty()) complaint = complaint_about_target(head.target);
  if (complaint.empty()) complaint = complaint_about_authority(head.authority);
  if (complaint.empty()) complaint = complaint_about_fields(head.fields);
  if (complaint.empty()) complaint = complaint_about_framing(said, framing);
  if (complaint.empty() && framing.kind == BodyKind::until_close)
    complaint = "a request's body cannot last until the connection is closed; give its length, or send it in chunks";
  if (complaint.empty() && said.hosts > 1) complaint = "the fields have Host twice; give it once";
  if (complaint.empty() && said.hosts == 1) complaint = complaint_about_authority(said.host);
  return complaint;
}

/// A HEAD's answer says the length of a body that it has not, so that `none` agrees with every length.
std::string complaint_about_response(const ResponseHead& head, const FramingFields& said, BodyFraming framing) {
  if (head.status < 100 || head.status > 999)
    return fmt::format("{} is no status code; they have three digits", head.status);
  std::string complaint = complaint_about_reason(head.reason);
  if (complaint.empty()) complaint = complaint_about_fields(head.fields);
  const bool told_alone = framing.kind == BodyKind::none && said.fault == HttpFault::none;
  if (complaint.empty() && !told_alone) complaint = complaint_about_framing(said, framing);
  return complaint;
}

}  // namespace

bool is_token(std::string_view text) {
  return !text.empty() &&
         std::ranges::all_of(text, [](char byte) { return token_bytes[static_cast<unsigned char>(byte)]; });
}

std::string complaint_about_field(std::string_view name, std::string_view value) {
  if (name.empty()) return "a field has no name; write it as \"Name: value\"";
  if (!is_token(name)) {
    const std::string_view control = find_control(name);
    return control.empty() ? "a field's name has a byte that is neither a letter nor a digit nor one of !#$%&'*+-.^_`|~"
                           : fmt::format("a field's name has {}; nothing of it is sent", control);
  }
  if (const std::string_view control = find_control(value); !control.empty())
    return fmt::format("the value of {} has {}; nothing of it is sent", name, control);
  return {};
}

std::string complaint_about_method(std::string_view method) {
  if (method.empty()) return "the method is empty; GET is the usual one";
  if (!is_token(method)) return "the method has a byte that no method has; it is one word, as GET";
  if (method.size() > method_bytes_max) return fmt::format("the method is longer than {} letters", method_bytes_max);
  return {};
}

std::string complaint_about_target(std::string_view target) {
  if (target.empty()) return "the request's target is empty; \"/\" asks for the root";
  if (const std::string_view control = find_control(target); !control.empty())
    return fmt::format("the request's target has {}; nothing of it is sent", control);
  for (const char byte : target) {
    if (byte == ' ' || byte == '\t') return "the request's target has white space; write it as %20";
    if (byte == '#') return "the request's target has a fragment; it is not for the server";
    if (static_cast<unsigned char>(byte) >= 0x80)
      return "the request's target has a byte that is not ASCII; write it with percent signs";
  }
  return {};
}

Parsed<void> append_request(std::string& out, const RequestHead& head, BodyFraming framing) {
  const FramingFields said = read_framing(head.fields, head.version);
  if (std::string complaint = complaint_about_request(head, said, framing); !complaint.empty())
    return complain(std::move(complaint));
  out.append(head.method).append(" ").append(head.target).append(" ");
  out.append(version_name(head.version)).append("\r\n");
  if (said.hosts == 0 && !head.authority.empty()) append_field(out, "Host", head.authority);
  for (const Field field : head.fields) append_field(out, field.name, field.value);
  append_framing(out, said, framing);
  out.append("\r\n");
  return {};
}

Parsed<void> append_response(std::string& out, const ResponseHead& head, BodyFraming framing) {
  const HttpVersion version = head.version == HttpVersion::http10 ? HttpVersion::http10 : HttpVersion::http11;
  const FramingFields said = read_framing(head.fields, version);
  if (std::string complaint = complaint_about_response(head, said, framing); !complaint.empty())
    return complain(std::move(complaint));
  const std::string_view reason = head.reason.empty() ? reason_of(head.status) : std::string_view(head.reason);
  fmt::format_to(std::back_inserter(out), "{} {} {}\r\n", version_name(version), head.status, reason);
  for (const Field field : head.fields) append_field(out, field.name, field.value);
  append_framing(out, said, framing);
  if (framing.kind == BodyKind::until_close && said.keep_alive) append_field(out, "Connection", "close");
  out.append("\r\n");
  return {};
}

Parsed<std::string> write_request(const RequestHead& head, BodyFraming framing) {
  std::string out;
  if (Parsed<void> written = append_request(out, head, framing); !written)
    return std::unexpected(std::move(written).error());
  return out;
}

Parsed<std::string> write_response(const ResponseHead& head, BodyFraming framing) {
  std::string out;
  if (Parsed<void> written = append_response(out, head, framing); !written)
    return std::unexpected(std::move(written).error());
  return out;
}

void append_chunk(std::string& out, std::string_view piece) {
  if (piece.empty()) return;
  fmt::format_to(std::back_inserter(out), "{:x}\r\n", piece.size());
  out.append(piece).append(chunk_end);
}

std::string chunk_header(std::uint64_t bytes) { return fmt::format("{:x}\r\n", bytes); }

Parsed<void> append_last_chunk(std::string& out, const Fields& trailers) {
  if (std::string complaint = complaint_about_fields(trailers); !complaint.empty())
    return complain(std::move(complaint));
  out.append("0\r\n");
  for (const Field field : trailers) append_field(out, field.name, field.value);
  out.append("\r\n");
  return {};
}

}  // namespace atonce
