#include "atonce/cli/peer_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <vector>

#include "atonce/cli/answer_lines.h"
#include "atonce/cli/usage.h"
#include "atonce/model/escape.h"
#include "atonce/runtime/owned_descriptor.h"

namespace atonce {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds look_every{100};  // A signal to us may come just before poll(2); its end wakes us at once.
constexpr milliseconds grace{500};       // Between being asked to end and being ended.
constexpr std::size_t complaint_bytes_max = 200;
// One that writes so much more than was asked for is not going to stop.
constexpr std::uint64_t lines_over_max = 10'000;
constexpr int reads_at_end_max = 32;  // Whoever left the group may still be writing.

struct Pipe {
  OwnedDescriptor read, write;
};

bool open_pipe(Pipe& made) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return false;
  made.read = OwnedDescriptor(ends[0]);
  made.write = OwnedDescriptor(ends[1]);
  fcntl(ends[0], F_SETFL, O_NONBLOCK);
  return true;
}

/// The environment with ATONCE_LIST in it; made before fork(2), after which nothing may allocate.
std::vector<std::string> environment_of(const PeerOrder& order) {
  constexpr std::string_view name = "ATONCE_LIST=";
  std::vector<std::string> words{fmt::format("{}{}", name, order.list)};
  for (char** word = environ; *word != nullptr; ++word)
    if (!std::string_view(*word).starts_with(name)) words.emplace_back(*word);
  return words;
}

[[noreturn]] void become(const char* command, char* const* environment, int in, int out, int err) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGXFSZ}) signal(number, SIG_DFL);
  dup2(in, STDIN_FILENO);
  dup2(out, STDOUT_FILENO);
  dup2(err, STDERR_FILENO);
  close_range(STDERR_FILENO + 1, ~0u, CLOSE_RANGE_CLOEXEC);
  execle("/bin/sh", "sh", "-c", command, nullptr, environment);
  _exit(127);
}

/// One run of the command.
class PeerProcess {
 public:
  PeerProcess(const PeerOrder& order, const Control& control)
      : order_(order), control_(control), lines_(order.targets) {}

  PeerRun run() {
    if (!start()) return {.failure = fmt::format("could not be started: {}", std::strerror(errno))};
    wait_for_end();
    const Duration wall = Clock::now() - started_;
    end_group();
    read_all();
    lines_.finish();
    return result(wall);
  }

 private:
  bool start() {
    const OwnedDescriptor list(open(order_.list.c_str(), O_RDONLY | O_CLOEXEC));
    Pipe out, err;
    if (list.get() < 0 || !open_pipe(out) || !open_pipe(err)) return false;
    std::vector<std::string> words = environment_of(order_);
    std::vector<char*> environment;
    for (std::string& word : words) environment.push_back(word.data());
    environment.push_back(nullptr);
    started_ = Clock::now();
    child_ = fork();
    if (child_ < 0) return false;
    if (child_ == 0) become(order_.command.c_str(), environment.data(), list.get(), out.write.get(), err.write.get());
    setpgid(child_, child_);  // Whoever of the two is first: a signal to the group must find it.
    ended_ = OwnedDescriptor(static_cast<int>(syscall(SYS_pidfd_open, child_, 0)));
    if (!ended_) return fail_after_start();
    out_ = std::move(out.read);
    err_ = std::move(err.read);
    return true;
  }

  bool fail_after_start() {
    const int why = errno;
    end_group();
    errno = why;
    return false;
  }

  void wait_for_end() {
    while (true) {
      const Duration left = order_.bound - (Clock::now() - started_);
      if (control_.stopping()) return stop_with(Why::interrupted);
      if (left <= Duration::zero()) return stop_with(Why::bound);
      if (lines_.answers().lines > order_.targets + lines_over_max) return stop_with(Why::talkative);
      if (wait_a_little(std::min<Duration>(left, look_every))) return;
    }
  }

  /// True when the command has ended.
  bool wait_a_little(Duration time) {
    std::array<pollfd, 3> on{{{ended_.get(), POLLIN, 0}, {out_.get(), POLLIN, 0}, {err_.get(), POLLIN, 0}}};
    const auto up = std::chrono::ceil<milliseconds>(time);
    if (poll(on.data(), on.size(), static_cast<int>(up.count())) <= 0) return false;
    if (on[1].revents != 0) read_answers();
    if (on[2].revents != 0) read_complaint();
    return on[0].revents != 0;
  }

