#pragma once

#include <string>

#include "atonce/protocols/http2/session.h"
#include "atonce/world/web/web_connection.h"

namespace atonce {

class WebHttp2Connection;

/// One request of an HTTP/2 connection and its answer, whose pieces it hands out as the session asks for them.
class Http2WebStream final : public Http2Exchange, public Http2Source {
 public:
  Http2WebStream(WebHttp2Connection& connection, Http2StreamId id, RequestHead& head);

  void body(std::span<const std::byte> bytes) override;
  void end() override;
  void closed(const Http2Break& why) override;
  Http2Piece read(std::span<std::byte> into) override;

  Http2StreamId id() const { return id_; }
  /// When it wants to be asked again; `never`: not by the clock.
  Instant due() const { return due_; }
  /// Goes on, its time has come.
  void go_on();

 private:
  void answer();
  void respond();
  bool take_piece();

  WebHttp2Connection& connection_;
  Http2StreamId id_;
  WebRequest request_;
  WebResponse response_;
  std::string piece_;
  std::size_t taken_ = 0;  ///< of `piece_`
  Instant begun_{};
  Instant due_ = never;
  bool body_too_large_ = false;
  bool answered_ = false;
  bool responded_ = false;  ///< its head is on the way
};

}  // namespace atonce
