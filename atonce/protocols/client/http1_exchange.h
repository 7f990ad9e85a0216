#pragma once

#include <optional>

#include "atonce/protocols/client/client.h"
#include "atonce/protocols/client/connection.h"
#include "atonce/protocols/client/delivery.h"
#include "atonce/protocols/client/phase_watch.h"
#include "atonce/protocols/client/request_writer.h"

namespace atonce {

/// One request and its answer over an HTTP/1.1 connection.
class Http1Exchange {
 public:
  Http1Exchange(Connection& connection, PhaseWatch& watch, const HttpRequest& request, const RequestOptions& options,
                const HttpLimits& limits, BodySink& sink, Fetched& into);

  /// Does it; the verdict is in `into` then. `via`: the proxy that answers itself.
  Task<void> run(RequestWriter& writer, const Proxy* via);

  /// Another exchange may use the connection.
  bool reusable() const { return complete_ && all_sent_ && rest_.empty() && connection_.reader.keep_alive(); }
  /// No byte of an answer came, for a reason that another connection may not have.
  bool lost() const { return lost_ && !connection_.reader.answered(); }
  /// Something of the request left us.
  bool sent() const { return connection_.stream.sent() != sent_before_; }

 private:
  enum class Step : std::uint8_t { more, settle, done };

  bool prepare(RequestWriter& writer, const Proxy* via);
  Task<void> send_and_receive();
  Task<Result<void>> send_body();
  Task<void> receive_answer();
  Task<Result<std::size_t>> read_source(std::span<std::byte> into);
  std::unexpected<Error> break_off(Error error);
  bool came(const Result<std::size_t>& count);
  Step consume();
  Step take_head();
  Step step_of(Delivery::State state);
  Step end();
  void stream_ended();
  void fail(Verdict verdict, int error, std::string_view detail);
  void lose(Error error);
  void note_answer();

  Connection& connection_;
  PhaseWatch& watch_;
  const HttpRequest& request_;
  const RequestOptions& options_;
  Fetched& into_;
  Delivery delivery_;
  BodyFraming framing_;
  std::string_view rest_;  ///< received and not yet read
  std::uint64_t sent_before_;
  std::optional<Error> source_error_;  ///< The streaming body came to nothing.
  bool body_apart_ = false;            ///< does not go out with the head
  bool all_sent_ = false;
  bool complete_ = false;
  bool lost_ = false;
};

}  // namespace atonce
