#include <algorithm>
#include <charconv>
#include <utility>

#include "atonce/protocols/http2/core.h"

namespace atonce {
namespace {

// Until the peer says otherwise; RFC 9113 6.5.2 recommends no less.
constexpr std::uint32_t streams_before_settings = 100;
constexpr std::uint32_t cancel_code = 0x8;
constexpr std::uint32_t calm_code = 0xb;

class ClientCore final : public Http2Core {
 public:
  explicit ClientCore(const Http2Settings& settings) : Http2Core(Side::client, settings) {}

  Parsed<Http2StreamId> submit(const RequestHead& head, Http2Source* source, Http2Answer& answer);
  std::uint32_t streams_max() const;
  bool can_submit() const { return streams_open() < streams_max() && may_submit(); }

 private:
  bool take_field(Http2Stream& stream, std::string_view name, std::string_view value) override;
  void take_head(Http2Stream& stream) override;
  void take_body(Http2Stream& stream, std::span<const std::byte> bytes) override;
  void take_end(Http2Stream& stream) override;
  void tell_closed(Http2Stream& stream, const Http2Break& why) override;

  FieldBlock block_;
};

std::uint32_t ClientCore::streams_max() const {
  return std::min(settings().streams_max, is_settled() ? peer_streams_max() : streams_before_settings);
}

Parsed<Http2StreamId> ClientCore::submit(const RequestHead& head, Http2Source* source, Http2Answer& answer) {
  if (Parsed<void> filled = block_.fill(head); !filled) return std::unexpected(std::move(filled.error()));
  if (!can_submit()) return complain("the HTTP/2 connection takes no more requests");
  Http2Stream& stream = take_stream();
  stream.source = source;
  const Http2StreamId id = send_request(block_, stream);
  if (id <= 0) {
    drop_stream(stream);
    return complain("the HTTP/2 connection takes no more requests");
  }
  stream.id = id;
  stream.answer = &answer;
  return id;
}

bool ClientCore::take_field(Http2Stream& stream, std::string_view name, std::string_view value) {
  ResponseHead& head = stream.response;
  if (!name.starts_with(':')) {
    head.fields.add(name, trim(value));
    return true;
  }
  const auto [stop, error] = std::from_chars(value.data(), value.data() + value.size(), head.status);
  const bool is_number = error == std::errc{} && stop == value.data() + value.size();
  return name == ":status" && is_number && value.size() == 3 && head.status >= 100;
}

void ClientCore::take_head(Http2Stream& stream) {
  ResponseHead& head = stream.response;
  head.version = HttpVersion::http2;
  head.reason.clear();
  if (head.status >= 200) {
    stream.headed = true;
    if (stream.answer != nullptr) stream.answer->head(head);
    return;
  }
  if (++stream.interim > settings().interim_max) return break_stream(stream, Http2Fault::too_many_interim, calm_code);
  if (stream.answer != nullptr) stream.answer->interim(head);
  head.fields.clear();
}

void ClientCore::take_body(Http2Stream& stream, std::span<const std::byte> bytes) {
  if (stream.answer != nullptr) stream.answer->body(bytes);
}

void ClientCore::take_end(Http2Stream& stream) {
  stream.source = nullptr;
  if (!stream.sent_all) send_reset(stream.id, cancel_code);
  if (Http2Answer* const answer = std::exchange(stream.answer, nullptr); answer != nullptr) answer->end();
}

void ClientCore::tell_closed(Http2Stream& stream, const Http2Break& why) {
  if (Http2Answer* const answer = std::exchange(stream.answer, nullptr); answer != nullptr) answer->broken(why);
}

ClientCore& as_client(Http2Core& core) { return static_cast<ClientCore&>(core); }

}  // namespace

Http2Client::Http2Client(const Http2Settings& settings) : Http2Session(std::make_unique<ClientCore>(settings)) {}

Parsed<Http2StreamId> Http2Client::submit(const RequestHead& head, Http2Source* source, Http2Answer& answer) {
  return as_client(*core_).submit(head, source, answer);
}

bool Http2Client::can_submit() const { return as_client(*core_).can_submit(); }

std::uint32_t Http2Client::streams_max() const { return as_client(*core_).streams_max(); }

}  // namespace atonce
