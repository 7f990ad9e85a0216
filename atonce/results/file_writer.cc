#include "atonce/results/file_writer.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "atonce/model/escape.h"

namespace atonce {

Parsed<std::unique_ptr<FileWriter>> FileWriter::open(const std::string& path, Existing existing) {
  if (path == "-") return std::make_unique<FileWriter>(STDOUT_FILENO);
  const int how = existing == Existing::append ? O_APPEND : O_TRUNC;
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | how, 0666);
  const int error = descriptor < 0 ? errno : 0;
  if (error != 0)
    return complain_of(
        error, fmt::format("results cannot be written to \"{}\": {}", escape_for_terminal(path), std::strerror(error)));
  auto writer = std::make_unique<FileWriter>(descriptor);
  writer->owned_ = true;
  return writer;
}

FileWriter::~FileWriter() {
  (void)flush();
  if (owned_) close(descriptor_);
}

int FileWriter::append(std::string_view text, std::uint64_t rows) {
  if (error_ != 0) return error_;
  buffer_ += text;
  rows_taken_ += rows;
  boundaries_.push_back({buffer_.size(), rows});
  return buffer_.size() >= buffer_bytes ? flush() : 0;
}

int FileWriter::flush() {
  // A reader that has gone is noticed before there is anything for it: poll(2) tells of it unasked.
  pollfd reader{.fd = descriptor_, .events = 0, .revents = 0};
  if (error_ == 0 && poll(&reader, 1, 0) > 0 && (reader.revents & POLLERR) != 0) return fail(EPIPE, 0);
  if (error_ == 0 && first_ && !buffer_.empty())
    if (const int error = first_()) return fail(error, 0);
  std::size_t written = 0;
  while (error_ == 0 && written < buffer_.size()) {
    const ssize_t count = write(descriptor_, buffer_.data() + written, buffer_.size() - written);
    if (count >= 0) {
      written += static_cast<std::size_t>(count);
    } else if (errno == EAGAIN) {
      if (const int error = wait_writable()) return fail(error, written);
    } else if (errno != EINTR) {
      return fail(errno, written);
    }
  }
  if (error_ != 0) return error_;
  rows_safe_ = rows_taken_;
  buffer_.clear();
  boundaries_.clear();
  return 0;
}

/// Standard output shared with a program that made it non-blocking is waited for.
int FileWriter::wait_writable() const {
  pollfd writable{.fd = descriptor_, .events = POLLOUT, .revents = 0};
  while (poll(&writable, 1, -1) < 0)
    if (errno != EINTR) return errno;
  return 0;
}

int FileWriter::fail(int error, std::size_t written) {
  error_ = error;
  std::size_t whole = 0;
  for (const Boundary& boundary : boundaries_) {
    if (boundary.end > written) break;
    rows_safe_ += boundary.rows;
    whole = boundary.end;
  }
  if (written > whole) cut_partial_row(written - whole);
  buffer_.clear();
  boundaries_.clear();
  return error_;
}

/// Takes the last `bytes` bytes off a regular file, unless somebody else has written behind them.
void FileWriter::cut_partial_row(std::size_t bytes) const {
  struct stat status{};
  if (fstat(descriptor_, &status) != 0 || !S_ISREG(status.st_mode)) return;
  const off_t position = lseek(descriptor_, 0, SEEK_CUR);
  if (position != status.st_size || position < static_cast<off_t>(bytes)) return;
  const off_t whole = position - static_cast<off_t>(bytes);
  if (ftruncate(descriptor_, whole) == 0) lseek(descriptor_, whole, SEEK_SET);
}

bool FileWriter::starts_empty() const {
  struct stat status{};
  return fstat(descriptor_, &status) != 0 || !S_ISREG(status.st_mode) || status.st_size == 0;
}

bool FileWriter::is_watched() const {
  struct stat status{};
  if (fstat(descriptor_, &status) != 0) return false;
  return S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode) || isatty(descriptor_) == 1;
}

}  // namespace atonce
