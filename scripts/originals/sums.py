"""A number of somebody else's and a sum of ours: one after the other, and overlapped."""
import json

from . import published
from .claims import Claim, Seen, alike
from .tables import Table, Way, shown

WHAT = "the sums, serial and overlapped (half a minute)"
SERVER_SAMPLES, OWN_SAMPLES = 10_000_000, 120_000_000
WAYS = {"serial": "sequential", "overlapped": "async", "2 threads": "threads:2", "2 processes": "processes:2"}


def measure(lab):
    server_s, own_s = paces(lab)
    server = samples(lab, server_s, published.SUMS_ALONE["server"])
    own = samples(lab, own_s, published.SUMS_ALONE["own"])
    result = lab.compare("sums", "overlap", f"--world={server}", "--work", f"uniform:{own}", "--slice", lab.time(1), "--seed", 1,
                         "--strategy", ",".join(WAYS.values()), rounds=1)
    ways = [Way(way, result.seconds[strategy], published.SUMS.get(way)) for way, strategy in WAYS.items()]
    return [Table(
        "4. A number of a server's, and a sum of one's own", ways,
        f"A number server on this machine (`atonce serve --numbers`). In the original it summed {SERVER_SAMPLES:,} normal samples, in {published.SUMS_ALONE['server']} s, and the program {OWN_SAMPLES:,} uniform "
        f"ones, in {published.SUMS_ALONE['own']} s. Here that would be {shown(SERVER_SAMPLES * server_s)} and {shown(OWN_SAMPLES * own_s)}, too short to see anything. So the server sums {server:,} (x {server / SERVER_SAMPLES:,.0f}) and we "
        f"{own:,} (x {own / OWN_SAMPLES:,.0f}): then each side alone takes as long as theirs. Slices of 1 s.",
        conclusions(Seen(ways), server * server_s, own * own_s),
        "the question was answered and the sum computed, in every way.", result.wrong({"ok": 2}), result.busy_share())]


def conclusions(seen, server, own):
    ways = [way for way in WAYS if way != "serial"]
    return [
        Claim("The same: serial is both sides one after the other.", seen.takes("serial", server + own)),
        Claim("Overlapped is the longer of them (theirs came out below the 4.77 s that the sum took before; no two runs are alike).", seen.takes("overlapped", max(server, own))),
        Claim("Whether a loop looks after the socket between two slices, or a thread or a process waits for it, makes no difference to the time.", alike(*map(seen.__getitem__, ways))),
        "The server is on this machine: it takes two idle cores to see this, and with one nothing would be won."]


def overlap(lab, *words):
    return json.loads(lab.run("overlap", "--json", "-q", "--seed", "1", *words))


def paces(lab):
    """How many seconds one sample takes: the server's, and ours."""
    server, own = 200_000_000, 2_000_000_000
    waiting = overlap(lab, f"--world={server}", "--compute", "0")["time_waiting"]
    computing = overlap(lab, "--ask", "0", "--work", f"uniform:{own}", "--strategy", "sequential")["time_computing"]
    return waiting / server, computing / own


def samples(lab, pace, seconds):
    """So many that one side alone takes as long as it took in the original; to ten millions, or it looks more exact than it is."""
    return max(10_000_000, int(round(lab.scaled(float(seconds)) / pace, -7)))

