#include "atonce/results/keeper.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "atonce/model/escape.h"
#include "atonce/results/formats.h"
#include "atonce/results/journal_reader.h"
#include "atonce/results/run_files.h"

namespace atonce {

Keeper::Keeper(std::unique_ptr<RunFiles> files) : files_(std::move(files)) {}
Keeper::~Keeper() = default;

Parsed<std::unique_ptr<Keeper>> Keeper::start(RunFolder& folder, const Plan& plan, KeeperPace pace) {
  Parsed<std::unique_ptr<Keeper>> keeper = try_start(folder, plan, std::move(pace));
  if (!keeper) folder.abandon();
  return keeper;
}

Parsed<std::unique_ptr<Keeper>> Keeper::try_start(RunFolder& folder, const Plan& plan, KeeperPace pace) {
  auto files = std::make_unique<RunFiles>(folder, plan, std::move(pace));
  if (const auto made = files->make_outputs(); !made) return std::unexpected(made.error());
  const std::string path = folder.file(journal_name);
  JournalVisitor nobody;
  const JournalReport report = read_journal(folder.storage(), path, nobody);
  if (!report.readable()) return complain_of(report.error, describe(report, path));
  auto journal = JournalWriter::carry_on(folder.storage(), path, report.end);
  if (!journal)
    return complain_of(journal.error().code, fmt::format("\"{}\" cannot be written: {}", escape_for_terminal(path),
                                                         std::strerror(journal.error().code)));
  if (const auto started = files->start_fresh(); !started) return std::unexpected(started.error());
  if (const auto begun = files->begin_session(std::move(*journal), "started", {}); !begun)
    return std::unexpected(begun.error());
  return std::unique_ptr<Keeper>(new Keeper(std::move(files)));
}

void Keeper::also_to(OutcomeSink& stream) { files_->also_to(stream); }

void Keeper::start(const Target& target) {
  for (OutcomeSink* stream : files_->streams()) stream->start(target);
}

bool Keeper::wants_starts() const {
  return std::ranges::any_of(files_->streams(), [](const OutcomeSink* stream) { return stream->wants_starts(); });
}

int Keeper::add(const Outcome& outcome) { return files_->add(outcome); }
int Keeper::tried(const Outcome& outcome) { return files_->tried(outcome); }
int Keeper::flush() { return files_->flush(); }
int Keeper::secure() { return files_->secure(); }
std::size_t Keeper::held() const { return files_->held(); }
int Keeper::close(bool complete) { return files_->close(complete); }
std::uint64_t Keeper::records_safe() const { return files_->records_safe(); }
std::string Keeper::trouble() const { return files_->trouble(); }

}  // namespace atonce
