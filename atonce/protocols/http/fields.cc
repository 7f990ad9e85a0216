#include "atonce/protocols/http/fields.h"

#include <algorithm>

namespace atonce {
namespace {

constexpr unsigned char lower(unsigned char byte) {
  return byte >= 'A' && byte <= 'Z' ? static_cast<unsigned char>(byte | 0x20) : byte;
}
constexpr bool is_blank(char byte) { return byte == ' ' || byte == '\t'; }
std::uint32_t narrow(std::size_t size) { return static_cast<std::uint32_t>(size); }

}  // namespace

bool equal_but_case(std::string_view one, std::string_view other) {
  if (one.size() != other.size()) return false;
  for (std::size_t i = 0; i < one.size(); ++i)
    if (lower(static_cast<unsigned char>(one[i])) != lower(static_cast<unsigned char>(other[i]))) return false;
  return true;
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

bool list_has(std::string_view list, std::string_view token) {
  while (!list.empty()) {
    const std::size_t comma = list.find(',');
    if (equal_but_case(trim(list.substr(0, comma)), token)) return true;
    if (comma == list.npos) return false;
    list.remove_prefix(comma + 1);
  }
  return false;
}

Fields::Fields(std::initializer_list<Field> fields) {
  for (const Field& field : fields) add(field.name, field.value);
}

void Fields::add(std::string_view name, std::string_view value) {
  const std::size_t at = text_.size();
  text_.append(name).append(value);
  places_.push_back({narrow(at), narrow(name.size()), narrow(at + name.size()), narrow(value.size())});
}

void Fields::set(std::string_view name, std::string_view value) {
  const std::string kept(value);  // It may lie in our own text.
  remove(name);
  add(name, kept);
}

std::size_t Fields::remove(std::string_view name) {
  return std::erase_if(places_, [&](const Place& place) {
    return equal_but_case({text_.data() + place.name_at, place.name_size}, name);
  });
}

void Fields::clear() {
  text_.clear();
  places_.clear();
}

Field Fields::at(std::size_t index) const {
  const Place& place = places_[index];
  return {{text_.data() + place.name_at, place.name_size}, {text_.data() + place.value_at, place.value_size}};
}

std::optional<std::string_view> Fields::find(std::string_view name) const {
  for (const Field field : *this)
    if (equal_but_case(field.name, name)) return field.value;
  return std::nullopt;
}

std::size_t Fields::count(std::string_view name) const {
  return static_cast<std::size_t>(std::ranges::count_if(places_, [&](const Place& place) {
    return equal_but_case({text_.data() + place.name_at, place.name_size}, name);
  }));
}

std::vector<std::string_view> Fields::all(std::string_view name) const {
  std::vector<std::string_view> values;
  for (const Field field : *this)
    if (equal_but_case(field.name, name)) values.push_back(field.value);
  return values;
}

std::string Fields::joined(std::string_view name) const {
  std::string list;
  for (const std::string_view value : all(name)) list.append(list.empty() ? "" : ", ").append(value);
  return list;
}

bool operator==(const Fields& one, const Fields& other) { return std::ranges::equal(one, other); }

}  // namespace atonce
