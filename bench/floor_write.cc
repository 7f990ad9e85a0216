// The floor: threads that each write small files to a folder of their own, with random names of 86 characters and one
// byte each: no account, no rows, no verdict. What atonce does in the same time is held against it. Usage: floor_write
// DIR COUNT THREADS; prints counts and seconds as JSON.

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace {

constexpr char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::size_t name_characters = 86;  // 64 random bytes in base64url

std::uint64_t next_word(std::uint64_t& state) {
  std::uint64_t z = state += 0x9e3779b97f4a7c15;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

std::uint64_t write_files(const std::string& path, std::uint64_t count, std::uint64_t state) {
  if (mkdir(path.c_str(), 0777) != 0) return 0;
  const int folder = open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
  std::uint64_t written = 0;
  std::array<char, name_characters + 1> name{};
  for (std::uint64_t i = 0; i < count; ++i) {
    std::uint64_t bits = 0;
    for (std::size_t at = 0; at < name_characters; ++at) {
      if (at % 10 == 0) bits = next_word(state);
      name[at] = letters[bits & 63];
      bits >>= 6;
    }
    const int file = openat(folder, name.data(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (file < 0) continue;
    written += write(file, name.data(), 1) == 1 ? 1 : 0;
    close(file);
  }
  close(folder);
  return written;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  const std::string place = argv[1];
  const std::uint64_t count = std::strtoull(argv[2], nullptr, 10);
  const unsigned threads = static_cast<unsigned>(std::strtoul(argv[3], nullptr, 10));
  mkdir(place.c_str(), 0777);
  std::random_device device;
  const auto begin = std::chrono::steady_clock::now();
  std::atomic<std::uint64_t> written{0};
  std::vector<std::thread> crew;
  for (unsigned i = 0; i < threads; ++i) {
    const std::uint64_t part = count / threads + (i < count % threads ? 1 : 0);
    const std::uint64_t seed = (std::uint64_t{device()} << 32) | device();
    crew.emplace_back([&, i, part, seed] { written += write_files(place + "/" + std::to_string(i), part, seed); });
  }
  for (std::thread& one : crew) one.join();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  std::printf("{\"written\": %llu, \"seconds\": %.6f}\n", static_cast<unsigned long long>(written.load()),
              took.count());
  return written == count ? 0 : 1;
}
