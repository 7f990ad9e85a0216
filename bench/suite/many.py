"""Long lists of HTTP: a million URLs over a hundred thousand names, and ten thousand ordered batches, in a world that knows the truth."""
import json
import re

from . import process
from .contest import say
from .names import MIB, Peak
from .results import Goal, Row

TIMEOUT_S = 400
WEB = "fast,web=varied"
FAR = "open,rtt=20ms,ground=tun,web=plain"


def wrong_rows(rows, truth):
    """Rows that are not the truth, missing or more than one; and those whose status code a reset overtook."""
    right = {row["line"]: (row["verdict"], row["status_code"]) for row in map(json.loads, open(truth))}
    wrong = overtaken = 0
    for row in map(json.loads, open(rows)):
        verdict, status = right.pop(row["line"], (None, None))
        lost = row["verdict"] == verdict == "connection_reset" and row["status_code"] is None
        overtaken += lost
        wrong += not lost and (row["verdict"], row["status_code"]) != (verdict, status)
    return wrong + len(right), overtaken


def urls(bench, section):
    names, each = bench.pick(100_000, 20_000, 1_000), 10
    listed, rows, truth = (bench.folder / name for name in ("urls", "rows.jsonl", "truth.jsonl"))
    told = process.run([bench.atonce, "world", "--names", names], TIMEOUT_S).out.split()
    hosts = [line.split(",")[1] for line in told]
    listed.write_text("".join(f"http{'s' if turn == 4 and at % 10 == 0 else ''}://{host}/p{turn}\n"
                              for turn in range(each) for at, host in enumerate(hosts)))
    truth.write_text(process.run([bench.atonce, "world", WEB, "--truth", listed, "--urls"], TIMEOUT_S).out)
    peak, row = Peak(), Row("atonce", f"atonce fetch LIST --world={WEB} --json -o ROWS", names * each)
    ran = process.run([bench.atonce, "fetch", listed, f"--world={WEB}", "--json", "-o", rows, "-q", "--run", bench.folder / "run"], TIMEOUT_S, watch=peak)
    if ran.trouble((0, 3)):
        row.rates, row.note = [None], ran.trouble((0, 3))
    else:
        row.rates, row.cpu_us, row.answers = [row.targets / ran.seconds], [ran.cpu_s / row.targets * 1e6], row.targets
        row.wrong, overtaken = wrong_rows(rows, truth)
        section.notes.append(f"{overtaken} resets overtook the head of the answer: the same verdict, without a status code")
    say(f"    {row.targets:,} URLs in {ran.seconds:.0f} s, {peak.bytes / MIB:.0f} MiB, {row.wrong} wrong {row.note}")
    section.rows = [row]
    section.goals = [Goal("atonce, resident memory at most", False, 400, [peak.bytes / MIB], " MiB")]
    section.notes.append("once, however many rounds; the world's servers share the two cores, and its processor time is not counted")


def order_of(log):
    """How many requests came, and how many of them out of order or before the answer to the one before."""
    batches, count = {}, 0
    for line in open(log):
        seen = json.loads(line)
        batch, place = re.search(r"b=(\d+)&r=(\d+)", seen["target"]).groups()
        batches.setdefault(batch, []).append((seen["begun"], seen["ended"], int(place)))
        count += 1
    broken = 0
    for seen in batches.values():
        seen.sort()
        broken += [place for _, _, place in seen] != list(range(len(seen)))
        broken += sum(after[0] < before[1] for before, after in zip(seen, seen[1:]))
    return count, broken


def batches(bench, section):
    count, each = bench.pick(10_000, 2_000, 100), 10
    listed, rows, log = (bench.folder / name for name in ("batches.jsonl", "rows.jsonl", "requests.log"))
    listed.write_text("".join(json.dumps({"batch": batch, "method": "POST", "url": f"http://www{batch % 500}.example.com/post?b={batch}&r={place}", "body": "x"}) + "\n"
                              for batch in range(count) for place in range(each)))
    row = Row("atonce", f"atonce batch FILE --world={FAR} --json -o ROWS", count * each)
    over = []
    for turn in range(bench.rounds):
        log.unlink(missing_ok=True)
        ran = process.run([bench.atonce, "batch", listed, f"--world={FAR},requests={log}", "--json", "-o", rows, "--no-run"], TIMEOUT_S)
        told = re.search(r"window [\d,]+: ([\d.]+)(ms|s)", ran.err)
        if ran.trouble() or not told:
            row.rates.append(None)
            row.note = ran.trouble() or "it said nothing"
            continue
        took = float(told[1]) * {"ms": 1e-3, "s": 1}[told[2]]
        slowest = max(time for time in (json.loads(line)["time_batch"] for line in open(rows)) if time is not None)
        came, broken = order_of(log)
        row.rates.append(row.targets / took)
        row.cpu_us.append(ran.cpu_s / row.targets * 1e6)
        row.answers += row.targets
        row.wrong += broken + abs(came - row.targets)
        over.append(took / slowest)
        say(f"    round {turn + 1}: {took:.2f} s, the slowest batch {slowest:.2f} s, {broken} out of order")
    section.rows = [row]
    section.goals = [Goal("total time / the slowest batch", False, 1.1, over, "x")]
    section.notes.append("the order of the requests of each batch is told by the servers' own log; wrong: out of order, or before the answer to the one before")
