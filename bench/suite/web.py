"""GETs of a small page from nginx, with those who are good at it: wrk, h2load, ab, curl, and Python as its users write it.

atonce is timed as a whole process that reads its list and writes a row for each answer; wrk, h2load and ab by their own clocks or
as a process without any list or row; Python without its start.
"""
import csv
import json
import re
from dataclasses import dataclass, field
from pathlib import Path

from . import nginx, process
from .contest import say
from .contestants import PYTHON, HERE
from .far import goal_over
from .results import Goal, Row

TIMEOUT_S = 120
IN_FLIGHT = 64
# What a load generator does not do either; the answers are the same.
BARE = ["--no-run", "--no-canaries", "--confirm", "0", "--per-address", "0", "--per-network", "0", "--rate", "1000000/s", "--allow-private"]


@dataclass
class Got:
    seconds: float = 0.0
    cpu_s: float = 0.0
    good: int = 0  # answers of status 200
    trouble: str = ""


@dataclass
class Atonce:
    bench: object
    options: list
    at_once: int = IN_FLIGHT
    name: str = "atonce"

    def how(self):
        return f"atonce fetch LIST -c {self.at_once} " + " ".join(map(str, self.options))

    def get(self, url, count):
        folder = self.bench.folder
        (folder / "urls").write_text(f"{url}\n" * count)
        rows = folder / "rows.csv"
        ran = process.run([self.bench.atonce, "fetch", folder / "urls", "-q", "--csv", "-o", rows, "-c", self.at_once, *BARE, *self.options], TIMEOUT_S)
        got = Got(ran.seconds, ran.cpu_s, trouble=ran.trouble() or "")
        if not got.trouble:
            with open(rows, newline="") as lines:
                reader = csv.reader(lines)
                at = next(reader).index("status_code")
                got.good = sum(row[at] == "200" for row in reader)
        rows.unlink(missing_ok=True)
        return got


@dataclass
class Curl:
    folder: Path
    options: list = field(default_factory=list)
    name: str = "curl -Z"

    def how(self):
        return f"curl -Z --parallel-max {IN_FLIGHT} -s -o /dev/null " + " ".join(map(str, self.options))

    def get(self, url, count):
        ran = process.run(["curl", "-Z", "--parallel-max", IN_FLIGHT, "-s", "-o", "/dev/null", "-w", "%{http_code}\n", *self.options,
                           f"{url}?[1-{count}]"], TIMEOUT_S)
        return Got(ran.seconds, ran.cpu_s, ran.out.split().count("200"), ran.trouble() or "")


@dataclass
class Wrk:
    name: str = "wrk"

    def how(self):
        return f"wrk -t1 -c{IN_FLIGHT}"

    def get(self, url, count):
        ran = process.run(["wrk", "-t1", f"-c{IN_FLIGHT}", "-d4s", url], TIMEOUT_S)
        seen = re.search(r"(\d+) requests in ([\d.]+)s", ran.out)
        if ran.trouble() or not seen or "Non-2xx" in ran.out or "Socket errors" in ran.out:
            return Got(trouble=ran.trouble() or "wrk met errors")
        made = int(seen[1])  # It counts time, not requests: told as if it had made `count`.
        return Got(float(seen[2]) * count / made, ran.cpu_s * count / made, count)


@dataclass
class H2load:
    options: list
    name: str = "h2load"

    def how(self):
        return "h2load " + " ".join(map(str, self.options))

    def get(self, url, count):
        ran = process.run(["h2load", "-t1", "-n", count, *self.options, url], TIMEOUT_S)
        good, took = re.search(r"status codes: (\d+) 2xx", ran.out), re.search(r"finished in ([\d.]+)(ms|s|us)", ran.out)
        if ran.trouble() or not good or not took:
            return Got(trouble=ran.trouble() or "h2load said nothing")
        return Got(float(took[1]) * {"s": 1, "ms": 1e-3, "us": 1e-6}[took[2]], ran.cpu_s, int(good[1]))


@dataclass
class Ab:
    name: str = "ab"

    def how(self):
        return f"ab -c{IN_FLIGHT}"

    def get(self, url, count):
        ran = process.run(["ab", "-q", f"-c{IN_FLIGHT}", "-n", count, url], TIMEOUT_S)
        took, failed = re.search(r"Time taken for tests:\s+([\d.]+)", ran.out), re.search(r"Failed requests:\s+(\d+)", ran.out)
        if ran.trouble() or not took or "Non-2xx" in ran.out:
            return Got(trouble=ran.trouble() or "ab said nothing")
        return Got(float(took[1]), ran.cpu_s, count - int(failed[1]))


@dataclass
class Python:
    way: str
    name: str = ""

    def how(self):
        return {"requests": "requests, one session", "requests-threads": "requests.get in ThreadPoolExecutor(20)",
                "aiohttp": "aiohttp, 100 connections"}.get(self.way, self.way)

    def get(self, url, count):
        ran = process.run([PYTHON, HERE / "web_peers.py", self.way, url, count], TIMEOUT_S)
        if ran.trouble():
            return Got(trouble=ran.trouble())
        said = json.loads(ran.out)
        return Got(said["seconds"], ran.cpu_s, said["good"])


