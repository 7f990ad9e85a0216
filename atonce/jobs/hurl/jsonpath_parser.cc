#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "atonce/jobs/hurl/jsonpath_tree.h"
#include "atonce/jobs/hurl/text.h"
#include "atonce/model/escape.h"

namespace atonce::hurl {
namespace {

constexpr std::int64_t integer_max = (std::int64_t{1} << 53) - 1;  // RFC 9535 2.1: I-JSON's range

struct FunctionRow {
  std::string_view name;
  Function::Name function;
  std::size_t arguments;
  bool of_nodes;  ///< its argument is a query; otherwise values
};

constexpr std::array all_functions{
    FunctionRow{"length", Function::Name::length, 1, false}, FunctionRow{"count", Function::Name::count, 1, true},
    FunctionRow{"match", Function::Name::match, 2, false},   FunctionRow{"search", Function::Name::search, 2, false},
    FunctionRow{"value", Function::Name::value, 1, true},
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_name_first(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}
bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

/// Reads by recursive descent. The first thing that is wrong is kept in `wrong_`; everything returns false from then
/// on.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  Parsed<std::unique_ptr<PathQuery>> read() {
    auto query = std::make_unique<PathQuery>();
    if (text_.size() > JsonPathLimits::text_bytes_max) return complain("the JSONPath is longer than 64 KiB");
    if (!is_utf8(text_)) return complain("the JSONPath is not UTF-8");
    if (!at("$"))
      fail("a JSONPath begins with \"$\"");
    else if (++at_; segments(*query) && at_ < text_.size())
      fail("nothing of a JSONPath can stand here");
    if (wrong_.empty()) return query;
    return complain(fmt::format("\"{}\" is no JSONPath: at character {}: {}",
                                escape_for_terminal(cut_at_character(text_, 200)),
                                count_characters(text_.substr(0, wrong_at_)) + 1, wrong_));
  }

 private:
  bool fail(std::string_view why) {
    if (wrong_.empty()) wrong_ = why, wrong_at_ = at_;
    return false;
  }
  bool at(std::string_view token) const { return text_.substr(at_).starts_with(token); }
  bool take(std::string_view token) {
    if (!at(token)) return false;
    at_ += token.size();
    return true;
  }
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void blanks() {
    while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
  }
  /// One level of brackets deeper, as long as the object lives.
  struct Deeper {
    explicit Deeper(Reader& reader) : reader(reader) { ++reader.depth_; }
    ~Deeper() { --reader.depth_; }
    Deeper(const Deeper&) = delete;
    Deeper& operator=(const Deeper&) = delete;
    bool ok() const { return reader.depth_ <= JsonPathLimits::nesting_max || reader.fail("it is nested too deeply"); }
    Reader& reader;
  };

  bool segments(PathQuery& query) {
    for (;;) {
      const std::size_t before = at_;
      blanks();
      if (!at(".") && !at("[")) return at_ = before, wrong_.empty();
      if (!segment(query.segments.emplace_back())) return false;
    }
  }

  bool segment(Segment& segment) {
    segment.descendant = take("..");
    if (!segment.descendant && take(".")) return shorthand(segment);
    if (at("[")) return bracketed(segment);
    return segment.descendant && shorthand(segment);
  }

  bool shorthand(Segment& segment) {
    Selector& selector = segment.selectors.emplace_back();
    if (take("*")) return true;
    selector.kind = Selector::Kind::name;
    const std::size_t start = at_;
    if (!is_name_first(peek())) return fail("a name, \"*\" or \"[\" must stand here");
    while (at_ < text_.size() && (is_name_first(text_[at_]) || is_digit(text_[at_]))) ++at_;
    selector.name = text_.substr(start, at_ - start);
    return true;
  }

  bool bracketed(Segment& segment) {
    const Deeper deeper(*this);
    if (!deeper.ok()) return false;
    ++at_;
    do {
      blanks();
      if (!selector(segment.selectors.emplace_back())) return false;
      blanks();
    } while (take(","));
    return take("]") || fail("\",\" or \"]\" must stand here");
  }

  bool selector(Selector& selector) {
    if (take("*")) return true;
    if (peek() == '"' || peek() == '\'') return selector.kind = Selector::Kind::name, quoted(selector.name);
    if (take("?")) {
      blanks();
      selector.kind = Selector::Kind::filter;
      selector.filter = std::make_unique<Logical>();
      return any_of(*selector.filter);
    }
    if (peek() == '(') return fail("scripts are no part of RFC 9535; a filter is written [?...]");
    return index_or_slice(selector);
  }

  bool index_or_slice(Selector& selector) {
    std::optional<std::int64_t> first;
    if (peek() != ':' && !integer(first.emplace())) return false;
    const std::size_t after = at_;
    blanks();
    if (!take(":")) {
      at_ = after;
      selector.kind = Selector::Kind::index;
      selector.index = first.value_or(0);
      return true;
    }
    selector.kind = Selector::Kind::slice;
    selector.start = first;
    blanks();
    if (is_digit(peek()) || peek() == '-') {
      if (!integer(selector.end.emplace())) return false;
      blanks();
    }
    if (!take(":")) return true;
    blanks();
    return !(is_digit(peek()) || peek() == '-') || integer(selector.step);
  }

