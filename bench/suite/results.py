"""What a section hands to the report: flat values that survive JSON."""
from dataclasses import asdict, dataclass, field
from statistics import median


@dataclass
class Row:
    """One way of doing the work, over all rounds."""
    name: str
    how: str = ""  # the command, or what it is
    targets: int = 0  # a round
    rates: list = field(default_factory=list)  # targets a second, one for each round; None where it failed
    cpu_us: list = field(default_factory=list)  # own processor time for each target
    wrong: int = 0  # verdicts that differ from the truth, over all rounds
    answers: int = 0  # verdicts given, over all rounds
    note: str = ""

    def rate(self):
        seen = [rate for rate in self.rates if rate]
        return median(seen) if seen else None

    def note_run(self, ran, count):
        """Takes down a round of `count` targets, or what went wrong with it."""
        if ran.trouble():
            self.rates.append(None)
            self.note = ran.trouble()
            return
        self.rates.append(count / ran.seconds)
        self.cpu_us.append(ran.cpu_s / count * 1e6)
        self.answers += count


@dataclass
class Goal:
    """What is to be reached, and what was seen: one value for each round."""
    text: str
    at_least: bool
    limit: float
    values: list
    unit: str = ""

    def seen(self):
        return median(self.values) if self.values else None

    def reached(self):
        seen = self.seen()
        return seen is not None and (seen >= self.limit if self.at_least else seen <= self.limit)


@dataclass
class Section:
    name: str
    title: str
    rows: list = field(default_factory=list)
    goals: list = field(default_factory=list)
    notes: list = field(default_factory=list)
    facts: list = field(default_factory=list)  # what the worlds of a section saw, as dicts: the section's own affair
    tables: list = field(default_factory=list)  # further tables: {"title", "head", "rows"}, all text
    busy_before: float = 0.0  # of all processors, by others, just before
    seconds: float = 0.0

    def add(self, other):
        """What another world of the same section saw."""
        for name in ("rows", "goals", "notes", "facts", "tables"):
            getattr(self, name).extend(getattr(other, name))

    def to_json(self):
        return asdict(self)

    @staticmethod
    def from_json(value):
        value = dict(value)
        value["rows"] = [Row(**row) for row in value["rows"]]
        value["goals"] = [Goal(**goal) for goal in value["goals"]]
        return Section(**value)


def ratios(over, under):
    """Round by round, where both have a rate."""
    return [a / b for a, b in zip(over.rates, under.rates) if a and b]
