"""Sockets of the first hundred names, in four ways."""
from . import published
from .claims import Claim, Seen, alike, lengths
from .lab import told, top_names
from .tables import Table, Way

WHAT = "sockets of the first 100 names, in four ways (half a minute)"
COUNT = 100
RTT_S, DNS_S = 0.14, 0.02
SILENCE_S = 1.3  # a first SYN, and its repetition after a second
WAYS = {"one by one": "sequential", "10 processes": "processes:10", "10 threads": "threads:10", "asyncio": "async"}


def measure(lab):
    names = lab.write("100-names", top_names(0, COUNT))
    world = f"calm,rtt={lab.time(RTT_S)},dns={lab.time(DNS_S)},seed=1"
    truth = lab.truth(world, names)
    result = lab.compare("sockets", "probe", names, f"--world={world}", "--connect-timeout", lab.time(SILENCE_S, 0.25),
                         "--strategy", ",".join(WAYS.values()), rounds=1)
    ways = [Way(name, result.seconds[strategy], published.SOCKETS[name]) for name, strategy in WAYS.items()]
    return [Table(
        "1. Sockets of the first 100 names", ways,
        f"World `{world}`. 22.28 s / {COUNT} names are 223 ms a name. So hosts are {RTT_S * 1000:.0f} ms away and their names {DNS_S * 1000:.0f} ms, and the "
        f"{truth['timeout']} that never answer are given up after {SILENCE_S} s.",
        conclusions(Seen(ways), max(lengths(result.jobs("async")))),
        f"as the world had them in store, in every way: {told(truth)}.", result.wrong(truth), result.busy_share())]


def conclusions(seen, slowest):
    return [
        Claim("The same: one by one is the sum of all delays; ten threads take a tenth of it, and a little for the last ones.", seen.as_published("10 threads", 10)),
        Claim("Not the same: processes take no longer than threads here, because a fork of this program takes about a millisecond.",
              seen["10 processes"] < seen["10 threads"] or alike(seen["10 processes"], seen["10 threads"])),
        "An interpreter of Python takes far longer to start, which is probably where theirs lost their time.",
        Claim("And async has all hundred under way at once, and takes as long as the slowest of them.", seen.takes("asyncio", slowest)),
        "Why asyncio took longer than ten threads cannot be told from outside.",
        Claim("It was not the waiting.", seen["asyncio"] < seen["10 threads"])]
