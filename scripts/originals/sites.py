"""Pools of threads: 80 sites with 20, and 50 GETs, some of them in vain, with 4."""
from . import published
from .claims import START_S, Claim, Seen, lengths
from .lab import told, top_names
from .tables import Table, Way

WHAT = "80 sites with a pool of 20, 50 GETs with a pool of 4 (two minutes)"
SITES, GETS = 80, 50
TIMEOUT_S = 2
LEAST_OF_TWENTY = 12  # times faster, where the last sites of a pool take as long as one or two


def measure(lab):
    return [measure_sites(lab), measure_gets(lab)]


def measure_sites(lab):
    # From 0.1 s to 0.9 s, spread evenly: the golden ratio's multiples.
    delays = [lab.scaled(0.1 + 0.8 * (i * 0.618034 % 1)) for i in range(SITES)]
    urls = lab.write("80-sites", [f"http://{name}/delay/{delay:.4f}" for name, delay in zip(top_names(0, SITES), delays)])
    world = f"open,rtt={lab.time(0.03)},dns={lab.time(0.02)},web=plain,seed=1"
    truth = lab.truth(world, urls, "--urls")
    strategies = {"one by one": "sequential", "20 processes": "processes:20", "20 threads": "threads:20", "async": "async"}
    result = lab.compare("sites", "fetch", urls, f"--world={world}", "--strategy", ",".join(strategies.values()), rounds=1)
    ways = [Way(name, result.seconds[strategy], published.SITES.get(name)) for name, strategy in strategies.items()]
    return Table(
        "3a. 80 sites with a pool of 20", ways,
        f"World `{world}`, where the sites answer after 0.1 to 0.9 s. 2.64 s with 20 threads are 4 sites for each thread, 0.66 s a site; ours take 0.58 s on average, and the last "
        "ones of a pool wait alone.",
        site_conclusions(Seen(ways), max(lengths(result.jobs("async")))),
        f"as the world had them in store, in every way: {told(truth)}.", result.wrong(truth), result.busy_share())


def site_conclusions(seen, slowest):
    return [
        Claim("The same: a pool of 20 takes a twentieth, and a little for its last sites.",
              all(LEAST_OF_TWENTY <= seen.times(pool) <= 20 for pool in ("20 threads", "20 processes"))),
        "An event loop with threads below it is what one takes where a library can only block; the pool is then the limit, and not the loop.",
        Claim("Without a pool, all 80 are under way at once, and the slowest site is the whole time.", seen.takes("async", slowest)),
        "One by one was not published."]


def measure_gets(lab):
    delay = lab.scaled(0.2)
    urls = lab.write("50-gets", [f"http://{name}/delay/{delay:.4f}" for name in top_names(0, GETS)])
    world = f"far-half,rtt={lab.time(0.03)},dns={lab.time(0.02)},web=plain,seed=8"
    truth = lab.truth(world, urls, "--urls")
    strategies = {"one by one": "sequential", "4 threads": "threads:4", "async": "async"}
    result = lab.compare("gets", "fetch", urls, f"--world={world}", "--timeout", lab.time(TIMEOUT_S, 0.25), "--connect-timeout",
                         lab.time(TIMEOUT_S, 0.25), "--strategy", ",".join(strategies.values()), rounds=1)
    ways = [Way(name, result.seconds[strategy], published.GETS.get(name)) for name, strategy in strategies.items()]
    return Table(
        "3b. 50 GETs with a time-out of 2 s", ways,
        f"World `{world}`. 35 s / 50 = 0.7 s a GET with a time-out of 2 s: many were in vain. Here {truth['timeout']} hosts never answer, {truth['closed']} refuse, and {truth['ok']} answer after 0.2 s.",
        get_conclusions(Seen(ways), truth["timeout"], lab.scaled(TIMEOUT_S, 0.25)),
        f"as the world had them in store, in every way: {told(truth)}.", result.wrong(truth), result.busy_share())


def get_conclusions(seen, silent, timeout):
    return [
        Claim("The same: it is the silent hosts that take the time.", silent * timeout >= seen["one by one"] / 2),
        Claim("Four threads wait for four of them at once.", seen.as_published("4 threads", 4)),
        "A pool's end is uneven: who draws a silent host last keeps everybody waiting for it.",
        Claim(f"Without a pool, all the silence is waited for at once: {timeout:g} s.", timeout <= seen["async"] + START_S and seen.takes("async", timeout))]
