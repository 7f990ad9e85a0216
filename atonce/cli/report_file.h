#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "atonce/results/file_writer.h"

namespace atonce {

/// A file that stands in its place only when it is whole: until then it has no name, or where the file system cannot do
/// that, one of its own beside it ("NAME.1f3a...part"), which goes with this object. What is no regular file (a pipe,
/// /dev/stdout) is written as it is. Source: open(2), O_TMPFILE.
class ReportFile {
 public:
  /// Complains, with the name, of what keeps it from being written.
  static Parsed<std::unique_ptr<ReportFile>> open(const std::string& path);
  ~ReportFile();
  ReportFile(const ReportFile&) = delete;
  ReportFile& operator=(const ReportFile&) = delete;

  /// An error stays with the file, and `finish` tells it.
  void append(std::string_view text) { (void)writer_->append_lines(text); }
  /// Brings it to the disk and into its place. Returns 0 or an errno. Source: rename(2), fdatasync(2).
  int finish();
  const std::string& path() const { return path_; }

 private:
  explicit ReportFile(std::string path) : path_(std::move(path)) {}

  // Each returns 0 or an errno.
  int open_beside();
  int give_name();

  std::string path_;
  std::string part_;      ///< empty where it has no name, or stands in its place
  bool in_parts_ = true;  ///< false: written as it is
  int descriptor_ = -1;
  std::unique_ptr<FileWriter> writer_;
};

/// Whether writing both would leave one: the same regular file, or the same place where none is yet. "-" is standard
/// output; an empty name is nothing.
bool is_same_file(const std::string& one, const std::string& other);

/// "The report "NAME" cannot be written: ...".
Complaint report_trouble(const std::string& path, int error);

}  // namespace atonce
