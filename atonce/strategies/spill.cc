#include "atonce/strategies/spill.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "atonce/strategies/nameless_file.h"
#include "atonce/strategies/wire.h"

namespace atonce {
namespace {

constexpr std::size_t buffer_bytes = 256 << 10;

}  // namespace

Spill::~Spill() {
  if (file_ >= 0) close(file_);
}

Spill::Spill(Spill&& other) noexcept { *this = std::move(other); }

Spill& Spill::operator=(Spill&& other) noexcept {
  std::swap(file_, other.file_);
  std::swap(unwritten_, other.unwritten_);
  std::swap(unread_, other.unread_);
  std::swap(unread_at_, other.unread_at_);
  std::swap(read_offset_, other.read_offset_);
  std::swap(write_offset_, other.write_offset_);
  std::swap(pushed_, other.pushed_);
  std::swap(popped_, other.popped_);
  std::swap(error_, other.error_);
  return *this;
}

int Spill::open_file() {
  Result<OwnedDescriptor> file = make_nameless_file();
  if (!file) return file.error().code;
  file_ = file->release();
  return 0;
}

int Spill::push(const Unsettled& unsettled) {
  if (error_ != 0) return error_;
  const std::size_t begin = unwritten_.size();
  unwritten_.append(sizeof(std::uint32_t), '\0');
  unwritten_ += static_cast<char>(unsettled.counted);
  write_outcome(unsettled.outcome, unwritten_);
  const auto bytes = static_cast<std::uint32_t>(unwritten_.size() - begin - sizeof(std::uint32_t));
  std::memcpy(unwritten_.data() + begin, &bytes, sizeof bytes);
  ++pushed_;
  return unwritten_.size() >= buffer_bytes ? write_out() : 0;
}

int Spill::write_out() {
  if (file_ < 0 && (error_ = open_file()) != 0) return error_;
  std::size_t written = 0;
  while (written < unwritten_.size()) {
    const ssize_t count = pwrite(file_, unwritten_.data() + written, unwritten_.size() - written, write_offset_);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return error_ = errno;
    written += static_cast<std::size_t>(count);
    write_offset_ += count;
  }
  unwritten_.clear();
  return 0;
}

/// Makes `wanted` bytes ready to be read: from the file, or, when all of that was read, from what was never written.
bool Spill::read_more(std::size_t wanted) {
  while (unread_.size() - unread_at_ < wanted) {
    unread_.erase(0, std::exchange(unread_at_, 0));
    if (read_offset_ == write_offset_) {
      if (unwritten_.empty()) return false;
      unread_ += std::exchange(unwritten_, {});
      continue;
    }
    const std::size_t had = unread_.size();
    unread_.resize(had + buffer_bytes);
    const ssize_t count = pread(file_, unread_.data() + had, buffer_bytes, read_offset_);
    unread_.resize(had + (count > 0 ? static_cast<std::size_t>(count) : 0));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) {
      error_ = count < 0 ? errno : EIO;
      return false;
    }
    read_offset_ += count;
  }
  return true;
}

std::optional<Unsettled> Spill::pop() {
  std::uint32_t bytes = 0;
  if (size() == 0 || !read_more(sizeof bytes)) return std::nullopt;
  std::memcpy(&bytes, unread_.data() + unread_at_, sizeof bytes);
  if (!read_more(sizeof bytes + bytes)) return std::nullopt;
  std::string_view record(unread_.data() + unread_at_ + sizeof bytes, bytes);
  unread_at_ += sizeof bytes + bytes;
  ++popped_;
  const auto counted = static_cast<std::uint8_t>(record.front());
  record.remove_prefix(1);
  std::optional<Outcome> outcome = read_outcome(record);
  if (!outcome) {
    error_ = EIO;
    return std::nullopt;
  }
  return Unsettled{std::move(*outcome), counted};
}

}  // namespace atonce
