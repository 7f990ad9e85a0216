#include "atonce/world/world_web.h"

#include <algorithm>
#include <thread>

#include "atonce/runtime/machine.h"
#include "atonce/world/world_site.h"

namespace atonce {

Parsed<WorldWeb> WorldWeb::open(const WorldSpec& spec, std::vector<OwnedDescriptor> listeners) {
  Parsed<Authority> authority = Authority::make({.common_name = "Authority of a simulated internet"});
  if (!authority) return std::unexpected(authority.error());
  WorldWeb web(spec, std::move(*authority));
  web.listeners_ = std::move(listeners);
  Parsed<AuthorityFile> file = AuthorityFile::write("", web.authority_.certificate_pem());
  if (!file) return std::unexpected(file.error());
  web.authority_file_.emplace(std::move(*file));
  if (spec.requests.empty()) return web;
  Parsed<RequestLog> log = RequestLog::open(spec.requests, true);
  if (!log) return std::unexpected(log.error());
  web.log_.emplace(std::move(*log));
  return web;
}

std::vector<int> WorldWeb::descriptors() const {
  std::vector<int> numbers;
  for (const OwnedDescriptor& listener : listeners_) numbers.push_back(listener.get());
  if (log_) numbers.push_back(log_->descriptor());
  return numbers;
}

Parsed<std::unique_ptr<WebService>> WorldWeb::start() {
  // Half of the machine, so that whoever is tried here has the other half.
  WebServiceOptions options{
      .loops = std::max(1u, std::thread::hardware_concurrency() / 2),
      .answer = [&spec = spec_](const WebRequest& request) { return answer_world_request(spec, request); },
      .make_chooser = [this] { return choose_in_world(spec_, authority_); },
      .log = log_ ? &*log_ : nullptr};
  // What is done wrong on purpose here is done to HTTP/1.1.
  if (spec_.web == WebKind::varied) options.alpn = {"http/1.1"};
  Parsed<TlsCredentials> nameless = authority_.issue_for("127.0.0.1");
  if (!nameless) return std::unexpected(nameless.error());
  options.credentials = std::move(*nameless);
  raise_descriptor_limit();
  return WebService::start(std::move(listeners_), options);
}

}  // namespace atonce
