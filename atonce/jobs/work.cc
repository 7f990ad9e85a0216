#include "atonce/jobs/work.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

#include "atonce/compute/random_sum.h"
#include "atonce/model/escape.h"
#include "atonce/protocols/tls/message_digest.h"

namespace atonce {
namespace {

class SumWork final : public Work {
 public:
  SumWork(RandomKind kind, const Xoshiro256& stream, std::uint64_t samples) : sum_(kind, stream), samples_(samples) {}

  bool advance(std::uint64_t units) override {
    sum_.advance(std::min(units, samples_ - sum_.samples()));
    return sum_.samples() < samples_;
  }
  std::uint64_t done() const override { return sum_.samples(); }
  void tell(ComputedPart& part) const override { part.total = sum_.total(); }

 private:
  RandomSum sum_;
  std::uint64_t samples_;
};

/// Reads with pread(2): a forked worker shares the descriptor, and its place is its own.
class DigestWork final : public Work {
 public:
  explicit DigestWork(int descriptor) : descriptor_(descriptor) {}
  ~DigestWork() override { ::close(descriptor_); }
  DigestWork(const DigestWork&) = delete;

  bool advance(std::uint64_t units) override {
    while (units > 0) {
      const std::size_t piece = std::min<std::uint64_t>(units, buffer_.size());
      const ssize_t got = ::pread(descriptor_, buffer_.data(), piece, static_cast<off_t>(bytes_));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) error_ = errno;
      if (got <= 0) return false;
      digest_.add({buffer_.data(), static_cast<std::size_t>(got)});
      bytes_ += static_cast<std::uint64_t>(got);
      units -= static_cast<std::uint64_t>(got);
    }
    return true;
  }
  std::uint64_t done() const override { return bytes_; }
  void tell(ComputedPart& part) const override {
    part.error = error_;
    const std::string text = digest_.hexadecimal();
    std::copy_n(text.begin(), std::min(text.size(), part.digest.size() - 1), part.digest.begin());
  }

 private:
  int descriptor_;
  int error_ = 0;
  std::uint64_t bytes_ = 0;
  std::vector<std::byte> buffer_ = std::vector<std::byte>(65'536);
  MessageDigest digest_;
};

Parsed<std::unique_ptr<Work>> begin_digest(const std::string& path) {
  const auto refuse = [&](int error) {
    return complain_of(error, fmt::format("cannot read {}: {}", escape_for_terminal(path), std::strerror(error)));
  };
  // Without O_NONBLOCK a pipe without a writer would hold us here.
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) return refuse(errno);
  auto work = std::make_unique<DigestWork>(descriptor);
  struct stat about{};
  if (::fstat(descriptor, &about) != 0) return refuse(errno);
  if (S_ISDIR(about.st_mode)) return refuse(EISDIR);
  if (!S_ISREG(about.st_mode))
    return complain(fmt::format("{} is no file that can be read from its beginning", escape_for_terminal(path)));
  return work;
}

}  // namespace

Parsed<std::unique_ptr<Work>> begin_work(const WorkSpec& spec, std::uint64_t seed, std::uint32_t part,
                                         std::uint32_t parts) {
  if (spec.kind == WorkKind::sha256) return begin_digest(spec.file);
  const RandomKind kind = spec.kind == WorkKind::uniform ? RandomKind::uniform : RandomKind::normal;
  const std::uint64_t share = spec.samples / parts + (part < spec.samples % parts ? 1 : 0);
  return std::make_unique<SumWork>(kind, stream_of(seed, part), share);
}

}  // namespace atonce
