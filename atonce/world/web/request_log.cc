#include "atonce/world/web/request_log.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <iterator>

#include "atonce/world/web/json.h"

namespace atonce {
namespace {

constexpr std::size_t chunk_bytes = 64 * 1024;

double seconds_of(Instant instant) { return seconds(instant.time_since_epoch()); }

}  // namespace

Parsed<RequestLog> RequestLog::open(const std::string& path, bool at_once) {
  OwnedDescriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
  if (!file) return complain_of(errno, fmt::format("the log {} cannot be written: {}", path, std::strerror(errno)));
  return RequestLog(std::move(file), at_once);
}

RequestLog::~RequestLog() {
  if (file_) write_out();
}

void RequestLog::add(const RequestLogRow& row) {
  const std::scoped_lock lock(mutex_);
  fmt::format_to(std::back_inserter(lines_),
                 "{{\"connection\":{},\"request\":{},\"begun\":{:.9f},\"ended\":{:.9f},\"method\":{},\"target\":{},"
                 "\"host\":{},\"batch\":{},\"status\":{},\"body_bytes\":{}}}\n",
                 row.connection, row.request, seconds_of(row.begun), seconds_of(row.ended), write_json(row.method),
                 write_json(row.target), write_json(row.host), row.batch.empty() ? "null" : write_json(row.batch),
                 row.status, row.body_bytes);
  if (at_once_ || lines_.size() >= chunk_bytes) write_out();
}

bool RequestLog::flush() {
  const std::scoped_lock lock(mutex_);
  write_out();
  return !failed_;
}

void RequestLog::write_out() {
  for (std::size_t at = 0; at < lines_.size() && !failed_;) {
    const ssize_t size = ::write(file_.get(), lines_.data() + at, lines_.size() - at);
    if (size > 0) at += static_cast<std::size_t>(size);
    failed_ = size < 0 && errno != EINTR;
  }
  lines_.clear();
}

}  // namespace atonce
