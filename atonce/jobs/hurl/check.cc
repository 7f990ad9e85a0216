#include <fmt/format.h>

#include <algorithm>

#include "atonce/jobs/hurl/evaluate.h"
#include "atonce/jobs/hurl/predicate.h"
#include "atonce/jobs/hurl/query.h"
#include "atonce/jobs/hurl/render.h"
#include "atonce/jobs/hurl/text.h"
#include "atonce/model/escape.h"

namespace atonce::hurl {
namespace {

constexpr std::size_t captured_bytes_max = 16 << 20;

/// One answer held against one expectation.
class Check {
 public:
  Check(const Response& expected, const Answer& answer, Variables& variables, const Sources& sources)
      : expected_(expected),
        answer_(answer),
        variables_(variables),
        scope_{variables, sources},
        seen_(answer, scope_) {}

  Checked run() {
    if (version() && status() && captures()) {
      for (const FieldTemplate& field : expected_.fields) this->field(field);
      if (expected_.body) body(*expected_.body);
      for (const Assert& assert : expected_.asserts) this->assertion(assert);
    }
    for (Failure& failure : checked_.failures)
      for (std::string* text : {&failure.what, &failure.actual, &failure.expected, &failure.problem})
        *text = variables_.redact(*text);
    return std::move(checked_);
  }

 private:
  Failure& fail(Place place, std::string what) {
    return checked_.failures.emplace_back(Failure{.place = place, .what = std::move(what)});
  }
  void fail(Place place, std::string what, const Value& expected, std::string actual) {
    Failure& failure = fail(place, std::move(what));
    failure.expected = write_typed(expected);
    failure.actual = std::move(actual);
  }

  bool version() {
    if (expected_.version == HttpVersion::unknown) return true;
    ++checked_.checks;
    if (expected_.version == answer_.version) return true;
    Failure& failure = fail(expected_.version_place, "version");
    failure.expected = name_of(expected_.version);
    failure.actual = answer_.version == HttpVersion::unknown ? "none" : name_of(answer_.version);
    return false;
  }

  bool status() {
    if (!expected_.status) return true;
    ++checked_.checks;
    if (*expected_.status == answer_.status) return true;
    fail(expected_.status_place, "status", integer_value(*expected_.status),
         write_typed(integer_value(answer_.status)));
    return false;
  }

  /// All of them before the asserts, which may use them; the first that fails ends the check.
  bool captures() {
    for (const Capture& capture : expected_.captures) {
      ++checked_.checks;
      std::string problem = this->capture(capture);
      if (problem.empty()) continue;
      Failure& failure = fail(capture.place, fmt::format("capture of {}", write_name(capture.name)));
      failure.problem = std::move(problem);
      failure.is_capture = true;
      return false;
    }
    return true;
  }

  static std::string write_name(const Template& name) {
    return name.is_literal() ? std::string(name.literal()) : "a variable";
  }

  std::string capture(const Capture& capture) {
    Evaluated<std::string> name = render(capture.name, scope_);
    if (!name) return name.error().text;
    const Evaluated<Found> found = seen_.find(capture.query);
    if (!found) return found.error().text;
    const Value* const value = found->single();
    if (value == nullptr) return "there is no such value in the answer";
    const Bytes* const bytes = value->get<Bytes>();
    if ((bytes ? bytes->data.size() : write_plain(*value).size()) > captured_bytes_max)
      return "the value is larger than 16 MiB, and is not kept";
    if (capture.redact)
      variables_.set_secret(std::move(*name), *value);
    else
      variables_.set(std::move(*name), *value);
    return {};
  }

  void field(const FieldTemplate& field) {
    ++checked_.checks;
    const Evaluated<std::string> name = render(field.name, scope_);
    const Evaluated<std::string> value = name ? render(field.value, scope_) : std::unexpected(name.error());
    if (!value) {
      fail(field.place, "a field").problem = value.error().text;
      return;
    }
    const std::vector<std::string_view> actual =
        answer_.fields ? answer_.fields->all(*name) : std::vector<std::string_view>();
    if (std::ranges::find(actual, *value) != actual.end()) return;
    List all;
    for (const std::string_view one : actual) all.push_back(text_value(std::string(one)));
    const std::string shown = all.empty() ? "none" : all.size() == 1 ? write_typed(all.front()) : write_typed({all});
    fail(field.place, fmt::format("field {}", escape_for_terminal(*name)), text_value(*value), shown);
  }

  /// Text is compared with text, JSON as JSON (white space and the order of members do not count), bytes with bytes.
  void body(const Body& expected) {
    ++checked_.checks;
    const std::string what = "body";
    Evaluated<std::string> wanted = expected.bytes;
    if (expected.kind == Body::Kind::file)
      wanted = read_named(expected.text, expected.place, scope_);
    else if (expected.kind != Body::Kind::bytes)
      wanted = render(expected.text, scope_);
    if (!wanted) {
      fail(expected.place, what).problem = wanted.error().text;
      return;
    }
    const bool octets = expected.kind == Body::Kind::bytes || expected.kind == Body::Kind::file;
    const Parsed<std::string_view> all = seen_.bytes();
    if (!all) {
      fail(expected.place, what).problem = fmt::format("the body {}", all.error().text);
    } else if (octets) {
      if (*all != *wanted) fail(expected.place, what, {Bytes{*wanted}}, write_typed({Bytes{std::string(*all)}}));
    } else if (const Parsed<std::string>& text = seen_.text(); !text) {
      fail(expected.place, what).problem = fmt::format("the body {}", text.error().text);
    } else if (*text != *wanted && !(expected.kind == Body::Kind::json && same_json(*wanted))) {
      fail(expected.place, what, text_value(*wanted), write_typed(text_value(*text)));
    }
  }

  bool same_json(const std::string& wanted) {
    const Parsed<Value> expected = parse_json(wanted);
    const Parsed<Value>& actual = seen_.json();
    return expected && actual && *expected == *actual;
  }

  void assertion(const Assert& assert) {
    ++checked_.checks;
    const Evaluated<Found> found = seen_.find(assert.query);
    const Evaluated<Judgement> judgement =
        found ? judge(*found, assert, scope_) : Evaluated<Judgement>(std::unexpected(found.error()));
    if (!judgement) {
      fail(assert.place, assert.source).problem = judgement.error().text;
    } else if (!judgement->holds) {
      Failure& failure = fail(assert.place, assert.source);
      failure.actual = judgement->actual;
      failure.expected = judgement->expected;
    }
  }

  const Response& expected_;
  const Answer& answer_;
  Variables& variables_;
  Scope scope_;
  Examination seen_;
  Checked checked_;
};

}  // namespace

Checked check(const Step& step, const Answer& answer, Variables& variables, const Sources& sources) {
  if (!step.response) return {};
  return Check(*step.response, answer, variables, sources).run();
}

std::string write_failure(std::string_view file, const Failure& failure) {
  const std::string start = fmt::format("{}:{}:{}: {}", escape_for_terminal(file), failure.place.line,
                                        failure.place.column, escape_for_terminal(failure.what));
  if (!failure.problem.empty()) return fmt::format("{}: {}", start, failure.problem);
  return fmt::format("{}: expected {}, got {}", start, failure.expected, failure.actual);
}

}  // namespace atonce::hurl
