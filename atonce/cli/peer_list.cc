#include "atonce/cli/peer_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "atonce/strategies/target_source.h"

namespace atonce {
namespace {

/// As one line, whatever stood in a quoted cell.
void add_line(std::string& text, const Target& target) {
  const std::size_t from = text.size();
  if (!target.valid())
    text += target.input;
  else if (!target.url.empty())
    text += target.url;
  else
    text += target.host.contains(':') ? fmt::format("[{}]:{}", target.host, target.port)
                                      : fmt::format("{}:{}", target.host, target.port);
  std::replace_if(
      text.begin() + static_cast<std::ptrdiff_t>(from), text.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
  text += '\n';
}

}  // namespace

Parsed<Spool> write_peer_list(const InputOptions& input) {
  auto targets = open_targets(input);
  if (!targets) return std::unexpected(targets.error());
  int descriptor = -1;
  Parsed<Spool> spool = new_spool(descriptor);
  if (!spool) return spool;
  const std::unique_ptr<std::FILE, decltype(&std::fclose)> file(fdopen(descriptor, "w"), &std::fclose);
  constexpr std::size_t at_once = 256;
  std::array<Target, at_once> claimed;
  std::string text;
  while (const std::size_t count = (*targets)->claim(claimed)) {
    text.clear();
    for (std::size_t i = 0; i < count; ++i) add_line(text, claimed[i]);
    std::fwrite(text.data(), 1, text.size(), file.get());
  }
  if (auto error = (*targets)->error()) return std::unexpected(std::move(*error));
  if (std::fflush(file.get()) != 0 || std::ferror(file.get()) != 0)
    return complain_of(errno, fmt::format("writing the list for peers to {}: {}", spool->path(), std::strerror(errno)));
  return spool;
}

}  // namespace atonce
