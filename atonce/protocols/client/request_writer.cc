#include "atonce/protocols/client/request_writer.h"

#include <algorithm>

#include "atonce/protocols/http/writer.h"

namespace atonce {
namespace {

/// Nothing in the request is of this URL alone but what stands in its first two lines.
bool is_plain(const HttpRequest& request, const RequestOptions& options, const Proxy* via, BodyFraming framing) {
  return via == nullptr && options.cookies == nullptr && framing == BodyFraming::none() &&
         !request.url.has_userinfo() && !request.fields.has("Host");
}

bool is_clean(std::string_view text) {
  bool clean = true;
  for (const char byte : text) clean &= byte > ' ' && byte < 0x7f && byte != '#';
  return clean;
}

}  // namespace

const RequestHead& RequestWriter::head(const HttpRequest& request, const RequestOptions& options, const Proxy* via) {
  compose_head(head_, request, options, settings_, via);
  return head_;
}

bool RequestWriter::serves_again(const HttpRequest& request, const RequestOptions& options) const {
  return request.method == method_ && options.decode == decode_ && request.fields == fields_ &&
         is_clean(request.url.path) && (!request.url.query || is_clean(*request.url.query)) &&
         is_clean(request.url.host);
}

Parsed<void> RequestWriter::append(std::string& out, const HttpRequest& request, const RequestOptions& options,
                                   const Proxy* via, BodyFraming framing) {
  const bool plain = is_plain(request, options, via, framing);
  const std::size_t begin = out.size();
  if (plain && serves_again(request, options)) {
    out.append(method_).append(" ").append(request.url.path);
    if (request.url.query) out.append("?").append(*request.url.query);
    out.append(" HTTP/1.1\r\nHost: ").append(host_field(request.url)).append(tail_);
    return {};
  }
  Parsed<void> written = append_request(out, head(request, options, via), framing);
  if (!written || !plain) return written;
  constexpr std::string_view host = "\r\nHost: ";
  const std::size_t at = out.find(host, begin);
  tail_ = out.substr(out.find("\r\n", at + host.size()));
  method_ = request.method;
  fields_ = request.fields;
  decode_ = options.decode;
  return written;
}

}  // namespace atonce
