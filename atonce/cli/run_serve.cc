#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <thread>

#include "atonce/cli/commands.h"
#include "atonce/cli/complain.h"
#include "atonce/runtime/machine.h"
#include "atonce/world/number_server.h"
#include "atonce/world/web/authority_file.h"
#include "atonce/world/web/listener.h"
#include "atonce/world/web/web_routes.h"
#include "atonce/world/web/web_service.h"

namespace atonce {
namespace {

constexpr Endpoint default_listen() { return {{.bytes = {127, 0, 0, 1}, .family = Family::v4}, 8'080}; }

/// What has to be there before anything is served.
struct Site {
  std::vector<OwnedDescriptor> listeners;
  std::optional<Authority> authority;
  std::optional<AuthorityFile> authority_file;
  std::optional<RequestLog> log;
};

Parsed<void> make_authority(Site& site, const ServeRequest& request) {
  Parsed<Authority> authority = Authority::make();
  if (!authority) return std::unexpected(authority.error());
  site.authority.emplace(std::move(*authority));
  Parsed<AuthorityFile> file = AuthorityFile::write(request.authority, site.authority->certificate_pem());
  if (!file) return std::unexpected(file.error());
  site.authority_file.emplace(std::move(*file));
  return {};
}

Parsed<std::vector<OwnedDescriptor>> open_listeners(const std::vector<Endpoint>& places) {
  std::vector<OwnedDescriptor> listeners;
  for (const Endpoint& at : places) {
    Parsed<OwnedDescriptor> listener = open_listener(at);
    if (!listener) return std::unexpected(listener.error());
    listeners.push_back(std::move(*listener));
  }
  return listeners;
}

Parsed<Site> open_site(const ServeRequest& request) {
  Site site;
  const bool by_default = request.listen.empty() && request.numbers.empty();
  Parsed<std::vector<OwnedDescriptor>> listeners =
      open_listeners(by_default ? std::vector{default_listen()} : request.listen);
  if (!listeners) return std::unexpected(listeners.error());
  site.listeners = std::move(*listeners);
  if (!request.log.empty()) {
    Parsed<RequestLog> log = RequestLog::open(request.log);
    if (!log) return std::unexpected(log.error());
    site.log.emplace(std::move(*log));
  }
  if (!request.tls) return site;
  if (const Parsed<void> made = make_authority(site, request); !made) return std::unexpected(made.error());
  return site;
}

/// Shown to a client that names nobody: it reached us by an address.
Parsed<TlsCredentials> own_credentials(const Site& site) {
  CertificateOptions options{.common_name = "localhost", .names = {"localhost"}};
  options.addresses = {*parse_address("127.0.0.1"), *parse_address("::1")};
  for (const OwnedDescriptor& listener : site.listeners) options.addresses.push_back(endpoint_of(listener).address);
  return site.authority->issue(options);
}

std::string describe(const Site& site) {
  std::string text;
  for (const OwnedDescriptor& listener : site.listeners) {
    text += fmt::format("http://{}/\n", write_endpoint(endpoint_of(listener)));
    if (site.authority) text += fmt::format("https://{}/\n", write_endpoint(endpoint_of(listener)));
  }
  if (site.authority_file) text += fmt::format("authority: {}\n", site.authority_file->path());
  return text;
}

std::string describe(const WebCounts& counts) {
  std::string text = fmt::format("served {} requests on {} connections, {} bytes", counts.requests, counts.connections,
                                 counts.bytes_sent);
  if (counts.handshakes > 0) text += fmt::format("; {} TLS handshakes", counts.handshakes);
  if (counts.refused > 0) text += fmt::format("; {} were no requests", counts.refused);
  return text + "\n";
}

/// Blocked before any thread starts, so that each has them blocked and one place waits for them.
sigset_t block_stop_signals() {
  sigset_t ends;
  sigemptyset(&ends);
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&ends, number);
  ::sigprocmask(SIG_BLOCK, &ends, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
  return ends;
}

/// Until a signal ends it, what is logged comes to the file soon.
void wait_for_end(const sigset_t& ends, RequestLog* log) {
  constexpr timespec soon{0, 200'000'000};
  if (log == nullptr) {
    int number = 0;
    ::sigwait(&ends, &number);
    return;
  }
  while (::sigtimedwait(&ends, nullptr, &soon) < 0) (void)log->flush();
}

/// The servers of `--numbers`, each with threads of its own.
class NumberServers {
 public:
  Parsed<void> open(const Invocation& invocation) {
    Parsed<std::vector<OwnedDescriptor>> listeners = open_listeners(invocation.serve.numbers);
    if (!listeners) return std::unexpected(listeners.error());
    listeners_ = std::move(*listeners);
    options_ = {.samples = invocation.serve.samples,
                .threads = invocation.plan.loops.value_or(std::max(1u, std::thread::hardware_concurrency())),
                .seed = invocation.plan.seed != 0 ? invocation.plan.seed : fresh_seed(),
                .say = [](std::string_view line) { tell(fmt::format("{}\n", line)); }};
    return {};
  }

  std::string description() const {
    std::string text;
    for (const OwnedDescriptor& listener : listeners_)
      text += fmt::format("numbers: {}\n", write_endpoint(endpoint_of(listener)));
    return text;
  }

  void start() {
    for (OwnedDescriptor& listener : listeners_) servers_.push_back(NumberServer::start(std::move(listener), options_));
  }

  /// Ends them; what they did, or nothing where there is none.
  std::string stop() {
    if (servers_.empty()) return "";
    NumberCounts all;
    for (const auto& server : servers_) {
      const NumberCounts one = server->stop();
      all.answered += one.answered;
      all.left += one.left;
    }
    return fmt::format("answered {} connections{}\n", all.answered,
                       all.left > 0 ? fmt::format("; {} were gone before", all.left) : "");
  }

 private:
  std::vector<OwnedDescriptor> listeners_;
  NumberServerOptions options_;
  std::vector<std::unique_ptr<NumberServer>> servers_;
};

}  // namespace

int run_serve(const Invocation& invocation) {
  const sigset_t ends = block_stop_signals();
  raise_descriptor_limit();
  NumberServers numbers;
  if (const Parsed<void> opened = numbers.open(invocation); !opened) return complain_and_exit(opened.error());
  Parsed<Site> site = open_site(invocation.serve);
  if (!site) return complain_and_exit(site.error());

  WebServiceOptions options{.loops = invocation.plan.loops.value_or(std::max(1u, std::thread::hardware_concurrency())),
                            .answer = answer_web_request,
                            .log = site->log ? &*site->log : nullptr};
  if (site->authority) {
    const Parsed<TlsCredentials> credentials = own_credentials(*site);
    if (!credentials) return complain_and_exit(credentials.error());
    options.credentials = *credentials;
    options.make_chooser = [&] { return choose_by_authority(*site->authority); };
  }
  const bool serves_web = !site->listeners.empty();
  const std::string description = describe(*site) + numbers.description();
  Parsed<std::unique_ptr<WebService>> service = WebService::start(std::move(site->listeners), options);
  if (!service) return complain_and_exit(service.error());
  numbers.start();
  if (const ExitCode told = print(description); told != exit_complete) return told;

  wait_for_end(ends, options.log);
  tell(numbers.stop());
  const WebCounts served = (*service)->stop();
  if (serves_web) tell(describe(served));
  if (site->log && !site->log->flush())
    return complain_and_exit({"the log could not be written to its end", true}, exit_local_limit);
  return exit_complete;
}

}  // namespace atonce
