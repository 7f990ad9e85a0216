#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "atonce/jobs/files/file_comparer.h"
#include "atonce/jobs/files/file_content.h"
#include "atonce/jobs/files/write_setting.h"
#include "atonce/model/outcome.h"

namespace atonce {

/// Writes files below a folder, and says what came of each. One thread uses it at a time; every call may block.
class TreeWriter {
 public:
  /// `setting` outlives it.
  explicit TreeWriter(const WriteSetting& setting);

  /// Writes the file of each target, one after the other, and fills in verdict, error, tries and times. Where files are
  /// to be on the disk before their verdict is told, all of the group are written first and waited for then: the disk
  /// has one wait for many.
  void write(std::span<Outcome> group);

 private:
  struct Placed {
    Verdict verdict = Verdict::written;
    int error = 0;
  };
  /// A file that is written and not yet on the disk.
  struct Unsynced {
    Outcome* outcome;
    OwnedDescriptor file;
  };

  void write_one(Outcome& outcome);
  Placed place(const Target& target, const FileSource& source);
  Placed put_folder(const char* name, const Target& target, const FileSource& source);
  Placed put_file(const char* name, const Target& target, const FileSource& source);
  Placed meet_what_is_there(const char* name, const Target& target, const FileSource& source, bool ours);
  /// Each 0 or an errno.
  int enter_folder_of(const Target& target);
  int create_in_place(const char* name, const Target& target, const FileSource& source);
  int create_beside(const char* name, const Target& target, const FileSource& source, bool replaces);
  int fill(int file, const Target& target, const FileSource& source);
  /// Whether this target's file may be one that an earlier session of this run began; notes that it is begun.
  bool was_begun(const char* name, const Target& target, bool& is_there);

  void sync_group(std::span<Outcome> group);
  void verify(Outcome& outcome);
  bool is_sample(const Outcome& outcome) const;
  int folder() const { return folder_ ? folder_.get() : setting_.root.descriptor(); }

  const WriteSetting& setting_;
  FileContent content_;
  FileComparer comparer_;
  OwnedDescriptor folder_;   ///< the one that is written to; none: the root
  std::string folder_path_;  ///< below the root
  std::vector<Unsynced> unsynced_;
};

/// What an errno of a file's making says: ENOSPC is `no_space`.
Verdict verdict_of_write(int error);

}  // namespace atonce
