"""Sums of random samples, against the shortest C++ loop and Python; and what overlapping and slicing come to.

atonce and the floor are timed by their own clocks, from before the first sample to after the last; so is Python. Python sums a
fraction of the samples, and its rate is taken: a whole sum would take minutes.
"""
import json

from . import process
from .contest import say
from .contestants import PYTHON
from .results import Goal, Row, ratios

TIMEOUT_S = 120
PYTHON_SUMS = {"uniform": "random.random() for _ in range(N)", "normal": "random.gauss(0, 1) for _ in range(N)"}


def python_program(kind, samples):
    return ("import random, time\nrandom.seed(1)\nbegan = time.perf_counter()\n"
            f"sum({PYTHON_SUMS[kind].replace('N', str(samples))})\nprint(time.perf_counter() - began)")


def checked(argv):
    ran = process.run(argv, TIMEOUT_S)
    if ran.trouble():
        raise RuntimeError(ran.trouble())
    return ran.out


def overlap(bench, *words):
    return json.loads(checked([bench.atonce, "overlap", "--json", "-q", "--seed", "1", *words]))


def atonce_seconds(bench, kind, samples, cores):
    work = ["--ask", "0", "--work", f"{kind}:{samples}", "--compute", cores, "--strategy", "threads" if cores > 1 else "sequential"]
    return overlap(bench, *work)["time_total"]


def floor_seconds(bench, kind, samples, cores):
    return json.loads(checked([bench.tool("floor_numbers"), kind, samples, cores]))["seconds"]


def python_seconds(_, kind, samples, __):
    return float(checked([PYTHON, "-c", python_program(kind, samples)]))


def sums(bench, section):
    for kind, samples, fold, goal in (("uniform", 120_000_000, 20, 200), ("normal", 10_000_000, 10, 120)):
        samples = samples if not bench.tiny else samples // 100
        contestants = [(f"atonce, {kind}, 2 cores", atonce_seconds, samples, 2, f"atonce overlap --ask 0 --work {kind}:{samples} --compute 2 --strategy threads"),
                       (f"atonce, {kind}, 1 core", atonce_seconds, samples, 1, "the same, sequential"),
                       (f"floor, {kind}, 2 cores", floor_seconds, samples, 2, "bench/floor_numbers.cc, compiled for this machine"),
                       (f"floor, {kind}, 1 core", floor_seconds, samples, 1, "the same"),
                       (f"Python, {kind}", python_seconds, samples // fold, 1, f"sum({PYTHON_SUMS[kind]}), a {fold}th of the samples")]
        rows = [Row(name, how, targets=count) for name, _, count, _, how in contestants]
        for turn in range(bench.rounds):
            for i in [(turn + j) % len(rows) for j in range(len(rows))]:
                _, measure, count, cores, _ = contestants[i]
                rows[i].rates.append(count / measure(bench, kind, count, cores))
                say(f"    round {turn + 1} {rows[i].name}: {rows[i].rates[-1]:,.0f} samples/s")
        section.rows += rows
        two, one, floor_two, floor_one, python = rows
        section.goals += [Goal(f"{kind}, two cores: atonce / Python", True, goal, ratios(two, python), "x"),
                          Goal(f"{kind}, two cores: floor / atonce", False, 1.2, ratios(floor_two, two), "x"),
                          Goal(f"{kind}, one core: floor / atonce", False, 1.2, ratios(floor_one, one), "x"),
                          Goal(f"{kind}, {samples:,} samples on two cores", False, 0.02 if kind == "uniform" else 0.017,
                               [samples / rate for rate in two.rates], "s"),
                          Goal(f"{kind}, {samples:,} samples on one core", False, 0.04 if kind == "uniform" else 0.03,
                               [samples / rate for rate in one.rates], "s")]


def equal_sides(bench):
    """So many samples of the server's and of ours that each side alone takes about as long."""
    world = bench.pick(500_000_000, 500_000_000, 20_000_000)
    waiting = overlap(bench, f"--world={world}", "--compute", "0")["time_waiting"]
    probe = 500_000_000
    computing = overlap(bench, "--ask", "0", "--work", f"uniform:{probe}")["time_computing"]
    return world, int(probe * waiting / computing)


def sides(bench, section):
    world, samples = equal_sides(bench)
    whole, cost, seen, covered = [], [], [], []
    for _ in range(bench.rounds):
        waiting = overlap(bench, f"--world={world}", "--compute", "0")["time_total"]
        computing = overlap(bench, "--ask", "0", "--work", f"uniform:{samples}", "--slice", "1h")["time_total"]
        sliced = overlap(bench, "--ask", "0", "--work", f"uniform:{samples}", "--slice", "1ms")
        both = overlap(bench, f"--world={world}", "--work", f"uniform:{samples}", "--slice", "1ms")
        whole.append(both["time_total"] / max(waiting, computing))
        cost.append(sliced["slicing_share"])
        seen.append(both["unseen_max"] / 0.001)
        covered.append(both["covered_share"])
        say(f"    alone {waiting:.3f} s and {computing:.3f} s, together {both['time_total']:.3f} s; slicing {cost[-1]:.2%}")
    section.goals += [Goal("both sides of equal length: together / the longer alone", False, 1.03, whole, "x"),
                      Goal("share of the waiting that was covered by work", True, 0.97, covered),
                      Goal("cost of slices of 1 ms", False, 0.01, cost),
                      Goal("slices of 1 ms until an answer was seen, at most", False, 2, seen)]


def measure(bench, section):
    sums(bench, section)
    sides(bench, section)
    section.notes.append("targets are samples here; the server and we have a core each")