def take_turns(bench, url, entries):
    """`entries`: (contestant, requests a round). Each round starts with another one."""
    rows = [Row(contestant.name or contestant.way, contestant.how(), count) for contestant, count in entries]
    for turn in range(bench.rounds):
        shift = turn % len(entries)
        for at in [*range(shift, len(entries)), *range(shift)]:
            contestant, count = entries[at]
            note(rows[at], contestant.get(url, count), count)
            say(f"    round {turn + 1} {rows[at].name:16} " + (f"{rows[at].rates[-1]:,.0f}/s, {rows[at].cpu_us[-1]:.1f} us" if rows[at].rates[-1] else rows[at].note))
    return rows


def note(row, got, count):
    if got.trouble:
        row.rates.append(None)
        row.note = got.trouble
        return
    row.rates.append(count / got.seconds)
    row.cpu_us.append(got.cpu_s / count * 1e6)
    row.answers += count
    row.wrong += count - got.good


def less_cpu(ours, theirs, limit):
    return Goal(f"atonce / {theirs.name}, processor time of the client", False, limit, [a / b for a, b in zip(ours.cpu_us, theirs.cpu_us)], "x")


def measure(section, rows, *goals):
    section.rows, section.goals = rows, list(goals)
    section.notes = [f"always of atonce: {' '.join(BARE)}", "nginx has one worker and shares the two cores with the client"]


def keepalive(bench, section):
    with nginx.nginx(bench):
        url = f"http://127.0.0.1:{nginx.PLAIN}/"
        many, some, few = bench.pick(400_000, 150_000, 5_000), bench.pick(40_000, 15_000, 500), bench.pick(2_000, 1_000, 100)
        rows = take_turns(bench, url, [
            (Atonce(bench, ["--loops", "1"]), many), (Wrk(), many), (H2load(["--h1", f"-c{IN_FLIGHT}"]), many), (Curl(bench.folder), some),
            (Python("aiohttp", "aiohttp"), bench.pick(6_000, 4_000, 200)), (Python("requests-threads", "requests"), few)])
    ours, wrk, h2load, curl, aiohttp, requests = rows
    measure(section, rows, goal_over(ours, wrk, 1.0), goal_over(ours, h2load, 1.0), goal_over(ours, curl, 3.5), goal_over(ours, aiohttp, 40),
            goal_over(ours, requests, 130, "requests, a pool of 20"))


def connect(bench, section):
    with nginx.nginx(bench):
        url = f"http://127.0.0.1:{nginx.PLAIN}/"
        many, some = bench.pick(60_000, 30_000, 1_000), bench.pick(20_000, 10_000, 500)
        close = ["-H", "Connection: close"]
        ours, ab, curl = rows = take_turns(bench, url, [(Atonce(bench, close), many), (Ab(), many), (Curl(bench.folder, close), some)])
    measure(section, rows, goal_over(ours, ab, 1.3), goal_over(ours, curl, 2.0))


def secure(bench, section):
    with nginx.nginx(bench) as folder:
        url, root = f"https://localhost:{nginx.SECURE}/", ["--cacert", folder / "root.pem"]
        many, some = bench.pick(300_000, 100_000, 3_000), bench.pick(20_000, 10_000, 300)
        first, second = Atonce(bench, ["--loops", "1", "--http1.1", *root], name="atonce HTTP/1.1"), Atonce(bench, ["--loops", "1", "--http2", *root], name="atonce HTTP/2")
        rows = take_turns(bench, url, [
            (first, many), (H2load(["--h1", f"-c{IN_FLIGHT}"], "h2load HTTP/1.1"), many), (second, many),
            (H2load(["-c1", f"-m{IN_FLIGHT}"], "h2load HTTP/2"), many), (Curl(bench.folder, ["--http1.1", *root]), some)])
    ours1, h2load1, ours2, h2load2, curl = rows
    measure(section, rows, goal_over(ours1, h2load1, 0.9), goal_over(ours2, h2load2, 0.9), goal_over(ours1, curl, 3.5))


def handshake(bench, section):
    close = ["-H", "Connection: close", "--http1.1"]
    with nginx.nginx(bench) as folder:
        root = ["--cacert", folder / "root.pem"]
        count = bench.pick(6_000, 3_000, 200)
        url = f"https://localhost:{nginx.SECURE}/"
        ours, curl = rows = take_turns(bench, url, [(Atonce(bench, ["--loops", "1", *close, *root]), count), (Curl(bench.folder, [*close, *root]), count // 2)])
        again, = take_turns(bench, f"https://localhost:{nginx.TICKETS}/", [(Atonce(bench, ["--loops", "1", *close, *root], name="atonce, resumed"), count)])
    measure(section, [*rows, again], goal_over(ours, curl, 2.0), less_cpu(ours, curl, 0.5), goal_over(again, ours, 2.0, "atonce, full handshakes; with resumption"))
