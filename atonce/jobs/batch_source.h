#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "atonce/jobs/hurl/batch.h"

namespace atonce {

/// Where a batch stands: a whole Hurl file, or some lines of JSON in a larger file. The list finds it, the job reads it
/// again: a batch of a million requests is never in two places at once, and crosses to another process as a line.
struct BatchSource {
  std::string path;
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;  ///< 0: a whole Hurl file
  std::uint64_t line = 1;   ///< of its first line, for messages

  bool is_hurl() const { return bytes == 0; }
};

/// "offset bytes line path".
std::string write_batch_source(const BatchSource& source);
std::optional<BatchSource> parse_batch_source(std::string_view text);

/// Whether a file is taken as Hurl: its name ends in ".hurl".
bool is_hurl_file(std::string_view path);

/// Reads a file that the batch at `batch` names: it lies in the batch's own folder, or below it, and no link leads out
/// of there. Source: openat2(2).
Parsed<std::string> read_beside(const std::string& batch, std::string_view path);

/// Reads a batch. Complains when the file is gone, cannot be read or is no batch (any more); one complaint names all
/// that is wrong with a Hurl file, a line each.
Parsed<hurl::Batch> load_batch(const BatchSource& source);

}  // namespace atonce
