#include "atonce/runtime/fault_plan.h"

#include <fmt/format.h>
#include <strings.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <optional>
#include <utility>

namespace atonce {
namespace {

struct KindRow {
  std::string_view name;
  FaultKinds kinds;
};
constexpr FaultKinds told_later = FaultKinds(FaultKind::connect) | FaultKind::accept | FaultKind::receive |
                                  FaultKind::send | FaultKind::datagram | FaultKind::child | FaultKind::offload;
constexpr FaultKinds streams = FaultKinds(FaultKind::receive) | FaultKind::send;
// Work for the thread pool runs in place when the pool cannot take it, so it never fails to start.
constexpr FaultKinds can_fail = FaultKinds(FaultKind::connect) | FaultKind::accept | FaultKind::receive |
                                FaultKind::send | FaultKind::datagram | FaultKind::child | FaultKind::open |
                                FaultKind::listen;
constexpr std::array all_kinds{
    KindRow{"connect", FaultKind::connect},   KindRow{"accept", FaultKind::accept},
    KindRow{"receive", FaultKind::receive},   KindRow{"send", FaultKind::send},
    KindRow{"datagram", FaultKind::datagram}, KindRow{"child", FaultKind::child},
    KindRow{"offload", FaultKind::offload},   KindRow{"open", FaultKind::open},
    KindRow{"listen", FaultKind::listen},     KindRow{"any", can_fail | told_later},
};

/// The word that is being read, for what there is to complain about.
struct Word {
  std::string_view whole;
  std::string_view what;
  std::string_view kind;
  std::string_view when;    ///< empty: each
  std::string_view amount;  ///< empty: none

