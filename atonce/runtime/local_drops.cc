#include "atonce/runtime/local_drops.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "atonce/runtime/queue_drops.h"

namespace atonce {
namespace {

// Interfaces may cost this part of the time at most; there can be thousands.
constexpr int devices_cost_share = 100;

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

std::uint64_t number_of(std::string_view word, int base = 10) {
  std::uint64_t value = 0;
  std::from_chars(word.data(), word.data() + word.size(), value, base);
  return value;
}

/// A file of proc(5) that is read again and again.
class ProcFile {
 public:
  explicit ProcFile(const char* path) : descriptor_(::open(path, O_RDONLY | O_CLOEXEC)) {}
  ProcFile(const ProcFile&) = delete;
  ~ProcFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }

  /// Valid until the next call; empty when it cannot be read.
  std::string_view read() {
    std::size_t size = 0;
    for (;;) {
      if (buffer_.size() - size < chunk) buffer_.resize(size + 4 * chunk);
      const ssize_t count =
          ::pread(descriptor_, buffer_.data() + size, buffer_.size() - size, static_cast<off_t>(size));
      if (count <= 0) return {buffer_.data(), size};
      size += static_cast<std::size_t>(count);
    }
  }

 private:
  static constexpr std::size_t chunk = 4'096;
  int descriptor_;
  std::vector<char> buffer_;
};

std::string setting(std::string_view name) {
  std::string path = fmt::format("/proc/sys/{}", name);
  std::replace(path.begin() + 10, path.end(), '.', '/');
  ProcFile file(path.c_str());
  std::string_view text = file.read();
  const std::string_view value = take_word(text);
  return value.empty() ? std::string() : fmt::format("{} = {}", name, value);
}

std::string queue_length(const std::string& interface) {
  ifreq request{};
  if (interface.empty() || interface.size() >= sizeof request.ifr_name) return {};
  interface.copy(request.ifr_name, interface.size());
  const int socket = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const bool known = socket >= 0 && ::ioctl(socket, SIOCGIFTXQLEN, &request) == 0;
  if (socket >= 0) ::close(socket);
  return known ? fmt::format("txqueuelen of {} = {}", interface, request.ifr_qlen) : std::string();
}

Instant now() { return std::chrono::time_point_cast<Duration>(std::chrono::steady_clock::now()); }

}  // namespace

std::uint64_t LocalDrops::total() const {
  const std::uint64_t on_the_way_out = of(DropKind::queue) + of(DropKind::device_send);
  return of(DropKind::receive_buffer) + std::max({of(DropKind::backlog), on_the_way_out, of(DropKind::send_failed)});
}

LocalDrops LocalDrops::since(const LocalDrops& before) const {
  LocalDrops more;
  for (std::size_t i = 0; i < drop_kind_count; ++i)
    more.by_kind[i] = by_kind[i] > before.by_kind[i] ? by_kind[i] - before.by_kind[i] : 0;
  return more;
}

std::uint64_t parse_softnet_drops(std::string_view softnet_stat) {
  std::uint64_t drops = 0;
  while (!softnet_stat.empty()) {
    std::string_view row = take_line(softnet_stat);
    take_word(row);
    drops += number_of(take_word(row), 16);
  }
  return drops;
}

std::uint64_t parse_counter(std::string_view file, std::string_view protocol, std::string_view name) {
  while (!file.empty()) {
    std::string_view names = take_line(file);
    std::string_view values = take_line(file);
    if (take_word(names) != protocol || take_word(values) != protocol) continue;
    while (!names.empty()) {
      const std::string_view value = take_word(values);
      if (take_word(names) == name) return number_of(value);
    }
  }
  return 0;
}

std::vector<DeviceDrops> parse_device_drops(std::string_view dev) {
  std::vector<DeviceDrops> rows;
  while (!dev.empty()) {
    std::string_view line = take_line(dev);
    const std::size_t colon = line.find(':');
    if (colon == line.npos) continue;
    std::string_view head = line.substr(0, colon);
    line.remove_prefix(colon + 1);
    DeviceDrops row{.name = take_word(head)};
    // bytes packets errs drop fifo frame compressed multicast, then bytes packets errs drop fifo ...
    for (int column = 0; column <= 12; ++column) {
      const std::uint64_t value = number_of(take_word(line));
      if (column == 3 || column == 4) row.received += value;
      if (column == 11 || column == 12) row.sent += value;
    }
    rows.push_back(row);
  }
  return rows;
}

