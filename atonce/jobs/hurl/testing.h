#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "atonce/jobs/hurl/evaluate.h"
#include "atonce/jobs/hurl/hurl_file.h"

// What the tests of this room share: a file that must be good, what is wrong with one that is not, and an answer.

namespace atonce::hurl {

inline Batch good(std::string_view text) {
  std::expected<Batch, std::vector<Finding>> batch = parse_hurl(text, "a.hurl");
  if (batch) return std::move(*batch);
  for (const Finding& finding : batch.error()) ADD_FAILURE() << write_finding("a.hurl", finding);
  return {.steps = std::vector<Step>(1)};
}

/// Every finding as "line:column: text".
inline std::vector<std::string> wrong(std::string_view text) {
  std::vector<std::string> shown;
  const std::expected<Batch, std::vector<Finding>> batch = parse_hurl(text, "a.hurl");
  if (batch) return shown;
  for (const Finding& finding : batch.error()) shown.push_back(write_finding("a.hurl", finding).substr(7));
  return shown;
}

/// Noon of 2024-06-01, random numbers that count up, and files by name.
inline Sources test_sources() {
  return {.unix_now_ns = [] { return std::int64_t{1'717'243'200} * 1'000'000'000; },
          .random = [count = std::uint64_t{0}]() mutable { return ++count * 0x0123456789abcdefULL; },
          .read_file = [](std::string_view path) -> Parsed<std::string> {
            if (path == "data.bin") return std::string("\x01\x02\x00\xff", 4);
            if (path == "sub/note.txt") return std::string("a note");
            return complain("there is no such file");
          }};
}

/// An answer that owns what it shows.
struct TestAnswer {
  explicit TestAnswer(std::string text, Fields given = {{"Content-Type", "application/json"}})
      : body(std::move(text)), fields(std::move(given)) {}

  Answer get() const {
    return {.status = status,
            .version = HttpVersion::http11,
            .url = "https://example.org/a",
            .fields = &fields,
            .body = body,
            .body_cut = body_cut,
            .duration = std::chrono::milliseconds(120),
            .redirects = redirects,
            .certificate = certificate,
            .ip = "192.0.2.7"};
  }

  std::string body;
  Fields fields;
  std::uint16_t status = 200;
  bool body_cut = false;
  std::vector<Redirect> redirects;
  std::optional<CertificateFacts> certificate;
};

/// What does not hold of `asserts`, lines behind "HTTP 200", each as "line:column: text".
inline std::vector<std::string> failures(std::string_view lines, const TestAnswer& answer, Variables variables = {}) {
  const Batch batch = good("GET http://a\nHTTP *\n" + std::string(lines));
  std::vector<std::string> shown;
  for (const Failure& failure : check(batch.steps[0], answer.get(), variables, test_sources()).failures)
    shown.push_back(write_failure("a.hurl", failure).substr(7));
  return shown;
}

}  // namespace atonce::hurl
