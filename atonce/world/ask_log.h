#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "atonce/model/result.h"
#include "atonce/runtime/owned_descriptor.h"

namespace atonce {

/// The world's own log of what it was asked, to prove how often each host was really tried: for each question to the
/// resolver a line "dns NAME TYPE", for each SYN on the TUN ground a line "syn ADDRESS PORT". The connections of the
/// loopback ground are answered by the kernel, which tells nobody.
///
/// Lines are appended, so several worlds may share a file. One thread; another one opens a log of its own.
class AskLog {
 public:
  /// A log that takes nothing where `path` is empty.
  static Parsed<AskLog> open(const std::string& path);

  bool wanted() const { return static_cast<bool>(file_); }
  int descriptor() const { return file_.get(); }

  /// A DNS message, as it came; what has no question in it is not written.
  void add_question(std::span<const std::uint8_t> message);
  /// An IPv4 packet with a SYN in it.
  void add_syn(std::span<const std::uint8_t> packet);
  /// Writes the lines so far: once a turn of the loop that asks for them.
  void flush();

 private:
  OwnedDescriptor file_;
  std::string lines_;
};

}  // namespace atonce
