#include "atonce/world/web/web_service.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <cerrno>
#include <cstring>

#include "atonce/runtime/engine.h"
#include "atonce/runtime/sleep.h"

namespace atonce {
namespace {

// A signal cannot wake a coroutine; looking twenty times a second costs nothing that could be measured.
constexpr Duration stop_looked_for = std::chrono::milliseconds(50);
constexpr Duration drained_for = std::chrono::seconds(1);
constexpr Duration drain_looked_for = std::chrono::milliseconds(5);

Parsed<std::vector<OwnedDescriptor>> copies_of(const std::vector<OwnedDescriptor>& listeners) {
  std::vector<OwnedDescriptor> copies;
  for (const OwnedDescriptor& listener : listeners) {
    copies.emplace_back(::fcntl(listener.get(), F_DUPFD_CLOEXEC, 0));
    if (!copies.back())
      return complain_of(errno, fmt::format("no descriptor for a listener: {}", std::strerror(errno)));
  }
  return copies;
}

}  // namespace

struct WebService::Loop {
  std::unique_ptr<Io> io;
  WebOptions options;
  RequestLog* log = nullptr;
  std::vector<OwnedDescriptor> listeners;  ///< of this loop's own, until it takes them over
  WebCounts counts;
  std::thread thread;
};

Task<void> WebService::serve_until_stopped(Loop& loop, WebService& service) {
  Io& io = *loop.io;
  WebShared shared{.io = io, .options = loop.options, .log = loop.log, .numbers = &service.connections_};
  std::vector<Socket> listeners;
  for (OwnedDescriptor& listener : loop.listeners)
    if (const Result<Handle> taken = io.adopt_listener(listener.get())) {
      (void)listener.release();
      listeners.emplace_back(io, *taken);
    }
  co_await with_scope(io, [&](Scope& scope) -> Task<void> {
    scope.start(serve_web, std::ref(shared), std::span<const Socket>(listeners));
    while (!service.stopping_.load(std::memory_order_relaxed)) co_await sleep_for(io, stop_looked_for);
    shared.stopping = true;
    const Instant due = later(io.now(), drained_for);
    while (shared.answering > 0 && io.now() < due) co_await sleep_for(io, drain_looked_for);
    scope.cancel();
  });
  loop.counts = shared.counts;
}

Parsed<std::unique_ptr<WebService>> WebService::start(std::vector<OwnedDescriptor> listeners,
                                                      const WebServiceOptions& options) {
  std::unique_ptr<WebService> service(new WebService);
  for (unsigned i = 0; i < options.loops; ++i) {
    auto loop = std::make_unique<Loop>();
    loop->io = make_epoll_io();
    loop->options.answer = options.answer;
    loop->log = options.log;
    const bool last = i + 1 == options.loops;
    Parsed<std::vector<OwnedDescriptor>> own = last ? std::move(listeners) : copies_of(listeners);
    if (!own) return std::unexpected(own.error());
    loop->listeners = std::move(*own);
    if (options.make_chooser) {
      Parsed<CredentialsChooser> chooser = options.make_chooser();
      if (!chooser) return std::unexpected(chooser.error());
      const Parsed<TlsContext> context =
          TlsContext::server({.credentials = options.credentials, .choose = std::move(*chooser), .alpn = options.alpn});
      if (!context) return std::unexpected(context.error());
      loop->options.tls = *context;
    }
    service->loops_.push_back(std::move(loop));
  }
  for (const std::unique_ptr<Loop>& loop : service->loops_)
    loop->thread = std::thread([&loop = *loop, &owner = *service] { loop.io->run(serve_until_stopped(loop, owner)); });
  return service;
}

WebService::~WebService() { stop(); }

WebCounts WebService::stop() {
  stopping_.store(true, std::memory_order_relaxed);
  WebCounts sum;
  for (const std::unique_ptr<Loop>& loop : loops_) {
    if (loop->thread.joinable()) loop->thread.join();
    sum += loop->counts;
  }
  return sum;
}

Parsed<CredentialsChooser> choose_by_authority(const Authority& authority) {
  // Each loop keeps certificates of its own, so that loops share nothing.
  Parsed<Authority> own = Authority::from_pem(authority.certificate_pem(), authority.key_pem());
  if (!own) return std::unexpected(own.error());
  return [kept = std::make_shared<Authority>(std::move(*own))](std::string_view name) -> std::optional<TlsCredentials> {
    if (name.empty()) return std::nullopt;
    Parsed<TlsCredentials> made = kept->issue_for(name);
    return made ? std::optional(std::move(*made)) : std::nullopt;
  };
}

}  // namespace atonce
