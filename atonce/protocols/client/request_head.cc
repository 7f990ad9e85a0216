#include "atonce/protocols/client/request_head.h"

#include "atonce/protocols/cookies/jar.h"
#include "atonce/protocols/http/base64.h"
#include "atonce/protocols/http/content_coding.h"

namespace atonce {
namespace {

/// Fields with an empty value take ours away.
void add_unless_given(RequestHead& head, const Fields& given, std::string_view name, std::string_view value) {
  if (!value.empty() && !given.has(name)) head.fields.add(name, value);
}

bool expects_body(std::string_view method) { return method == "POST" || method == "PUT" || method == "PATCH"; }

}  // namespace

std::string basic_credentials(std::string_view user, std::string_view password) {
  std::string pair(user);
  pair += ':';
  pair += password;
  return "Basic " + write_base64(pair);
}

void compose_head(RequestHead& head, const HttpRequest& request, const RequestOptions& options,
                  const ClientSettings& settings, const Proxy* via) {
  const Url& url = request.url;
  const Fields& given = request.fields;
  head.method = request.method;
  head.target = via != nullptr ? write_url(url) : request_target(url);
  head.scheme = name_of(url.scheme);
  const std::optional<std::string_view> host = given.find("Host");
  head.authority = host && !host->empty() ? std::string(*host) : host_field(url);
  head.fields.clear();
  if (via != nullptr && !via->user.empty())
    add_unless_given(head, given, "Proxy-Authorization", basic_credentials(via->user, via->password));
  if (url.has_userinfo()) add_unless_given(head, given, "Authorization", basic_credentials(url.user, url.password));
  add_unless_given(head, given, "User-Agent", settings.user_agent);
  add_unless_given(head, given, "Accept", "*/*");
  if (options.decode) add_unless_given(head, given, "Accept-Encoding", accept_encoding_all);
  const bool has_jar = options.cookies != nullptr;
  for (const Field field : given)
    if (!field.value.empty() && !equal_but_case(field.name, "Host") &&
        !(has_jar && equal_but_case(field.name, "Cookie")))
      head.fields.add(field.name, field.value);
  if (!has_jar) return;
  const std::string cookies =
      join_cookies(options.cookies->cookie_header(url, options.now_s), given.find("Cookie").value_or(""));
  if (!cookies.empty()) head.fields.add("Cookie", cookies);
}

BodyFraming framing_of(const HttpRequest& request) {
  if (request.source != nullptr) {
    const std::optional<std::uint64_t> size = request.source->size();
    return size ? BodyFraming::of_length(*size) : BodyFraming::chunked();
  }
  if (request.body.empty() && !expects_body(request.method)) return BodyFraming::none();
  return BodyFraming::of_length(request.body.size());
}

}  // namespace atonce
