#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "atonce/model/exchange.h"
#include "atonce/protocols/tls/session_cache.h"
#include "atonce/protocols/tls/tls_context.h"
#include "atonce/protocols/tls/tls_fault.h"

namespace atonce {

enum class TlsStep : std::uint8_t {
  done,
  needs_input,  ///< send what `output` has, then feed what the peer sends
  failed,       ///< `fault` and `detail` say why; `output` may hold an alert for the peer
};

struct TlsRead {
  enum class Kind : std::uint8_t {
    data,
    needs_input,
    ended,   ///< the peer said that it has no more to send (close_notify)
    cut,     ///< the connection ended without that: what came may not be all
    failed,  ///< `fault` and `detail` say why
  };
  Kind kind = Kind::needs_input;
  std::size_t bytes = 0;  ///< of plaintext; not 0 for `data` alone
};

/// One TLS connection without any I/O: ciphertext goes in by `feed` and out by `output`, the caller moves both.
///
///     session.handshake() until it is not needs_input: send output(), receive, feed();
///     write(request); send output(); read() until it is not data, or receive and feed() when it needs input;
///     close_notify(); send output().
///
/// After each call of `handshake`, `read`, `write` and `close_notify` there may be output to send: reading answers key
/// updates, and a failure writes an alert.
class TlsSession {
 public:
  /// To `host`, a name (sent as SNI, checked against the certificate) or the text of an address (checked, never sent).
  /// `sessions`, if any, outlives the session: one is taken from it to be resumed, and new ones are put there.
  static TlsSession client(const TlsContext& context, std::string_view host, std::uint16_t port,
                           TlsSessionCache* sessions = nullptr);
  static TlsSession server(const TlsContext& context);
  ~TlsSession();
  TlsSession(TlsSession&&) noexcept;
  TlsSession& operator=(TlsSession&&) noexcept;

  /// Ciphertext that came, copied.
  void feed(std::span<const std::byte> ciphertext);
  /// Without a copy: room for at least `bytes` more, to receive into; then say how many came. Valid until any other
  /// call.
  std::span<std::byte> input_space(std::size_t bytes = 16'384);
  void input_came(std::size_t bytes);
  /// The connection has ended: nothing more will be fed.
  void input_ended();
  /// Ciphertext that was fed and not yet looked at.
  std::size_t input_left() const;
  /// `read` would ask for input: nothing of what came is left. Costs less than to try.
  bool is_hungry() const;
  /// Gives back what memory an idle connection can do without: some 34 of 58 KB, taken again when there is something to
  /// do.
  void release_buffers();

  TlsStep handshake();
  /// Up to `into.size()` bytes of plaintext, at most 16,384.
  TlsRead read(std::span<std::byte> into);
  /// All of it goes to `output`, encrypted: write as much as you are ready to hold. False when the connection failed.
  bool write(std::span<const std::byte> plaintext);
  /// Says that we have no more to send; more calls say nothing.
  void close_notify();

  /// To be sent, in order. Valid until any other call.
  std::span<const std::byte> output() const;
  void output_sent(std::size_t bytes);

  bool established() const;       ///< the handshake is done
  std::string_view alpn() const;  ///< what both agreed upon; empty: nothing
  bool resumed() const;
  /// What a client asked for by SNI, as a server sees it; empty for none.
  std::string_view server_name() const;

  TlsFault fault() const;
  /// Why, as a sentence for a person without its full stop: "the certificate expired on 2015-04-12 23:59:59 UTC".
  const std::string& detail() const;
  /// What was agreed upon and which certificate was shown, as far as it came; also after a failure.
  TlsFacts facts() const;

  struct State;  ///< of this library's own

 private:
  explicit TlsSession(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace atonce
