"""Results as `compare --json` prints them, made here: what a page is tried on without waiting for a comparison."""

import random

PHASES = [("queue", "waiting for its turn"), ("lookup", "waiting for the name's address"), ("connect", "waiting for the connection"),
          ("secure", "waiting for TLS"), ("answer", "waiting for the first byte of the answer"), ("receive", "taking in the answer"),
          ("disk", "writing to the disk"), ("compute", "computing")]


def spread(values):
    values = sorted(values)
    return {"median": values[len(values) // 2], "min": values[0], "max": values[-1], "spread": 1.4826 * sorted(abs(value - values[len(values) // 2]) for value in values)[len(values) // 2] / values[len(values) // 2]}


def jobs_of(draw, count, window, lengths):
    """Jobs in the order of the list, each taking the place that is free first."""
    places, jobs = [0.0] * window, []
    for index in range(count):
        place = min(range(window), key=places.__getitem__)
        at, stretches = places[place], []
        if at > 0:
            stretches.append(["queue", 0.0, at])
        for phase, (least, most) in lengths.items():
            length = draw.uniform(least, most)
            stretches.append([phase, at, length])
            at += length
        places[place] = at
        jobs.append({"index": index, "label": f"http://site-{index}.example/page?{index}", "verdict": "ok", "stretches": stretches})
    return jobs


def recording_of(jobs, bins=200):
    wall = max(begin + length for job in jobs for _, begin, length in job["stretches"])
    bin_s = wall / bins
    in_flight, finished, phases = [0.0] * bins, [0] * bins, {}
    for job in jobs:
        for phase, begin, length in job["stretches"]:
            phases.setdefault(phase, []).append(length)
            if phase == "queue":
                continue
            for i in range(int(begin / bin_s), min(bins, int((begin + length) / bin_s) + 1)):
                in_flight[i] += max(0.0, min(begin + length, (i + 1) * bin_s) - max(begin, i * bin_s)) / bin_s
        finished[min(bins - 1, int((begin + length) / bin_s))] += 1
    rows = []
    for phase, lengths in phases.items():
        lengths.sort()
        buckets = {}
        for length in lengths:
            upper = float(f"{length * 1.01:.1e}")
            buckets[upper] = buckets.get(upper, 0) + 1
        pick = lambda share: lengths[min(len(lengths) - 1, int(share * len(lengths)))]  # noqa: B023, E731
        rows.append({"name": phase, "count": len(lengths), "p50": pick(.5), "p90": pick(.9), "p99": pick(.99), "max": lengths[-1],
                     "buckets": sorted([upper, count] for upper, count in buckets.items())})
    step = -(-len(jobs) // 64)
    return {"wall": wall, "bin": bin_s, "in_flight": in_flight, "finished": finished, "phases": rows, "jobs": jobs[::step][:64]}


def strategy_of(draw, name, window, count, lengths, busy_s, base_wall):
    recording = recording_of(jobs_of(draw, count, window, lengths))
    wall = recording["wall"]
    rounds = [{"wall": wall * draw.uniform(.98, 1.04), "cpu_user": busy_s * draw.uniform(.6, .65), "cpu_system": busy_s * draw.uniform(.35, .4),
               "memory_peak_bytes": 9_000_000 + window * 80_000, "switches_voluntary": count * 3 + window * 10,
               "switches_involuntary": draw.randrange(5, 40), "verdicts": {"ok": count - 2, "timeout": 2}} for _ in range(5)]
    walls = spread([one["wall"] for one in rounds])
    gain = (base_wall or walls["median"]) / walls["median"]
    return {"strategy": name, "engine": "epoll" if name.startswith("async") else "blocking", "window": window, "wall": walls,
            "cpu": spread([one["cpu_user"] + one["cpu_system"] for one in rounds]),
            "speed_up": {"median": gain, "min": gain * .97, "max": gain * 1.02, "spread": .02, "low": gain * .98, "high": gain * 1.01},
            "memory_peak_bytes": rounds[0]["memory_peak_bytes"], "switches_voluntary": rounds[0]["switches_voluntary"],
            "switches_involuntary": rounds[0]["switches_involuntary"], "system_calls": 14.5 if window == 1 else 11,
            "agrees_with_itself": 1.0, "rounds": rounds, "recording": recording}


def comparison(job, count, lengths, strategies, busy_s, seed=1):
    draw = random.Random(seed)
    rows = []
    for name, window in strategies:
        base = rows[0]["wall"]["median"] if rows else None
        rows.append(strategy_of(draw, name, window, count, lengths, busy_s, base))
    peer = {"peer": "py-threads", "wall": spread([rows[-1]["wall"]["median"] * 1.4] * 5), "cpu": spread([.4] * 5),
            "speed_up": {"median": 14.0, "low": 13.5, "high": 14.2}, "memory_peak_bytes": 31_000_000, "switches_voluntary": 700, "switches_involuntary": 30,
            "answers": {"least": count, "most": count}, "comparable": count, "equal": count - 1, "failure": None,
            "rounds": [{"wall": rows[-1]["wall"]["median"] * 1.4, "cpu_user": .3, "cpu_system": .1}]}
    return {"schema": 1, "kind": "comparison", "job": job, "input": "urls.txt", "world": "", "targets": count, "baseline": strategies[0][0],
            "title": f"{job} of {count} targets (urls.txt), 5 rounds", "phases": [{"name": name, "meaning": meaning} for name, meaning in PHASES],
            "strategies": rows, "peers": [peer], "agreement": [[1.0] * len(rows) for _ in rows],
            "thresholds": [{"text": "async/sequential >= 10", "value": 18.2, "low": 17.9, "high": 18.6, "holds": True},
                           {"text": "processes/sequential >= 10", "value": 3.9, "low": 3.7, "high": 4.1, "holds": False}],
            "story": ["async:80 took 310ms, sequential 5.2s: 16.8 times as fast.", "sequential computed for 1 % of its time, and waited for the rest."],
            "caveats": ["The server answered 1 of 400 requests later than it was asked to: it, not the strategy, may have been the limit.",
                        "threads:20 and async:20 differ by less than their spread."]}


WAITING = {"lookup": (.001, .004), "connect": (.004, .008), "secure": (.008, .016), "answer": (.02, .09), "receive": (.001, .004)}
COMPUTING = {"disk": (.001, .002), "compute": (.03, .04)}


def waits():
    return comparison("fetch", 80, WAITING, [("sequential", 1), ("processes:4", 4), ("threads:20", 20), ("async:80", 80)], .07)


def computes():
    strategies = [("sequential", 1), ("processes:2", 2), ("threads:2", 2), ("async", 1)]
    section = comparison("write", 200, COMPUTING, strategies, 6.9, seed=2)
    section["agreement"][0][3] = section["agreement"][3][0] = .995
    return section


def run():
    """A single run, as `atonce report` tells it."""
    section = comparison("fetch", 80, WAITING, [("async:20", 20)], .07)
    row = section["strategies"][0]
    row.update(cpu=None, speed_up=None, memory_peak_bytes=None, switches_voluntary=None, switches_involuntary=None, system_calls=None, rounds=[])
    section.update(kind="run", baseline=None, title="fetch of 80 targets (urls.txt), async:20", peers=[], thresholds=[], agreement=[],
                   story=[], summary=[["read", "80"], ["ok", "78"], ["timeout", "2"], ["took", "310 ms"]])
    return section
