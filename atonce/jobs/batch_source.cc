#include "atonce/jobs/batch_source.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>

#include "atonce/jobs/hurl/hurl_file.h"
#include "atonce/jobs/hurl/json_lines.h"
#include "atonce/model/escape.h"

namespace atonce {
namespace {

std::unexpected<Complaint> cannot_read(const std::string& path, int error) {
  return complain_of(error, fmt::format("{} cannot be read: {}", escape_for_terminal(path), std::strerror(error)));
}

/// At most `bytes_max` of an open file from `offset` on, and closes it. Errors: as read(2).
Result<std::string> read_and_close(int file, std::uint64_t offset, std::uint64_t bytes_max) {
  constexpr std::uint64_t piece_bytes = 64 << 10;
  std::string text;
  ssize_t got = 1;
  while (got > 0 && text.size() < bytes_max) {
    const std::size_t have = text.size();
    text.resize(have + std::min(piece_bytes, bytes_max - have));
    do got = pread(file, text.data() + have, text.size() - have, static_cast<off_t>(offset + have));
    while (got < 0 && errno == EINTR);
    text.resize(have + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  }
  const int error = errno;
  close(file);
  if (got < 0) return std::unexpected(Error{error});
  return text;
}

/// A file as a whole, which must not be larger than batches' files may be.
Parsed<std::string> read_whole(int file, const std::string& shown) {
  const std::uint64_t bytes_max = hurl::BatchLimits().file_bytes_max;
  auto text = read_and_close(file, 0, bytes_max + 1);
  if (text && text->size() > bytes_max) text = std::unexpected(Error{EFBIG});
  if (!text) return cannot_read(shown, text.error().code);
  return std::move(*text);
}

Parsed<std::string> read_part(const BatchSource& source) {
  const int file = ::open(source.path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) return cannot_read(source.path, errno);
  if (source.is_hurl()) return read_whole(file, source.path);
  auto text = read_and_close(file, source.offset, source.bytes);
  if (!text) return cannot_read(source.path, text.error().code);
  return std::move(*text);
}

std::string all_of(const std::vector<hurl::Finding>& findings, const std::string& path) {
  std::string text;
  for (const hurl::Finding& finding : findings) {
    if (!text.empty()) text += '\n';
    text += hurl::write_finding(path, finding);
  }
  return text;
}

Parsed<hurl::Batch> read_lines(std::string_view text, const BatchSource& source) {
  hurl::JsonLines lines(source.path, {}, source.line - 1);
  std::optional<hurl::Batch> batch;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    if (auto found = lines.add(text.substr(0, end))) batch = std::move(found);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  if (auto found = lines.finish()) batch = std::move(found);
  if (!batch) return complain(fmt::format("{} has changed since it was read", escape_for_terminal(source.path)));
  return std::move(*batch);
}

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
}

template <class Number>
bool take_number(std::string_view& text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end == text.data() + text.size() || *end != ' ') return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()) + 1);
  return true;
}

}  // namespace

std::string write_batch_source(const BatchSource& source) {
  return fmt::format("{} {} {} {}", source.offset, source.bytes, source.line, source.path);
}

std::optional<BatchSource> parse_batch_source(std::string_view text) {
  BatchSource source;
  if (!take_number(text, source.offset) || !take_number(text, source.bytes) || !take_number(text, source.line))
    return std::nullopt;
  source.path = text;
  return source;
}

Parsed<std::string> read_beside(const std::string& batch, std::string_view path) {
  const std::string name(path);
  const int folder = ::open(folder_of(batch).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return cannot_read(name, errno);
  open_how how{.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK, .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS};
  const long file = syscall(SYS_openat2, folder, name.c_str(), &how, sizeof how);
  const int error = errno;
  close(folder);
  if (file < 0) return cannot_read(name, error);
  return read_whole(static_cast<int>(file), name);
}

bool is_hurl_file(std::string_view path) { return path.ends_with(".hurl"); }

Parsed<hurl::Batch> load_batch(const BatchSource& source) {
  const Parsed<std::string> text = read_part(source);
  if (!text) return std::unexpected(text.error());
  if (!source.is_hurl()) return read_lines(*text, source);
  auto batch = hurl::parse_hurl(*text, source.path);
  if (!batch) return complain(all_of(batch.error(), source.path));
  return std::move(*batch);
}

}  // namespace atonce
