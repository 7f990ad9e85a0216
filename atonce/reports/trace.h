#pragma once

#include <span>
#include <string>

#include "atonce/model/recording.h"

namespace atonce {

/// A recording, as a person calls it: "async:80".
struct NamedRecording {
  std::string name;
  const Recording* recording = nullptr;  ///< never null
};

/// The recordings as a trace for Perfetto (ui.perfetto.dev) and chrome://tracing: each is a process, each job of its
/// sample a thread with its phases as slices, and two counters tell how many were in flight and how many ended each
/// second. All begin at the same instant, so that they lie beside each other. Text is escaped for people.
///
/// Source: Trace Event Format (Google), JSON object format; times in microseconds.
std::string write_trace(std::span<const NamedRecording> recordings);

}  // namespace atonce
