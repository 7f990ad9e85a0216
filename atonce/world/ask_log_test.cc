#include "atonce/world/ask_log.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <iterator>

#include "atonce/world/test_dns.h"

namespace atonce {
namespace {

class AskLogFile : public testing::Test {
 protected:
  std::string path_ = testing::TempDir() + "/ask-" + std::to_string(::getpid()) + ".log";
  void TearDown() override { std::remove(path_.c_str()); }
  std::string text() const {
    std::ifstream file(path_);
    return {std::istreambuf_iterator<char>(file), {}};
  }
};

TEST_F(AskLogFile, HasALineForEachQuestionAndEachSyn) {
  AskLog log = AskLog::open(path_).value();
  log.add_question(write_dns_query(7, "www.example.com", 28));
  std::uint8_t syn[40] = {0x45};
  syn[16] = 10, syn[19] = 7, syn[22] = 1, syn[23] = 187;
  log.add_syn(syn);
  EXPECT_EQ(text(), "") << "until it is flushed";
  log.flush();
  EXPECT_EQ(text(), "dns www.example.com 28\nsyn 10.0.0.7 443\n");
}

TEST_F(AskLogFile, IsAppendedToByEveryWorldThatNamesIt) {
  for (int i = 0; i < 2; ++i) {
    AskLog log = AskLog::open(path_).value();
    log.add_question(write_dns_query(7, "a.example", 1));
    log.flush();
  }
  EXPECT_EQ(text(), "dns a.example 1\ndns a.example 1\n");
}

TEST_F(AskLogFile, TakesNoLineFromWhatIsCutShort) {
  AskLog log = AskLog::open(path_).value();
  const std::vector<std::uint8_t> query = write_dns_query(7, "a.example", 1);
  for (std::size_t size = 0; size + 2 < query.size(); ++size) log.add_question(std::span(query).first(size));
  const std::uint8_t packet[] = {0x45, 0, 0};
  log.add_syn(packet);
  log.add_syn({});
  log.flush();
  EXPECT_EQ(text(), "");
}

TEST_F(AskLogFile, NeverHoldsAControlByte) {
  AskLog log = AskLog::open(path_).value();
  log.add_question(write_dns_query(7, "a\n\x1b.example", 1));
  log.flush();
  EXPECT_EQ(text(), "dns a??.example 1\n");
}

TEST(AskLog, OfAnEmptyPathTakesNothing) {
  AskLog log = AskLog::open("").value();
  EXPECT_FALSE(log.wanted());
  log.add_question(write_dns_query(7, "a.example", 1));
  log.flush();
}

TEST(AskLog, SaysWhyItCannotBeOpened) {
  const auto log = AskLog::open("/proc/nowhere/log");
  ASSERT_FALSE(log);
  EXPECT_NE(log.error().text.find("/proc/nowhere/log"), std::string::npos);
}

}  // namespace
}  // namespace atonce
