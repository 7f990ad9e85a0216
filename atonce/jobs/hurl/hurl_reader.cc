#include "atonce/jobs/hurl/hurl_reader.h"

#include <fmt/format.h>

#include "atonce/jobs/hurl/hurl_file.h"
#include "atonce/jobs/hurl/text.h"
#include "atonce/model/escape.h"

namespace atonce::hurl {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t'; }
bool is_word(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

}  // namespace

HurlReader::HurlReader(std::string_view text, const BatchLimits& limits) : text_(text), limits_(limits) {
  if (text_.starts_with("\xef\xbb\xbf")) text_.remove_prefix(3);  // a byte order mark is no part of the text
}

std::expected<Batch, std::vector<Finding>> HurlReader::read(std::string_view name) {
  Batch batch{.name = std::string(name), .source = std::string(name)};
  for (skip_lines(); !at_end() && !failed_; skip_lines()) {
    if (batch.steps.size() >= limits_.steps_max)
      fail(fmt::format("the file has more than {} requests; split it", limits_.steps_max));
    else if (entry(batch.steps.emplace_back()) && findings_.size() >= limits_.findings_max)
      fail("there is more wrong with this file; it is not read any further");
  }
  if (!findings_.empty()) return std::unexpected(std::move(findings_));
  return batch;
}

char HurlReader::peek(std::size_t ahead) const {
  return state_.at + ahead < text_.size() ? text_[state_.at + ahead] : '\0';
}

bool HurlReader::at_line_end() const { return at_end() || peek() == '\n' || at("\r\n"); }

void HurlReader::advance(std::size_t bytes) {
  for (; bytes > 0 && !at_end(); --bytes) {
    const char c = text_[state_.at++];
    if (c == '\n')
      state_.place = {state_.place.line + 1, 1};
    else if ((static_cast<unsigned char>(c) & 0xc0) != 0x80)
      ++state_.place.column;
  }
}

bool HurlReader::take(std::string_view token) {
  if (!at(token)) return false;
  advance(token.size());
  return true;
}

bool HurlReader::take_line_end() { return take("\n") || take("\r\n"); }

void HurlReader::skip_blanks() {
  while (!at_end() && is_blank(peek())) advance();
}

void HurlReader::skip_lines() {
  do {
    skip_blanks();
    if (peek() == '#')
      while (!at_line_end()) advance();
  } while (take_line_end());
}

bool HurlReader::end_line() {
  skip_blanks();
  if (peek() == '#')
    while (!at_line_end()) advance();
  return at_end() || take_line_end() ||
         fail(fmt::format("the line must end here, and goes on with \"{}\"",
                          escape_for_terminal(cut_at_character(text_.substr(state_.at).substr(0, 40), 20))));
}

bool HurlReader::need_blank(std::string_view what) {
  if (!is_blank(peek())) return fail(fmt::format("{} must follow, after a blank", what));
  skip_blanks();
  return true;
}

std::string_view HurlReader::word() const {
  std::size_t end = state_.at;
  while (end < text_.size() && is_word(text_[end])) ++end;
  return text_.substr(state_.at, end - state_.at);
}

bool HurlReader::fail_at(Place place, std::string text) {
  if (!failed_) findings_.push_back({place, std::move(text)});
  failed_ = true;
  return false;
}

void HurlReader::note(Place place, std::string text) {
  if (findings_.size() < limits_.findings_max) findings_.push_back({place, std::move(text), true});
}

void HurlReader::note_wrong(Place place, std::string text) {
  if (findings_.size() < limits_.findings_max) findings_.push_back({place, std::move(text)});
}

std::expected<Batch, std::vector<Finding>> parse_hurl(std::string_view text, std::string_view name,
                                                      const BatchLimits& limits) {
  const auto refuse = [](Place place, std::string why) {
    return std::unexpected(std::vector<Finding>{{place, std::move(why)}});
  };
  if (text.size() > limits.file_bytes_max)
    return refuse({1, 1}, fmt::format("the file is larger than {} bytes; split it", limits.file_bytes_max));
  Place place{1, 1};
  for (std::string_view rest = text; !rest.empty();) {
    const std::size_t length = static_cast<unsigned char>(rest[0]) < 0x80 ? 1 : first_character(rest).length;
    if (length == 0) return refuse(place, "the file is not UTF-8 here; save it as UTF-8");
    if (rest[0] == '\0') return refuse(place, "the file has a NUL byte here; it is no text");
    place = rest[0] == '\n' ? Place{place.line + 1, 1} : Place{place.line, place.column + 1};
    rest.remove_prefix(length);
  }
  return HurlReader(text, limits).read(name);
}

}  // namespace atonce::hurl
