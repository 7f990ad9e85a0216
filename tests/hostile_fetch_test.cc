// Every misbehaviour that the built-in server knows, met by a fetch in virtual time: each ends as its row says, and
// none spoils the next URL.

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <array>

#include "atonce/jobs/job.h"
#include "atonce/runtime/scope.h"
#include "atonce/runtime/testing.h"
#include "atonce/world/web/hostile.h"
#include "atonce/world/web/web_server.h"

namespace atonce {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view hostile_host = "192.0.2.1";
constexpr std::string_view friendly_host = "192.0.2.2";

Endpoint endpoint_of(std::string_view host) { return {parse_address(host).value(), 80}; }

Outcome outcome_for(std::string_view host, std::string_view path, Instant due) {
  return {.target = {.host = std::string(host),
                     .address = endpoint_of(host).address,
                     .port = 80,
                     .url = fmt::format("http://{}{}", host, path)},
          .due = due};
}

struct Exception {
  std::string_view path;
  Verdict verdict;
};

/// Where a client makes something else of it than the codec that the row tells of.
constexpr std::array exceptions{
    // Not a byte of an answer had come.
    Exception{"/hostile/http2/close", Verdict::empty_reply},
    // The answer is complete, as curl has it; what stands behind it ends the connection and passes for nothing.
    Exception{"/hostile/stray-answer", Verdict::ok},
    Exception{"/hostile/long-body", Verdict::ok},
    Exception{"/hostile/body-of-204", Verdict::ok},
    // curl again: without a Location there is nothing to follow, and of two the first counts.
    Exception{"/hostile/redirect/nowhere", Verdict::ok},
    Exception{"/hostile/redirect/two", Verdict::ok},
    // No URL is so long.
    Exception{"/hostile/redirect/far", Verdict::bad_redirect},
    // What was refused is asked for again, and then that connection is silent.
    Exception{"/hostile/http2/refused", Verdict::answer_timeout},
};

Verdict expected_of(const HostileRow& row) {
  const auto* exception = std::ranges::find(exceptions, row.path, &Exception::path);
  return exception == exceptions.end() ? row.verdict : exception->verdict;
}

/// "/hostile/reset/{n}" with a number in place of the braces.
std::string path_of(const HostileRow& row) {
  std::string path(row.path);
  if (const std::size_t brace = path.find('{'); brace != path.npos)
    path.replace(brace, path.find('}') - brace + 1, "100");
  return path;
}

/// Runs `body(job)` with a fetch and the built-in server in one simulated network.
void fetch_from_server(SimIo& io, const Plan& plan, const std::function<Task<void>(Job&)>& body) {
  Neighbourhoods neighbourhoods(plan.politeness, 7);
  const ExcludeList excludes;
  const JobSetting setting{plan, neighbourhoods, excludes};
  const WebOptions options{.answer = answer_web_request};
  WebShared shared{io, options};
  io.run([](SimIo& in, const JobSetting& job_setting, WebShared& web,
            const std::function<Task<void>(Job&)>& then) -> Task<void> {
    std::vector<Socket> listeners;
    for (const std::string_view host : {hostile_host, friendly_host})
      listeners.push_back(listen(in, endpoint_of(host)).value());
    co_await with_scope(in, [&](Scope& servers) -> Task<void> {
      servers.start([&] { return serve_web(web, listeners); });
      co_await find_job("fetch")->with_job(in, job_setting, 1, then);
      servers.cancel();
    });
  }(io, setting, shared, body));
}

Plan patient_plan(bool http2) {
  Plan plan{.job = "fetch"};
  plan.fetch.follow = true;
  plan.fetch.compressed = true;
  plan.fetch.version = http2 ? HttpVersionChoice::http2 : HttpVersionChoice::automatic;
  plan.fetch.timeouts = {.total = 20s, .first_byte = 4s, .idle = 3s};
  return plan;
}

class HostileServer : public ::testing::TestWithParam<const HostileRow*> {};

TEST_P(HostileServer, EndsAsItsRowSaysAndTheNextUrlIsFine) {
  const HostileRow& row = *GetParam();
  SimIo io{seed(7)};
  const Plan plan = patient_plan(row.path.find("/http2/") != row.path.npos);
  fetch_from_server(io, plan, [&](Job& job) -> Task<void> {
    Outcome hostile = outcome_for(hostile_host, path_of(row), io.now());
    co_await job.run(hostile);
    EXPECT_EQ(name_of(hostile.verdict), name_of(expected_of(row))) << row.help << ": " << hostile.exchange->detail;
    EXPECT_LE(hostile.finished - hostile.started, 21s);
    Outcome friendly = outcome_for(friendly_host, "/bytes/100?seed=1", io.now());
    co_await job.run(friendly);
    EXPECT_EQ(name_of(friendly.verdict), "ok") << friendly.exchange->detail;
    EXPECT_EQ(friendly.exchange->body_bytes, 100u);
  });
}

std::vector<const HostileRow*> rows() {
  std::vector<const HostileRow*> rows;
  for (const std::span<const HostileRow> group : all_hostile_rows())
    for (const HostileRow& row : group) rows.push_back(&row);
  return rows;
}

INSTANTIATE_TEST_SUITE_P(Rows, HostileServer, ::testing::ValuesIn(rows()), [](const auto& info) {
  std::string name;
  for (const char c : info.param->path.substr(std::string_view("/hostile/").size()))
    if (c != '{' && c != '}') name += c == '/' || c == '-' ? '_' : c;
  return name;
});

}  // namespace
}  // namespace atonce
