#include "atonce/results/manifest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <chrono>
#include <nlohmann/json.hpp>

namespace atonce {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::IsEmpty;

/// A list in memory, with a name.
class List {
 public:
  explicit List(const std::string& text) : file_(memfd_create("list", 0)) {
    EXPECT_EQ(write(file_, text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  ~List() { close(file_); }
  InputMark mark() const { return *mark_input({.list = "/proc/self/fd/" + std::to_string(file_)}); }

 private:
  int file_;
};

Manifest made(const Plan& plan, InputMark input = {.targets = {"a"}}) { return make_manifest(plan, input, {}); }

std::string refusal(const Manifest& manifest, const InputMark& now) {
  const auto same = check_same_input(manifest, now);
  return same ? "" : same.error().text;
}

std::string refusal(const Manifest& manifest, const Plan& now) {
  const auto same = check_same_plan(manifest, now);
  return same ? "" : same.error().text;
}

TEST(Manifest, ReadsBackWhatWasWritten) {
  Plan plan;
  plan.output.format = ResultFormat::csv;
  plan.input.limit = 7;
  Manifest manifest = make_manifest(plan, {.path = "/lists/\xff\"\n.csv", .bytes = 12, .digest = "ab"},
                                    {"probe", "-n", "7", "caf\xe9", "\u202e", ""});
  const Parsed<Manifest> read = parse_manifest(write_manifest(manifest), "m");
  ASSERT_TRUE(read) << read.error().text;
  EXPECT_EQ(*read, manifest);
  manifest.input = {.targets = {"a.example", "b\xff"}};
  EXPECT_EQ(*parse_manifest(write_manifest(manifest), "m"), manifest);
  EXPECT_EQ(manifest.outputs,
            (std::vector<OutputPlace>{{ResultFormat::jsonl, "results.jsonl"}, {ResultFormat::csv, "results.csv"}}));
  EXPECT_EQ(manifest.version, ATONCE_VERSION);
}

TEST(Manifest, RefusesANewerFormatAndNonsense) {
  Manifest manifest = made({});
  manifest.format = run_folder_format + 1;
  EXPECT_THAT(parse_manifest(write_manifest(manifest), "/r/manifest.json").error().text,
              HasSubstr("was written by a newer atonce (format 2; this one reads up to 1)"));
  for (const std::string text : {"", "[]", "{}", "{\"format\":1}", "{\"format\":-1}", "{\"format\":\"1\"}", "\xff"})
    EXPECT_THAT(parse_manifest(text, "m").error().text, HasSubstr("\"m\" is ")) << text;
  nlohmann::json json = nlohmann::json::parse(write_manifest(made({})));
  for (const auto& [name, value] : json.items()) {
    nlohmann::json damaged = json;
    damaged[name] = nlohmann::json::array({1, nullptr});
    EXPECT_FALSE(parse_manifest(damaged.dump(), "m")) << name;
  }
}

TEST(Manifest, KnowsAListByItsBytesAndNotByItsName) {
  const List list("google.com\nexample.org\n");
  const List copy("google.com\nexample.org\n");
  const List other("google.com\nexample.com\n");
  const List longer(std::string(6'000, 'a'));
  const Manifest manifest = made({}, list.mark());
  EXPECT_EQ(manifest.input.digest.size(), 32u);
  EXPECT_EQ(refusal(manifest, copy.mark()), "");
  EXPECT_THAT(refusal(manifest, other.mark()), HasSubstr("has as many bytes, but others"));
  EXPECT_THAT(refusal(made({}, List(std::string(5'000, 'a')).mark()), longer.mark()),
              HasSubstr("has changed since the run began: it had 5,000 bytes and has 6,000; start a new run"));
  EXPECT_THAT(refusal(manifest, {.targets = {"a"}}), HasSubstr("the run began with a list"));
  EXPECT_EQ(refusal(made({}), {.targets = {"a"}}), "");
  EXPECT_THAT(refusal(made({}), {.targets = {"b"}}), HasSubstr("are not those that the run began with"));
}

TEST(Manifest, ComplainsOfAListThatCannotBeReadAgain) {
  EXPECT_THAT(mark_input({.list = "/nowhere/list"}).error().text, HasSubstr("No such file"));
  EXPECT_THAT(mark_input({.list = "/tmp"}).error().text, HasSubstr("no regular file"));
  EXPECT_THAT(mark_input({.list = "/dev/null"}).error().text, HasSubstr("no regular file"));
}

TEST(Manifest, NamesTheFirstOptionThatDiffers) {
  const Manifest manifest = made({});
  Plan plan;
  EXPECT_EQ(refusal(manifest, plan), "");
  plan.probe.connect_timeout = 1s;
  plan.probe.retries = 4;
  EXPECT_EQ(refusal(manifest, plan), "--connect-timeout was 3.5s and is 1s; start a new run, or leave it as it was");
  plan = {};
  plan.input.ports = {{80, 80}, {8000, 8010}};
  EXPECT_THAT(refusal(manifest, plan), HasSubstr("-p was 443 and is 80,8000-8010;"));
  plan = {};
  plan.world = WorldOptions{.profile = "loss=2%"};
  EXPECT_THAT(refusal(manifest, plan), HasSubstr("--world was none and is \"loss=2%\";"));
  plan = {};
  plan.output.path = "/tmp/other.txt";
  EXPECT_THAT(refusal(manifest, plan), HasSubstr("-o was standard output and is /tmp/other.txt"));
}

TEST(Manifest, DoesNotMindAnotherPaceOrStrategy) {
  const Manifest manifest = made({});
  Plan plan;
  plan.pacing = {.window = 5, .rate = 10};
  plan.strategies = {{"threads", 3}};
  plan.engine = EngineChoice::epoll;
  plan.output.verbosity = 2;
  plan.output.quiet = true;
  plan.run.resume = true;
  plan.fault = "enospc@write:3";
  EXPECT_EQ(refusal(manifest, plan), "");
}

TEST(Manifest, TakesTheSeedThatWasDrawnWhereNoneIsGiven) {
  Plan plan;
  plan.seed = 42;
  const Manifest manifest = made(plan);
  EXPECT_EQ(manifest.seed, 42u);
  plan.seed = 0;
  EXPECT_EQ(refusal(manifest, plan), "");
  plan.seed = 43;
  EXPECT_THAT(refusal(manifest, plan), HasSubstr("--seed was 42 and is 43"));
}

TEST(Outputs, AreTheOnesThatWereAskedFor) {
  const auto places = [](ResultFormat format, const std::string& path) {
    return output_places({.output = {.path = path, .format = format}});
  };
  const OutputPlace rows{ResultFormat::jsonl, "results.jsonl"};
  EXPECT_THAT(places(ResultFormat::none, "-"), IsEmpty());
  EXPECT_THAT(places(ResultFormat::text, "-"), testing::ElementsAre(rows));
  EXPECT_THAT(places(ResultFormat::jsonl, "-"), testing::ElementsAre(rows));
  EXPECT_THAT(places(ResultFormat::sqlite, "-"),
              testing::ElementsAre(rows, OutputPlace{ResultFormat::sqlite, "results.sqlite"}));
  EXPECT_THAT(places(ResultFormat::csv, "/nowhere/a.csv"),
              testing::ElementsAre(rows, OutputPlace{ResultFormat::csv, "/nowhere/a.csv"}));
  EXPECT_THAT(places(ResultFormat::text, "/dev/null"), testing::ElementsAre(rows));
  EXPECT_THAT(output_places({.run = {.path = "/nowhere/run"},
                             .output = {.path = "/nowhere/run/results.jsonl", .format = ResultFormat::jsonl}}),
              testing::ElementsAre(rows))
      << "one file under two names gets each row once";
  EXPECT_TRUE(has_stream_output({.output = {.path = "/dev/null"}}));
  EXPECT_FALSE(has_stream_output({.output = {.path = "/nowhere/a"}}));
  EXPECT_FALSE(has_stream_output({.output = {.path = "-", .format = ResultFormat::sqlite}}));
}

}  // namespace
}  // namespace atonce
