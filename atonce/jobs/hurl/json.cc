// The door to nlohmann-json: its reader tells us what it reads, and we make values of it.

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "atonce/jobs/hurl/value.h"

namespace atonce::hurl {
namespace {

/// By name, then by where they stand: members of one object lie in a row.
bool by_name(const Member* one, const Member* other) {
  const int order = one->name.compare(other->name);
  return order != 0 ? order < 0 : one < other;
}

/// Of members with one name, the last: RFC 8259 4 leaves it open, and most readers do that.
void keep_last(Object& members) {
  std::vector<const Member*> sorted;
  sorted.reserve(members.size());
  for (const Member& member : members) sorted.push_back(&member);
  std::ranges::sort(sorted, by_name);
  std::vector<bool> dropped(members.size());
  bool any = false;
  for (std::size_t i = 1; i < sorted.size(); ++i)
    if (sorted[i - 1]->name == sorted[i]->name)
      any = dropped[static_cast<std::size_t>(sorted[i - 1] - members.data())] = true;
  if (!any) return;
  Object kept;
  for (std::size_t i = 0; i < members.size(); ++i)
    if (!dropped[i]) kept.push_back(std::move(members[i]));
  members = std::move(kept);
}

class Builder : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit Builder(const JsonLimits& limits) : limits_(limits) {}

  bool null() override { return put({}); }
  bool boolean(bool value) override { return put({value}); }
  bool number_integer(number_integer_t value) override { return put({std::int64_t{value}}); }
  bool number_unsigned(number_unsigned_t value) override {
    if (value <= static_cast<number_unsigned_t>(INT64_MAX)) return put({static_cast<std::int64_t>(value)});
    return put({BigInteger{std::to_string(value)}});
  }
  bool number_float(number_float_t value, const string_t& text) override {
    const bool integer = text.find_first_of(".eE") == text.npos;
    return integer ? put({BigInteger{text}}) : put({value});
  }
  bool string(string_t& value) override { return put({std::move(value)}); }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override { return open({Object{}}); }
  bool start_array(std::size_t) override { return open({List{}}); }
  bool key(string_t& name) override {
    std::get<Object>(open_.back().data).push_back({std::move(name), {}});
    return true;
  }
  bool end_object() override {
    keep_last(std::get<Object>(open_.back().data));
    return close();
  }
  bool end_array() override { return close(); }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception& error) override {
    complaint = error.id == 406 ? "has a number that is out of range"
                                : "is not JSON: what is wrong stands at byte " + std::to_string(position);
    return false;
  }

  std::optional<Value> root;
  std::string complaint = "is not JSON";

 private:
  bool refuse(std::string why) { return complaint = std::move(why), false; }
  bool open(Value container) {
    if (open_.size() >= limits_.depth_max)
      return refuse("is nested deeper than " + std::to_string(limits_.depth_max) + " levels");
    open_.push_back(std::move(container));
    return true;
  }
  bool close() {
    Value done = std::move(open_.back());
    open_.pop_back();
    return put(std::move(done));
  }
  bool put(Value value) {
    if (++values_ > limits_.values_max)
      return refuse("has more than " + std::to_string(limits_.values_max) + " values");
    if (open_.empty()) return root = std::move(value), true;
    if (List* const list = std::get_if<List>(&open_.back().data)) return list->push_back(std::move(value)), true;
    std::get<Object>(open_.back().data).back().value = std::move(value);
    return true;
  }

  JsonLimits limits_;
  std::vector<Value> open_;
  std::size_t values_ = 0;
};

/// Looks only.
class Checker : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit Checker(const JsonLimits& limits) : limits_(limits) {}
  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override { return deeper(); }
  bool start_array(std::size_t) override { return deeper(); }
  bool key(string_t&) override { return true; }
  bool end_object() override { return --depth_, true; }
  bool end_array() override { return --depth_, true; }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception&) override {
    complaint = "is not JSON: what is wrong stands at byte " + std::to_string(position);
    return false;
  }
  std::string complaint;

 private:
  bool deeper() {
    if (++depth_ <= limits_.depth_max) return true;
    complaint = "is nested deeper than " + std::to_string(limits_.depth_max) + " levels";
    return false;
  }
  JsonLimits limits_;
  std::size_t depth_ = 0;
};

}  // namespace

Parsed<void> check_json(std::string_view text, const JsonLimits& limits) {
  Checker checker(limits);
  if (!nlohmann::json::sax_parse(text.begin(), text.end(), &checker)) return complain(std::move(checker.complaint));
  return {};
}

Parsed<Value> parse_json(std::string_view text, const JsonLimits& limits) {
  Builder builder(limits);
  if (!nlohmann::json::sax_parse(text.begin(), text.end(), &builder) || !builder.root)
    return complain(builder.complaint);
  return std::move(*builder.root);
}

}  // namespace atonce::hurl
