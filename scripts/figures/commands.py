"""Runs a command of a page as its reader would, and says whether its figures can be believed."""
import os
import re
import resource
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(SOURCE / "bench"))

from suite import process  # noqa: E402

PATIENCE_S = 120
FINE = (0, 3)  # Where packets are lost, a verdict may be unsure.
TRIES = 3
OTHERS_MAX = 0.15  # of all processors
WORDS = r"(?:[^.]|\.\d)*"
NOISE = WORDS + r"(?:scatter by more than|much slower than the rest|something else was going on)" + WORDS + r"\."


class Busy(Exception):
    """The machine has something else to do; the text says what was seen of it."""


class Failed(Exception):
    """A command did not do what it should; the text says which and why."""


@dataclass
class Done:
    status: int
    said: str
    others: float = 0  # of all processors, by other programs meanwhile

    def trouble(self):
        if self.status in FINE:
            return ""
        return f"exit code {self.status}: {(self.said.strip().splitlines() or ['nothing said'])[-1]}"

    def noise(self):
        """A sentence on what else was going on; else nothing."""
        if self.others > OTHERS_MAX:
            return f"other programs used {self.others:.0%} of its processors"
        said = re.search(NOISE, " ".join(self.said.split()))
        return said[0].strip(" -") if said else ""


def run(command, atonce, address=None):
    """In a new folder, with this atonce and the examples; `address`: where the server is that the page has at port 8080."""
    with tempfile.TemporaryDirectory(prefix="atonce-figures-") as folder:
        (Path(folder) / "bin").mkdir()
        (Path(folder) / "bin" / "atonce").symlink_to(atonce)
        (Path(folder) / "examples").symlink_to(SOURCE / "examples")
        environment = {**os.environ, "PATH": f"{folder}/bin:{os.environ['PATH']}", "XDG_STATE_HOME": f"{folder}/state", "COLUMNS": "80"}
        return watched(command.replace("127.0.0.1:8080", address) if address else command, folder, environment)


def watched(command, folder, environment):
    before = processor_seconds()
    running = subprocess.Popen(["sh", "-c", command], cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, start_new_session=True)
    try:
        said, _ = running.communicate(timeout=PATIENCE_S)
    except subprocess.TimeoutExpired:
        return Done(1, f"not over after {PATIENCE_S} s")
    finally:
        if running.poll() is None:
            os.killpg(running.pid, signal.SIGKILL)
            running.wait()
    every, used, ours = (after - earlier for after, earlier in zip(processor_seconds(), before))
    return Done(running.returncode, said.decode(errors="replace"), max(0, used - ours) / max(every, 1e-9))


def processor_seconds():
    """Of all processors: that went by, that programs had, and that ended children of ours had."""
    with open("/proc/stat") as lines:
        times = [int(word) / os.sysconf("SC_CLK_TCK") for word in lines.readline().split()[1:9]]
    ours = resource.getrusage(resource.RUSAGE_CHILDREN)
    return sum(times), sum(times[:3]), ours.ru_utime + ours.ru_stime


def refuse_if_busy():
    if (share := process.busy_share()) > OTHERS_MAX:
        raise Busy(f"other programs use {share:.0%} of its processors")


def measure(command, run_it, busy_is_fine=False):
    """What a command says where little else is going on; tried again where something was."""
    for _ in range(TRIES):
        done = run_it(command)
        if trouble := done.trouble():
            raise Failed(f"{command}: {trouble}")
        if busy_is_fine or not done.noise():
            return done.said
    raise Busy(f"{command}: {done.noise()}")


def headings(lines):
    """The lines of words above a table of figures, without their spaces."""
    return {" ".join(line.split()) for line in lines if re.match(r"\s*(strategy|phase|peer)\s{2,}", line)}


def small(command, changes):
    """The same command, over in no time: only whether it is understood is asked."""
    for pattern, text in changes:
        command = re.sub(pattern, text, command)
    return command
