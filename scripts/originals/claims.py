"""What an experiment says that it shows: each sentence stands only where this run shows it."""
from dataclasses import dataclass
from statistics import median

LIKE = 0.8  # of what it should be: less is another shape
START_S = 0.05  # what a way takes to start, and to end, at most


@dataclass
class Claim:
    text: str
    holds: bool


class Seen:
    """How long each way took, and how that compares."""

    def __init__(self, ways):
        self.first = ways[0].name
        self.seconds = {way.name: median(way.seconds) for way in ways}
        self.published = {way.name: float(way.published) for way in ways if way.published}

    def __getitem__(self, name):
        return self.seconds[name]

    def times(self, name):
        """How many times faster than the first it was."""
        return self.seconds[self.first] / self.seconds[name]

    def as_published(self, name, most):
        """As many times faster as published, or a little less, and not more than so many times, which is what there is to gain."""
        return LIKE * self.published[self.first] / self.published[name] <= self.times(name) <= most / LIKE

    def takes(self, name, seconds):
        return LIKE * seconds <= self.seconds[name] <= seconds / LIKE + START_S


def alike(*seconds):
    return LIKE * max(seconds) <= min(seconds) + START_S / 10


def told(sentences, busy_share):
    """The sentences as a paragraph; `busy_share`: of the processors, by all programs."""
    texts = [f'**Not so in this run:** "{one.text}"' if isinstance(one, Claim) and not one.holds else getattr(one, "text", one) for one in sentences]
    if untrue(sentences):
        texts.append(f"(All programs together used up to {busy_share:.0%} of the processors; try again where nothing else is going on.)")
    return " ".join(texts)


def untrue(sentences):
    return [one for one in sentences if isinstance(one, Claim) and not one.holds]


def lengths(jobs):
    """How long each job of a recording took, from its look-up or its first word to its end."""
    spans = [[(start, start + length) for name, start, length in job["stretches"] if name != "queue"] for job in jobs]
    return [span[-1][1] - span[0][0] for span in spans if span]


def in_order(jobs):
    """Whether of each batch no request began before the one before it had ended."""
    ended = {}
    for job in sorted(jobs, key=lambda job: job["index"]):
        spans = [(start, start + length) for name, start, length in job["stretches"] if name != "queue"]
        if not spans or spans[0][0] < ended.get(job["label"], 0):
            return False
        ended[job["label"]] = spans[-1][1]
    return True
