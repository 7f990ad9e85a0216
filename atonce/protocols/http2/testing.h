#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "atonce/protocols/http2/frames.h"
#include "atonce/protocols/http2/session.h"

namespace atonce {

/// All that a client's stream was told.
struct KeptAnswer final : Http2Answer {
  void interim(const ResponseHead& head) override { interims.push_back(head.status); }
  void head(ResponseHead& head) override { this->answer = std::move(head); }
  void body(std::span<const std::byte> bytes) override {
    text.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  }
  void end() override { ++ends; }
  void broken(const Http2Break& why) override { breaks.push_back(why); }

  bool is_whole() const { return ends == 1 && breaks.empty(); }
  /// Why it broke; `none` when it did not, or was told more than once.
  Http2Fault fault() const { return breaks.size() == 1 && ends == 0 ? breaks[0].fault : Http2Fault::none; }

  std::vector<std::uint16_t> interims;
  ResponseHead answer;
  std::string text;
  int ends = 0;
  std::vector<Http2Break> breaks;
};

/// All that a server's stream was told.
struct KeptExchange final : Http2Exchange {
  void body(std::span<const std::byte> bytes) override {
    text.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  }
  void end() override {
    ended = true;
    if (on_end) on_end(*this);
  }
  void closed(const Http2Break& why) override { closes.push_back(why); }

  Http2StreamId stream = 0;
  RequestHead head;
  std::string text;
  bool ended = false;
  std::vector<Http2Break> closes;
  std::function<void(KeptExchange&)> on_end;
  std::unique_ptr<Http2Source> source;
};

/// Keeps each exchange; `on_request` and `on_end` answer them.
struct KeptService final : Http2Service {
  Http2Exchange* request(Http2StreamId stream, RequestHead& head) override {
    if (refuse) return nullptr;
    KeptExchange& exchange = exchanges.emplace_back();
    exchange.stream = stream;
    exchange.head = std::move(head);
    exchange.on_end = on_end;
    if (on_request) on_request(exchange);
    return &exchange;
  }

  std::deque<KeptExchange> exchanges;
  std::function<void(KeptExchange&)> on_request;
  std::function<void(KeptExchange&)> on_end;
  bool refuse = false;
};

inline std::string output_of(Http2Session& session) {
  std::string out;
  while (session.wants_output()) {
    const std::size_t before = out.size();
    session.append_output(out);
    if (out.size() == before) break;
  }
  return out;
}

/// Gives `bytes` to a session in pieces of `piece` bytes at most; false when it had enough.
inline bool feed_in_pieces(Http2Session& session, std::string_view bytes, std::size_t piece) {
  bool open = true;
  for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size())))
    open = session.feed(bytes.substr(0, piece));
  return open;
}

/// A client and a server, and what lies between them.
struct Http2Pair {
  explicit Http2Pair(const Http2Settings& of_client = {}, const Http2Settings& of_server = {})
      : client(of_client), server(service, of_server) {}

  /// Lets both talk until neither has anything to say.
  void talk() {
    for (;;) {
      const std::string to_server = output_of(client);
      const std::string to_client = output_of(server);
      if (to_server.empty() && to_client.empty()) return;
      bytes_to_client += to_client.size();
      feed_in_pieces(server, to_server, piece);
      feed_in_pieces(client, to_client, piece);
    }
  }

  /// Answers each complete request.
  void answer_all(std::uint16_t status, Fields fields, std::function<std::string(const KeptExchange&)> body) {
    service.on_end = [this, status, fields, body](KeptExchange& exchange) {
      exchange.source = std::make_unique<Http2Text>(body(exchange));
      ASSERT_TRUE(server.respond(exchange.stream, {.status = status, .fields = fields}, exchange.source.get()));
    };
  }

  Http2StreamId get(std::string target, KeptAnswer& answer) {
    return client.submit({.target = std::move(target), .authority = "example.com", .scheme = "https"}, nullptr, answer)
        .value();
  }

  KeptService service;
  Http2Client client;
  Http2Server server;
  std::size_t piece = std::string_view::npos;
  std::size_t bytes_to_client = 0;
};

/// A source whose pieces a test hands over.
struct HandedSource final : Http2Source {
  Http2Piece read(std::span<std::byte> into) override {
    ++asked;
    const std::size_t bytes = std::min(into.size(), ready.size());
    std::memcpy(into.data(), ready.data(), bytes);
    ready.erase(0, bytes);
    if (!ready.empty()) return {bytes, Http2Supply::some};
    return {bytes, last};
  }

  std::string ready;
  Http2Supply last = Http2Supply::later;
  int asked = 0;
};

}  // namespace atonce
