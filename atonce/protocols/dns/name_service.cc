#include "atonce/protocols/dns/name_service.h"

#include <algorithm>
#include <cerrno>
#include <utility>

namespace atonce {
namespace {

constexpr std::size_t chains_min = 256;
// Answers that end in an alias are asked on so often: a chain that takes more is a loop, or meant to hurt.
constexpr int questions_per_name_max = 8;

}  // namespace

/// Waits for the answer to a question that another asked. Nothing when the other gave up, or this scope was cancelled.
class NameService::Follow : Leaf {
 public:
  Follow(Io& io, OpenQuestion& question) : io_(io), question_(question) {}
  Follow(const Follow&) = delete;

  bool await_ready() const noexcept { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> handle) {
    Scope& scope = *handle.promise().scope;
    cancelled_ = scope.cancelled();
    if (cancelled_) return false;
    waiter = handle;
    cancel = [](Leaf& leaf) {
      auto& follow = static_cast<Follow&>(leaf);
      follow.cancelled_ = true;
      follow.end(nullptr);
    };
    scope.add(*this);
    place_.follow = this;
    place_.link(question_.waiters);
    return true;
  }
  struct End {
    std::optional<Lookup> answer;
    bool cancelled;
  };
  End await_resume() { return {std::move(answer_), cancelled_}; }

  static void end_all(OpenQuestion& question, const Lookup* answer) {
    while (question.waiters.next != &question.waiters) static_cast<Place*>(question.waiters.next)->follow->end(answer);
  }

 private:
  struct Place : Leaf {
    Follow* follow = nullptr;
  };
  void end(const Lookup* answer) {
    if (answer != nullptr) answer_ = *answer;
    unlink();
    place_.unlink();
    io_.schedule(waiter);
  }

  Io& io_;
  OpenQuestion& question_;
  Place place_;
  std::optional<Lookup> answer_;
  bool cancelled_ = false;
};

/// A question's place in the table while its servers are asked.
class NameService::Asking {
 public:
  Asking(NameService& service, std::string_view name, RecordType type, std::size_t hash)
      : service_(service), question_{.name = name, .type = type, .hash = hash} {
    question_.waiters.previous = question_.waiters.next = &question_.waiters;
    if (service_.open_count_ >= service_.open_.size()) widen();
    question_.next = std::exchange(chain_of(hash), &question_);
    ++service_.open_count_;
  }
  Asking(const Asking&) = delete;
  // Whoever still waits looks for another answer: the first of them asks anew.
  ~Asking() { finish(nullptr); }

  void finish(const Lookup* answer) {
    if (!std::exchange(in_table_, false)) return;
    OpenQuestion** link = &chain_of(question_.hash);
    while (*link != &question_) link = &(*link)->next;
    *link = question_.next;
    --service_.open_count_;
    Follow::end_all(question_, answer);
  }

 private:
  OpenQuestion*& chain_of(std::size_t hash) { return service_.open_[hash & (service_.open_.size() - 1)]; }

  void widen() {
    std::vector<OpenQuestion*> before(service_.open_.size() * 2);
    before.swap(service_.open_);
    for (OpenQuestion* question : before)
      while (question != nullptr) {
        OpenQuestion* const following = question->next;
        question->next = std::exchange(chain_of(question->hash), question);
        question = following;
      }
  }

  NameService& service_;
  OpenQuestion question_;
  bool in_table_ = true;
};

NameService::NameService(Io& io, Scope& background, const ResolverConfig& config)
    : io_(io), servers_(io, background, config, counters), cache_(config.cache_entries_max), open_(chains_min) {}

OpenQuestion* NameService::find_open(std::string_view name, RecordType type, std::size_t hash) const {
  OpenQuestion* question = open_[hash & (open_.size() - 1)];
  while (question != nullptr && (question->type != type || question->name != name)) question = question->next;
  return question;
}

Task<Lookup> NameService::ask(std::string_view name, RecordType type) {
  const std::size_t hash = hash_question(name, type);
  Instant now = io_.now();
  while (true) {
    if (const Lookup* const known = cache_.find(name, type, now)) {
      ++counters.cache_hits;
      co_return *known;
    }
    OpenQuestion* const question = find_open(name, type, hash);
    if (question == nullptr) break;
    ++counters.merged;
    Follow::End end = co_await Follow(io_, *question);
    if (end.answer) co_return std::move(*end.answer);
    if (end.cancelled) co_return std::unexpected(LookupFailure{Verdict::unfinished, ECANCELED});
    now = io_.now();
  }
  Asking asking(*this, name, type, hash);
  std::optional<Permit> place;
  {
    Result<Permit> permit = co_await servers_.fresh().acquire();
    if (!permit) co_return std::unexpected(LookupFailure{Verdict::unfinished, permit.error().code});
    place = std::move(*permit);
  }
  Answer answer = co_await ask_servers(name, type, place);
  place.reset();
  if (answer.lookup || answer.lookup.error().verdict != Verdict::unfinished) asking.finish(&answer.lookup);
  cache_.put(name, type, answer.lookup, answer.ttl_s, io_.now());
  co_return std::move(answer.lookup);
}

Task<NameService::Answer> NameService::ask_servers(std::string_view name, RecordType type,
                                                   std::optional<Permit>& place) {
  std::uint32_t ttl_s = AnswerCache::ttl_s_max;
  std::string alias;
  for (int questions = 0; questions < questions_per_name_max; ++questions) {
    Reply reply = co_await servers_.ask(questions == 0 ? name : alias, type, io_.now(), place);
    ttl_s = std::min(ttl_s, reply.ttl_s);
    switch (reply.kind) {
      case ReplyKind::alias: alias = std::move(reply.alias); continue;
      case ReplyKind::addresses: co_return Answer{.lookup = std::move(reply.addresses), .ttl_s = ttl_s};
      case ReplyKind::unaskable:
        if (questions > 0) co_return Answer{.lookup = std::unexpected(LookupFailure{Verdict::dns_invalid}), .ttl_s = 0};
        [[fallthrough]];
      default:
        co_return Answer{.lookup = std::unexpected(LookupFailure{verdict_of(reply), reply.error}), .ttl_s = ttl_s};
    }
  }
  co_return Answer{.lookup = std::unexpected(LookupFailure{Verdict::dns_invalid}), .ttl_s = 0};
}

}  // namespace atonce
