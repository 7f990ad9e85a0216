#include "atonce/cli/peer_choice.h"

#include <fmt/format.h>

#include <algorithm>

#include "atonce/model/escape.h"

namespace atonce {
namespace {

constexpr std::size_t name_bytes_max = 16;  // A row of the table stays within a terminal of 80 columns.

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= name_bytes_max && std::ranges::all_of(text, [](unsigned char c) {
    return std::isalnum(c) != 0 || std::string_view(".:_-").find(static_cast<char>(c)) != std::string_view::npos;
  });
}

}  // namespace

Parsed<PeerChoice> parse_peer(std::string_view text, std::span<const std::string_view> strategies) {
  const std::size_t equals = text.find('=');
  if (equals == text.npos)
    return complain(fmt::format("\"{}\" has no name; write --peer NAME=COMMAND", escape_for_terminal(text)));
  const std::string_view name = text.substr(0, equals);
  const std::string_view command = text.substr(equals + 1);
  if (!is_name(name))
    return complain(fmt::format("\"{}\" is no name for a peer; take up to {} letters, digits and . : _ -",
                                escape_for_terminal(name), name_bytes_max));
  if (std::ranges::find(strategies, name.substr(0, name.find(':'))) != strategies.end())
    return complain(fmt::format("{} is a strategy's name; call the peer something else", name));
  if (command.find_first_not_of(" \t\r\n") == command.npos)
    return complain(fmt::format("the command of the peer {} is empty", name));
  return PeerChoice{std::string(name), std::string(command)};
}

}  // namespace atonce
