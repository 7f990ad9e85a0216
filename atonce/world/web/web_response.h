#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "atonce/model/duration.h"
#include "atonce/protocols/http/fields.h"

namespace atonce {

/// What comes of a connection, or of a stream of HTTP/2, behind the last byte of an answer.
enum class WebEnd : std::uint8_t {
  keep,    ///< the next request, where the protocol allows one
  finish,  ///< an orderly end: FIN
  reset,   ///< RST
  stall,   ///< nothing more, and the connection stays open until the peer, or a time-out, ends it
};

/// A stretch of an answer.
struct WebPiece {
  Duration wait{};  ///< before it goes
  std::string bytes;
};

/// What an answer has behind its first bytes, one piece after the other; empty at the end. Nothing is made before it
/// can be sent, so an answer of any length takes the memory of one piece.
using WebPieces = std::function<std::optional<WebPiece>()>;

/// Whether an answer is bytes of the connection itself, which no carrier frames, and of which protocol.
enum class WebRaw : std::uint8_t { no, http1, http2 };

/// An answer, whatever will carry it.
struct WebResponse {
  std::uint16_t status = 200;
  std::string reason = {};  ///< empty: the usual one
  Fields fields = {};
  std::string body = {};
  WebPieces pieces = {};  ///< behind `body`
  /// How long `body` and `pieces` are together: becomes Content-Length. Empty: chunked (HTTP/1.1) or told by the end.
  std::optional<std::uint64_t> length = {};
  Duration delay{};  ///< before the first byte
  WebEnd end = WebEnd::keep;
  /// `body` and `pieces` are what goes over the connection, byte by byte, and `status` is only for the log.
  WebRaw raw = WebRaw::no;
};

/// An answer of one piece, with its length.
WebResponse make_web_response(std::uint16_t status, std::string_view content_type, std::string body);
/// 200 with JSON.
struct WebJson;
WebResponse json_response(const WebJson& json, std::uint16_t status = 200);
/// A short page that says what is wrong, in words.
WebResponse complaint_response(std::uint16_t status, std::string_view why);

}  // namespace atonce
