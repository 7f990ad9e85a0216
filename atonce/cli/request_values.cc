#include "atonce/cli/request_values.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <optional>

#include "atonce/cli/values.h"
#include "atonce/model/escape.h"
#include "atonce/protocols/http/fields.h"
#include "atonce/protocols/http/writer.h"
#include "atonce/protocols/url/url.h"

namespace atonce {
namespace {

// A body is sent with each request and lies in memory once.
constexpr std::size_t data_bytes_max = 64 << 20;
constexpr std::size_t header_file_bytes_max = 1 << 20;

std::string quoted(std::string_view text) {
  constexpr std::size_t shown_max = 60;
  return fmt::format("\"{}{}\"", escape_for_terminal(text.substr(0, shown_max)), text.size() > shown_max ? "..." : "");
}

/// "5xx", "200", "301-308", "1000-": inclusive.
Parsed<NumberRange> parse_range(std::string_view text, bool statuses) {
  const auto refuse = [&] {
    return complain(fmt::format("{} is not a {}", quoted(text),
                                statuses ? "status code; write 404, 200-299 or 5xx" : "size; write 0, 1-1000 or 64K-"));
  };
  if (statuses && text.size() == 3 && text.substr(1) == "xx" && text[0] >= '1' && text[0] <= '9') {
    const auto low = static_cast<std::uint64_t>(text[0] - '0') * 100;
    return NumberRange{low, low + 99};
  }
  const std::uint64_t high_max = statuses ? 999 : ~std::uint64_t{0};
  const std::size_t dash = text.find('-');
  const Parsed<std::uint64_t> low = parse_size(text.substr(0, dash), high_max);
  if (!low) return refuse();
  if (dash == text.npos) return NumberRange{*low, *low};
  if (dash + 1 == text.size()) return NumberRange{*low, high_max};
  const Parsed<std::uint64_t> high = parse_size(text.substr(dash + 1), high_max);
  if (!high || *high < *low) return refuse();
  return NumberRange{*low, *high};
}

Parsed<AnswerCondition> parse_ranges(AnswerCondition::Subject subject, std::string_view text) {
  AnswerCondition condition{.subject = subject};
  for (const std::string_view part : split_commas(text)) {
    const Parsed<NumberRange> range = parse_range(trim(part), subject == AnswerCondition::Subject::status);
    if (!range) return std::unexpected(range.error());
    condition.ranges.push_back(*range);
  }
  return condition;
}

/// Reads a file, or standard input for "-".
Parsed<std::string> read_file(const std::string& path, std::size_t bytes_max) {
  const bool standard = path == "-";
  const int file = standard ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const auto cannot = [&](std::string_view why) {
    return complain(fmt::format("the file {} cannot be read: {}", quoted(path), why));
  };
  if (file < 0) return cannot(std::strerror(errno));
  std::string text;
  std::array<char, 64 << 10> piece{};
  ssize_t got = 0;
  while (text.size() <= bytes_max && (got = ::read(file, piece.data(), piece.size())) != 0) {
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) break;
    text.append(piece.data(), static_cast<std::size_t>(got));
  }
  const int error = got < 0 ? errno : 0;
  if (!standard) ::close(file);
  if (error != 0) return cannot(std::strerror(error));
  if (text.size() > bytes_max) return cannot(fmt::format("it has more than {} MiB", bytes_max >> 20));
  return text;
}

Parsed<void> add_field(std::string_view line, std::vector<RequestField>& fields) {
  Parsed<RequestField> field = parse_field(line);
  if (!field) return complain("--header: " + field.error().text);
  fields.push_back(std::move(*field));
  return {};
}

/// Each line of the file is a field; blank lines and those that begin with "#" are none.
Parsed<void> add_fields_of_file(const std::string& path, std::vector<RequestField>& fields) {
  const Parsed<std::string> text = read_file(path, header_file_bytes_max);
  if (!text) return complain("--header: " + text.error().text);
  for (std::string_view rest = *text; !rest.empty();) {
    const std::size_t end = rest.find('\n');
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end == rest.npos ? rest.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (trim(line).empty() || line.starts_with('#')) continue;
    if (auto added = add_field(line, fields); !added) return added;
  }
  return {};
}

/// A secret that a kept run hides is no field: another word must bring it.
Parsed<void> replace_hidden(std::vector<RequestField>& fields) {
  std::vector<RequestField> whole;
  for (const RequestField& field : fields) {
    if (field.value != hidden_secret) {
      whole.push_back(field);
      continue;
    }
    const bool given_again = std::ranges::any_of(fields, [&](const RequestField& other) {
      return other.value != hidden_secret && equal_but_case(other.name, field.name);
    });
    if (!given_again)
      return complain(
          fmt::format("the value of the field {} is kept with no run; give it again: atonce resume DIR -H \"{}: ...\"",
                      quoted(field.name), escape_for_terminal(field.name)));
  }
  fields = std::move(whole);
  return {};
}

Parsed<void> read_fields(Invocation& invocation) {
  std::vector<RequestField>& fields = invocation.plan.fetch.fields;
  fields.clear();
  for (const std::string& word : invocation.request.fields) {
    auto added = word.starts_with('@') ? add_fields_of_file(word.substr(1), fields) : add_field(word, fields);
    if (!added) return added;
  }
  return replace_hidden(fields);
}

Parsed<void> read_data(Invocation& invocation) {
  std::optional<std::string>& data = invocation.plan.fetch.data;
  data.reset();
  const InputOptions& input = invocation.plan.input;
  for (const RequestWords::Data& given : invocation.request.data) {
    std::string piece = given.word;
    if (given.word.starts_with('@')) {
      if (given.word == "@-" && input.targets.empty() && input.list == "-")
        return complain("--data: standard input is the list already; name another file for the body");
      Parsed<std::string> text = read_file(given.word.substr(1), data_bytes_max);
      if (!text) return complain("--data: " + text.error().text);
      piece = std::move(*text);
      if (!given.binary) std::erase_if(piece, [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
    }
    data = data ? *data + "&" + piece : std::move(piece);
  }
  return {};
}

Parsed<void> refuse_hidden(std::string_view option, std::string_view value) {
  if (value.find(hidden_secret) == value.npos) return {};
  return complain(
      fmt::format("what --{} was is kept with no run; give it again: atonce resume DIR --{} ...", option, option));
}

/// The same for "name=value".
Parsed<void> replace_hidden_secrets(std::vector<std::string>& secrets) {
  const auto is_hidden = [](const std::string& secret) { return secret.substr(secret.find('=') + 1) == hidden_secret; };
  for (const std::string& secret : secrets) {
    const std::string name = secret.substr(0, secret.find('=') + 1);
    const auto brings = [&](const std::string& other) { return other.starts_with(name) && !is_hidden(other); };
    if (is_hidden(secret) && std::ranges::none_of(secrets, brings))
      return complain(
          fmt::format("the secret {0} is kept with no run; give it again: atonce resume DIR --secret {0}=...",
                      escape_for_terminal(name.substr(0, name.size() - 1))));
  }
  std::erase_if(secrets, is_hidden);
  return {};
}

/// What a field is called, when its value is most likely a secret.
bool names_secret(std::string_view name) {
  constexpr std::array<std::string_view, 9> parts{"auth",  "cookie", "token",     "secret",    "key",
                                                  "passw", "sess",   "signature", "credential"};
  std::string lower(name);
  std::ranges::transform(lower, lower.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return std::ranges::any_of(parts, [&](std::string_view part) { return lower.find(part) != lower.npos; });
}

}  // namespace

Parsed<std::string> parse_method(std::string_view text) {
  if (!is_token(text))
    return complain(fmt::format("{} is not a method; a method is letters, as GET, POST or PROPFIND", quoted(text)));
  return std::string(text);
}

Parsed<std::uint64_t> parse_size(std::string_view text, std::uint64_t high) {
  constexpr std::string_view units = "KMG";
  const auto refuse = [&] {
    return complain(fmt::format("{} is not a size; write it in bytes, or as 64K, 10M or 1G", quoted(text)));
  };
  std::string_view digits = text;
  unsigned shift = 0;
  if (!digits.empty() && units.find(digits.back()) != units.npos) {
    shift = 10 * static_cast<unsigned>(units.find(digits.back()) + 1);
    digits.remove_suffix(1);
  }
  std::uint64_t number = 0;
  const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (failure != std::errc() || end != digits.data() + digits.size()) return refuse();
  if (number > high >> shift) return complain(fmt::format("{} is more than can be asked for", quoted(text)));
  return number << shift;
}

Parsed<AnswerCondition> parse_condition(std::string_view text) {
  using Subject = AnswerCondition::Subject;
  const std::size_t equals = text.find('=');
  const std::string_view subject = text.substr(0, equals);
  if (equals == text.npos) return parse_ranges(Subject::status, text);
  const std::string_view value = text.substr(equals + 1);
  if (value.empty()) return complain(fmt::format("nothing stands behind the equals sign of {}", quoted(text)));
  if (subject == "status") return parse_ranges(Subject::status, value);
  if (subject == "size") return parse_ranges(Subject::size, value);
  if (subject == "text") return AnswerCondition{.subject = Subject::text, .pattern = std::string(value)};
  if (subject == "regex") return AnswerCondition{.subject = Subject::regex, .pattern = std::string(value)};
  if (subject == "title") return AnswerCondition{.subject = Subject::title, .pattern = std::string(value)};
  return complain(
      fmt::format("{} cannot be looked at; there are status=, size=, text=, regex= and title=", quoted(subject)));
}

Parsed<RequestField> parse_field(std::string_view text) {
  const std::size_t mark = text.find_first_of(":;");
  if (mark == text.npos || (text[mark] == ';' && !trim(text.substr(mark + 1)).empty()))
    return complain("a field is written as \"Name: value\", an empty one as \"Name;\"");
  const std::string_view value = trim(text.substr(mark + 1));
  RequestField field{.name = std::string(trim(text.substr(0, mark))),
                     .value = std::string(value),
                     .remove = text[mark] == ':' && value.empty()};
  if (std::string complaint = complaint_about_field(field.name, field.value); !complaint.empty())
    return complain(std::move(complaint));
  return field;
}

Parsed<void> read_request_words(Invocation& invocation) {
  if (auto read = read_fields(invocation); !read) return read;
  if (auto read = read_data(invocation); !read) return read;
  FetchOptions& fetch = invocation.plan.fetch;
  if (fetch.cookie.find(hidden_secret) != fetch.cookie.npos && !fetch.cookie.ends_with(hidden_secret))
    fetch.cookie.erase(0, fetch.cookie.rfind(std::string(hidden_secret) + "; ") + hidden_secret.size() + 2);
  if (auto known = refuse_hidden("user", fetch.user); !known) return known;
  if (auto known = refuse_hidden("cookie", fetch.cookie); !known) return known;
  if (auto known = replace_hidden_secrets(invocation.plan.batch.secrets); !known) return known;
  if (auto known = refuse_hidden("proxy", fetch.proxy); !known) return known;
  return refuse_hidden("url", invocation.plan.input.url_template);
}

std::string without_secrets(std::string_view option, std::string_view value) {
  if (option == "user" || (option == "cookie" && !value.empty())) return std::string(hidden_secret);
  if (option == "secret") return fmt::format("{}={}", value.substr(0, value.find('=')), hidden_secret);
  if (option == "proxy" || option == "url") return redact(value);
  if (option != "header" || value.starts_with('@')) return std::string(value);
  const std::size_t colon = value.find(':');
  if (colon == value.npos || !names_secret(value.substr(0, colon))) return std::string(value);
  return fmt::format("{}: {}", value.substr(0, colon), hidden_secret);
}

}  // namespace atonce
