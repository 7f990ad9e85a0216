#pragma once

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <initializer_list>
#include <string>
#include <vector>

#include "atonce/results/formats.h"

namespace atonce {

inline Instant at_ms(double ms) {
  return Instant(std::chrono::seconds(1'000) + Duration(static_cast<std::int64_t>(ms * 1e6)));
}

/// An open port, 2 ms late in starting, resolved after 3.5 ms, connected after 21.3 ms.
inline Outcome open_outcome() {
  return {.target = {.index = 0, .line = 1, .input = "Google.com", .host = "google.com", .port = 443},
          .verdict = Verdict::open,
          .tries = 1,
          .address = *parse_address("127.1.0.7"),
          .due = at_ms(0),
          .started = at_ms(2),
          .resolved = at_ms(5.5),
          .connected = at_ms(23.3),
          .finished = at_ms(23.3)};
}

/// A URL fetched in 210 ms, of which TLS took until 38 ms and the first byte came after 58 ms.
inline Outcome fetched_outcome() {
  Outcome outcome{.target = {.index = 0,
                             .line = 1,
                             .input = "example.org",
                             .host = "example.org",
                             .port = 443,
                             .url = "https://example.org/"},
                  .verdict = Verdict::ok,
                  .tries = 1,
                  .address = *parse_address("127.1.0.7"),
                  .due = at_ms(0),
                  .started = at_ms(2),
                  .resolved = at_ms(5.5),
                  .connected = at_ms(23.3),
                  .finished = at_ms(212)};
  outcome.exchange = Exchange{.method = "GET",
                              .url = "https://example.org/",
                              .status_code = 200,
                              .version = HttpVersion::http2,
                              .content_type = "text/html",
                              .head_bytes = 250,
                              .wire_body_bytes = 1'256,
                              .body_bytes = 1'256,
                              .tls = TlsFacts{.version = "TLSv1.3", .alpn = "h2", .verified = true},
                              .secured = at_ms(40),
                              .requested = at_ms(40.1),
                              .answered = at_ms(60)};
  return outcome;
}

/// The second request of batch 2, whose answer came after 58 ms and was complete after 70; the last one of its batch
/// where `end` says so.
inline Outcome batch_outcome(BatchEnd end = BatchEnd::none) {
  Outcome outcome = fetched_outcome();
  outcome.target = {.index = 4, .line = 5, .input = "orders", .batch = 2, .step = 1};
  if (end == BatchEnd::none) outcome.target.members = 2;
  outcome.finished = at_ms(72);
  outcome.exchange->method = "POST";
  outcome.exchange->url = "https://example.org/orders";
  outcome.exchange->sent = true;
  outcome.exchange->batch_end = end;
  if (end != BatchEnd::none) outcome.exchange->batch_took = std::chrono::milliseconds(104);
  return outcome;
}

inline Outcome invalid_outcome(std::string input, std::string complaint) {
  return {.target = {.index = 1, .line = 17, .input = std::move(input), .complaint = std::move(complaint)},
          .verdict = Verdict::invalid_input};
}

/// What a format writes for these outcomes, each of them started before.
inline std::string written(ResultFormat format, std::initializer_list<Outcome> outcomes, const Plan& plan = {}) {
  const int file = memfd_create("rows", MFD_CLOEXEC);
  {
    FileWriter writer(file);
    const auto sink = row_of(format).make(writer, plan);
    for (const Outcome& outcome : outcomes) {
      if (sink->wants_starts()) sink->start(outcome.target);
      EXPECT_EQ(sink->add(outcome), 0);
    }
    EXPECT_EQ(sink->flush(), 0);
    if (format != ResultFormat::none) EXPECT_EQ(writer.rows_safe(), outcomes.size());
  }
  std::string text(static_cast<std::size_t>(lseek(file, 0, SEEK_END)), '\0');
  EXPECT_EQ(pread(file, text.data(), text.size(), 0), static_cast<ssize_t>(text.size()));
  close(file);
  return text;
}

}  // namespace atonce
