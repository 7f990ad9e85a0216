"""A number of somebody else's and a sum of ours: one after the other, and overlapped."""
import json

from . import published
from .tables import Table, Way

WHAT = "the sums, serial and overlapped (half a minute)"
SERVER_SAMPLES, OWN_SAMPLES = 10_000_000, 120_000_000
WAYS = {"serial": "sequential", "overlapped": "async", "2 threads": "threads:2", "2 processes": "processes:2"}


def measure(lab):
    server, own = lengths(lab)
    found = {way: [ask(lab, server, own, strategy) for _ in range(lab.rounds(1))] for way, strategy in WAYS.items()}
    return [table(lab, server, own, found)]


def overlap(lab, *words):
    return json.loads(lab.run("overlap", "--json", "-q", "--seed", "1", *words))


def lengths(lab):
    """So many samples that each side alone takes as long as it took in the original."""
    server, own = 200_000_000, 2_000_000_000
    waiting = overlap(lab, f"--world={server}", "--compute", "0")["time_waiting"]
    computing = overlap(lab, "--ask", "0", "--work", f"uniform:{own}", "--strategy", "sequential")["time_computing"]
    wanted = {side: lab.scaled(float(text)) for side, text in published.SUMS_ALONE.items()}
    return rounded(server * wanted["server"] / waiting), rounded(own * wanted["own"] / computing)


def rounded(samples):
    """To ten millions, or a command line looks more exact than it is."""
    return max(10_000_000, int(round(samples, -7)))


def ask(lab, server, own, strategy):
    return overlap(lab, f"--world={server}", "--work", f"uniform:{own}", "--strategy", strategy, "--slice", lab.time(1))


def table(lab, server, own, found):
    ways = [Way(way, [done["time_total"] for done in runs], published.SUMS.get(way)) for way, runs in found.items()]
    wrong = [f"sums, {way}: {done['answered']} of 1 answered, {done['computed']} of 1 computed" for way, runs in found.items() for done in runs
             if (done["answered"], done["computed"]) != (1, 1)]
    if len({done["total"] for runs in found.values() for done in runs}) != 1:
        wrong.append("sums: two ways do not agree on the total")
    return Table("4. The sums", ways, f"{server} {own}", "...", "ok", wrong)
