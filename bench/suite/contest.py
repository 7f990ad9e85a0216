"""Lets contestants do the same work in turns, round after round, and holds each answer against the truth."""
import json
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from .results import Row


@dataclass
class Bench:
    """Where things are, and how much of everything."""
    build: Path
    folder: Path  # for lists and rows; removed at the end
    quick: bool = False
    tiny: bool = False  # only to see that everything runs
    world: str = ""  # the one that we are in

    def pick(self, full, quick, tiny):
        return tiny if self.tiny else quick if self.quick else full

    @property
    def rounds(self):
        return self.pick(5, 2, 1)

    @property
    def atonce(self):
        return self.build / "atonce"

    def tool(self, name):
        return self.build / "bench" / name


def say(text):
    print(text, file=sys.stderr, flush=True)


class Addresses:
    """Gives out addresses of a block one after another, so that nobody meets a host that another has just spoken to."""

    def __init__(self, first, count):
        self.first, self.count, self.used = first, count, 0

    def take(self, count):
        hosts = [dotted(self.first + (self.used + i) % self.count) for i in range(count)]
        self.used += count
        return hosts


def dotted(number):
    return ".".join(str(number >> shift & 255) for shift in (24, 16, 8, 0))


def write_list(path, hosts):
    path.write_text("\n".join(hosts) + "\n")
    return path


def truth_of(bench, world, list_file):
    """The right verdict for each line."""
    out = subprocess.run([bench.atonce, "world", world, "-p", "443", "--truth", list_file], stdout=subprocess.PIPE, check=True,
                         timeout=120).stdout
    return [json.loads(line)["verdict"] for line in out.splitlines()]


def count_wrong(answers, truth):
    if answers.verdicts:
        return sum(got != right for got, right in zip(answers.verdicts, truth))
    right = Counter(truth)
    return sum(abs(answers.counts[verdict] - right[verdict]) for verdict in {*answers.counts, *right}) // 2


@dataclass
class Entry:
    row: Row
    contestants: list  # more than one: the best is found first, and only that one goes on


def entry(name, targets, *contestants):
    return Entry(Row(name=name, targets=targets), list(contestants))


class Contest:
    def __init__(self, bench, world, addresses):
        self.bench, self.world, self.addresses = bench, world, addresses

    def run(self, entries):
        for one in entries:
            if len(one.contestants) > 1:
                self._choose(one)
            one.row.how = one.contestants[0].how()
        for turn in range(self.bench.rounds):
            # Each round starts with another one, so that nobody always runs behind the same neighbour.
            for one in entries[turn % len(entries):] + entries[:turn % len(entries)]:
                self._take_turn(one, turn)
        return [one.row for one in entries]

    def _attempt(self, contestant, count):
        list_file = write_list(self.bench.folder / "list", self.addresses.take(count))
        truth = truth_of(self.bench, self.world, list_file)
        answers = contestant.probe(list_file, count)
        wrong = count_wrong(answers, truth) if not answers.trouble else count
        return answers, wrong

    def _choose(self, one):
        """The setting that is fastest with the fewest wrong answers; a try each."""
        best = None
        for contestant in one.contestants:
            answers, wrong = self._attempt(contestant, one.row.targets)
            rate = 0 if answers.trouble else one.row.targets / answers.seconds
            say(f"    try {one.row.name}: {contestant.how()}: {rate:,.0f}/s, {wrong} wrong {answers.trouble}")
            rank = (-(wrong > one.row.targets / 10_000), rate)
            if best is None or rank > best[0]:
                best = (rank, contestant)
        one.contestants = [best[1]]

    def _take_turn(self, one, turn):
        row = one.row
        answers, wrong = self._attempt(one.contestants[0], row.targets)
        if answers.trouble:
            row.rates.append(None)
            row.note = answers.trouble
        else:
            row.rates.append(row.targets / answers.seconds)
            row.cpu_us.append(answers.cpu_s / row.targets * 1e6)
            row.answers += row.targets
            row.wrong += wrong
        rate = f"{row.rates[-1]:,.0f}/s" if row.rates[-1] else "failed: " + answers.trouble
        say(f"    round {turn + 1} {row.name:12} {rate}, {wrong} wrong")
