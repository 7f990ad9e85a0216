#include "atonce/model/shared.h"

#include <gtest/gtest.h>

#include <string>

namespace atonce {
namespace {

TEST(Shared, IsEmptyUntilItHasAValue) {
  Shared<std::string> shared;
  EXPECT_FALSE(shared);
  EXPECT_EQ(shared.get(), nullptr);
  shared.own() = "a";
  EXPECT_EQ(*shared, "a");
  shared.reset();
  EXPECT_FALSE(shared);
}

TEST(Shared, ACopyIsTheSameUntilOneIsChanged) {
  Shared<std::string> one = std::string("a");
  Shared<std::string> other = one;
  EXPECT_EQ(one.get(), other.get());
  other.own() += "b";
  EXPECT_EQ(*one, "a");
  EXPECT_EQ(*other, "ab");
  const std::string* const before = other.get();
  other.own() += "c";
  EXPECT_EQ(other.get(), before);
}

TEST(Shared, ComparesAsItsValueDoes) {
  const Shared<std::string> one = std::string("a");
  EXPECT_EQ(one, Shared<std::string>(std::string("a")));
  EXPECT_NE(one, Shared<std::string>(std::string("b")));
  EXPECT_NE(one, Shared<std::string>());
  EXPECT_EQ(Shared<std::string>(), Shared<std::string>());
}

}  // namespace
}  // namespace atonce
