#include "atonce/reports/trace.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>

#include "atonce/model/escape.h"

namespace atonce {
namespace {

std::string quoted(std::string_view text) {
  using Json = nlohmann::json;
  return Json(escape_for_terminal(text)).dump(-1, ' ', true, Json::error_handler_t::replace);
}

/// Microseconds to the nanosecond, exactly: slices that touch must not overlap.
std::string in_microseconds(Duration length) {
  return fmt::format("{}.{:03}", length.count() / 1'000, length.count() % 1'000);
}

/// The events of one recording after another.
class Trace {
 public:
  explicit Trace(Duration shift) : shift_(shift) {}

  void add(std::size_t process, const NamedRecording& named) {
    process_ = process;
    name("process_name", 0, named.name);
    event("\"ph\":\"M\",\"name\":\"process_sort_index\",\"tid\":0,\"args\":{{\"sort_index\":{}}}", process);
    std::size_t thread = 0;
    for (const RecordedJob& job : named.recording->all_jobs()) add_job(++thread, job);
    add_counters(*named.recording);
  }
  std::string finish() { return "{\"displayTimeUnit\":\"ms\",\"traceEvents\":[\n" + events_ + "\n]}\n"; }

 private:
  template <class... Args>
  void event(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(events_), "{}{{\"pid\":{},", events_.empty() ? "" : ",\n", process_);
    fmt::format_to(std::back_inserter(events_), format, std::forward<Args>(args)...);
    events_ += '}';
  }

  void name(std::string_view what, std::size_t thread, std::string_view text) {
    event("\"ph\":\"M\",\"name\":\"{}\",\"tid\":{},\"args\":{{\"name\":{}}}", what, thread, quoted(text));
  }

  void add_job(std::size_t thread, const RecordedJob& job) {
    const std::string label = quoted(job.name());
    name("thread_name", thread, fmt::format("{} {}", job.index + 1, job.name()));
    event("\"ph\":\"M\",\"name\":\"thread_sort_index\",\"tid\":{},\"args\":{{\"sort_index\":{}}}", thread, thread);
    for (const RecordedJob::Part& part : job.all_parts())
      event(
          "\"ph\":\"X\",\"name\":\"{}\",\"cat\":\"phase\",\"tid\":{},\"ts\":{},\"dur\":{},"
          "\"args\":{{\"target\":{},\"verdict\":\"{}\"}}",
          all_phases[static_cast<std::size_t>(part.phase)].name, thread, in_microseconds(part.begin + shift_),
          in_microseconds(part.length), label, row_of(job.verdict).name);
  }

  void add_counters(const Recording& recording) {
    for (std::uint32_t i = 0; i < recording.bin_count; ++i) {
      const Duration begin = recording.bin * static_cast<std::int64_t>(i);
      const double width_s = seconds(std::min(recording.bin, recording.wall - begin));
      const double per_second = width_s > 0 ? static_cast<double>(recording.finished[i]) / width_s : 0;
      count("in flight", begin, static_cast<double>(recording.in_flight[i]));
      count("finished each second", begin, per_second);
    }
    count("in flight", recording.wall, 0);
    count("finished each second", recording.wall, 0);
  }

  void count(std::string_view what, Duration at, double value) {
    event("\"ph\":\"C\",\"name\":\"{}\",\"ts\":{},\"args\":{{\"jobs\":{:.3f}}}", what, in_microseconds(at + shift_),
          value);
  }

  Duration shift_;
  std::size_t process_ = 0;
  std::string events_;
};

}  // namespace

std::string write_trace(std::span<const NamedRecording> recordings) {
  // What was due before its recording began; a trace has no times below zero.
  Duration earliest{};
  for (const NamedRecording& named : recordings)
    for (const RecordedJob& job : named.recording->all_jobs())
      for (const RecordedJob::Part& part : job.all_parts()) earliest = std::min(earliest, part.begin);
  Trace trace(-earliest);
  std::size_t process = 0;
  for (const NamedRecording& named : recordings) trace.add(++process, named);
  return trace.finish();
}

}  // namespace atonce
