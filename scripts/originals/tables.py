"""Tables like the originals', with their figures beside ours."""
import os
import textwrap
from dataclasses import dataclass, field
from statistics import median

from .claims import told


@dataclass
class Way:
    name: str
    seconds: list  # of each round
    published: str = None  # as their authors wrote it


@dataclass
class Table:
    title: str
    ways: list  # the first is what the others are held against
    world: str  # where it was run, and why there
    verdict: list  # what is the same and what is not, and why: sentences, and claims where this run has to show it
    right: str  # what every verdict was held against
    wrong: list = field(default_factory=list)  # sentences on verdicts that are not as they should be
    busy_share: float = 0  # of the processors, by all programs

    def lines(self):
        first = self.ways[0]
        head = ["way", "published", "here", "faster, published", "faster, here"]
        rows = [[way.name, seconds_of(way.published), spread_of(way.seconds), times(first.published, way.published),
                 times(median(first.seconds), median(way.seconds))] for way in self.ways]
        return aligned([head, *rows])


def seconds_of(published):
    return f"{published} s" if published else "-"


def spread_of(seconds):
    middle = shown(median(seconds))
    return middle if len(seconds) == 1 else f"{middle} ({shown(min(seconds))} - {shown(max(seconds))})"


def shown(seconds):
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds:.3f} s"


def times(first, other):
    if not first or not other:
        return "-"
    ratio = float(first) / float(other)
    return f"{ratio:.1f}" if ratio >= 9.95 else f"{ratio:.2f}"


def aligned(rows):
    """A table of Markdown that can be read as it is: figures stand to the right."""
    widths = [max(map(len, column)) for column in zip(*rows)]
    rule = ["-" * widths[0]] + ["-" * (width - 1) + ":" for width in widths[1:]]
    cells = [[text.ljust(width) if i == 0 else text.rjust(width) for i, (text, width) in enumerate(zip(row, widths))]
             for row in (rows[0], rule, *rows[1:])]
    return ["| " + " | ".join(row) + " |" for row in cells]


def write_tables(tables, lab, seconds, failures):
    lines = ["# The five experiments", "",
             *filled("The originals are small programs in Python. Their figures are from their authors' machines and from the real internet; ours are from this machine and "
                     "the built-in world, whose delays are set so that one after another takes about as long. What can be compared is how many times faster a way is than the first "
                     "of its table (the columns on the right)."), "",
             *filled(f"{os.cpu_count()} cores, of which others used {lab.busy_share:.0%} when it began; {seconds:.0f} s for all of it. Where a way was run more than once, its median "
                     "stands here, with the least and the most seen.")]
    if lab.scale != 1:
        lines += ["", f"**At {lab.scale:g} of the original's scale: only to try it out, the figures mean nothing.**"]
    for table in tables:
        lines += ["", f"## {table.title}", "", *filled(table.world), "", *table.lines(), "", *filled(told(table.verdict, table.busy_share)), ""]
        lines += filled("**Verdicts are wrong:** " + "; ".join(table.wrong) + "." if table.wrong else f"Verdicts: {table.right}")
    for failure in failures:
        lines += ["", *filled(f"**Not made:** {failure}")]
    return "\n".join(lines) + "\n"


def filled(text):
    """A paragraph in lines that fit a terminal. What is code stays in one piece."""
    return textwrap.wrap(text, 120, break_long_words=False, break_on_hyphens=False)
