#include "atonce/runtime/io_contract_world.h"

#include <dirent.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <stdexcept>

#include "atonce/runtime/engine.h"
#include "atonce/runtime/faulty.h"
#include "atonce/runtime/ring_io.h"
#include "atonce/runtime/sim_io.h"
#include "atonce/runtime/socket_address.h"

namespace atonce {
namespace {

constexpr std::uint32_t loopback = 0x7f00'0001;

class Descriptor {
 public:
  explicit Descriptor(int value) : value_(value) {
    if (value_ < 0) throw std::runtime_error("no descriptor for the contract suite");
  }
  Descriptor(const Descriptor&) = delete;
  ~Descriptor() { ::close(value_); }
  operator int() const { return value_; }

 private:
  int value_;
};

/// A port of loopback that is ours and answers nothing unless told to listen.
class Port {
 public:
  Port() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    SocketAddress address;
    socklen_t length = write_socket_address({IpAddress::v4(loopback), 0}, address);
    if (::bind(socket_, &address.any, length) < 0 || ::getsockname(socket_, &address.any, &length) < 0)
      throw std::runtime_error("no port for the contract suite");
    endpoint_ = read_socket_address(address);
  }
  const Endpoint& endpoint() const { return endpoint_; }
  int socket() const { return socket_; }

 private:
  Descriptor socket_;
  Endpoint endpoint_;
};

/// A listener whose queue is full: the kernel drops further SYNs. Source: listen(2), tcp(7).
class FullListener : public Port {
 public:
  FullListener() : filler_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    SocketAddress address;
    const socklen_t length = write_socket_address(endpoint(), address);
    if (::listen(socket(), 0) < 0 || ::connect(filler_, &address.any, length) < 0)
      throw std::runtime_error("no full listener for the contract suite");
  }

 private:
  Descriptor filler_;
};

std::size_t open_descriptors() {
  std::size_t count = 0;
  DIR* const directory = ::opendir("/proc/self/fd");
  while (::readdir(directory) != nullptr) ++count;
  ::closedir(directory);
  return count;
}

