"""Where experiments are made: runs atonce, keeps its results, and holds verdicts against what the world had in store."""
import json
import sys
from collections import Counter
from pathlib import Path

from suite import process

PATIENCE_S = 900
TOP_LIST = Path(__file__).resolve().parent.parent.parent / "data" / "top-10k.csv"


class Trouble(Exception):
    """An experiment cannot be made here; the text says why."""


def say(text):
    print(f"experiments: {text}", file=sys.stderr, flush=True)


def top_names(first, count):
    """So many names of the list of popular sites, from that place on, which begins with 0."""
    lines = TOP_LIST.read_text().splitlines()[first:first + count]
    return [line.rpartition(",")[2] for line in lines]


class Lab:
    def __init__(self, atonce, folder, output, rounds, scale):
        self.atonce, self.folder, self.output, self.scale = atonce, folder, output, scale
        self.rounds_wanted = rounds
        self.busy_share = process.busy_share()
        self.results = []  # files of JSON, in the order of the experiments

    def rounds(self, usual):
        return self.rounds_wanted or usual

    def scaled(self, seconds, least=0.0):
        return max(seconds * self.scale, min(seconds, least))

    def time(self, seconds, least=0.0):
        """A time for atonce's command line, at the scale of this run."""
        return f"{self.scaled(seconds, least) * 1000:.6g}ms"

    def write(self, name, lines):
        """A list for atonce, by the name that reports know it by."""
        (self.folder / name).write_text("".join(f"{line}\n" for line in lines))
        return name

    def run(self, *words, before=()):
        ran = process.run([*before, "env", "-C", self.folder, self.atonce, *words], PATIENCE_S)
        if trouble := ran.trouble():
            raise Trouble(f"atonce {words[0]} {words[1]}: {trouble}")
        return ran.out

    def compare(self, name, *words, rounds, before=()):
        """One comparison, kept as a result of its own. Nothing is warmed up: where one waits for a world, nothing is cold."""
        text = self.run("compare", *words, "--rounds", self.rounds(rounds), "--warmup", 0, "--json", "-q", before=before)
        path = self.output / f"{name}.json"
        path.write_text(text)
        self.results.append(path)
        return Result(name, json.loads(text))

    def truth(self, spec, listed, *options):
        """How often each verdict is right, as the world itself says."""
        rows = map(json.loads, self.run("world", spec, "--truth", listed, *options).splitlines())
        return Counter(row["verdict"] for row in rows)


class Result:
    """What `atonce compare --json` said."""

    def __init__(self, name, found):
        self.name, self.found = name, found
        self.seconds = {row["strategy"]: [done["wall"] for done in row["rounds"]] for row in found["strategies"]}

    def jobs(self, strategy):
        """A sample of the jobs of its median round: what they waited for, and when."""
        return next(row["recording"]["jobs"] for row in self.found["strategies"] if row["strategy"] == strategy)

    def computing_share(self, strategy):
        """How much of its time one processor was at work for it, and how much of that in the kernel."""
        row = next(row for row in self.found["strategies"] if row["strategy"] == strategy)
        own, kernel = (sum(done[name] for done in row["rounds"]) for name in ("cpu_user", "cpu_system"))
        return row["cpu"]["median"] / row["wall"]["median"], kernel / max(own + kernel, 1e-9)

    def busy_share(self):
        """How much of the processors was used by all programs together, in the round where it was most."""
        return max(done["machine_busy"] or 0 for row in self.found["strategies"] for done in row["rounds"])

    def wrong(self, truth):
        """Sentences on verdicts that are not the truth; none where all are."""
        lines = []
        for row in self.found["strategies"]:
            for number, done in enumerate(row["rounds"], 1):
                if Counter(done["verdicts"]) != Counter(truth):
                    lines.append(f"{self.name}, {row['strategy']}, round {number}: {told(done['verdicts'])}, where right is {told(truth)}")
        if any(share < 1 for line in self.found["agreement"] for share in line):
            lines.append(f"{self.name}: two strategies do not agree on every verdict")
        return lines


def told(counts):
    return ", ".join(f"{verdict} {count:,}" for verdict, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))
