#include "atonce/model/escape.h"

#include <gtest/gtest.h>

namespace atonce {
namespace {

using namespace std::string_literals;

TEST(Escape, LeavesPrintableTextAlone) {
  for (const char* text : {"", "example.com", "münchen.de", "例え.jp", "😀 ok"}) {
    EXPECT_EQ(escape_for_terminal(text), text);
    EXPECT_TRUE(safe_for_terminal(text));
  }
}

TEST(Escape, ShowsControlBytesInHex) {
  EXPECT_EQ(escape_for_terminal("\x1b[31mred\x07\x7f"), "\\x1B[31mred\\x07\\x7F");
  EXPECT_EQ(escape_for_terminal("a\0b\tc\r\n"s), "a\\x00b\\x09c\\x0D\\x0A");
}

TEST(Escape, ShowsC1AndBidirectionalControlsByCodePoint) {
  EXPECT_EQ(escape_for_terminal("\u009b31m"), "\\u{9B}31m");
  EXPECT_EQ(escape_for_terminal("abc\u202egpj.exe"), "abc\\u{202E}gpj.exe");
  EXPECT_EQ(escape_for_terminal("\u2066x\u2069\u200f\u061c"), "\\u{2066}x\\u{2069}\\u{200F}\\u{61C}");
  EXPECT_EQ(escape_for_terminal("pay\u200bpal\ufeff"), "pay\\u{200B}pal\\u{FEFF}");
}

TEST(Escape, ShowsBytesThatAreNotUtf8InHex) {
  EXPECT_EQ(escape_for_terminal("\x9b"
                                "31m"),
            "\\x9B31m")
      << "a bare C1 byte works on an 8-bit terminal";
  EXPECT_EQ(escape_for_terminal("\xc0\x9b"), "\\xC0\\x9B") << "overlong";
  EXPECT_EQ(escape_for_terminal("\xed\xa0\x80"), "\\xED\\xA0\\x80") << "surrogate";
  EXPECT_EQ(escape_for_terminal("\xf4\x90\x80\x80"), "\\xF4\\x90\\x80\\x80") << "beyond Unicode";
  EXPECT_EQ(escape_for_terminal("caf\xc3"), "caf\\xC3") << "cut short";
  EXPECT_EQ(escape_for_terminal("\xe2\x80x"), "\\xE2\\x80x") << "cut short in the middle";
}

TEST(Escape, DoublesABackslashSoThatNothingElseLooksLikeAnEscape) {
  EXPECT_EQ(escape_for_terminal("\\x1B"), "\\\\x1B");
}

TEST(Escape, LeavesNothingUnsafeWhateverTheBytes) {
  for (int first = 0; first < 256; ++first)
    for (int second = 0; second < 256; ++second) {
      const std::string text{static_cast<char>(first), static_cast<char>(second), 'x'};
      const std::string shown = escape_for_terminal(text);
      EXPECT_EQ(safe_for_terminal(text), shown == text);
      for (const char c : shown) EXPECT_TRUE(c < 0 || c >= 0x20) << first << ' ' << second;
    }
}

}  // namespace
}  // namespace atonce
