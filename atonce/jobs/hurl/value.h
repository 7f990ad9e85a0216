#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "atonce/model/result.h"

namespace atonce::hurl {

struct Value;
struct Member;

/// An integer of JSON that 64 bits cannot hold, by its digits: an identifier of 20 digits goes out as it came in.
struct BigInteger {
  std::string digits;
  friend bool operator==(const BigInteger&, const BigInteger&) = default;
};

/// Bytes that need not be text.
struct Bytes {
  std::string data;
  friend bool operator==(const Bytes&, const Bytes&) = default;
};

/// A moment of the wall clock.
struct Date {
  std::int64_t unix_ns = 0;  ///< nanoseconds since 1970, UTC
  friend bool operator==(Date, Date) = default;
};

/// What an XPath expression selects, when it selects nodes: how many there are, and the text of each.
struct NodeSet {
  std::vector<std::string> texts;
  friend bool operator==(const NodeSet&, const NodeSet&) = default;
};

using List = std::vector<Value>;
using Object = std::vector<Member>;

/// What a query finds, a filter makes and a variable holds: a value of JSON, bytes, a date or nodes.
struct Value {
  std::variant<std::monostate, bool, std::int64_t, BigInteger, double, std::string, Bytes, Date, List, Object, NodeSet>
      data;

  template <class T>
  bool is() const {
    return std::holds_alternative<T>(data);
  }
  /// Null when it holds something else.
  template <class T>
  const T* get() const {
    return std::get_if<T>(&data);
  }
  bool is_null() const { return is<std::monostate>(); }
  bool is_integer() const { return is<std::int64_t>() || is<BigInteger>(); }
  bool is_number() const { return is_integer() || is<double>(); }
  bool is_collection() const { return is<List>() || is<Object>() || is<Bytes>() || is<NodeSet>(); }

  /// The same JSON type and the same value; 1 and 1.0 are equal, as are objects in any order. Source: RFC 9535
  /// 2.3.5.2.2.
  friend bool operator==(const Value& one, const Value& other);
};

/// A member of an object; their order is the document's.
struct Member {
  std::string name;
  Value value;
};

/// Seconds since 1970 as a date; beyond the years 1678 and 2261, which 64 bits of nanoseconds hold, the last moment.
Date date_of(std::int64_t unix_s);

inline Value text_value(std::string text) { return {std::move(text)}; }
inline Value integer_value(std::int64_t number) { return {number}; }

/// What a JSON document may be at most; more is a complaint.
struct JsonLimits {
  std::size_t depth_max = 256;         ///< nlohmann-json itself has no bound, and a walk over its value recurses
  std::size_t values_max = 4'000'000;  ///< of 40 bytes and more: a body of 8 MiB of "[[],[],..."
};

/// Reads a JSON text of RFC 8259: UTF-8, one value, nothing behind it. Of members with one name the last counts.
Parsed<Value> parse_json(std::string_view text, const JsonLimits& limits = {});
/// Complains as `parse_json` does, and makes nothing.
Parsed<void> check_json(std::string_view text, const JsonLimits& limits = {});
/// The shortest text that reads back as the same value; bytes, dates and nodes as strings.
std::string write_json(const Value& value);

/// As a template puts it into a text: strings as they are, numbers and truth values as in JSON, dates as RFC 3339,
/// bytes as "hex,...;", lists and objects as JSON.
std::string write_plain(const Value& value);
/// As messages name a value, with its type: `integer <200>`, `string <Dune>`; cut at 200 bytes, safe for a terminal.
std::string write_typed(const Value& value);

/// How much a value is to copy: 1 for each value in it, and 1 for each 64 bytes of text. Stops counting at `most`.
std::size_t weight_of(const Value& value, std::size_t most);

/// A number as binary64; for integers beyond 2^53 it is the nearest one.
double as_double(const Value& number);
/// -1, 0, 1 for two numbers, exactly where both are integers of 64 bits; 2 when one is not a number.
int compare_numbers(const Value& one, const Value& other);

}  // namespace atonce::hurl
