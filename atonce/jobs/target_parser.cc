#include "atonce/jobs/target_parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <utility>

namespace atonce {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

/// Names of the target's column, the surest first: a file with "domain" and "ip" is a file of domains.
constexpr std::array<std::string_view, 13> target_words{"domain", "host",    "hostname", "fqdn", "target",
                                                        "origin", "url",     "website",  "site", "ip",
                                                        "addr",   "address", "name"};
/// In a list of URLs, that column is the surest.
constexpr std::array<std::string_view, 2> url_words{"url", "uri"};
constexpr std::array<std::string_view, 5> rank_words{"rank", "globalrank", "position", "id", "#"};

/// RFC 3986 3.1.
constexpr std::string_view scheme_bytes = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.";

std::string_view trim(std::string_view text) {
  constexpr std::string_view blanks = " \t\r";
  const std::size_t first = text.find_first_not_of(blanks);
  return first == text.npos ? std::string_view() : text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

bool is_number(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return result;
}

bool could_be_target_or_rank(std::string_view cell) { return is_number(cell) || cell.find_first_of(".:") != cell.npos; }

void set_cut(std::string& text, std::string_view value) { text.assign(value.substr(0, input_bytes_max)); }

/// A cell for the rows: passwords of URLs stay out of them.
void set_input(std::string& text, std::string_view cell) {
  if (cell.find('@') == cell.npos) return set_cut(text, cell);
  set_cut(text, redact(cell));
}

bool has_scheme(std::string_view text) {
  const std::size_t end = text.find("://");
  return end != text.npos && text.substr(0, end).find_first_not_of(scheme_bytes) == text.npos;
}

void begin_line(TargetLine& line, std::uint64_t number) {
  line.number = number;
  line.complaint.clear();
  line.columns.clear();
  line.url.reset();
}

void set_hosts(Parsed<HostSpec> hosts, TargetLine& into) {
  if (hosts) {
    into.hosts = std::move(*hosts);
  } else {
    into.complaint = std::move(hosts.error().text);
  }
}

}  // namespace

void TargetParser::set_target(std::string_view cell, TargetLine& into) const {
  set_input(into.input, cell);
  if (kind_ == TargetKind::host || !has_scheme(cell)) {
    Parsed<HostSpec> hosts = parse_host_spec(cell);
    // "example.org/path" is a URL; what can be read as neither is told of as the host that it most likely was meant as.
    const bool maybe_url = kind_ == TargetKind::url && !hosts && cell.find_first_of("/?@%") != cell.npos;
    if (!maybe_url) return set_hosts(std::move(hosts), into);
  }
  Parsed<Url> url = parse_url(cell, Scheme::https);
  if (url)
    into.url = std::move(*url);
  else
    into.complaint = std::move(url.error().text);
}

/// A URL may have commas; a header says that a list is CSV all the same.
bool TargetParser::is_whole_url(std::string_view line) const {
  return kind_ == TargetKind::url && !header_target_ && has_scheme(line.substr(0, line.find_first_of(",\"")));
}

bool TargetParser::parse(std::string_view line, std::uint64_t number, TargetLine& into) {
  if (number == 1 && line.starts_with(byte_order_mark)) line.remove_prefix(byte_order_mark.size());
  if (line.starts_with('#')) return false;
  line = trim(line);
  if (line.empty()) return false;

  begin_line(into, number);
  const bool first = !std::exchange(begun_, true);
  const bool plain = line.front() != '"' && line.find(',') == line.npos && !first && !header_target_;
  if (plain || is_whole_url(line)) {
    set_target(line, into);
    return true;
  }
  const auto cells = csv_.split(line);
  if (!cells) {
    set_input(into.input, line);
    into.complaint = "bad CSV row: " + cells.error().text;
    return true;
  }
  if (first && take_header(**cells)) return false;
  parse_row(**cells, into);
  return true;
}

void TargetParser::refuse_long_line(std::string_view head, std::uint64_t number, TargetLine& into) const {
  begin_line(into, number);
  set_input(into.input, head);
  into.complaint = fmt::format("the line has more than {} KiB", line_bytes_max >> 10);
}

void TargetParser::parse_argument(std::string_view argument, std::uint64_t number, TargetLine& into) const {
  begin_line(into, number);
  set_target(trim(argument), into);
}

bool TargetParser::take_header(const std::vector<std::string_view>& cells) {
  if (cells.size() > columns_max) return false;
  std::vector<std::string> words;
  for (const std::string_view cell : cells) {
    if (could_be_target_or_rank(trim(cell))) return false;
    words.push_back(lower(trim(cell)));
  }
  const auto position_of = [&](std::string_view word) { return std::ranges::find(words, word); };
  const auto look_for = [&](std::span<const std::string_view> known) {
    for (const std::string_view word : known)
      if (!header_target_ && position_of(word) != words.end())
        header_target_ = static_cast<std::size_t>(position_of(word) - words.begin());
  };
  if (kind_ == TargetKind::url) look_for(url_words);
  look_for(target_words);
  const bool ranked =
      std::ranges::any_of(rank_words, [&](std::string_view word) { return position_of(word) != words.end(); });
  if (!header_target_ && (!ranked || words.size() == 1)) return false;
  for (const std::string_view cell : cells) header_.emplace_back(trim(cell));
  return true;
}

std::size_t TargetParser::target_column(const std::vector<std::string_view>& cells) const {
  if (header_target_) return *header_target_;
  return cells.size() > 1 && is_number(trim(cells[0])) ? 1 : 0;
}

void TargetParser::parse_row(const std::vector<std::string_view>& cells, TargetLine& into) {
  const std::size_t target = target_column(cells);
  if (target >= cells.size()) {
    set_input(into.input, cells.front());
    into.complaint =
        fmt::format("bad CSV row: it has {} columns, and the target is in column {}", cells.size(), target + 1);
    return;
  }
  if (cells.size() > columns_max + 1) {
    set_input(into.input, trim(cells[target]));
    into.complaint = fmt::format("bad CSV row: it has {} columns, and {} can go along", cells.size(), columns_max);
    return;
  }
  for (std::size_t column = 0; column < cells.size(); ++column)
    if (column != target) carry_column(cells, column, into);
  const std::string_view cell = trim(cells[target]);
  set_target(cell, into);
  if (cell.empty()) into.complaint = fmt::format("bad CSV row: column {}, the target's, is empty", target + 1);
}

void TargetParser::carry_column(const std::vector<std::string_view>& cells, std::size_t column,
                                TargetLine& into) const {
  if (column < header_.size() && !header_[column].empty()) {
    into.columns.emplace_back(header_[column], cells[column]);
  } else if (column == 0) {
    into.columns.emplace_back("rank", cells[column]);
  } else {
    into.columns.emplace_back(fmt::format("column{}", column + 1), cells[column]);
  }
}

}  // namespace atonce
