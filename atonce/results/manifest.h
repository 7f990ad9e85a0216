#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "atonce/model/plan.h"
#include "atonce/model/result.h"

namespace atonce {

/// Of the run folder. A new number when an older atonce would misread what a newer one wrote.
inline constexpr unsigned run_folder_format = 1;

/// Something that was asked for and changes verdicts or outputs: an option as it is written, and its value.
struct PlanField {
  std::string option;
  std::string value;

  friend bool operator==(const PlanField&, const PlanField&) = default;
};

/// Everything in `plan` that changes verdicts or outputs, in one fixed order. Not how fast or by which means: pacing,
/// strategy, engine, verbosity; nor the list, which is known by its digest.
std::vector<PlanField> plan_fields(const Plan& plan);

/// The part of them that a fetch alone has; secrets are told of as given or not.
std::vector<PlanField> fetch_fields(const Plan& plan);
/// Those of `fields` that mean something to a write, and what it has beside them.
std::vector<PlanField> write_fields(const Plan& plan, const std::vector<PlanField>& fields);
/// What a batch has beside that.
std::vector<PlanField> batch_fields(const Plan& plan);

/// By what a list is known again: not by its name, since it may have moved.
struct InputMark {
  std::string path;                  ///< absolute; empty where the targets stood on the command line
  std::vector<std::string> targets;  ///< of the command line, instead of a list
  std::uint64_t bytes = 0;
  std::string digest;  ///< XXH3-128 of its bytes, in hexadecimal

  friend bool operator==(const InputMark&, const InputMark&) = default;
};

/// Reads the whole list once. Complains when it cannot be read, or is no regular file: standard input is adopted by the
/// run folder first.
Parsed<InputMark> mark_input(const InputOptions& input);

/// A file that the run writes rows to.
struct OutputPlace {
  ResultFormat format = ResultFormat::jsonl;
  std::string path;  ///< absolute, or a bare name in the run folder

  friend bool operator==(const OutputPlace&, const OutputPlace&) = default;
};

/// The files that `plan` asks for: results.jsonl in the folder unless the format is none, results.csv or results.sqlite
/// beside it where that format goes to standard output, and the file of `-o`.
std::vector<OutputPlace> output_places(const Plan& plan);

/// The rows also go to where they cannot be taken back: standard output, or a pipe or device named by `-o`.
bool has_stream_output(const Plan& plan);

/// What a run folder was made for.
struct Manifest {
  unsigned format = run_folder_format;
  std::string version;                 ///< of atonce
  std::string run_id;                  ///< 32 hexadecimal digits: the journal has the same
  std::string created;                 ///< UTC, as 2026-05-01T09:30:00Z
  std::vector<std::string> arguments;  ///< of the command, without its own name
  std::string working_directory;       ///< where they were given
  std::uint64_t seed = 0;              ///< as it was drawn
  std::vector<PlanField> plan;
  InputMark input;
  std::vector<OutputPlace> outputs;

  friend bool operator==(const Manifest&, const Manifest&) = default;
};

/// A manifest for a run that starts now, with a new id.
Manifest make_manifest(const Plan& plan, InputMark input, std::vector<std::string> arguments);

/// JSON, readable. Bytes of arguments that are not UTF-8 survive: see docs/runs.md.
std::string write_manifest(const Manifest& manifest);
/// Complains of a newer format, and of text that is no manifest. `path` is for the message.
Parsed<Manifest> parse_manifest(std::string_view text, const std::string& path);

/// Complains, naming what differs, when the list is not the one the run began with.
Parsed<void> check_same_input(const Manifest& manifest, const InputMark& now);
/// Complains, naming the first option that differs, when another plan is asked for than the run began with. A seed that
/// was not given differs from none.
Parsed<void> check_same_plan(const Manifest& manifest, const Plan& now);

}  // namespace atonce
