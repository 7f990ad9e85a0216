// The options of a batch: what its requests may use, and when batches start.

#include "atonce/cli/option_effects.h"
#include "atonce/cli/request_values.h"
#include "atonce/cli/set_field.h"
#include "atonce/cli/values.h"
#include "atonce/jobs/hurl/variables.h"

namespace atonce {
namespace {

constexpr std::uint64_t repeats_max = 1'000'000'000'000;

Parsed<void> set_variables(std::vector<std::string>& variables, const Values& values) {
  for (const std::string& value : values)
    if (const auto variable = hurl::parse_variable(value); !variable) return std::unexpected(variable.error());
  variables = values;
  return {};
}

Parsed<void> set_report(std::string& path, const Values& values) {
  if (values.back().empty()) return complain("the name of the file is empty");
  path = values.back();
  return {};
}

}  // namespace

Parsed<void> apply_variable(Invocation& invocation, const Values& values, const KnownNames&) {
  return set_variables(invocation.plan.batch.variables, values);
}
Parsed<void> apply_secret(Invocation& invocation, const Values& values, const KnownNames&) {
  return set_variables(invocation.plan.batch.secrets, values);
}

Parsed<void> apply_keep_going(Invocation& invocation, const Values&, const KnownNames&) {
  invocation.plan.batch.keep_going = true;
  return {};
}

Parsed<void> apply_idempotent(Invocation& invocation, const Values&, const KnownNames&) {
  invocation.plan.batch.idempotent = true;
  return {};
}

Parsed<void> apply_repeat(Invocation& invocation, const Values& values, const KnownNames&) {
  return set(invocation.plan.input.repeat, parse_number(values.back(), 1, repeats_max));
}

Parsed<void> apply_duration(Invocation& invocation, const Values& values, const KnownNames&) {
  return set_optional(invocation.plan.batch.duration, parse_duration(values.back()));
}

Parsed<void> apply_report_junit(Invocation& invocation, const Values& values, const KnownNames&) {
  return set_report(invocation.plan.batch.junit, values);
}
Parsed<void> apply_report_tap(Invocation& invocation, const Values& values, const KnownNames&) {
  return set_report(invocation.plan.batch.tap, values);
}

}  // namespace atonce
