"""Runs one command: bounded in time, ended with all that it started, and watched while it runs if asked."""
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass


@dataclass
class Ran:
    seconds: float  # from before the start until it was gone
    cpu_s: float  # its own and its waited-for children's, user and system
    status: int  # exit code; negative: the signal that ended it
    out: str
    err: str
    timed_out: bool = False

    def trouble(self, fine=(0,)):
        """None, or one line of what went wrong; `fine`: exit codes of a command that did what it should."""
        if self.timed_out:
            return f"ended after {self.seconds:.0f} s: too slow"
        if self.status not in fine:
            last = (self.err.strip().splitlines() or ["nothing said"])[-1]
            return f"exit code {self.status}: {last[:200]}"
        return None


def run(argv, timeout_s, watch=None, watch_s=0.02, cpus=None, descriptors=None):
    """`watch(pid)` is called every `watch_s` seconds while the command runs. `cpus`: the only ones it may use."""
    argv = [str(word) for word in argv]
    if descriptors:
        argv = ["/bin/sh", "-c", f'ulimit -n {descriptors} && exec "$@"', "sh", *argv]
    if cpus:
        argv = ["/usr/bin/taskset", "-c", ",".join(map(str, cpus)), *argv]
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        started = time.monotonic()
        child = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=out, stderr=err, start_new_session=True)
        timed_out = True
        try:
            timed_out = _wait(child.pid, started + timeout_s, watch, watch_s)
        finally:
            if timed_out:
                os.killpg(child.pid, signal.SIGKILL)
            _, status, used = os.wait4(child.pid, 0)
        seconds = time.monotonic() - started
        child.returncode = os.waitstatus_to_exitcode(status)
        _end_group(child.pid)
        out.seek(0)
        err.seek(0)
        return Ran(seconds, used.ru_utime + used.ru_stime, child.returncode, out.read().decode(errors="replace"),
                   err.read().decode(errors="replace"), timed_out)


def run_through(argv, timeout_s):
    """Runs a command that says for itself what it does; its exit code, or None when it took too long. When it is ended, it is asked
    first, so that it can end what it runs itself: see `end_politely`."""
    child = subprocess.Popen([str(word) for word in argv], stdin=subprocess.DEVNULL, start_new_session=True)
    try:
        return child.wait(timeout_s)
    except subprocess.TimeoutExpired:
        return None
    finally:
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGTERM)
            time.sleep(0.5)
        _end_group(child.pid)
        child.wait()


def end_politely():
    """SIGTERM becomes an exception, so that `run` ends its command."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))


def _wait(pid, end, watch, watch_s):
    """Until the process has ended; True when `end` came first."""
    descriptor = os.pidfd_open(pid)
    try:
        while (left := end - time.monotonic()) > 0:
            if select.select([descriptor], [], [], min(left, watch_s) if watch else left)[0]:
                return False
            if watch:
                watch(pid)
        return True
    finally:
        os.close(descriptor)


def _end_group(group):
    """What the command left behind in its own session."""
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        pass


def memory_of(pid, field):
    """A line of /proc/PID/status in bytes, as VmRSS or VmHWM; 0 when it is gone."""
    try:
        with open(f"/proc/{pid}/status") as status:
            for line in status:
                if line.startswith(field + ":"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0


def sockets_in_use():
    """TCP sockets of this network namespace."""
    with open("/proc/net/sockstat") as lines:
        for line in lines:
            if line.startswith("TCP:"):
                return int(line.split()[2])
    return 0


def busy_share(seconds=1.0):
    """How much of all processors others use now, 0 to 1, while we do nothing."""
    def read():
        with open("/proc/stat") as stat:
            times = list(map(int, stat.readline().split()[1:]))
        return sum(times), times[3] + times[4]
    all_before, idle_before = read()
    time.sleep(seconds)
    all_after, idle_after = read()
    return 1 - (idle_after - idle_before) / max(1, all_after - all_before)
