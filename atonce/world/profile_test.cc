#include "atonce/world/profile.h"

#include <gtest/gtest.h>

#include <numeric>

namespace atonce {
namespace {

using namespace std::chrono_literals;

TEST(Profile, SharesOfEveryRowSumTo10000) {
  for (const Profile& row : all_profiles())
    EXPECT_EQ(std::accumulate(row.shares.begin(), row.shares.end(), 0), 10'000) << row.name;
}

TEST(WorldSpec, IsCalmOnLoopbackWhenNothingIsSaid) {
  const auto spec = parse_world_spec("");
  ASSERT_TRUE(spec);
  EXPECT_EQ(spec->profile, "calm");
  EXPECT_EQ(spec->ground, Ground::loopback);
  EXPECT_GT(spec->share_of(Verdict::open), 7500);
}

TEST(WorldSpec, ReadsEveryOption) {
  const auto spec = parse_world_spec("mixed,rtt=50ms,jitter=5ms,loss=2%,dns=20ms,seed=7");
  ASSERT_TRUE(spec);
  EXPECT_EQ(spec->profile, "mixed");
  EXPECT_EQ(spec->rtt, 50ms);
  EXPECT_EQ(spec->jitter, 5ms);
  EXPECT_DOUBLE_EQ(spec->loss, 0.02);
  EXPECT_EQ(spec->dns_delay, 20ms);
  EXPECT_EQ(spec->seed, 7u);
  EXPECT_EQ(spec->ground, Ground::tun) << "a round trip chooses the TUN ground by itself";
}

TEST(WorldSpec, TakesOptionsWithoutAProfile) {
  const auto spec = parse_world_spec("seed=3");
  ASSERT_TRUE(spec);
  EXPECT_EQ(spec->profile, "calm");
  EXPECT_EQ(spec->seed, 3u);
}

TEST(WorldSpec, WritesTextThatParsesBackToTheSameWorld) {
  for (const char* text : {"calm", "fast,seed=9", "far-stormy,loss=0,rtt=1500us", "mixed,ground=tun", "open,dns=0"}) {
    const auto spec = parse_world_spec(text);
    ASSERT_TRUE(spec) << text;
    const auto again = parse_world_spec(write_world_spec(*spec));
    ASSERT_TRUE(again) << write_world_spec(*spec) << ": " << again.error().text;
    EXPECT_EQ(again->shares, spec->shares);
    EXPECT_EQ(again->seed, spec->seed);
    EXPECT_EQ(again->ground, spec->ground);
    EXPECT_EQ(again->rtt, spec->rtt);
    EXPECT_EQ(again->jitter, spec->jitter);
    EXPECT_EQ(again->loss, spec->loss);
    EXPECT_EQ(again->dns_delay, spec->dns_delay);
  }
}

TEST(WorldSpec, CanBeAwayForAWhile) {
  const auto spec = parse_world_spec("open,outage=2s+1500ms");
  ASSERT_TRUE(spec);
  EXPECT_EQ(spec->outage_start, 2s);
  EXPECT_EQ(spec->outage_length, 1500ms);
  EXPECT_EQ(spec->ground, Ground::tun);
  EXPECT_EQ(parse_world_spec("open,outage=0+1s")->outage_start, 0s);
  const auto again = parse_world_spec(write_world_spec(*spec));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->outage_start, 2s);
  EXPECT_EQ(again->outage_length, 1500ms);
}

TEST(WorldSpec, SaysWhatIsWrongAndWhatWouldBeRight) {
  const struct {
    const char* text;
    const char* word;
  } cases[] = {{"clam", "calm"},
               {"calm,rtt", "rtt=50ms"},
               {"calm,rtt=9s", "2s"},
               {"calm,loss=95%", "90%"},
               {"calm,loss=x", "loss=2%"},
               {"calm,seed=-1", "whole"},
               {"calm,colour=red", "colour"},
               {"calm,ground=moon", "tun"},
               {"calm,rtt=5ms,ground=loopback", "ground=loopback"},
               {"calm,dns=soon", "dns"},
               {"calm,loss=nan", "loss"},
               {"calm,outage=2s", "outage=2s+1.5s"},
               {"calm,outage=+2s", "outage=2s+1.5s"},
               {"calm,outage=1s+0", "outage=2s+1.5s"},
               {"calm,outage=1s+48h", "up to a day"},
               {"calm,outage=1s+1s,ground=loopback", "outage"}};
  for (const auto& [text, word] : cases) {
    const auto spec = parse_world_spec(text);
    ASSERT_FALSE(spec) << text;
    EXPECT_NE(spec.error().text.find(word), std::string::npos) << spec.error().text;
  }
}

}  // namespace
}  // namespace atonce
