// A Hurl file, or lines of JSON, as anybody may write them, and behind a NUL byte the body of an answer: they are
// refused in words that a terminal can show, or each step is prepared and its answer checked, in bounded time.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "atonce/jobs/hurl/evaluate.h"
#include "atonce/jobs/hurl/hurl_file.h"
#include "atonce/jobs/hurl/json_lines.h"
#include "atonce/model/escape.h"

namespace {

using namespace atonce;
using namespace atonce::hurl;

void require(bool holds) {
  if (!holds) std::abort();
}

/// Nothing in it does anything to a terminal but show; backslashes of an escape are fine.
void require_shown(std::string_view text) {
  while (!text.empty()) {
    const Character character = first_character(text);
    require(character.length > 0 && !is_hidden(character.code));
    text.remove_prefix(character.length);
  }
}

constexpr BatchLimits limits{.file_bytes_max = 64 << 10, .line_bytes_max = 16 << 10, .steps_max = 100};

Sources sources() {
  return {.unix_now_ns = [] { return std::int64_t{1'717'243'200} * 1'000'000'000; },
          .random = [] { return std::uint64_t{7}; },
          .read_file = [](std::string_view) -> Parsed<std::string> { return std::string("file"); }};
}

void run(const Batch& batch, std::string_view body) {
  Variables variables;
  variables.set("a", text_value("text"));
  variables.set("n", integer_value(7));
  variables.set_secret("s", text_value("SECRET"));
  const Fields fields{{"Content-Type", "application/json"}, {"Set-Cookie", "a=b; Path=/"}};
  for (const Step& step : batch.steps) {
    if (const auto request = prepare(step, variables, sources()); !request)
      require_shown(write_finding("f", request.error()));
    else
      for (const auto& [name, value] : request->fields)
        require((name + value).find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos);
    const Answer answer{
        .status = 200, .version = HttpVersion::http11, .url = "http://a/", .fields = &fields, .body = body};
    for (const Failure& failure : check(step, answer, variables, sources()).failures)
      require_shown(write_failure("f", failure));
  }
}

void read_lines(std::string_view text, std::string_view body) {
  JsonLines reader("f", limits);
  std::size_t steps = 0;
  std::size_t lines = 0;
  const auto take = [&](const std::optional<Batch>& batch) {
    if (!batch) return;
    steps += batch->steps.size();
    if (batch->complaint.empty())
      run(*batch, body);
    else
      require_shown(batch->complaint);
  };
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    lines += line.find_first_not_of(" \t\r") == line.npos ? 0 : 1;
    take(reader.add(line));
    text.remove_prefix(line.size() < text.size() ? line.size() + 1 : line.size());
  }
  take(reader.finish());
  require(steps == lines);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view all(reinterpret_cast<const char*>(data), size);
  const std::string_view text = all.substr(0, all.find('\0'));
  const std::string_view body =
      text.size() < all.size() ? all.substr(text.size() + 1) : std::string_view("{\"a\": [1, \"x\"]}");
  if (const auto batch = parse_hurl(text, "f", limits)) {
    files_of(*batch);
    free_variables(*batch);
    run(*batch, body);
  } else {
    require(!batch.error().empty());
    for (const Finding& finding : batch.error()) {
      require_shown(write_finding("f", finding));
      require(finding.place.line > 0 && finding.place.column > 0);
    }
  }
  read_lines(text, body);
  return 0;
}
