#include "atonce/cli/hide_arguments.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace atonce {
namespace {

TEST(HideArguments, LeavesNoSecretInTheWordsOfTheProcess) {
  std::vector<std::string> words{"atonce",
                                 "-ume:hunter2",
                                 "-b",
                                 "sid=hunter2",
                                 "-ba=hunter2",
                                 "-HX-Token: hunter2",
                                 "https://me:hunter2@a.example/x",
                                 "--proxy=http://u:hunter2@p:1",
                                 "list.csv"};
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  Invocation invocation{.request = {.fields = {"X-Token: hunter2", "Accept: x"}, .data = {}}};
  invocation.plan.fetch.user = "me:hunter2";
  invocation.plan.fetch.cookie = "sid=hunter2; a=hunter2";
  hide_arguments(argv, invocation);
  for (const std::string& word : words) EXPECT_EQ(word.find("hunter2"), word.npos) << word;
  EXPECT_EQ(words[1], "-u**********");
  EXPECT_EQ(words[6], "https://**********@a.example/x");
  EXPECT_EQ(words[8], "list.csv");
}

}  // namespace
}  // namespace atonce
