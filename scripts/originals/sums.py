"""A number of somebody else's and a sum of ours: one after the other, and overlapped."""
import json

from . import published
from .tables import Table, Way, shown

WHAT = "the sums, serial and overlapped (half a minute)"
SERVER_SAMPLES, OWN_SAMPLES = 10_000_000, 120_000_000
WAYS = {"serial": "sequential", "overlapped": "async", "2 threads": "threads:2", "2 processes": "processes:2"}


def measure(lab):
    server_s, own_s = paces(lab)
    server = samples(lab, server_s, published.SUMS_ALONE["server"])
    own = samples(lab, own_s, published.SUMS_ALONE["own"])
    found = {way: [ask(lab, server, own, strategy) for _ in range(lab.rounds(1))] for way, strategy in WAYS.items()}
    ways = [Way(way, [done["time_total"] for done in runs], published.SUMS.get(way)) for way, runs in found.items()]
    return [Table(
        "4. A number of a server's, and a sum of one's own", ways,
        f"A number server on this machine (`atonce serve --numbers`). In the original it summed {SERVER_SAMPLES:,} normal samples, in {published.SUMS_ALONE['server']} s, and the program {OWN_SAMPLES:,} uniform "
        f"ones, in {published.SUMS_ALONE['own']} s. Here that would be {shown(SERVER_SAMPLES * server_s)} and {shown(OWN_SAMPLES * own_s)}, too short to see anything. So the server sums {server:,} (x {server / SERVER_SAMPLES:,.0f}) and we "
        f"{own:,} (x {own / OWN_SAMPLES:,.0f}): then each side alone takes as long as theirs. Slices of 1 s.",
        "The same: serial is both sides one after the other, overlapped the longer of them (theirs came out below the 4.77 s that the sum took before; no two runs are alike). Whether a loop looks after the socket "
        "between two slices, or a thread or a process waits for it, makes no difference to the time. The server is on this machine: it takes two idle cores to see this, and with one nothing would be won.",
        "each question was answered and each sum computed, and the total is the same in every way.", wrong(found))]


def overlap(lab, *words):
    return json.loads(lab.run("overlap", "--json", "-q", "--seed", "1", *words))


def ask(lab, server, own, strategy):
    return overlap(lab, f"--world={server}", "--work", f"uniform:{own}", "--strategy", strategy, "--slice", lab.time(1))


def paces(lab):
    """How many seconds one sample takes: the server's, and ours."""
    server, own = 200_000_000, 2_000_000_000
    waiting = overlap(lab, f"--world={server}", "--compute", "0")["time_waiting"]
    computing = overlap(lab, "--ask", "0", "--work", f"uniform:{own}", "--strategy", "sequential")["time_computing"]
    return waiting / server, computing / own


def samples(lab, pace, seconds):
    """So many that one side alone takes as long as it took in the original; to ten millions, or it looks more exact than it is."""
    return max(10_000_000, int(round(lab.scaled(float(seconds)) / pace, -7)))


def wrong(found):
    lines = [f"sums, {way}: {done['answered']} of 1 answered, {done['computed']} of 1 computed" for way, runs in found.items() for done in runs
             if (done["answered"], done["computed"]) != (1, 1)]
    if len({(done["total"], done["answers_total"]) for runs in found.values() for done in runs}) != 1:
        lines.append("sums: two ways do not agree on their totals")
    return lines
