#include "atonce/results/jsonl_rows.h"

#include <optional>
#include <string>
#include <string_view>

#include "atonce/results/exchange_fields.h"
#include "atonce/results/json_text.h"
#include "atonce/results/row_fields.h"

namespace atonce {
namespace {

class JsonlRows final : public RowWriter, ExchangeFields {
 public:
  explicit JsonlRows(RowKind kind) : kind_(kind), http_(speaks_http(kind)) {}

  void append_row(std::string& text, const Outcome& outcome) override {
    row_ = &text;
    *row_ += R"({"schema":)";
    append_number(*row_, row_schema);
    write_target(outcome);
    write_verdict(outcome);
    tell_exchange(outcome, kind_, *this, room_);
    write_times(times_of(outcome));
    write_trust(outcome);
    if (!outcome.target.columns.empty()) {
      *row_ += R"(,"columns":)";
      append_json_columns(*row_, outcome.target);
    }
    if (!outcome.attempts.empty()) {
      *row_ += R"(,"attempts":)";
      append_json_attempts(*row_, outcome);
    }
    *row_ += "}\n";
  }

 private:
  void write_target(const Outcome& outcome) {
    const Target& target = outcome.target;
    append(R"(,"line":)", line_of(outcome));
    *row_ += R"(,"input":)";
    append_json_string(*row_, http_ ? shown_input(target) : target.input);
    text_or_null(R"(,"target":)", target.host);
    number_or_null(R"(,"port":)", target.port);
  }

  void write_verdict(const Outcome& outcome) {
    const VerdictRow& row = row_of(outcome.verdict);
    text_or_null(R"(,"verdict":)", row.name);
    text_or_null(R"(,"status":)", row.status);
    text_or_null(R"(,"blame":)", name_of(row.blame));
    append(R"(,"tries":)", outcome.tries);
    *row_ += R"(,"address":)";
    if (outcome.address) {
      *row_ += '"';
      append_address(*row_, outcome.address);
      *row_ += '"';
    } else {
      *row_ += "null";
    }
    number_or_null(R"(,"errno":)", static_cast<std::uint64_t>(outcome.error));
    text_or_null(R"(,"error":)", error_name(outcome.error));
    if (!outcome.target.complaint.empty()) text_or_null(R"(,"complaint":)", outcome.target.complaint);
  }

  void write_times(const RowTimes& times) {
    time_or_null(R"(,"time_queue":)", times.queue);
    time_or_null(R"(,"time_namelookup":)", times.namelookup);
    time_or_null(R"(,"time_connect":)", times.connect);
    if (http_) {
      time_or_null(R"(,"time_appconnect":)", times.appconnect);
      time_or_null(R"(,"time_pretransfer":)", times.pretransfer);
      time_or_null(R"(,"time_starttransfer":)", times.starttransfer);
    }
    time_or_null(R"(,"time_total":)", times.total);
  }

  void write_trust(const Outcome& outcome) {
    append(R"(,"lap":)", outcome.lap);
    *row_ += outcome.overturned ? R"(,"overturned":true)" : R"(,"overturned":false)";
    text_or_null(R"(,"unsure":)", write_doubts(outcome.doubts));
    if (!tells_evidence(outcome)) return;
    const Evidence& evidence = outcome.evidence;
    time_or_null(R"(,"waited":)", std::chrono::milliseconds(evidence.waited_ms));
    number_or_null(R"(,"syns":)", evidence.syns);
    time_or_null(R"(,"lateness":)", std::chrono::milliseconds(evidence.lateness_ms));
    append(R"(,"drops":)", evidence.drops);
  }

  void key(std::string_view name) {
    *row_ += ",\"";
    *row_ += name;
    *row_ += "\":";
  }
  void text(std::string_view name, std::string_view value) override {
    key(name);
    text_or_null({}, value);
  }
  void number(std::string_view name, std::optional<std::uint64_t> value) override {
    key(name);
    if (value)
      append_number(*row_, *value);
    else
      *row_ += "null";
  }
  void flag(std::string_view name, std::optional<bool> value) override {
    key(name);
    *row_ += !value ? "null" : *value ? "true" : "false";
  }
  void time(std::string_view name, std::optional<Duration> value) override {
    key(name);
    time_or_null({}, value);
  }
  void json(std::string_view name, std::string_view value) override {
    key(name);
    *row_ += value.empty() ? "null" : value;
  }

  void append(std::string_view key, std::uint64_t value) {
    *row_ += key;
    append_number(*row_, value);
  }
  void number_or_null(std::string_view key, std::uint64_t value) {
    if (value != 0) return append(key, value);
    *row_ += key;
    *row_ += "null";
  }
  void text_or_null(std::string_view key, std::string_view value) {
    *row_ += key;
    if (value.empty())
      *row_ += "null";
    else
      append_json_string(*row_, value);
  }
  void time_or_null(std::string_view key, std::optional<Duration> value) {
    *row_ += key;
    if (value)
      append_seconds(*row_, *value);
    else
      *row_ += "null";
  }

  const RowKind kind_;
  const bool http_;
  std::string* row_ = nullptr;  ///< what is being written to
  std::string room_;
};

}  // namespace

std::unique_ptr<RowWriter> make_jsonl_rows(const Plan& plan) { return std::make_unique<JsonlRows>(row_kind_of(plan)); }

}  // namespace atonce
