#include "atonce/protocols/http/framing_reference.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <random>
#include <string>
#include <vector>

#include "atonce/protocols/http/deliveries.h"

namespace atonce {
namespace {

using Dice = std::mt19937_64;

template <std::size_t size>
std::string_view pick(Dice& dice, const std::array<std::string_view, size>& words) {
  return words[dice() % size];
}

std::string some_body(Dice& dice, bool chunked) {
  constexpr std::array<std::string_view, 5> pieces{"hello", "\r\n", "0\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n", "x"};
  constexpr std::array<std::string_view, 4> extensions{"", ";a=b", " ", ";q=\"0\""};
  std::string body;
  for (auto count = dice() % 4; count-- > 0;) {
    const std::string_view piece = pick(dice, pieces);
    body += chunked ? fmt::format("{:x}{}\r\n{}\r\n", piece.size(), pick(dice, extensions), piece) : std::string(piece);
  }
  return chunked ? body + "0\r\n" + (dice() % 2 ? "X: y\r\n\r\n" : "\r\n") : body;
}

std::string some_answer(Dice& dice) {
  constexpr std::array<std::string_view, 4> interims{"", "", "HTTP/1.1 100 Continue\r\n\r\n",
                                                     "HTTP/1.1 103 x\r\nLink: y\r\n\r\n"};
  constexpr std::array<std::string_view, 4> lines{"HTTP/1.1 200 OK", "HTTP/1.1 204 x", "HTTP/1.1 304",
                                                  "HTTP/1.0 500 x"};
  constexpr std::array<std::string_view, 4> fields{"", "Server: content-length: 5\r\n", "X: a\r\n\tb\r\n",
                                                   "Connection: close\r\n"};
  const std::string_view line = pick(dice, lines);
  const auto framing = dice() % 3;
  const bool chunked = framing == 0 && line.starts_with("HTTP/1.1 200");
  const std::string body = some_body(dice, chunked);
  std::string head = fmt::format("{}{}\r\n{}", pick(dice, interims), line, pick(dice, fields));
  if (chunked)
    head += "Transfer-Encoding: chunked\r\n";
  else if (framing == 1)
    head += fmt::format("CONTENT-length:{}\r\n", body.size());
  return head + "\r\n" + body;
}

/// Mostly well formed; now and then a byte of it is not what it was, or there is more or less of it.
std::string some_stream(Dice& dice) {
  std::string stream = some_answer(dice);
  if (dice() % 4 == 0) stream[dice() % stream.size()] = "\0\r\n :0;,x"[dice() % 9];
  if (dice() % 8 == 0) stream.resize(dice() % (stream.size() + 1));
  if (dice() % 8 == 0) stream += some_answer(dice);
  return stream;
}

TEST(Framing, OfWhateverAnswerIsTakenIsWhatAPlainReaderSees) {
  constexpr std::uint64_t seed = 7;
  Dice dice(seed);
  int taken = 0;
  for (int round = 0; round < 20'000; ++round) {
    const std::string stream = some_stream(dice);
    const std::string method = dice() % 8 == 0 ? "HEAD" : "GET";
    const Told told = read_responses({stream}, {method}, {}, false, true);
    if (told.messages == 0) continue;
    ++taken;
    const auto reference = read_reference(stream, method);
    ASSERT_TRUE(reference) << "seed " << seed << ", round " << round << "\n" << stream;
    ASSERT_EQ(told.head.status, reference->status) << stream;
    ASSERT_EQ(told.body, reference->body) << stream;
    ASSERT_EQ(told.fault == HttpFault::stray_bytes, reference->bytes < stream.size()) << stream;
  }
  EXPECT_GT(taken, 8'000) << "most streams are well formed";
}

}  // namespace
}  // namespace atonce
