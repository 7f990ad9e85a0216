#pragma once

#include <optional>
#include <utility>

#include "atonce/model/result.h"

namespace atonce {

/// Moves a parsed value to its field, or hands the complaint on.
template <class T, class Field>
Parsed<void> set(Field& field, Parsed<T> value) {
  if (!value) return std::unexpected(std::move(value.error()));
  field = static_cast<Field>(std::move(*value));
  return {};
}

template <class Value, class Field>
Parsed<void> set_optional(std::optional<Field>& field, Parsed<Value> value) {
  if (!value) return std::unexpected(std::move(value.error()));
  field = static_cast<Field>(*value);
  return {};
}

}  // namespace atonce
