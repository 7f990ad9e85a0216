#include "atonce/jobs/exclude_list.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <optional>

#include "atonce/jobs/host_spec.h"
#include "atonce/model/escape.h"
#include "atonce/model/network.h"
#include "atonce/model/special_use.h"
#include "atonce/protocols/domain_name.h"

namespace atonce {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

std::string_view trim(std::string_view text) {
  constexpr std::string_view blanks = " \t\r";
  const std::size_t first = text.find_first_not_of(blanks);
  return first == text.npos ? std::string_view() : text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::unexpected<Complaint> complain_of_file(const std::string& path, std::string_view what) {
  return complain(fmt::format("the exclude list {} {}", escape_for_terminal(path), what));
}

/// The whole of the file, if it has at most `room` bytes.
Parsed<std::string> read_file(const std::string& path, std::size_t room) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return complain_of_file(path, fmt::format("cannot be opened: {}", std::strerror(errno)));
  std::string text;
  std::array<char, 65'536> chunk;
  ssize_t count = 0;
  int failure = 0;
  do {
    count = ::read(file, chunk.data(), chunk.size());
    if (count > 0) text.append(chunk.data(), static_cast<std::size_t>(count));
    failure = count < 0 && errno != EINTR ? errno : 0;
  } while (count != 0 && failure == 0 && text.size() <= room);
  ::close(file);
  if (failure != 0) return complain_of_file(path, fmt::format("cannot be read: {}", std::strerror(failure)));
  if (text.size() > room)
    return complain_of_file(
        path, fmt::format("is too long: all of them may have {} MiB together", ExcludeList::bytes_max >> 20));
  return text;
}

}  // namespace

void AddressRanges::add(const IpAddress& first, const IpAddress& last) { ranges_.push_back({first, last}); }

/// In order, and those that overlap made one, so that one look decides.
void AddressRanges::sort() {
  std::ranges::sort(ranges_, {}, &Range::first);
  std::vector<Range> merged;
  for (const Range& range : ranges_) {
    if (merged.empty() || range.first > merged.back().last) {
      merged.push_back(range);
    } else {
      merged.back().last = std::max(merged.back().last, range.last);
    }
  }
  merged.shrink_to_fit();
  ranges_ = std::move(merged);
}

bool AddressRanges::contains(const IpAddress& address) const {
  const auto after = std::ranges::upper_bound(ranges_, address, {}, &Range::first);
  return after != ranges_.begin() && address <= std::prev(after)->last;
}

Parsed<ExcludeList> ExcludeList::read(std::span<const std::string> paths) {
  ExcludeList list;
  std::size_t room = bytes_max;
  for (const std::string& path : paths) {
    const Parsed<std::string> text = read_file(path, room);
    if (!text) return std::unexpected(text.error());
    room -= text->size();
    if (const auto added = list.add_lines(*text, path); !added) return std::unexpected(added.error());
  }
  list.sort();
  return list;
}

Parsed<ExcludeList> ExcludeList::parse(std::string_view text, std::string_view shown) {
  ExcludeList list;
  if (const auto added = list.add_lines(text, shown); !added) return std::unexpected(added.error());
  list.sort();
  return list;
}

Parsed<void> ExcludeList::add_lines(std::string_view text, std::string_view shown) {
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  for (std::uint64_t number = 1; !text.empty(); ++number) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    const std::string_view entry = trim(line.substr(0, line.find('#')));
    if (entry.empty()) continue;
    if (const auto added = add_entry(entry); !added)
      return complain(
          fmt::format("line {} of the exclude list {} is neither a name nor an address, a network or a "
                      "range: {}",
                      number, escape_for_terminal(shown), added.error().text));
  }
  return {};
}

Parsed<void> ExcludeList::add_entry(std::string_view entry) {
  if (entry.find('/') != entry.npos) {
    const Parsed<Network> network = parse_network(entry);
    if (!network) return std::unexpected(network.error());
    add_range(network->address, network->last());
    return {};
  }
  if (const auto address = parse_address(entry)) {
    add_range(*address, *address);
    return {};
  }
  if (entry.starts_with("*.")) entry.remove_prefix(2);
  const Parsed<HostSpec> hosts = parse_host_spec(entry);
  if (!hosts) return std::unexpected(hosts.error());
  if (hosts->port != 0) return complain("an entry stands for all ports; leave the port away");
  if (hosts->addresses == 0) {
    names_.add(hosts->name);
  } else {
    add_range(hosts->first, address_after(hosts->first, hosts->addresses - 1));
  }
  return {};
}

void ExcludeList::add_range(const IpAddress& first, const IpAddress& last) {
  (first.family == Family::v4 ? v4_ : v6_).add(first, last);
}

void ExcludeList::sort() {
  v4_.sort();
  v6_.sort();
}

bool ExcludeList::excludes(const IpAddress& address) const {
  if (v4_.size() + v6_.size() == 0) return false;
  if ((address.family == Family::v4 ? v4_ : v6_).contains(address)) return true;
  return std::ranges::any_of(embedded_addresses(address),
                             [this](const IpAddress& inner) { return v4_.contains(inner); });
}

}  // namespace atonce
