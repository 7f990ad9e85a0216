#include "atonce/protocols/http/http_date.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

namespace atonce {
namespace {

constexpr std::array<std::string_view, 7> days{"Sunday",   "Monday", "Tuesday", "Wednesday",
                                               "Thursday", "Friday", "Saturday"};
constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::size_t short_day = 3;

struct DateParts {
  unsigned weekday = 0, day = 0, month = 0, hour = 0, minute = 0, second = 0;
  int year = 0;
};

/// Takes a date apart from its front; once something is not as it should be, nothing more is read.
class DateText {
 public:
  explicit DateText(std::string_view text) : text_(text) {}

  void expect(std::string_view words) {
    good_ = good_ && text_.starts_with(words);
    if (good_) text_.remove_prefix(words.size());
  }
  unsigned number(std::size_t digits) {
    unsigned value = 0;
    const std::string_view front = text_.substr(0, digits);
    const auto [stopped, error] = std::from_chars(front.data(), front.data() + front.size(), value);
    good_ = good_ && error == std::errc() && stopped == front.data() + digits;
    if (good_) text_.remove_prefix(digits);
    return value;
  }
  template <std::size_t size>
  unsigned one_of(const std::array<std::string_view, size>& names, std::size_t letters) {
    const auto name = std::ranges::find_if(
        names, [&](std::string_view candidate) { return text_.starts_with(candidate.substr(0, letters)); });
    good_ = good_ && name != names.end();
    if (!good_) return 0;
    text_.remove_prefix(std::min(letters, name->size()));
    return static_cast<unsigned>(name - names.begin());
  }
  void time(DateParts& parts) {
    parts.hour = number(2), expect(":");
    parts.minute = number(2), expect(":");
    parts.second = number(2);
  }
  bool skip_space() {
    const bool skipped = good_ && text_.starts_with(' ');
    if (skipped) text_.remove_prefix(1);
    return skipped;
  }
  bool finished() const { return good_ && text_.empty(); }

 private:
  std::string_view text_;
  bool good_ = true;
};

/// "Sun, 06 Nov 1994 08:49:37 GMT"
bool read_fixdate(std::string_view text, DateParts& parts) {
  DateText date(text);
  parts.weekday = date.one_of(days, short_day), date.expect(", ");
  parts.day = date.number(2), date.expect(" ");
  parts.month = date.one_of(months, 3), date.expect(" ");
  parts.year = static_cast<int>(date.number(4)), date.expect(" ");
  date.time(parts), date.expect(" GMT");
  return date.finished();
}

/// "Sunday, 06-Nov-94 08:49:37 GMT"
bool read_rfc850(std::string_view text, DateParts& parts) {
  DateText date(text);
  parts.weekday = date.one_of(days, std::string_view::npos), date.expect(", ");
  parts.day = date.number(2), date.expect("-");
  parts.month = date.one_of(months, 3), date.expect("-");
  const auto year = static_cast<int>(date.number(2));
  parts.year = year + (year < 70 ? 2000 : 1900), date.expect(" ");
  date.time(parts), date.expect(" GMT");
  return date.finished();
}

/// "Sun Nov  6 08:49:37 1994"
bool read_asctime(std::string_view text, DateParts& parts) {
  DateText date(text);
  parts.weekday = date.one_of(days, short_day), date.expect(" ");
  parts.month = date.one_of(months, 3), date.expect(" ");
  parts.day = date.number(date.skip_space() ? 1 : 2), date.expect(" ");
  date.time(parts), date.expect(" ");
  parts.year = static_cast<int>(date.number(4));
  return date.finished();
}

/// A second of 60 is a leap second, and the first of the next minute. The name of the day says nothing new.
std::optional<std::int64_t> instant_of(const DateParts& parts) {
  const std::chrono::year_month_day date{std::chrono::year(parts.year), std::chrono::month(parts.month + 1),
                                         std::chrono::day(parts.day)};
  if (!date.ok() || parts.hour > 23 || parts.minute > 59 || parts.second > 60) return std::nullopt;
  const std::int64_t at = std::chrono::sys_days(date).time_since_epoch().count();
  return ((at * 24 + parts.hour) * 60 + parts.minute) * 60 + parts.second;
}

}  // namespace

std::string write_http_date(std::int64_t unix_s) {
  const std::chrono::sys_seconds at{std::chrono::seconds(unix_s)};
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(at - day);
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT",
                     days[std::chrono::weekday(day).c_encoding()].substr(0, short_day), unsigned(date.day()),
                     months[unsigned(date.month()) - 1], int(date.year()), time.hours().count(), time.minutes().count(),
                     time.seconds().count());
}

std::optional<std::int64_t> parse_http_date(std::string_view text) {
  DateParts parts;
  if (read_fixdate(text, parts) || read_rfc850(text, parts) || read_asctime(text, parts)) return instant_of(parts);
  return std::nullopt;
}

}  // namespace atonce
