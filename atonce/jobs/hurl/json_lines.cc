#include "atonce/jobs/hurl/json_lines.h"

#include <fmt/format.h>

#include <span>

#include "atonce/jobs/hurl/json_request.h"
#include "atonce/jobs/hurl/seen_names.h"
#include "atonce/jobs/hurl/text.h"
#include "atonce/model/escape.h"

namespace atonce::hurl {
namespace {

std::string shown(std::string_view name) { return escape_for_terminal(cut_at_character(name, 100)); }

bool is_white(std::string_view line) { return line.find_first_not_of(" \t\r") == line.npos; }

}  // namespace

struct JsonLines::State {
  State(std::string where, const BatchLimits& given) : source(std::move(where)), limits(given), reader(given) {}

  std::optional<Batch> add(std::string_view text, bool too_long) {
    ++line;
    if (!too_long && is_white(text)) return std::nullopt;
    JsonRequest request =
        !too_long && text.size() <= limits.line_bytes_max
            ? reader.read(text)
            : JsonRequest{.complaint = fmt::format("the line is longer than {} bytes", limits.line_bytes_max)};
    request.step.place = {static_cast<std::uint32_t>(std::min<std::uint64_t>(line, UINT32_MAX)), 1};
    if (request.step.response) request.step.response->status_place = request.step.place;
    if (!request.complaint.empty()) request.step.complaint = std::move(request.complaint);
    const bool unreadable = !request.step.complaint.empty() && !request.name;
    std::optional<Batch> done;
    if (!current || !(unreadable || (named && request.name == current->name))) {
      done = finish();
      begin(request);
    }
    if (unreadable) doubt = line;
    if (std::optional<Batch> full = put(std::move(request.step), text.size())) done = std::move(full);
    return done;
  }

  void begin(const JsonRequest& request) {
    current.emplace();
    current->source = source;
    named = request.name.has_value() && !request.name->empty();
    current->name = named ? *request.name : fmt::format("line {}", line);
    bytes = 0;
    if (named && !seen.add(current->name))
      current->complaint = fmt::format(
          "batch \"{}\" stood further up, too: lines of one batch must stand together, or its order were lost",
          shown(current->name));
    else if (doubt != 0)
      current->complaint =
          fmt::format("line {} could not be read, and may have been the first request of this batch", doubt);
    doubt = 0;
  }

  /// A batch that is too large to be held comes out in pieces, none of which is run. One line is never too large, for
  /// lines have a bound of their own: so no piece comes out with a line that began a batch.
  std::optional<Batch> put(Step step, std::size_t size) {
    Batch& batch = *current;
    if (!step.complaint.empty() && batch.complaint.empty())
      batch.complaint = fmt::format("line {}: {}", line, step.complaint);
    bytes += size + sizeof(Step);
    batch.steps.push_back(std::move(step));
    const bool full_up = batch.steps.size() >= limits.steps_max || bytes >= limits.batch_bytes_max;
    if (!full_up || batch.steps.size() < 2) return std::nullopt;
    batch.complaint = fmt::format("the batch has {} requests or {} bytes, and is too large to be held; split it",
                                  limits.steps_max, limits.batch_bytes_max);
    Batch rest{.name = batch.name, .source = source, .complaint = batch.complaint};
    std::optional<Batch> full = std::exchange(current, std::move(rest));
    bytes = 0;
    return full;
  }

  std::optional<Batch> finish() {
    std::optional<Batch> done = std::exchange(current, std::nullopt);
    if (done && done->steps.empty()) done.reset();  // the rest of one that came out in pieces
    return done;
  }

  std::string source;
  BatchLimits limits;
  JsonRequestReader reader;
  SeenNames seen;
  std::optional<Batch> current;
  bool named = false;     ///< the current one has an id; otherwise it is one line
  std::size_t bytes = 0;  ///< of the current one
  std::uint64_t line = 0;
  std::uint64_t doubt = 0;  ///< the line before that could not be read; 0: it could
};

JsonLines::JsonLines(std::string source, const BatchLimits& limits, std::uint64_t lines_before)
    : state_(std::make_unique<State>(std::move(source), limits)) {
  state_->line = lines_before;
}
JsonLines::~JsonLines() = default;
JsonLines::JsonLines(JsonLines&&) noexcept = default;
JsonLines& JsonLines::operator=(JsonLines&&) noexcept = default;

std::optional<Batch> JsonLines::add(std::string_view line, bool too_long) { return state_->add(line, too_long); }
std::optional<Batch> JsonLines::finish() { return state_->finish(); }
std::uint64_t JsonLines::lines() const { return state_->line; }

}  // namespace atonce::hurl
