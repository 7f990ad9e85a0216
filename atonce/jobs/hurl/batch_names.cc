#include <algorithm>
#include <set>

#include "atonce/jobs/hurl/hurl_file.h"

namespace atonce::hurl {
namespace {

/// Walks over everything of a batch that is resolved as it runs, in the order in which that happens.
template <class OnExpression, class OnSet>
class Tour {
 public:
  Tour(OnExpression on_expression, OnSet on_set) : on_expression_(on_expression), on_set_(on_set) {}

  void step(const Step& step) {
    for (const Option& option : step.options) {
      text(option.value);
      if (option.kind == OptionKind::variable && !option.value.empty()) {
        const std::string_view start = option.value.pieces.front().text;
        on_set_(start.substr(0, start.find('=')));
      }
    }
    text(step.url);
    for (const auto* group : {&step.fields, &step.query, &step.form, &step.cookies})
      for (const FieldTemplate& one : *group) field(one);
    for (const FormPart& part : step.multipart) text(part.name), text(part.value);
    if (step.basic_auth) field(*step.basic_auth);
    if (step.body) body(*step.body);
    if (step.response) response(*step.response);
  }

 private:
  void text(const Template& source) {
    for (const Template::Piece& piece : source.pieces)
      for (const Expression& expression : piece.expression) {
        if (expression.source == Expression::Source::variable) on_expression_(expression);
        filters(expression.filters);
      }
  }
  void field(const FieldTemplate& source) { text(source.name), text(source.value); }
  void filters(const std::vector<Filter>& source) {
    for (const Filter& filter : source) {
      text(filter.first), text(filter.second);
      text(filter.pattern.text), text(filter.path.text);
    }
  }
  void body(const Body& source) {
    text(source.text);
    for (const FieldTemplate& one : source.variables) field(one);
  }
  void query(const Query& source) {
    text(source.argument), text(source.pattern.text), text(source.path.text);
    filters(source.filters);
  }
  void response(const Response& source) {
    for (const Capture& capture : source.captures) {
      query(capture.query), text(capture.name);
      on_set_(capture.name.literal());
    }
    for (const FieldTemplate& one : source.fields) field(one);
    if (source.body) body(*source.body);
    for (const Assert& assert : source.asserts) {
      query(assert.query);
      text(assert.expected.text), text(assert.expected.pattern.text);
    }
  }

  OnExpression on_expression_;
  OnSet on_set_;
};

void add_file(std::vector<std::pair<std::string, Place>>& names, const Template& name, Place place) {
  if (name.is_literal() && !name.empty()) names.emplace_back(name.literal(), place);
}

}  // namespace

std::vector<std::pair<std::string, Place>> files_of(const Batch& batch) {
  std::vector<std::pair<std::string, Place>> names;
  for (const Step& step : batch.steps) {
    if (step.body && step.body->kind == Body::Kind::file) add_file(names, step.body->text, step.body->place);
    for (const FormPart& part : step.multipart)
      if (part.is_file) add_file(names, part.value, part.place);
    if (!step.response) continue;
    const std::optional<Body>& body = step.response->body;
    if (body && body->kind == Body::Kind::file) add_file(names, body->text, body->place);
    for (const Assert& assert : step.response->asserts)
      if (assert.expected.kind == Expected::Kind::file) add_file(names, assert.expected.text, assert.place);
  }
  return names;
}

std::vector<std::pair<std::string, Place>> free_variables(const Batch& batch) {
  std::vector<std::pair<std::string, Place>> free;
  std::set<std::string, std::less<>> known;
  Tour tour(
      [&](const Expression& expression) {
        if (known.insert(expression.name).second) free.emplace_back(expression.name, expression.place);
      },
      [&](std::string_view name) { known.emplace(name); });
  for (const Step& step : batch.steps) tour.step(step);
  return free;
}

}  // namespace atonce::hurl
