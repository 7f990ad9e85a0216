#pragma once

#include <optional>
#include <string>

#include "atonce/protocols/client/pool.h"
#include "atonce/protocols/client/signal.h"
#include "atonce/protocols/http2/session.h"

namespace atonce {

/// An HTTP/2 connection and the two tasks that keep it going: one receives, one sends what all of its streams have to
/// say. Ends when the peer, a fault or a time without users ends it, and waits for its last user then.
class Http2Connection final : public SharedConnection, Timer {
 public:
  Http2Connection(Pool& pool, Origin& origin, const ClientSettings& settings, std::unique_ptr<Connection> carrier,
                  bool for_one);
  ~Http2Connection();

  bool has_room() const override;
  void reserve() override;
  /// After `reserve`, when no stream is to be opened after all.
  void give_up();
  /// After `submit`, when the stream's user has done with it.
  void release();

  /// Its life; then it may be destroyed.
  Task<void> run();

  /// Begins a stream for somebody who has reserved it. Nothing when the connection takes no more: another will.
  std::optional<Parsed<Http2StreamId>> submit(const RequestHead& head, Http2Source* source, Http2Answer& answer);
  void cancel(Http2StreamId stream);
  void hold(Http2StreamId stream) { session_.hold(stream); }
  void release_window(Http2StreamId stream);
  void resume(Http2StreamId stream);

  const Connection& carrier() const { return *carrier_; }
  /// Exchanges that were begun on it.
  std::uint64_t exchanges() const { return exchanges_; }
  /// Why the connection was lost; 0 when the peer ended it in order, or while it stands.
  int error() const { return error_; }

 private:
  Task<void> receive_all();
  Task<void> send_all();
  Task<void> gather();
  void retire();
  void over();

  Pool& pool_;
  Origin& origin_;
  const ClientSettings& settings_;
  std::unique_ptr<Connection> carrier_;
  Http2Client session_;
  Signal has_output_;
  Signal unused_;
  Scope* scope_ = nullptr;  ///< of both tasks, while they run
  std::uint64_t exchanges_ = 0;
  std::uint32_t users_ = 0;
  std::uint32_t reserved_ = 0;  ///< of the users, those who have no stream yet
  int error_ = 0;
  bool for_one_;
  bool retired_ = false;
};

}  // namespace atonce
