#include "atonce/cli/overlap_values.h"

#include <fmt/format.h>

#include <algorithm>

#include "atonce/cli/values.h"
#include "atonce/model/address.h"
#include "atonce/model/escape.h"

namespace atonce {
namespace {

// Half a day of a core; a number that a person means.
constexpr std::uint64_t samples_max = 100'000'000'000'000;

std::string shown(std::string_view text) { return fmt::format("\"{}\"", escape_for_terminal(text)); }

Parsed<WorkSpec> with_samples(WorkKind kind, std::uint64_t samples, std::string_view text) {
  if (text.empty()) return WorkSpec{.kind = kind, .samples = samples};
  const Parsed<std::uint64_t> asked = parse_number(text, 1, samples_max);
  if (!asked) return std::unexpected(asked.error());
  return WorkSpec{.kind = kind, .samples = *asked};
}

}  // namespace

Parsed<std::pair<std::string, std::uint16_t>> parse_host_port(std::string_view text) {
  const auto refuse = [&] {
    return complain(fmt::format("{} is no server; it is HOST:PORT, as 127.0.0.1:{} or [::1]:{}", shown(text),
                                OverlapOptions::port_default, OverlapOptions::port_default));
  };
  std::string_view host = text, port;
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == text.npos) return refuse();
    host = text.substr(1, end - 1);
    port = text.substr(end + 1);
    if (!parse_address(host) || (!port.empty() && !port.starts_with(':'))) return refuse();
    port = port.empty() ? "" : port.substr(1);
    if (port.empty() && text.back() == ':') return refuse();
  } else if (std::ranges::count(text, ':') == 1) {
    host = text.substr(0, text.find(':'));
    port = text.substr(host.size() + 1);
    if (port.empty()) return refuse();
  }
  if (host.empty() || host.find_first_of(" /@\t") != host.npos) return refuse();
  if (port.empty()) return std::pair(std::string(host), OverlapOptions::port_default);
  const Parsed<std::uint64_t> number = parse_number(port, 1, 65'535);
  if (!number) return refuse();
  return std::pair(std::string(host), static_cast<std::uint16_t>(*number));
}

Parsed<WorkSpec> parse_work(std::string_view text) {
  const std::size_t colon = text.find(':');
  const std::string_view name = text.substr(0, colon);
  const std::string_view rest = colon == text.npos ? "" : text.substr(colon + 1);
  if (name == "sha256") {
    if (rest.empty()) return complain("which file? sha256:FILE");
    return WorkSpec{.kind = WorkKind::sha256, .samples = 0, .file = std::string(rest)};
  }
  if (colon != text.npos && rest.empty()) return complain(fmt::format("how many samples? {}:N", shown(name)));
  if (name == "uniform") return with_samples(WorkKind::uniform, WorkSpec::uniform_samples, rest);
  if (name == "normal") return with_samples(WorkKind::normal, WorkSpec::normal_samples, rest);
  return complain(fmt::format("{} is no work; there is uniform:N, normal:N and sha256:FILE", shown(text)));
}

}  // namespace atonce
