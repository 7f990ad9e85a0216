#pragma once

#include <optional>
#include <string>

#include "atonce/protocols/client/client.h"
#include "atonce/protocols/client/delivery.h"
#include "atonce/protocols/client/http2_connection.h"
#include "atonce/protocols/client/phase_watch.h"

namespace atonce {

/// The body of a request in memory, as HTTP/2 asks for it.
class Http2View final : public Http2Source {
 public:
  explicit Http2View(std::string_view rest) : rest_(rest) {}
  Http2Piece read(std::span<std::byte> into) override;

 private:
  std::string_view rest_;
};

/// One that is made while it is sent: a task fetches the next piece while the last one waits for its window.
class Http2Pump final : public Http2Source {
 public:
  Http2Pump(Io& io, BodySource& source) : taken_(io), source_(source) {}
  Http2Piece read(std::span<std::byte> into) override;
  /// Until the end of the body; `more` is called when there is something to be read again.
  Task<Result<void>> run(std::function<void()> more);

 private:
  Signal taken_;
  BodySource& source_;
  std::string piece_;
  std::size_t at_ = 0;
  bool ended_ = false;
  bool failed_ = false;
};

/// One request and its answer over a stream of an HTTP/2 connection.
class Http2ExchangeStream final : Http2Answer {
 public:
  Http2ExchangeStream(Http2Connection& connection, PhaseWatch& watch, const HttpRequest& request,
                      const RequestOptions& options, const HttpLimits& limits, BodySink& sink, Fetched& into);

  /// Does it; the verdict is in `into` then.
  Task<void> run(const RequestHead& head);

  /// The connection was gone before the request was on it: another has to do.
  bool not_begun() const { return state_ == State::not_begun; }
  /// The peer did nothing with the request: it may be sent again whatever it is.
  bool unprocessed() const { return break_ && break_->unprocessed; }
  /// The connection broke without a byte of an answer.
  bool lost() const { return break_ && break_->fault == Http2Fault::closed && !answered_; }

 private:
  enum class State : std::uint8_t { open, settling, complete, broken, stopped, not_begun };

  void head(ResponseHead& head) override;
  void body(std::span<const std::byte> bytes) override;
  void end() override;
  void broken(const Http2Break& why) override;

  Task<void> exchange(const RequestHead& head);
  Task<void> exchange_with_pump(const RequestHead& head);
  Task<void> wait_for_answer();
  Task<bool> settle();
  void answered();
  void take(Delivery::State state);
  void deliver(std::span<const std::byte> bytes);
  void complete();
  void stop(Verdict verdict, int error, std::string_view detail);
  void note_break();
  void note_bytes();

  Http2Connection& connection_;
  Io& io_;
  PhaseWatch& watch_;
  const HttpRequest& request_;
  const RequestOptions& options_;
  const HttpLimits& limits_;
  Fetched& into_;
  Delivery delivery_;
  Signal news_;
  Http2View view_;
  std::optional<Http2Pump> pump_;
  std::optional<Http2Break> break_;
  std::optional<Error> source_error_;
  std::string held_;  ///< came while the sink settles: a stream's window at most
  std::uint64_t wire_bytes_ = 0;
  Http2StreamId stream_ = 0;
  State state_ = State::open;
  bool answered_ = false;
  bool ended_ = false;  ///< the peer has said everything, perhaps more than was delivered yet
};

}  // namespace atonce
