"""A million names: looking up and connecting on loopback, against plain loops that do the same."""
import subprocess

from . import process
from .contest import say, truth_of
from .contestants import Atonce, Floor, answers_of_json
from .far import account
from .results import Goal, Row

WORLD = "fast"
RESOLVER = "127.0.0.53"
MIB = 1 << 20


class Peak:
    """The most memory that a process ever had resident, as it was last seen."""

    def __init__(self):
        self.bytes = 0

    def __call__(self, pid):
        self.bytes = max(self.bytes, process.memory_of(pid, "VmHWM"))


def write_names(bench, count):
    ranked = bench.folder / f"names-{count}.csv"
    plain = bench.folder / f"names-{count}.txt"
    with open(ranked, "wb") as out:
        subprocess.run([bench.atonce, "world", WORLD, "--names", str(count)], stdout=out, check=True, timeout=120)
    with open(ranked) as lines, open(plain, "w") as out:
        out.writelines(line.split(",", 1)[-1] for line in lines)
    return ranked, plain


def floor_once(bench, plain, windows):
    """Seconds for the look-ups and for the connections; the counts of the latter."""
    addresses = bench.folder / "addresses"
    looked_up = answers_of_json(process.run([bench.tool("floor_dns"), plain, RESOLVER, windows[0], 2, addresses], 300))
    if looked_up.trouble:
        return None, looked_up.trouble
    connected = Floor(bench.tool("floor_connect"), windows[1], 2, 3_500).probe(addresses, 0)
    if connected.trouble:
        return None, connected.trouble
    connected.counts["no_name"] = looked_up.counts["no_name"]
    connected.cpu_s += looked_up.cpu_s
    return (looked_up.seconds, connected), ""


def choose_windows(bench, plain):
    """The best of a few, each part by itself: seconds decide, as long as nobody is missed."""
    best = [None, None]
    for looking_up, connecting in zip((64, 200, 1_000, 200), (64, 256, 1_000, 4_000)):
        parts, trouble = floor_once(bench, plain, (looking_up, connecting))
        if parts is None:
            say(f"    try floor: {trouble}")
            continue
        for i, (seconds, window) in enumerate(((parts[0], looking_up), (parts[1].seconds, connecting))):
            say(f"    try floor: {('look up', 'connect')[i]} with {window} in flight: {seconds:.2f} s")
            best[i] = min(best[i] or (seconds, window), (seconds, window))
    return [window for _, window in best]


def once(bench, row, ranked, count, truth, options, memory):
    peak = Peak()
    answers = Atonce(bench.atonce, bench.folder, options, timeout_s=400, watch=peak).probe(ranked, count)
    if answers.trouble:
        row.rates.append(None)
        row.note = answers.trouble
        return None
    row.rates.append(count / answers.seconds)
    row.cpu_us.append(answers.cpu_s / count * 1e6)
    row.answers += count
    row.wrong += sum(got != right for got, right in zip(answers.verdicts, truth))
    memory.append(peak.bytes / MIB)
    return answers.seconds


def million(bench, section):
    count = bench.pick(1_000_000, 200_000, 10_000)
    ranked, plain = write_names(bench, count)
    short, short_plain = write_names(bench, count // 10)
    truth, short_truth = truth_of(bench, WORLD, ranked), truth_of(bench, WORLD, short)
    ours, tenth = Row("atonce", targets=count), Row("atonce, a tenth", targets=count // 10)
    floor = Row("floor", "plain loops: look all up, then connect to all", count)
    # The largest window first: what it holds at most is what a long list could add to.
    options = ["-4", "-c", bench.pick(2_000, 2_000, 500)]
    ours.how = tenth.how = "atonce probe LIST " + " ".join(map(str, options))
    windows = choose_windows(bench, short_plain)
    floor.how += f", {windows[0]} and {windows[1]:,} in flight"
    memory, short_memory, times_over = [], [], []
    for turn in range(bench.rounds):
        seconds = once(bench, ours, ranked, count, truth, options, memory)
        parts, trouble = floor_once(bench, plain, windows)
        once(bench, tenth, short, count // 10, short_truth, options, short_memory)
        if parts is None:
            floor.rates.append(None)
            floor.note = trouble
            continue
        looking_up, connected = parts
        floor.rates.append(count / (looking_up + connected.seconds))
        floor.cpu_us.append(connected.cpu_s / count * 1e6)
        floor.answers += count
        wanted = {verdict: truth.count(verdict) for verdict in set(truth)}
        floor.wrong += sum(abs(connected.counts[verdict] - n) for verdict, n in wanted.items())
        if seconds:
            times_over.append(seconds / (looking_up + connected.seconds))
        say(f"    round {turn + 1} atonce {seconds or 0:.1f} s, floor {looking_up:.2f} s to look up + {connected.seconds:.2f} s to connect, "
            f"{memory[-1] if memory else 0:.0f} MiB")
    section.rows = [ours, floor, tenth]
    section.goals = [
        Goal("time of atonce / time of the floor, with its DNS", False, 1.25, times_over, "x"),
        Goal(f"resident memory of the process at most, {count:,} names", False, 256, memory, "MiB"),
        Goal("memory with this list - with a tenth of it", False, 8, [a - b for a, b in zip(memory, short_memory)], "MiB"),
    ]
    section.notes = account(section.rows)
    section.notes.append("what a longer list may add is the resolvers' cache until it is full: 65,536 names a loop")
