#include "atonce/jobs/csv_row.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace atonce {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> cells_of(std::string_view line) {
  CsvRow row;
  const auto cells = row.split(line);
  if (!cells) return {"complaint: " + cells.error().text};
  return {(*cells)->begin(), (*cells)->end()};
}

TEST(CsvRow, SplitsAtCommas) {
  EXPECT_THAT(cells_of("1,google.com"), ElementsAre("1", "google.com"));
  EXPECT_THAT(cells_of("a"), ElementsAre("a"));
  EXPECT_THAT(cells_of(""), ElementsAre(""));
  EXPECT_THAT(cells_of(",,"), ElementsAre("", "", ""));
}

TEST(CsvRow, TakesQuotedCellsWithCommasAndQuotes) {
  EXPECT_THAT(cells_of(R"("a,b",c)"), ElementsAre("a,b", "c"));
  EXPECT_THAT(cells_of(R"(1,"say ""hi""","")"), ElementsAre("1", "say \"hi\"", ""));
  EXPECT_THAT(cells_of(R"("""",""""""x)"), ElementsAre(HasSubstr("text follows a closing quote")));
  EXPECT_THAT(cells_of(R"("""","""""")"), ElementsAre("\"", "\"\""));
}

TEST(CsvRow, LeavesAQuoteInsideAPlainCellAlone) { EXPECT_THAT(cells_of(R"(a"b,c)"), ElementsAre("a\"b", "c")); }

TEST(CsvRow, RefusesAQuoteThatIsNotClosed) {
  EXPECT_THAT(cells_of(R"(1,"google.com)"), ElementsAre(HasSubstr("not closed on this line")));
  EXPECT_THAT(cells_of(R"("a"")"), ElementsAre(HasSubstr("not closed on this line")));
}

TEST(CsvRow, RefusesTextAfterAClosingQuote) {
  EXPECT_THAT(cells_of(R"("a"b,c)"), ElementsAre(HasSubstr("text follows a closing quote")));
}

}  // namespace
}  // namespace atonce
