#include "atonce/jobs/hurl/jsonpath.h"

#include <fmt/format.h>

#include <algorithm>

#include "atonce/jobs/hurl/jsonpath_tree.h"
#include "atonce/jobs/hurl/text.h"

namespace atonce::hurl {
namespace {

using Nodes = std::vector<const Value*>;

/// A value, or nothing: what a comparison looks at. Owned where a function made it.
struct Operand {
  const Value* node = nullptr;
  std::optional<Value> made;
  const Value* get() const { return made ? &*made : node; }
};

class Walk {
 public:
  Walk(const Value& root, const JsonPathLimits& limits) : root_(root), limits_(limits) {}

  Nodes select(const PathQuery& query, const Value& current) {
    Nodes nodes{query.relative ? &current : &root_};
    for (const Segment& segment : query.segments) {
      Nodes next;
      for (const Value* node : nodes) {
        if (!spend(1)) return {};
        if (segment.descendant)
          descend(segment, *node, next);
        else
          select_all(segment, *node, next);
      }
      nodes = std::move(next);
    }
    return nodes;
  }

  bool exhausted() const { return exhausted_; }

 private:
  bool spend(std::uint64_t steps) {
    spent_ += steps;
    if (spent_ > limits_.steps_max) exhausted_ = true;
    return !exhausted_;
  }

  void put(Nodes& nodes, const Value& node) {
    if (nodes.size() >= limits_.nodes_max) exhausted_ = true;
    if (spend(1)) nodes.push_back(&node);
  }

  void select_all(const Segment& segment, const Value& node, Nodes& out) {
    for (const Selector& selector : segment.selectors)
      if (!exhausted_) select_one(selector, node, out);
  }

  /// The node itself, then its children: RFC 9535 2.5.2.2. As deep as a document may be.
  void descend(const Segment& segment, const Value& node, Nodes& out) {
    if (!spend(1)) return;
    select_all(segment, node, out);
    for_each_child(node, [&](const Value& child) { descend(segment, child, out); });
  }

  template <class Visit>
  void for_each_child(const Value& node, Visit visit) {
    if (const List* list = node.get<List>()) {
      for (const Value& item : *list)
        if (!exhausted_) visit(item);
    } else if (const Object* object = node.get<Object>()) {
      for (const Member& member : *object)
        if (!exhausted_) visit(member.value);
    }
  }

  void select_one(const Selector& selector, const Value& node, Nodes& out) {
    switch (selector.kind) {
      case Selector::Kind::name: return by_name(selector.name, node, out);
      case Selector::Kind::wildcard: return for_each_child(node, [&](const Value& child) { put(out, child); });
      case Selector::Kind::index: return by_index(selector.index, node, out);
      case Selector::Kind::slice: return by_slice(selector, node, out);
      case Selector::Kind::filter:
        return for_each_child(node, [&](const Value& child) {
          if (spend(1) && holds(*selector.filter, child)) put(out, child);
        });
    }
  }

  void by_name(const std::string& name, const Value& node, Nodes& out) {
    const Object* const object = node.get<Object>();
    if (object == nullptr || !spend(object->size())) return;
    const auto found = std::ranges::find(*object, name, &Member::name);
    if (found != object->end()) put(out, found->value);
  }

  void by_index(std::int64_t index, const Value& node, Nodes& out) {
    const List* const list = node.get<List>();
    if (list == nullptr) return;
    const std::int64_t size = std::ssize(*list);
    const std::int64_t at = index < 0 ? size + index : index;
    if (at >= 0 && at < size) put(out, (*list)[static_cast<std::size_t>(at)]);
  }

  /// RFC 9535 2.3.4.2.2.
  void by_slice(const Selector& selector, const Value& node, Nodes& out) {
    const List* const list = node.get<List>();
    if (list == nullptr || selector.step == 0) return;
    const std::int64_t size = std::ssize(*list);
    const std::int64_t step = selector.step;
    const auto normal = [&](std::int64_t at) { return at >= 0 ? at : size + at; };
    const std::int64_t start = normal(selector.start.value_or(step > 0 ? 0 : size - 1));
    const std::int64_t end = selector.end ? normal(*selector.end) : (step > 0 ? size : -1);
    if (step > 0) {
      const std::int64_t upper = std::clamp(end, std::int64_t{0}, size);
      for (std::int64_t i = std::clamp(start, std::int64_t{0}, size); i < upper && !exhausted_; i += step)
        put(out, (*list)[static_cast<std::size_t>(i)]);
    } else {
      const std::int64_t lower = std::clamp(end, std::int64_t{-1}, size - 1);
      for (std::int64_t i = std::clamp(start, std::int64_t{-1}, size - 1); i > lower && !exhausted_; i += step)
        put(out, (*list)[static_cast<std::size_t>(i)]);
    }
  }

  bool holds(const Logical& test, const Value& current) {
    const auto one = [&](const Logical& operand) { return holds(operand, current); };
    switch (test.kind) {
      case Logical::Kind::any_of: return std::ranges::any_of(test.operands, one);
      case Logical::Kind::all_of: return std::ranges::all_of(test.operands, one);
      case Logical::Kind::negation: return !one(test.operands.front());
      case Logical::Kind::exists: return !select(*test.query, current).empty();
      case Logical::Kind::function: return matches(*test.function, current);
      case Logical::Kind::comparison: return compares(test, current);
    }
    return false;
  }