  /// int of RFC 9535 2.3.3: no "-0", no leading zeros.
  bool integer(std::int64_t& number) {
    const std::size_t start = at_;
    if (peek() == '-') ++at_;
    const std::size_t digits = at_;
    while (is_digit(peek())) ++at_;
    const std::string_view text = text_.substr(start, at_ - start);
    if (at_ == digits) return at_ = start, fail("a name in quotes, \"*\", an index, a slice or \"?\" must stand here");
    const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
    if ((text_[digits] == '0' && at_ - digits > 1) || text == "-0")
      return at_ = start, fail("an integer has no zero in front");
    if (read.ec != std::errc() || number > integer_max || number < -integer_max)
      return at_ = start, fail("the integer is beyond 2^53 - 1");
    return true;
  }

  bool quoted(std::string& out) {
    const char quote = text_[at_++];
    while (at_ < text_.size() && text_[at_] != quote) {
      if (static_cast<unsigned char>(text_[at_]) < 0x20) return fail("a control character must be escaped");
      if (text_[at_] != '\\')
        out += text_[at_++];
      else if (!escaped(out, quote))
        return false;
    }
    if (at_ >= text_.size()) return fail("the quote is not closed");
    ++at_;
    return true;
  }

  bool escaped(std::string& out, char quote) {
    constexpr std::string_view from = "bfnrt/\\";
    constexpr std::string_view to = "\b\f\n\r\t/\\";
    ++at_;
    const char c = peek();
    if (c == 'u') return unicode(out);
    if (c == quote) return out += c, ++at_, true;
    const std::size_t known = c == '\0' ? from.npos : from.find(c);
    if (known == from.npos) return fail("this character cannot be escaped");
    return out += to[known], ++at_, true;
  }

  bool four_digits(char32_t& code) {
    unsigned read = 0;
    const std::string_view digits = text_.substr(std::min(at_ + 1, text_.size()), 4);
    const auto end = std::from_chars(digits.data(), digits.data() + digits.size(), read, 16);
    if (digits.size() < 4 || end.ptr != digits.data() + 4) return fail("four hexadecimal digits must follow \\u");
    code = read;
    at_ += 5;
    return true;
  }

  bool unicode(std::string& out) {
    char32_t code = 0;
    char32_t low = 0;
    if (!four_digits(code)) return false;
    if (code >= 0xd800 && code <= 0xdbff) {
      if (!at("\\u")) return fail("the other half of a surrogate pair must follow");
      ++at_;
      if (!four_digits(low)) return false;
      if (low < 0xdc00 || low > 0xdfff) return fail("this is not the other half of a surrogate pair");
      code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    }
    return append_utf8(out, code) || fail("half of a surrogate pair is no character");
  }

  bool list_of(Logical& out, Logical::Kind kind, std::string_view separator, bool (Reader::*operand)(Logical&)) {
    std::vector<Logical> operands;
    do {
      blanks();
      if (!(this->*operand)(operands.emplace_back())) return false;
      const std::size_t before = at_;
      blanks();
      if (!at(separator)) {
        at_ = before;
        break;
      }
    } while (take(separator));
    if (operands.size() == 1) return out = std::move(operands.front()), true;
    out.kind = kind;
    out.operands = std::move(operands);
    return true;
  }

  bool any_of(Logical& out) { return list_of(out, Logical::Kind::any_of, "||", &Reader::all_of); }
  bool all_of(Logical& out) { return list_of(out, Logical::Kind::all_of, "&&", &Reader::basic); }

  bool basic(Logical& out) {
    const Deeper deeper(*this);
    if (!deeper.ok()) return false;
    if (at("!") && !at("!=")) {
      ++at_;
      blanks();
      out.kind = Logical::Kind::negation;
      Logical& operand = out.operands.emplace_back();
      if (at("(")) return parenthesised(operand);
      return test_or_comparison(operand) &&
             (operand.kind != Logical::Kind::comparison || fail("a comparison is negated with parentheses around it"));
    }
    return at("(") ? parenthesised(out) : test_or_comparison(out);
  }

  bool parenthesised(Logical& out) {
    ++at_;
    if (!any_of(out)) return false;
    blanks();
    return take(")") || fail("\")\" must stand here");
  }

  bool test_or_comparison(Logical& out) {
    const std::size_t start = at_;
    if (!operand(out.left)) return false;
    const std::size_t before = at_;
    blanks();
    if (comparison_sign(out.comparison)) {
      blanks();
      out.kind = Logical::Kind::comparison;
      at_left_ = start;
      return operand(out.right) && comparable(out.left) && comparable(out.right);
    }
    at_ = before;
    if (out.left.query) return out.kind = Logical::Kind::exists, out.query = std::move(out.left.query), true;
    if (!out.left.function) return fail("a value alone is no test; compare it with something");
    if (!out.left.function->is_logical()) return fail("what this function gives is no test; compare it with something");
    out.kind = Logical::Kind::function;
    out.function = std::move(out.left.function);
    return true;
  }

