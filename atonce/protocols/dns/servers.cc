#include "atonce/protocols/dns/servers.h"

#include <algorithm>
#include <cerrno>

#include "atonce/protocols/dns/stream.h"
#include "atonce/runtime/sleep.h"

namespace atonce {
namespace {

// Truncated answers are rare; each connection is a descriptor that the job itself wants.
constexpr std::uint32_t streams_max = 32;
constexpr Duration avoidance_first = std::chrono::seconds(2);
constexpr unsigned avoidance_doublings_max = 5;  // 64 s
constexpr Duration shortage_pause = std::chrono::milliseconds(10);

bool is_shortage(int error) {
  switch (error) {
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
    case EAGAIN:
    case EADDRNOTAVAIL: return true;
    default: return false;
  }
}

bool is_answer(ReplyKind kind) { return kind <= ReplyKind::alias; }

/// Which of two failures is the round's. What a server said weighs most; a shortage of ours more than silence, since it
/// may have caused it; that one server cannot be reached from here least.
int gravity(const Reply& reply) {
  switch (reply.kind) {
    case ReplyKind::unaskable: return 8;
    case ReplyKind::cancelled: return 7;
    case ReplyKind::server_failure: return 6;
    case ReplyKind::refused: return 5;
    case ReplyKind::invalid: return 4;
    case ReplyKind::local: return is_shortage(reply.error) ? 3 : 0;
    case ReplyKind::silent: return 2;
    case ReplyKind::unreachable: return 1;
    default: return 9;
  }
}

/// Asking again would not help: the servers said so, or this machine cannot reach any of them.
bool is_final(const Reply& reply) {
  const int weight = gravity(reply);
  return weight >= 5 || weight == 0;
}

Verdict verdict_of_local(int error) {
  if (is_shortage(error)) return Verdict::local_shortage;
  switch (error) {
    case EACCES:
    case EPERM: return Verdict::local_denied;
    case ENETUNREACH:
    case EHOSTUNREACH:
    case EAFNOSUPPORT: return Verdict::local_no_route;
    default: return Verdict::local_error;
  }
}

}  // namespace

Verdict verdict_of(const Reply& reply) {
  switch (reply.kind) {
    case ReplyKind::addresses:
    case ReplyKind::alias: return Verdict::open;
    case ReplyKind::no_name: return Verdict::no_name;
    case ReplyKind::no_address: return Verdict::no_address;
    case ReplyKind::server_failure:
    case ReplyKind::format_error: return Verdict::dns_failure;
    case ReplyKind::refused: return Verdict::dns_refused;
    case ReplyKind::truncated:
    case ReplyKind::invalid: return Verdict::dns_invalid;
    case ReplyKind::silent:
    case ReplyKind::unreachable: return Verdict::dns_timeout;
    case ReplyKind::local: return verdict_of_local(reply.error);
    case ReplyKind::cancelled: return Verdict::unfinished;
    case ReplyKind::unaskable: return Verdict::invalid_input;
  }
  std::abort();
}

Servers::Servers(Io& io, Scope& background, const ResolverConfig& config, ResolverCounters& counters)
    : io_(io), config_(config), counters_(counters), fresh_(io, std::max(config.in_flight_max, 1u)) {
  for (const Endpoint& endpoint : config.servers)
    servers_.push_back(std::unique_ptr<Server>(
        new Server{.endpoint = endpoint, .ports{io, background, endpoint, counters}, .streams{io, streams_max}}));
}

void Servers::put_in_order(std::vector<Server*>& order) const {
  order.clear();
  const Instant now = io_.now();
  for (const bool avoided : {false, true})
    for (const auto& server : servers_)
      if ((server->avoided_until > now) == avoided) order.push_back(server.get());
}

Task<Reply> Servers::ask(std::string_view name, RecordType type, Instant now, std::optional<Permit>& place) {
  Question question{.name = name, .type = type, .timeout = config_.timeout, .place = place};
  std::vector<Server*> order;
  Reply gravest;
  for (unsigned round = 1;; ++round, question.timeout *= 2, now = io_.now()) {
    gravest = {.kind = ReplyKind::local, .error = EDESTADDRREQ};
    put_in_order(order);
    for (Server* const server : order) {
      Reply reply = co_await ask_server(*server, question);
      if (is_answer(reply.kind) || reply.kind == ReplyKind::cancelled) co_return reply;
      if (gravity(reply) >= gravity(gravest)) gravest = std::move(reply);
    }
    if (is_final(gravest) || round >= config_.rounds) co_return gravest;
    if (gravest.kind == ReplyKind::invalid) continue;
    // Who was refused at once is not to use up all rounds in a moment: the server may be starting.
    place.reset();
    const Result<void> slept = co_await sleep_until(io_, now + question.timeout);
    if (!slept) co_return reply_of(slept.error());
  }
}

Task<Reply> Servers::ask_server(Server& server, const Question& question) {
  Duration paused{};
  for (Duration pause = shortage_pause;; pause *= 2) {
    Reply reply = co_await ask_once(server, question, server.edns);
    if (reply.kind == ReplyKind::format_error) {
      reply = co_await ask_once(server, question, false);
      if (is_answer(reply.kind)) server.edns = false;
    }
    if (reply.kind == ReplyKind::truncated) reply = co_await ask_over_stream(server, question);
    paused += pause;
    if (reply.kind != ReplyKind::local || !is_shortage(reply.error) || paused > question.timeout) {
      note(server, reply);
      co_return reply;
    }
    const Result<void> slept = co_await sleep_for(io_, pause);
    if (!slept) co_return reply_of(slept.error());
  }
}

Task<Reply> Servers::ask_once(Server& server, const Question& question, bool edns) {
  if (!question.place) {
    Result<Permit> permit = co_await fresh_.acquire();
    if (!permit) co_return reply_of(permit.error());
    question.place = std::move(*permit);
  }
  std::optional<Query> query = make_query(question.name, question.type, edns);
  if (!query) co_return Reply{.kind = ReplyKind::unaskable, .error = EINVAL};
  const Result<DatagramPort*> port = server.ports.pick();
  if (!port) co_return Reply{.kind = ReplyKind::local, .error = port.error().code};
  AwaitedAnswer answer(**port, *query);
  ++counters_.questions;
  const Result<std::size_t> sent = co_await send(io_, (*port)->socket(), query->bytes());
  if (!sent) co_return reply_of(sent.error());
  co_return co_await answer.wait({.timeout = question.timeout, .fresh = config_.fresh}, question.place);
}

Task<Reply> Servers::ask_over_stream(Server& server, const Question& question) {
  question.place.reset();
  const Result<Permit> permit = co_await server.streams.acquire();
  if (!permit) co_return reply_of(permit.error());
  ++counters_.over_tcp;
  const std::optional<Query> query = make_query(question.name, question.type, server.edns);
  if (!query) co_return Reply{.kind = ReplyKind::unaskable, .error = EINVAL};
  co_return co_await ask_stream(io_, server.endpoint, *query, question.timeout);
}

void Servers::note(Server& server, const Reply& reply) {
  if (reply.kind == ReplyKind::silent) ++counters_.silent;
  if (reply.kind == ReplyKind::invalid) ++counters_.invalid;
  // A failure over one name says nothing of the server; silence, refusal and an unreachable place do.
  const bool failed = reply.kind == ReplyKind::silent || reply.kind == ReplyKind::unreachable ||
                      reply.kind == ReplyKind::refused || (reply.kind == ReplyKind::local && !is_shortage(reply.error));
  if (reply.kind == ReplyKind::cancelled || reply.kind == ReplyKind::unaskable) return;
  if (!failed) {
    server.failures = 0;
    server.avoided_until = {};
    return;
  }
  server.avoided_until = io_.now() + avoidance_first * (1 << std::min(server.failures, avoidance_doublings_max));
  ++server.failures;
}

}  // namespace atonce
