#include "atonce/cli/stop_signals.h"

#include <signal.h>
#include <unistd.h>

#include <array>
#include <atomic>

#include "atonce/model/exit_code.h"

namespace atonce {
namespace {

constexpr std::array stopping{SIGINT, SIGTERM, SIGHUP};

// A signal handler has no argument of ours: the one place where the program needs a global.
std::atomic<Control*> controlled{nullptr};

void on_stop(int) {
  Control* const control = controlled.load(std::memory_order_relaxed);
  if (control == nullptr) return;
  const int before = control->stop.fetch_add(1, std::memory_order_relaxed);
  if (before >= Control::cancel) _exit(exit_interrupted);
}

void handle(int number, void (*handler)(int)) {
  struct sigaction action{};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  sigaction(number, &action, nullptr);
}

}  // namespace

StopSignals::StopSignals(Control& control) {
  controlled.store(&control);
  for (const int number : stopping) handle(number, on_stop);
  handle(SIGPIPE, SIG_IGN);  // The write says EPIPE, or EFBIG at a limit of file size: both are told with the account.
  handle(SIGXFSZ, SIG_IGN);
}

StopSignals::~StopSignals() {
  // Who was stopped is about to end with the code that says so: one more Ctrl-C must not make another of it.
  const Control* const control = controlled.exchange(nullptr);
  const bool ends_anyway = control != nullptr && control->stopping();
  for (const int number : stopping) handle(number, ends_anyway ? SIG_IGN : SIG_DFL);
}

}  // namespace atonce
