#include "atonce/jobs/hurl/calendar.h"

#include <gmock/gmock.h>

namespace atonce::hurl {
namespace {

constexpr std::int64_t s = 1'000'000'000;
constexpr std::int64_t monday = std::int64_t{1'674'498'343} * s + 511'000'000;  // 2023-01-23T18:25:43.511Z

TEST(Calendar, DatesAreWrittenAsChronoHasIt) {
  EXPECT_EQ(write_date(monday, "%A, %d %b %Y %H:%M:%S GMT"), "Monday, 23 Jan 2023 18:25:43 GMT");
  EXPECT_EQ(write_date(monday, "%a %B %e %j %u %w %y %C %I %p %P"), "Mon January 23 023 1 1 23 20 06 PM pm");
  EXPECT_EQ(write_date(monday, "%F %T %R %D %s %z %:z %Z"),
            "2023-01-23 18:25:43 18:25 01/23/23 1674498343 +0000 +00:00 UTC");
  EXPECT_EQ(write_date(monday, "%f %.f %.3f %.6f %.9f %3f %9f"),
            "511000000 .511 .511 .511000 .511000000 511 511000000");
  EXPECT_EQ(write_date(monday, "%+ 100%%%n%t."), "2023-01-23T18:25:43.511+00:00 100%\n\t.");
  EXPECT_EQ(write_date(monday, "%c|%x|%v|%r"), "Mon Jan 23 18:25:43 2023|01/23/23|23-Jan-2023|06:25:43 PM");
}

TEST(Calendar, WeeksAreCountedInThreeWays) {
  // 2021-01-03, a Sunday: the last day of week 53 of 2020 by ISO 8601.
  EXPECT_EQ(write_date(std::int64_t{1'609'632'000} * s, "%G-%g-W%V %U %W"), "2020-20-W53 01 00");
  EXPECT_EQ(write_date(std::int64_t{1'609'718'400} * s, "%G-W%V %U %W"), "2021-W01 01 01");
}

TEST(Calendar, MomentsBefore1970AreWritten) {
  EXPECT_EQ(write_date(-1, "%F %T%.f"), "1969-12-31 23:59:59.999999999");
  EXPECT_EQ(write_rfc3339(0), "1970-01-01T00:00:00Z");
}

TEST(Calendar, DatesAreReadBack) {
  EXPECT_EQ(parse_date("2023-01-23T18:25:43.511Z", "%Y-%m-%dT%H:%M:%S%.fZ"), monday);
  EXPECT_EQ(parse_date("2023-01-23T18:25:43.511Z", "%+"), monday);
  EXPECT_EQ(parse_date("2023-01-23T20:25:43.511+02:00", "%+"), monday);
  EXPECT_EQ(parse_date("Mon, 23 Jan 2023 18:25:43 GMT", "%a, %d %b %Y %H:%M:%S GMT"), monday / s * s);
  EXPECT_EQ(parse_date("23 january 2023  6:25:43 pm", "%d %B %Y %I:%M:%S %p"), monday / s * s);
  EXPECT_EQ(parse_date("1674498343", "%s"), monday / s * s);
  EXPECT_EQ(parse_date("2023-023", "%Y-%j"), *parse_date("2023-01-23", "%F"));
  EXPECT_EQ(parse_date("69 01 01", "%y %m %d"), *parse_date("2069-01-01", "%F"));
}

TEST(Calendar, WhatIsNoDateOfTheFormatIsComplainedAbout) {
  for (const std::string_view text : {"", "2023-02-30", "2023-13-01", "2023-01-23x", "23-01-23-", "9999-01-01"})
    EXPECT_FALSE(parse_date(text, "%Y-%m-%d")) << text;
  EXPECT_FALSE(parse_date("2023-366", "%Y-%j"));
  EXPECT_FALSE(parse_date("12:30", "%H:%M")) << "a date needs a day";
}

TEST(Calendar, AFormatThatIsNotKnownIsNamed) {
  EXPECT_THAT(write_date(0, "%Q").error().text, ::testing::HasSubstr("\"%Q\""));
  EXPECT_FALSE(write_date(0, "%"));
  EXPECT_FALSE(write_date(0, "%5f"));
  EXPECT_FALSE(parse_date("1", "%G"));
  EXPECT_FALSE(write_date(0, std::string(2000, 'x')));
}

TEST(Calendar, IsoDatesAreStrict) {
  for (const std::string_view text : {"2002-10-02T15:00:00Z", "2002-10-02T15:00:00.05Z", "2002-10-02T10:00:00-05:00"})
    EXPECT_TRUE(is_iso_date(text)) << text;
  for (const std::string_view text : {"2002-10-02", "2002-10-02T15:00:00", "2002-10-02 15:00:00Z",
                                      "2002-1-02T15:00:00Z", "2002-10-32T15:00:00Z", "2002-10-02T15:00:00.Z", ""})
    EXPECT_FALSE(is_iso_date(text)) << text;
}

}  // namespace
}  // namespace atonce::hurl
