#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "atonce/model/plan.h"

namespace atonce {

/// The files of a run without a list: the name, the length and the content of each follow from the seed and its index,
/// so that every strategy, and a run that is carried on, makes the same.
///
/// They are words of SplitMix64, which can be asked for its n-th word at once; as its words are all different, so are
/// the names. Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators" (2014).
class FileMaker {
 public:
  static constexpr unsigned name_bytes_min = 8;    // One word: from here on all names are different.
  static constexpr unsigned name_bytes_max = 189;  // In base64url 252 characters; a file system takes 255.
  // Files that lie next to each other in the order go to one folder: whoever claims them makes them together.
  static constexpr std::uint64_t files_in_a_row = 64;

  explicit FileMaker(const FileInput& files);

  std::string name(std::uint64_t index) const;
  std::uint64_t size(std::uint64_t index) const;
  /// The folder of the file with its slash, "3f/"; empty where there are none.
  std::string folder(std::uint64_t index) const;

  /// `into.size()` bytes of the content from `offset` on, which is a multiple of 8.
  void content(std::uint64_t index, std::uint64_t offset, char* into, std::size_t bytes) const;

 private:
  const FileInput files_;
  const std::uint64_t names_, sizes_, contents_;  ///< where each stream begins
  const unsigned words_;                          ///< of a name
  unsigned digits_ = 1;                           ///< of a folder
};

}  // namespace atonce
