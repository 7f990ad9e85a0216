#include "atonce/protocols/http/head.h"
#include "atonce/protocols/http/head_text.h"
#include "atonce/protocols/http/writer.h"

namespace atonce {
namespace {

constexpr std::size_t version_size = 8;

HttpVersion version_of(std::string_view text) {
  if (text == "HTTP/1.1") return HttpVersion::http11;
  return text == "HTTP/1.0" ? HttpVersion::http10 : HttpVersion::unknown;
}

constexpr bool is_digit(char byte) { return byte >= '0' && byte <= '9'; }

}  // namespace

/// RFC 9112 4; the space before a reason that is not there may be missing, as many servers have it.
HttpFault parse_status_line(std::string_view line, ResponseHead& head) {
  head.version = version_of(line.substr(0, version_size));
  if (head.version == HttpVersion::unknown) return HttpFault::bad_version;
  line.remove_prefix(version_size);
  if (line.size() < 4 || line[0] != ' ' || line[1] < '1' || !is_digit(line[1]) || !is_digit(line[2]) ||
      !is_digit(line[3]))
    return HttpFault::bad_status_line;
  if (line.size() > 4 && line[4] != ' ') return HttpFault::bad_status_line;
  head.status = static_cast<std::uint16_t>((line[1] - '0') * 100 + (line[2] - '0') * 10 + (line[3] - '0'));
  head.reason = line.size() > 5 ? line.substr(5) : std::string_view();
  return HttpFault::none;
}

/// RFC 9112 3: one space between, none elsewhere; a fragment is not for servers.
HttpFault parse_request_line(std::string_view line, RequestHead& head) {
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == line.npos || last == first) return HttpFault::bad_request_line;
  const std::string_view target = line.substr(first + 1, last - first - 1);
  const std::string_view version = line.substr(last + 1);
  if (!is_token(line.substr(0, first)) || target.empty() || target.find_first_of(" \t#") != target.npos)
    return HttpFault::bad_request_line;
  head.version = version_of(version);
  if (head.version == HttpVersion::unknown)
    return version.starts_with("HTTP/") ? HttpFault::bad_version : HttpFault::bad_request_line;
  head.method = line.substr(0, first);
  head.target = target;
  return HttpFault::none;
}

}  // namespace atonce
