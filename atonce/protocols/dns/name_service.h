#pragma once

#include <vector>

#include "atonce/protocols/dns/cache.h"
#include "atonce/protocols/dns/servers.h"

namespace atonce {

/// One question and those who wait for its answer. Lives in the frame of whoever asks the servers.
struct OpenQuestion {
  std::string_view name;
  RecordType type;
  std::size_t hash;
  OpenQuestion* next = nullptr;
  Leaf waiters;
};

/// Answers one question at a time from the cache, from the same question already asked, or from the servers.
class NameService {
 public:
  NameService(Io& io, Scope& background, const ResolverConfig& config);

  /// `name` must outlive the await.
  Task<Lookup> ask(std::string_view name, RecordType type);

  ResolverCounters counters;

 private:
  struct Answer {
    Lookup lookup;
    std::uint32_t ttl_s;
  };
  class Asking;
  class Follow;

  OpenQuestion* find_open(std::string_view name, RecordType type, std::size_t hash) const;
  Task<Answer> ask_servers(std::string_view name, RecordType type, std::optional<Permit>& place);

  Io& io_;
  Servers servers_;
  AnswerCache cache_;
  // In flight by hash; doubled when there are as many questions as chains.
  std::vector<OpenQuestion*> open_;
  std::size_t open_count_ = 0;
};

}  // namespace atonce
