#include "atonce/protocols/tls/session_cache.h"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>

#include "atonce/protocols/tls/session_cache_state.h"

namespace atonce {
namespace {

std::string key_of(const TlsContext::State* context, std::string_view host) {
  return fmt::format("{} {}", fmt::ptr(context), host);
}

bool serves_once(const SSL_SESSION* session) { return SSL_SESSION_get_protocol_version(session) >= TLS1_3_VERSION; }

bool is_good(const SSL_SESSION* session, std::time_t now) {
  const auto age = static_cast<long>(now) - SSL_SESSION_get_time(session);
  const auto hint = static_cast<long>(SSL_SESSION_get_ticket_lifetime_hint(session));
  return SSL_SESSION_is_resumable(session) == 1 && age >= 0 && age < SSL_SESSION_get_timeout(session) &&
         (hint == 0 || age < hint);
}

}  // namespace

TlsSessionCache::TlsSessionCache(std::size_t sessions_max) : state_(std::make_unique<State>()) {
  state_->sessions_max = sessions_max;
}
TlsSessionCache::~TlsSessionCache() = default;
TlsSessionCache::TlsSessionCache(TlsSessionCache&&) noexcept = default;
TlsSessionCache& TlsSessionCache::operator=(TlsSessionCache&&) noexcept = default;

std::size_t TlsSessionCache::size() const { return state_->size; }

void TlsSessionCache::clear() {
  state_->by_key.clear();
  state_->hosts.clear();
  state_->size = 0;
}

void TlsSessionCache::State::put(const std::shared_ptr<TlsContext::State>& context, std::string_view host,
                                 ResumableSession session) {
  if (sessions_max == 0) return;
  std::string key = key_of(context.get(), host);
  const auto found = by_key.find(key);
  if (found == by_key.end()) {
    hosts.push_front({key, context, {}});
    by_key.emplace(std::move(key), hosts.begin());
  } else {
    hosts.splice(hosts.begin(), hosts, found->second);
  }
  std::vector<ResumableSession>& of_host = hosts.front().sessions;
  if (of_host.size() == of_one_host_max) {
    of_host.erase(of_host.begin());
    --size;
  }
  of_host.push_back(std::move(session));
  ++size;
  while (size > sessions_max && hosts.size() > 1) erase(std::prev(hosts.end()));
}

ResumableSession TlsSessionCache::State::take(const std::shared_ptr<TlsContext::State>& context,
                                              std::string_view host) {
  const auto found = by_key.find(key_of(context.get(), host));
  if (found == by_key.end()) return {};
  std::vector<ResumableSession>& of_host = found->second->sessions;
  const std::time_t now = std::time(nullptr);
  ResumableSession taken;
  while (!of_host.empty() && taken.session == nullptr) {
    ResumableSession& newest = of_host.back();
    const bool good = is_good(newest.session.get(), now);
    if (good && !serves_once(newest.session.get())) {
      SSL_SESSION_up_ref(newest.session.get());
      taken = {SslSessionPtr(newest.session.get()), newest.certificate};
      break;
    }
    if (good) taken = std::move(newest);
    of_host.pop_back();
    --size;
  }
  if (of_host.empty())
    erase(found->second);
  else
    hosts.splice(hosts.begin(), hosts, found->second);
  return taken;
}

void TlsSessionCache::State::forget(const std::shared_ptr<TlsContext::State>& context, std::string_view host) {
  if (const auto found = by_key.find(key_of(context.get(), host)); found != by_key.end()) erase(found->second);
}

void TlsSessionCache::State::erase(std::list<Host>::iterator host) {
  size -= host->sessions.size();
  by_key.erase(host->key);
  hosts.erase(host);
}

}  // namespace atonce
