"""The same hosts at any speed: what each contestant says of 32,768 open, 16,384 refusing and 16,384 silent ones, and how sure it is.

Each meets hosts that nobody has spoken to before. A verdict that differs from the truth is wrong, and wrong and sure when its row
has no `unsure`. What this machine threw away meanwhile is counted for everyone by the kernel.

Once the hosts are not in a TUN world but behind the kernel's own queue, as it is set here: see veth.py.
"""
from collections import Counter
from dataclasses import dataclass

from . import veth
from .contest import Addresses, say, truth_of, write_list
from .contestants import Atonce, Floor, Nmap, Python
from .far import BLOCK
from .results import Goal

SHARES = {"open": 2, "closed": 1, "timeout": 1}  # of four
LOSSES = (0, 2, 10)
TRIPS_MS = (10, 50, 300)
MIDDLE_MS = 50
QUEUE_MS = 0  # stands for the hosts behind the kernel's own queue, which are no milliseconds away
TABLE_BEGIN, TABLE_END = "<!-- trust table: begin -->", "<!-- trust table: end -->"


def spec(loss, trip_ms):
    return f"far-half,rtt={trip_ms}ms,loss={loss}%"


def loss_and_trip(world):
    if world == veth.WORLD:
        return 0, QUEUE_MS
    options = dict(option.split("=") for option in world.split(",")[1:])
    return int(options["loss"].rstrip("%")), int(options["rtt"].removesuffix("ms"))


def worlds(bench):
    if bench.tiny or bench.quick:
        return [*(spec(loss, MIDDLE_MS) for loss in LOSSES[:2]), veth.WORLD]
    return [*(spec(loss, trip_ms) for loss in LOSSES for trip_ms in TRIPS_MS), veth.WORLD]


def slow_worlds(_bench):
    return [spec(0, MIDDLE_MS), spec(2, MIDDLE_MS)]


@dataclass
class Entry:
    name: str
    contestant: object
    ours: bool = False


def atonce(bench, name, *options, patience_s=400):
    return Entry("atonce, " + name, Atonce(bench.atonce, bench.folder, list(options), always=("--no-run",), timeout_s=patience_s), True)


def floor(bench, window, timeout_ms):
    """As most people write it first: it starts all it may before it looks at what has come."""
    name = f"plain epoll loop, {window:,} in flight, {timeout_ms / 1000:g} s"
    return Entry(name, Floor(bench.tool("floor_connect"), window, 1, timeout_ms, burst=window))


def python(way, tasks, timeout_s, patience_s):
    return Entry(f"asyncio, {tasks:,} tasks, {timeout_s:g} s", Python(way, timeout_s, patience_s))


def nmap(bench, patience_s, *own):
    return Entry("nmap -sT " + " ".join(own), Nmap(bench.folder, 0, own, patience_s))


