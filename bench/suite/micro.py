"""The runtime's own costs, by Google Benchmark."""
import json
from collections import defaultdict
from statistics import median

from . import process
from .contest import say
from .results import Goal, Row

UNITS = {"ns": 1, "us": 1e3, "ms": 1e6, "s": 1e9}


def run_group(bench, pattern, repetitions, seconds_each):
    ran = process.run([bench.tool("runtime_bench"), f"--benchmark_filter={pattern}", "--benchmark_format=json",
                       f"--benchmark_repetitions={repetitions}", f"--benchmark_min_time={seconds_each}",
                       "--benchmark_enable_random_interleaving=true"], 400)
    if ran.trouble():
        raise RuntimeError(ran.trouble())
    seen = defaultdict(list)
    for run in json.loads(ran.out)["benchmarks"]:
        if run.get("run_type") == "iteration" and not run.get("error_occurred"):
            seen[run["run_name"].removesuffix("/iterations:1")].append(run)
    return seen


def nanoseconds(runs):
    """Of one item; a benchmark that counts items says how many a second of its processor time."""
    return [1e9 / run["items_per_second"] if "items_per_second" in run else run["cpu_time"] * UNITS[run["time_unit"]] for run in runs]


def costs(bench, section):
    seen = run_group(bench, "^(task|scope|call|limiter|timer)/", bench.pick(9, 5, 2), bench.pick(0.3, 0.1, 0.01))
    # Each time in a process of its own: one that has slept before has the memory already.
    asleep = [run for _ in range(bench.pick(3, 1, 1)) for run in run_group(bench, "^sleep/", 1, 0.1)["sleep/million"]]
    beyond = [run["beyond_ns"] for run in seen.pop("call/beyond_plain")]
    for name, runs in sorted(seen.items()):
        times = nanoseconds(runs)
        section.rows.append(Row(name, f"{median(times):.1f} ns, {min(times):.1f} to {max(times):.1f}"))
    section.goals = [
        Goal("create, await and destroy a task", False, 10, nanoseconds(seen["task/create_await_destroy"]), "ns"),
        Goal("suspend and resume", False, 4, nanoseconds(seen["task/suspend_resume"]), "ns"),
        Goal("an operation that completes at once, beyond the plain call", False, 30, beyond, "ns"),
        Goal("memory of each of 1,000,000 sleeping tasks", False, 400, [run["bytes_each"] for run in asleep], "bytes"),
        Goal("of these, woken early", False, 0, [run["early"] for run in asleep], ""),
    ]
    if any(run["woken"] != 1_000_000 for run in asleep):
        section.notes.append("not every sleeping task woke up")
    for goal in section.goals:
        say(f"    {goal.text}: {goal.seen() or 0:.1f} {goal.unit}")
