#include <gmock/gmock.h>

#include "atonce/jobs/hurl/testing.h"

namespace atonce::hurl {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

std::expected<PreparedRequest, Finding> prepared(std::string_view text, Variables variables = {}) {
  const Batch batch = good(text);
  return prepare(batch.steps[0], variables, test_sources());
}

std::string field(const PreparedRequest& request, std::string_view name) {
  std::string all;
  for (const auto& [known, value] : request.fields)
    if (known == name) all += (all.empty() ? "" : " | ") + value;
  return all;
}

std::string complaint(std::string_view text, Variables variables = {}) {
  const auto request = prepared(text, std::move(variables));
  return request ? "(none)" : write_finding("f", request.error());
}

Variables some_variables() {
  Variables variables;
  variables.set("host", text_value("example.org"));
  variables.set("n", integer_value(7));
  variables.set("quote", text_value("a\"b\nc"));
  variables.set("truth", Value{true});
  variables.set("list", {List{integer_value(1)}});
  return variables;
}

TEST(Prepare, ARequestIsWhatItsFileSays) {
  const auto request = prepared(
      "POST https://{{host}}/a/{{n}}?x=1\nX-{{n}}: v{{n}}\n[Query]\nq{{n}}: a b&c\n[Cookies]\nc: {{n}}\nd: e\n"
      "[Form]\nf: é {{n}}\ng: 1+1\n",
      some_variables());
  ASSERT_TRUE(request);
  EXPECT_EQ(request->method, "POST");
  EXPECT_EQ(write_url(request->url), "https://example.org/a/7?x=1&q7=a%20b%26c");
  EXPECT_EQ(field(*request, "X-7"), "v7");
  EXPECT_EQ(field(*request, "Cookie"), "c=7; d=e");
  EXPECT_EQ(field(*request, "Content-Type"), "application/x-www-form-urlencoded");
  EXPECT_EQ(request->body, "f=%C3%A9%207&g=1%2B1");
  EXPECT_FALSE(request->may_repeat);
}

TEST(Prepare, JsonBodiesStayJsonWhateverTheVariablesHold) {
  const auto request = prepared(
      "POST http://a\n{\"s\": \"<{{quote}}>\", \"n\": {{n}}, \"t\": {{truth}}, \"l\": {{list}}, \"q\": {{quote}}}\n",
      some_variables());
  ASSERT_TRUE(request);
  EXPECT_EQ(request->body, R"({"s": "<a\"b\nc>", "n": 7, "t": true, "l": [1], "q": "a\"b\nc"})");
  EXPECT_TRUE(check_json(*request->body));
  EXPECT_EQ(field(*request, "Content-Type"), "application/json");
}

TEST(Prepare, AContentTypeOfTheFileIsKept) {
  EXPECT_EQ(field(*prepared("POST http://a\ncontent-type: text/x\n{}\n"), "Content-Type"), "");
  EXPECT_EQ(field(*prepared("POST http://a\n<a/>\n"), "Content-Type"), "application/xml");
  EXPECT_EQ(field(*prepared("POST http://a\n`x`\n"), "Content-Type"), "");
}

