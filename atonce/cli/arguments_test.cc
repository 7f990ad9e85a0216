#include "atonce/cli/arguments.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <chrono>

#include "atonce/cli/option_table.h"

namespace atonce {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;

constexpr std::array<std::string_view, 4> strategies{"sequential", "processes", "threads", "async"};
constexpr std::array<std::string_view, 2> jobs{"probe", "fetch"};

int only_list_csv(const std::string& path) { return path == "list.csv" ? 0 : path == "dir" ? EISDIR : ENOENT; }

Parsed<Invocation> parse(std::vector<const char*> words, bool input_is_terminal = true) {
  words.insert(words.begin(), "atonce");
  return parse_arguments(
      words, {.names = {strategies, jobs}, .input_is_terminal = input_is_terminal, .why_unreadable = only_list_csv});
}

std::string complaint(std::vector<const char*> words) {
  const Parsed<Invocation> parsed = parse(std::move(words));
  return parsed ? "understood" : parsed.error().text;
}

TEST(Arguments, ReadEveryOptionOfAProbe) {
  const auto parsed = parse({"probe",
                             "list.csv",
                             "-p",
                             "80,8000-8100",
                             "-n100",
                             "-c",
                             "5000",
                             "--rate=30/m",
                             "--timeout",
                             "5s",
                             "--connect-timeout=800ms",
                             "--retries",
                             "2",
                             "--strategy",
                             "threads:20",
                             "--loops",
                             "2",
                             "--engine",
                             "epoll",
                             "--resolver",
                             "192.0.2.1,192.0.2.2:54",
                             "--resolver",
                             "::1",
                             "--dns-timeout",
                             "1s",
                             "-4",
                             "--all-addresses",
                             "--unique",
                             "-o",
                             "out.jsonl",
                             "--json",
                             "--ordered",
                             "-q",
                             "-vv",
                             "--dry-run",
                             "--world=mixed,rtt=50ms",
                             "--seed",
                             "7"});
  ASSERT_TRUE(parsed) << parsed.error().text;
  const Plan& plan = parsed->plan;
  EXPECT_EQ(parsed->command, Command::probe);
  EXPECT_EQ(plan.input.list, "list.csv");
  EXPECT_THAT(plan.input.ports, ElementsAre(Pair(80, 80), Pair(8000, 8100)));
  EXPECT_EQ(plan.input.limit, 100u);
  EXPECT_TRUE(plan.input.unique);
  EXPECT_EQ(plan.pacing.window, 5000u);
  EXPECT_DOUBLE_EQ(*plan.pacing.rate, 0.5);
  EXPECT_EQ(plan.probe.timeout, 5s);
  EXPECT_EQ(plan.probe.connect_timeout, 800ms);
  EXPECT_EQ(plan.probe.retries, 2u);
  EXPECT_EQ(plan.probe.family, AddressChoice::v4_only);
  EXPECT_EQ(plan.probe.mode, AddressMode::all);
  ASSERT_EQ(plan.strategies.size(), 1u);
  EXPECT_EQ(plan.strategies[0].name, "threads");
  EXPECT_EQ(plan.strategies[0].count, 20u);
  EXPECT_EQ(plan.loops, 2u);
  EXPECT_EQ(plan.engine, EngineChoice::epoll);
  ASSERT_EQ(plan.resolver.servers.size(), 3u);
  EXPECT_EQ(write_endpoint(plan.resolver.servers[1]), "192.0.2.2:54");
  EXPECT_EQ(plan.resolver.timeout, 1s);
  EXPECT_EQ(plan.output.path, "out.jsonl");
  EXPECT_EQ(plan.output.format, ResultFormat::jsonl);
  EXPECT_TRUE(plan.output.ordered);
  EXPECT_TRUE(plan.output.quiet);
  EXPECT_EQ(plan.output.verbosity, 2u);
  EXPECT_TRUE(plan.dry_run);
  ASSERT_TRUE(plan.world);
  EXPECT_EQ(plan.world->profile, "mixed,rtt=50ms");
  EXPECT_EQ(plan.seed, 7u);
}

TEST(Arguments, ReadWhatAVerdictMustRestOnAndWhomNotToBother) {
  const auto parsed = parse({"probe", "list.csv", "--confirm", "3", "--no-canaries", "--exclude", "no.txt",
                             "--exclude=more.txt", "--allow-private", "--per-address", "0", "--per-network=64"});
  ASSERT_TRUE(parsed) << parsed.error().text;
  EXPECT_EQ(parsed->plan.trust.confirm, 3u);
  EXPECT_FALSE(parsed->plan.trust.canaries);
  EXPECT_THAT(parsed->plan.politeness.excludes, ElementsAre("no.txt", "more.txt"));
  EXPECT_TRUE(parsed->plan.politeness.allow_private);
  EXPECT_EQ(parsed->plan.politeness.per_address, 0u);
  EXPECT_EQ(parsed->plan.politeness.per_network, 64u);
  const auto plain = parse({"probe", "list.csv"});
  EXPECT_GT(plain->plan.trust.confirm, 0u);
  EXPECT_TRUE(plain->plan.trust.canaries);
  EXPECT_FALSE(plain->plan.politeness.per_address) << "the default, which a world lifts";
  EXPECT_THAT(complaint({"probe", "list.csv", "--confirm", "6"}), HasSubstr("0 to 5"));
  EXPECT_THAT(complaint({"probe", "list.csv", "--exclude="}), HasSubstr("--exclude FILE needs a value"));
}

TEST(Arguments, LetTheRateFindItselfUnlessOneIsGiven) {
  EXPECT_TRUE(parse({"probe", "a"})->plan.pacing.automatic);
  EXPECT_TRUE(parse({"probe", "a", "--rate", "auto"})->plan.pacing.automatic);
  const auto given = parse({"probe", "a", "--rate", "auto", "--rate", "500"});
  EXPECT_FALSE(given->plan.pacing.automatic);
  EXPECT_DOUBLE_EQ(*given->plan.pacing.rate, 500);
  EXPECT_FALSE(parse({"compare", "probe", "a"})->plan.pacing.automatic) << "a comparison measures how fast each can be";
  EXPECT_TRUE(parse({"compare", "probe", "a", "--rate", "auto"})->plan.pacing.automatic);
}

TEST(Arguments, KeepARunInAFolderOrNothing) {
  const auto parsed = parse({"probe", "list.csv", "--run", "night", "--resume", "--format", "sqlite"});
  ASSERT_TRUE(parsed) << parsed.error().text;
  EXPECT_EQ(parsed->plan.run.path, "night");
  EXPECT_TRUE(parsed->plan.run.resume);
  EXPECT_EQ(parsed->plan.output.format, ResultFormat::sqlite);
  EXPECT_THAT(parsed->words, ElementsAre("probe", "list.csv", "--run", "night", "--resume", "--format", "sqlite"));
  EXPECT_TRUE(parse({"probe", "list.csv", "--no-run"})->plan.run.none);
  EXPECT_THAT(complaint({"probe", "list.csv", "--no-run", "--run", "night"}), HasSubstr("choose one"));
  EXPECT_THAT(complaint({"probe", "list.csv", "--resume", "--no-run"}), HasSubstr("nothing for --resume"));
  EXPECT_THAT(complaint({"probe", "list.csv", "--run="}), HasSubstr("--run DIR needs a value"));
}

TEST(Arguments, ReadTheCommandsOnKeptRuns) {
  const auto resumed = parse({"resume", "night", "-c", "50", "--rate=5/s", "-qv"});
  ASSERT_TRUE(resumed) << resumed.error().text;
  EXPECT_EQ(resumed->run.folder, "night");
  EXPECT_THAT(resumed->run.changes, ElementsAre("--concurrency=50", "--rate=5/s", "--quiet", "--verbose"));
  EXPECT_THAT(complaint({"resume", "night", "-n", "5"}), HasSubstr("atonce resume has no option"));
  EXPECT_THAT(complaint({"resume", "night", "-c", "0"}), HasSubstr("1 to 10,000,000"));
  EXPECT_TRUE(parse({"runs", "--json"})->json);
  EXPECT_THAT(complaint({"runs", "night"}), HasSubstr("takes no \"night\""));
  EXPECT_EQ(parse({"show", "night", "--target", "example.com"})->run.target, "example.com");
  const auto diff = parse({"diff", "monday", "tuesday", "--json"});
  ASSERT_TRUE(diff) << diff.error().text;
  EXPECT_EQ(diff->run.folder, "monday");
  EXPECT_EQ(diff->run.other, "tuesday");
  EXPECT_TRUE(diff->json);
  for (const char* command : {"resume", "show"}) {
    EXPECT_THAT(complaint({command}), HasSubstr("which run?"));
    EXPECT_THAT(complaint({command, "a", "b"}), HasSubstr("one run folder"));
    EXPECT_THAT(complaint({command, ""}), HasSubstr("empty"));
  }
  EXPECT_THAT(complaint({"diff", "monday"}), HasSubstr("two run folders"));
}

TEST(Arguments, OfAResumedRunAreThoseOfItsStartWithTheChanges) {
  const Surroundings surroundings{
      .names = {strategies, jobs}, .input_is_terminal = true, .why_unreadable = only_list_csv};
  const auto parsed =
      parse_resumed({"probe", "-c", "10", "-v", "--", "-odd"}, {"--concurrency=50", "--verbose"}, surroundings);
  ASSERT_TRUE(parsed) << parsed.error().text;
  EXPECT_EQ(parsed->plan.pacing.window, 50u);
  EXPECT_EQ(parsed->plan.output.verbosity, 2u);
  EXPECT_THAT(parsed->plan.input.targets, ElementsAre("-odd"));
  EXPECT_EQ(parse_resumed({"probe", "--fault", "eio@sync:2"}, {}, surroundings)->plan.fault, "") << "it befell once";
  EXPECT_EQ(parse_resumed({"probe", "--fault", "eio@sync:2"}, {"--fault=eio@sync:3"}, surroundings)->plan.fault,
            "eio@sync:3");
  EXPECT_EQ(parse_resumed({"probe"}, {}, surroundings)->plan.input.list, "-") << "a pipe then, and a terminal now";
}

TEST(Arguments, UnderstandAFaultAndTellNobodyOfIt) {
  EXPECT_EQ(parse({"probe", "a", "--fault", "x:1", "--fault", "y:2"})->plan.fault, "x:1,y:2");
  EXPECT_THAT(complaint({"probe", "a", "--faul"}), Not(HasSubstr("--fault")));
}

TEST(Arguments, TakeWordsThatAreNoFilesAsTargets) {
  EXPECT_THAT(
      parse({"probe", "example.com", "192.0.2.0/24", "2001:db8::/120", "192.0.2.1-192.0.2.9"})->plan.input.targets,
      ElementsAre("example.com", "192.0.2.0/24", "2001:db8::/120", "192.0.2.1-192.0.2.9"));
  EXPECT_THAT(parse({"probe", "dir"})->plan.input.targets, ElementsAre("dir")) << "a directory of that name is no list";
  EXPECT_THAT(parse({"probe", "--", "-odd"})->plan.input.targets, ElementsAre("-odd"));
}

TEST(Arguments, ReadStandardInputWhenAskedOrWhenItIsAPipe) {
  EXPECT_EQ(parse({"probe", "-"})->plan.input.list, "-");
  EXPECT_EQ(parse({"probe"}, false)->plan.input.list, "-");
  EXPECT_THAT(complaint({"probe"}), HasSubstr("no targets"));
}

TEST(Arguments, RefuseAListThatCannotBeRead) {
  EXPECT_THAT(complaint({"probe", "missing.csv"}), HasSubstr("cannot read \"missing.csv\": No such file"));
  EXPECT_THAT(complaint({"probe", "some/where"}), HasSubstr("cannot read"));
  EXPECT_THAT(complaint({"probe", "https://example.com/"}), HasSubstr("is a URL"));
  EXPECT_THAT(complaint({"probe", "list.csv", "example.com"}), HasSubstr("one list, or targets"));
}

TEST(Arguments, SayWhichOptionWasMeant) {
  EXPECT_THAT(complaint({"probe", "list.csv", "--concurency", "5"}), HasSubstr("did you mean --concurrency?"));
  EXPECT_THAT(complaint({"probe", "list.csv", "--markdown"}), HasSubstr("no option \"--markdown\""));
  EXPECT_THAT(complaint({"probe", "list.csv", "-x"}), HasSubstr("no option \"-x\""));
  EXPECT_THAT(complaint({"porbe", "list.csv"}), HasSubstr("did you mean atonce probe?"));
  EXPECT_THAT(complaint({"list.csv"}), HasSubstr("atonce probe list.csv"));
  EXPECT_THAT(complaint({""}), HasSubstr("no command"));
}

TEST(Arguments, SayWhatAValueShouldHaveBeen) {
  EXPECT_THAT(complaint({"probe", "list.csv", "--rate"}), HasSubstr("--rate RATE needs a value"));
  EXPECT_THAT(complaint({"probe", "list.csv", "--rate", "fast"}), HasSubstr("--rate: \"fast\" is not a rate"));
  EXPECT_THAT(complaint({"probe", "list.csv", "-c", "0"}), HasSubstr("1 to 10,000,000"));
  EXPECT_THAT(complaint({"probe", "list.csv", "--retries", "-1"}), HasSubstr("0 to 100"));
  EXPECT_THAT(complaint({"probe", "list.csv", "--ordered=false"}), HasSubstr("--ordered takes no value"));
  EXPECT_THAT(complaint({"probe", "list.csv", "--engine", "kqueue"}), HasSubstr("auto, ring"));
}

TEST(Arguments, RefuseWishesThatExcludeEachOther) {
  EXPECT_THAT(complaint({"probe", "a", "-4", "-6"}), HasSubstr("exclude each other"));
  EXPECT_THAT(complaint({"probe", "a", "--json", "--csv"}), HasSubstr("one result format"));
  EXPECT_THAT(complaint({"probe", "a", "--all-addresses", "--happy-eyeballs"}), HasSubstr("choose one"));
  EXPECT_THAT(complaint({"probe", "a", "--resolver", "system,192.0.2.1"}), HasSubstr("cannot be mixed"));
  EXPECT_THAT(complaint({"probe", "a", "--strategy", "threads,async"}), HasSubstr("atonce compare"));
}

TEST(Arguments, LetTheLastOfARepeatedOptionCount) {
  EXPECT_EQ(parse({"probe", "a", "-c", "10", "-c", "20"})->plan.pacing.window, 20u);
  EXPECT_EQ(parse({"probe", "a", "--json", "--json"})->plan.output.format, ResultFormat::jsonl);
}

TEST(Arguments, DoNotTakeTheListForTheWorldsValue) {
  const auto parsed = parse({"probe", "--world", "list.csv"});
  ASSERT_TRUE(parsed) << parsed.error().text;
  EXPECT_EQ(parsed->plan.input.list, "list.csv");
  ASSERT_TRUE(parsed->plan.world);
  EXPECT_EQ(parsed->plan.world->profile, "");
}

TEST(Arguments, CompareEveryStrategyUnlessSomeAreNamed) {
  const auto all = parse({"compare", "probe", "list.csv"});
  ASSERT_TRUE(all) << all.error().text;
  EXPECT_EQ(all->plan.strategies.size(), strategies.size());
  const auto two =
      parse({"compare", "probe", "list.csv", "--strategy", "threads:100,async", "--rounds", "9", "--markdown"});
  ASSERT_TRUE(two) << two.error().text;
  EXPECT_EQ(two->plan.job, "probe");
  EXPECT_EQ(two->plan.strategies.size(), 2u);
  EXPECT_EQ(two->plan.rounds, 9u);
  EXPECT_EQ(two->compare.format, ReportFormat::markdown);
  EXPECT_THAT(complaint({"compare", "list.csv"}), HasSubstr("atonce compare probe LIST"));
  EXPECT_THAT(complaint({"compare"}), HasSubstr("compare what?"));
}

TEST(Arguments, TakePeersAlongInAComparison) {
  const auto parsed =
      parse({"compare", "fetch", "list.csv", "--peer", "curl=xargs curl -s", "--peer=b=c=d", "--peer-timeout", "5m"});
  ASSERT_TRUE(parsed) << parsed.error().text;
  ASSERT_EQ(parsed->compare.peers.size(), 2u);
  EXPECT_EQ(parsed->compare.peers[0].command, "xargs curl -s");
  EXPECT_EQ(parsed->compare.peers[1].command, "c=d");
  EXPECT_EQ(parsed->compare.peer_timeout, 5min);
  EXPECT_THAT(complaint({"compare", "probe", "a", "--peer", "x=1", "--peer", "x=2"}), HasSubstr("two peers called x"));
  EXPECT_THAT(complaint({"compare", "probe", "a", "--peer", "async:5=1"}), HasSubstr("a strategy's name"));
  EXPECT_THAT(complaint({"probe", "list.csv", "--peer", "x=1"}), HasSubstr("no option"));
}

TEST(Arguments, ReadAFetch) {
  const auto parsed = parse({"fetch",
                             "list.csv",
                             "-X",
                             "PUT",
                             "-I",
                             "-L",
                             "--max-redirs",
                             "3",
                             "-u",
                             "me:pass",
                             "-b",
                             "a=1",
                             "-b",
                             "b=2",
                             "-A",
                             "me",
                             "--compressed",
                             "--http1.1",
                             "-k",
                             "-x",
                             "socks5://p",
                             "--save",
                             "dir",
                             "--match",
                             "200,3xx",
                             "--filter",
                             "text=x",
                             "--hash",
                             "md5",
                             "--title",
                             "-f",
                             "--max-body",
                             "10M",
                             "-m",
                             "9s",
                             "--tls-timeout",
                             "2s",
                             "--connect-timeout",
                             "1s"});
  ASSERT_TRUE(parsed) << parsed.error().text;
  const FetchOptions& fetch = parsed->plan.fetch;
  EXPECT_EQ(parsed->plan.job, "fetch");
  EXPECT_EQ(parsed->plan.input.kind, TargetKind::url);
  EXPECT_EQ(fetch.method, "PUT");
  EXPECT_TRUE(fetch.head && fetch.follow && fetch.compressed && fetch.insecure && fetch.title && fetch.fail);
  EXPECT_EQ(fetch.max_redirects, 3u);
  EXPECT_EQ(fetch.user, "me:pass");
  EXPECT_EQ(fetch.cookie, "a=1; b=2");
  EXPECT_EQ(fetch.version, HttpVersionChoice::http11);
  EXPECT_EQ(fetch.match.at(0).ranges.size(), 2u);
  EXPECT_EQ(fetch.body_bytes_max, 10u << 20);
  EXPECT_EQ(fetch.timeouts.total, 9s);
  EXPECT_EQ(fetch.timeouts.tls, 2s);
  EXPECT_EQ(fetch.timeouts.connect, 1s);
  EXPECT_EQ(parsed->plan.probe.timeout, std::nullopt);
}

TEST(Arguments, TakeUrlsAndHostsAndTellAFileThatIsNotThere) {
  EXPECT_THAT(parse({"fetch", "https://a.example/x.csv", "b.example", "c.example/robots.txt"})->plan.input.targets,
              ElementsAre("https://a.example/x.csv", "b.example", "c.example/robots.txt"));
  EXPECT_THAT(complaint({"fetch", "urls.txt"}), HasSubstr("cannot read"));
  EXPECT_THAT(complaint({"fetch", "./urls"}), HasSubstr("cannot read"));
  EXPECT_THAT(complaint({"fetch", "https://{}/x", "list.csv"}), HasSubstr("--url"));
  EXPECT_EQ(parse({"fetch", "list.csv", "--url", "http://{}/"})->plan.input.url_template, "http://{}/");
}

TEST(Arguments, KeepNoSecretInTheWordsOfAFetch) {
  const auto parsed = parse({"fetch", "-u", "me:hunter2", "-bsid=hunter2", "-HAuthorization: hunter2", "-H",
                             "Accept: */*", "--proxy=http://u:hunter2@p:1", "list.csv", "-q"});
  ASSERT_TRUE(parsed) << parsed.error().text;
  for (const std::string& word : parsed->words) EXPECT_THAT(word, Not(HasSubstr("hunter2")));
  EXPECT_THAT(parsed->words, testing::Contains("--header=Accept: */*"));
  EXPECT_THAT(parsed->words, testing::Contains("--user=***"));
}

TEST(Arguments, CompareTakesTheOptionsOfItsJobAndOfNoOther) {
  EXPECT_TRUE(parse({"compare", "fetch", "list.csv", "-L", "--timeout", "5s"})->plan.fetch.follow);
  EXPECT_EQ(parse({"compare", "fetch", "list.csv", "--timeout", "5s"})->plan.fetch.timeouts.total, 5s);
  EXPECT_THAT(complaint({"compare", "probe", "list.csv", "-L"}), HasSubstr("probe has no option --location"));
  EXPECT_THAT(complaint({"compare", "fetch", "list.csv", "-p", "80"}), HasSubstr("fetch has no option --ports"));
}

TEST(Arguments, RunACommandInsideAWorldWithItsOwnOptions) {
  const auto parsed = parse({"world", "mixed", "-p", "80,443", "--seed", "3", "--", "curl", "--rate", "x", "--", "y"});
  ASSERT_TRUE(parsed) << parsed.error().text;
  EXPECT_EQ(parsed->world.spec, "mixed");
  EXPECT_THAT(parsed->world.program, ElementsAre("curl", "--rate", "x", "--", "y"));
  EXPECT_EQ(parsed->plan.seed, 3u);
  EXPECT_EQ(parse({"world", "--names", "1000"})->world.names, 1000u);
  EXPECT_EQ(parse({"world", "--truth", "list.csv"})->world.truth, "list.csv");
  EXPECT_THAT(complaint({"world", "--names", "5", "--truth", "list.csv"}), HasSubstr("ask for one"));
  EXPECT_THAT(complaint({"world", "--"}), HasSubstr("nothing follows"));
}

TEST(Arguments, KnowTheSmallCommands) {
  EXPECT_EQ(parse({})->command, Command::help);
  EXPECT_EQ(parse({"--help"})->command, Command::help);
  EXPECT_EQ(parse({"--version"})->command, Command::version);
  EXPECT_TRUE(parse({"doctor", "--json"})->json);
  EXPECT_EQ(parse({"completion", "fish"})->topic, "fish");
  EXPECT_EQ(parse({"help", "probe"})->topic, "probe");
  EXPECT_EQ(parse({"probe", "-h"})->command, Command::help);
  EXPECT_EQ(parse({"probe", "--help", "--bogus"})->topic, "probe");
  EXPECT_THAT(complaint({"completion", "tcsh"}), HasSubstr("bash, zsh or fish"));
  EXPECT_THAT(complaint({"help", "me"}), HasSubstr("no help on"));
  EXPECT_THAT(complaint({"doctor", "who"}), HasSubstr("takes no \"who\""));
}

TEST(Arguments, AnswerAnyOddWordWithAComplaintOrAPlanOfOneLine) {
  for (const char* odd : {"",         "-",        "--", "---", "-=",  "--=",         "--=x",      "-\x1b[31m",
                          "--rate=",  "--world=", "-p", "-pp", "-46", "-4=6",        "--no-json", "@file",
                          "\xff\xfe", "--\xff",   "/",  "//",  "-1",  "--json=true", "--config",  "--ports=\n"}) {
    for (const char* command : {"probe", "fetch", "write", "compare", "resume", "runs", "show", "diff", "world",
                                "doctor", "completion", "help", "man", "version"}) {
      const std::string text = complaint({command, odd});
      EXPECT_FALSE(text.empty());
      EXPECT_EQ(text.find_first_of("\x1b\n\r"), text.npos) << command << ' ' << odd;
    }
    EXPECT_EQ(complaint({odd}).find_first_of("\x1b\n\r"), std::string::npos);
  }
}

TEST(OptionTable, HasOneRowForANameInACommandAndOneForALetter) {
  for (const Command command : {Command::probe, Command::fetch, Command::write, Command::compare, Command::resume,
                                Command::runs, Command::show, Command::diff, Command::world, Command::doctor}) {
    const auto rows = options_of(command);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      EXPECT_NE(rows[i]->apply, nullptr) << rows[i]->name;
      for (std::size_t j = 0; j < i; ++j) {
        EXPECT_NE(rows[i]->name, rows[j]->name);
        if (rows[i]->letter) EXPECT_NE(rows[i]->letter, rows[j]->letter);
      }
    }
  }
}

}  // namespace
}  // namespace atonce
