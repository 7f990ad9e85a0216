#include "atonce/protocols/http/head_text.h"

#include <algorithm>

#include "atonce/protocols/http/writer.h"

namespace atonce {
namespace {

constexpr std::string_view http_begin = "HTTP/";

constexpr bool is_control(char byte) {
  const auto value = static_cast<unsigned char>(byte);
  return (value < 0x20 && value != '\t') || value == 0x7f;
}

/// Without branches: most lines are clean, and a clean line is seen eight or more bytes at a time.
bool has_control(std::string_view line) {
  bool found = false;
  for (const char byte : line) found |= is_control(byte);
  return found;
}

/// The first byte that is wrong names the fault.
HttpFault judge_bytes(std::string_view line) {
  if (!has_control(line)) return HttpFault::none;
  switch (*std::ranges::find_if(line, is_control)) {
    case '\0': return HttpFault::nul_byte;
    case '\r': return HttpFault::bare_cr;
    default: return HttpFault::control_byte;
  }
}

constexpr bool is_blank(char byte) { return byte == ' ' || byte == '\t'; }

bool frames_messages(std::string_view name) {
  return equal_but_case(name, "content-length") || equal_but_case(name, "transfer-encoding") ||
         equal_but_case(name, "connection") || equal_but_case(name, "content-encoding");
}

}  // namespace

void HeadText::begin(Kind kind, Fields& fields) {
  fields_ = &fields;
  fields.clear();
  kind_ = kind;
  fault_ = HttpFault::none;
  touched_ = false;
  in_start_ = kind != Kind::trailers;
  empty_line_passed_ = false;
  line_at_ = 0;
  start_size_ = 0;
}

std::string_view HeadText::start_line() const {
  return std::string_view(fields_->text_).substr(0, start_size_ < 2 ? 0 : start_size_ - 2);
}
std::string_view HeadText::text() const { return fields_->text_; }
std::string_view HeadText::line() const { return std::string_view(fields_->text_).substr(line_at_); }

HeadText::Step HeadText::fail(HttpFault fault) {
  fault_ = fault;
  return Step::fault;
}

HeadText::Step HeadText::take(std::string_view& input) {
  while (!input.empty()) {
    touched_ = true;
    bool whole = false;
    if (take_line(input, whole) == Step::fault) return Step::fault;
    if (!whole) return Step::more;
    if (const Step step = judge_line(); step != Step::more) return step;
  }
  return Step::more;
}

/// Moves one line, or what there is of it, over to the text.
HeadText::Step HeadText::take_line(std::string_view& input, bool& whole) {
  const std::size_t end = input.find('\n');
  const std::size_t wanted = end == input.npos ? input.size() : end + 1;
  const std::size_t taken = std::min(wanted, limits_.head_bytes_max - std::min(bytes_, limits_.head_bytes_max));
  fields_->text_.append(input.substr(0, taken));
  bytes_ += taken;
  input.remove_prefix(taken);
  if (in_start_ && !begins_well()) return fail(HttpFault::not_http);
  if (in_start_ && kind_ == Kind::request && line().size() > limits_.target_bytes_max)
    return fail(HttpFault::target_too_long);
  if (taken < wanted) return fail(HttpFault::head_too_large);
  whole = end != input.npos;
  return Step::more;
}

/// Told from the first bytes, so that whatever else talks to us is not gathered up to the cap.
bool HeadText::begins_well() const {
  const std::string_view so_far = line();
  if (so_far.empty()) return true;
  if (kind_ == Kind::response) {
    const std::size_t size = std::min(so_far.size(), http_begin.size());
    return so_far.substr(0, size) == http_begin.substr(0, size);
  }
  if (so_far.front() == '\r') return !empty_line_passed_ && (so_far.size() == 1 || so_far == "\r\n");
  return is_token(so_far.substr(0, 1));
}

HeadText::Step HeadText::judge_line() {
  std::string_view whole = line();
  if (whole.size() < 2 || whole[whole.size() - 2] != '\r') return fail(HttpFault::bare_lf);
  whole.remove_suffix(2);
  if (const HttpFault fault = judge_bytes(whole); fault != HttpFault::none) return fail(fault);
  if (in_start_) return judge_start(whole);
  if (whole.empty()) return Step::complete;
  const HttpFault fault = is_blank(whole.front()) ? judge_fold(whole) : judge_field(whole);
  line_at_ = fields_->text_.size();
  return fault == HttpFault::none ? Step::more : fail(fault);
}

HeadText::Step HeadText::judge_start(std::string_view whole) {
  if (whole.empty()) {  // A server passes over an empty line before a request: RFC 9112 2.2.
    empty_line_passed_ = true;
    touched_ = false;
    fields_->text_.clear();
    return Step::more;
  }
  in_start_ = false;
  start_size_ = line_at_ = fields_->text_.size();
  return Step::start_line;
}

HttpFault HeadText::judge_field(std::string_view whole) {
  const std::size_t colon = whole.find(':');
  const std::string_view name = whole.substr(0, colon);
  if (colon == whole.npos) return HttpFault::bad_field_name;
  if (!is_token(name)) {
    const bool spaced = !name.empty() && is_blank(name.back()) && is_token(trim(name));
    return spaced ? HttpFault::space_before_colon : HttpFault::bad_field_name;
  }
  if (fields_->places_.size() >= limits_.fields_max) return HttpFault::too_many_fields;
  const std::string_view value = trim(whole.substr(colon + 1));
  const auto value_at = static_cast<std::uint32_t>(value.data() - fields_->text_.data());
  fields_->places_.push_back({static_cast<std::uint32_t>(line_at_), static_cast<std::uint32_t>(name.size()), value_at,
                              static_cast<std::uint32_t>(value.size())});
  return HttpFault::none;
}

/// A client reads a folded field as if spaces stood for the line end: RFC 9112 5.2. What frames messages is not read
/// that way: the next one on the path may read it otherwise.
HttpFault HeadText::judge_fold(std::string_view whole) {
  if (fields_->places_.empty()) return HttpFault::bad_field_name;
  Fields::Place& field = fields_->places_.back();
  const std::string_view text = fields_->text_;
  if (kind_ != Kind::response || frames_messages(text.substr(field.name_at, field.name_size)))
    return HttpFault::folded_field;
  fields_->text_[line_at_ - 2] = fields_->text_[line_at_ - 1] = ' ';
  const std::string_view value = trim(text.substr(field.value_at, line_at_ + whole.size() - field.value_at));
  field.value_at = static_cast<std::uint32_t>(value.data() - text.data());
  field.value_size = static_cast<std::uint32_t>(value.size());
  return HttpFault::none;
}

}  // namespace atonce
