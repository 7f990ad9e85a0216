#include "atonce/jobs/name_set.h"

#include <functional>

namespace atonce {

std::string_view NameSet::at(std::uint32_t start) const {
  const auto length = static_cast<std::uint8_t>(bytes_[start - 1]);
  return std::string_view(bytes_).substr(start, length);
}

/// Where `name` stands, or the free slot where it would.
std::size_t NameSet::slot_of(std::string_view name) const {
  const std::size_t mask = starts_.size() - 1;
  std::size_t slot = std::hash<std::string_view>()(name) & mask;
  while (starts_[slot] != 0 && at(starts_[slot]) != name) slot = (slot + 1) & mask;
  return slot;
}

void NameSet::grow() {
  std::vector<std::uint32_t> old(starts_.empty() ? 16 : 2 * starts_.size());
  std::swap(old, starts_);
  for (const std::uint32_t start : old)
    if (start != 0) starts_[slot_of(at(start))] = start;
}

void NameSet::add(std::string_view name) {
  if (4 * (count_ + 1) > 3 * starts_.size()) grow();
  const std::size_t slot = slot_of(name);
  if (starts_[slot] != 0) return;
  bytes_ += static_cast<char>(name.size());
  starts_[slot] = static_cast<std::uint32_t>(bytes_.size());
  bytes_ += name;
  ++count_;
}

bool NameSet::contains(std::string_view name) const { return count_ != 0 && starts_[slot_of(name)] != 0; }

bool NameSet::covers(std::string_view name) const {
  if (count_ == 0) return false;
  for (;;) {
    if (starts_[slot_of(name)] != 0) return true;
    const std::size_t dot = name.find('.');
    if (dot == name.npos) return false;
    name.remove_prefix(dot + 1);
  }
}

}  // namespace atonce