class DropSampler::Files {
 public:
  void sample(LocalDrops& drops) {
    drops.of(DropKind::backlog) = parse_softnet_drops(softnet_.read());
    const std::string_view snmp = snmp_.read();
    drops.of(DropKind::receive_buffer) = parse_counter(snmp, "Udp:", "RcvbufErrors");
    sent_ = parse_counter(snmp, "Tcp:", "OutSegs") + parse_counter(snmp, "Tcp:", "RetransSegs") +
            parse_counter(snmp, "Udp:", "OutDatagrams");
    const std::string_view tcp = netstat_.read();
    drops.of(DropKind::send_failed) = parse_counter(tcp, "TcpExt:", "TCPRetransFail");
    drops.of(DropKind::accept_queue) = parse_counter(tcp, "TcpExt:", "ListenDrops");
    const Instant start = now();
    if (start < devices_due_) return;
    read_devices_into(drops);
    const Instant end = now();
    devices_due_ = end + devices_cost_share * (end - start);
  }

  std::uint64_t sent() const { return sent_; }

  std::string worst_queue() {
    int worst = 0;
    std::uint64_t most = 0;
    for (const QueueDrops& row : queues_.read())
      if (const std::uint64_t more = more_than(first_queues_, row.interface, row.drops); more > most) {
        worst = row.interface;
        most = more;
      }
    char name[IF_NAMESIZE];
    return most > 0 && ::if_indextoname(static_cast<unsigned>(worst), name) != nullptr ? name : "";
  }

  std::string worst_device() {
    std::string worst;
    std::uint64_t most = 0;
    for (const DeviceDrops& row : parse_device_drops(devices_.read()))
      if (const std::uint64_t more = more_than(first_devices_, std::string(row.name), row.sent); more > most) {
        worst = row.name;
        most = more;
      }
    return worst;
  }

 private:
  template <class Key>
  static std::uint64_t more_than(const std::map<Key, std::uint64_t>& first, const Key& key, std::uint64_t value) {
    const auto place = first.find(key);
    const std::uint64_t before = place == first.end() ? 0 : place->second;
    return value > before ? value - before : 0;
  }

  void read_devices_into(LocalDrops& drops) {
    drops.of(DropKind::device_send) = drops.of(DropKind::device_receive) = drops.of(DropKind::queue) = 0;
    for (const DeviceDrops& row : parse_device_drops(devices_.read())) {
      drops.of(DropKind::device_send) += row.sent;
      drops.of(DropKind::device_receive) += row.received;
      if (first_) first_devices_.try_emplace(std::string(row.name), row.sent);
    }
    for (const QueueDrops& row : queues_.read()) {
      drops.of(DropKind::queue) += row.drops;
      if (first_) first_queues_.try_emplace(row.interface, row.drops);
    }
    first_ = false;
  }

  ProcFile softnet_{"/proc/net/softnet_stat"};
  ProcFile snmp_{"/proc/net/snmp"};
  ProcFile netstat_{"/proc/net/netstat"};
  ProcFile devices_{"/proc/net/dev"};
  QueueDropReader queues_;
  std::uint64_t sent_ = 0;
  Instant devices_due_{};
  bool first_ = true;
  std::map<std::string, std::uint64_t> first_devices_;
  std::map<int, std::uint64_t> first_queues_;
};

DropSampler::DropSampler() : files_(std::make_unique<Files>()) {}
DropSampler::~DropSampler() = default;

const LocalDrops& DropSampler::sample() {
  files_->sample(last_);
  return last_;
}

std::uint64_t DropSampler::sent() const { return files_->sent(); }

std::string DropSampler::wall(DropKind kind) const {
  switch (kind) {
    case DropKind::backlog: return setting("net.core.netdev_max_backlog");
    case DropKind::receive_buffer: return setting("net.core.rmem_default");
    case DropKind::accept_queue: return setting("net.core.somaxconn");
    case DropKind::queue: return queue_length(files_->worst_queue());
    case DropKind::device_send: return queue_length(files_->worst_device());
    case DropKind::send_failed:
    case DropKind::device_receive: break;
  }
  return {};
}

LocalDrops read_local_drops() { return DropSampler().sample(); }

}  // namespace atonce
