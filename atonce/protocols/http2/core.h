#pragma once

#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "atonce/protocols/http2/field_block.h"
#include "atonce/protocols/http2/frame_scanner.h"
#include "atonce/protocols/http2/session.h"

struct nghttp2_session;
struct nghttp2_session_callbacks;

namespace atonce {

/// A stream of either side. Told through `answer` or `exchange`, whichever its side has; null: nobody wants to know.
struct Http2Stream {
  Http2StreamId id = 0;
  Http2Source* source = nullptr;
  Http2Answer* answer = nullptr;
  Http2Exchange* exchange = nullptr;
  RequestHead request;    ///< of a server, while its fields come
  ResponseHead response;  ///< of a client, while its fields come
  std::size_t list_bytes = 0;
  std::uint64_t body_bytes = 0;
  std::optional<std::uint64_t> length;  ///< of Content-Length
  std::size_t unread_bytes = 0;         ///< came while it was held
  unsigned interim = 0;
  Http2Fault fault = Http2Fault::none;  ///< why it will be closed
  std::uint32_t code = 0;
  bool in_use = false;
  bool held = false;
  bool headed = false;      ///< the head came, what follows it are trailers
  bool ended = false;       ///< all of the peer's message came
  bool sent = false;        ///< a client: the request's head has left
  bool sent_all = false;    ///< our message has left
  bool peer_reset = false;  ///< `code` is the peer's
};

/// What client and server have in common: the library's session, the streams, the counting of floods. What is
/// particular to a side is in the private virtual functions.
class Http2Core {
 public:
  enum class Side : std::uint8_t { client, server };

  Http2Core(Side side, const Http2Settings& settings);
  virtual ~Http2Core();
  Http2Core(const Http2Core&) = delete;

  bool feed(std::string_view bytes);
  void finish();
  void append_output(std::string& out, std::size_t bytes_max);
  bool wants_output() const;
  bool is_over() const;
  void go_away();

  Http2Fault fault() const { return fault_; }
  bool is_settled() const { return settled_; }
  const std::optional<Http2GoAway>& gone_away() const { return gone_away_; }
  std::uint32_t streams_open() const { return open_; }
  std::uint32_t peer_streams_max() const;
  bool may_submit() const;

  void resume(Http2StreamId id);
  void hold(Http2StreamId id);
  void release(Http2StreamId id);
  /// Resets a stream about which nobody wants to know any more.
  void cancel(Http2StreamId id);

  /// Asks the stream's source for bytes to send; what came of it, as the library wants it.
  std::ptrdiff_t supply(Http2Stream& stream, std::span<std::byte> into, std::uint32_t& flags);

 protected:
  Http2Stream& take_stream();
  void drop_stream(Http2Stream& stream);
  Http2Stream* find(Http2StreamId id) const;
  const Http2Settings& settings() const { return settings_; }

  /// Hands the block over; the stream's id, or a negative code when there are no more.
  Http2StreamId send_request(const FieldBlock& block, Http2Stream& stream);
  void send_response(const FieldBlock& block, Http2Stream& stream);
  void send_interim(const FieldBlock& block, Http2Stream& stream);
  void send_reset(Http2StreamId id, std::uint32_t code);

  /// Tells the stream, once.
  void tell_broken(Http2Stream& stream, Http2Fault fault);
  /// The same, and resets it.
  void break_stream(Http2Stream& stream, Http2Fault fault, std::uint32_t code);

 private:
  friend struct Http2Calls;  // what the library calls back
  struct Delete {
    void operator()(nghttp2_session* session) const;
  };

  // Of a side.
  virtual bool take_field(Http2Stream& stream, std::string_view name, std::string_view value) = 0;
  virtual void take_head(Http2Stream& stream) = 0;
  virtual void take_body(Http2Stream& stream, std::span<const std::byte> bytes) = 0;
  virtual void take_end(Http2Stream& stream) = 0;
  /// The last word about it: `none` when all went well.
  virtual void tell_closed(Http2Stream& stream, const Http2Break& why) = 0;

  void start();
  static void set_calls(nghttp2_session_callbacks* calls);
  /// How much of the input may be read before a frame that is one too many, and what that makes its sender.
  struct Allowed {
    std::string_view bytes;
    Http2Fault then = Http2Fault::none;
  };
  Allowed allowed_of(std::string_view input);
  /// Counts a frame; `none` when it is all right.
  Http2Fault count(const FrameScanner::Header& frame);
  void read(std::string_view bytes);
  void count_useful();
  Http2Fault count_idle(Http2Fault fault, unsigned frames = 1);
  /// Says goodbye to a peer that floods us.
  void flood(Http2Fault fault);
  void stop(Http2Fault fault);
  void give_up(int error);
  void tell_all(Http2Fault fault);
  void take_chunk(Http2Stream& stream, std::span<const std::byte> bytes);
  void close_stream(Http2Stream& stream, std::uint32_t code);
  Http2Break break_of(const Http2Stream& stream, std::uint32_t code) const;
  bool send_one(std::string& out);
  void rethrow();

  Side side_;
  Http2Settings settings_;
  std::unique_ptr<nghttp2_session, Delete> session_;
  FrameScanner scanner_;
  std::vector<std::unique_ptr<Http2Stream>> streams_;  ///< all that there ever were at once, used again
  std::vector<Http2Stream*> free_;
  std::uint32_t open_ = 0;
  std::string early_output_;  ///< made while input was read
  std::optional<Http2GoAway> gone_away_;
  std::exception_ptr thrown_;       ///< by whom we told, on its way through the library
  Http2Stream* heading_ = nullptr;  ///< whose fields are coming
  unsigned continuations_ = 0;
  unsigned idle_frames_ = 0;
  Http2Fault last_idle_ = Http2Fault::empty_frame_flood;
  Http2Fault fault_ = Http2Fault::none;
  bool settled_ = false;
  bool invalid_seen_ = false;  ///< the library found something wrong: it may have said goodbye
  bool over_ = false;          ///< nothing is read any more, everybody has been told
  bool dead_ = false;          ///< nothing is sent any more
};

}  // namespace atonce