TEST(Prepare, GraphqlIsSentAsJson) {
  const auto request = prepared("POST http://a\n```graphql\n{ me(a: \"b\") }\nvariables {\"id\": \"{{quote}}\"}\n```\n",
                                some_variables());
  EXPECT_EQ(request->body, R"({"query":"{ me(a: \"b\") }\n","variables":{"id": "a\"b\nc"}})");
}

TEST(Prepare, BytesAndFilesAreSentAsTheyAre) {
  EXPECT_EQ(prepared("POST http://a\nhex,00ff;\n")->body, std::string("\x00\xff", 2));
  EXPECT_EQ(prepared("POST http://a\nfile,data.bin;\n")->body->size(), 4U);
  EXPECT_THAT(complaint("POST http://a\nfile,none;\n"), HasSubstr("f:2:1: the file \"none\": there is no such file"));
  EXPECT_THAT(complaint("POST http://a\nfile,a/../../x;\n"), HasSubstr("do not lead out of it"));
}

TEST(Prepare, AMultipartFormHasItsFiles) {
  const auto request = prepared("POST http://a\n[Multipart]\na: {{n}}\nb: file,sub/note.txt;\nc: file,data.bin; x/y\n",
                                some_variables());
  ASSERT_TRUE(request);
  EXPECT_THAT(field(*request, "Content-Type"), HasSubstr("multipart/form-data; boundary="));
  EXPECT_THAT(*request->body,
              AllOf(HasSubstr("name=\"a\"\r\n\r\n7\r\n"), HasSubstr("filename=\"note.txt\""),
                    HasSubstr("Content-Type: text/plain\r\n\r\na note\r\n"), HasSubstr("Content-Type: x/y")));
}

TEST(Prepare, CredentialsBecomeAField) {
  EXPECT_EQ(field(*prepared("GET http://a\n[BasicAuth]\nbob: secret\n"), "Authorization"), "Basic Ym9iOnNlY3JldA==");
  EXPECT_EQ(field(*prepared("GET http://a\n[Options]\nuser: bob:secret\n"), "Authorization"), "Basic Ym9iOnNlY3JldA==");
  EXPECT_EQ(field(*prepared("GET http://a\nAuthorization: x\n[BasicAuth]\nbob: secret\n"), "Authorization"), "x");
}

TEST(Prepare, AnIdempotencyKeyOfTheFileAllowsARepetition) {
  EXPECT_TRUE(prepared("POST http://a\nIdempotency-Key: {{newUuid}}\n")->may_repeat);
  EXPECT_FALSE(prepared("POST http://a\n")->may_repeat);
}

TEST(Prepare, OptionsHaveTheirValues) {
  const auto request = prepared(
      "GET http://a\n[Options]\nretry: {{n}}\nretry-interval: 2s\ndelay: 100\nlocation: true\nmax-redirs: "
      "-1\ninsecure: true\n"
      "compressed: false\nconnect-timeout: 1m\nmax-time: 500ms\nhttp2: true\nvariable: x={{n}}\nheader: A: b\n",
      some_variables());
  ASSERT_TRUE(request);
  const StepOptions& options = request->options;
  EXPECT_EQ(options.retry, 7);
  EXPECT_EQ(options.retry_interval, std::chrono::seconds(2));
  EXPECT_EQ(options.delay, std::chrono::milliseconds(100)) << "a bare number is milliseconds";
  EXPECT_EQ(options.location, true);
  EXPECT_EQ(options.max_redirs, UINT32_MAX);
  EXPECT_EQ(options.insecure, true);
  EXPECT_EQ(options.compressed, false);
  EXPECT_EQ(options.connect_timeout, std::chrono::minutes(1));
  EXPECT_EQ(options.max_time, std::chrono::milliseconds(500));
  EXPECT_EQ(options.version, HttpVersion::http2);
  EXPECT_EQ(field(*request, "A"), "b");
}

TEST(Prepare, AnOptionOfAVariableIsCheckedWhenItsValueIsKnown) {
  Variables variables;
  variables.set("n", text_value("many"));
  EXPECT_THAT(complaint("GET http://a\n[Options]\nretry: {{n}}\n", variables),
              HasSubstr("f:3:1: an option of this request takes"));
}

TEST(Prepare, ASkippedStepNeedsNoVariables) {
  const auto request = prepared("GET http://{{nobody}}\n[Options]\nskip: true\n");
  ASSERT_TRUE(request);
  EXPECT_TRUE(request->options.skip);
}

TEST(Prepare, VariablesOfOptionsStayForLaterSteps) {
  const Batch batch = good("GET http://a\n[Options]\nvariable: x=5\n\nGET http://a/{{x}}\n");
  Variables variables;
  ASSERT_TRUE(prepare(batch.steps[0], variables, test_sources()));
  EXPECT_EQ(write_url(prepare(batch.steps[1], variables, test_sources())->url), "http://a/5");
}

TEST(Prepare, FunctionsGiveAUuidAndTheTime) {
  const auto request = prepared("GET http://a/{{newUuid}}/{{newUuid}}\nD: {{newDate}}\n");
  ASSERT_TRUE(request);
  EXPECT_THAT(request->url.path, ::testing::MatchesRegex("/[0-9a-f-]{36}/[0-9a-f-]{36}"));
  EXPECT_EQ(request->url.path[15], '4') << "a UUID of version 4";
  EXPECT_NE(request->url.path.substr(1, 36), request->url.path.substr(38));
  EXPECT_EQ(field(*request, "D"), "2024-06-01T12:00:00Z");
}

TEST(Prepare, WhatMustNotGoOutDoesNotLeave) {
  Variables variables;
  variables.set("line", text_value("a\r\nX: injected"));
  variables.set("nul", text_value(std::string("a\0b", 3)));
  EXPECT_THAT(complaint("GET http://a\nX: {{line}}\n", variables), HasSubstr("f:2:1:"));
  EXPECT_THAT(complaint("GET http://a\nX: {{nul}}\n", variables), HasSubstr("f:2:1:"));
  EXPECT_THAT(complaint("GET http://a\nX-{{line}}: b\n", variables), HasSubstr("f:2:1:"));
  EXPECT_THAT(complaint("GET http://a/{{line}}\n", variables), HasSubstr("f:1:1:"));
  EXPECT_THAT(complaint("GET http://a\n[Cookies]\nc: {{line}}\n", variables), HasSubstr("f:1:1:"));
  EXPECT_THAT(complaint("GET http://a\nX: a\\nb\n"), HasSubstr("f:2:1:"));
}

TEST(Prepare, AnUnknownVariableIsNamedWithItsPlace) {
  EXPECT_THAT(complaint("GET http://a/{{nobody}}\n"), HasSubstr("f:1:14: the variable \"nobody\" is not known here"));
}

TEST(Prepare, AUrlThatIsNoneIsComplainedAboutWithoutItsSecrets) {
  Variables variables;
  variables.set_secret("token", text_value("s3cret"));
  EXPECT_THAT(complaint("GET s3cret://{{token}}\n", variables), AllOf(HasSubstr("f:1:1:"), Not(HasSubstr("s3cret"))));
  EXPECT_THAT(complaint("GET example.org\n"), HasSubstr("f:1:1:"));
}

TEST(Prepare, TextsDoNotGrowWithoutAnEnd) {
  Variables variables;
  variables.set("x", text_value(std::string(1 << 20, 'a')));
  std::string many = "POST http://a\n```\n";
  for (int i = 0; i < 70; ++i) many += "{{x}}";
  EXPECT_THAT(complaint(many + "\n```\n", variables), HasSubstr("grows beyond 64 MiB"));
}

}  // namespace
}  // namespace atonce::hurl
