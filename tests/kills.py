#!/usr/bin/env python3
"""Kills runs of 20,000 targets at random instants and carries them on, until enough were killed.

    ATONCE=build/release/atonce python3 tests/kills.py --kills 200 --seed 1

Each run follows from its seed and number: its world, list, strategy, result format and pace; the instants of the kills are drawn
from it too. It lives in a world that outlives it and writes down what it was asked. Afterwards each line has exactly one row
in every format, each verdict is the truth, the account balances, and the world's log proves that nothing settled was asked again.
"""

import argparse
import json
import os
import random
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from kept import FORMATS, Wrong, check_account, check_results, lines_settled

ATONCE = os.environ.get("ATONCE", "build/release/atonce")
TARGETS = 20_000
PATIENCE_S = 120
IN_FLIGHT = 500
# What may be asked and answered, and not yet be in the journal when a process dies.
UNJOURNALED_S = 0.1
ASKED_AGAIN = ("timeout", "dns_timeout", "dns_failure", "dns_refused", "dns_invalid")


class Scenario:
    """Everything about run `index` of `seed`."""

    def __init__(self, seed, index, in_a_row=None):
        chance = random.Random(f"{seed}/{index}")
        self.chance = chance
        self.form = list(FORMATS)[index % len(FORMATS)]
        self.ordered = chance.random() < 0.2
        self.strategy = chance.choice(["async"] * 5 + ["threads:40", "processes:10"])
        self.world, self.addresses, self.options = chance.choice(
            [("fast", False, [])] * 6 + [("open,dns=1ms", False, [])]
            + [("far-calm,rtt=4ms", True, ["--connect-timeout", "400ms", "--confirm", "1"])])
        if self.addresses:
            self.strategy = "async"
        self.seed = chance.randrange(1, 1_000_000)
        self.rate = chance.choice([[], [], ["--rate", "15000"]])
        self.kills = chance.choice([1, 2, 4, 8, 16])
        self.in_a_row = in_a_row
        if in_a_row:  # Each session gets a little further, and none to the end.
            self.world, self.addresses, self.options = "fast", False, []
            self.kills, self.strategy, self.rate = in_a_row, "async", ["--rate", str(80 * TARGETS // in_a_row // 10)]
        self.spec = f"{self.world},seed={self.seed}"

    def __str__(self):
        return (f"{self.spec}, {self.form}{' --ordered' if self.ordered else ''}, {self.strategy}"
                f"{' ' + ' '.join(self.rate) if self.rate else ''}, up to {self.kills} kills")

    def command(self):
        words = ["probe", "list", "--run", "run", "-c", str(IN_FLIGHT), "--strategy", self.strategy, "--per-address", "0",
                 "--per-network", "0", *self.options, *self.rate, *FORMATS[self.form][0]]
        return words + (["--ordered"] if self.ordered else [])

    def write_list(self, folder):
        if self.addresses:
            first = (10 << 24) + (128 << 16) + self.chance.randrange(1 << 20)
            text = "\n".join(socket.inet_ntoa(struct.pack(">I", first + i)) for i in range(TARGETS)) + "\n"
        else:
            told = subprocess.run([ATONCE, "world", "--names", str(TARGETS), "--seed", str(self.seed)], check=True,
                                  capture_output=True, text=True).stdout
            text = "".join(line.split(",")[1] + "\n" for line in told.splitlines())
        (folder / "list").write_text(text)


# What follows happens inside the world.


def ask(name, where=("127.0.0.53", 53)):
    """A question to the world's resolver, of one label, answered."""
    query = struct.pack(">6H", 1, 0x100, 1, 0, 0, 0) + bytes([len(name)]) + name.encode() + b"\0" + struct.pack(">2H", 1, 1)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
        asker.settimeout(PATIENCE_S)
        asker.sendto(query, where)
        asker.recv(512)


class AskLog:
    """What the world was asked since it was looked at last."""

    def __init__(self, path, tun):
        self.file = open(path, encoding="ascii")
        self.tun = tun

    def take(self):
        # What a dead process has sent is still on its way to the world; a question of our own comes behind it.
        for number in range(16):
            ask(f"mark{number}")
        if self.tun:
            time.sleep(0.05)
        kind = "syn" if self.tun else "dns"
        return Counter(words[1] for words in map(str.split, self.file) if words[0] == kind)


class Session:
    """One process of the run, until it ends or is killed."""

    def __init__(self, words):
        self.started = time.monotonic()
        self.stderr = tempfile.TemporaryFile()
        self.process = subprocess.Popen([ATONCE, *words], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=self.stderr)

    def kill_after(self, seconds):
        """False when it ended before."""
        try:
            self.process.wait(seconds)
            return False
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGKILL)
            return self.process.wait() == -signal.SIGKILL

    def finish(self):
        try:
            self.process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise Wrong(f"a session hangs; it said:\n{self.said()}") from None
        return self.process.returncode

    def said(self):
        self.stderr.seek(0)
        return self.stderr.read().decode(errors="replace")

    def settled_before(self):
        found = re.search(r"carrying on the run in run: ([\d,]+) verdicts are settled", self.said())
        return int(found[1].replace(",", "")) if found else None


class KilledRun:
    """A run that is killed and carried on until its end."""

    def __init__(self, scenario, log):
        self.scenario = scenario
        self.chance = random.Random(f"kills/{scenario.seed}")
        self.names = [line.rstrip("\n") for line in open("list", encoding="ascii")]
        self.inputs = dict(enumerate(self.names, 1))
        with open("truth", encoding="utf-8") as file:
            self.truth = {row["line"]: row["verdict"] for row in map(json.loads, file)}
        counts = Counter(self.names)
        # Targets that no second lap asks again: those with a proven answer, that stand in the list once.
        self.sure = {name for line, name in self.inputs.items() if counts[name] == 1 and self.truth[line] not in ASKED_AGAIN}
        self.log = AskLog(log, scenario.addresses)
        self.asked = set()      # by any session so far
        self.settled = set()    # those whose every row stood there before the session that runs now
        self.twice = set()      # asked again by a later session
        self.allowance = 0      # how many may be
        self.figures = Counter()
        self.rate = TARGETS / 1.5

    def instant(self):
        """Mostly somewhere in what is left of the run; now and then while it starts, reads its journal, or has ended."""
        left = max(TARGETS - len(self.settled), 200) / self.rate
        if self.chance.random() < 0.2:
            return self.chance.uniform(0, 0.12)
        if self.scenario.in_a_row:
            return self.chance.uniform(0.03, 0.2)
        return self.chance.uniform(0.03, 0.06 + 1.5 * left / (1 + self.scenario.kills - self.figures["kills"]))

    def run(self):
        killed = True
        while killed:
            resume = Path("run/manifest.json").exists()
            words = self.scenario.command()
            if resume:
                words = words + ["--resume"] if self.chance.random() < 0.3 else ["resume", "run", *self.scenario.rate]
            session = Session(words)
            killed = self.figures["kills"] < self.scenario.kills and session.kill_after(self.instant())
            code = None if killed else session.finish()
            self.look_at(session, killed)
            if code not in (None, 0, 3):
                raise Wrong(f"a session ended with {code}; it said:\n{session.said()}")
        self.check_end()
        return self.figures

    def look_at(self, session, killed):
        """The world's log of this session against what was known before it."""
        took = time.monotonic() - session.started
        asked = self.log.take()
        self.figures["sessions"] += 1
        self.figures["kills"] += killed
        self.figures["asked"] += sum(asked.values())
        again = self.settled & asked.keys()
        if again:
            raise Wrong(f"{len(again)} targets that had their row were asked again, such as {sorted(again)[:5]}")
        settled_before = session.settled_before()
        if settled_before is not None and settled_before < len(self.settled):
            raise Wrong(f"{len(self.settled)} rows were written, and the journal knows {settled_before} verdicts")
        sure = self.sure & asked.keys()
        self.twice |= self.asked & sure
        self.asked |= sure
        if killed:
            self.allowance += IN_FLIGHT + int(UNJOURNALED_S * len(asked) / max(took, 0.05))
            lines = lines_settled("run")
            self.settled = set(self.names) - {name for line, name in self.inputs.items() if line not in lines}
            if not self.scenario.addresses and took > 0.3 and len(asked) > 2_000:
                self.rate = len(asked) / took

    def check_end(self):
        scenario = self.scenario
        check_results(".", scenario.form, self.inputs, self.truth, scenario.ordered)
        shown = subprocess.run([ATONCE, "show", "run"], capture_output=True, text=True, timeout=PATIENCE_S, check=False)
        if shown.returncode != 0:
            raise Wrong(f"atonce show ended with {shown.returncode}: {shown.stderr}")
        check_account(shown.stdout, TARGETS)
        self.figures["runs"] += 1
        if scenario.in_a_row and self.figures["kills"] < scenario.in_a_row:
            raise Wrong(f"the run ended after {self.figures['kills']} kills: it is too short to be killed so often")
        self.figures["asked again after a kill"] += len(self.twice)
        if len(self.twice) > self.allowance:
            raise Wrong(f"{len(self.twice)} targets were asked again after a kill, more than the {self.allowance} that may be")
        if not self.asked >= self.sure:
            raise Wrong(f"{len(self.sure - self.asked)} targets have a row, and the world was never asked for them")


def run_inside(options):
    os.chdir(options.inside)
    try:
        figures = KilledRun(Scenario(options.seed, options.only, options.in_a_row), "log").run()
    except Wrong as wrong:
        print(wrong, file=sys.stderr)
        return 1
    Path("figures").write_text(json.dumps(figures))
    return 0


# What follows happens outside.


def one_run(seed, index, in_a_row=None):
    """The figures of a run, or None when something did not hold; what, is on standard error."""
    scenario = Scenario(seed, index, in_a_row)
    folder = Path(tempfile.mkdtemp(prefix="atonce-kills-"))
    started = time.monotonic()
    scenario.write_list(folder)
    with open(folder / "truth", "wb") as truth:
        subprocess.run([ATONCE, "world", scenario.spec, "--truth", folder / "list"], stdout=truth, check=True)
    again = ["--in-a-row", str(in_a_row)] if in_a_row else []
    inside = [sys.executable, "-B", __file__, "--seed", str(seed), "--only", str(index), *again, "--inside", str(folder)]
    done = subprocess.run([ATONCE, "world", f"{scenario.spec},log={folder}/log", "--", *inside], stdin=subprocess.DEVNULL,
                          env={**os.environ, "ATONCE": str(Path(ATONCE).resolve())}, check=False)
    if done.returncode == 0:
        figures = Counter(json.loads((folder / "figures").read_text()))
        shutil.rmtree(folder)
        print(f"run {index}: {scenario}; {figures['kills']} kills, {time.monotonic() - started:.1f} s", flush=True)
        return figures
    print(f"run {index}: {scenario}", file=sys.stderr)
    print(f"kept in {folder}; again: ATONCE={ATONCE} python3 {__file__} --seed {seed} --only {index} {' '.join(again)}",
          file=sys.stderr)
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kills", type=int, default=40, help="until so many were killed")
    parser.add_argument("--only", type=int, help="this run of the seed alone")
    parser.add_argument("--in-a-row", type=int, help="so many kills on each run")
    parser.add_argument("--inside", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        return run_inside(options)
    total = Counter()
    index = options.only or 0
    while options.only is not None or total["kills"] < options.kills:
        figures = one_run(options.seed, index, options.in_a_row)
        if figures is None:
            return 1
        total += figures
        if options.only is not None:
            break
        index += 1
    print("; ".join(f"{count} {what}" for what, count in total.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
