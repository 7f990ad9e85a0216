#include "atonce/world/ask_log.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <iterator>

namespace atonce {
namespace {

constexpr std::size_t dns_header_bytes = 12;
constexpr std::size_t label_bytes_max = 63;
constexpr std::size_t ports_bytes = 4;

unsigned u16_at(std::span<const std::uint8_t> bytes, std::size_t at) { return bytes[at] << 8u | bytes[at + 1]; }

char printable(std::uint8_t byte) { return byte > ' ' && byte < 0x7f ? static_cast<char>(byte) : '?'; }

}  // namespace

Parsed<AskLog> AskLog::open(const std::string& path) {
  AskLog log;
  if (path.empty()) return log;
  log.file_ = OwnedDescriptor(::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600));
  if (!log.file_) return complain(fmt::format("the world's log {} cannot be opened: {}", path, std::strerror(errno)));
  return log;
}

void AskLog::add_question(std::span<const std::uint8_t> message) {
  if (!wanted() || message.size() < dns_header_bytes || u16_at(message, 4) == 0) return;
  std::string name;
  std::size_t at = dns_header_bytes;
  while (at < message.size() && message[at] != 0) {
    const std::size_t size = message[at];
    if (size > label_bytes_max || at + 1 + size > message.size()) return;
    if (!name.empty()) name += '.';
    for (std::size_t i = 1; i <= size; ++i) name += printable(message[at + i]);
    at += 1 + size;
  }
  if (at + 3 > message.size()) return;
  fmt::format_to(std::back_inserter(lines_), "dns {} {}\n", name, u16_at(message, at + 1));
}

void AskLog::add_syn(std::span<const std::uint8_t> packet) {
  const std::size_t header = packet.empty() ? 0 : (packet[0] & 15u) * 4u;
  if (!wanted() || header < 20 || packet.size() < header + ports_bytes) return;
  fmt::format_to(std::back_inserter(lines_), "syn {}.{}.{}.{} {}\n", packet[16], packet[17], packet[18], packet[19],
                 u16_at(packet, header + 2));
}

void AskLog::flush() {
  if (lines_.empty()) return;
  // One call, so that the lines of two threads do not mix. A log that cannot be written proves nothing, and says so.
  if (::write(file_.get(), lines_.data(), lines_.size()) != static_cast<ssize_t>(lines_.size())) {
    std::fputs("world: its log cannot be written\n", stderr);
    file_ = OwnedDescriptor();
  }
  lines_.clear();
}

}  // namespace atonce
