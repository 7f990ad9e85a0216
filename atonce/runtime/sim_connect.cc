#include "atonce/runtime/sim_connect.h"

#include <algorithm>
#include <array>

namespace atonce {
namespace {

using std::chrono::seconds;

// When Linux since 6.5 sends the SYNs of one connect, and when it gives up: ip-sysctl, tcp_syn_retries (6) and
// tcp_syn_linear_timeouts (4).
constexpr std::array<Duration, 11> syn_sent_after{seconds(0),  seconds(1),  seconds(2), seconds(3),
                                                  seconds(4),  seconds(5),  seconds(7), seconds(11),
                                                  seconds(19), seconds(35), seconds(67)};
constexpr std::uint32_t syn_count = syn_sent_after.size();
// net.ipv4.ip_local_port_range: 32768 to 60999.
constexpr std::uint16_t ephemeral_ports = 28'232;
constexpr Duration given_up_after = seconds(131);

}  // namespace

void EndpointCounts::add(const Endpoint& endpoint, std::uint32_t count) {
  if (count == 0) return;
  if (2 * taken_ >= rows_.size()) grow();
  Row& row = rows_[find(endpoint)];
  if (row.count == 0) {
    row.endpoint = endpoint;
    ++taken_;
  }
  row.count += count;
}

std::uint32_t EndpointCounts::of(const Endpoint& endpoint) const {
  return rows_.empty() ? 0 : rows_[find(endpoint)].count;
}

std::size_t EndpointCounts::find(const Endpoint& endpoint) const {
  std::size_t position = EndpointHash()(endpoint) & (rows_.size() - 1);
  while (rows_[position].count != 0 && rows_[position].endpoint != endpoint)
    position = (position + 1) & (rows_.size() - 1);
  return position;
}

void EndpointCounts::grow() {
  std::vector<Row> before(std::max<std::size_t>(64, 4 * rows_.size()));
  before.swap(rows_);
  for (const Row& row : before)
    if (row.count != 0) rows_[find(row.endpoint)] = row;
}

std::int32_t SimConnects::start(ConnectOperation& operation) {
  operation.started = false;
  if (!core_.descriptor_left()) return -EMFILE;
  if (operation.to.address.family == Family::none) return -EAFNOSUPPORT;
  const HostRule& rule = core_.rule_of(operation.to.address);
  if (rule.fate() == HostRule::Fate::no_route) return -ENETUNREACH;
  if (!take_port(operation.to)) return -EADDRNOTAVAIL;
  switch (rule.fate()) {
    case HostRule::Fate::silent: await_answer(operation, rule, -ETIMEDOUT); break;
    case HostRule::Fate::refuses: await_answer(operation, rule, -ECONNREFUSED); break;
    case HostRule::Fate::unreachable: await_answer(operation, rule, -EHOSTUNREACH); break;
    default: await_answer(operation, rule, 0); break;
  }
  return SimSocket::pending;
}

std::int32_t SimConnects::start_failing(ConnectOperation& operation, int error) {
  operation.started = false;
  if (!core_.descriptor_left()) return -EMFILE;
  if (!take_port(operation.to)) return -EADDRNOTAVAIL;
  await_answer(operation, core_.rule_of(operation.to.address), -error);
  return SimSocket::pending;
}

void SimConnects::await_answer(ConnectOperation& operation, const HostRule& rule, std::int32_t result) {
  operation.started = true;
  ++core_.connecting;
  send_syns(operation, rule.link(), core_.now, result, rule.open_at(operation.to.port), 0);
}

void SimConnects::send_syns(ConnectOperation& operation, const SimLink& link, Instant since, std::int32_t result,
                            bool swallows, std::uint32_t first) {
  // The weather of later SYNs is not known before they are sent.
  if (core_.weather != nullptr) return send_syn({operation, link, since, result, swallows}, first);
  std::uint32_t number = result == -ETIMEDOUT ? syn_count : first;
  while (number < syn_count && (core_.dice.chance(link.loss) || core_.dice.chance(link.loss))) ++number;
  const bool answered = number < syn_count;
  const Duration after =
      answered ? syn_sent_after[number] + link.latency + core_.dice.up_to(link.jitter) : given_up_after;
  put_off({operation, link, since, result, swallows}, since + after, answer, answered ? result : -ETIMEDOUT, number);
}

void SimConnects::send_syn(const Attempt& attempt, std::uint32_t number) {
  if (number >= syn_count) return put_off(attempt, attempt.since + given_up_after, answer, -ETIMEDOUT, syn_count);
  const Instant at = attempt.since + syn_sent_after[number];
  const IpAddress& host = attempt.operation.to.address;
  const bool answered = core_.weather->passes_wall(host, at) && attempt.result != -ETIMEDOUT &&
                        !core_.loses(attempt.link, host, at) && !core_.loses(attempt.link, host, at);
  if (answered) {
    const Duration after = attempt.link.latency + core_.dice.up_to(attempt.link.jitter);
    put_off(attempt, at + after, answer, attempt.result, number);
  } else if (number + 1 < syn_count) {
    put_off(attempt, attempt.since + syn_sent_after[number + 1], repeat_syn, attempt.result, number + 1);
  } else {
    send_syn(attempt, syn_count);
  }
}

void SimConnects::repeat_syn(SimEvent& event) {
  const SimLink link = event.link;
  static_cast<SimConnects*>(event.subject)
      ->send_syn({static_cast<ConnectOperation&>(*event.operation), link, event.since, event.result, event.flag},
                 event.number);
}

void SimConnects::put_off(const Attempt& attempt, Instant at, void (*happen)(SimEvent&), std::int32_t result,
                          std::uint32_t number) {
  SimEvent& event = core_.events.add(at, happen);
  event.subject = this;
  event.operation = &attempt.operation;
  event.result = result;
  event.number = number;
  event.flag = attempt.swallows;
  event.link = attempt.link;
  event.since = attempt.since;
  event.to = attempt.operation.to;
  attempt.operation.engine = &event;
}

void SimConnects::answer(SimEvent& event) {
  auto& all = *static_cast<SimConnects*>(event.subject);
  auto& operation = static_cast<ConnectOperation&>(*event.operation);
  SimListener* const listener = event.result == 0 ? all.find_listener(event.to) : nullptr;
  if (listener != nullptr && !listener->has_room())
    return all.send_syns(operation, event.link, event.since, 0, event.flag, event.number + 1);
  const std::uint32_t syns = std::min(event.number + 1, syn_count);
  all.end_attempt(event.to, syns);
  if (event.result == -ETIMEDOUT) operation.syns = static_cast<std::uint16_t>(syns);
  std::int32_t result = event.result;
  if (result == 0) result = listener != nullptr || event.flag ? all.establish(event, listener) : -ECONNREFUSED;
  if (result < 0) all.give_port_back(event.to);
  all.core_.finish(operation, result);
}

void SimConnects::abandon(ConnectOperation& operation, SimEvent& event) {
  const Duration elapsed = core_.now - event.since;
  const auto sent = std::upper_bound(syn_sent_after.begin(), syn_sent_after.end(), elapsed) - syn_sent_after.begin();
  operation.syns = static_cast<std::uint16_t>(std::min(static_cast<std::uint32_t>(sent), event.number + 1));
  end_attempt(operation.to, operation.syns);
  give_port_back(operation.to);
  core_.events.remove(event);
}

void SimConnects::end_attempt(const Endpoint& to, std::uint32_t syns) {
  --core_.connecting;
  if (counts_by_endpoint) syns_.add(to, syns);
  syns_total_ += syns;
}

std::int32_t SimConnects::establish(const SimEvent& event, SimListener* listener) {
  const Endpoint client{core_.source_for(event.to.address), static_cast<std::uint16_t>(32'768 + next_port_)};
  next_port_ = static_cast<std::uint16_t>((next_port_ + 1) % ephemeral_ports);
  auto* const connection = new SimConnection(core_, event.link, client, event.to, listener == nullptr);
  if (ports_max != unbounded) connection->ended = [this, to = event.to] { give_port_back(to); };
  if (listener != nullptr) {
    listener->expect();
    SimEvent& arrival = core_.events.add(core_.now + event.link.latency / 2, arrive_at_listener);
    arrival.subject = this;
    arrival.to = event.to;
    arrival.context = connection;
  }
  return core_.open_handle(connection->client());
}

void SimConnects::arrive_at_listener(SimEvent& event) {
  auto& connection = *static_cast<SimConnection*>(event.context);
  SimListener* const listener = static_cast<SimConnects*>(event.subject)->find_listener(event.to);
  if (listener == nullptr) return connection.abandon(connection.server());
  listener->arrive(connection);
}

std::int32_t SimConnects::listen(const Endpoint& at, int backlog) {
  Endpoint local = at;
  if (local.port == 0)
    for (local.port = 32'768; listeners_.contains(local);) ++local.port;
  if (listeners_.contains(local)) return -EADDRINUSE;
  if (!core_.descriptor_left()) return -EMFILE;
  auto* const listener = new SimListener(core_, local, backlog, [this, local] { listeners_.erase(local); });
  listeners_[local] = listener;
  return core_.open_handle(*listener);
}

SimListener* SimConnects::find_listener(const Endpoint& at) {
  if (listeners_.empty()) return nullptr;
  if (const auto exact = listeners_.find(at); exact != listeners_.end()) return exact->second;
  if (!core_.is_ours(at.address)) return nullptr;
  const auto wildcard = listeners_.find(Endpoint{IpAddress{.family = at.address.family}, at.port});
  return wildcard == listeners_.end() ? nullptr : wildcard->second;
}

bool SimConnects::take_port(const Endpoint& to) {
  if (ports_max == unbounded) return true;
  std::uint32_t& in_use = ports_in_use_[to];
  if (in_use >= ports_max) return false;
  ++in_use;
  return true;
}

void SimConnects::give_port_back(const Endpoint& to) {
  if (ports_max != unbounded) --ports_in_use_[to];
}

}  // namespace atonce
