#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "atonce/protocols/http/request_reader.h"
#include "atonce/protocols/http/response_reader.h"

namespace atonce {

/// For tests: everything a stream came to, as text that can be compared: one line an event, bodies joined.
struct Told {
  std::string log;
  HttpFault fault = HttpFault::none;
  ResponseHead head;    ///< the last one
  RequestHead request;  ///< the last one
  std::string body;     ///< of the last message
  Fields trailers;
  int messages = 0;  ///< complete ones
  int interims = 0;
  bool keep_alive = false;  ///< after the last complete one
  bool switched = false;
  std::uint64_t body_bytes = 0;
  std::string left;  ///< what was left alone

  friend bool operator==(const Told& one, const Told& other) { return one.log == other.log; }
  friend void PrintTo(const Told& told, std::ostream* out) { *out << told.log; }
};

/// Cuts a stream into pieces and asks `read` for each way: whole, byte by byte, and in two at every place.
template <class Read>
Told told_of_every_delivery(std::string_view stream, const Read& read) {
  const Told whole = read(std::vector<std::string_view>{stream});
  std::vector<std::string_view> bytes;
  for (std::size_t i = 0; i < stream.size(); ++i) bytes.push_back(stream.substr(i, 1));
  EXPECT_EQ(whole, read(bytes)) << "byte by byte";
  for (std::size_t at = 1; at < stream.size(); ++at)
    EXPECT_EQ(whole, read(std::vector<std::string_view>{stream.substr(0, at), stream.substr(at)})) << "cut at " << at;
  return whole;
}

/// Each piece in memory of its own and of its size, so that a sanitizer sees a byte read beyond it.
Told read_responses(const std::vector<std::string_view>& pieces, const std::vector<std::string>& methods,
                    const HttpLimits& limits, bool may_switch, bool closes);
Told read_requests(const std::vector<std::string_view>& pieces, const HttpLimits& limits, bool closes);

struct Asked {
  std::vector<std::string> methods{"GET"};  ///< one after another, while the connection lives
  HttpLimits limits{};
  bool may_switch = false;
  bool closes = true;  ///< the peer ends the stream
};

/// What the answers in `stream` come to, the same in every delivery.
inline Told answers(std::string_view stream, const Asked& asked = {}) {
  return told_of_every_delivery(stream, [&](const std::vector<std::string_view>& pieces) {
    return read_responses(pieces, asked.methods, asked.limits, asked.may_switch, asked.closes);
  });
}

inline Told requests(std::string_view stream, const HttpLimits& limits = {}, bool closes = true) {
  return told_of_every_delivery(
      stream, [&](const std::vector<std::string_view>& pieces) { return read_requests(pieces, limits, closes); });
}

}  // namespace atonce
