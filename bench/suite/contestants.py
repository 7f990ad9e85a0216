"""Those who probe a list: atonce, the bare loop, Python in several ways, nmap. Each gives back what it found and how long it took.

The clocks are strict against atonce: its time is that of the whole process, reading the list and writing a row for each target
included; Python and the bare loops are asked for the time of their work alone, without start-up and reading; nmap is timed by
itself, without its start-up.
"""
import csv
import json
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from . import process

PYTHON = "/usr/bin/python3"  # Debian's, which has Debian's uvloop
HERE = Path(__file__).resolve().parent.parent


@dataclass
class Answers:
    seconds: float = 0.0
    cpu_s: float = 0.0
    unsure: list = field(default_factory=list)  # of each target: whether it says that it may be wrong
    overturned: int = 0  # first answers that a later try found wrong
    verdicts: list = field(default_factory=list)  # one for each target, in the order of the list; or
    counts: Counter = field(default_factory=Counter)  # how many of each
    trouble: str = ""


COMPLETE = (0, 3)  # 3: every target has its verdict, and some of these are unsure
# One try for each host at full speed, as the peers do: no second lap, nothing kept, no canaries, no places for each network, no search for a pace.
ONE_TRY = ["--confirm", "0", "--no-run", "--no-canaries", "--per-address", "0", "--per-network", "0", "--rate", "1000000/s"]


@dataclass
class Atonce:
    program: Path
    folder: Path
    options: list
    always: tuple = tuple(ONE_TRY)  # what is not said in the table, but in a note
    timeout_s: float = 120
    watch: object = None  # called with the process id while it runs
    descriptors: int = None

    def how(self):
        return "atonce probe LIST " + " ".join(map(str, self.options))

    def probe(self, list_file, count):
        rows = self.folder / "rows.csv"
        ran = process.run([self.program, "probe", list_file, "-q", "--csv", "-o", rows, *self.always, *self.options], self.timeout_s,
                          watch=self.watch, descriptors=self.descriptors)
        answers = Answers(ran.seconds, ran.cpu_s, trouble=ran.trouble(COMPLETE) or "")
        if not answers.trouble:
            read_rows(rows, count, answers)
        rows.unlink(missing_ok=True)
        return answers


def read_rows(rows, count, answers):
    answers.verdicts, answers.unsure = [None] * count, [False] * count
    with open(rows, newline="") as lines:
        reader = csv.reader(lines)
        header = next(reader)
        line, verdict, unsure, overturned = map(header.index, ("line", "verdict", "unsure", "overturned"))
        for row in reader:
            at = int(row[line]) - 1
            if answers.verdicts[at] is not None:
                answers.trouble = f"line {at + 1} has two rows"
            answers.verdicts[at] = row[verdict]
            answers.unsure[at] = row[unsure] != ""
            answers.overturned += row[overturned] == "true"


@dataclass
class Floor:
    program: Path
    window: int
    processes: int
    timeout_ms: int
    burst: int = 128  # starts until it looks at what has come

    def how(self):
        return f"plain epoll loop, {self.window:,} in flight, {self.processes} process{'es' if self.processes > 1 else ''}"

    def probe(self, list_file, _count):
        ran = process.run([self.program, list_file, 443, self.window, self.timeout_ms, self.processes, self.burst], 120)
        return answers_of_json(ran)


@dataclass
class Python:
    way: str
    timeout_s: float
    patience_s: float = 120

    def how(self):
        return {"sequential": "one socket.create_connection after another", "threads100": "ThreadPoolExecutor(100)",
                "processes10": "multiprocessing.Pool(10)", "asyncio": "asyncio, Semaphore(1000)", "asyncio15000": "asyncio, Semaphore(15000)",
                "uvloop": "asyncio on uvloop, Semaphore(1000)"}.get(self.way, self.way)

    def probe(self, list_file, count):
        ran = process.run([PYTHON, HERE / "peers.py", self.way, list_file, 443, self.timeout_s, count], self.patience_s)
        return answers_of_json(ran)


def answers_of_json(ran):
    if ran.trouble():
        return Answers(trouble=ran.trouble())
    said = json.loads(ran.out)
    seconds = said.pop("seconds")
    return Answers(seconds, ran.cpu_s, counts=Counter({verdict: n for verdict, n in said.items() if n}))


@dataclass
class Nmap:
    folder: Path
    timeout_ms: int
    own: tuple = ()  # its own choice of time-outs and tries, instead of ours
    patience_s: float = 120
    words = {"open": "open", "closed": "closed", "filtered": "timeout"}

    def options(self):
        if self.own:
            return ["-sT", "-n", "-Pn", "-p443", *self.own]
        time_out = f"{self.timeout_ms}ms"
        return ["-sT", "-n", "-Pn", "-p443", "--max-retries", "0", "--initial-rtt-timeout", time_out, "--min-rtt-timeout", time_out,
                "--max-rtt-timeout", time_out, "--min-hostgroup", "16384", "--max-hostgroup", "16384", "--min-parallelism", "15000"]

    def how(self):
        return "nmap " + " ".join(self.options())

    def probe(self, list_file, count):
        report = self.folder / "nmap.xml"
        with open(list_file) as lines:
            hosts = [line.strip() for _, line in zip(range(count), lines)]
        short = self.folder / "nmap.list"
        short.write_text("\n".join(hosts) + "\n")
        ran = process.run(["nmap", *self.options(), "-v", "-iL", short, "-oX", report], self.patience_s)
        answers = Answers(cpu_s=ran.cpu_s, trouble=ran.trouble() or "")
        if not answers.trouble:
            text = report.read_text()
            found = dict(re.findall(r'<address addr="([^"]+)".*?<state state="([^"|]+)', text, re.S))
            answers.verdicts = [self.words.get(found.get(host), "other") for host in hosts]
            answers.seconds = float(re.search(r'<finished [^>]*elapsed="([0-9.]+)"', text)[1])
        report.unlink(missing_ok=True)
        return answers
