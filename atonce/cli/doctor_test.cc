#include "atonce/cli/doctor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <nlohmann/json.hpp>
#include <sstream>

namespace atonce {
namespace {

using testing::HasSubstr;
using testing::Not;

MachineFacts healthy() {
  return {.kernel = "6.12.0",
          .processors = 8,
          .descriptors_soft = 1'024,
          .descriptors_hard = 524'288,
          .descriptors_system = 1'048'576,
          .port_low = 32'768,
          .port_high = 60'999,
          .ring = {.single_issuer_defer_taskrun = true},
          .netdev_backlog = 100'000,
          .accept_queue = 4'096,
          .receive_buffer_max = 16 << 20,
          .syn_retries = 6,
          .syn_linear_timeouts = 4,
          .memory_available = 16'000'000'000,
          .user_network_namespace = true,
          .tun = true,
          .ipv6_route = true,
          .ipv4_route = true,
          .resolvers = {"192.0.2.53"}};
}

DoctorRow row_named(const MachineFacts& facts, std::string_view name) {
  const auto rows = examine(facts);
  const auto row = std::ranges::find(rows, name, &DoctorRow::name);
  return row == rows.end() ? DoctorRow{} : *row;
}

TEST(Doctor, FindsNothingToChangeOnAHealthyMachine) {
  for (const DoctorRow& row : examine(healthy())) {
    EXPECT_EQ(row.health, Health::fine) << row.name;
    EXPECT_EQ(row.remedy, "") << row.name;
    EXPECT_NE(row.meaning, "") << row.name;
  }
  EXPECT_THAT(write_doctor(examine(healthy()), false), HasSubstr("Nothing needs to be changed"));
}

TEST(Doctor, GivesTheCommandThatRaisesEachSmallLimit) {
  MachineFacts facts = healthy();
  facts.descriptors_hard = 4'096;
  facts.netdev_backlog = 1'000;
  facts.receive_buffer_max = 212'992;
  facts.port_low = 60'000;
  facts.user_network_namespace = false;
  EXPECT_THAT(row_named(facts, "descriptors").remedy, HasSubstr("--nofile=65536:65536"));
  EXPECT_EQ(row_named(facts, "packet backlog").remedy, "sudo sysctl -w net.core.netdev_max_backlog=100000");
  EXPECT_THAT(row_named(facts, "receive buffer").remedy, HasSubstr("net.core.rmem_max"));
  EXPECT_THAT(row_named(facts, "local ports").remedy, HasSubstr("ip_local_port_range"));
  EXPECT_THAT(row_named(facts, "user namespaces").remedy, HasSubstr("sysctl"));
  EXPECT_EQ(row_named(facts, "window").health, Health::small);
  EXPECT_THAT(row_named(facts, "window").value, HasSubstr("4,000 with epoll"));
}

TEST(Doctor, RaisesTheSystemsCeilingFirstWhereThatIsTheLimit) {
  MachineFacts facts = healthy();
  facts.descriptors_hard = facts.descriptors_system.emplace(4'096);
  EXPECT_THAT(row_named(facts, "descriptors").remedy, HasSubstr("fs.nr_open=1048576 && "));
}

TEST(Doctor, SaysWhyThereIsNoRing) {
  MachineFacts facts = healthy();
  facts.ring = {.error = EPERM};
  EXPECT_THAT(row_named(facts, "io_uring").remedy, HasSubstr("io_uring_disabled=0"));
  EXPECT_THAT(row_named(facts, "window").value, Not(HasSubstr("rings")));
  facts.ring = {.error = ENOSYS};
  EXPECT_EQ(row_named(facts, "io_uring").health, Health::missing);
  EXPECT_THAT(row_named(facts, "io_uring").meaning, HasSubstr("epoll"));
  facts.ring = {.error = 0, .single_issuer_defer_taskrun = false};
  EXPECT_EQ(row_named(facts, "io_uring").health, Health::small);
}

TEST(Doctor, NamesWhoeverBoundsTheProcesses) {
  MachineFacts facts = healthy();
  facts.processes_cgroup = 100;
  EXPECT_THAT(row_named(facts, "processes").remedy, HasSubstr("pids.max"));
  facts.processes_soft = 50;
  EXPECT_THAT(row_named(facts, "processes").remedy, HasSubstr("ulimit -u"));
  EXPECT_EQ(row_named(facts, "processes").value, "50");
}

TEST(Doctor, JudgesAMachineThatTellsNothing) {
  const auto rows = examine({});
  EXPECT_FALSE(rows.empty());
  EXPECT_THAT(write_doctor(rows, false), HasSubstr("not known"));
}

TEST(Doctor, WritesJsonThatParsesBack) {
  MachineFacts facts = healthy();
  facts.resolvers = {"\"odd\\\xff"};
  const auto array = nlohmann::json::parse(write_doctor_json(examine(facts)));
  EXPECT_EQ(array.size(), examine(facts).size());
  EXPECT_EQ(array[0]["health"], "fine");
}

TEST(Doctor, KeepsEveryLineOfARowWithinTheWidth) {
  for (const std::size_t width : {80u, 100u, 160u}) {
    std::istringstream text(write_doctor(examine(healthy()), false, width));
    for (std::string line; std::getline(text, line);) EXPECT_LE(line.size(), width) << line;
  }
}

TEST(Doctor, ColoursOnlyWhenAskedTo) {
  EXPECT_THAT(write_doctor(examine(healthy()), false), Not(HasSubstr("\x1b")));
  EXPECT_THAT(write_doctor(examine(healthy()), true), HasSubstr("\x1b[32m"));
}

}  // namespace
}  // namespace atonce
