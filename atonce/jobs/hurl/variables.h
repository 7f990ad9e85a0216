#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "atonce/jobs/hurl/value.h"

namespace atonce::hurl {

/// The variables of one batch as it runs: those it was given, those it captured. Secrets are known by their values: no
/// message has one.
class Variables {
 public:
  static constexpr std::string_view redacted = "***";

  /// Replaces the value, if there is one.
  void set(std::string name, Value value);
  /// The same, and the value as text is hidden in all that `redact` is given, also as URLs and terminals spell it.
  void set_secret(std::string name, Value value);
  /// Null when there is none.
  const Value* find(std::string_view name) const;

  /// The text with each secret as "***". A secret of less than three bytes is not looked for in text: it would make
  /// every message unreadable, and tells nothing.
  std::string redact(std::string_view text) const;
  bool has_secrets() const { return !secrets_.empty(); }
  std::size_t size() const { return values_.size(); }

 private:
  void hide(std::string text);
  std::size_t secret_bytes(std::string_view text) const;

  std::map<std::string, Value, std::less<>> values_;
  std::vector<std::string> secrets_;  ///< as text, longest first
};

/// Reads "name=value", as `--variable` and the option of [Options] take it: true, false, null and numbers have their
/// type, quotes make a string of anything.
Parsed<std::pair<std::string, Value>> parse_variable(std::string_view text);

}  // namespace atonce::hurl
