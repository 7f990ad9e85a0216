#include "atonce/model/exchange_codec.h"

#include <algorithm>
#include <iterator>
#include <limits>

#include "atonce/model/varint.h"

namespace atonce {
namespace {

using Caps = ExchangeCaps;

constexpr std::size_t number_bytes_max = varint_bytes_max;
constexpr std::uint64_t batch_us_max = 100ULL * 365 * 86'400 * 1'000'000;  // A century, which nanoseconds can tell.
constexpr std::size_t tls_bytes_max =
    5 * Caps::words + 2 * Caps::sentence + TlsFacts::names_max * (Caps::name + number_bytes_max);
static_assert(Caps::url + 5 * Caps::words + 2 * Caps::sentence + Caps::path + Caps::redirect_bytes +
                  Caps::redirects * 2 * number_bytes_max + tls_bytes_max + 32 * number_bytes_max <=
              exchange_bytes_max);

/// What holds, in one number.
enum Flag : std::uint8_t {
  insecure = 1 << 0,
  reused = 1 << 1,
  truncated = 1 << 2,
  unmatched = 1 << 3,
  sent = 1 << 4,
  with_tls = 1 << 5,
  verified = 1 << 6,
  resumed = 1 << 7,
};

class Writer {
 public:
  explicit Writer(std::string& to) : to_(to) {}

  void number(std::uint64_t value) { put_varint<char>(std::back_inserter(to_), value); }
  void signed_number(std::int64_t value) { number(zigzag(value)); }
  void text(std::string_view value, std::size_t most) {
    value = value.substr(0, most);
    number(value.size());
    to_ += value;
  }

 private:
  std::string& to_;
};

/// After the first thing that is not there, or not possible, all are zero and empty.
class Reader {
 public:
  explicit Reader(std::string_view from) : rest_(from) {}

  bool good() const { return good_; }
  std::string_view rest() const { return rest_; }

  std::uint64_t number(std::uint64_t most = std::numeric_limits<std::uint64_t>::max()) {
    const std::optional<std::uint64_t> value = take_varint(rest_, most);
    if (!value) spoil();
    return value.value_or(0);
  }
  std::int64_t signed_number() { return unzigzag(number()); }
  template <class T>
  void number_to(T& value) {
    value = static_cast<T>(number(std::numeric_limits<T>::max()));
  }
  void text(std::string& value, std::size_t most) {
    std::uint64_t size = number(most);
    if (size > rest_.size()) {
      spoil();
      size = 0;
    }
    value.assign(rest_.substr(0, size));
    rest_.remove_prefix(size);
  }

 private:
  void spoil() { good_ = false, rest_ = {}; }

