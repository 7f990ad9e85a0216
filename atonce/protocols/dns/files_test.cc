#include <gmock/gmock.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "atonce/protocols/dns/hosts_file.h"
#include "atonce/protocols/dns/resolv_conf.h"

namespace atonce {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

IpAddress ip(std::string_view literal) { return parse_address(literal).value(); }

TEST(HostsFile, KnowsEveryNameOfALineInBothFamiliesWhateverItsCase) {
  const HostsFile file = HostsFile::parse(
      "# comment\n192.0.2.1 Alpha.example alpha # trailing\r\n\n  2001:db8::1\talpha.EXAMPLE.\n192.0.2.2 beta");
  ASSERT_NE(file.find("alpha.example"), nullptr);
  EXPECT_THAT(*file.find("alpha.example"), ElementsAre(ip("192.0.2.1"), ip("2001:db8::1")));
  EXPECT_THAT(*file.find("alpha"), ElementsAre(ip("192.0.2.1")));
  EXPECT_THAT(*file.find("beta"), ElementsAre(ip("192.0.2.2")));
  EXPECT_EQ(file.find("gamma"), nullptr);
}

TEST(HostsFile, PassesOverLinesThatAreNoEntry) {
  const HostsFile file = HostsFile::parse("nonsense\n300.1.1.1 a\nfe80::1%eth0 b\n192.0.2.1\n\xff\xfe\n127.1 c\n");
  EXPECT_TRUE(file.empty());
}

TEST(HostsFile, KeepsAnAddressOnce) {
  const HostsFile file = HostsFile::parse("192.0.2.1 a a\n192.0.2.1 a\n");
  EXPECT_THAT(*file.find("a"), ElementsAre(ip("192.0.2.1")));
}

TEST(ResolvConf, ReadsServersOfBothFamiliesAndTheLastSearchList) {
  const ResolvConf conf = parse_resolv_conf(
      "; comment\n# comment\nnameserver 192.0.2.53\nnameserver 2001:db8::53 # why\ndomain old.example\n"
      "search Corp.Example. example\noptions ndots:5 timeout:1\n");
  EXPECT_THAT(conf.servers, ElementsAre(Endpoint{ip("192.0.2.53"), 53}, Endpoint{ip("2001:db8::53"), 53}));
  EXPECT_THAT(conf.search, ElementsAre("corp.example", "example"));
  EXPECT_THAT(conf.unusable, IsEmpty());
}

TEST(ResolvConf, NamesTheServersThatItCannotUse) {
  const ResolvConf conf = parse_resolv_conf("nameserver fe80::1%eth0\nnameserver\nnameserver nonsense\n");
  EXPECT_THAT(conf.servers, IsEmpty());
  EXPECT_THAT(conf.unusable, ElementsAre("fe80::1%eth0", "nonsense"));
}

class ResolverConfigTest : public ::testing::Test {
 protected:
  ResolverFiles write(std::string_view resolv_conf, std::string_view hosts) {
    const ResolverFiles files{.resolv_conf = folder_ / "resolv.conf", .hosts = folder_ / "hosts"};
    std::ofstream(files.resolv_conf) << resolv_conf;
    std::ofstream(files.hosts) << hosts;
    return files;
  }
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "atonce-dns-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path folder_;
};

TEST_F(ResolverConfigTest, TakesServersAndHostsFromTheFiles) {
  const Parsed<ResolverConfig> config =
      read_resolver_config({}, write("nameserver 192.0.2.53\n", "192.0.2.1 printer\n"));
  ASSERT_TRUE(config);
  EXPECT_THAT(config->servers, ElementsAre(Endpoint{ip("192.0.2.53"), 53}));
  EXPECT_NE(config->hosts->find("printer"), nullptr);
}

TEST_F(ResolverConfigTest, PrefersTheServersItIsGiven) {
  const Parsed<ResolverConfig> config =
      read_resolver_config({.servers = {{ip("192.0.2.9"), 5'353}}}, write("nameserver 192.0.2.53\n", ""));
  ASSERT_TRUE(config);
  EXPECT_THAT(config->servers, ElementsAre(Endpoint{ip("192.0.2.9"), 5'353}));
}

TEST_F(ResolverConfigTest, AsksThisMachineWhenThereIsNoFile) {
  const Parsed<ResolverConfig> config =
      read_resolver_config({}, {.resolv_conf = folder_ / "no", .hosts = folder_ / "no"});
  ASSERT_TRUE(config);
  EXPECT_THAT(config->servers, ElementsAre(Endpoint{ip("127.0.0.1"), 53}));
  EXPECT_TRUE(config->hosts->empty());
}

TEST_F(ResolverConfigTest, ComplainsWhenNoServerOfTheFileCanBeUsed) {
  const Parsed<ResolverConfig> config = read_resolver_config({}, write("nameserver fe80::1%eth0\n", ""));
  ASSERT_FALSE(config);
  EXPECT_THAT(config.error().text, HasSubstr("fe80::1%eth0"));
  EXPECT_THAT(config.error().text, HasSubstr("--resolver"));
}

}  // namespace
}  // namespace atonce
