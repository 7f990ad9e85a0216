#include <gmock/gmock.h>

#include "atonce/jobs/hurl/testing.h"

namespace atonce::hurl {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TestAnswer rich_answer() {
  TestAnswer answer("<html><title>Hi</title>id=42</html>",
                    {{"Content-Type", "text/html; charset=utf-8"},
                     {"Vary", "A"},
                     {"vary", "B"},
                     {"Set-Cookie", "sid=old"},
                     {"Set-Cookie",
                      "sid=abc; Path=/p; Secure; HttpOnly; Max-Age=60; SameSite=Lax; "
                      "Expires=Wed, 13 Jan 2027 22:23:01 GMT"}});
  answer.redirects = {{301, "http://b/"}, {302, "http://c/"}};
  answer.certificate = CertificateFacts{.subject = "CN=a",
                                        .issuer = "CN=ca",
                                        .serial_number = "0a:1b",
                                        .names = {"a", "b"},
                                        .not_before = 1'717'243'200 - 86'400 * 5,
                                        .not_after = 1'717'243'200 + 86'400 * 20};
  return answer;
}

class QueryHolds : public ::testing::TestWithParam<std::string_view> {};

TEST_P(QueryHolds, AsHurlHasIt) {
  EXPECT_THAT(failures("[Asserts]\n" + std::string(GetParam()), rich_answer()), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(
    Each, QueryHolds,
    ::testing::Values("status == 200", "status < 300", "version == \"1.1\"", "url == \"https://example.org/a\"",
                      "header \"content-type\" startsWith \"text/html\"", "header \"Vary\" count == 2",
                      "header \"Vary\" includes \"B\"", "header \"Vary\" contains \"A\"", "header \"X\" not exists",
                      "cookie \"sid\" == \"abc\"", "cookie \"sid[Value]\" == \"abc\"", "cookie \"sid[Path]\" == \"/p\"",
                      "cookie \"sid[Secure]\" exists", "cookie \"sid[HttpOnly]\" exists",
                      "cookie \"sid[Max-Age]\" == 60", "cookie \"sid[SameSite]\" == \"Lax\"",
                      "cookie \"sid[Domain]\" not exists", "cookie \"sid[Expires]\" daysAfterNow > 900",
                      "cookie \"other\" not exists", "body contains \"<title>Hi\"", "bytes startsWith hex,3c68;",
                      "bytes endsWith base64,PC9odG1sPg==;", "rawbytes count == 35", "regex /id=(\\d+)/ == \"42\"",
                      "regex \"id=(\\\\d+)\" toInt == 42", "xpath \"string(//title)\" == \"Hi\"",
                      "xpath \"//title\" exists", "xpath \"//title\" == \"Hi\"", "xpath \"//h1\" not exists",
                      "xpath \"//title\" count == 1", "duration == 120", "duration < 1000", "ip == \"192.0.2.7\"",
                      "ip isIpv4", "redirects count == 2", "redirects nth 1 location == \"http://c/\"",
                      "certificate \"Subject\" == \"CN=a\"", "certificate \"Serial-Number\" matches /^0a/",
                      "certificate \"Expire-Date\" daysAfterNow == 20", "certificate \"Start-Date\" daysBeforeNow == 5",
                      "certificate \"Start-Date\" isDate", "certificate \"Subject-Alt-Name\" contains \"b\"",
                      "md5 count == 16", "variable \"none\" not exists"));

TEST(Check, AHashIsThatOfTheBody) {
  const TestAnswer answer("abc");
  EXPECT_THAT(failures("[Asserts]\nsha256 == hex,ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad;\n"
                       "md5 == hex,900150983cd24fb0d6963f7d28e17f72;\n",
                       answer),
              IsEmpty());
}

TEST(Check, WhatDoesNotHoldIsToldWithItsPlaceAndBothSides) {
  EXPECT_THAT(
      failures("[Asserts]\nstatus == 404\nheader \"X\" == \"y\"\nbody not contains \"Hi\"\nduration > 5000\n"
               "body startsWith hex,00;\nstatus matches /2/\nheader \"Vary\" == \"A\"\nxpath \"//title\" isBoolean\n",
               rich_answer()),
      ElementsAre(
          "4:1: status == 404: expected integer <404>, got integer <200>",
          "5:1: header \"X\" == \"y\": expected string <y>, got none",
          "6:1: body not contains \"Hi\": expected not contains string <Hi>, got string "
          "<<html><title>Hi</title>id=42</html>>",
          "7:1: duration > 5000: expected greater than integer <5000>, got integer <120>",
          "8:1: body startsWith hex,00;: expected starts with bytes <00>, got string "
          "<<html><title>Hi</title>id=42</html>>",
          "9:1: status matches /2/: expected matches string <2>, got integer <200>, which cannot be compared with that",
          "10:1: header \"Vary\" == \"A\": expected string <A>, got list <[\"A\",\"B\"]>",
          "11:1: xpath \"//title\" isBoolean: expected a boolean, got nodeset of 1"));
}

Checked run(std::string_view text, const TestAnswer& answer, Variables& variables) {
  return check(good(text).steps[0], answer.get(), variables, test_sources());
}

TEST(Check, AWrongStatusIsTheOnlyFailure) {
  Variables variables;
  const Checked checked =
      run("GET http://a\nHTTP 201\nX: y\n[Captures]\na: body\n[Asserts]\nstatus == 7\n", TestAnswer("x"), variables);
  ASSERT_THAT(checked.failures, SizeIs(1));
  EXPECT_EQ(write_failure("f", checked.failures[0]), "f:2:6: status: expected integer <201>, got integer <200>");
  EXPECT_EQ(variables.find("a"), nullptr);
}

TEST(Check, AWrongVersionIsTold) {
  Variables variables;
  const Checked checked = run("GET http://a\nHTTP/2 200\n", TestAnswer("x"), variables);
  ASSERT_THAT(checked.failures, SizeIs(1));
  EXPECT_EQ(write_failure("f", checked.failures[0]), "f:2:1: version: expected HTTP/2, got HTTP/1.1");
}

TEST(Check, FieldsAndBodyAreExpectedWithoutAnAssert) {
  Variables variables;
  const Checked checked = run("GET http://a\nHTTP 200\nVary: B\nVary: C\nX: y\n`other`\n", rich_answer(), variables);
  ASSERT_THAT(checked.failures, SizeIs(3));
  EXPECT_THAT(write_failure("f", checked.failures[0]),
              "f:4:1: field Vary: expected string <C>, got list <[\"A\",\"B\"]>");
  EXPECT_THAT(write_failure("f", checked.failures[1]), "f:5:1: field X: expected string <y>, got none");
  EXPECT_THAT(write_failure("f", checked.failures[2]), HasSubstr("f:6:1: body: expected string <other>"));
  EXPECT_EQ(checked.checks, 5U);
}

TEST(Check, ABodyOfJsonIsComparedAsJson) {
  Variables variables;
  variables.set("n", integer_value(1));
  EXPECT_TRUE(run("GET http://a\nHTTP 200\n{\"b\": [2], \"a\": {{n}}}\n", TestAnswer("{\"a\":1,\"b\":[2]}"), variables)
                  .passed());
  EXPECT_FALSE(
      run("GET http://a\nHTTP 200\n{\"b\": [3], \"a\": 1}\n", TestAnswer("{\"a\":1,\"b\":[2]}"), variables).passed());
  EXPECT_FALSE(run("GET http://a\nHTTP 200\n{\"b\": [3]}\n", TestAnswer("no JSON"), variables).passed());
}

TEST(Check, ABodyMayBeThatOfAFile) {
  Variables variables;
  EXPECT_TRUE(run("GET http://a\nHTTP 200\nfile,sub/note.txt;\n", TestAnswer("a note"), variables).passed());
  EXPECT_FALSE(run("GET http://a\nHTTP 200\nfile,data.bin;\n", TestAnswer("a note"), variables).passed());
  EXPECT_THAT(run("GET http://a\nHTTP 200\nfile,../x;\n", TestAnswer("x"), variables).failures[0].problem,
              HasSubstr("do not lead out of it"));
}

TEST(Check, CapturesKeepTheirTypeAndAreThereForAsserts) {
  Variables variables;
  const Checked checked =
      run("GET http://a\nHTTP 200\n[Captures]\nn: jsonpath \"$.n\"\nall: jsonpath \"$.list\"\nid: jsonpath \"$.id\"\n"
          "[Asserts]\njsonpath \"$.again\" == {{n}}\njsonpath \"$.text\" == \"{{n}}\"\nvariable \"all\" count == 2\n",
          TestAnswer(R"({"n":7,"again":7,"text":"7","list":[1,2],"id":18446744073709551615})"), variables);
  EXPECT_TRUE(checked.passed());
  EXPECT_EQ(write_plain(*variables.find("id")), "18446744073709551615");
  EXPECT_EQ(checked.checks, 7U);
}

TEST(Check, ACaptureOfNothingEndsTheCheck) {
  Variables variables;
  const Checked checked =
      run("GET http://a\nHTTP 200\n[Captures]\na: jsonpath \"$.a\"\nb: body\n[Asserts]\nstatus == 1\n",
          TestAnswer("{}"), variables);
  ASSERT_THAT(checked.failures, SizeIs(1));
  EXPECT_TRUE(checked.failures[0].is_capture);
  EXPECT_EQ(write_failure("f", checked.failures[0]), "f:4:1: capture of a: there is no such value in the answer");
  EXPECT_EQ(variables.find("b"), nullptr);
}

TEST(Check, ARedactedCaptureIsInNoMessage) {
  Variables variables;
  const Checked checked =
      run("GET http://a\nHTTP 200\n[Captures]\nt: jsonpath \"$.t\" redact\n[Asserts]\njsonpath \"$.t\" == \"x\"\n"
          "body contains \"q{{t}}\"\n",
          TestAnswer(R"({"t":"s3cret"})"), variables);
  ASSERT_THAT(checked.failures, SizeIs(2));
  for (const Failure& failure : checked.failures)
    EXPECT_THAT(write_failure("f", failure), ::testing::AllOf(HasSubstr("***"), ::testing::Not(HasSubstr("s3cret"))));
}

TEST(Check, ABodyThatWasCutIsNotLookedAtAsIfItWereWhole) {
  TestAnswer answer("{}");
  answer.body_cut = true;
  EXPECT_THAT(failures("[Asserts]\nbody == \"{}\"\nbytes count == 2\njsonpath \"$\" exists\nstatus == 200\n", answer),
              ElementsAre(HasSubstr("longer than the 2 bytes that were kept"), HasSubstr("longer than"),
                          HasSubstr("longer than")));
}

TEST(Check, TextIsReadByItsCharset) {
  EXPECT_THAT(
      failures("[Asserts]\nbody == \"é\"\n", TestAnswer("\xe9", {{"Content-Type", "text/plain; charset=ISO-8859-1"}})),
      IsEmpty());
  EXPECT_THAT(
      failures("[Asserts]\nbody == \"é\"\nbytes == hex,e9;\n", TestAnswer("\xe9", {{"Content-Type", "text/plain"}})),
      ElementsAre(HasSubstr("is no text of the character set utf-8")));
}

TEST(Check, WhatCameCodedIsNotTakenForWhatWasDecoded) {
  EXPECT_THAT(failures("[Asserts]\nrawbytes count == 1\n", TestAnswer("x", {{"Content-Encoding", "gzip"}})),
              ElementsAre(HasSubstr("was not kept")));
}

TEST(Check, ABodyThatIsNoJsonIsSaidToBeNone) {
  EXPECT_THAT(failures("[Asserts]\njsonpath \"$.a\" == 1\n", TestAnswer("<html>")),
              ElementsAre(HasSubstr("the body is not JSON: what is wrong stands at byte 1")));
}

TEST(Check, ADateOfTheYear9999IsTheLastThatCanBeHeld) {
  TestAnswer answer = rich_answer();
  answer.certificate->not_after = 253'402'300'799;
  answer.certificate->not_before = -253'402'300'799;
  EXPECT_THAT(failures("[Asserts]\ncertificate \"Expire-Date\" daysAfterNow > 80000\n"
                       "certificate \"Start-Date\" daysBeforeNow > 120000\n"
                       "certificate \"Expire-Date\" dateFormat \"%Y\" == \"2262\"\n",
                       answer),
              IsEmpty());
}

TEST(Check, NodesThatLieInEachOtherAreNotCopiedWithoutAnEnd) {
  std::string deep;
  for (int i = 0; i < 250; ++i) deep += "[";
  for (int i = 0; i < 20'000; ++i) deep += i == 0 ? "0" : ",0";
  deep += std::string(250, ']');
  EXPECT_THAT(failures("[Asserts]\njsonpath \"$..*\" count > 1\njsonpath \"$..[1]\" == 0\n", TestAnswer(deep)),
              ElementsAre(HasSubstr("selects more than can be held")));
}

TEST(Check, AnExpressionInAPathOrAPatternIsResolved) {
  Variables variables;
  variables.set("i", integer_value(1));
  variables.set("bad", text_value("("));
  EXPECT_THAT(
      failures("[Asserts]\njsonpath \"$[{{i}}]\" == 20\nbody matches \"{{i}}0\"\n", TestAnswer("[10,20]"), variables),
      IsEmpty());
  EXPECT_THAT(failures("[Asserts]\njsonpath \"$.{{bad}}\" == 20\nbody matches \"{{bad}}\"\nbody == \"{{none}}\"\n",
                       TestAnswer("[10,20]"), variables),
              ElementsAre(HasSubstr("is no JSONPath"), HasSubstr("not a regular expression"),
                          HasSubstr("\"none\" is not known")));
}

}  // namespace
}  // namespace atonce::hurl
