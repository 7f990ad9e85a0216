#pragma once

#include <span>
#include <string>
#include <string_view>

namespace atonce {

/// How many letters must be inserted, dropped, changed or swapped with their neighbour to make `from` into `to`.
std::size_t edit_distance(std::string_view from, std::string_view to);

/// The word most like `typed`, or empty when none is near enough to be meant.
std::string_view nearest_word(std::string_view typed, std::span<const std::string_view> words);

/// "a, b or c".
std::string either(std::span<const std::string_view> words);

}  // namespace atonce
