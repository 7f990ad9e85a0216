#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

#include "atonce/protocols/cookies/set_cookie.h"

namespace atonce {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// RFC 6265 5.1.1: digits, letters, ':' and bytes over 0x7e make words; everything else parts them.
bool is_of_word(char c) {
  const auto byte = static_cast<std::uint8_t>(c);
  const bool delimiter = byte == 0x09 || (byte >= 0x20 && byte <= 0x2f) || (byte >= 0x3b && byte <= 0x40) ||
                         (byte >= 0x5b && byte <= 0x60) || (byte >= 0x7b && byte <= 0x7e);
  return !delimiter;
}

struct Fields {
  std::optional<std::array<int, 3>> time;
  std::optional<int> day, month, year;
};

/// A number of `least` to `most` digits at the front, with no digit behind; it is taken off `text`.
std::optional<int> take_number(std::string_view& text, std::size_t least, std::size_t most) {
  const auto end = static_cast<std::size_t>(std::ranges::find_if_not(text, is_digit) - text.begin());
  if (end < least || end > most) return std::nullopt;
  int value = 0;
  std::from_chars(text.data(), text.data() + end, value);
  text.remove_prefix(end);
  return value;
}

std::optional<std::array<int, 3>> parse_time(std::string_view word) {
  std::array<int, 3> time{};
  for (std::size_t i = 0; i < time.size(); ++i) {
    if (i > 0) {
      if (!word.starts_with(':')) return std::nullopt;
      word.remove_prefix(1);
    }
    const std::optional<int> part = take_number(word, 1, 2);
    if (!part) return std::nullopt;
    time[i] = *part;
  }
  return time;
}

std::optional<int> parse_month(std::string_view word) {
  constexpr std::array names{"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"};
  if (word.size() < 3) return std::nullopt;
  std::string start(word.substr(0, 3));
  for (char& c : start) c = static_cast<char>(c | 0x20);
  const auto found = std::ranges::find(names, start);
  if (found == names.end()) return std::nullopt;
  return static_cast<int>(found - names.begin()) + 1;
}

void read_word(std::string_view word, Fields& fields) {
  if (!fields.time && (fields.time = parse_time(word))) return;
  std::string_view digits = word;
  if (!fields.day && (fields.day = take_number(digits, 1, 2))) return;
  if (!fields.month && (fields.month = parse_month(word))) return;
  digits = word;
  if (!fields.year) fields.year = take_number(digits, 2, 4);
}

int full_year(int year) {
  if (year >= 70 && year <= 99) return year + 1900;
  return year <= 69 ? year + 2000 : year;
}

std::optional<std::int64_t> to_seconds(const Fields& fields) {
  using namespace std::chrono;
  if (!fields.time || !fields.day || !fields.month || !fields.year) return std::nullopt;
  const auto [hours_of, minutes_of, seconds_of] = *fields.time;
  const int year_of = full_year(*fields.year);
  const year_month_day date{year{year_of}, month{static_cast<unsigned>(*fields.month)},
                            day{static_cast<unsigned>(*fields.day)}};
  if (year_of < 1601 || !date.ok() || hours_of > 23 || minutes_of > 59 || seconds_of > 59) return std::nullopt;
  return (sys_days(date) + hours(hours_of) + minutes(minutes_of) + seconds(seconds_of)).time_since_epoch().count();
}

}  // namespace

std::optional<std::int64_t> parse_cookie_date(std::string_view text) {
  Fields fields;
  while (!text.empty()) {
    const auto start = std::ranges::find_if(text, is_of_word);
    const auto end = std::find_if_not(start, text.end(), is_of_word);
    if (start != end) read_word(std::string_view(start, end), fields);
    text = std::string_view(end, text.end());
  }
  return to_seconds(fields);
}

}  // namespace atonce
