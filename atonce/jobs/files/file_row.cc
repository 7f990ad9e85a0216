#include "atonce/jobs/files/file_row.h"

#include <fmt/format.h>

#include <charconv>

#include "atonce/jobs/files/file_path.h"
#include "atonce/jobs/hurl/value.h"
#include "atonce/model/escape.h"
#include "atonce/protocols/http/base64.h"

namespace atonce {
namespace {

constexpr std::uint32_t permission_bits = 0777;
constexpr std::size_t shown_bytes_max = 100;

/// Takes one member; what is wrong with it, or nothing.
std::string take(const hurl::Member& member, FileRow& row, bool& has_content) {
  const auto* text = std::get_if<std::string>(&member.value.data);
  const bool known =
      member.name == "name" || member.name == "content" || member.name == "base64" || member.name == "mode";
  if (!known)
    return fmt::format("there is no \"{}\"; a line has name, content or base64, and mode",
                       escape_for_terminal(std::string_view(member.name).substr(0, shown_bytes_max)));
  if (text == nullptr) return fmt::format("\"{}\" must be a string", member.name);
  if (member.name == "name") {
    row.name = *text;
    return {};
  }
  if (member.name == "mode") {
    row.mode = parse_file_mode(*text);
    return row.mode ? "" : "\"mode\" must be permissions in octal, as \"0644\"";
  }
  if (has_content) return "it has both \"content\" and \"base64\"";
  has_content = true;
  if (member.name == "content") {
    row.content = *text;
    return {};
  }
  std::optional<std::string> bytes = parse_base64(*text);
  if (!bytes) return "\"base64\" is no base64";
  row.content = std::move(*bytes);
  return {};
}

}  // namespace

FileRow parse_file_row(std::string_view line) {
  FileRow row;
  const Parsed<hurl::Value> value = hurl::parse_json(line, {.depth_max = 16, .values_max = 64});
  const auto* object = value ? std::get_if<hurl::Object>(&value->data) : nullptr;
  if (object == nullptr) {
    row.complaint =
        value ? "a line is a JSON object, as {\"name\": \"a.txt\", \"content\": \"hello\"}" : "it is not JSON";
    return row;
  }
  bool has_content = false;
  for (const hurl::Member& member : *object)
    if (std::string wrong = take(member, row, has_content); !wrong.empty() && row.complaint.empty())
      row.complaint = std::move(wrong);
  if (!row.complaint.empty()) return row;
  if (!has_content) {
    row.complaint = "it has no \"content\" and no \"base64\"";
    return row;
  }
  Parsed<std::string> path = parse_file_path(row.name);
  if (path && row.name.back() == '/') path = complain("the name ends in a slash, as that of a folder does");
  if (path)
    row.path = std::move(*path);
  else
    row.complaint = path.error().text;
  return row;
}

std::optional<std::uint32_t> parse_file_mode(std::string_view text) {
  std::uint32_t mode = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), mode, 8);
  if (error != std::errc() || end != text.data() + text.size() || mode > permission_bits) return std::nullopt;
  return mode;
}

}  // namespace atonce
