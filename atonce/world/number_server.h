#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string_view>
#include <thread>
#include <vector>

#include "atonce/compute/xoshiro.h"
#include "atonce/model/address.h"
#include "atonce/model/result.h"
#include "atonce/runtime/owned_descriptor.h"

namespace atonce {

struct NumberServerOptions {
  std::uint64_t samples = 10'000'000;  ///< of the normal distribution, for each connection
  unsigned threads = 1;    ///< as many connections are served at once; further ones wait in the kernel's queue
  std::uint64_t seed = 0;  ///< the nth connection gets the sum of the nth stream
  std::function<void(std::string_view)> say;  ///< a line for each step, from any thread; empty: nothing is said
};

/// How many connections there were, and how many of them were gone before they had their answer.
struct NumberCounts {
  std::uint64_t answered = 0;
  std::uint64_t left = 0;
};

/// A server of numbers: for each TCP connection it sums random samples, answers with the sum as text and a line end,
/// and closes. It computes on threads of its own.
class NumberServer {
 public:
  /// Serves from the moment this returns. `listener` does not block. Throws std::system_error when there is no thread.
  static std::unique_ptr<NumberServer> start(OwnedDescriptor listener, const NumberServerOptions& options);
  ~NumberServer();
  NumberServer(const NumberServer&) = delete;

  /// Answers nobody any more (a sum that is not done is given up), and tells what was done.
  NumberCounts stop();
  NumberCounts counts() const { return {answered_.load(), left_.load()}; }

 private:
  NumberServer(OwnedDescriptor listener, const NumberServerOptions& options);
  void work();
  void serve(const OwnedDescriptor& connection);
  void say(std::string_view line) const;
  Xoshiro256 take_stream();

  OwnedDescriptor listener_;
  OwnedDescriptor ending_;  ///< an eventfd(2) that is readable once it ends
  NumberServerOptions options_;
  std::atomic<bool> stopping_ = false;
  std::mutex mutex_;
  Xoshiro256 next_stream_;  ///< under the mutex
  std::atomic<std::uint64_t> answered_ = 0;
  std::atomic<std::uint64_t> left_ = 0;
  std::vector<std::thread> threads_;
};

/// The same in a child process, which ends with this object or with the process that started it, however that ends; for
/// `overlap --world`. To be called while the process has one thread.
class NumberServerProcess {
 public:
  static Parsed<NumberServerProcess> start(const Endpoint& at, const NumberServerOptions& options);
  NumberServerProcess(NumberServerProcess&& other) noexcept;
  NumberServerProcess& operator=(NumberServerProcess&& other) noexcept;
  ~NumberServerProcess();

  Endpoint endpoint() const { return endpoint_; }

 private:
  NumberServerProcess() = default;

  Endpoint endpoint_;
  pid_t child_ = -1;
};

/// "-2345.125": the shortest text that reads back as the same number.
std::string write_number_answer(double sum);

}  // namespace atonce
