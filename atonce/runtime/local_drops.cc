#include "atonce/runtime/local_drops.h"

#include <charconv>
#include <fstream>
#include <iterator>
#include <string>

namespace atonce {
namespace {

std::string_view take_word(std::string_view& text) {
  const std::size_t begin = text.find_first_not_of(" \n");
  if (begin == text.npos) return text = {};
  const std::size_t end = text.find_first_of(" \n", begin);
  const std::string_view word = text.substr(begin, end - begin);
  text.remove_prefix(end == text.npos ? text.size() : end);
  return word;
}

std::string_view take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == text.npos ? text.size() : end + 1);
  return line;
}

std::uint64_t number_of(std::string_view word, int base) {
  std::uint64_t value = 0;
  std::from_chars(word.data(), word.data() + word.size(), value, base);
  return value;
}

std::string contents_of(const char* path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

std::uint64_t parse_softnet_drops(std::string_view softnet_stat) {
  std::uint64_t drops = 0;
  while (!softnet_stat.empty()) {
    std::string_view row = take_line(softnet_stat);
    take_word(row);
    drops += number_of(take_word(row), 16);
  }
  return drops;
}

std::uint64_t parse_udp_drops(std::string_view snmp) {
  while (!snmp.empty()) {
    std::string_view names = take_line(snmp);
    if (!names.starts_with("Udp: ")) continue;
    std::string_view values = take_line(snmp);
    while (!names.empty()) {
      const std::string_view value = take_word(values);
      if (take_word(names) == "RcvbufErrors") return number_of(value, 10);
    }
  }
  return 0;
}

LocalDrops read_local_drops() {
  return {.backlog = parse_softnet_drops(contents_of("/proc/net/softnet_stat")),
          .receive_buffer = parse_udp_drops(contents_of("/proc/net/snmp"))};
}

}  // namespace atonce
