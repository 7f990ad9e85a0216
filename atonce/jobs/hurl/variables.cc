#include "atonce/jobs/hurl/variables.h"

#include <algorithm>

#include "atonce/model/escape.h"
#include "atonce/protocols/url/pieces.h"
#include "atonce/protocols/url/query.h"

namespace atonce::hurl {
namespace {

constexpr std::size_t secret_bytes_min = 3;

/// Letters, digits, "_" and "-", a letter first.
bool is_name(std::string_view name) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  return !name.empty() && letter(name[0]) &&
         std::ranges::all_of(name, [&](char c) { return letter(c) || (c >= '0' && c <= '9') || c == '_' || c == '-'; });
}

}  // namespace

void Variables::set(std::string name, Value value) { values_.insert_or_assign(std::move(name), std::move(value)); }

void Variables::set_secret(std::string name, Value value) {
  std::string text = write_plain(value);
  set(std::move(name), std::move(value));
  std::string in_url;
  append_encoded(in_url, text, Spaces::as_percent);
  for (std::string spelling : {text, percent_encode(text), in_url, escape_for_terminal(text)})
    hide(std::move(spelling));
}

void Variables::hide(std::string text) {
  if (text.size() < secret_bytes_min || std::ranges::find(secrets_, text) != secrets_.end()) return;
  const auto longer = [&](const std::string& other) { return other.size() >= text.size(); };
  const auto place = std::ranges::partition_point(secrets_, longer);
  secrets_.insert(place, std::move(text));
}

const Value* Variables::find(std::string_view name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? nullptr : &found->second;
}

/// How many bytes at the front are a secret, or what a message that was cut has left of one.
std::size_t Variables::secret_bytes(std::string_view text) const {
  constexpr std::string_view cut_mark = "...>";
  for (const std::string& secret : secrets_) {
    if (text.starts_with(secret)) return secret.size();
    const std::size_t cut = text.substr(0, secret.size() + cut_mark.size()).find(cut_mark);
    if (cut != text.npos && cut >= secret_bytes_min && cut < secret.size() && secret.starts_with(text.substr(0, cut)))
      return cut;
  }
  return 0;
}

std::string Variables::redact(std::string_view text) const {
  std::string out;
  while (!text.empty()) {
    const std::size_t hidden = secret_bytes(text);
    if (hidden == 0)
      out += text.front();
    else
      out += redacted;
    text.remove_prefix(std::max<std::size_t>(hidden, 1));
  }
  return out;
}

Parsed<std::pair<std::string, Value>> parse_variable(std::string_view text) {
  const std::size_t sign = text.find('=');
  if (sign == text.npos) return complain("a variable is given as name=value");
  const std::string_view name = text.substr(0, sign);
  const std::string_view value = text.substr(sign + 1);
  if (!is_name(name))
    return complain("the name of a variable is letters, digits, \"_\" and \"-\", and begins with a letter");
  const auto give = [&](Value typed) { return std::pair(std::string(name), std::move(typed)); };
  if (value.size() >= 2 && value.starts_with('"') && value.ends_with('"'))
    return give(text_value(std::string(value.substr(1, value.size() - 2))));
  constexpr std::size_t typed_bytes_max = 64;
  const bool may_be_typed = !value.empty() && value.size() <= typed_bytes_max &&
                            std::string_view("-0123456789tfn").find(value[0]) != std::string_view::npos;
  if (may_be_typed)
    if (Parsed<Value> typed = parse_json(value); typed && value.find_first_of(" \t\r\n") == value.npos)
      return give(std::move(*typed));
  return give(text_value(std::string(value)));
}

}  // namespace atonce::hurl