/// Leaves room for `more` descriptors until it ends.
class DescriptorLimit {
 public:
  explicit DescriptorLimit(std::uint32_t more) {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    // The new socket gets the lowest number that is free, so numbers are what must run out.
    const Descriptor lowest(::dup(STDERR_FILENO));
    rlimit now = before_;
    now.rlim_cur = static_cast<rlim_t>(static_cast<int>(lowest)) + more;
    ::setrlimit(RLIMIT_NOFILE, &now);
  }
  DescriptorLimit(const DescriptorLimit&) = delete;
  ~DescriptorLimit() { ::setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

class KernelWorld : public ContractWorld {
 public:
  KernelWorld(std::unique_ptr<Io> io, std::optional<std::uint32_t> descriptors_max) : io_(std::move(io)) {
    if (descriptors_max) limit_.emplace(*descriptors_max);
  }
  Io& io() override { return *io_; }
  Endpoint any_port() override { return {IpAddress::v4(loopback), 0}; }
  Endpoint refusing() override { return refusing_.endpoint(); }
  Endpoint silent() override { return silent_.endpoint(); }
  pid_t start_child(int status) override {
    if (::pipe2(leash_, O_CLOEXEC) < 0) throw std::runtime_error("no pipe for the contract suite");
    const pid_t child = ::fork();
    if (child != 0) return child;
    ::close(leash_[1]);
    char end_of_file = 0;
    [[maybe_unused]] const ssize_t count = ::read(leash_[0], &end_of_file, 1);
    ::_exit(status);
  }
  void let_child_end() override {
    ::close(leash_[0]);
    ::close(leash_[1]);
  }
  void stall(Duration duration) override {
    const timespec time{.tv_nsec = duration.count()};
    ::nanosleep(&time, nullptr);
  }
  std::size_t open_sockets() override {
    return open_descriptors() - static_cast<const DescriptorIo&>(io()).spare_sockets();
  }

 private:
  Port refusing_;
  FullListener silent_;
  std::unique_ptr<Io> io_;
  std::optional<DescriptorLimit> limit_;
  int leash_[2] = {-1, -1};
};

class RingWorld : public KernelWorld {
 public:
  explicit RingWorld(std::unique_ptr<RingIo> ring) : KernelWorld(std::move(ring), std::nullopt) {}
  std::size_t open_sockets() override { return KernelWorld::open_sockets() + static_cast<RingIo&>(io()).slots_used(); }
};

class SimWorld : public ContractWorld {
 public:
  SimWorld(std::optional<std::uint32_t> sockets_max, const FaultPlan& faults) : io_(faults, seed(20'251)) {
    io_.host("192.0.2.2").refuses();
    io_.host("192.0.2.3").never_answers();
    if (sockets_max) io_.descriptors_max(*sockets_max);
  }
  Io& io() override { return io_; }
  Endpoint any_port() override { return {parse_address("192.0.2.1").value(), 0}; }
  Endpoint refusing() override { return {parse_address("192.0.2.2").value(), 80}; }
  Endpoint silent() override { return {parse_address("192.0.2.3").value(), 80}; }
  pid_t start_child(int status) override {
    io_.child_ends(++last_child_, std::chrono::milliseconds(2), status << 8);
    return last_child_;
  }
  void let_child_end() override {}
  void stall(Duration duration) override { io_.stall(duration); }
  std::size_t open_sockets() override { return io_.open_handles(); }

 private:
  Faulty<SimIo> io_;
  pid_t last_child_ = 1'000;
};

std::string nothing_missing() { return {}; }

using Limit = std::optional<std::uint32_t>;
using World = std::unique_ptr<ContractWorld>;

struct Maker {
  std::string_view name;
  bool simulated;
  World (*make)(Limit limit, const FaultPlan& faults);
  std::string (*missing)();
};
constexpr std::array makers{
    Maker{"Epoll", false,
          [](Limit limit, const FaultPlan& faults) -> World {
            return std::make_unique<KernelWorld>(make_epoll_io(faults), limit);
          },
          nothing_missing},
    Maker{"Blocking", false,
          [](Limit limit, const FaultPlan& faults) -> World {
            return std::make_unique<KernelWorld>(make_blocking_io(faults), limit);
          },
          nothing_missing},
    Maker{"Ring", false,
          [](Limit limit, const FaultPlan& faults) -> World {
            return std::make_unique<RingWorld>(RingIo::make({.slots = limit.value_or(4'096)}, faults).value());
          },
          [] {
            const auto made = RingIo::make({.slots = 1});
            return made ? std::string() : made.error().text;
          }},
    Maker{"Sim", true,
          [](Limit limit, const FaultPlan& faults) -> World { return std::make_unique<SimWorld>(limit, faults); },
          nothing_missing},
};

/// What goes wrong while the contract holds all the same.
struct Misfortune {
  std::string_view name;
  std::string_view faults;
};
constexpr std::array misfortunes{
    Misfortune{"", ""},
    Misfortune{"WatchedInVain", "emfile@any:0%,late@any:0%+1s"},
    Misfortune{"Late", "late@any:20%+300us"},
    Misfortune{"HeedingCancelsLate", "latecancel@any:50%+500us"},
    Misfortune{"InPieces", "short@send:50%+1000,short@receive:50%+700"},
};

}  // namespace

std::ostream& operator<<(std::ostream& out, const ContractEngine& engine) { return out << engine.name; }

const std::vector<ContractEngine>& contract_engines() {
  static const std::vector<ContractEngine> engines = [] {
    std::vector<ContractEngine> made;
    for (const Misfortune& misfortune : misfortunes) {
      const FaultPlan faults = parse_io_faults(misfortune.faults).value().plan;
      for (const Maker& maker : makers)
        made.push_back({std::string(maker.name) + std::string(misfortune.name), maker.simulated,
                        [=](std::optional<std::uint32_t> limit) { return maker.make(limit, faults); }, maker.missing});
    }
    return made;
  }();
  return engines;
}

}  // namespace atonce