  enum class Why { nothing, interrupted, bound, talkative };

  /// Asks the group to end, and waits for the command for a moment.
  void stop_with(Why why) {
    why_ = why;
    kill(-child_, SIGTERM);
    for (const auto until = Clock::now() + grace; Clock::now() < until;)
      if (wait_a_little(look_every)) return;
  }

  /// Ends what is left of the group. As long as nobody has waited for its leader, the number is nobody else's.
  void end_group() {
    kill(-child_, SIGKILL);
    while (wait4(child_, &status_, 0, &usage_) < 0 && errno == EINTR) {
    }
  }

  /// What stands in the pipes; somebody who left the group may hold them open, so nobody waits for their end.
  void read_all() {
    for (int i = 0; i < reads_at_end_max && read_answers(); ++i) {
    }
    read_complaint();
  }

  /// False when there is nothing now.
  bool read_answers() {
    std::array<char, 64 * 1'024> buffer{};  // As much as a pipe holds, unless somebody has made it larger.
    const ssize_t got = read(out_.get(), buffer.data(), buffer.size());
    if (got == 0) out_ = OwnedDescriptor();
    if (got > 0) lines_.feed({buffer.data(), static_cast<std::size_t>(got)});
    return got > 0;
  }

  void read_complaint() {
    std::array<char, 64 * 1'024> buffer{};
    const ssize_t got = read(err_.get(), buffer.data(), buffer.size());
    if (got == 0) err_ = OwnedDescriptor();
    if (got <= 0) return;
    const std::size_t room = complaint_bytes_max - complaint_.size();
    complaint_.append(buffer.data(), std::min(static_cast<std::size_t>(got), room));
  }

  PeerRun result(Duration wall) const {
    PeerRun run{.failure = failure(), .interrupted = why_ == Why::interrupted};
    run.round.wall = wall;
    run.round.cpu_user = duration_of(usage_.ru_utime);
    run.round.cpu_system = duration_of(usage_.ru_stime);
    run.round.memory_peak_bytes = static_cast<std::uint64_t>(usage_.ru_maxrss) * 1'024;
    run.round.switches_voluntary = static_cast<std::uint64_t>(usage_.ru_nvcsw);
    run.round.switches_involuntary = static_cast<std::uint64_t>(usage_.ru_nivcsw);
    run.round.answers = lines_.answers();
    return run;
  }

  std::string failure() const {
    std::string how;
    if (why_ == Why::bound)
      how = fmt::format("had not ended after {}, with {} lines written", write_duration(order_.bound),
                        lines_.answers().lines);
    else if (why_ == Why::talkative)
      how = fmt::format("had written more than {} lines about {} targets", lines_.answers().lines, order_.targets);
    else if (WIFSIGNALED(status_))
      how = fmt::format("was ended by signal {} ({})", WTERMSIG(status_), strsignal(WTERMSIG(status_)));
    else if (WEXITSTATUS(status_) != 0)
      how = fmt::format("ended with exit code {}", WEXITSTATUS(status_));
    if (how.empty() || complaint_.empty()) return how;
    return fmt::format("{}, and said: {}", how, one_line(complaint_));
  }

  /// Its lines behind one another, as they may be shown.
  static std::string one_line(std::string text) {
    while (!text.empty() && text.back() == '\n') text.pop_back();
    std::string line;
    for (std::size_t at = 0; at <= text.size();) {
      const std::size_t end = std::min(text.find('\n', at), text.size());
      line += (at == 0 ? "" : " / ") + escape_for_terminal(std::string_view(text).substr(at, end - at));
      at = end + 1;
    }
    return line;
  }

  const PeerOrder& order_;
  const Control& control_;
  AnswerLines lines_;
  std::string complaint_;
  Clock::time_point started_;
  pid_t child_ = -1;
  OwnedDescriptor ended_, out_, err_;
  Why why_ = Why::nothing;
  int status_ = 0;
  rusage usage_{};
};

}  // namespace

PeerRun run_peer(const PeerOrder& order, const Control& control) { return PeerProcess(order, control).run(); }

}  // namespace atonce
