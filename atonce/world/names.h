#pragma once

#include <cstdint>
#include <string>

namespace atonce {

/// The name at `rank` of the world's own list, counted from 1: plausible ("mastoreln.com"), valid, and distinct for all
/// ranks of one seed.
///
/// A label is a sequence of syllables (consonants, vowels) and perhaps a last consonant, so it can be read back in one
/// way only; its number is the rank, permuted by the seed. Popular names are shorter, as in life.
std::string world_name(std::uint64_t seed, std::uint64_t rank);

/// The same, behind what `text` holds.
void append_world_name(std::string& text, std::uint64_t seed, std::uint64_t rank);

}  // namespace atonce
