#include "atonce/reports/test_report.h"

#include <gmock/gmock.h>

#include <chrono>

#include "atonce/model/escape.h"
#include "atonce/reports/markup.h"

namespace atonce {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

Outcome request(std::uint64_t batch, std::uint32_t step, Verdict verdict, std::string detail = "") {
  const Instant start{1s};
  Outcome outcome{
      .target = {.index = 2 * (batch - 1) + step, .line = 7, .input = "orders", .batch = batch, .step = step},
      .verdict = verdict,
      .started = start,
      .finished = start + 70ms};
  outcome.exchange = Exchange{.method = "POST", .url = "https://example.org/a?b=1&c=2", .detail = std::move(detail)};
  return outcome;
}

Outcome last(Outcome outcome, Duration batch_took) {
  outcome.exchange->batch_end = BatchEnd::failed;
  outcome.exchange->batch_took = batch_took;
  return outcome;
}

std::string report_of(std::unique_ptr<TestReport> report, std::initializer_list<Outcome> outcomes) {
  std::string text;
  report->begin(text);
  for (const Outcome& outcome : outcomes) report->add(batch_request_of(outcome), text);
  report->end(text);
  return text;
}

TEST(JunitReport, HasASuiteForEachBatchAndACaseForEachRequest) {
  EXPECT_EQ(report_of(make_junit_report(),
                      {request(1, 0, Verdict::ok), last(request(1, 1, Verdict::assert_failed, "status is 500"), 150ms),
                       request(2, 0, Verdict::closed), last(request(2, 1, Verdict::skipped), 1s)}),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            "<testsuites name=\"atonce batch\">\n"
            "  <testsuite name=\"Batch #1 orders\" tests=\"2\" failures=\"1\" errors=\"0\" skipped=\"0\" "
            "time=\"0.150000\">\n"
            "    <testcase name=\"URL #0 POST https://example.org/a?b=1&amp;c=2\" classname=\"orders\" "
            "time=\"0.070000\"/>\n"
            "    <testcase name=\"URL #1 POST https://example.org/a?b=1&amp;c=2\" classname=\"orders\" "
            "time=\"0.070000\"><failure type=\"assert_failed\" message=\"status is 500\">status is 500</failure>"
            "</testcase>\n"
            "  </testsuite>\n"
            "  <testsuite name=\"Batch #2 orders\" tests=\"2\" failures=\"0\" errors=\"1\" skipped=\"1\" "
            "time=\"1.000000\">\n"
            "    <testcase name=\"URL #0 POST https://example.org/a?b=1&amp;c=2\" classname=\"orders\" "
            "time=\"0.070000\"><error type=\"closed\" message=\"the host answered with RST\">the host answered with "
            "RST</error></testcase>\n"
            "    <testcase name=\"URL #1 POST https://example.org/a?b=1&amp;c=2\" classname=\"orders\" "
            "time=\"0.070000\"><skipped message=\"skipped: an earlier request of its batch failed\"/></testcase>\n"
            "  </testsuite>\n"
            "</testsuites>\n");
}

TEST(JunitReport, OfNothingIsAReport) {
  EXPECT_EQ(report_of(make_junit_report(), {}),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"atonce batch\">\n</testsuites>\n");
}

TEST(TapReport, HasAPlanAndExplainsWhatIsNotOk) {
  Outcome failed = request(1, 1, Verdict::assert_failed, "status is \"500\"");
  failed.exchange->status_code = 500;
  EXPECT_EQ(
      report_of(make_tap_report(), {request(1, 0, Verdict::ok), failed, request(2, 0, Verdict::not_sent, "late")}),
      "TAP version 14\n"
      "ok 1 - Batch \\#1 orders URL \\#0 POST https://example.org/a?b=1&c=2\n"
      "not ok 2 - Batch \\#1 orders URL \\#1 POST https://example.org/a?b=1&c=2\n"
      "  ---\n"
      "  message: \"status is \\\"500\\\"\"\n"
      "  verdict: assert_failed\n"
      "  status_code: 500\n"
      "  batch: 1\n"
      "  request: 1\n"
      "  time_total: 0.070000\n"
      "  ...\n"
      "ok 3 - Batch \\#2 orders URL \\#0 POST https://example.org/a?b=1&c=2 # SKIP not_sent: late\n"
      "1..3\n");
  EXPECT_EQ(report_of(make_tap_report(), {}), "TAP version 14\n1..0\n");
}

TEST(TestReports, TellALineThatIsNoBatchByItsComplaint) {
  const Outcome wrong{.target = {.line = 7, .input = "{", .complaint = "no JSON", .batch = 1},
                      .verdict = Verdict::invalid_input};
  EXPECT_THAT(report_of(make_junit_report(), {wrong}),
              HasSubstr("<testcase name=\"URL #0\" classname=\"{\" time=\"0.000000\"><error type=\"invalid_input\" "
                        "message=\"line 7: no JSON\">"));
  EXPECT_THAT(report_of(make_tap_report(), {wrong}), HasSubstr("  message: \"line 7: no JSON\"\n"));
}

TEST(TestReports, BelieveNoBytesFromOutside) {
  const std::string evil = "]]></failure><x a='\"\x1b[2J\r\nok 9 - fine # TODO\x01\xff\u202e\x7f\xc2\x9b";
  Outcome outcome = request(1, 0, Verdict::assert_failed, evil);
  outcome.target.input = evil;
  outcome.exchange->url = evil;
  for (auto make : {make_junit_report, make_tap_report}) {
    const std::string text = report_of(make(), {outcome});
    for (const char* bad : {"\x1b", "\r", "\x01", "\xff", "\x7f", "\xc2\x9b", "\nok 9"})
      EXPECT_THAT(text, Not(HasSubstr(bad)));
    for (std::string_view rest = text; !rest.empty(); rest.remove_prefix(first_character(rest).length))
      ASSERT_NE(first_character(rest).length, 0u);
  }
  const std::string xml = report_of(make_junit_report(), {outcome});
  EXPECT_THAT(xml, Not(HasSubstr("<x")));
  EXPECT_THAT(xml, Not(HasSubstr("]]>")));
  const std::string tap = report_of(make_tap_report(), {outcome});
  EXPECT_THAT(tap.substr(0, tap.find("  ---")), Not(HasSubstr(" # TODO")));
}

TEST(Markup, IsWrittenCharacterByCharacter) {
  EXPECT_EQ(xml_text("a<b>&'\"\u00e9\n\x02\xc3"), "a&lt;b&gt;&amp;&apos;&quot;\u00e9&#10;\uFFFD\uFFFD");
  EXPECT_EQ(yaml_text("a\"\\\n\t\x02\u202e\U000e0041\xff"), "\"a\\\"\\\\\\n\\t\\u0002\\u202E\\U000E0041\uFFFD\"");
  EXPECT_EQ(tap_text("a #b\\c\nd"), "a \\#b\\\\c\uFFFDd");
}

}  // namespace
}  // namespace atonce
