// The floor of looking names up: the shortest plain loop that asks a DNS server for the A record of each name of a list
// and gets every answer right (truncated ones over TCP). No cache, no retries with back-off, no checks against liars.
// Usage: floor_dns NAMES SERVER WINDOW PROCESSES OUT; writes the addresses found to OUT, prints counts and seconds as
// JSON.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>
#include <vector>

namespace {

using Bytes = unsigned char;
constexpr std::uint32_t none = 0;
constexpr int silence_ms = 200;

std::size_t write_question(const std::string& name, std::uint16_t id, Bytes* out) {
  const Bytes header[12] = {static_cast<Bytes>(id >> 8), static_cast<Bytes>(id), 1, 0, 0, 1, 0, 0, 0, 0, 0, 0};
  std::memcpy(out, header, sizeof header);
  Bytes* length = out + 12;
  Bytes* at = length + 1;
  for (const char letter : name) {
    if (letter == '.')
      *length = static_cast<Bytes>(at - length - 1), length = at++;
    else
      *at++ = static_cast<Bytes>(letter);
  }
  *length = static_cast<Bytes>(at - length - 1);
  const Bytes tail[5] = {0, 0, 1, 0, 1};
  std::memcpy(at, tail, sizeof tail);
  return static_cast<std::size_t>(at - out) + sizeof tail;
}

const Bytes* skip_name(const Bytes* at) {
  while (*at != 0 && *at < 0xc0) at += *at + 1;
  return at + (*at == 0 ? 1 : 2);
}

/// The first A record; `none` when there is none.
std::uint32_t read_address(const Bytes* message) {
  const int answers = message[6] << 8 | message[7];
  const Bytes* at = skip_name(message + 12) + 4;
  for (int i = 0; i < answers; ++i) {
    at = skip_name(at);
    const int type = at[0] << 8 | at[1];
    std::uint32_t address = none;
    if (type == 1) return std::memcpy(&address, at + 10, 4), address;
    at += 10 + (at[8] << 8 | at[9]);
  }
  return none;
}

struct FloorDns {
  const std::vector<std::string>& names;
  sockaddr_in server;
  std::uint32_t* found;
  std::size_t next;
  std::size_t step;
  std::size_t window;
  int socket = ::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
  std::vector<std::size_t> asked = std::vector<std::size_t>(65'536, SIZE_MAX);  // of each id: the name in flight
  std::vector<std::size_t> truncated = {};
  std::uint16_t id = 0;
  std::size_t in_flight = 0;

  void ask(std::uint16_t as) {
    Bytes question[300];
    const std::size_t size = write_question(names[asked[as]], as, question);
    if (::send(socket, question, size, 0) < 0) return;  // Asked again after the silence.
  }

  void fill() {
    for (; in_flight < window && next < names.size(); next += step, ++in_flight) {
      while (asked[++id] != SIZE_MAX) continue;
      asked[id] = next;
      ask(id);
    }
  }

  void take() {
    Bytes answer[2'048];
    for (ssize_t size; (size = ::recv(socket, answer, sizeof answer, 0)) >= 12;) {
      const int answered = answer[0] << 8 | answer[1];
      if (asked[answered] == SIZE_MAX) continue;
      if ((answer[2] & 2) != 0)
        truncated.push_back(asked[answered]);
      else
        found[asked[answered]] = read_address(answer);
      asked[answered] = SIZE_MAX;
      --in_flight;
    }
  }

  void ask_over_tcp() {
    for (const std::size_t name : truncated) {
      Bytes message[65'536 + 2];
      const std::size_t size = write_question(names[name], 1, message + 2);
      message[0] = static_cast<Bytes>(size >> 8);
      message[1] = static_cast<Bytes>(size);
      const int stream = ::socket(AF_INET, SOCK_STREAM, 0);
      std::size_t got = 0;
      if (::connect(stream, reinterpret_cast<sockaddr*>(&server), sizeof server) == 0 &&
          ::send(stream, message, size + 2, 0) > 0)
        for (ssize_t more; (got < 2 || got < 2u + (message[0] << 8 | message[1])) &&
                           (more = ::recv(stream, message + got, sizeof message - got, 0)) > 0;)
          got += static_cast<std::size_t>(more);
      if (got > 14) found[name] = read_address(message + 2);
      ::close(stream);
    }
  }

  void run() {
    if (::connect(socket, reinterpret_cast<sockaddr*>(&server), sizeof server) != 0) std::abort();
    for (fill(); in_flight > 0; fill()) {
      pollfd wanted{.fd = socket, .events = POLLIN, .revents = 0};
      if (::poll(&wanted, 1, silence_ms) == 0) {
        for (std::size_t as = 0; as < asked.size(); ++as)
          if (asked[as] != SIZE_MAX) ask(static_cast<std::uint16_t>(as));
      }
      take();
    }
    ask_over_tcp();
  }
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 6) return std::fprintf(stderr, "usage: floor_dns NAMES SERVER WINDOW PROCESSES OUT\n"), 2;
  std::vector<std::string> names;
  std::ifstream file(argv[1]);
  for (std::string line; std::getline(file, line);) names.push_back(line);
  sockaddr_in server{.sin_family = AF_INET, .sin_port = htons(53), .sin_addr = {}, .sin_zero = {}};
  if (inet_pton(AF_INET, argv[2], &server.sin_addr) != 1) return 2;
  const std::size_t processes = std::strtoul(argv[4], nullptr, 10);
  auto* found = static_cast<std::uint32_t*>(mmap(nullptr, sizeof(std::uint32_t) * (names.size() + 1),
                                                 PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  const auto started = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < processes; ++i) {
    if (fork() != 0) continue;
    FloorDns{names, server, found, i, processes, std::strtoul(argv[3], nullptr, 10) / processes}.run();
    _exit(0);
  }
  while (wait(nullptr) > 0) {
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
  std::FILE* const out = std::fopen(argv[5], "w");
  if (out == nullptr) return std::perror(argv[5]), 2;
  std::size_t with_address = 0;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (found[i] == none) continue;
    char text[INET_ADDRSTRLEN];
    std::fprintf(out, "%s\n", inet_ntop(AF_INET, &found[i], text, sizeof text));
    ++with_address;
  }
  std::fclose(out);
  std::printf("{\"found\":%zu,\"no_name\":%zu,\"seconds\":%.4f}\n", with_address, names.size() - with_address, seconds);
}
