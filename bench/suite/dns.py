"""The resolver alone: how many names a second one core looks up, with the world's responder on the other."""
import json
import os
from pathlib import Path

from . import process
from .contest import say
from .names import RESOLVER, write_names
from .results import Goal, Row


def responder():
    """The process of the world around us: the other child of our parent."""
    parent = os.getppid()
    for child in Path(f"/proc/{parent}/task/{parent}/children").read_text().split():
        if Path(f"/proc/{child}/comm").read_text().strip() == "atonce-world":
            return int(child)
    return None


def rate(bench, section):
    cores = sorted(os.sched_getaffinity(0))
    server = responder()
    if server and len(cores) > 1:
        for thread in os.listdir(f"/proc/{server}/task"):
            os.sched_setaffinity(int(thread), {cores[0]})
    count = bench.pick(500_000, 300_000, 10_000)
    _, plain = write_names(bench, count)
    rows = {engine: Row(engine, f"the resolver on its {engine} engine, 1,000 questions in flight, A only", count) for engine in ("epoll", "ring")}
    floor = Row("floor", "a plain loop of send and recv, 200 in flight (more overrun its socket)", count)
    for turn in range(bench.rounds):
        for engine, row in rows.items():
            note(row, process.run([bench.tool("dns_rate"), plain, RESOLVER, 1_000, engine], 60, cpus=[cores[-1]]), count)
        note(floor, process.run([bench.tool("floor_dns"), plain, RESOLVER, 200, 1, bench.folder / "addresses"], 60, cpus=[cores[-1]]), count)
        say(f"    round {turn + 1} " + ", ".join(f"{row.name} {row.rates[-1] or 0:,.0f}/s" for row in [*rows.values(), floor]))
    section.rows = [*rows.values(), floor]
    best = max(rows.values(), key=lambda row: row.rate() or 0)
    section.goals = [Goal(f"names looked up a second on one core ({best.name})", True, 200_000, [r for r in best.rates if r], "/s")]


def note(row, ran, count):
    if ran.trouble():
        row.rates.append(None)
        row.note = ran.trouble()
        return
    said = json.loads(ran.out)
    row.rates.append(count / said["seconds"])
    row.cpu_us.append(said.get("cpu_s", ran.cpu_s) / count * 1e6)
    row.answers += count
    row.wrong += said.get("failed", 0)
