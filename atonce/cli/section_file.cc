#include "atonce/cli/section_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>

#include "atonce/model/escape.h"
#include "atonce/reports/text.h"

namespace atonce {
namespace {

using Json = nlohmann::json;

constexpr std::size_t bytes_max = 64 << 20;  // Some hundred comparisons; more is no page that a browser shows.
constexpr int schema = 1;
constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

Parsed<std::string> read_all(int descriptor, std::string_view name) {
  std::string text;
  while (text.size() <= bytes_max) {
    const std::size_t before = text.size();
    text.resize(before + (std::size_t{1} << 16));
    const ssize_t count = ::read(descriptor, text.data() + before, text.size() - before);
    text.resize(before + (count > 0 ? static_cast<std::size_t>(count) : 0));
    if (count == 0) return text;
    if (count < 0 && errno != EINTR)
      return complain_of(errno, fmt::format("{} cannot be read: {}", name, std::strerror(errno)));
  }
  return complain(fmt::format("{} has more than {}: that is no result of a comparison", name, write_bytes(bytes_max)));
}

/// Why it is no result; empty when it is one.
std::string trouble_of(const Json& json) {
  if (json.is_discarded()) return "it is no JSON";
  if (!json.is_object()) return "it is no object";
  const auto version = json.find("schema");
  if (version == json.end() || !version->is_number_integer()) return "it has no \"schema\"";
  if (*version > schema) return "a newer atonce wrote it";
  const auto strategies = json.find("strategies");
  if (*version != schema || strategies == json.end() || !strategies->is_array()) return "it has no list of strategies";
  return {};
}

}  // namespace

Parsed<std::string> check_section(std::string text, std::string_view name) {
  if (text.starts_with(byte_order_mark)) text.erase(0, byte_order_mark.size());
  // The library takes a NUL for the end; no JSON has one.
  const bool has_nul = text.find('\0') != text.npos;
  const std::string trouble = has_nul ? "it is no JSON" : trouble_of(Json::parse(text, nullptr, false));
  if (trouble.empty()) return text;
  return complain(
      fmt::format("{} is no result of a comparison: {}; atonce compare JOB LIST --json writes one", name, trouble));
}

Parsed<std::string> read_section(const std::string& path) {
  const bool is_stdin = path == "-";
  const std::string name = is_stdin ? "what came on standard input" : "\"" + escape_for_terminal(path) + "\"";
  const int descriptor = is_stdin ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return complain(fmt::format("{} cannot be read: {}", name, std::strerror(errno)));
  Parsed<std::string> text = read_all(descriptor, name);
  if (!is_stdin) ::close(descriptor);
  return text ? check_section(std::move(*text), name) : text;
}

}  // namespace atonce
