#include <gmock/gmock.h>

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "atonce/model/sample_exchange.h"
#include "atonce/results/exchange_fields.h"
#include "atonce/results/test_rows.h"

namespace atonce {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

Plan fetch_plan(unsigned verbosity = 0) { return {.job = "fetch", .output = {.verbosity = verbosity}}; }

nlohmann::json json_of(const Outcome& outcome) {
  return nlohmann::json::parse(written(ResultFormat::jsonl, {outcome}, fetch_plan()));
}

std::string text_of(const Outcome& outcome, unsigned verbosity = 0) {
  const std::string text = written(ResultFormat::text, {outcome}, fetch_plan(verbosity));
  return text.substr(text.rfind('\n', text.size() - 2) + 1);
}

std::vector<std::string> cells_of(std::string_view row) {
  std::vector<std::string> cells(1);
  bool quoted = false;
  for (const char c : row) {
    if (c == '"') {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      cells.emplace_back();
    } else if (c != '\n' || quoted) {
      cells.back() += c;
    }
  }
  return cells;
}

TEST(ExchangeRows, JsonHasEveryFieldOfAnExchange) {
  Outcome outcome = fetched_outcome();
  *outcome.exchange = sample_exchange();
  outcome.exchange->matched = true;
  outcome.exchange->secured = at_ms(40);
  outcome.exchange->requested = at_ms(40.1);
  outcome.exchange->answered = at_ms(60);
  const nlohmann::json row = json_of(outcome);
  EXPECT_EQ(row["url"], "https://example.org/b");
  EXPECT_EQ(row["method"], "GET");
  EXPECT_EQ(row["status_code"], 200);
  EXPECT_EQ(row["reason"], "OK");
  EXPECT_EQ(row["http_version"], "HTTP/1.1");
  EXPECT_EQ(row["content_type"], "text/html; charset=utf-8");
  EXPECT_EQ(row["content_encoding"], "gzip, br");
  EXPECT_EQ(row["size_header"], 311);
  EXPECT_EQ(row["size_download"], 1'000'000'000'000);
  EXPECT_EQ(row["size_body"], ~std::uint64_t{0});
  EXPECT_EQ(row["num_redirects"], 5);
  EXPECT_EQ(row["redirects"][1]["status"], 302);
  EXPECT_EQ(row["redirects"][1]["url"], "https://example.org/b");
  EXPECT_EQ(row["tls_version"], "TLSv1.3");
  EXPECT_EQ(row["tls_cipher"], "TLS_AES_256_GCM_SHA384");
  EXPECT_EQ(row["tls_alpn"], "http/1.1");
  EXPECT_EQ(row["tls_resumed"], true);
  EXPECT_EQ(row["cert_subject"], "CN=example.org");
  EXPECT_EQ(row["cert_issuer"], "CN=An authority");
  EXPECT_EQ(row["cert_names"], nlohmann::json({"example.org", "www.example.org"}));
  EXPECT_EQ(row["cert_names_total"], 2);
  EXPECT_EQ(row["cert_not_before"], "1969-12-31T23:59:59Z");
  EXPECT_EQ(row["cert_not_after"], "2030-03-17T17:46:40Z");
  EXPECT_EQ(row["cert_verify"], "certificate has expired");
  EXPECT_EQ(row["insecure"], true);
  EXPECT_EQ(row["reused"], true);
  EXPECT_EQ(row["truncated"], true);
  EXPECT_EQ(row["hash"], "sha256:00");
  EXPECT_EQ(row["title"], "A title");
  EXPECT_EQ(row["saved_as"], "example.org/b.html");
  EXPECT_EQ(row["detail"], "why");
  EXPECT_EQ(row["time_appconnect"], 0.038);
  EXPECT_EQ(row["time_pretransfer"], 0.0381);
  EXPECT_EQ(row["time_starttransfer"], 0.058);
}

TEST(ExchangeRows, WhatWasNotReachedIsNull) {
  Outcome outcome = fetched_outcome();
  outcome.exchange.reset();
  outcome.verdict = Verdict::no_name;
  const nlohmann::json row = json_of(outcome);
  EXPECT_EQ(row["url"], "https://example.org/");
  for (const char* name : {"method", "status_code", "reason", "size_body", "num_redirects", "redirects", "tls_version",
                           "tls_resumed", "cert_names", "cert_not_after", "cert_verify", "insecure", "reused", "detail",
                           "time_appconnect", "time_pretransfer", "time_starttransfer"}) {
    ASSERT_TRUE(row.contains(name)) << name;
    EXPECT_TRUE(row[name].is_null()) << name;
  }
}

TEST(ExchangeRows, AnEmptyBodyHasASizeAndNoAnswerHasNone) {
  Outcome outcome = fetched_outcome();
  outcome.exchange->body_bytes = outcome.exchange->wire_body_bytes = 0;
  EXPECT_EQ(json_of(outcome)["size_download"], 0);
  outcome.exchange->status_code = 0;
  EXPECT_TRUE(json_of(outcome)["size_download"].is_null());
  EXPECT_TRUE(json_of(outcome)["status_code"].is_null());
}

TEST(ExchangeRows, VerifyIsOkOnlyWhereSomebodyChecked) {
  Outcome outcome = fetched_outcome();
  outcome.exchange->tls = TlsFacts{.verified = true};
  EXPECT_EQ(json_of(outcome)["cert_verify"], "ok");
  outcome.exchange->tls.own().verified = false;
  EXPECT_TRUE(json_of(outcome)["cert_verify"].is_null());
  outcome.exchange->tls.own().verify_code = 10;
  EXPECT_EQ(json_of(outcome)["cert_verify"], "failed");
}

TEST(ExchangeRows, ProbeRowsHaveNoneOfThis) {
  EXPECT_THAT(written(ResultFormat::jsonl, {open_outcome()}), Not(HasSubstr("url")));
  EXPECT_THAT(written(ResultFormat::csv, {open_outcome()}), Not(HasSubstr("time_appconnect")));
}

TEST(ExchangeRows, CsvHasACellForEachColumn) {
  for (const char* job : {"probe", "fetch", "batch"}) {
    const std::string text = written(ResultFormat::csv, {fetched_outcome()}, {.job = job});
    const std::size_t header = text.find('\n');
    const auto names = cells_of(std::string_view(text).substr(0, header));
    const auto cells = cells_of(std::string_view(text).substr(header + 1));
    EXPECT_EQ(names.size(), cells.size()) << job;
    EXPECT_EQ(cells[5], "ok");
  }
  const std::string text = written(ResultFormat::csv, {fetched_outcome()}, fetch_plan());
  const auto names = cells_of(std::string_view(text).substr(0, text.find('\n')));
  const auto cells = cells_of(std::string_view(text).substr(text.find('\n') + 1));
  const auto cell = [&](std::string_view name) {
    return cells[static_cast<std::size_t>(std::ranges::find(names, name) - names.begin())];
  };
  EXPECT_EQ(cell("status_code"), "200");
  EXPECT_EQ(cell("time_starttransfer"), "0.058000");
  EXPECT_EQ(cell("time_total"), "0.210000");
  EXPECT_EQ(cell("drops"), "");
}

TEST(ExchangeRows, CsvAndJsonHaveTheSameFields) {
  const std::string text = written(ResultFormat::csv, {}, fetch_plan());
  Outcome outcome = fetched_outcome();
  outcome.verdict = Verdict::partial;
  outcome.target.complaint = "x";
  outcome.target.columns = {{"a", "b"}};
  outcome.attempts.resize(1);
  const nlohmann::json row = json_of(outcome);
  const std::string header = written(ResultFormat::csv, {outcome}, fetch_plan());
  const auto names = cells_of(std::string_view(header).substr(0, header.find('\n')));
  EXPECT_EQ(names.size(), row.size());
  for (const std::string& name : names) EXPECT_TRUE(row.contains(name)) << name;
}

TEST(ExchangeRows, NoBytesOfThePeerAreBelieved) {
  Outcome outcome = fetched_outcome();
  const std::string evil = "=cmd|' /C calc'!A0\x1b[2J\r\n\xff\u202e";
  for (std::string* text : {&outcome.exchange->reason, &outcome.exchange->content_type, &outcome.exchange->title,
                            &outcome.exchange->detail, &outcome.exchange->url, &outcome.exchange->saved_as})
    *text = evil;
  outcome.exchange->redirects = {{301, evil}};
  outcome.exchange->tls = TlsFacts{.version = evil, .subject = evil, .names = {evil}};
  for (const ResultFormat format : {ResultFormat::text, ResultFormat::csv, ResultFormat::jsonl}) {
    const std::string row = written(format, {outcome}, fetch_plan(1));
    for (const char* bad : {"\x1b", "\r", "\xff", "\u202e"}) EXPECT_THAT(row, Not(HasSubstr(bad)));
    EXPECT_THAT(row, Not(HasSubstr(",=cmd")));
  }
  EXPECT_EQ(json_of(outcome)["redirects"][0]["status"], 301);
  EXPECT_THAT(written(ResultFormat::csv, {outcome}, fetch_plan()), HasSubstr("'=cmd"));
}

TEST(ExchangeRows, NobodysUserinfoIsShown) {
  Outcome outcome = fetched_outcome();
  outcome.target.input = "https://me:secret@example.org/";
  for (const ResultFormat format : {ResultFormat::text, ResultFormat::csv, ResultFormat::jsonl})
    EXPECT_THAT(written(format, {outcome}, fetch_plan(1)), Not(HasSubstr("secret")));
  outcome = invalid_outcome("https://me:secret@exa mple.org/", "the name has a space");
  outcome.target.url.clear();
  EXPECT_THAT(text_of(outcome), StartsWith("https://***@exa mple.org/ input: line 17: the name has a space"));
}

TEST(ExchangeRows, WhatWasNotAskedForHasNoRow) {
  Outcome outcome = fetched_outcome();
  Outcome unmatched = fetched_outcome();
  unmatched.exchange->matched = false;
  const int file = memfd_create("rows", MFD_CLOEXEC);
  FileWriter writer(file);
  const auto sink = row_of(ResultFormat::text).make(writer, fetch_plan());
  EXPECT_EQ(sink->add(unmatched), 0);
  EXPECT_EQ(sink->add(outcome), 0);
  EXPECT_EQ(sink->flush(), 0);
  EXPECT_EQ(writer.rows_safe(), 1u);
  close(file);
}

TEST(ExchangeRows, TextIsTheUrlTheStatusAndTheTime) {
  EXPECT_EQ(text_of(fetched_outcome()), "https://example.org/ 200 0.21\n");
}

TEST(ExchangeRows, TextTellsTheStatusOfACompleteAnswerThatIsAFailure) {
  Outcome outcome = fetched_outcome();
  outcome.verdict = Verdict::http_status;
  outcome.exchange->status_code = 404;
  EXPECT_EQ(text_of(outcome), "https://example.org/ 404 0.21\n");
  outcome.verdict = Verdict::partial;
  EXPECT_EQ(text_of(outcome), "https://example.org/ http: the answer ended before its end 0.21\n");
}

TEST(ExchangeRows, TextTellsWhatFailedAndWhere) {
  Outcome outcome = fetched_outcome();
  outcome.exchange->status_code = 0;
  const auto line = [&](Verdict verdict) {
    outcome.verdict = verdict;
    return text_of(outcome);
  };
  EXPECT_EQ(line(Verdict::cert_expired), "https://example.org/ tls: a certificate has expired 0.21\n");
  EXPECT_EQ(line(Verdict::no_name), "https://example.org/ dns: the name does not exist 0.21\n");
  EXPECT_EQ(line(Verdict::timeout), "https://example.org/ connect: nobody answered before the deadline 0.21\n");
  EXPECT_EQ(line(Verdict::answer_timeout), "https://example.org/ http: no byte of an answer came in time 0.21\n");
  EXPECT_EQ(line(Verdict::local_file), "https://example.org/ local: the file for the body could not be written 0.21\n");
  EXPECT_EQ(line(Verdict::excluded), "https://example.org/ refused: the exclude list has it 0.21\n");
  EXPECT_EQ(line(Verdict::proxy_failed), "https://example.org/ proxy: the proxy did not connect us 0.21\n");
}

TEST(ExchangeRows, TextSaysLoudlyWhatIsNotSure) {
  Outcome outcome = fetched_outcome();
  outcome.exchange->insecure = true;
  outcome.doubts = Doubt::late_loop;
  outcome.tries = 2;
  EXPECT_EQ(text_of(outcome),
            "https://example.org/ 200 0.21 (insecure: certificates were not checked, unsure: late_loop, 2 tries)\n");
}

TEST(ExchangeRows, VerboseTextHasTheDetail) {
  Outcome outcome = fetched_outcome();
  outcome.exchange->detail = "alert 40";
  outcome.exchange->url = "https://example.org/b";
  outcome.exchange->redirects = {{301, "https://example.org/b"}};
  outcome.verdict = Verdict::tls_failed;
  EXPECT_EQ(text_of(outcome, 1),
            "https://example.org/ tls: the TLS handshake failed: an alert, or a broken protocol 0.21 "
            "(alert 40, HTTP/2, TLSv1.3, 1256 bytes, from https://example.org/b, 127.1.0.7)\n");
  EXPECT_THAT(written(ResultFormat::text, {outcome}, fetch_plan(1)), StartsWith("Fetching https://example.org/\n"));
}

TEST(Utc, IsWrittenForAnyNumber) {
  EXPECT_EQ(write_utc(0), "1970-01-01T00:00:00Z");
  EXPECT_EQ(write_utc(253'402'300'799), "9999-12-31T23:59:59Z");
  EXPECT_EQ(write_utc(951'782'400), "2000-02-29T00:00:00Z");
  EXPECT_EQ(write_utc(-1), "1969-12-31T23:59:59Z");
  EXPECT_EQ(write_utc(-62'167'219'200), "0000-01-01T00:00:00Z");
  EXPECT_EQ(write_utc(-62'167'219'201), "");
  EXPECT_EQ(write_utc(253'402'300'800), "");  // RFC 3339 has years of four digits.
  EXPECT_EQ(write_utc(std::numeric_limits<std::int64_t>::min()), "");
  EXPECT_EQ(write_utc(std::numeric_limits<std::int64_t>::max()), "");
}

}  // namespace
}  // namespace atonce