  std::unexpected<Complaint> refuse(std::string_view why) const {
    return complain(fmt::format("the fault \"{}\" cannot be: {}", whole, why));
  }
};

/// Cuts `text` at the first `mark`; gives what stands behind it.
std::string_view cut(std::string_view& text, char mark) {
  const std::size_t at = text.find(mark);
  if (at == text.npos) return {};
  const std::string_view behind = text.substr(at + 1);
  text = text.substr(0, at);
  return behind;
}

Word split(std::string_view text) {
  Word word{.whole = text, .what = text};
  word.kind = cut(word.what, '@');
  word.amount = cut(word.kind, '+');
  word.when = cut(word.kind, ':');
  return word;
}

std::optional<std::uint64_t> parse_count(std::string_view text) {
  std::uint64_t count = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (failure != std::errc() || end != text.data() + text.size() || count == 0) return std::nullopt;
  return count;
}

std::optional<double> parse_percent(std::string_view text) {
  double percent = 0;
  const auto [end, failure] =
      std::from_chars(text.data(), text.data() + text.size(), percent, std::chars_format::fixed);
  if (failure != std::errc() || end != text.data() + text.size() || !(percent >= 0 && percent <= 100))
    return std::nullopt;
  return percent / 100;
}

Parsed<FaultWhen> parse_when(const Word& word) {
  std::string_view text = word.when;
  if (text.empty()) return FaultWhen{};
  if (text.ends_with('%')) {
    text.remove_suffix(1);
    const std::optional<double> probability = parse_percent(text);
    if (!probability) return word.refuse("a share is between 0% and 100%");
    return FaultWhen{.way = FaultWhen::Way::chance, .probability = *probability};
  }
  const bool every = text.starts_with('/');
  if (every) text.remove_prefix(1);
  const std::optional<std::uint64_t> number = parse_count(text);
  if (!number) return word.refuse("after the colon stands 100 (the 100th), /100 (each 100th) or 1% (by chance)");
  return FaultWhen{.way = every ? FaultWhen::Way::every_nth : FaultWhen::Way::nth, .number = *number};
}

int parse_errno(std::string_view name) {
  constexpr int errno_max = 133;  // EHWPOISON, the last one of Linux: errno(3).
  for (int code = 1; code <= errno_max; ++code) {
    const char* const known = strerrorname_np(code);
    if (known != nullptr && std::strlen(known) == name.size() && ::strncasecmp(known, name.data(), name.size()) == 0)
      return code;
  }
  return 0;
}

Parsed<FaultRule> parse_delayed(const Word& word, FaultRule rule) {
  rule.kinds = rule.kinds & told_later;
  if (!rule.kinds.any()) return word.refuse("opening and listening are done at once and cannot be late");
  const Parsed<Duration> delay = parse_duration(word.amount);
  if (!delay) return word.refuse("say by how much, as in late@receive:5%+200ms");
  rule.delay = *delay;
  return rule;
}

Parsed<FaultRule> parse_shortened(const Word& word, FaultRule rule) {
  rule.kinds = rule.kinds & streams;
  if (!rule.kinds.any()) return word.refuse("only what is sent or received on a stream can be short");
  const std::optional<std::uint64_t> bytes = parse_count(word.amount);
  if (!bytes) return word.refuse("say how many bytes, at least one, as in short@send:3 or short@send:5%+3");
  rule.bytes_max = static_cast<std::size_t>(*bytes);
  return rule;
}

Parsed<FaultRule> parse_error(const Word& word, FaultRule rule) {
  rule.error = parse_errno(word.what);
  rule.kinds = rule.kinds & can_fail;
  if (rule.error == 0)
    return word.refuse("before the @ stands late, latecancel, short, or an error of errno(3) such as emfile");
  if (!rule.kinds.any()) return word.refuse("offloaded work cannot fail to start");
  if (!word.amount.empty()) return word.refuse("an error has no amount");
  return rule;
}

Parsed<FaultRule> parse_rule(Word word, FaultKinds kinds) {
  // "short@send:3": what stands there is how many, unless a + says that it comes later.
  if (word.what == "short" && word.amount.empty()) word.amount = std::exchange(word.when, {});
  const Parsed<FaultWhen> when = parse_when(word);
  if (!when) return std::unexpected(when.error());
  FaultRule rule{.kinds = kinds, .when = *when};
  if (word.what == "late" || word.what == "latecancel") {
    rule.what = word.what == "late" ? FaultRule::What::late : FaultRule::What::late_cancel;
    return parse_delayed(word, rule);
  }
  if (word.what == "short") {
    rule.what = FaultRule::What::shortened;
    return parse_shortened(word, rule);
  }
  return parse_error(word, rule);
}

Parsed<void> add_word(std::string_view text, IoFaults& faults) {
  const Word word = split(text);
  if (word.what == "badalloc") {
    const std::optional<std::uint64_t> number = parse_count(word.kind);
    if (!number || word.kind.data() + word.kind.size() != text.data() + text.size())
      return word.refuse("say which allocation fails, as in badalloc@1000");
    faults.plan.allocation_to_fail = *number;
    return {};
  }
  const auto* const row = std::ranges::find(all_kinds, word.kind, &KindRow::name);
  if (row == all_kinds.end()) {
    faults.unknown.emplace_back(text);
    return {};
  }
  const Parsed<FaultRule> rule = parse_rule(word, row->kinds);
  if (!rule) return std::unexpected(rule.error());
  faults.plan.rules.push_back(*rule);
  return {};
}

}  // namespace

Parsed<IoFaults> parse_io_faults(std::string_view text) {
  IoFaults faults;
  while (!text.empty()) {
    const std::string_view rest = cut(text, ',');
    if (const Parsed<void> added = add_word(text, faults); !added) return std::unexpected(added.error());
    text = rest;
  }
  return faults;
}

bool is_error_of_this_machine(int error) {
  constexpr std::array local{EMFILE, ENFILE, ENOBUFS,     ENOMEM, EADDRNOTAVAIL,
                             EACCES, EPERM,  ENETUNREACH, EAGAIN, EINVAL};
  return std::ranges::find(local, error) != local.end();
}

}  // namespace atonce
