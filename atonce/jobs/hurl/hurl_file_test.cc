#include "atonce/jobs/hurl/hurl_file.h"

#include <gmock/gmock.h>

#include "atonce/jobs/hurl/testing.h"

namespace atonce::hurl {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::string_view text_of(const std::vector<FieldTemplate>& fields, std::string_view name) {
  for (const FieldTemplate& field : fields)
    if (field.name.literal() == name) return field.value.literal();
  return "(none)";
}

TEST(HurlFile, AnEmptyFileHasNoRequests) {
  EXPECT_THAT(good("").steps, IsEmpty());
  EXPECT_THAT(good("# nothing\n\n   \t\n# at all").steps, IsEmpty());
}

TEST(HurlFile, RequestsStandInTheirOrderWithTheirPlaces) {
  const Batch batch = good("GET http://a/1\n\n  POST http://a/2 # second\nDELETE http://a/3");
  ASSERT_THAT(batch.steps, SizeIs(3));
  EXPECT_EQ(batch.name, "a.hurl");
  EXPECT_EQ(batch.steps[1].method, "POST");
  EXPECT_EQ(batch.steps[1].url.literal(), "http://a/2");
  EXPECT_EQ(batch.steps[1].place, (Place{3, 3}));
  EXPECT_EQ(batch.steps[2].method, "DELETE");
}

TEST(HurlFile, FieldsFollowTheUrl) {
  const Batch batch = good("GET http://a\nAccept: */*  # any\nX-Empty:\nIf-Match: \"abc\"\n");
  EXPECT_EQ(text_of(batch.steps[0].fields, "Accept"), "*/*");
  EXPECT_EQ(text_of(batch.steps[0].fields, "X-Empty"), "");
  EXPECT_EQ(text_of(batch.steps[0].fields, "If-Match"), "\"abc\"");
}

TEST(HurlFile, LinesMayEndAsOnWindows) {
  const Batch batch = good("GET http://a\r\nAccept: x\r\n\r\nHTTP 200\r\n[Asserts]\r\nstatus == 200\r\n");
  EXPECT_EQ(batch.steps[0].url.literal(), "http://a");
  EXPECT_EQ(text_of(batch.steps[0].fields, "Accept"), "x");
  EXPECT_EQ(batch.steps[0].response->status, 200);
}

TEST(HurlFile, EachSectionOfARequestIsRead) {
  const Batch batch = good(
      "POST http://a\n[Query]\nq: a b\n[Form]\nuser: toto\n[Cookies]\ntheme: dark\n[BasicAuth]\nbob: secret\n"
      "[Options]\nretry: 3\nverbose: true\n");
  const Step& one = batch.steps[0];
  EXPECT_EQ(text_of(one.query, "q"), "a b");
  EXPECT_EQ(text_of(one.form, "user"), "toto");
  EXPECT_EQ(text_of(one.cookies, "theme"), "dark");
  EXPECT_EQ(one.basic_auth->value.literal(), "secret");
  ASSERT_THAT(one.options, SizeIs(1)) << "how much is printed is no wish that a request can have here";
  EXPECT_EQ(one.options[0].kind, OptionKind::retry);
}

TEST(HurlFile, MultipartHasTextsAndFiles) {
  const Batch batch =
      good("POST http://a\n[Multipart]\nf1: v1\nf2: file,a\\ b.txt;\nf3: file,x.bin; application/zip\n");
  ASSERT_THAT(batch.steps[0].multipart, SizeIs(3));
  EXPECT_FALSE(batch.steps[0].multipart[0].is_file);
  EXPECT_EQ(batch.steps[0].multipart[1].value.literal(), "a b.txt");
  EXPECT_EQ(batch.steps[0].multipart[2].content_type, "application/zip");
  EXPECT_THAT(files_of(batch), SizeIs(2));
}

TEST(HurlFile, EscapesBecomeTheirCharacters) {
  const Batch batch = good("GET http://a\nx: a\\#b \\u{e9}\\u{20}\ny\\:z: 1\n");
  EXPECT_EQ(text_of(batch.steps[0].fields, "x"), "a#b é ");
  EXPECT_EQ(text_of(batch.steps[0].fields, "y:z"), "1");
}

struct BodyCase {
  std::string_view written;
  Body::Kind kind;
  std::string_view text;
};

class HurlBody : public ::testing::TestWithParam<BodyCase> {};

TEST_P(HurlBody, IsWhatItSays) {
  const Batch batch = good("POST http://a\n" + std::string(GetParam().written) + "\nHTTP 200\n");
  ASSERT_TRUE(batch.steps[0].body);
  const Body& body = *batch.steps[0].body;
  EXPECT_EQ(body.kind, GetParam().kind);
  EXPECT_EQ(body.kind == Body::Kind::bytes ? std::string_view(body.bytes) : body.text.literal(), GetParam().text);
  EXPECT_EQ(batch.steps[0].response->status, 200) << "the reader stands behind the body";
}

using K = Body::Kind;
INSTANTIATE_TEST_SUITE_P(
    Each, HurlBody,
    ::testing::Values(
        BodyCase{"{\"a\": [1, -2.5e3, true, null, {}]}", K::json, "{\"a\": [1, -2.5e3, true, null, {}]}"},
        BodyCase{"[1,\n  2]", K::json, "[1,\n  2]"}, BodyCase{"[true]", K::json, "[true]"},
        BodyCase{"\"text \\u00e9\"", K::json, "\"text \\u00e9\""}, BodyCase{"123", K::json, "123"},
        BodyCase{"true # yes", K::json, "true"},
        BodyCase{"<a b='>'><!-- > --><c/>t</a>", K::xml, "<a b='>'><!-- > --><c/>t</a>"},
        BodyCase{"<?xml version=\"1.0\"?>\n<a><![CDATA[</a>]]></a>", K::xml,
                 "<?xml version=\"1.0\"?>\n<a><![CDATA[</a>]]></a>"},
        BodyCase{"```\nline1\nline2\n```", K::text, "line1\nline2\n"}, BodyCase{"```\n```", K::text, ""},
        BodyCase{"``````", K::text, ""}, BodyCase{"```line```", K::text, "line"},
        BodyCase{"```json\n{}\n```", K::json, "{}\n"}, BodyCase{"```xml\n<a/>\n```", K::xml, "<a/>\n"},
        BodyCase{"```,escape\na\\tb\n```", K::text, "a\tb\n"}, BodyCase{"```\na\\tb\n```", K::text, "a\\tb\n"},
        BodyCase{"```,novariable\n{{x}}\n```", K::text, "{{x}}\n"}, BodyCase{"```base64\nYWJj\n```", K::bytes, "abc"},
        BodyCase{"```hex\n6162\n63\n```", K::bytes, "abc"}, BodyCase{"```graphql\n{ me }\n```", K::graphql, "{ me }\n"},
        BodyCase{"`one line \\` here`", K::text, "one line ` here"}, BodyCase{"base64,YW\nJj;", K::bytes, "abc"},
        BodyCase{"hex,61626364;", K::bytes, "abcd"}, BodyCase{"file,data.bin;", K::file, "data.bin"}));

TEST(HurlFile, GraphqlMayHaveVariables) {
  const Batch batch = good("POST http://a\n```graphql\nquery ($id: ID) { me }\n\nvariables {\"id\": {{id}}}\n```\n");
  ASSERT_THAT(batch.steps[0].body->variables, SizeIs(1));
  EXPECT_EQ(batch.steps[0].body->variables[0].value.pieces.size(), 2U);
  EXPECT_EQ(batch.steps[0].body->text.literal(), "query ($id: ID) { me }\n\n");
}

TEST(HurlFile, WhatIsExpectedOfAnAnswerIsRead) {
  const Batch batch = good(
      "GET http://a\n\nHTTP/2 201\nContent-Type: text/html\n[Captures]\ntoken: jsonpath \"$.t\" redact\n"
      "n: header \"X-N\" split \",\" nth -1\n[Asserts]\nstatus >= 200\nbody not contains \"x\"\n"
      "jsonpath \"$.a\" count == 3 # three\n{\"a\": 1}\n");
  const Response& response = *batch.steps[0].response;
  EXPECT_EQ(response.version, HttpVersion::http2);
  EXPECT_EQ(response.status, 201);
  ASSERT_THAT(response.captures, SizeIs(2));
  EXPECT_TRUE(response.captures[0].redact);
  ASSERT_THAT(response.captures[1].query.filters, SizeIs(2));
  EXPECT_EQ(response.captures[1].query.filters[1].index, -1);
  ASSERT_THAT(response.asserts, SizeIs(3));
  EXPECT_TRUE(response.asserts[1].negated);
  EXPECT_EQ(response.asserts[2].source, "jsonpath \"$.a\" count == 3");
  EXPECT_EQ(response.asserts[2].place, (Place{11, 1}));
  EXPECT_EQ(response.body->text.literal(), "{\"a\": 1}");
}

TEST(HurlFile, TheStatusMayBeAnything) {
  const Batch batch = good("GET http://a\nHTTP *\n[Asserts]\nstatus < 500\n");
  EXPECT_EQ(batch.steps[0].response->status, std::nullopt);
  EXPECT_EQ(batch.steps[0].response->version, HttpVersion::unknown);
}

TEST(HurlFile, SignsNeedNoBlankBehindThem) {
  const Batch batch = good("GET http://a\nHTTP 200\n[Asserts]\nstatus ==200\nduration <1000\nbody matches /a\\/b/\n");
  ASSERT_THAT(batch.steps[0].response->asserts, SizeIs(3));
  EXPECT_EQ(batch.steps[0].response->asserts[2].expected.pattern.text.literal(), "a/b");
}

TEST(HurlFile, ExpressionsKeepTheirFiltersAndTheirPlaces) {
  const Batch batch = good("GET http://{{host}}/{{ id toString }}x\n");
  const Template& url = batch.steps[0].url;
  ASSERT_THAT(url.pieces, SizeIs(3));
  EXPECT_EQ(url.pieces[0].text, "http://");
  EXPECT_EQ(url.pieces[1].expression[0].name, "id");
  EXPECT_THAT(url.pieces[1].expression[0].filters, SizeIs(1));
  EXPECT_EQ(url.pieces[1].expression[0].place, (Place{1, 21}));
  EXPECT_EQ(url.pieces[2].text, "x");
}

TEST(HurlFile, VariablesThatNobodySetsAreKnownBeforehand) {
  const Batch batch = good(
      "GET http://{{host}}/{{newUuid}}\n[Options]\nvariable: a=1\nHTTP 200\n[Captures]\nb: body\n\n"
      "GET http://{{host}}/{{a}}/{{b}}/{{c}}\n");
  const auto free = free_variables(batch);
  ASSERT_THAT(free, SizeIs(2));
  EXPECT_EQ(free[0].first, "host");
  EXPECT_EQ(free[1].first, "c");
  EXPECT_EQ(free[1].second.line, 8U);
}

TEST(HurlFile, EverythingUnsupportedIsNamedInOneGo) {
  EXPECT_THAT(wrong("CONNECT http://a\n[Options]\nproxy: http://p\nretry: 1\nhttp3: true\noutput: x\nHTTP/3 200\n"
                    "[Asserts]\ncertificate \"Value\" exists\nbytes decode \"klingon\" == \"\"\n"),
              ElementsAre("1:1: the method CONNECT is not supported",
                          "3:1: the option proxy is not supported; give --proxy for the whole run",
                          "5:1: the option http3 is not supported",
                          "6:1: the option output is not supported; each row has what came of the request",
                          "7:1: HTTP/3 is not supported", HasSubstr("9:13: the certificate attribute Value is not"),
                          "10:14: the character set \"klingon\" is not supported"));
}

struct WrongCase {
  std::string_view text;
  std::string_view says;
};

class HurlWrong : public ::testing::TestWithParam<WrongCase> {};

TEST_P(HurlWrong, IsNamedWithLineAndColumn) {
  const std::vector<std::string> findings = wrong(GetParam().text);
  ASSERT_THAT(findings, SizeIs(1));
  EXPECT_THAT(findings[0], ::testing::StartsWith(std::string(GetParam().says)));
}

INSTANTIATE_TEST_SUITE_P(
    Each, HurlWrong,
    ::testing::Values(
        WrongCase{"get http://a", "1:1: a request must stand here"}, WrongCase{"GET ", "1:5: a URL must follow"},
        WrongCase{"HTTP 200", "1:1: a request must come before"},
        WrongCase{"GET http://a\nHTTP 20", "2:6: a status code of three digits"},
        WrongCase{"GET http://a\nHTTP/4 200", "2:1: a version of HTTP must stand here"},
        WrongCase{"GET http://a\n[Asserts]\n", "2:1: [Asserts] belongs to an answer"},
        WrongCase{"GET http://a\nHTTP 200\n[Form]\na: b\n", "3:1: [Form] belongs to a request"},
        WrongCase{"GET http://a\n[Nothing]\n", "2:1: there is no section [Nothing]"},
        WrongCase{"GET http://a\n[Query]\n[QueryStringParams]\n", "3:1: this request has two sections"},
        WrongCase{"GET http://a\n[Options]\nnothing: 1\n", "3:1: there is no option nothing"},
        WrongCase{"GET http://a\n[Options]\nretry: many\n", "3:1: the option retry takes how many times"},
        WrongCase{"GET http://a\n[Options]\ndelay: 3 days\n", "3:1: the option delay takes a length of time"},
        WrongCase{"GET http://a\nx: {{1}}\n", "2:6: the name of a variable must stand"},
        WrongCase{"GET http://a\nx: {{a\n", "2:7: }} or a filter must stand here"},
        WrongCase{"GET http://a\nx: a\\q\n", "2:5: the backslash must stand before"},
        WrongCase{"GET http://a\nx: \\u{110000}\n", "2:4: \\u{...} takes"},
        WrongCase{"POST http://a\n{\"a\": }\n", "2:7: a value of JSON must stand here"},
        WrongCase{"POST http://a\n{\"a\" 1}\n", "2:6: \":\" must stand here"},
        WrongCase{"POST http://a\n[1 2]\n", "2:4: \",\" or \"]\" must stand here"},
        WrongCase{"POST http://a\n01\n", "2:1: this is no number"},
        WrongCase{"POST http://a\n<a><b></a>\n", "2:1: the XML that begins here does not end"},
        WrongCase{"POST http://a\n```\nabc\n", "3:1: the string that begins here is not closed"},
        WrongCase{"POST http://a\n```yaml\na: 1\n```\n", "2:4: there is no multiline string of type yaml"},
        WrongCase{"POST http://a\nhex,abc;\n", "2:5: these are not hexadecimal bytes"},
        WrongCase{"POST http://a\nbase64,!!;\n", "2:8: this is not base64"},
        WrongCase{"POST http://a\nfile,;\n", "2:6: the name of a file must stand here"},
        WrongCase{"GET http://a\nHTTP 200\n[Asserts]\nnothing == 1\n", "4:1: a query must stand here"},
        WrongCase{"GET http://a\nHTTP 200\n[Asserts]\nstatus\n", "4:7: a filter or a predicate must follow"},
        WrongCase{"GET http://a\nHTTP 200\n[Asserts]\nstatus is 200\n", "4:8: a filter or a predicate must stand here"},
        WrongCase{"GET http://a\nHTTP 200\n[Asserts]\nstatus > true\n", "4:10: behind > a number or a string"},
        WrongCase{"GET http://a\nHTTP 200\n[Asserts]\nbody countEquals 1\n", "4:6: countEquals is no longer Hurl"},
        WrongCase{"GET http://a\nHTTP 200\n[Asserts]\nbody contains 1\n", "4:15: behind contains a string or bytes"},
        WrongCase{"GET http://a\nHTTP 200\n[Asserts]\nbody == \"a\n", "4:9: the double quote that opens here"},
        WrongCase{"GET http://a\nHTTP 200\n[Asserts]\njsonpath \"$.[\" exists\n", "4:10: \"$.[\" is no JSONPath: at"},
        WrongCase{"GET http://a\nHTTP 200\n[Asserts]\nbody matches /(/\n", "4:14: this is not a regular expression"},
        WrongCase{"GET http://a\nHTTP 200\n[Captures]\nx: nothing\n", "4:4: a query must stand here"},
        WrongCase{"GET http://a\nHTTP 200\n[Asserts]\nstatus == 200 201\n", "4:15: the line must end here"},
        WrongCase{"GET http://a\nx: \xff\n", "2:4: the file is not UTF-8 here"}));

TEST(HurlFile, WhatNestsTooDeeplyIsRefused) {
  const std::string deep = std::string(5000, '[') + std::string(5000, ']');
  EXPECT_THAT(wrong("POST http://a\n" + deep), ElementsAre(HasSubstr("nested deeper than 100 levels")));
  std::string filters;
  for (int i = 0; i < 200; ++i) filters += " first";
  EXPECT_THAT(wrong("GET http://a\nHTTP 200\n[Asserts]\nbody" + filters + " exists\n"),
              ElementsAre(HasSubstr("more than 100 filters")));
}

TEST(HurlFile, ExpressionsInExpressionsHaveABound) {
  std::string text = "GET http://a/";
  for (int i = 0; i < 100'000; ++i) text += "{{a replace \"";
  EXPECT_THAT(wrong(text), ElementsAre(HasSubstr("nested too deeply")));
}

TEST(HurlFile, NotMoreIsToldThanAPersonReads) {
  std::string text = "GET http://a\n[Options]\n";
  for (int i = 0; i < 1000; ++i) text += "proxy: x\n";
  EXPECT_THAT(wrong(text), SizeIs(101));
}

TEST(HurlFile, EveryFrontOfAFileIsReadWithoutACrash) {
  const std::string text =
      "POST http://{{h}}/a\nA: b\n[Query]\nx: y\n[Multipart]\nf: file,a b; c\n[Options]\nretry: 3\n"
      "```graphql\n{ a }\nvariables {\"a\": \"{{b}}\"}\n```\nHTTP/1.1 200\n[Captures]\nx: regex /a\\/(b)/ redact\n"
      "[Asserts]\ncookie \"a[Path]\" not == base64,YQ==;\nxpath \"//a\" nth 3 replace \"a\" \"b\" startsWith `x`\n<a "
      "b='c'/>\n";
  for (std::size_t end = 0; end <= text.size(); ++end) {
    const auto batch = parse_hurl(std::string_view(text).substr(0, end), "a.hurl");
    EXPECT_TRUE(batch || !batch.error().empty()) << end;
  }
}

}  // namespace
}  // namespace atonce::hurl
