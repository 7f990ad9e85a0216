"""Loopback, where nothing waits: only the processor counts, and a plain loop is the one to beat."""
from .contest import Addresses, Contest, entry
from .contestants import Atonce, Floor, Python
from .far import account, goal_over


def compare(bench, section, world, block):
    contest = Contest(bench, world, Addresses(*block))
    many = bench.pick(60_000, 30_000, 2_000)
    floors = [Floor(bench.tool("floor_connect"), window, 2, 1_000) for window in bench.pick([16, 256, 2_000], [256, 2_000], [256])]
    strategies = [["--strategy", "async", "-c", window] for window in bench.pick([16, 256, 2_000, 10_000], [256, 2_000], [256])]

    def ours(options):
        return Atonce(bench.atonce, bench.folder, ["--connect-timeout", "1000ms", *options])

    one_by_one, python, at_once, floor = contest.run([
        entry("sequential", many, ours(["--strategy", "sequential"])),
        entry("python", many, Python("sequential", 1)),
        entry("async", many, *[ours(options) for options in strategies]),
        entry("floor", many, *floors),
    ])
    section.rows = [one_by_one, python, at_once, floor]
    section.goals = [goal_over(one_by_one, python, 1.5, "python, both one by one"), goal_over(at_once, floor, 0.8, "floor, both cores")]
    section.notes = account(section.rows)


def refused(bench, section):
    compare(bench, section, "refused", (0x7F020000, 1 << 16))


def all_open(bench, section):
    compare(bench, section, "open", (0x7F010000, 256))
