"""Hosts 50 ms away: a mix with silence, all open, all refused."""
from .contest import Addresses, Contest, entry
from .contestants import Atonce, Floor, Nmap, Python
from .results import Goal, ratios

BLOCK = (0x0A800000, 1 << 23)  # 10.128.0.0/9: each address has its fate by the shares of the world's profile
TIMEOUT_MS = 1_000


def probe(bench, *options, timeout_ms=TIMEOUT_MS):
    return Atonce(bench.atonce, bench.folder, ["--connect-timeout", f"{timeout_ms}ms", *options])


def floors(bench, *settings):
    return [Floor(bench.tool("floor_connect"), window, processes, TIMEOUT_MS) for window, processes in settings]


def goal_over(ours, theirs, limit, what=None):
    return Goal(f"atonce / {what or theirs.name}", True, limit, ratios(ours, theirs), "x")


def account(rows):
    lines = [f"{row.name}: {row.wrong:,} of {row.answers:,} verdicts differ from the truth" for row in rows if row.wrong]
    return lines or ["every verdict of every contestant is the truth"]


def mixed(bench, section):
    contest = Contest(bench, "far-mixed", Addresses(*BLOCK))
    many = bench.pick(100_000, 60_000, 4_000)
    windows = bench.pick([20_000, 40_000, 60_000, 100_000], [40_000, 60_000], [2_000])
    ours, floor, asyncio, threads, nmap = contest.run([
        entry("atonce", many, *[probe(bench, "-c", window) for window in windows]),
        entry("floor", many, *floors(bench, *bench.pick([(19_000, 1), (24_000, 2), (38_000, 2)], [(38_000, 2)], [(2_000, 2)]))),
        entry("asyncio", bench.pick(5_000, 4_000, 1_000), Python("asyncio", 1)),
        entry("threads100", bench.pick(1_000, 600, 200), Python("threads100", 1)),
        entry("nmap -sT", bench.pick(16_384, 8_192, 1_000), Nmap(bench.folder, TIMEOUT_MS)),
    ])
    section.rows = [ours, floor, asyncio, threads, nmap]
    section.goals = [goal_over(ours, asyncio, 25), goal_over(ours, nmap, 25), goal_over(ours, threads, 200),
                     goal_over(ours, floor, 0.9)]
    section.notes = account(section.rows)


def alike(bench, section, world, over_uvloop, over_nmap):
    contest = Contest(bench, world, Addresses(*BLOCK))
    many = bench.pick(100_000, 50_000, 4_000)
    windows = bench.pick([8_000, 16_000, 19_000], [8_000, 16_000], [2_000])
    settings = bench.pick([(8_000, 1), (8_000, 2), (16_000, 2)], [(8_000, 2), (16_000, 2)], [(2_000, 2)])
    ours, floor, uvloop, asyncio, nmap = contest.run([
        entry("atonce", many, *[probe(bench, "-c", window, "--engine", engine) for window in windows for engine in ("epoll", "ring")]),
        entry("floor", many, *floors(bench, *settings)),
        entry("uvloop", bench.pick(30_000, 20_000, 2_000), Python("uvloop", 1)),
        entry("asyncio", bench.pick(15_000, 10_000, 1_000), Python("asyncio", 1)),
        entry("nmap -sT", bench.pick(32_768, 16_384, 1_000), Nmap(bench.folder, TIMEOUT_MS)),
    ])
    section.rows = [ours, floor, uvloop, asyncio, nmap]
    section.goals = [goal_over(ours, uvloop, over_uvloop), goal_over(ours, nmap, over_nmap), goal_over(ours, asyncio, 10),
                     goal_over(ours, floor, 0.85)]
    section.notes = account(section.rows)


def all_open(bench, section):
    alike(bench, section, "far-open", 3, 4)


def all_refused(bench, section):
    alike(bench, section, "far-refused", 4, 6)