  std::string_view rest_;
  bool good_ = true;
};

std::uint64_t flags_of(const Exchange& exchange) {
  const auto when = [](bool holds, Flag flag) { return holds ? unsigned{flag} : 0U; };
  const bool has_tls = static_cast<bool>(exchange.tls);
  return when(exchange.insecure, insecure) | when(exchange.reused, reused) | when(exchange.truncated, truncated) |
         when(!exchange.matched, unmatched) | when(exchange.sent, sent) | when(has_tls, with_tls) |
         when(has_tls && exchange.tls->verified, verified) | when(has_tls && exchange.tls->resumed, resumed);
}

void write_tls(const TlsFacts& tls, Writer& to) {
  to.text(tls.version, Caps::words);
  to.text(tls.cipher, Caps::words);
  to.text(tls.alpn, Caps::words);
  to.text(tls.subject, Caps::sentence);
  to.text(tls.issuer, Caps::sentence);
  const std::size_t names = std::min(tls.names.size(), TlsFacts::names_max);
  to.number(names);
  for (std::size_t i = 0; i < names; ++i) to.text(tls.names[i], Caps::name);
  to.number(tls.names_total);
  to.text(tls.serial, Caps::words);
  to.signed_number(tls.not_before);
  to.signed_number(tls.not_after);
  to.signed_number(tls.verify_code);
  to.text(tls.verify_text, Caps::words);
}

void read_tls(Reader& from, TlsFacts& tls) {
  from.text(tls.version, Caps::words);
  from.text(tls.cipher, Caps::words);
  from.text(tls.alpn, Caps::words);
  from.text(tls.subject, Caps::sentence);
  from.text(tls.issuer, Caps::sentence);
  tls.names.resize(from.number(TlsFacts::names_max));
  for (std::string& name : tls.names) from.text(name, Caps::name);
  from.number_to(tls.names_total);
  from.text(tls.serial, Caps::words);
  tls.not_before = from.signed_number();
  tls.not_after = from.signed_number();
  tls.verify_code = static_cast<int>(from.signed_number());
  from.text(tls.verify_text, Caps::words);
}

/// How many steps of the chain are within the caps.
std::size_t redirects_kept(const std::vector<Redirect>& redirects) {
  std::size_t kept = 0, bytes = 0;
  for (const Redirect& redirect : redirects) {
    bytes += std::min(redirect.url.size(), Caps::url);
    if (kept == Caps::redirects || bytes > Caps::redirect_bytes) break;
    ++kept;
  }
  return kept;
}

void write_redirects(const Exchange& exchange, Writer& to) {
  const std::size_t kept = redirects_kept(exchange.redirects);
  to.number(kept);
  for (std::size_t i = 0; i < kept; ++i) {
    to.number(exchange.redirects[i].status);
    to.text(exchange.redirects[i].url, Caps::url);
  }
  to.number(std::uint32_t(exchange.redirects_cut + (exchange.redirects.size() - kept)));
}

bool read_redirects(Reader& from, Exchange& exchange) {
  exchange.redirects.resize(from.number(Caps::redirects));
  for (Redirect& redirect : exchange.redirects) {
    from.number_to(redirect.status);
    from.text(redirect.url, Caps::url);
  }
  from.number_to(exchange.redirects_cut);
  return redirects_kept(exchange.redirects) == exchange.redirects.size();
}

/// 0: not the last of a batch; else the time, and below it whether the batch failed.
void write_batch_end(const Exchange& exchange, Writer& to) {
  if (exchange.batch_end == BatchEnd::none) return to.number(0);
  const auto us = std::chrono::floor<std::chrono::microseconds>(exchange.batch_took).count();
  to.number(1 + 2 * std::min(static_cast<std::uint64_t>(us), batch_us_max) + (exchange.batch_end == BatchEnd::failed));
}

void read_batch_end(Reader& from, Exchange& exchange) {
  const std::uint64_t end = from.number(2 + 2 * batch_us_max);
  exchange.batch_end = end == 0 ? BatchEnd::none : end % 2 == 1 ? BatchEnd::completed : BatchEnd::failed;
  exchange.batch_took = std::chrono::microseconds(end == 0 ? 0 : (end - 1) / 2);
}

}  // namespace

void write_exchange(const Exchange& exchange, std::string& to, bool url_is_known) {
  Writer writer(to);
  writer.number(flags_of(exchange));
  writer.number(static_cast<std::uint64_t>(exchange.version));
  writer.number(exchange.status_code);
  writer.text(exchange.method, Caps::words);
  writer.text(url_is_known ? std::string_view() : exchange.url, Caps::url);
  writer.text(exchange.reason, Caps::words);
  writer.text(exchange.content_type, Caps::words);
  writer.text(exchange.content_encoding, Caps::words);
  writer.number(exchange.head_bytes);
  writer.number(exchange.wire_body_bytes);
  writer.number(exchange.body_bytes);
  write_redirects(exchange, writer);
  if (exchange.tls) write_tls(*exchange.tls, writer);
  writer.text(exchange.detail, Caps::sentence);
  writer.text(exchange.hash, Caps::words);
  writer.text(exchange.title, Caps::sentence);
  writer.text(exchange.saved_as, Caps::path);
  writer.number(exchange.line);
  write_batch_end(exchange, writer);
}

bool read_exchange(std::string_view& from, Exchange& exchange) {
  Reader reader(from);
  const auto flags = reader.number(0xFF);
  exchange.version = static_cast<HttpVersion>(reader.number(static_cast<std::uint64_t>(HttpVersion::http2)));
  reader.number_to(exchange.status_code);
  reader.text(exchange.method, Caps::words);
  reader.text(exchange.url, Caps::url);
  reader.text(exchange.reason, Caps::words);
  reader.text(exchange.content_type, Caps::words);
  reader.text(exchange.content_encoding, Caps::words);
  exchange.head_bytes = reader.number();
  exchange.wire_body_bytes = reader.number();
  exchange.body_bytes = reader.number();
  if (!read_redirects(reader, exchange)) return false;
  if ((flags & with_tls) == 0) {
    if ((flags & (verified | resumed)) != 0) return false;
    exchange.tls.reset();
  } else {
    TlsFacts& tls = exchange.tls.own();
    read_tls(reader, tls);
    tls.verified = (flags & verified) != 0;
    tls.resumed = (flags & resumed) != 0;
  }
  reader.text(exchange.detail, Caps::sentence);
  reader.text(exchange.hash, Caps::words);
  reader.text(exchange.title, Caps::sentence);
  reader.text(exchange.saved_as, Caps::path);
  exchange.line = reader.number();
  read_batch_end(reader, exchange);
  exchange.insecure = (flags & insecure) != 0;
  exchange.reused = (flags & reused) != 0;
  exchange.truncated = (flags & truncated) != 0;
  exchange.matched = (flags & unmatched) == 0;
  exchange.sent = (flags & sent) != 0;
  if (!reader.good()) return false;
  from = reader.rest();
  return true;
}

}  // namespace atonce
