#include "atonce/jobs/batch_source.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/openat2.h>
#include <sys/stat.h>
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

/// `bytes` of a file from `offset` on; all of it when `bytes` is 0.
Parsed<std::string> read_part(const BatchSource& source) {
  const int file = ::open(source.path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) return cannot_read(source.path, errno);
  const hurl::BatchLimits limits;
  struct stat status{};
  std::uint64_t size = source.bytes;
  if (fstat(file, &status) == 0 && S_ISDIR(status.st_mode)) errno = EISDIR, size = 0;
  if (S_ISDIR(status.st_mode)) {
    close(file);
    return cannot_read(source.path, EISDIR);
  }
  if (source.is_hurl()) size = static_cast<std::uint64_t>(status.st_size);
  if (size > std::max(limits.file_bytes_max, limits.batch_bytes_max)) {
    close(file);
    return complain(fmt::format("{} is too long for a batch: {} bytes", escape_for_terminal(source.path), size));
  }
  std::string text(size, '\0');
  std::size_t have = 0;
  while (have < size) {
    const ssize_t got = pread(file, text.data() + have, size - have, static_cast<off_t>(source.offset + have));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    have += static_cast<std::size_t>(got);
  }
  close(file);
  text.resize(have);
  return text;
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
  const auto cannot = [&](int error) {
    return complain_of(error, fmt::format("{} cannot be read: {}", escape_for_terminal(name), std::strerror(error)));
  };
  const int folder = ::open(folder_of(batch).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return cannot(errno);
  open_how how{.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK, .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS};
  const long file = syscall(SYS_openat2, folder, name.c_str(), &how, sizeof how);
  const int error = errno;
  close(folder);
  if (file < 0) return cannot(error);
  std::string text;
  char part[16 << 10];
  ssize_t got = 0;
  const hurl::BatchLimits limits;
  while ((got = read(static_cast<int>(file), part, sizeof part)) > 0 && text.size() <= limits.file_bytes_max)
    text.append(part, static_cast<std::size_t>(got));
  const int failed = got < 0 ? errno : text.size() > limits.file_bytes_max ? EFBIG : 0;
  close(static_cast<int>(file));
  if (failed != 0) return cannot(failed);
  return text;
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
