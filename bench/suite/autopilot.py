"""What the pace that atonce finds for itself costs against the best that somebody could have asked for."""
import subprocess

from .contest import Addresses, Contest, entry
from .contestants import Atonce
from .far import BLOCK, account
from .results import Goal, Row

WORLDS = ("far-half", "far-open", "fast")
# The answers must be trusted, so second laps and all count; the lists lie in few networks, on purpose.
ALWAYS = ("--no-run", "--per-address", "0", "--per-network", "0")
UNBOUND = "1000000/s"


class Names:
    """As Addresses, of names: each is looked up and connected to, and may be met again."""

    def __init__(self, bench, count):
        out = subprocess.run([bench.atonce, "world", bench.world, "--names", str(count)], stdout=subprocess.PIPE, check=True, timeout=120).stdout
        self.names = [line.split(",", 1)[-1] for line in out.decode().splitlines()]

    def take(self, count):
        return self.names[:count]


def worlds(_bench):
    return list(WORLDS)


def settings(bench):
    if bench.tiny:
        return [["-c", 2_000, "--rate", UNBOUND]]
    if bench.world == "fast":
        return [["-c", window, "--rate", UNBOUND] for window in bench.pick((64, 256, 1_000, 4_000, 10_000), (256, 1_000, 4_000), ())]
    fixed = [["-c", window, "--rate", UNBOUND] for window in bench.pick((2_000, 5_000, 10_000, 20_000), (5_000, 20_000), ())]
    return fixed + [["-c", 20_000, "--rate", f"{rate}/s"] for rate in bench.pick((10_000, 20_000, 40_000), (20_000,), ())]


def measure(bench, section):
    named = bench.world == "fast"
    count = bench.pick(100_000, 50_000, 2_000) if named else bench.pick(65_536, 32_768, 2_000)
    common = ["-4"] if named else []

    def ours(*options):
        return Atonce(bench.atonce, bench.folder, [*options, *common], always=ALWAYS)

    contest = Contest(bench, bench.world, Names(bench, count) if named else Addresses(*BLOCK))
    auto, fixed = contest.run([entry("auto", count, ours()), entry("best fixed", count, *[ours(*setting) for setting in settings(bench)])])
    section.rows = [Row(**{**vars(row), "name": f"{bench.world}: {row.name}"}) for row in (auto, fixed)]
    # Time over time of equal work.
    times_over = [theirs / mine for mine, theirs in zip(auto.rates, fixed.rates) if mine and theirs]
    section.goals = [Goal(f"{bench.world}, time of auto / time of the best fixed setting", False, 1.3, times_over, "x")]
    section.notes = [f"{bench.world}: {line}" for line in account([auto, fixed])]


def finish(_bench, section):
    section.notes.append("the best fixed setting is the fastest of several windows and rates, a try each, that gives no more than 1 wrong verdict in "
                         "10,000; everything has its second lap, and no bound for each network: " + " ".join(ALWAYS))
