#include "atonce/jobs/hurl/json_lines.h"

#include <gmock/gmock.h>

#include "atonce/jobs/hurl/testing.h"

namespace atonce::hurl {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::vector<Batch> read(const std::vector<std::string>& lines, const BatchLimits& limits = {}) {
  JsonLines reader("list.jsonl", limits);
  std::vector<Batch> batches;
  for (const std::string& line : lines)
    if (std::optional<Batch> batch = reader.add(line)) batches.push_back(std::move(*batch));
  if (std::optional<Batch> batch = reader.finish()) batches.push_back(std::move(*batch));
  return batches;
}

/// "name:lines" of each batch, with "!" behind the name of one that may not be run.
std::vector<std::string> shape(const std::vector<std::string>& lines, const BatchLimits& limits = {}) {
  std::vector<std::string> shapes;
  for (const Batch& batch : read(lines, limits)) {
    std::string shown = batch.name + (batch.complaint.empty() ? ":" : "!:");
    for (const Step& step : batch.steps) shown += " " + std::to_string(step.place.line);
    shapes.push_back(shown);
  }
  return shapes;
}

Step one(const std::string& line) {
  const std::vector<Batch> batches = read({line});
  if (batches.size() != 1 || !batches[0].complaint.empty()) {
    ADD_FAILURE() << (batches.empty() ? "no batch" : batches[0].steps[0].complaint);
    return {};
  }
  return batches[0].steps[0];
}

std::string complaint(const std::string& line) {
  const std::vector<Batch> batches = read({line});
  return batches.empty() ? "(no batch)" : batches[0].complaint + ": " + batches[0].steps[0].complaint;
}

std::string line(std::string_view batch) { return "{\"batch\":\"" + std::string(batch) + "\",\"url\":\"http://a\"}"; }

TEST(JsonLines, ABatchIsKnownWhenItsIdChanges) {
  JsonLines reader("list.jsonl");
  EXPECT_FALSE(reader.add(line("b1")));
  EXPECT_FALSE(reader.add(line("b1")));
  const std::optional<Batch> batch = reader.add(line("b2"));
  ASSERT_TRUE(batch);
  EXPECT_EQ(batch->name, "b1");
  EXPECT_EQ(batch->source, "list.jsonl");
  EXPECT_THAT(batch->steps, SizeIs(2));
  EXPECT_EQ(reader.finish()->name, "b2");
  EXPECT_FALSE(reader.finish());
  EXPECT_EQ(reader.lines(), 3U);
}

TEST(JsonLines, ALineWithoutAnIdIsABatchOfItsOwn) {
  EXPECT_THAT(shape({"{\"url\":\"http://a\"}", "{\"url\":\"http://a\"}", "", "{\"batch\":7,\"url\":\"http://a\"}"}),
              ElementsAre("line 1: 1", "line 2: 2", "7: 4"));
}

TEST(JsonLines, ABatchThatComesAgainIsNotRunAgain) {
  const std::vector<Batch> batches = read({line("a"), line("b"), line("a"), line("a"), line("c")});
  ASSERT_THAT(batches, SizeIs(4));
  EXPECT_THAT(batches[2].complaint, HasSubstr("batch \"a\" stood further up"));
  EXPECT_THAT(batches[2].steps, SizeIs(2));
  EXPECT_EQ(batches[3].complaint, "");
}

TEST(JsonLines, ABatchWithALineThatIsNoRequestIsNotRun) {
  EXPECT_THAT(shape({line("a"), "{\"batch\":\"a\",\"method\":5}", line("a"), line("b")}),
              ElementsAre("a!: 1 2 3", "b: 4"));
}

TEST(JsonLines, ALineThatCannotBeReadSpoilsBothItsNeighbours) {
  EXPECT_THAT(shape({line("z"), line("a"), "{broken", line("a"), line("b"), line("c")}),
              ElementsAre("z: 1", "a!: 2 3 4", "b!: 5", "c: 6"));
  EXPECT_THAT(shape({line("a"), "{broken", line("b"), line("c")}), ElementsAre("a!: 1 2", "b!: 3", "c: 4"));
  EXPECT_THAT(shape({"{broken", line("b"), line("c")}), ElementsAre("line 1!: 1", "b!: 2", "c: 3"));
}

TEST(JsonLines, EveryLineHasItsStepWhateverIsInIt) {
  std::vector<std::string> lines;
  for (int i = 0; i < 60; ++i)
    lines.push_back(i % 7 == 3   ? "{"
                    : i % 5 == 0 ? "{\"url\":1}"
                    : i % 4 == 0 ? "{\"url\":\"http://a\"}"
                                 : line(std::to_string(i / 6)));
  std::vector<std::uint32_t> seen;
  for (const Batch& batch : read(lines))
    for (const Step& step : batch.steps) seen.push_back(step.place.line);
  ASSERT_THAT(seen, SizeIs(60));
  for (std::uint32_t i = 0; i < 60; ++i) EXPECT_EQ(seen[i], i + 1);
}

TEST(JsonLines, ABatchThatIsTooLargeComesOutInPiecesAndIsNotRun) {
  EXPECT_THAT(shape({line("a"), line("a"), line("a"), line("a"), line("a"), line("b")}, {.steps_max = 2}),
              ElementsAre("a!: 1 2", "a!: 3 4", "a!: 5", "b: 6"));
  EXPECT_THAT(shape({line("a"), line("b"), line("b")}, {.steps_max = 1}), ElementsAre("a: 1", "b!: 2 3"));
}

TEST(JsonLines, ARequestHasAllThatItsLineSays) {
  const Step step = one(
      R"({"batch":"b","method":"PUT","url":"https://a/x","headers":{"X-A":"1","X-B":["2","3"]},"query":{"n":5,"t":true},)"
      R"("body":"text é","idempotency_key":"k-1","expect":201})");
  EXPECT_EQ(step.method, "PUT");
  EXPECT_EQ(step.url.literal(), "https://a/x");
  ASSERT_THAT(step.fields, SizeIs(3));
  EXPECT_EQ(step.fields[2].name.literal(), "X-B");
  EXPECT_EQ(step.fields[2].value.literal(), "3");
  EXPECT_EQ(step.query[0].value.literal(), "5");
  EXPECT_EQ(step.query[1].value.literal(), "true");
  EXPECT_EQ(step.body->text.literal(), "text é");
  EXPECT_EQ(step.body->kind, Body::Kind::text);
  EXPECT_EQ(step.idempotency_key, "k-1");
  EXPECT_EQ(step.response->status, 201);
}

TEST(JsonLines, TheMethodFollowsTheBody) {
  EXPECT_EQ(one(R"({"url":"http://a"})").method, "GET");
  EXPECT_EQ(one(R"({"url":"http://a","body":""})").method, "POST");
  EXPECT_EQ(one(R"({"url":"http://a","form":{"a":"b"}})").method, "POST");
}

TEST(JsonLines, JsonGoesOutByteForByte) {
  const Step step = one(R"({"url":"http://a","body": { "a" : 1.10, "big": 123456789012345678901234567890,"l":[ ] } })");
  EXPECT_EQ(step.body->kind, Body::Kind::json);
  EXPECT_EQ(step.body->text.literal(), R"({ "a" : 1.10, "big": 123456789012345678901234567890,"l":[ ] })");
  EXPECT_EQ(one(R"({"url":"http://a","json":"text"})").body->text.literal(), "\"text\"");
  EXPECT_EQ(one(R"({"url":"http://a","json":null})").body->text.literal(), "null");
  EXPECT_EQ(one(R"({"json": -1.5e3 ,"url":"http://a"})").body->text.literal(), "-1.5e3");
}

TEST(JsonLines, NothingInALineIsATemplate) {
  const Step step = one(R"({"url":"http://a/%7B","body":"{{x}}"})");
  EXPECT_TRUE(step.body->text.is_literal());
  EXPECT_EQ(step.body->text.literal(), "{{x}}");
}

TEST(JsonLines, AnIdempotencyKeyGoesOutAsAField) {
  Variables variables;
  const auto request = prepare(one(R"({"url":"http://a","idempotency_key":"k"})"), variables, test_sources());
  ASSERT_TRUE(request);
  EXPECT_TRUE(request->may_repeat);
  EXPECT_THAT(request->fields, ElementsAre(::testing::Pair("Idempotency-Key", "k")));
}

struct WrongLine {
  std::string_view line;
  std::string_view says;
};

class JsonLineWrong : public ::testing::TestWithParam<WrongLine> {};

TEST_P(JsonLineWrong, IsSaidToBe) {
  EXPECT_THAT(complaint(std::string(GetParam().line)), HasSubstr(std::string(GetParam().says)));
}

INSTANTIATE_TEST_SUITE_P(
    Each, JsonLineWrong,
    ::testing::Values(WrongLine{"[]", "a line is a JSON object"}, WrongLine{"x", "a line is a JSON object"},
                      WrongLine{"{\"url\":\"http://a\"", "not JSON"}, WrongLine{"{\"url\":\"http://a\"} x", "not JSON"},
                      WrongLine{"{\"url\":\"http://a\"}{}", "behind the object"}, WrongLine{"{}", "it has no \"url\""},
                      WrongLine{"{\"url\":5}", "\"url\" must be a string"}, WrongLine{"{\"url\":\"ftp://a\"}", "ftp"},
                      WrongLine{"{\"URL\":\"http://a\"}", "there is no \"URL\"; a line has batch"},
                      WrongLine{"{\"url\":\"http://a\",\"url\":\"http://b\"}", "it has \"url\" twice"},
                      WrongLine{"{\"url\":\"http://a\",\"batch\":\"\"}", "\"batch\" must not be empty"},
                      WrongLine{"{\"url\":\"http://a\",\"batch\":1.5}", "\"batch\" must be a string or an integer"},
                      WrongLine{"{\"url\":\"http://a\",\"headers\":[]}", "\"headers\" must be an object"},
                      WrongLine{"{\"url\":\"http://a\",\"headers\":{\"a\":1}}", "\"headers\" must have strings"},
                      WrongLine{"{\"url\":\"http://a\",\"headers\":{\"a\":[[]]}}", "\"headers\" must have strings"},
                      WrongLine{"{\"url\":\"http://a\",\"form\":{\"a\":null}}", "\"form\" must have strings"},
                      WrongLine{"{\"url\":\"http://a\",\"body\":\"\",\"json\":1}",
                                "more than one of body, json and form"},
                      WrongLine{"{\"url\":\"http://a\",\"body\":{\"a\":}}", "not JSON"},
                      WrongLine{"{\"url\":\"http://a\",\"body\":[1,]}", "not JSON"},
                      WrongLine{"{\"url\":\"http://a\",\"json\":truth}", "not JSON"},
                      WrongLine{"{\"url\":\"http://a\",\"expect\":99}", "\"expect\" must be a status code"},
                      WrongLine{"{\"url\":\"http://a\",\"idempotency_key\":\"\"}", "must not be empty"}));

TEST(JsonLines, WhatIsTooLongOrTooDeepIsRefused) {
  EXPECT_THAT(complaint("{\"url\":\"http://a\",\"json\":" + std::string(2000, '[') + std::string(2000, ']') + "}"),
              HasSubstr("nested deeper than 100"));
  const std::vector<Batch> batches =
      read({"{\"url\":\"http://a/" + std::string(100, 'x') + "\"}"}, {.line_bytes_max = 50});
  EXPECT_THAT(batches[0].steps[0].complaint, HasSubstr("longer than 50 bytes"));
  EXPECT_THAT(complaint("{\"url\":\"http://a\",\"batch\":\"" + std::string(2000, 'x') + "\"}"),
              HasSubstr("longer than 1024"));
}

TEST(JsonLines, EveryFrontOfALineIsReadWithoutACrash) {
  const std::string whole =
      R"({"batch":"b","method":"PUT","url":"https://a/x","headers":{"X-A":"1","X-B":["2","3"]},"json":{"a":[1,{"b":null}]}})";
  for (std::size_t end = 1; end < whole.size(); ++end)
    EXPECT_THAT(complaint(whole.substr(0, end)), ::testing::Not(IsEmpty()));
  EXPECT_EQ(one(whole).method, "PUT");
}

}  // namespace
}  // namespace atonce::hurl
