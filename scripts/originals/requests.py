"""Six requests, three of them slow, and three ordered batches: one after another and async."""
import json

from . import published
from .claims import Claim, Seen, alike, in_order, lengths
from .lab import told, top_names
from .tables import Table, Way

WHAT = "six requests and three ordered batches, sequential and async (half a minute)"
BATCHES = (2, 3, 2)


def measure(lab):
    return [measure_six(lab), measure_batches(lab)]


def measure_six(lab):
    slow = f"/delay/{lab.scaled(1):.4f}"
    urls = lab.write("six-requests", [f"http://{name}{slow if i % 2 == 0 else '/get'}" for i, name in enumerate(top_names(0, 6))])
    world = f"open,rtt={lab.time(0.05)},dns={lab.time(0.025)},web=plain,seed=1"
    truth = lab.truth(world, urls, "--urls")
    strategies = {"sync": "sequential", "async": "async"}
    result = lab.compare("six", "fetch", urls, f"--world={world}", "--strategy", ",".join(strategies.values()), rounds=3)
    ways = [Way(name, result.seconds[strategy], published.REQUESTS[name]) for name, strategy in strategies.items()]
    return Table(
        "5a. Six requests, three of them delayed by 1 s", ways,
        f"World `{world}`. 3.75 s less three times 1 s leave 0.125 s for each of the six: a look-up of 25 ms, and 50 ms each for the connection and the answer.",
        six_conclusions(Seen(ways), lengths(result.jobs("sequential")), max(lengths(result.jobs("async")))), f"as the world had them in store, in both ways: {told(truth)}.", result.wrong(truth), result.busy_share())


def six_conclusions(seen, one_by_one, slowest):
    return [Claim("The same: sync is the sum.", seen.takes("sync", sum(one_by_one))),
            Claim("Async is the longest request, and as many times faster as published.", seen.takes("async", slowest) and seen.as_published("async", len(one_by_one)))]


def batch_lines(host, sizes):
    return [json.dumps({"batch": f"batch-{number}", "method": "POST", "url": f"http://{host}/post", "body": f"{number}.{place}"})
            for number, size in enumerate(sizes, 1) for place in range(1, size + 1)]


def measure_batches(lab):
    host = top_names(0, 1)[0]
    everything = lab.write("batches.jsonl", batch_lines(host, BATCHES))
    longest = lab.write("longest-batch.jsonl", batch_lines(host, [max(BATCHES)]))
    world = f"open,rtt={lab.time(0.04)},dns={lab.time(0.01)},web=plain,seed=1"
    both = lab.compare("batches", "batch", everything, f"--world={world}", "--strategy", "sequential,async", rounds=3)
    alone = lab.compare("longest-batch", "batch", longest, f"--world={world}", "--strategy", "async", rounds=3)
    ways = [Way("all three, sync", both.seconds["sequential"]), Way("all three, async", both.seconds["async"], published.BATCHES["all"]),
            Way("the longest alone", alone.seconds["async"], published.BATCHES["longest"])]
    count = sum(BATCHES)
    return Table(
        "5b. Ordered batches of 2, 3 and 2 POSTs", ways,
        f"World `{world}`. 0.17 s for a batch of three: a look-up of 10 ms, 40 ms for the connection, and 40 ms for each POST.",
        batch_conclusions(Seen(ways), both),
        f"as the world had them in store, in both ways: ok {count}.", both.wrong({"ok": count}) + alone.wrong({"ok": max(BATCHES)}),
        max(both.busy_share(), alone.busy_share()))


def batch_conclusions(seen, both):
    return [Claim("The same: all three together take as long as the longest of them.", alike(seen["all three, async"], seen["the longest alone"])),
            Claim("The POSTs of each stay in their order: none began before the one before it was answered.", in_order(both.jobs("async")) and in_order(both.jobs("sequential"))),
            "Sync was not published."]
