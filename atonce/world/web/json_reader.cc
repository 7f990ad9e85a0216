#include <nlohmann/json.hpp>

#include "atonce/world/web/json.h"

namespace atonce {
namespace {

constexpr std::size_t depth_max = 500;  // Writing and freeing descend as deep as the value does.

/// What nlohmann's parser tells, put together.
class Builder : public nlohmann::json_sax<nlohmann::json> {
 public:
  bool null() override { return add({}); }
  bool boolean(bool flag) override { return add(flag); }
  bool number_integer(number_integer_t number) override { return add(std::int64_t{number}); }
  bool number_unsigned(number_unsigned_t number) override { return add(std::uint64_t{number}); }
  bool number_float(number_float_t number, const string_t&) override { return add(number); }
  bool string(string_t& text) override { return add(std::move(text)); }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override { return open(WebJson::Object{}); }
  bool key(string_t& name) override {
    names_.back() = std::move(name);
    return true;
  }
  bool end_object() override { return close(); }
  bool start_array(std::size_t) override { return open(WebJson::Array{}); }
  bool end_array() override { return close(); }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override { return false; }

  WebJson take() { return std::move(done_); }

 private:
  bool open(WebJson container) {
    if (open_.size() == depth_max) return false;
    open_.push_back(std::move(container));
    names_.emplace_back();
    return true;
  }
  bool close() {
    WebJson ended = std::move(open_.back());
    open_.pop_back();
    names_.pop_back();
    return add(std::move(ended));
  }
  bool add(WebJson json) {
    if (open_.empty()) {
      done_ = std::move(json);
    } else if (auto* items = std::get_if<WebJson::Array>(&open_.back().value)) {
      items->push_back(std::move(json));
    } else {
      std::get<WebJson::Object>(open_.back().value).insert_or_assign(std::move(names_.back()), std::move(json));
    }
    return true;
  }

  std::vector<WebJson> open_;
  std::vector<std::string> names_;  ///< of the member that comes next, for each open value
  WebJson done_;
};

}  // namespace

std::optional<WebJson> parse_web_json(std::string_view text) {
  Builder builder;
  if (!nlohmann::json::sax_parse(text, &builder)) return std::nullopt;
  return builder.take();
}

}  // namespace atonce
