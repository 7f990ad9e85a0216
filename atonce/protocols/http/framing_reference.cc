#include "atonce/protocols/http/framing_reference.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>

namespace atonce {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](unsigned char byte) { return static_cast<char>(std::tolower(byte)); });
  return out;
}

/// The value of the field in a head in lower case, without blanks.
std::optional<std::string> value_of(const std::string& head, const std::string& name) {
  const std::size_t at = head.find("\r\n" + name + ":");
  if (at == head.npos) return std::nullopt;
  const std::size_t from = at + 2 + name.size() + 1;
  std::string value = head.substr(from, head.find("\r\n", from) - from);
  std::erase_if(value, [](char byte) { return byte == ' ' || byte == '\t'; });
  return value;
}

/// Behind the head: all chunks, then everything up to an empty line.
std::optional<std::size_t> read_chunks(std::string_view stream, std::size_t at, std::string& body) {
  for (;;) {
    const std::size_t line_end = stream.find("\r\n", at);
    if (line_end == stream.npos) return std::nullopt;
    const std::size_t size = std::strtoull(std::string(stream.substr(at, line_end - at)).c_str(), nullptr, 16);
    at = line_end + 2;
    if (size == 0) break;
    if (size > stream.size() || stream.size() - at < size + 2) return std::nullopt;
    body += stream.substr(at, size);
    at += size + 2;
  }
  if (stream.substr(at).starts_with("\r\n")) return at + 2;
  const std::size_t end = stream.find("\r\n\r\n", at);
  return end == stream.npos ? std::nullopt : std::optional(end + 4);
}

}  // namespace

std::optional<ReferenceAnswer> read_reference(std::string_view stream, std::string_view method) {
  ReferenceAnswer answer;
  std::string head;
  do {
    const std::size_t end = stream.find("\r\n\r\n", answer.bytes);
    if (end == stream.npos) return std::nullopt;
    head = lower(stream.substr(answer.bytes, end + 2 - answer.bytes));
    answer.status = std::atoi(head.substr(9, 3).c_str());
    answer.bytes = end + 4;
  } while (answer.status >= 100 && answer.status < 200);

  if (method == "HEAD" || answer.status == 204 || answer.status == 304) return answer;
  if (value_of(head, "transfer-encoding")) {
    const auto end = read_chunks(stream, answer.bytes, answer.body);
    if (!end) return std::nullopt;
    answer.bytes = *end;
    return answer;
  }
  const auto length = value_of(head, "content-length");
  const std::size_t left = stream.size() - answer.bytes;
  const std::size_t size = length ? std::strtoull(length->c_str(), nullptr, 10) : left;
  if (size > left) return std::nullopt;
  answer.body = stream.substr(answer.bytes, size);
  answer.bytes += size;
  return answer;
}

}  // namespace atonce
