#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "atonce/protocols/dns/datagrams.h"
#include "atonce/runtime/limiter.h"

namespace atonce {

/// The servers of a resolver: which to ask, how often, and how long each is given.
class Servers {
 public:
  Servers(Io& io, Scope& background, const ResolverConfig& config, ResolverCounters& counters);

  /// Asks one question of one server after the other, in rounds, until one answers: an address, that there is none, an
  /// alias. SERVFAIL and REFUSED end the asking once every server of the round was tried. `name` must outlive the
  /// await; `now` is the time of the call; `place` is a permit of `fresh()`, or none.
  Task<Reply> ask(std::string_view name, RecordType type, Instant now, std::optional<Permit>& place);

  /// The bound of fresh questions.
  Limiter& fresh() { return fresh_; }

 private:
  struct Server {
    Endpoint endpoint;
    DatagramPorts ports;
    Limiter streams;
    bool edns = true;
    unsigned failures = 0;    ///< in a row
    Instant avoided_until{};  ///< asked after the others until then
  };
  struct Question {
    std::string_view name;
    RecordType type;
    Duration timeout;
    std::optional<Permit>& place;
  };

  void put_in_order(std::vector<Server*>& order) const;
  Task<Reply> ask_server(Server& server, const Question& question);
  Task<Reply> ask_once(Server& server, const Question& question, bool edns);
  Task<Reply> ask_over_stream(Server& server, const Question& question);
  void note(Server& server, const Reply& reply);

  Io& io_;
  const ResolverConfig& config_;
  ResolverCounters& counters_;
  Limiter fresh_;
  std::vector<std::unique_ptr<Server>> servers_;
};

/// The verdict over a name from what came of its question; `open` where there are addresses or an alias.
Verdict verdict_of(const Reply& reply);

}  // namespace atonce
