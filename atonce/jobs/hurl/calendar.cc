#include "atonce/jobs/hurl/calendar.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <iterator>
#include <optional>

#include "atonce/model/escape.h"

namespace atonce::hurl {
namespace {

namespace ch = std::chrono;
constexpr std::int64_t ns_of_second = 1'000'000'000;
constexpr std::size_t format_bytes_max = 1 << 10;

constexpr std::array<std::string_view, 12> months{"January",   "February", "March",    "April",
                                                  "May",       "June",     "July",     "August",
                                                  "September", "October",  "November", "December"};
constexpr std::array<std::string_view, 7> weekdays{"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                   "Thursday", "Friday", "Saturday"};

struct Abbreviation {
  char word;
  std::string_view meaning;
};
constexpr std::array abbreviations{
    Abbreviation{'D', "%m/%d/%y"},
    Abbreviation{'x', "%m/%d/%y"},
    Abbreviation{'F', "%Y-%m-%d"},
    Abbreviation{'v', "%e-%b-%Y"},
    Abbreviation{'R', "%H:%M"},
    Abbreviation{'T', "%H:%M:%S"},
    Abbreviation{'X', "%H:%M:%S"},
    Abbreviation{'r', "%I:%M:%S %p"},
    Abbreviation{'c', "%a %b %e %H:%M:%S %Y"},
    Abbreviation{'h', "%b"},
    Abbreviation{'n', "\n"},
    Abbreviation{'t', "\t"},
    Abbreviation{'+', "%Y-%m-%dT%H:%M:%S%.f%:z"},
};

/// One word of a format: its letter, and what stands between "%" and it (".", ".3", "3", ":"). A letter of '\0': the
/// character `text` stands for itself.
struct Word {
  char letter = '\0';
  std::string_view modifier;
  char text = '\0';
};

std::string expanded(std::string_view format) {
  std::string out;
  for (std::size_t i = 0; i < format.size(); ++i) {
    const auto* found = abbreviations.end();
    if (format[i] == '%' && i + 1 < format.size())
      found = std::find_if(abbreviations.begin(), abbreviations.end(),
                           [&](const Abbreviation& one) { return one.word == format[i + 1]; });
    if (found != abbreviations.end())
      out += found->meaning, ++i;
    else if (format.substr(i).starts_with("%%"))
      out += "%%", ++i;
    else
      out += format[i];
  }
  return out;
}

Word next_word(std::string_view& format) {
  Word word{.text = format[0]};
  if (format[0] != '%') return format.remove_prefix(1), word;
  std::size_t end = 1;
  while (end < format.size() && std::string_view(".:0123456789").find(format[end]) != std::string_view::npos) ++end;
  word.modifier = format.substr(1, end - 1);
  word.letter = end < format.size() ? format[end] : '?';
  format.remove_prefix(std::min(end + 1, format.size()));
  if (word.letter == '%' && word.modifier.empty()) word = {.text = '%'};
  return word;
}

/// A moment of UTC, taken apart.
struct Moment {
  explicit Moment(std::int64_t unix_ns)
      : days(ch::floor<ch::days>(ch::sys_time<ch::nanoseconds>(ch::nanoseconds(unix_ns)))),
        date(days),
        time(ch::nanoseconds(unix_ns) - ch::nanoseconds(days.time_since_epoch())) {}
  int year() const { return static_cast<int>(date.year()); }
  unsigned month() const { return static_cast<unsigned>(date.month()); }
  unsigned day() const { return static_cast<unsigned>(date.day()); }
  unsigned weekday() const { return ch::weekday(days).c_encoding(); }
  int day_of_year() const { return static_cast<int>((days - ch::sys_days(date.year() / 1 / 1)).count()) + 1; }
  long hour() const { return time.hours().count(); }
  long hour12() const { return hour() % 12 == 0 ? 12 : hour() % 12; }
  /// The Thursday of the week: its year is the year of the week. Source: ISO 8601.
  Moment thursday() const {
    const int after_monday = static_cast<int>((weekday() + 6) % 7);
    return Moment(ch::nanoseconds((days + ch::days(3 - after_monday)).time_since_epoch()).count());
  }

  ch::sys_days days;
  ch::year_month_day date;
  ch::hh_mm_ss<ch::nanoseconds> time;
};

std::string fraction(std::int64_t ns, std::string_view modifier) {
  const std::string nine = fmt::format("{:09}", ns);
  const bool point = modifier.starts_with('.');
  if (point) modifier.remove_prefix(1);
  std::size_t digits = 9;
  if (!modifier.empty())
    digits = static_cast<std::size_t>(modifier[0] - '0');
  else if (point)
    digits = ns == 0 ? 0 : ns % 1'000'000 == 0 ? 3 : ns % 1000 == 0 ? 6 : 9;
  if (digits == 0) return {};
  return (point ? "." : "") + nine.substr(0, digits);
}

bool is_fraction(std::string_view modifier) {
  return modifier.empty() || modifier == "." || modifier == ".3" || modifier == ".6" || modifier == ".9" ||
         modifier == "3" || modifier == "6" || modifier == "9";
}

std::optional<std::string> write_word(const Moment& at, const Word& word) {
  if (word.letter == 'f' && is_fraction(word.modifier)) return fraction(at.time.subseconds().count(), word.modifier);
  if (word.letter == 'z' && word.modifier == ":") return "+00:00";
  if (!word.modifier.empty()) return std::nullopt;
  switch (word.letter) {
    case 'Y': return fmt::format("{:04}", at.year());
    case 'C': return fmt::format("{:02}", at.year() / 100);
    case 'y': return fmt::format("{:02}", at.year() % 100);
    case 'm': return fmt::format("{:02}", at.month());
    case 'b': return std::string(months[at.month() - 1].substr(0, 3));
    case 'B': return std::string(months[at.month() - 1]);
    case 'd': return fmt::format("{:02}", at.day());
    case 'e': return fmt::format("{:2}", at.day());
    case 'a': return std::string(weekdays[at.weekday()].substr(0, 3));
    case 'A': return std::string(weekdays[at.weekday()]);
    case 'w': return fmt::format("{}", at.weekday());
    case 'u': return fmt::format("{}", at.weekday() == 0 ? 7 : at.weekday());
    case 'j': return fmt::format("{:03}", at.day_of_year());
    case 'U': return fmt::format("{:02}", (at.day_of_year() + 6 - static_cast<int>(at.weekday())) / 7);
    case 'W': return fmt::format("{:02}", (at.day_of_year() + 6 - static_cast<int>((at.weekday() + 6) % 7)) / 7);
    case 'G': return fmt::format("{:04}", at.thursday().year());
    case 'g': return fmt::format("{:02}", at.thursday().year() % 100);
    case 'V': return fmt::format("{:02}", (at.thursday().day_of_year() - 1) / 7 + 1);
    case 'H': return fmt::format("{:02}", at.hour());
    case 'k': return fmt::format("{:2}", at.hour());
    case 'I': return fmt::format("{:02}", at.hour12());
    case 'l': return fmt::format("{:2}", at.hour12());
    case 'P': return at.hour() < 12 ? "am" : "pm";
    case 'p': return at.hour() < 12 ? "AM" : "PM";
    case 'M': return fmt::format("{:02}", at.time.minutes().count());
    case 'S': return fmt::format("{:02}", at.time.seconds().count());
    case 'z': return "+0000";
    case 'Z': return "UTC";
    case 's':
      return fmt::format(
          "{}", ch::floor<ch::seconds>(ch::nanoseconds(at.days.time_since_epoch()) + at.time.to_duration()).count());
    default: return std::nullopt;
  }
}

/// What has been read of a text so far.
struct Reading {
  std::string_view rest;
  std::optional<int> year, short_year, month, day, day_of_year, hour, hour12, minute, second;
  std::optional<std::int64_t> unix_s;
  std::int64_t ns = 0;
  std::int64_t offset_s = 0;
  bool afternoon = false;

  /// An integer of at most `digits`, after blanks.
  bool number(std::optional<int>& out, std::size_t digits, int most) {
    while (rest.starts_with(' ')) rest.remove_prefix(1);
    int value = 0;
    std::size_t length = 0;
    for (; length < digits && length < rest.size() && rest[length] >= '0' && rest[length] <= '9'; ++length)
      value = value * 10 + (rest[length] - '0');
    rest.remove_prefix(length);
    out = value;
    return length > 0 && value <= most;
  }

  template <class Names>
  std::optional<int> name(const Names& names) {
    for (std::size_t i = 0; i < names.size(); ++i)
      for (const std::string_view spelled : {names[i], names[i].substr(0, 3)})
        if (rest.size() >= spelled.size() && std::equal(spelled.begin(), spelled.end(), rest.begin(),
                                                        [](char a, char b) { return (a | 32) == (b | 32); })) {
          rest.remove_prefix(spelled.size());
          return static_cast<int>(i);
        }
    return std::nullopt;
  }

  bool half_of_day() {
    if (rest.size() < 2 || (rest[1] | 32) != 'm' || ((rest[0] | 32) != 'a' && (rest[0] | 32) != 'p')) return false;
    afternoon = (rest[0] | 32) == 'p';
    return rest.remove_prefix(2), true;
  }

  bool subseconds(std::string_view modifier) {
    if (modifier.starts_with('.')) {
      if (!rest.starts_with('.')) return true;
      rest.remove_prefix(1);
    }
    std::int64_t unit = ns_of_second / 10;
    std::size_t length = 0;
    for (ns = 0; length < rest.size() && rest[length] >= '0' && rest[length] <= '9'; ++length, unit /= 10)
      ns += (rest[length] - '0') * unit;
    rest.remove_prefix(length);
    return length > 0 && length <= 18;
  }

  bool offset() {
    if (rest.starts_with('Z') || rest.starts_with('z')) return rest.remove_prefix(1), true;
    if (!rest.starts_with('+') && !rest.starts_with('-')) return false;
    const int sign = rest[0] == '-' ? -1 : 1;
    std::optional<int> hours, minutes;
    rest.remove_prefix(1);
    if (rest.starts_with(' ') || !number(hours, 2, 23)) return false;
    if (rest.starts_with(':')) rest.remove_prefix(1);
    if (rest.starts_with(' ') || !number(minutes, 2, 59)) return false;
    offset_s = sign * (*hours * 3600 + *minutes * 60);
    return true;
  }

  bool seconds_since_1970() {
    const bool negative = rest.starts_with('-');
    if (negative) rest.remove_prefix(1);
    std::int64_t value = 0;
    std::size_t length = 0;
    for (; length < 10 && length < rest.size() && rest[length] >= '0' && rest[length] <= '9'; ++length)
      value = value * 10 + (rest[length] - '0');
    rest.remove_prefix(length);
    unix_s = negative ? -value : value;
    return length > 0;
  }

  bool read(const Word& word) {
    std::optional<int> ignored;
    if (word.letter == '\0') {
      if (word.text == ' ' || word.text == '\t' || word.text == '\n') {
        rest.remove_prefix(std::min(rest.find_first_not_of(" \t\n"), rest.size()));
        return true;
      }
      if (!rest.starts_with(word.text)) return false;
      return rest.remove_prefix(1), true;
    }
    switch (word.letter) {
      case 'Y': return number(year, 4, 9999);
      case 'y': return number(short_year, 2, 99);
      case 'm': return number(month, 2, 12) && *month > 0;
      case 'd':
      case 'e': return number(day, 2, 31) && *day > 0;
      case 'j': return number(day_of_year, 3, 366) && *day_of_year > 0;
      case 'H':
      case 'k': return number(hour, 2, 23);
      case 'I':
      case 'l': return number(hour12, 2, 12) && *hour12 > 0;
      case 'M': return number(minute, 2, 59);
      case 'S': return number(second, 2, 60);
      case 'w': return number(ignored, 1, 6);
      case 'u': return number(ignored, 1, 7);
      case 'p':
      case 'P': return half_of_day();
      case 'f': return subseconds(word.modifier);
      case 'z': return offset();
      case 's': return seconds_since_1970();
      case 'a':
      case 'A': return name(weekdays).has_value();
      case 'b':
      case 'B':
        if (const std::optional<int> found = name(months)) return month = *found + 1, true;
        return false;
      case 'Z':
        while (!rest.empty() && ((rest[0] | 32) >= 'a' && (rest[0] | 32) <= 'z')) rest.remove_prefix(1);
        return true;
      default: return false;
    }
  }

  std::optional<std::int64_t> unix_ns() const {
    if (unix_s && std::abs(*unix_s) >= INT64_MAX / ns_of_second) return std::nullopt;
    if (unix_s) return *unix_s * ns_of_second + ns;
    if (!year && !short_year) return std::nullopt;
    const ch::year of(year ? *year : *short_year + (*short_year < 70 ? 2000 : 1900));
    ch::sys_days days(of / 1 / 1);
    if (day_of_year) {
      if (*day_of_year == 366 && !of.is_leap()) return std::nullopt;
      days += ch::days(*day_of_year - 1);
    } else {
      if (!month || !day) return std::nullopt;
      const ch::year_month_day date = of / *month / *day;
      if (!date.ok()) return std::nullopt;
      days = date;
    }
    if (static_cast<int>(of) < 1680 || static_cast<int>(of) > 2261) return std::nullopt;  // what 64 bits of ns hold
    const std::int64_t hours = hour ? *hour : hour12 ? *hour12 % 12 + (afternoon ? 12 : 0) : 0;
    const std::int64_t s = ch::seconds(days.time_since_epoch()).count() + hours * 3600 + minute.value_or(0) * 60 +
                           second.value_or(0) - offset_s;
    return s * ns_of_second + ns;
  }
};

bool can_be_read(const Word& word) {
  if (word.letter == 'f') return is_fraction(word.modifier);
  if (word.letter == 'z') return word.modifier.empty() || word.modifier == ":";
  return word.letter == '\0' ||
         (word.modifier.empty() &&
          std::string_view("YymdejHkIlMSwupPsaAbBZ").find(word.letter) != std::string_view::npos);
}

Complaint unknown(std::string_view format) {
  return {
      fmt::format("the date format \"{}\" has something that is not known here; there are %Y %m %d %H %M %S %b %B %a "
                  "%A %e %j %f %z %Z %s %F %T %+ and others of strftime",
                  escape_for_terminal(format.substr(0, 100)))};
}

}  // namespace

std::string write_rfc3339(std::int64_t unix_ns) { return *write_date(unix_ns, "%Y-%m-%dT%H:%M:%S%.fZ"); }

Parsed<std::string> write_date(std::int64_t unix_ns, std::string_view format) {
  const Moment at(unix_ns);
  const std::string all = expanded(format.substr(0, format_bytes_max));
  std::string out;
  for (std::string_view rest = all; !rest.empty();) {
    const Word word = next_word(rest);
    const std::optional<std::string> text = word.letter == '\0' ? std::string(1, word.text) : write_word(at, word);
    if (!text || format.size() > format_bytes_max) return std::unexpected(unknown(format));
    out += *text;
  }
  return out;
}

Parsed<std::int64_t> parse_date(std::string_view text, std::string_view format) {
  const std::string all = expanded(format.substr(0, format_bytes_max));
  if (format.size() > format_bytes_max) return std::unexpected(unknown(format));
  Reading reading{.rest = text};
  bool good = true;
  for (std::string_view rest = all; !rest.empty();) {
    const Word word = next_word(rest);
    if (!can_be_read(word)) return std::unexpected(unknown(format));
    good = good && reading.read(word);
  }
  const std::optional<std::int64_t> unix_ns = good && reading.rest.empty() ? reading.unix_ns() : std::nullopt;
  if (unix_ns) return *unix_ns;
  return complain(fmt::format("\"{}\" is no date of the format \"{}\"", escape_for_terminal(text.substr(0, 100)),
                              escape_for_terminal(format.substr(0, 100))));
}

bool is_iso_date(std::string_view text) {
  constexpr std::string_view shape = "dddd-dd-ddTdd:dd:dd";
  if (text.size() < shape.size() + 1) return false;
  for (std::size_t i = 0; i < shape.size(); ++i)
    if (shape[i] == 'd' ? text[i] < '0' || text[i] > '9' : text[i] != shape[i]) return false;
  return parse_date(text, "%+").has_value();
}

}  // namespace atonce::hurl
