#include "atonce/model/boxed.h"

#include <gtest/gtest.h>

#include <string>

#include "atonce/model/outcome.h"

namespace atonce {
namespace {

static_assert(sizeof(Boxed<Exchange>) == sizeof(void*));

TEST(Boxed, IsEmptyUntilItHasAValue) {
  Boxed<std::string> box;
  EXPECT_FALSE(box);
  EXPECT_EQ(box.get(), nullptr);
  box.emplace("a");
  EXPECT_EQ(*box, "a");
  box.reset();
  EXPECT_FALSE(box);
}

TEST(Boxed, ACopyIsItsOwn) {
  Outcome outcome;
  outcome.exchange.emplace().status_code = 200;
  Outcome copy = outcome;
  copy.exchange->status_code = 404;
  EXPECT_EQ(outcome.exchange->status_code, 200);
  copy = outcome;
  EXPECT_EQ(copy.exchange, outcome.exchange);
  copy = Outcome{};
  EXPECT_FALSE(copy.exchange);
  EXPECT_NE(copy.exchange, outcome.exchange);
}

}  // namespace
}  // namespace atonce
