#include "atonce/cli/peer_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <vector>

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
  else if (is_file(target))
    text += target.host;
  else
    text += target.host.contains(':') ? fmt::format("[{}]:{}", target.host, target.port)
                                      : fmt::format("{}:{}", target.host, target.port);
  std::replace_if(
      text.begin() + static_cast<std::ptrdiff_t>(from), text.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
  text += '\n';
}

using File = std::unique_ptr<std::FILE, decltype(&std::fclose)>;

Parsed<void> write_targets(const InputOptions& input, std::FILE* file) {
  auto targets = open_targets(input);
  if (!targets) return std::unexpected(targets.error());
  constexpr std::size_t at_once = 256;
  std::array<Target, at_once> claimed;
  std::string text;
  while (const std::size_t count = (*targets)->claim(claimed)) {
    text.clear();
    for (std::size_t i = 0; i < count; ++i) add_line(text, claimed[i]);
    std::fwrite(text.data(), 1, text.size(), file);
  }
  if (auto error = (*targets)->error()) return std::unexpected(std::move(*error));
  return {};
}

/// A file that ends within a line gets its end.
Parsed<void> append_file(const std::string& path, std::FILE* file) {
  const File source(std::fopen(path.c_str(), "re"), &std::fclose);
  if (!source) return complain_of(errno, fmt::format("reading {}: {}", path, std::strerror(errno)));
  std::array<char, 64 * 1'024> buffer{};
  char last = '\n';
  while (const std::size_t got = std::fread(buffer.data(), 1, buffer.size(), source.get())) {
    std::fwrite(buffer.data(), 1, got, file);
    last = buffer[got - 1];
  }
  if (last != '\n') std::fputc('\n', file);
  return {};
}

Parsed<void> write_batches(const InputOptions& input, std::FILE* file) {
  if (input.limit)
    return complain("-n cannot be asked of a peer, which gets the files as they are: leave one of them out");
  std::vector<std::string> paths = input.targets;
  if (paths.empty()) paths.push_back(input.list);
  for (std::uint64_t turn = 0; turn < input.repeat; ++turn)
    for (const std::string& path : paths)
      if (auto appended = append_file(path, file); !appended) return appended;
  return {};
}

}  // namespace

Parsed<Spool> write_peer_list(const InputOptions& input) {
  int descriptor = -1;
  Parsed<Spool> spool = new_spool(descriptor);
  if (!spool) return spool;
  const File file(fdopen(descriptor, "w"), &std::fclose);
  const Parsed<void> written =
      input.kind == TargetKind::batch ? write_batches(input, file.get()) : write_targets(input, file.get());
  if (!written) return std::unexpected(written.error());
  if (std::fflush(file.get()) != 0 || std::ferror(file.get()) != 0)
    return complain_of(errno, fmt::format("writing the list for peers to {}: {}", spool->path(), std::strerror(errno)));
  return spool;
}

}  // namespace atonce
