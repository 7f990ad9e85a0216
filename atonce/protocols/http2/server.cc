#include <utility>

#include "atonce/protocols/http2/core.h"

namespace atonce {
namespace {

constexpr std::uint32_t refused_code = 0x7;

class ServerCore final : public Http2Core {
 public:
  ServerCore(Http2Service& service, const Http2Settings& settings)
      : Http2Core(Side::server, settings), service_(service) {}

  Parsed<void> respond(Http2StreamId id, const ResponseHead& head, Http2Source* source);
  Parsed<void> respond_interim(Http2StreamId id, const ResponseHead& head);
  void reset(Http2StreamId id, std::uint32_t code);

 private:
  bool take_field(Http2Stream& stream, std::string_view name, std::string_view value) override;
  void take_head(Http2Stream& stream) override;
  void take_body(Http2Stream& stream, std::span<const std::byte> bytes) override;
  void take_end(Http2Stream& stream) override;
  void tell_closed(Http2Stream& stream, const Http2Break& why) override;
  Http2Stream* find_answerable(Http2StreamId id) const;

  Http2Service& service_;
  FieldBlock block_;
};

/// RFC 9113 8.2.3: clients may send each pair of a Cookie field as one of its own.
void join_cookies(Fields& fields) {
  if (fields.count("cookie") < 2) return;
  std::string joined;
  for (const std::string_view cookie : fields.all("cookie")) joined.append(joined.empty() ? "" : "; ").append(cookie);
  fields.set("cookie", joined);
}

bool ServerCore::take_field(Http2Stream& stream, std::string_view name, std::string_view value) {
  RequestHead& head = stream.request;
  if (!name.starts_with(':')) {
    head.fields.add(name, trim(value));
  } else if (name == ":method") {
    head.method = value;
  } else if (name == ":path") {
    head.target = value;
  } else if (name == ":scheme") {
    head.scheme = value;
  } else if (name == ":authority") {
    head.authority = value;
  } else {
    return false;
  }
  return true;
}

void ServerCore::take_head(Http2Stream& stream) {
  RequestHead& head = stream.request;
  head.version = HttpVersion::http2;
  if (head.method == "CONNECT") head.target = head.authority;
  if (head.authority.empty()) head.authority = head.fields.find("host").value_or("");
  join_cookies(head.fields);
  stream.headed = true;
  stream.exchange = service_.request(stream.id, head);
  if (stream.exchange == nullptr) break_stream(stream, Http2Fault::refused, refused_code);
}

void ServerCore::take_body(Http2Stream& stream, std::span<const std::byte> bytes) {
  if (stream.exchange != nullptr) stream.exchange->body(bytes);
}

void ServerCore::take_end(Http2Stream& stream) {
  if (stream.exchange != nullptr) stream.exchange->end();
}

void ServerCore::tell_closed(Http2Stream& stream, const Http2Break& why) {
  if (Http2Exchange* const exchange = std::exchange(stream.exchange, nullptr); exchange != nullptr)
    exchange->closed(why);
}

Http2Stream* ServerCore::find_answerable(Http2StreamId id) const {
  Http2Stream* const stream = find(id);
  return stream == nullptr || stream->fault != Http2Fault::none ? nullptr : stream;
}

Parsed<void> ServerCore::respond(Http2StreamId id, const ResponseHead& head, Http2Source* source) {
  if (Parsed<void> filled = block_.fill(head); !filled) return filled;
  if (Http2Stream* const stream = find_answerable(id); stream != nullptr) {
    stream->source = source;
    send_response(block_, *stream);
  }
  return {};
}

Parsed<void> ServerCore::respond_interim(Http2StreamId id, const ResponseHead& head) {
  if (Parsed<void> filled = block_.fill(head); !filled) return filled;
  if (head.status >= 200) return complain("only 1xx answers come before the answer");
  if (Http2Stream* const stream = find_answerable(id); stream != nullptr) send_interim(block_, *stream);
  return {};
}

void ServerCore::reset(Http2StreamId id, std::uint32_t code) {
  if (Http2Stream* const stream = find(id); stream != nullptr) break_stream(*stream, Http2Fault::cancelled, code);
}

ServerCore& as_server(Http2Core& core) { return static_cast<ServerCore&>(core); }

}  // namespace

Http2Server::Http2Server(Http2Service& service, const Http2Settings& settings)
    : Http2Session(std::make_unique<ServerCore>(service, settings)) {}

Parsed<void> Http2Server::respond(Http2StreamId stream, const ResponseHead& head, Http2Source* source) {
  return as_server(*core_).respond(stream, head, source);
}

Parsed<void> Http2Server::respond_interim(Http2StreamId stream, const ResponseHead& head) {
  return as_server(*core_).respond_interim(stream, head);
}

void Http2Server::reset(Http2StreamId stream, std::uint32_t code) { as_server(*core_).reset(stream, code); }

}  // namespace atonce
