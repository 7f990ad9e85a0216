#include "atonce/cli/doctor.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <iterator>
#include <nlohmann/json.hpp>
#include <system_error>

#include "atonce/model/escape.h"
#include "atonce/reports/text.h"

namespace atonce {
namespace {

using Number = std::optional<std::uint64_t>;

constexpr std::uint64_t window_wanted = 10'000;  // Half of what async takes where there is room.
constexpr std::uint64_t descriptors_wanted = window_wanted + descriptors_reserved;
constexpr std::uint64_t backlog_wanted = 10'000;
constexpr std::uint64_t accept_queue_wanted = 4'096;
constexpr std::uint64_t receive_buffer_wanted = 4 << 20;
constexpr std::uint64_t ports_wanted = 28'000;
constexpr std::uint64_t processes_wanted = 1'024;

std::string number(const Number& value, std::string_view otherwise) {
  return value ? grouped(*value) : std::string(otherwise);
}

std::string set_sysctl(std::string_view name, std::uint64_t value) {
  return fmt::format("sudo sysctl -w {}={}", name, value);
}

/// Fine when the value is at least what is wanted; a value this machine does not tell of is fine too.
DoctorRow at_least(std::string name, const Number& value, std::uint64_t wanted, std::string meaning,
                   std::string remedy) {
  const bool small = value && *value < wanted;
  return {.name = std::move(name),
          .value = number(value, "not known"),
          .health = small ? Health::small : Health::fine,
          .meaning = std::move(meaning),
          .remedy = small ? std::move(remedy) : ""};
}

DoctorRow descriptors(const MachineFacts& facts) {
  const std::uint64_t most = std::max(facts.descriptors_soft, facts.descriptors_hard);
  DoctorRow row{.name = "descriptors",
                .value = fmt::format("{}, may be raised to {}", grouped(facts.descriptors_soft), grouped(most)),
                .meaning = "sockets open at once; atonce raises the first to the second by itself"};
  if (most >= descriptors_wanted) return row;
  row.health = Health::small;
  const std::uint64_t system = facts.descriptors_system.value_or(1 << 20);
  row.remedy = system < descriptors_wanted ? set_sysctl("fs.nr_open", 1 << 20) + " && " : "";
  row.remedy +=
      fmt::format("sudo prlimit --pid $$ --nofile={0}:{0}", std::max<std::uint64_t>(65'536, descriptors_wanted));
  return row;
}

DoctorRow ring(const RingFacts& ring) {
  DoctorRow row{.name = "io_uring",
                .value = "works, with DEFER_TASKRUN",
                .meaning = "how async waits; without it epoll does, as correct"};
  if (ring.error == 0 && ring.single_issuer_defer_taskrun) return row;
  row.health = Health::small;
  if (ring.error == 0) {
    row.value = "works, without DEFER_TASKRUN";
    row.meaning = "DEFER_TASKRUN came with Linux 6.1; async waits with epoll or a plain ring";
    return row;
  }
  row.health = Health::missing;
  row.value = fmt::format("refused: {}", std::generic_category().message(ring.error));
  if (ring.error == ENOSYS)
    row.meaning = "this kernel, or the container's seccomp profile, has none; async waits with epoll, as correct";
  if (ring.error == EPERM || ring.error == EACCES) {
    row.meaning = "forbidden here (containers do that by default); async waits with epoll, as correct";
    row.remedy =
        set_sysctl("kernel.io_uring_disabled", 0) + "   # or in a container: --security-opt seccomp=unconfined";
  }
  if (ring.error == ENOMEM) row.remedy = "ulimit -l unlimited";
  return row;
}

DoctorRow ports(const MachineFacts& facts) {
  if (!facts.port_low || !facts.port_high)
    return {.name = "local ports", .value = "not known", .meaning = "connections to one address and port"};
  const std::uint64_t count = *facts.port_high >= *facts.port_low ? *facts.port_high - *facts.port_low + 1 : 0;
  DoctorRow row =
      at_least("local ports", count, ports_wanted, "connections at once from one address to one address and port",
               "sudo sysctl -w net.ipv4.ip_local_port_range=\"10240 65535\"");
  row.value += fmt::format(" ({} to {})", *facts.port_low, *facts.port_high);
  return row;
}

DoctorRow memory(const MachineFacts& facts) {
  const Number left = memory_left(facts);
  DoctorRow row{.name = "memory left",
                .value = left ? write_bytes(*left) : "not known",
                .meaning = fmt::format("about {} for each connection in flight, most of it the kernel's",
                                       write_bytes(bytes_per_connection))};
  if (facts.memory_limit) row.value += fmt::format(" (limit of the cgroup: {})", write_bytes(*facts.memory_limit));
  if (left && *left / 2 / bytes_per_connection < window_wanted) {
    row.health = Health::small;
    row.remedy = facts.memory_limit ? "give the container more memory, or choose a smaller -c" : "choose a smaller -c";
  }
  return row;
}

DoctorRow processes(const MachineFacts& facts) {
  const Number& soft = facts.processes_soft;
  const Number& cgroup = facts.processes_cgroup;
  const Number least = soft && cgroup ? std::min(soft, cgroup) : soft ? soft : cgroup;
  const std::string remedy = cgroup && (!soft || *cgroup <= *soft)
                                 ? "raise pids.max of the cgroup (docker run --pids-limit 4096)"
                                 : "ulimit -u 4096";
  DoctorRow row = at_least("processes", least, processes_wanted, "workers of processes:N and threads:N", remedy);
  if (!least) row.value = "no limit";
  return row;
}

std::string syn_rhythm(const MachineFacts& facts) {
  if (!facts.syn_linear_timeouts || *facts.syn_linear_timeouts == 0) return "repeated after 1, 3, 7 s";
  return "repeated after 1, 2, 3 s";
}

DoctorRow syn(const MachineFacts& facts) {
  return {.name = "SYN repetition",
          .value = fmt::format("{} times, {}", number(facts.syn_retries, "?"), syn_rhythm(facts)),
          .meaning = "a --connect-timeout of a whole second races a repetition; the default is 3.5s"};
}

DoctorRow namespaces(const MachineFacts& facts) {
  const bool fine = facts.user_network_namespace;
  return {
      .name = "user namespaces",
      .value = fine ? "allowed" : "refused",
      .health = fine ? Health::fine : Health::small,
      .meaning = fine ? "a world can have port 443 and drop packets" : "a world must do without silence and low ports",
      .remedy = fine ? "" : "sudo sysctl -w kernel.unprivileged_userns_clone=1 user.max_user_namespaces=10000"};
}

DoctorRow tun(const MachineFacts& facts) {
  const bool fine = facts.tun;
  return {.name = "TUN device",
          .value = fine ? "can be opened" : "cannot be opened",
          .health = fine ? Health::fine : Health::small,
          .meaning = fine ? "a world can have round-trip time, jitter and loss"
                          : "a world with round-trip time, jitter or loss needs /dev/net/tun",
          .remedy = fine ? "" : "sudo modprobe tun && sudo chmod 666 /dev/net/tun"};
}

DoctorRow routes(const MachineFacts& facts) {
  const std::string value = facts.ipv4_route   ? facts.ipv6_route ? "IPv4 and IPv6" : "IPv4 only"
                            : facts.ipv6_route ? "IPv6 only"
                                               : "none";
  const bool none = !facts.ipv4_route && !facts.ipv6_route;
  return {.name = "routes",
          .value = value,
          .health = none ? Health::missing : Health::fine,
          .meaning = none ? "nothing beyond this machine can be reached; --world needs no route"
                          : "a target of another family gets local_no_route"};
}

DoctorRow resolvers(const MachineFacts& facts) {
  const bool none = facts.resolvers.empty();
  return {.name = "resolvers",
          .value = none ? "none" : escape_for_terminal(fmt::format("{}", fmt::join(facts.resolvers, ", "))),
          .health = none ? Health::small : Health::fine,
          .meaning = "of /etc/resolv.conf; thousands of names a second are much for a home router's",
          .remedy = none ? "name one: --resolver ADDR" : ""};
}

/// The window that follows from the rest.
DoctorRow window(const MachineFacts& facts) {
  const bool ring_works = facts.ring.error == 0 && facts.ring.single_issuer_defer_taskrun;
  const std::uint32_t with_epoll = largest_window(facts, false);
  std::string value = fmt::format("{} with epoll", grouped(with_epoll));
  if (ring_works) value += fmt::format(", {} with rings", grouped(largest_window(facts, true)));
  return {.name = "window",
          .value = value,
          .health = with_epoll < window_wanted ? Health::small : Health::fine,
          .meaning = fmt::format("in flight at most, for all of the above; async takes up to {} unless -c says more",
                                 grouped(window_wanted))};
}

std::string_view word_of(Health health) {
  constexpr std::array<std::string_view, 3> words{"fine", "small", "missing"};
  return words[static_cast<std::size_t>(health)];
}

constexpr std::size_t mark_width = 3;
std::string mark_of(Health health) {
  constexpr std::array<std::string_view, 3> marks{"ok ", "low", "no "};
  return std::string(marks[static_cast<std::size_t>(health)]);
}

/// Words in lines of at most `width` columns, each behind `indent` spaces.
std::string wrapped(std::string_view words, std::size_t indent, std::size_t width) {
  const std::size_t room = std::max<std::size_t>(20, width > indent ? width - indent : 0);
  std::string text;
  while (!words.empty()) {
    std::size_t cut = words.size() <= room ? words.size() : words.rfind(' ', room);
    if (cut == words.npos || cut == 0) cut = std::min(words.find(' '), words.size());
    fmt::format_to(std::back_inserter(text), "{:<{}}{}\n", "", indent, words.substr(0, cut));
    words.remove_prefix(std::min(cut + 1, words.size()));
  }
  return text;
}

Colour colour_of(Health health) {
  constexpr std::array colours{Colour::green, Colour::yellow, Colour::red};
  return colours[static_cast<std::size_t>(health)];
}

}  // namespace

std::vector<DoctorRow> examine(const MachineFacts& facts) {
  return {
      {.name = "kernel",
       .value =
           fmt::format("Linux {}, {} processor{}", facts.kernel, facts.processors, facts.processors == 1 ? "" : "s"),
       .meaning = "async runs one event loop a processor"},
      descriptors(facts),
      ring(facts.ring),
      memory(facts),
      ports(facts),
      at_least("packet backlog", facts.netdev_backlog, backlog_wanted,
               "a burst of more packets overflows it: answers are lost and seem time-outs",
               set_sysctl("net.core.netdev_max_backlog", 100'000)),
      at_least("receive buffer", facts.receive_buffer_max, receive_buffer_wanted,
               "bytes of DNS answers that can wait for us", set_sysctl("net.core.rmem_max", 16 << 20)),
      at_least("accept queue", facts.accept_queue, accept_queue_wanted,
               "what a world's listeners can hold; a SYN too many costs 1 s", set_sysctl("net.core.somaxconn", 65'535)),
      syn(facts),
      processes(facts),
      routes(facts),
      resolvers(facts),
      namespaces(facts),
      tun(facts),
      window(facts),
  };
}

std::string write_doctor(const std::vector<DoctorRow>& rows, bool colour, std::size_t width) {
  std::size_t name_width = 0, value_width = 0, meaning_width = 0;
  for (const DoctorRow& row : rows) {
    name_width = std::max(name_width, row.name.size());
    value_width = std::max(value_width, row.value.size());
    meaning_width = std::max(meaning_width, row.meaning.size());
  }
  const std::size_t left = mark_width + 1 + name_width + 2;
  const bool beside = left + value_width + 2 + meaning_width <= width;
  std::string text;
  for (const DoctorRow& row : rows) {
    const std::string mark = painted(mark_of(row.health), colour ? colour_of(row.health) : Colour::none);
    const std::string meaning = beside ? fmt::format("{:<{}}  {}\n", "", value_width - row.value.size(), row.meaning)
                                       : "\n" + wrapped(row.meaning, left, width);
    fmt::format_to(std::back_inserter(text), "{} {:<{}}  {}{}", mark, row.name, name_width, row.value, meaning);
  }
  const bool any = std::ranges::any_of(rows, [](const DoctorRow& row) { return !row.remedy.empty(); });
  text += any ? "\nTo change what is low:\n" : "\nNothing needs to be changed.\n";
  for (const DoctorRow& row : rows)
    if (!row.remedy.empty())
      fmt::format_to(std::back_inserter(text), "  {:<{}}  {}\n", row.name, name_width, row.remedy);
  return text;
}

std::string write_doctor_json(const std::vector<DoctorRow>& rows) {
  nlohmann::ordered_json array = nlohmann::ordered_json::array();
  for (const DoctorRow& row : rows)
    array.push_back({{"name", row.name},
                     {"value", row.value},
                     {"health", word_of(row.health)},
                     {"meaning", row.meaning},
                     {"remedy", row.remedy}});
  return array.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace atonce
