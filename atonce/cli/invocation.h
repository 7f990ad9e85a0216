#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "atonce/model/comparison.h"
#include "atonce/model/plan.h"

namespace atonce {

enum class Command : std::uint8_t {
  probe,
  fetch,
  batch,
  overlap,
  write,
  compare,
  resume,
  runs,
  show,
  diff,
  report,
  world,
  serve,
  doctor,
  completion,
  man,
  help,
  version
};

/// What `atonce world` is asked for: at most one of names, truth and program; none of them: serve until stopped.
struct WorldRequest {
  std::string spec;                    ///< the profile and its changes; empty: the default world
  std::optional<std::uint64_t> names;  ///< `--names`: print so many ranked names
  bool urls = false;                   ///< `--urls`: the list of `--truth` is one of URLs
  std::string truth;                   ///< `--truth`: the list to print the expected verdicts of; empty: none
  std::vector<std::string> program;    ///< after `--`: run inside the world
};

/// The words of `-H` and `-d`, in order: some name files, which are read only when a run starts.
struct RequestWords {
  std::vector<std::string> fields;  ///< "Name: value", "Name;", "Name:", "@file"
  struct Data {
    std::string word;  ///< the bytes, or "@file"
    bool binary;       ///< `--data-binary`: a file is taken as it is
  };
  std::vector<Data> data;
};

/// What `atonce serve` is asked for.
struct ServeRequest {
  std::vector<Endpoint> listen;  ///< `--listen`, each time; empty: 127.0.0.1:8080
  bool tls = false;
  std::string authority;               ///< `--authority`: where its certificate is written; empty: to a temporary file
  std::string log;                     ///< `--log`; empty: none
  std::vector<Endpoint> numbers;       ///< `--numbers`, each time: where a number server listens
  std::uint64_t samples = 10'000'000;  ///< `--samples`: that it sums for each connection
};

/// What `resume`, `show` and `diff` are asked for.
struct RunRequest {
  std::string folder;
  std::string other;   ///< the second one of `diff`
  std::string target;  ///< `show --target`; empty: the summary
  std::vector<std::string>
      changes;  ///< the options given to `resume`, to stand after those that the run was started with
};

/// What `report` is asked for.
struct ReportRequest {
  std::vector<std::string> sources;  ///< folders of runs, and files with what `compare --json` printed; "-" is stdin
  std::string page;                  ///< `-o`; empty: standard output
  std::string trace;                 ///< `--trace`; empty: none
};

/// `--peer NAME=COMMAND`: another program to do the same work.
struct PeerChoice {
  std::string name;
  std::string command;  ///< for sh -c
};

enum class ReportFormat : std::uint8_t { table, json, markdown };

/// What `atonce compare` is asked for, beside its job.
struct CompareRequest {
  ReportFormat format = ReportFormat::table;
  unsigned warm_ups = 1;  ///< `--warmup`: rounds that do not count
  std::vector<PeerChoice> peers;
  std::optional<Duration> peer_timeout;  ///< `--peer-timeout`; empty: it follows the strategies
  std::vector<Threshold> thresholds;
};

/// The command line, understood: which command, and everything it is asked to do.
struct Invocation {
  Command command = Command::help;
  Plan plan;
  CompareRequest compare;
  bool json = false;  ///< `doctor`, `runs` and `diff` with `--json`
  RequestWords request;
  WorldRequest world;
  ServeRequest serve;
  RunRequest run;
  ReportRequest pages;
  bool clean = false;              ///< `write --clean`: takes away what the run of `run` made
  std::vector<std::string> words;  ///< the command line itself, from the command on; secrets as "***"
  std::string topic;               ///< `help COMMAND`, or `completion SHELL`
};

}  // namespace atonce