  Operand operand(const Comparable& side, const Value& current) {
    if (side.literal) return {.node = &*side.literal};
    if (side.function) return {.made = value_of(*side.function, current)};
    const Nodes nodes = select(*side.query, current);
    return {.node = nodes.empty() ? nullptr : nodes.front()};
  }

  /// RFC 9535 2.3.5.2.2.
  bool compares(const Logical& test, const Value& current) {
    const Operand left = operand(test.left, current);
    const Operand right = operand(test.right, current);
    switch (test.comparison) {
      case Comparison::equal: return equal(left, right);
      case Comparison::not_equal: return !equal(left, right);
      case Comparison::less: return less(left, right);
      case Comparison::less_or_equal: return less(left, right) || equal(left, right);
      case Comparison::greater: return less(right, left);
      case Comparison::greater_or_equal: return less(right, left) || equal(left, right);
    }
    return false;
  }

  bool equal(const Operand& left, const Operand& right) {
    const Value* const one = left.get();
    const Value* const other = right.get();
    if (one == nullptr || other == nullptr) return one == other;
    return spend(1 + weight(*one)) && *one == *other;
  }

  bool less(const Operand& left, const Operand& right) {
    const Value* const one = left.get();
    const Value* const other = right.get();
    if (one == nullptr || other == nullptr) return false;
    const std::string* const text = one->get<std::string>();
    const std::string* const other_text = other->get<std::string>();
    if (text && other_text) return *text < *other_text;  // the order of UTF-8 is that of its characters
    return compare_numbers(*one, *other) == -1;
  }

  /// What it costs to look at the whole of a value.
  std::uint64_t weight(const Value& value) {
    if (const std::string* text = value.get<std::string>()) return text->size() / 64;
    std::uint64_t total = 1;
    for_each_child(value, [&](const Value& child) {
      if (spend(1)) total += weight(child);
    });
    return total;
  }

  std::optional<Value> value_of(const Function& function, const Value& current) {
    const Function::Argument& argument = function.arguments.front();
    if (function.name == Function::Name::length) {
      const Operand given = operand(argument, current);
      return given.get() ? length(*given.get()) : std::nullopt;
    }
    const Nodes nodes = select(*argument.query, current);
    if (function.name == Function::Name::count) return integer_value(std::ssize(nodes));
    if (nodes.size() != 1 || !spend(weight(*nodes.front()))) return std::nullopt;
    return *nodes.front();
  }

  std::optional<Value> length(const Value& value) {
    if (const List* list = value.get<List>()) return integer_value(std::ssize(*list));
    if (const Object* object = value.get<Object>()) return integer_value(std::ssize(*object));
    const std::string* const text = value.get<std::string>();
    if (text == nullptr || !spend(text->size() / 64)) return std::nullopt;
    return integer_value(static_cast<std::int64_t>(count_characters(*text)));
  }

  bool matches(const Function& function, const Value& current) {
    const Operand subject = operand(function.arguments[0], current);
    const Operand pattern = operand(function.arguments[1], current);
    const std::string* const text = subject.get() ? subject.get()->get<std::string>() : nullptr;
    const std::string* const expression = pattern.get() ? pattern.get()->get<std::string>() : nullptr;
    if (text == nullptr || expression == nullptr || !spend(text->size() / 64)) return false;
    std::optional<Regex> compiled = function.compiled;
    if (!compiled) {
      constexpr std::uint64_t cost_of_compiling = 1000;
      if (function.arguments[1].literal || !spend(cost_of_compiling + expression->size())) return false;
      if (auto fresh = parse_i_regexp(*expression))
        compiled = std::move(*fresh);
      else
        return false;
    }
    return function.name == Function::Name::match ? compiled->matches_all_of(*text) : compiled->found_in(*text);
  }

  const Value& root_;
  JsonPathLimits limits_;
  std::uint64_t spent_ = 0;
  bool exhausted_ = false;
};

}  // namespace

JsonPath::JsonPath(std::unique_ptr<PathQuery> query) : query_(std::move(query)) {}
JsonPath::~JsonPath() = default;

Parsed<std::shared_ptr<const JsonPath>> JsonPath::compile(std::string_view text) {
  Parsed<std::unique_ptr<PathQuery>> query = parse_jsonpath(text);
  if (!query) return std::unexpected(query.error());
  return std::shared_ptr<const JsonPath>(new JsonPath(std::move(*query)));
}

bool JsonPath::singular() const { return query_->singular(); }

Parsed<std::vector<const Value*>> JsonPath::select(const Value& document, const JsonPathLimits& limits) const {
  Walk walk(document, limits);
  Nodes nodes = walk.select(*query_, document);
  if (walk.exhausted())
    return complain(fmt::format("the JSONPath asks for more than {} steps or {} nodes in this document",
                                limits.steps_max, limits.nodes_max));
  return nodes;
}

}  // namespace atonce::hurl
