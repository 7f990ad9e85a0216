#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

#include "atonce/model/duration.h"
#include "atonce/model/result.h"
#include "atonce/runtime/owned_descriptor.h"

namespace atonce {

/// What is written of a request.
struct RequestLogRow {
  std::uint64_t connection = 0;  ///< from 1 on, in the order of acceptance
  std::uint64_t request = 0;     ///< from 1 on, on its connection
  Instant begun{};               ///< its last byte had come
  Instant ended{};               ///< the last byte of its answer was handed to the kernel
  std::string_view method, target;
  std::string_view host;
  std::string_view batch;  ///< the field X-Batch, by which a client tells its batches apart
  std::uint16_t status = 0;
  std::uint64_t body_bytes = 0;  ///< of the request
};

/// One line of JSON for each request, as it ended: to prove in which order things were asked and answered. Lines go out
/// together, when there are many or when the log ends. Several loops may share it.
class RequestLog {
 public:
  /// Appends to the file. `at_once`: each line goes out by itself, for a log that nobody ends.
  static Parsed<RequestLog> open(const std::string& path, bool at_once = false);
  int descriptor() const { return file_.get(); }
  RequestLog(RequestLog&& other) noexcept
      : file_(std::move(other.file_)), lines_(std::move(other.lines_)), at_once_(other.at_once_) {}
  ~RequestLog();

  void add(const RequestLogRow& row);
  /// False when the file takes no more.
  bool flush();
  bool failed() const { return failed_; }

 private:
  RequestLog(OwnedDescriptor file, bool at_once) : file_(std::move(file)), at_once_(at_once) {}
  void write_out();

  OwnedDescriptor file_;
  std::mutex mutex_;
  std::string lines_;
  bool at_once_ = false;
  bool failed_ = false;
};

}  // namespace atonce