  bool comparison_sign(Comparison& sign) {
    constexpr std::array<std::pair<std::string_view, Comparison>, 6> signs{{{"==", Comparison::equal},
                                                                            {"!=", Comparison::not_equal},
                                                                            {"<=", Comparison::less_or_equal},
                                                                            {">=", Comparison::greater_or_equal},
                                                                            {"<", Comparison::less},
                                                                            {">", Comparison::greater}}};
    for (const auto& [text, meaning] : signs)
      if (take(text)) return sign = meaning, true;
    if (at("=~")) return fail("\"=~\" is no part of RFC 9535; write match(@.name, 'pattern') or search(...)");
    return false;
  }

  bool comparable(const Comparable& side) {
    if (side.query && !side.query->singular())
      return at_ = at_left_, fail("only a query that selects one node at most can be compared");
    if (side.function && side.function->is_logical())
      return at_ = at_left_, fail("match and search are tests of their own, and cannot be compared");
    return true;
  }

  bool operand(Comparable& out) {
    if (at("@") || at("$")) {
      out.query = std::make_unique<PathQuery>();
      out.query->relative = text_[at_++] == '@';
      return segments(*out.query);
    }
    if (peek() == '"' || peek() == '\'') {
      std::string text;
      if (!quoted(text)) return false;
      return out.literal = text_value(std::move(text)), true;
    }
    if (is_digit(peek()) || peek() == '-') return number(out.literal.emplace());
    std::size_t end = at_;
    while (end < text_.size() && (is_name_first(text_[end]) || is_digit(text_[end]))) ++end;
    const std::string_view word = text_.substr(at_, end - at_);
    if (end < text_.size() && text_[end] == '(') return function(out, word, end);
    if (word == "true" || word == "false")
      out.literal = Value{word == "true"};
    else if (word == "null")
      out.literal = Value{};
    else
      return fail("\"@\", \"$\", a value or a function must stand here");
    at_ = end;
    return true;
  }

  /// number of RFC 8259, or "-0".
  bool number(Value& out) {
    const std::size_t start = at_;
    if (peek() == '-') ++at_;
    while (is_digit(peek())) ++at_;
    if (peek() == '.') ++at_;
    while (is_digit(peek())) ++at_;
    if (peek() == 'e' || peek() == 'E') {
      ++at_;
      if (peek() == '+' || peek() == '-') ++at_;
      while (is_digit(peek())) ++at_;
    }
    Parsed<Value> read = parse_json(text_.substr(start, at_ - start));
    if (!read || !read->is_number()) return at_ = start, fail("this is no number of JSON");
    return out = std::move(*read), true;
  }

  bool function(Comparable& out, std::string_view word, std::size_t end) {
    const Deeper deeper(*this);
    if (!deeper.ok()) return false;
    const auto row = std::ranges::find(all_functions, word, &FunctionRow::name);
    if (row == all_functions.end())
      return fail("there is no such function; RFC 9535 has length, count, match, search and value");
    const std::size_t start = std::exchange(at_, end + 1);
    out.function = std::make_unique<Function>();
    out.function->name = row->function;
    do {
      blanks();
      if (!operand(out.function->arguments.emplace_back())) return false;
      blanks();
    } while (take(","));
    if (!take(")")) return fail("\",\" or \")\" must stand here");
    return well_typed(*out.function, *row, start);
  }

  bool well_typed(Function& function, const FunctionRow& row, std::size_t start) {
    const auto refuse = [&](std::string_view why) { return at_ = start, fail(why); };
    if (function.arguments.size() != row.arguments)
      return refuse(row.arguments == 1 ? "this function takes one argument" : "this function takes two arguments");
    for (const Function::Argument& argument : function.arguments) {
      if (row.of_nodes && !argument.query) return refuse("this function takes a query, as @.name");
      if (!row.of_nodes && argument.query && !argument.query->singular())
        return refuse("this function takes a query that selects one node at most");
      if (argument.function && argument.function->is_logical()) return refuse("match and search give no value");
    }
    if (function.is_logical() && function.arguments[1].literal)
      if (const std::string* pattern = function.arguments[1].literal->get<std::string>())
        if (auto compiled = parse_i_regexp(*pattern)) function.compiled = std::move(*compiled);
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t at_left_ = 0;  ///< where the left side of the comparison begins
  unsigned depth_ = 0;
  std::string wrong_;
  std::size_t wrong_at_ = 0;
};

}  // namespace

Parsed<std::unique_ptr<PathQuery>> parse_jsonpath(std::string_view text) { return Reader(text).read(); }

}  // namespace atonce::hurl
