#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "atonce/jobs/hurl/batch.h"

namespace atonce::hurl {

/// Reads one Hurl file by recursive descent: hurl_reader.cc has characters and lines, hurl_strings.cc strings and
/// expressions, hurl_body.cc bodies, hurl_expectation.cc queries, filters and predicates, hurl_sections.cc the rest.
///
/// A function that reads something returns false when it cannot: then the finding is written down, and all who called
/// it return false too. What is Hurl and not supported is written down by `note`, and the reading goes on.
class HurlReader {
 public:
  HurlReader(std::string_view text, const BatchLimits& limits);
  std::expected<Batch, std::vector<Finding>> read(std::string_view name);

 private:
  struct State {
    std::size_t at = 0;
    Place place{1, 1};
  };
  /// Whether something optional was there.
  enum class Found { yes, no, wrong };
  /// How a string ends, and what a backslash may stand before.
  struct StringRules {
    std::string_view ends;     ///< the characters that end it; a line end is one when it has '\n'
    std::string_view escapes;  ///< beside b, f, n, r, t and u{...}
    bool trimmed = false;      ///< blanks at its end are not part of it
  };
  /// Makes a template out of characters and expressions.
  class Maker;

  // hurl_reader.cc
  bool at_end() const { return state_.at >= text_.size(); }
  char peek(std::size_t ahead = 0) const;
  bool at(std::string_view token) const { return text_.substr(state_.at).starts_with(token); }
  bool at_line_end() const;
  void advance(std::size_t bytes = 1);
  bool take(std::string_view token);
  bool take_line_end();
  void skip_blanks();
  void skip_lines();  ///< blanks, comments and empty lines
  bool end_line();    ///< nothing may follow but a comment
  bool need_blank(std::string_view what);
  std::string_view word() const;  ///< letters and digits here
  std::string_view since(const State& start) const { return text_.substr(start.at, state_.at - start.at); }
  bool fail(std::string text) { return fail_at(state_.place, std::move(text)); }
  bool fail_at(Place place, std::string text);
  void note(Place place, std::string text);        ///< unsupported
  void note_wrong(Place place, std::string text);  ///< wrong, but the reading can go on

  // hurl_strings.cc
  bool string(Template& out, const StringRules& rules);
  bool quoted(Template& out);
  bool value(Template& out);
  bool file_name(Template& out);
  bool escape(Maker& maker, std::string_view escapes);
  bool expression(Expression& out);
  bool expression_inside(Expression& out);
  bool whole_expression(Template& out);  ///< "{{...}}" and nothing else
  Found key(Template& out);
  Found field(FieldTemplate& out);
  bool pattern(Pattern& out);
  bool path(PathText& out);
  bool integer(std::int64_t& out);

  // hurl_body.cc
  Found body(Body& out);
  bool json_body(Body& out);
  bool json_value(Maker& maker, unsigned depth);
  bool json_members(Maker& maker, unsigned depth, char close);
  bool json_string(Maker& maker);
  bool json_number(Maker& maker);
  void json_blanks(Maker& maker);
  bool xml(Body& out);
  bool xml_aside();
  bool xml_tag(unsigned& depth);
  bool multiline(Body& out);
  bool multiline_text(Template& out, bool escapes, bool templates);
  bool graphql(Body& out);
  bool base64(std::string& out);
  bool hex(std::string& out);
  bool file(Template& out);

  // hurl_expectation.cc
  bool query(Query& out);
  bool query_argument(Query& out);
  bool filters(std::vector<Filter>& out);
  bool filter_arguments(Filter& out, unsigned argument);
  bool capture(Capture& out);
  bool assertion(Assert& out);
  bool predicate(Assert& out);
  bool expected(Expected& out);
  bool constant(Expected& out);

  // hurl_sections.cc
  bool entry(Step& out);
  bool fields(std::vector<FieldTemplate>& out);
  bool request_sections(Step& step);
  bool response(Response& out);
  bool status_line(Response& out);
  bool response_sections(Response& out);
  bool captures(std::vector<Capture>& out);
  bool assertions(std::vector<Assert>& out);
  Found section_name(std::string_view& name);
  bool options(std::vector<Option>& out);
  bool option(Option& out, std::string_view name);
  bool multipart(std::vector<FormPart>& out);
  bool at_response() const;
  bool at_method() const;

  std::string_view text_;
  BatchLimits limits_;
  State state_;
  std::vector<Finding> findings_;
  unsigned expressions_open_ = 0;  ///< an argument of a filter may have expressions, too
  bool failed_ = false;
};

class HurlReader::Maker {
 public:
  void put(std::string_view text) { text_ += text; }
  void put_hard(std::string_view text) { put(text), hard_ = text_.size(); }  ///< not to be trimmed
  void put(Expression expression);
  /// What is made; without the blanks at its end when `trimmed`.
  Template finish(bool trimmed = false);

 private:
  Template made_;
  std::string text_;
  std::size_t hard_ = 0;
};

}  // namespace atonce::hurl
