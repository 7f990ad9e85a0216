#include "atonce/results/json_text.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace atonce {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;

std::string json(std::string_view text) {
  std::string row;
  append_json_string(row, text);
  return row;
}

std::string in_seconds(Duration duration) {
  std::string row;
  append_seconds(row, duration);
  return row;
}

TEST(JsonText, LeavesPrintableTextAsItIs) {
  EXPECT_EQ(json(""), R"("")");
  EXPECT_EQ(json("google.com"), R"("google.com")");
  EXPECT_EQ(json("bücher 例え 😀"), R"("bücher 例え 😀")");
}

TEST(JsonText, EscapesWhatJsonAsksFor) {
  EXPECT_EQ(json(R"(say "hi" \o/)"), R"("say \"hi\" \\o/")");
  EXPECT_EQ(json("a\0b\n\x1b[2J\x7f"s), R"("a\u0000b\u000a\u001b[2J\u007f")");
}

TEST(JsonText, EscapesWhatATerminalWouldObeyOrHide) {
  EXPECT_EQ(json("\u009b31m\u202egpj\u2028\ufeff"), R"("\u009b31m\u202egpj\u2028\ufeff")");
  EXPECT_EQ(json("\U000E0041"), R"("\udb40\udc41")") << "a surrogate pair";
}

TEST(JsonText, ReplacesBytesThatAreNotUtf8) {
  EXPECT_EQ(json("caf\xe9!"), R"("caf\ufffd!")");
  EXPECT_EQ(json("\xc0\x80\xed\xa0\x80\xff"), R"("\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd")");
  EXPECT_EQ(json("\xe4\xbe"), R"("\ufffd\ufffd")");
}

TEST(JsonText, IsReadBackAsItWasWhateverTheBytes) {
  for (int first = 0; first < 256; ++first)
    for (int second = 0; second < 256; ++second) {
      const std::string text{static_cast<char>(first), static_cast<char>(second), 'x'};
      const std::string written = json(text);
      const auto read = nlohmann::json::parse(written, nullptr, false);
      ASSERT_FALSE(read.is_discarded()) << first << ' ' << second;
      if (first < 128 && second < 128) {
        EXPECT_EQ(read.get<std::string>(), text);
      }
      for (const char c : written) EXPECT_TRUE(c < 0 || (c >= 0x20 && c != 0x7f));
    }
}

TEST(JsonText, WritesSecondsWithSixDecimals) {
  EXPECT_EQ(in_seconds(0ns), "0.000000");
  EXPECT_EQ(in_seconds(21'300us), "0.021300");
  EXPECT_EQ(in_seconds(3'500ms), "3.500000");
  EXPECT_EQ(in_seconds(1'000'000s + 1us), "1000000.000001");
  EXPECT_EQ(in_seconds(499ns), "0.000000");
  EXPECT_EQ(in_seconds(500ns), "0.000001");
  EXPECT_EQ(in_seconds(999'999'999ns), "1.000000");
  EXPECT_EQ(in_seconds(-5ms), "0.000000");
}

}  // namespace
}  // namespace atonce
