#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cerrno>

#include "atonce/cli/arguments.h"

namespace atonce {
namespace {

using testing::HasSubstr;

constexpr std::array<std::string_view, 4> strategies{"sequential", "processes", "threads", "async"};
constexpr std::array<std::string_view, 2> jobs{"probe", "write"};

Parsed<Invocation> parse(std::vector<const char*> words) {
  words.insert(words.begin(), "atonce");
  return parse_arguments(words, {.names = {strategies, jobs},
                                 .input_is_terminal = true,
                                 .why_unreadable = [](const std::string&) { return ENOENT; }});
}

std::string complaint(std::vector<const char*> words) {
  const Parsed<Invocation> parsed = parse(std::move(words));
  return parsed ? "understood" : parsed.error().text;
}

TEST(WriteArguments, AFolderAndANumberAreEnough) {
  const auto parsed = parse({"write", "out", "-n", "100000"});
  ASSERT_TRUE(parsed) << parsed.error().text;
  const Plan& plan = parsed->plan;
  EXPECT_EQ(plan.job, "write");
  EXPECT_EQ(plan.write.folder, "out");
  EXPECT_TRUE(plan.input.is_generated());
  EXPECT_EQ(plan.input.limit, 100'000u);
  EXPECT_EQ(plan.input.files.size, (NumberRange{1, 1}));
  EXPECT_EQ(plan.trust.confirm, 0u);
  EXPECT_FALSE(plan.pacing.automatic);
}

TEST(WriteArguments, ReadEveryOption) {
  const auto parsed = parse({"write", "out", "-n", "5", "--size", "1K-2M", "--name-bytes", "16", "--fan-out", "256",
                             "--overwrite", "--atomic", "--sync", "file", "--verify", "10"});
  ASSERT_TRUE(parsed) << parsed.error().text;
  const Plan& plan = parsed->plan;
  EXPECT_EQ(plan.input.files.size, (NumberRange{1 << 10, 2 << 20}));
  EXPECT_EQ(plan.input.files.name_bytes, 16u);
  EXPECT_EQ(plan.input.files.fan_out, 256u);
  EXPECT_TRUE(plan.write.overwrite && plan.write.atomic);
  EXPECT_EQ(plan.write.sync, SyncChoice::file);
  EXPECT_EQ(plan.write.verify, 10u);
  EXPECT_EQ(parse({"write", "out", "-n", "5", "--size", "@model"})->plan.input.files.content, "model");
}

TEST(WriteArguments, AListOrAnArchiveSaysWhatToWrite) {
  const auto lines = parse({"write", "out", "--from", "files.jsonl"});
  ASSERT_TRUE(lines) << lines.error().text;
  EXPECT_EQ(lines->plan.input.list, "files.jsonl");
  EXPECT_FALSE(lines->plan.input.files.archive);
  EXPECT_TRUE(parse({"write", "out", "--from-tar", "-"})->plan.input.files.archive);
}

TEST(WriteArguments, SayWhatIsMissingOrDoesNotGoTogether) {
  EXPECT_THAT(complaint({"write"}), HasSubstr("Name a folder"));
  EXPECT_THAT(complaint({"write", "a", "b", "-n", "1"}), HasSubstr("one folder"));
  EXPECT_THAT(complaint({"write", "a"}), HasSubstr("how many files"));
  EXPECT_THAT(complaint({"write", "a", "--from", "x", "--from-tar", "y"}), HasSubstr("one list"));
  EXPECT_THAT(complaint({"write", "a", "--from", "x", "--size", "3"}), HasSubstr("the list says"));
  EXPECT_THAT(complaint({"write", "a", "--from-tar", "x", "--fan-out", "3"}), HasSubstr("folders of its own"));
  EXPECT_THAT(complaint({"write", "a", "-n", "1", "--size", "9-2"}), HasSubstr("ends before it begins"));
  EXPECT_THAT(complaint({"write", "a", "-n", "1", "--size", "@"}), HasSubstr("name of the file is empty"));
  EXPECT_THAT(complaint({"write", "a", "-n", "1", "--name-bytes", "7"}), HasSubstr("8"));
  EXPECT_THAT(complaint({"write", "a", "-n", "1", "--sync", "always"}), HasSubstr("(none)"));
  EXPECT_THAT(complaint({"write", "a", "-n", "1", "--rate", "auto"}), HasSubstr("say a number"));
  EXPECT_THAT(complaint({"write", "a", "-n", "1", "-p", "80"}), HasSubstr("no option"));
}

TEST(WriteArguments, CleaningNamesARunAndNothingElse) {
  const auto parsed = parse({"write", "--clean", "run"});
  ASSERT_TRUE(parsed) << parsed.error().text;
  EXPECT_TRUE(parsed->clean);
  EXPECT_EQ(parsed->run.folder, "run");
  EXPECT_THAT(complaint({"write", "--clean", "run", "out"}), HasSubstr("leave \"out\" out"));
  EXPECT_THAT(complaint({"write", "--clean", "run", "-n", "3"}), HasSubstr("writes nothing"));
}

TEST(WriteArguments, AComparisonWritesFoldersOfItsOwn) {
  const auto parsed = parse({"compare", "write", "out", "-n", "10", "--fan-out", "4"});
  ASSERT_TRUE(parsed) << parsed.error().text;
  EXPECT_EQ(parsed->plan.write.folder, "out");
  EXPECT_THAT(complaint({"compare", "write", "out", "-n", "10", "--sync", "end"}), HasSubstr("--sync end"));
  EXPECT_THAT(complaint({"compare", "probe", "x", "--atomic"}), HasSubstr("probe has no option --atomic"));
}

}  // namespace
}  // namespace atonce
