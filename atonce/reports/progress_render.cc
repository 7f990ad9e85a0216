#include "atonce/reports/progress_render.h"

#include <fmt/format.h>

#include <algorithm>

#include "atonce/reports/text.h"

namespace atonce {
namespace {

/// Lateness that an honest time-out would not notice.
constexpr Duration lateness_shown = std::chrono::milliseconds(20);

/// A piece of a line that is not broken.
struct Piece {
  std::string text;
  Colour colour = Colour::none;
};

/// Fills lines with pieces, two spaces apart; a piece too long for a line of its own is cut.
std::vector<std::string> fill(const std::vector<Piece>& pieces, std::size_t width, bool colour) {
  std::vector<std::string> lines;
  std::size_t used = 0;
  for (const Piece& piece : pieces) {
    const std::string text = piece.text.substr(0, width);
    const bool fits = !lines.empty() && used + 2 + text.size() <= width;
    if (fits) {
      lines.back() += "  ";
      used += 2;
    } else {
      lines.emplace_back();
      used = 0;
    }
    lines.back() += colour ? painted(text, piece.colour) : text;
    used += text.size();
  }
  return lines;
}

double share_done(const ProgressSnapshot& snapshot) {
  if (!snapshot.total || *snapshot.total == 0) return 0;
  return std::min(1.0, static_cast<double>(snapshot.done) / static_cast<double>(*snapshot.total));
}

std::string done_of_total(const ProgressSnapshot& snapshot) {
  if (!snapshot.total) return grouped(snapshot.done) + " done";
  const std::string_view about = snapshot.total_estimated ? "about " : "";
  // An unfinished run is never shown as 100 %: nothing is more annoying to wait for.
  const bool all = snapshot.done >= *snapshot.total && !snapshot.total_estimated;
  const int whole = all ? 100 : std::min(99, static_cast<int>(100 * share_done(snapshot)));
  return fmt::format("{} of {}{} ({} %)", grouped(snapshot.done), about, grouped(*snapshot.total), whole);
}

std::string bar(const ProgressSnapshot& snapshot, std::size_t width) {
  const std::size_t inner = width - 2;
  const auto filled = static_cast<std::size_t>(share_done(snapshot) * static_cast<double>(inner));
  return fmt::format("[{}{}]", std::string(filled, '='), std::string(inner - filled, ' '));
}

std::string time_left(const ProgressSnapshot& snapshot) {
  if (snapshot.stopping) return "stopping: waiting for what is in flight";
  if (!snapshot.left) return fmt::format("{} so far", write_duration(snapshot.elapsed));
  const auto [from, to] = *snapshot.left;
  const std::string low = write_duration(from), high = write_duration(to);
  return low == high ? fmt::format("about {} left", low) : fmt::format("{} to {} left", low, high);
}

std::vector<Piece> verdict_pieces(const ProgressSnapshot& snapshot) {
  std::vector<Piece> pieces;
  for (const VerdictRow& row : all_verdicts) {
    const std::uint64_t count = snapshot.by_verdict[static_cast<std::size_t>(row.verdict)];
    if (count > 0) pieces.push_back({fmt::format("{} {}", row.name, grouped(count)), colour_of(row.verdict)});
  }
  return pieces;
}

/// "2xx 900, 4xx 12".
std::vector<Piece> exchange_pieces(const ProgressSnapshot& snapshot) {
  std::vector<Piece> pieces;
  if (std::string statuses = status_counts(snapshot.by_status); !statuses.empty())
    pieces.push_back({std::move(statuses)});
  if (snapshot.bytes > 0) pieces.push_back({write_bytes(snapshot.bytes) + " received"});
  return pieces;
}

/// "second lap: 3,000 of 16,384".
std::vector<Piece> trust_pieces(const ProgressSnapshot& snapshot) {
  std::vector<Piece> pieces;
  const LapProgress& lap = snapshot.lap;
  if (lap.number > 1) {
    const std::string name = lap.number == 2 ? "second lap" : fmt::format("lap {}", lap.number);
    pieces.push_back({fmt::format("{}: {} of {}", name, grouped(lap.done), grouped(lap.total)), Colour::bold});
  } else if (lap.total > 0) {
    pieces.push_back({fmt::format("to try again: {}", grouped(lap.total)), Colour::yellow});
  }
  if (snapshot.unsure > 0) pieces.push_back({fmt::format("unsure {}", grouped(snapshot.unsure)), Colour::yellow});
  if (snapshot.rate_allowed > 0) pieces.push_back({fmt::format("auto {}", write_rate(snapshot.rate_allowed))});
  return pieces;
}

/// What went wrong on our own side: never hidden among the targets' verdicts.
std::vector<Piece> own_pieces(const ProgressSnapshot& snapshot) {
  std::vector<Piece> pieces;
  if (snapshot.shortages > 0)
    pieces.push_back({fmt::format("ours: {} waited out",
                                  grouped(snapshot.shortages) + (snapshot.shortages == 1 ? " shortage" : " shortages")),
                      Colour::red});
  if (snapshot.drops > 0)
    pieces.push_back(
        {fmt::format("ours: {} {} dropped", grouped(snapshot.drops), snapshot.drops == 1 ? "packet" : "packets"),
         Colour::red});
  if (snapshot.lateness >= lateness_shown)
    pieces.push_back({fmt::format("ours: loop late by {}", write_duration(snapshot.lateness)), Colour::red});
  return pieces;
}

void append(std::vector<std::string>& lines, std::vector<std::string> more) {
  lines.insert(lines.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

}  // namespace

std::size_t columns_of(std::string_view line) {
  std::size_t columns = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] != '\x1b') {
      ++columns;
      continue;
    }
    const std::size_t end = line.find('m', i);
    if (end == line.npos) break;
    i = end;
  }
  return columns;
}

