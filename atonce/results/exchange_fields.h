#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "atonce/model/outcome.h"
#include "atonce/model/plan.h"

namespace atonce {

/// What the rows of a job tell beside its verdicts: of a fetch what HTTP came to, of a batch its place there too, of a
/// file how long it is.
enum class RowKind : std::uint8_t { probe, fetch, batch, file };
RowKind row_kind_of(const Plan& plan);
inline bool speaks_http(RowKind kind) { return kind == RowKind::fetch || kind == RowKind::batch; }
inline bool speaks_http(const Plan& plan) { return speaks_http(row_kind_of(plan)); }

/// Is told the fields of an exchange, one after another. What is empty or missing is null.
class ExchangeFields {
 public:
  virtual ~ExchangeFields() = default;
  /// From outside: to be escaped, unlike the names of the fields.
  virtual void text(std::string_view name, std::string_view value) = 0;
  virtual void number(std::string_view name, std::optional<std::uint64_t> value) = 0;
  virtual void flag(std::string_view name, std::optional<bool> value) = 0;
  virtual void time(std::string_view name, std::optional<Duration> value) = 0;
  /// A list: JSON, safe as it is.
  virtual void json(std::string_view name, std::string_view value) = 0;
};

/// Tells `fields` every field that rows of `kind` have beside those of a probe, in their order, all of them whatever
/// the outcome has: docs/results.md has their meaning. `room` is kept between rows.
void tell_exchange(const Outcome& outcome, RowKind kind, ExchangeFields& fields, std::string& room);

/// The URL that the outcome ended at; that of the target where it never began; empty for a probe.
std::string_view url_of(const Outcome& outcome);

/// The target's cell, without the userinfo of its URL.
std::string shown_input(const Target& target);

/// "2026-11-21T01:06:50Z"; of the years 0 to 9999, empty for all others. Source: RFC 3339.
std::string write_utc(std::int64_t unix_seconds);

}  // namespace atonce
