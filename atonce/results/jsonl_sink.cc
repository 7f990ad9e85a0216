#include "atonce/results/jsonl_sink.h"

#include <optional>
#include <string>
#include <string_view>

#include "atonce/results/json_text.h"
#include "atonce/results/row_fields.h"

namespace atonce {
namespace {

class JsonlSink final : public OutcomeSink {
 public:
  explicit JsonlSink(FileWriter& writer) : writer_(writer) {}

  int add(const Outcome& outcome) override {
    row_.clear();
    row_ += R"({"schema":)";
    append_number(row_, row_schema);
    write_target(outcome.target);
    write_verdict(outcome);
    write_times(times_of(outcome));
    if (!outcome.target.columns.empty()) {
      row_ += R"(,"columns":)";
      append_json_columns(row_, outcome.target);
    }
    if (!outcome.attempts.empty()) {
      row_ += R"(,"attempts":)";
      append_json_attempts(row_, outcome);
    }
    row_ += "}\n";
    return writer_.append_row(row_);
  }

  int flush() override { return writer_.flush(); }

 private:
  void write_target(const Target& target) {
    number(R"(,"line":)", target.line);
    row_ += R"(,"input":)";
    append_json_string(row_, target.input);
    text_or_null(R"(,"target":)", target.host);
    if (target.port != 0)
      number(R"(,"port":)", target.port);
    else
      row_ += R"(,"port":null)";
  }

  void write_verdict(const Outcome& outcome) {
    const VerdictRow& row = row_of(outcome.verdict);
    text_or_null(R"(,"verdict":)", row.name);
    text_or_null(R"(,"status":)", row.status);
    text_or_null(R"(,"blame":)", name_of(row.blame));
    number(R"(,"tries":)", outcome.tries);
    row_ += R"(,"address":)";
    if (outcome.address) {
      row_ += '"';
      append_address(row_, outcome.address);
      row_ += '"';
    } else {
      row_ += "null";
    }
    if (outcome.error != 0)
      number(R"(,"errno":)", static_cast<std::uint64_t>(outcome.error));
    else
      row_ += R"(,"errno":null)";
    text_or_null(R"(,"error":)", error_name(outcome.error));
    if (!outcome.target.complaint.empty()) text_or_null(R"(,"complaint":)", outcome.target.complaint);
  }

  void write_times(const RowTimes& times) {
    time_or_null(R"(,"time_queue":)", times.queue);
    time_or_null(R"(,"time_namelookup":)", times.namelookup);
    time_or_null(R"(,"time_connect":)", times.connect);
    time_or_null(R"(,"time_total":)", times.total);
  }

  void number(std::string_view key, std::uint64_t value) {
    row_ += key;
    append_number(row_, value);
  }
  void text_or_null(std::string_view key, std::string_view value) {
    row_ += key;
    if (value.empty())
      row_ += "null";
    else
      append_json_string(row_, value);
  }
  void time_or_null(std::string_view key, std::optional<Duration> value) {
    row_ += key;
    if (value)
      append_seconds(row_, *value);
    else
      row_ += "null";
  }

  FileWriter& writer_;
  std::string row_;
};

}  // namespace

std::unique_ptr<OutcomeSink> make_jsonl_sink(FileWriter& writer, const Plan&) {
  return std::make_unique<JsonlSink>(writer);
}

}  // namespace atonce