def ours(bench, loss, trip_ms):
    scale = bench.pick(1, 1, 16)
    middle = trip_ms == MIDDLE_MS
    entries = [atonce(bench, f"-c {window}", "-c", window) for window in (5_000 // scale, 20_000 // scale)]
    if middle and not bench.quick and loss < 10:
        entries.insert(0, atonce(bench, f"-c {1_000 // scale}", "-c", 1_000 // scale))
    rates = (5_000, 20_000) if middle and not bench.quick else (20_000,)
    entries += [atonce(bench, f"--rate {rate}/s", "--rate", f"{rate}/s") for rate in rates]
    entries.append(atonce(bench, "--rate auto"))
    if loss == 0 and trip_ms in (MIDDLE_MS, QUEUE_MS):
        entries.append(atonce(bench, f"-c {20_000 // scale}, 1 s", "-c", 20_000 // scale, "--connect-timeout", "1s"))
    return entries


def theirs(bench, loss, trip_ms):
    scale = bench.pick(1, 1, 16)
    if trip_ms not in (MIDDLE_MS, QUEUE_MS):
        return []
    entries = [floor(bench, 15_000 // scale, 1_000), floor(bench, 15_000 // scale, 3_500)]
    if bench.quick:
        return entries
    if trip_ms == QUEUE_MS:
        return [*entries, python("asyncio15000", 15_000, 1, 120)]
    entries.append(python("asyncio", 1_000, 1, 120))
    if loss == 0:
        entries.append(python("asyncio15000", 15_000, 1, 120))
        entries.append(nmap(bench, 120, "-T4"))
    if loss == 2:
        entries.append(nmap(bench, 300, "-T4"))
    entries.append(nmap(bench, 120, "-T5", "--min-rate", "20000", "--max-retries", "0"))
    return entries


def measure(bench, section):
    loss, trip_ms = loss_and_trip(bench.world)
    entries = ours(bench, loss, trip_ms) + theirs(bench, loss, trip_ms)
    if bench.world != veth.WORLD:
        return hold(bench, section, entries, loss, trip_ms, TunHosts(bench))
    with veth.far_side():
        hold(bench, section, entries, loss, trip_ms, veth.Hosts())


def measure_slow(bench, section):
    loss, trip_ms = loss_and_trip(bench.world)
    window = bench.pick(100, 1_000, 100)
    hold(bench, section, [atonce(bench, f"-c {window}", "-c", window, patience_s=3_000)], loss, trip_ms, TunHosts(bench))


def hold(bench, section, entries, loss, trip_ms, addresses):
    count = bench.pick(65_536, 16_384, 1_024)
    for entry in entries:
        hosts, truth = addresses.take(count)
        list_file = write_list(bench.folder / "list", hosts)
        before = packets_dropped()
        answers = entry.contestant.probe(list_file, count)
        fact = {"who": entry.name, "ours": entry.ours, "loss": loss, "trip_ms": trip_ms, "targets": count, "open": truth.count("open"),
                "dropped": packets_dropped() - before, "trouble": answers.trouble}
        if not answers.trouble:
            fact.update(compare(answers, truth))
        section.facts.append(fact)
        say(f"    {loss} % loss, {trip_ms} ms, {line_of(fact)}")


class TunHosts:
    """Gives out hosts in the order of their addresses, of each fate exactly its share, with the truth about them."""

    def __init__(self, bench):
        self.bench, self.addresses = bench, Addresses(*BLOCK)

    def take(self, count):
        left = {verdict: count * share // 4 for verdict, share in SHARES.items()}
        hosts, truth = [], []
        while sum(left.values()) > 0:
            more = self.addresses.take(max(1_000, sum(left.values()) * 17 // 16))
            for host, verdict in zip(more, truth_of(self.bench, self.bench.world, write_list(self.bench.folder / "more", more))):
                if left[verdict] > 0:
                    left[verdict] -= 1
                    hosts.append(host)
                    truth.append(verdict)
        return hosts, truth


def compare(answers, truth):
    fact = {"seconds": answers.seconds, "overturned": answers.overturned, "unsure": sum(answers.unsure)}
    if answers.verdicts:
        wrong = [i for i, (got, right) in enumerate(zip(answers.verdicts, truth)) if got != right]
        unsure = answers.unsure or [False] * len(truth)
        return {**fact, "found": sum(got == right == "open" for got, right in zip(answers.verdicts, truth)), "wrong": len(wrong),
                "dead": sum(truth[i] == "open" and answers.verdicts[i] == "timeout" for i in wrong),
                "sure": sum(not unsure[i] for i in wrong)}
    right = Counter(truth)
    wrong = sum(abs(answers.counts[verdict] - right[verdict]) for verdict in {*answers.counts, *right}) // 2
    found = answers.counts["open"]
    return {**fact, "found": found, "wrong": wrong, "dead": right["open"] - found, "sure": wrong}


def packets_dropped():
    """By this machine, from its queues of what has come and of what should leave."""
    with open("/proc/net/softnet_stat") as lines:
        dropped = sum(int(line.split()[1], 16) for line in lines)
    with open("/proc/net/dev") as lines:
        return dropped + sum(int(line.split(":", 1)[1].split()[11]) for line in lines if ":" in line)


def line_of(fact):
    if fact["trouble"]:
        return f"{fact['who']}: {fact['trouble']}"
    return (f"{fact['who']}: {fact['found']:,} of {fact['open']:,} open found, {fact['wrong']} wrong, {fact['sure']} of these sure, "
            f"{fact['unsure']} unsure, {fact['overturned']} overturned, {fact['dropped']:,} dropped, {fact['seconds']:.1f} s")


def finish(_bench, section):
    facts = [fact for fact in section.facts if fact["trip_ms"] != QUEUE_MS]
    queued = [fact for fact in section.facts if fact["trip_ms"] == QUEUE_MS]
    trips = sorted({fact["trip_ms"] for fact in facts})
    for loss in sorted({fact["loss"] for fact in facts}):
        section.tables.append(table_of([fact for fact in facts if fact["loss"] == loss], loss, trips))
    if queued:
        section.tables.append({**table_of(queued, 0, [QUEUE_MS]), "title": f"No loss, hosts behind the kernel's own queue, {veth.queue_setting()}"})
    mine = [fact for fact in section.facts if fact["ours"]]
    done = [fact for fact in mine if not fact["trouble"]]
    calm, lossy = [fact for fact in done if fact["loss"] == 0], [fact for fact in done if fact["loss"] == 2]
    section.goals = [
        Goal("runs of atonce that did not end in time", False, 0, [len(mine) - len(done)]),
        Goal(f"open hosts that it called timeout with no loss, in {len(calm)} runs together", False, 0, [sum(fact["dead"] for fact in calm)]),
        Goal("the same with 2 % loss, of 10,000 open ones in the worst run", False, 1,
             [max(fact["dead"] / fact["open"] * 10_000 for fact in lossy)] if lossy else []),
        Goal("wrong verdicts without unsure, with no loss or 2 %, default time-out", False, 0,
             [sum(fact["sure"] for fact in calm + lossy)]),
    ]
    worst = [fact for fact in done if fact["loss"] == 10]
    if worst:
        # Two tries of four SYNs, of which each comes through, there and back, 81 times of 100.
        share = sum(fact["sure"] for fact in worst) / sum(fact["targets"] for fact in worst)
        section.goals.append(Goal("the same with 10 % loss, of 100,000 targets", False, 1, [share * 100_000]))
    section.notes.append("atonce has its defaults, whoever it is held against: it tries again who was silent, in a slow second lap, and its "
                         "time has that in it. Loss is that of each packet, in each direction. The peers are shown at 50 ms")


def table_of(facts, loss, trips):
    head = ["who", f"open found of {facts[0]['open']:,}", "wrong", "wrong and sure", "unsure", "overturned", "packets dropped here", "seconds"]
    by_name = {}
    for fact in facts:
        by_name.setdefault(fact["who"], {})[fact["trip_ms"]] = fact
    rows = []
    for name, seen in by_name.items():
        cells = [[cell(seen.get(trip_ms), key) for trip_ms in trips] for key in ("found", "wrong", "sure", "unsure", "overturned", "dropped", "seconds")]
        rows.append([name] + [" / ".join(values) for values in cells])
    away = " / ".join(map(str, trips))
    return {"title": f"{loss if loss else 'No'}{' %' if loss else ''} loss, hosts {away} ms away", "head": head, "rows": rows}


def cell(fact, key):
    if fact is None:
        return "·"
    if fact["trouble"]:
        return "too slow" if "too slow" in fact["trouble"] else "failed"
    return f"{fact[key]:.1f}" if key == "seconds" else f"{fact[key]:,}"


def write_page(page, tables):
    """Puts the tables between the two markers of a page; what stands around them stays. False: the page has no markers."""
    text = page.read_text()
    if TABLE_BEGIN not in text or TABLE_END not in text:
        return False
    before, after = text.split(TABLE_BEGIN, 1)[0], text.split(TABLE_END, 1)[1]
    page.write_text(before + TABLE_BEGIN + "\n\n" + tables.strip() + "\n\n" + TABLE_END + after)
    return True
