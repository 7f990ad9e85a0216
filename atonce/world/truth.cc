#include "atonce/world/truth.h"

#include <fmt/format.h>

#include <iterator>

#include "atonce/model/escape.h"
#include "atonce/world/fate.h"
#include "atonce/world/web_fate.h"

namespace atonce {
namespace {

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    const std::size_t size = first_character(text).length;
    const auto byte = static_cast<unsigned char>(text[0]);
    if (size == 0) {
      out += "\xef\xbf\xbd";
    } else if (byte == '"' || byte == '\\') {
      (out += '\\') += text[0];
    } else if (byte < 0x20 || byte == 0x7f) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", byte);
    } else {
      out += text.substr(0, size);
    }
    text.remove_prefix(size == 0 ? 1 : size);
  }
  out += '"';
}

}  // namespace

Verdict truth_of(const WorldSpec& spec, const Target& target) {
  if (!target.valid()) return Verdict::invalid_input;
  if (!target.address) return fate_at_port(spec, fate_of(spec, target.host).verdict, target.port);
  if (spec.private_network && target.address == IpAddress::v4(resolver_address) && target.port == 53)
    return Verdict::open;
  return fate_at_port(spec, fate_of_address(spec, target.address), target.port);
}

std::string write_truth_row(const WorldSpec& spec, const Target& target) {
  std::string row = fmt::format("{{\"line\":{},\"input\":", target.line);
  append_json_string(row, target.input);
  fmt::format_to(std::back_inserter(row), ",\"port\":{},\"verdict\":\"{}\"}}\n", target.port,
                 name_of(truth_of(spec, target)));
  return row;
}

FetchTruth fetch_truth_of(const WorldSpec& spec, const Target& target) {
  const Verdict reached = truth_of(spec, target);
  if (reached != Verdict::open) return {.verdict = reached};
  const std::string_view url = target.url;
  const bool secure = url.starts_with("https:");
  const std::size_t path = url.find('/', url.find("//") + 2);
  const WebTruth truth = web_truth_of(spec, target.host, path == url.npos ? "/" : url.substr(path), secure);
  return {.verdict = truth.verdict, .status = truth.status, .status_final = truth.status_final};
}

std::string write_fetch_truth_row(const WorldSpec& spec, const Target& target) {
  const auto code = [](std::uint16_t status) { return status == 0 ? std::string("null") : std::to_string(status); };
  const FetchTruth truth = fetch_truth_of(spec, target);
  std::string row = fmt::format("{{\"line\":{},\"input\":", target.line);
  append_json_string(row, target.input);
  row += ",\"url\":";
  append_json_string(row, target.url);
  fmt::format_to(std::back_inserter(row), ",\"verdict\":\"{}\",\"status_code\":{},\"final_status_code\":{}}}\n",
                 name_of(truth.verdict), code(truth.status), code(truth.status_final));
  return row;
}

}  // namespace atonce
