#include "atonce/strategies/wire.h"

#include <cstring>
#include <type_traits>

#include "atonce/model/exchange_codec.h"

namespace atonce {
namespace {

template <class T>
  requires std::is_trivially_copyable_v<T>
void put(const T& value, std::string& to) {
  to.append(reinterpret_cast<const char*>(&value), sizeof value);
}

void put(const std::string& text, std::string& to) {
  put(static_cast<std::uint32_t>(text.size()), to);
  to.append(text);
}

template <class T>
  requires std::is_trivially_copyable_v<T>
bool take(T& value, std::string_view& from) {
  if (from.size() < sizeof value) return false;
  std::memcpy(static_cast<void*>(&value), from.data(), sizeof value);
  from.remove_prefix(sizeof value);
  return true;
}

bool take(std::string& text, std::string_view& from) {
  std::uint32_t size = 0;
  if (!take(size, from) || from.size() < size) return false;
  text.assign(from.substr(0, size));
  from.remove_prefix(size);
  return true;
}

void put(const Boxed<Exchange>& exchange, std::string& to) {
  put(static_cast<bool>(exchange), to);
  if (!exchange) return;
  write_exchange(*exchange, to);
  for (const Instant instant : {exchange->secured, exchange->requested, exchange->answered}) put(instant, to);
}

bool take(Boxed<Exchange>& exchange, std::string_view& from) {
  std::uint8_t there = 0;
  if (!take(there, from) || there > 1) return false;
  if (there == 0) return true;
  Exchange& read = exchange.emplace();
  return read_exchange(from, read) && take(read.secured, from) && take(read.requested, from) &&
         take(read.answered, from);
}

}  // namespace

void write_target(const Target& target, std::string& to) {
  put(target.index, to);
  put(target.line, to);
  put(target.input, to);
  put(target.host, to);
  put(target.address, to);
  put(target.port, to);
  put(target.url, to);
  put(target.userinfo, to);
  put(target.complaint, to);
  put(target.source, to);
  put(target.bytes, to);
  put(target.batch, to);
  put(target.step, to);
  put(target.after_failure, to);
  put(target.members, to);
  put(static_cast<std::uint32_t>(target.columns.size()), to);
  for (const auto& [name, value] : target.columns) {
    put(name, to);
    put(value, to);
  }
}

std::optional<Target> read_target(std::string_view& from) {
  Target target;
  std::uint32_t columns = 0;
  if (!(take(target.index, from) && take(target.line, from) && take(target.input, from) && take(target.host, from) &&
        take(target.address, from) && take(target.port, from) && take(target.url, from) &&
        take(target.userinfo, from) && take(target.complaint, from) && take(target.source, from) &&
        take(target.bytes, from) && take(target.batch, from) && take(target.step, from) &&
        take(target.after_failure, from) && take(target.members, from) && take(columns, from)))
    return std::nullopt;
  for (; columns > 0; --columns) {
    auto& [name, value] = target.columns.emplace_back();
    if (!take(name, from) || !take(value, from)) return std::nullopt;
  }
  return target;
}

void write_outcome(const Outcome& outcome, std::string& to) {
  write_target(outcome.target, to);
  put(outcome.verdict, to);
  put(outcome.error, to);
  put(outcome.tries, to);
  put(outcome.lap, to);
  put(outcome.doubts, to);
  put(outcome.overturned, to);
  put(outcome.evidence, to);
  put(outcome.address, to);
  for (const Instant instant : {outcome.due, outcome.started, outcome.resolved, outcome.connected, outcome.finished})
    put(instant, to);
  put(static_cast<std::uint32_t>(outcome.attempts.size()), to);
  for (const Attempt& attempt : outcome.attempts) put(attempt, to);
  put(outcome.exchange, to);
}

std::optional<Outcome> read_outcome(std::string_view& from) {
  std::optional<Target> target = read_target(from);
  if (!target) return std::nullopt;
  Outcome outcome{.target = std::move(*target)};
  std::uint32_t attempts = 0;
  if (!(take(outcome.verdict, from) && take(outcome.error, from) && take(outcome.tries, from) &&
        take(outcome.lap, from) && take(outcome.doubts, from) && take(outcome.overturned, from) &&
        take(outcome.evidence, from) && take(outcome.address, from)))
    return std::nullopt;
  for (Instant* instant : {&outcome.due, &outcome.started, &outcome.resolved, &outcome.connected, &outcome.finished})
    if (!take(*instant, from)) return std::nullopt;
  if (!take(attempts, from) || from.size() < attempts * sizeof(Attempt)) return std::nullopt;
  outcome.attempts.resize(attempts);
  for (Attempt& attempt : outcome.attempts) take(attempt, from);
  if (!take(outcome.exchange, from)) return std::nullopt;
  return outcome;
}

}  // namespace atonce
