// The floor: the shortest plain epoll loop that connects to a list of addresses and gets every verdict right. No names,
// no rows, no account, no cancellation: what atonce does in the same time is held against it. Usage: floor_connect LIST
// PORT WINDOW TIMEOUT_MS PROCESSES [BURST]; prints counts and seconds as JSON. After BURST starts (128) it looks at
// what has come; with a burst as wide as the window it is the loop that most people write first.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <fstream>
#include <string>
#include <vector>

namespace {

struct Counts {
  std::uint64_t open, closed, timeout, unreachable, other;
};

std::int64_t now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

struct Floor {
  std::uint16_t port;
  std::size_t window;
  std::int64_t timeout_ms;
  int burst;
  Counts& counts;
  int epoll = epoll_create1(0);
  std::size_t in_flight = 0;
  std::vector<std::uint32_t> turn = {};                               // of each descriptor: which use of it is waiting
  std::deque<std::pair<std::int64_t, std::uint64_t>> deadlines = {};  // all time-outs are equal, so a queue is in order

  void count(int error) {
    if (error == 0)
      ++counts.open;
    else if (error == ECONNREFUSED)
      ++counts.closed;
    else if (error == ETIMEDOUT)
      ++counts.timeout;
    else if (error == EHOSTUNREACH || error == ENETUNREACH)
      ++counts.unreachable;
    else
      ++counts.other;
  }

  bool start(in_addr address) {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (fd < 0) return false;
    sockaddr_in to{.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = address, .sin_zero = {}};
    if (connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0 || errno != EINPROGRESS) {
      count(errno);
      close(fd);
      return true;
    }
    if (turn.size() <= static_cast<std::size_t>(fd)) turn.resize(fd + 1);
    ++turn[fd];
    epoll_event wanted{.events = EPOLLOUT, .data = {.fd = fd}};
    epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &wanted);
    deadlines.emplace_back(now_ms() + timeout_ms, static_cast<std::uint64_t>(fd) << 32 | turn[fd]);
    ++in_flight;
    return true;
  }

  void end(int fd, int error) {
    count(error);
    ++turn[fd];
    close(fd);
    --in_flight;
  }

  void turn_once(bool more_to_start) {
    epoll_event events[512];
    int wait_ms = more_to_start ? 0 : -1;
    if (!more_to_start && !deadlines.empty())
      wait_ms = static_cast<int>(std::max<std::int64_t>(0, deadlines.front().first - now_ms() + 1));
    int got = 0;
    do {  // All that has come is taken before any time-out is believed.
      got = epoll_wait(epoll, events, 512, wait_ms);
      for (int i = 0; i < got; ++i) {
        int error = 0;
        socklen_t size = sizeof error;
        getsockopt(events[i].data.fd, SOL_SOCKET, SO_ERROR, &error, &size);
        end(events[i].data.fd, error);
      }
      wait_ms = 0;
    } while (got == 512);
    for (const std::int64_t now = now_ms(); !deadlines.empty() && deadlines.front().first <= now;
         deadlines.pop_front()) {
      const int fd = static_cast<int>(deadlines.front().second >> 32);
      if (turn[fd] == static_cast<std::uint32_t>(deadlines.front().second)) end(fd, ETIMEDOUT);
    }
  }

  void run(const std::vector<in_addr>& list, std::size_t first, std::size_t step) {
    for (std::size_t next = first; next < list.size() || in_flight > 0;) {
      bool room = true;
      for (int started = 0; started < burst && room && next < list.size() && in_flight < window; ++started)
        if ((room = start(list[next]))) next += step;
      if (in_flight > 0) turn_once(room && next < list.size() && in_flight < window);
    }
  }
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 6 || argc > 7)
    return std::fprintf(stderr, "usage: floor_connect LIST PORT WINDOW TIMEOUT_MS PROCESSES [BURST]\n"), 2;
  std::vector<in_addr> list;
  std::ifstream file(argv[1]);
  for (std::string line; std::getline(file, line);) {
    in_addr address{};
    if (inet_pton(AF_INET, line.c_str(), &address) == 1) list.push_back(address);
  }
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  const std::size_t processes = std::strtoul(argv[5], nullptr, 10);
  auto* counts = static_cast<Counts*>(
      mmap(nullptr, sizeof(Counts) * processes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  const auto started = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < processes; ++i) {
    if (fork() != 0) continue;
    Floor floor{static_cast<std::uint16_t>(std::atoi(argv[2])), std::strtoul(argv[3], nullptr, 10) / processes,
                std::atol(argv[4]), argc > 6 ? std::atoi(argv[6]) : 128, counts[i]};
    floor.run(list, i, processes);
    _exit(0);
  }
  while (wait(nullptr) > 0) {
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
  Counts all{};
  for (std::size_t i = 0; i < processes; ++i) {
    all.open += counts[i].open;
    all.closed += counts[i].closed;
    all.timeout += counts[i].timeout;
    all.unreachable += counts[i].unreachable;
    all.other += counts[i].other;
  }
  std::printf("{\"open\":%lu,\"closed\":%lu,\"timeout\":%lu,\"unreachable\":%lu,\"other\":%lu,\"seconds\":%.4f}\n",
              all.open, all.closed, all.timeout, all.unreachable, all.other, seconds);
}
