#include "atonce/protocols/http2/field_block.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "atonce/protocols/http/writer.h"

namespace atonce {
namespace {

/// RFC 9113 8.2.2: what speaks of one connection of HTTP/1.1. Host is `:authority`.
constexpr std::array<std::string_view, 6> not_in_http2{"connection",        "host",   "keep-alive", "proxy-connection",
                                                       "transfer-encoding", "upgrade"};
constexpr std::array<std::string_view, 4> secrets{"authorization", "cookie", "proxy-authorization", "set-cookie"};

bool is_visible(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; });
}

}  // namespace

void FieldBlock::begin(const Fields& fields) {
  pairs_.clear();
  names_.clear();
  std::size_t bytes = 0;
  for (const Field field : fields) bytes += field.name.size();
  names_.reserve(bytes);  // Views into it stand in the pairs: it must not move while it is filled.
}

Parsed<void> FieldBlock::add_all(const Fields& fields) {
  for (const auto& [name, value] : fields) {
    if (std::string complaint = complaint_about_field(name, value); !complaint.empty())
      return complain(std::move(complaint));
    const std::size_t start = names_.size();
    for (const char c : name) names_ += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    const std::string_view lower = std::string_view(names_).substr(start);
    if (std::ranges::find(not_in_http2, lower) != not_in_http2.end()) continue;
    if (lower == "te" && !equal_but_case(value, "trailers")) continue;
    pairs_.push_back({lower, trim(value), std::ranges::find(secrets, lower) != secrets.end()});
  }
  return {};
}

Parsed<void> FieldBlock::fill(const RequestHead& head) {
  if (std::string complaint = complaint_about_method(head.method); !complaint.empty())
    return complain(std::move(complaint));
  if (std::string complaint = complaint_about_target(head.target); !complaint.empty())
    return complain(std::move(complaint));
  if (head.authority.empty() || !is_visible(head.authority)) return complain("the request names no host");
  begin(head.fields);
  pairs_.push_back({":method", head.method});
  if (head.method != "CONNECT") {
    pairs_.push_back({":scheme", head.scheme == "http" ? "http" : "https"});
    pairs_.push_back({":path", head.target});
  }
  pairs_.push_back({":authority", head.authority});
  return add_all(head.fields);
}

Parsed<void> FieldBlock::fill(const ResponseHead& head) {
  if (head.status < 100 || head.status > 599 || head.status == 101)
    return complain(fmt::format("HTTP/2 has no answers with status code {}", head.status));
  begin(head.fields);
  status_ = std::to_string(head.status);
  pairs_.push_back({":status", status_});
  return add_all(head.fields);
}

}  // namespace atonce
