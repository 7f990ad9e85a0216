#include "atonce/protocols/http/response_reader.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <stdexcept>

#include "atonce/protocols/http/deliveries.h"

namespace atonce {
namespace {

using ::testing::HasSubstr;

constexpr std::string_view ok_3 = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc";

/// What a stream with this in its head comes to.
HttpFault of_field(std::string_view line) {
  return answers(fmt::format("HTTP/1.1 200 OK\r\nServer: x\r\n{}\r\nContent-Length: 3\r\n\r\nabc", line)).fault;
}
HttpFault of_framing(std::string_view lines, std::string_view version = "HTTP/1.1") {
  return answers(fmt::format("{} 200 OK\r\n{}\r\n\r\n3\r\nabc\r\n0\r\n\r\n", version, lines)).fault;
}
HttpFault of_chunks(std::string_view chunks) {
  return answers(fmt::format("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{}", chunks)).fault;
}

TEST(Response, HasItsFieldsInOrderAndItsBodyToTheLength) {
  const Told told = answers(
      "HTTP/1.1 404 Not Found\r\nContent-Type:  text/plain \r\nSet-Cookie: a=1\r\nset-cookie: b=2\r\nContent-Length: "
      "5\r\n\r\nhello");
  EXPECT_EQ(told.head.status, 404);
  EXPECT_EQ(told.head.reason, "Not Found");
  EXPECT_EQ(told.head.version, HttpVersion::http11);
  EXPECT_EQ(told.head.fields.find("content-type"), "text/plain");
  EXPECT_THAT(told.head.fields.all("Set-Cookie"), ::testing::ElementsAre("a=1", "b=2"));
  EXPECT_EQ(told.body, "hello");
  EXPECT_EQ(told.fault, HttpFault::none);
  EXPECT_TRUE(told.keep_alive);
}

TEST(Response, NeedsNoReasonAndNoFields) {
  EXPECT_EQ(answers("HTTP/1.1 204\r\n\r\n").messages, 1);
  EXPECT_EQ(answers("HTTP/1.0 200 \r\n\r\nabc").body, "abc");
  EXPECT_EQ(answers("HTTP/1.1 999 x\r\nContent-Length: 0\r\n\r\n").head.status, 999);
}

TEST(Response, OfChunksIsTheirDataAndHasTrailersApart) {
  const Told told = answers(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n5\r\nhello\r\n00A;name=value;b=\"q\"\r\n, "
      "chunked!\r\n0\r\nDigest: 1\r\nX: y \r\n\r\n");
  EXPECT_EQ(told.body, "hello, chunked!");
  EXPECT_EQ(told.trailers.find("digest"), "1");
  EXPECT_FALSE(told.head.fields.has("digest"));
  EXPECT_TRUE(told.keep_alive);
}

TEST(Response, MayHaveAnyExtensionOfAChunkAndSpacesBehindItsSize) {
  for (const std::string_view line :
       {"3", "003", "3;a", "3;a=b", "3;a=b;c=d", "3 ; a = b", "3;a=\"q\\\"\";c=\"\"", "3  ", "3\t"})
    EXPECT_EQ(
        answers(fmt::format("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{}\r\nabc\r\n0\r\n\r\n", line)).body,
        "abc")
        << line;
}

TEST(Response, WithoutALengthLastsUntilTheStreamEnds) {
  const Told told = answers("HTTP/1.1 200 OK\r\nServer: x\r\n\r\nall of it");
  EXPECT_EQ(told.body, "all of it");
  EXPECT_EQ(told.messages, 1);
  EXPECT_FALSE(told.keep_alive);
  EXPECT_EQ(answers("HTTP/1.1 200 OK\r\n\r\nabc", {.closes = false}).messages, 0);
}

TEST(Response, ToHeadAnd204And304HasNoBody) {
  EXPECT_TRUE(answers("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", {.methods = {"HEAD"}}).keep_alive);
  EXPECT_TRUE(answers("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", {.methods = {"HEAD"}}).keep_alive);
  EXPECT_TRUE(answers("HTTP/1.1 304 Not Modified\r\nContent-Length: 1000\r\n\r\n").keep_alive);
  EXPECT_TRUE(answers("HTTP/1.1 204 No Content\r\n\r\n").keep_alive);
  EXPECT_FALSE(answers("HTTP/1.1 204 No Content\r\nContent-Length: 3\r\n\r\n").keep_alive);
}

TEST(Response, KeepsTheConnectionAsItsVersionAndFieldSay) {
  EXPECT_FALSE(answers("HTTP/1.1 200 OK\r\nConnection: x, Close\r\nContent-Length: 0\r\n\r\n").keep_alive);
  EXPECT_FALSE(answers("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n").keep_alive);
  EXPECT_TRUE(answers("HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 0\r\n\r\n").keep_alive);
  EXPECT_FALSE(answers("HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
                   .keep_alive);
}

TEST(Response, FollowsTheOneBeforeWhenItIsAskedFor) {
  const Told told =
      answers(fmt::format("{}HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n{}", ok_3, ok_3),
              {.methods = {"GET", "POST", "GET"}});
  EXPECT_EQ(told.messages, 3);
  EXPECT_EQ(told.fault, HttpFault::none);
}

TEST(Response, IsHeraldedByInterimOnes) {
  const Told told =
      answers(fmt::format("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n{}", ok_3));
  EXPECT_EQ(told.interims, 2);
  EXPECT_EQ(told.head.status, 200);
  EXPECT_FALSE(told.head.fields.has("Link"));
  EXPECT_EQ(told.body, "abc");
}

TEST(Response, ThatSwitchesLeavesAloneWhatFollows) {
  const Told switched = answers("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nother",
                                {.may_switch = true});
  EXPECT_TRUE(switched.switched);
  EXPECT_EQ(switched.left, "other");
  const Told tunnel = answers("HTTP/1.1 200 Connected\r\nContent-Length: 9\r\n\r\n\x16\x03", {.methods = {"CONNECT"}});
  EXPECT_TRUE(tunnel.switched);
  EXPECT_EQ(tunnel.left, "\x16\x03");
  EXPECT_EQ(answers("HTTP/1.1 407 Auth\r\nContent-Length: 2\r\n\r\nno", {.methods = {"CONNECT"}}).body, "no");
}

TEST(Response, HasAFieldThatGoesOnInASecondLineInOne) {
  const Told told =
      answers("HTTP/1.1 200 OK\r\nPolicy: a;\r\n\t b;\r\n c \r\nE:\r\n f\r\nG: h\r\n \r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(told.head.fields.find("policy"), "a;  \t b;   c");
  EXPECT_EQ(told.head.fields.find("e"), "f");
  EXPECT_EQ(told.head.fields.find("g"), "h");
  EXPECT_EQ(told.fault, HttpFault::none);
}

TEST(Response, BodiesArePiecesOfWhatWasGiven) {
  ResponseReader reader;
  reader.begin("GET");
  std::string_view input = ok_3;
  ASSERT_EQ(reader.next(input), HttpEvent::head);
  ASSERT_EQ(reader.next(input), HttpEvent::body);
  EXPECT_EQ(reader.body().data(), ok_3.data() + ok_3.size() - 3);
  ASSERT_EQ(reader.next(input), HttpEvent::end);
}

TEST(Response, IsReadIntoTheMemoryOfTheOneBefore) {
  ResponseReader reader;
  const char* before = nullptr;
  for (int round = 0; round < 3; ++round) {
    reader.begin("GET");
    std::string_view input = ok_3;
    ASSERT_EQ(reader.next(input), HttpEvent::head);
    const char* const now = reader.head().fields.find("content-length")->data();
    EXPECT_TRUE(round == 0 || now == before);
    before = now;
    while (reader.next(input) != HttpEvent::end) continue;
  }
}

TEST(Response, IsAwaitedOneAtATime) {
  ResponseReader reader;
  reader.begin("GET");
  EXPECT_THROW(reader.begin("GET"), std::logic_error);
}

// One test for each fault; the numbers and names are those of docs/http.md.

TEST(HttpFault, EmptyReplyIsAStreamThatEndsBeforeAByte) {
  EXPECT_EQ(answers("").fault, HttpFault::empty_reply);
  EXPECT_EQ(answers(ok_3, {.methods = {"GET", "GET"}}).fault, HttpFault::empty_reply);
}

TEST(HttpFault, NotHttpIsWhateverDoesNotBeginSo) {
  for (const std::string_view stream :
       {"<html>hello</html>", "SSH-2.0-OpenSSH_9.2\r\n", "\r\nHTTP/1.1 200 OK\r\n\r\n", "http/1.1 200 OK\r\n\r\n",
        "HTT", "\x15\x03\x01", "ICY 200 OK\r\n\r\n", " HTTP/1.1 200 OK\r\n\r\n"})
    EXPECT_EQ(answers(stream).fault, stream == "HTT" ? HttpFault::ended_in_head : HttpFault::not_http) << stream;
  EXPECT_EQ(answers("<", {.closes = false}).fault, HttpFault::not_http);
}

TEST(HttpFault, BadVersionIsAnyButTheTwoOfHttp1) {
  for (const std::string_view version :
       {"HTTP/0.9", "HTTP/1.2", "HTTP/2.0", "HTTP/2", "HTTP/1.10", "HTTP/11", "HTTP/x", "HTTP/"})
    EXPECT_EQ(answers(fmt::format("{} 200 OK\r\nContent-Length: 0\r\n\r\n", version)).fault,
              version == "HTTP/1.10" ? HttpFault::bad_status_line : HttpFault::bad_version)
        << version;
}

TEST(HttpFault, BadStatusLineHasNoStatusCodeOfThreeDigits) {
  for (const std::string_view rest :
       {"", " ", " 20", " 2000 OK", " 20x OK", "  200 OK", " -20 OK", " 099 OK", "\t200 OK", " 200OK", " OK"})
    EXPECT_EQ(answers(fmt::format("HTTP/1.1{}\r\nContent-Length: 0\r\n\r\n", rest)).fault, HttpFault::bad_status_line)
        << rest;
}

TEST(HttpFault, EndedInHeadIsAStreamThatEndsBeforeTheEmptyLine) {
  constexpr std::string_view head = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n";
  for (std::size_t size = 1; size < head.size(); ++size)
    EXPECT_EQ(answers(head.substr(0, size)).fault, HttpFault::ended_in_head) << size;
  EXPECT_EQ(answers("HTTP/1.1 100 Continue\r\n\r\n").fault, HttpFault::ended_in_head);
}

TEST(HttpFault, HeadTooLargeIsOneBeyondTheBound) {
  constexpr std::string_view head = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
  EXPECT_EQ(answers(head, {.limits = {.head_bytes_max = head.size()}}).fault, HttpFault::none);
  for (const std::size_t bound : {head.size() - 1, head.size() / 2, std::size_t{10}, std::size_t{1}})
    EXPECT_EQ(answers(head, {.limits = {.head_bytes_max = bound}}).fault, HttpFault::head_too_large) << bound;
  const std::string interims = fmt::format("HTTP/1.1 103 x\r\n\r\nHTTP/1.1 103 x\r\n\r\n{}", head);
  EXPECT_EQ(answers(interims, {.limits = {.head_bytes_max = head.size() + 10}}).fault, HttpFault::head_too_large);
  EXPECT_EQ(answers("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: yyyyyyyyyyyyyyyyyyyyyyyy\r\n\r\n",
                    {.limits = {.head_bytes_max = 60}})
                .fault,
            HttpFault::head_too_large);
}

TEST(HttpFault, HeadTooLargeComesAtOnceFromAnEndlessLine) {
  ResponseReader reader;
  reader.begin("GET");
  std::string_view begin = "HTTP/1.1 200 OK\r\nX: ";
  ASSERT_EQ(reader.next(begin), HttpEvent::more);
  const std::string filler(1 << 20, 'x');
  std::string_view input = filler;
  EXPECT_EQ(reader.next(input), HttpEvent::fault);
  EXPECT_EQ(reader.fault(), HttpFault::head_too_large);
  EXPECT_LE(reader.head_bytes(), HttpLimits{}.head_bytes_max);
}

TEST(HttpFault, TooManyFieldsIsOneBeyondTheBound) {
  std::string fields;
  for (int i = 0; i < 4; ++i) fields += "X: y\r\n";
  EXPECT_EQ(answers(fmt::format("HTTP/1.1 204 x\r\n{}\r\n", fields), {.limits = {.fields_max = 4}}).fault,
            HttpFault::none);
  EXPECT_EQ(answers(fmt::format("HTTP/1.1 204 x\r\n{}Y: z\r\n\r\n", fields), {.limits = {.fields_max = 4}}).fault,
            HttpFault::too_many_fields);
  EXPECT_EQ(HttpLimits{}.fields_max, 5'000u);
}

TEST(HttpFault, BareLfEndsNoLine) {
  EXPECT_EQ(answers("HTTP/1.1 200 OK\nContent-Length: 3\n\nabc").fault, HttpFault::bare_lf);
  EXPECT_EQ(of_field("X: a\nY: b"), HttpFault::bare_lf);
  EXPECT_EQ(answers("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\nabc").fault, HttpFault::bare_lf);
}

TEST(HttpFault, BareCrIsNoPartOfALine) {
  EXPECT_EQ(of_field("X: a\rY: b"), HttpFault::bare_cr);
  EXPECT_EQ(of_field("X: a\r"), HttpFault::bare_cr);
  EXPECT_EQ(answers("HTTP/1.1 200 O\rK\r\n\r\n").fault, HttpFault::bare_cr);
}

TEST(HttpFault, NulByteIsSeenInNamesValuesAndTheStatusLine) {
  using namespace std::string_view_literals;
  EXPECT_EQ(of_field("X: a\0b"sv), HttpFault::nul_byte);
  EXPECT_EQ(of_field("X\0: ab"sv), HttpFault::nul_byte);
  EXPECT_EQ(answers("HTTP/1.1 200 O\0K\r\n\r\n"sv).fault, HttpFault::nul_byte);
}

TEST(HttpFault, ControlByteIsAnyOtherButTheTab) {
  for (int byte = 1; byte < 0x20; ++byte) {
    if (byte == '\t' || byte == '\n' || byte == '\r') continue;
    EXPECT_EQ(of_field(fmt::format("X: a{}b", static_cast<char>(byte))), HttpFault::control_byte) << byte;
  }
  EXPECT_EQ(of_field("X: a\x7f"), HttpFault::control_byte);
  EXPECT_EQ(of_field("X: a\tb \xff\x80"), HttpFault::none);
}

TEST(HttpFault, FoldedFieldIsOneThatFramesTheMessage) {
  EXPECT_EQ(of_framing("Transfer-Encoding:\r\n chunked"), HttpFault::folded_field);
  EXPECT_EQ(of_framing("Content-Length: 1\r\n 2"), HttpFault::folded_field);
  EXPECT_EQ(of_framing("Connection: x\r\n\tclose"), HttpFault::folded_field);
}

TEST(HttpFault, SpaceBeforeColonIsPartOfNoName) {
  EXPECT_EQ(of_field("X : a"), HttpFault::space_before_colon);
  EXPECT_EQ(of_field("X\t: a"), HttpFault::space_before_colon);
  EXPECT_EQ(of_framing("Content-Length : 3"), HttpFault::space_before_colon);
}

TEST(HttpFault, BadFieldNameIsNoToken) {
  for (const std::string_view line :
       {"no colon here", ": no name", "a b: c", "a(b): c", "\xc3\xa9: c", " : x", "\"q\": c", "[: c"})
    EXPECT_EQ(answers(fmt::format("HTTP/1.1 200 OK\r\n{}\r\nContent-Length: 0\r\n\r\n", line)).fault,
              HttpFault::bad_field_name)
        << line;
}

TEST(HttpFault, TooManyInterimIsOneBeyondTheBound) {
  std::string interims;
  for (unsigned i = 0; i < HttpLimits{}.interim_max; ++i) interims += "HTTP/1.1 102 x\r\n\r\n";
  EXPECT_EQ(answers(fmt::format("{}{}", interims, ok_3)).messages, 1);
  EXPECT_EQ(answers(fmt::format("{}HTTP/1.1 103 x\r\n\r\n{}", interims, ok_3)).fault, HttpFault::too_many_interim);
}

TEST(HttpFault, UnaskedSwitchIsA101ThatNobodyWanted) {
  EXPECT_EQ(answers("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nother").fault,
            HttpFault::unasked_switch);
}

TEST(HttpFault, StrayBytesComeBeforeARequestOrBehindAnAnswer) {
  EXPECT_EQ(answers("HTTP/1.1 200 OK\r\n\r\n", {.methods = {}}).fault, HttpFault::stray_bytes);
  const Told behind = answers(fmt::format("{}d", ok_3));
  EXPECT_EQ(behind.fault, HttpFault::stray_bytes);
  EXPECT_EQ(behind.body, "abc");
  EXPECT_EQ(behind.messages, 1);
  EXPECT_EQ(answers("HTTP/1.1 204 x\r\nContent-Length: 3\r\n\r\nabc").fault, HttpFault::stray_bytes);
}

TEST(HttpFault, StrayBytesEndTheConnection) {
  ResponseReader reader;
  std::string_view input = ok_3;
  ASSERT_EQ(reader.next(input), HttpEvent::fault);
  EXPECT_FALSE(reader.keep_alive());
  reader.begin("GET");
  EXPECT_EQ(reader.next(input), HttpEvent::fault) << "a byte of one answer never passes for another's";
}

TEST(HttpFault, BothLengthsContradictEachOther) {
  EXPECT_EQ(of_framing("Content-Length: 3\r\nTransfer-Encoding: chunked"), HttpFault::both_lengths);
  EXPECT_EQ(of_framing("Transfer-Encoding: chunked\r\nContent-Length: 3"), HttpFault::both_lengths);
  EXPECT_EQ(of_framing("Transfer-Encoding: x\r\nContent-Length: 3"), HttpFault::both_lengths);
}

TEST(HttpFault, TwoLengthsAreTooManyEvenWhenTheyAreEqual) {
  EXPECT_EQ(of_framing("Content-Length: 3\r\nContent-Length: 4"), HttpFault::two_lengths);
  EXPECT_EQ(of_framing("Content-Length: 3\r\ncontent-length: 3"), HttpFault::two_lengths);
}

TEST(HttpFault, BadLengthIsNoDecimalNumber) {
  for (const std::string_view length : {"", "+3", "-3", "0x3", "3.0", "3 3", "3,3", "3, 3", "three", "3a", "\"3\"",
                                        "18446744073709551616", "99999999999999999999999999999999"})
    EXPECT_EQ(of_framing(fmt::format("Content-Length: {}", length)), HttpFault::bad_length) << length;
}

TEST(HttpFault, UnknownTransferCodingIsAnyButChunked) {
  for (const std::string_view coding :
       {"gzip", "identity", "gzip, chunked", "chunke", "chunkedd", "xchunked", "", "\"chunked\"", "chunked;q=1"})
    EXPECT_EQ(of_framing(fmt::format("Transfer-Encoding: {}", coding)), HttpFault::unknown_transfer_coding) << coding;
}

TEST(HttpFault, ChunkedNotLastIsChunkedTwiceToo) {
  for (const std::string_view coding : {"chunked, gzip", "chunked, chunked", "chunked,",
                                        "chunked\r\nTransfer-Encoding: gzip", "chunked\r\nTransfer-Encoding: chunked"})
    EXPECT_EQ(of_framing(fmt::format("Transfer-Encoding: {}", coding)), HttpFault::chunked_not_last) << coding;
}

TEST(HttpFault, ChunkedInHttp10IsNotOfThatVersion) {
  EXPECT_EQ(of_framing("Transfer-Encoding: chunked", "HTTP/1.0"), HttpFault::chunked_in_http10);
}

TEST(HttpFault, BadChunkSizeIsNoHexadecimalNumberWithACrLf) {
  for (const std::string_view line :
       {"0x3", "+3", "-3", " 3", "3 4", "g", "", "3\tx", "3\r", "3,4", "\x80", "3;a=\x01", "3;\x7f"})
    EXPECT_EQ(of_chunks(fmt::format("{}\r\nabc\r\n0\r\n\r\n", line)), HttpFault::bad_chunk_size) << line;
  EXPECT_EQ(of_chunks("3\nabc\r\n0\r\n\r\n"), HttpFault::bad_chunk_size);
  EXPECT_EQ(of_chunks("3;x\nabc\r\n0\r\n\r\n"), HttpFault::bad_chunk_size);
}

TEST(HttpFault, ChunkTooLargeIsMoreThan64BitsSay) {
  EXPECT_EQ(of_chunks("10000000000000000\r\nabc"), HttpFault::chunk_too_large);
  EXPECT_EQ(of_chunks("ffffffffffffffffffff\r\nabc"), HttpFault::chunk_too_large);
  EXPECT_EQ(of_chunks("ffffffffffffffff\r\nabc"), HttpFault::ended_in_chunk);
}

TEST(HttpFault, ChunkLineTooLongIsOneBeyondTheBound) {
  const Asked asked{.limits = {.chunk_line_bytes_max = 20}};
  const auto stream = [](std::string_view line) {
    return fmt::format("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{}\r\nabc\r\n{}\r\nabc\r\n0\r\n\r\n", line,
                       line);
  };
  EXPECT_EQ(answers(stream("3;a=bbbbbbbbbbbb"), asked).messages, 1);
  EXPECT_EQ(answers(stream("3;a=bbbbbbbbbbbbbbbbbb"), asked).fault, HttpFault::chunk_line_too_long);
  EXPECT_EQ(answers(stream("0000000000000000000000003"), asked).fault, HttpFault::chunk_line_too_long);
}

TEST(HttpFault, BadChunkEndIsAChunkThatIsLongerOrShorterThanItSays) {
  EXPECT_EQ(of_chunks("3\r\nabcd\r\n0\r\n\r\n"), HttpFault::bad_chunk_end);
  EXPECT_EQ(of_chunks("3\r\nabc\n0\r\n\r\n"), HttpFault::bad_chunk_end);
  EXPECT_EQ(of_chunks("3\r\nabc0\r\n\r\n"), HttpFault::bad_chunk_end);
  EXPECT_EQ(of_chunks("4\r\nabc\r\n0\r\n\r\n"), HttpFault::bad_chunk_end);
}

TEST(HttpFault, BadTrailerWouldFrameTheMessage) {
  EXPECT_EQ(of_chunks("0\r\nContent-Length: 3\r\n\r\n"), HttpFault::bad_trailer);
  EXPECT_EQ(of_chunks("0\r\nTransfer-Encoding: chunked\r\n\r\n"), HttpFault::bad_trailer);
}

TEST(HttpFault, TrailersAreHeldToTheRulesOfHeads) {
  EXPECT_EQ(of_chunks("0\r\nX : y\r\n\r\n"), HttpFault::space_before_colon);
  EXPECT_EQ(of_chunks("0\r\nX: y\r\n z\r\n\r\n"), HttpFault::folded_field);
  EXPECT_EQ(of_chunks("0\r\nX: y\n\r\n"), HttpFault::bare_lf);
  EXPECT_EQ(of_chunks("0\r\n\n"), HttpFault::bare_lf);
  EXPECT_EQ(of_chunks("0\r\nno colon\r\n\r\n"), HttpFault::bad_field_name);
}

TEST(HttpFault, EndedInBodyIsAStreamThatEndsBeforeTheLength) {
  const Told told = answers("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nabc");
  EXPECT_EQ(told.fault, HttpFault::ended_in_body);
  EXPECT_EQ(told.body, "abc");
  EXPECT_EQ(told.messages, 0);
}

TEST(HttpFault, EndedInChunkIsAStreamThatEndsBeforeTheLastChunk) {
  constexpr std::string_view chunks = "3;x=y\r\nabc\r\n0\r\nX: y\r\n\r\n";
  for (std::size_t size = 0; size < chunks.size(); ++size)
    EXPECT_EQ(of_chunks(chunks.substr(0, size)), HttpFault::ended_in_chunk) << size;
}

TEST(HttpFault, BodyTooLargeIsOneByteBeyondTheBound) {
  const Asked asked{.limits = {.body_bytes_max = 6}};
  EXPECT_EQ(answers("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabcdef", asked).messages, 1);
  EXPECT_EQ(answers("HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nabcdefg", asked).fault, HttpFault::body_too_large);
  EXPECT_EQ(answers("HTTP/1.1 200 OK\r\n\r\nabcdef", asked).messages, 1);
  EXPECT_EQ(answers("HTTP/1.1 200 OK\r\n\r\nabcdefg", asked).fault, HttpFault::body_too_large);
  constexpr std::string_view chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  EXPECT_EQ(answers(fmt::format("{}4\r\nabcd\r\n2\r\nef\r\n0\r\n\r\n", chunked), asked).messages, 1);
  EXPECT_EQ(answers(fmt::format("{}4\r\nabcd\r\n3\r\nefg\r\n0\r\n\r\n", chunked), asked).fault,
            HttpFault::body_too_large);
  EXPECT_EQ(answers(fmt::format("{}6\r\nabcdef\r\n3\r\nefg\r\n0\r\n\r\n", chunked), asked).body, "abcdef");
}

TEST(Response, IsReadTheSameHoweverItWasBrokenAtAnyByte) {
  constexpr std::string_view stream =
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX: y\r\n\r\n3;a=b\r\nabc\r\n0\r\nZ: z\r\n\r\n";
  constexpr std::array<char, 12> bytes{'\0', '\n', '\r', ' ', '\t', ':', '0', 'f', ';', ',', '\x7f', '\xff'};
  for (std::size_t at = 0; at < stream.size(); ++at)
    for (const char byte : bytes) {
      std::string broken(stream);
      broken[at] = byte;
      answers(broken);
    }
}

}  // namespace
}  // namespace atonce