std::vector<std::string> render_progress(const ProgressSnapshot& snapshot, std::size_t width, bool colour) {
  constexpr std::size_t narrowest = 20, bar_narrowest = 10, bar_widest = 40;
  width = std::max(width, narrowest);
  std::vector<Piece> head{{done_of_total(snapshot), Colour::bold}};
  const std::size_t taken = head[0].text.size() + 2;
  if (snapshot.total && taken + bar_narrowest <= width)
    head.push_back({bar(snapshot, std::min(width - taken, bar_widest)), Colour::none});
  std::vector<std::string> lines = fill(head, width, colour);
  append(lines, fill({{fmt::format("{} now", write_rate(snapshot.rate_now))},
                      {fmt::format("{} average", write_rate(snapshot.rate_average))},
                      {fmt::format("{} in flight", grouped(snapshot.in_flight))},
                      {time_left(snapshot)}},
                     width, colour));
  append(lines, fill(verdict_pieces(snapshot), width, colour));
  append(lines, fill(exchange_pieces(snapshot), width, colour));
  append(lines, fill(trust_pieces(snapshot), width, colour));
  append(lines, fill(own_pieces(snapshot), width, colour));
  return lines;
}

std::string render_progress_line(const ProgressSnapshot& snapshot) {
  std::vector<std::string> parts{done_of_total(snapshot), write_rate(snapshot.rate_now),
                                 fmt::format("{} in flight", grouped(snapshot.in_flight)), time_left(snapshot)};
  for (const Piece& piece : verdict_pieces(snapshot)) parts.push_back(piece.text);
  for (const Piece& piece : exchange_pieces(snapshot)) parts.push_back(piece.text);
  for (const Piece& piece : trust_pieces(snapshot)) parts.push_back(piece.text);
  for (const Piece& piece : own_pieces(snapshot)) parts.push_back(piece.text);
  return fmt::format("{}", fmt::join(parts, ", "));
}

}  // namespace atonce
