"""What was measured, as Markdown."""
import datetime
import os
import platform
from pathlib import Path
from statistics import median

HERE = Path(__file__).resolve().parent.parent


def write_report(sections, rounds, sizes):
    lines = ["# What make bench saw", "", *_machine(rounds, sizes), "", "## Goals", "", *_goals(sections)]
    for section in sections:
        lines += ["", f"## {section.title}", "", *_section(section)]
    profile = HERE / "profile.md"
    if profile.exists():
        lines += ["", "## Where the time goes", "", profile.read_text().strip()]
    return "\n".join(lines) + "\n"


def _machine(rounds, sizes):
    with open("/proc/meminfo") as lines:
        gib = int(lines.readline().split()[1]) / (1 << 20)
    kernel = ".".join(platform.release().split("-")[0].split(".")[:2])
    return [f"{datetime.date.today().isoformat()}, {os.cpu_count()} cores shared by everyone who takes part (the simulated hosts too), {gib:.0f} GiB of "
            f"memory, Linux {kernel}; {sizes}, {rounds} rounds. In each round the contestants take turns, each at hosts that nobody has spoken to before; "
            "a ratio is taken within a round. Shown are medians, with the least and the most seen. How to read and repeat this: docs/measuring.md."]


def _number(value):
    if value is None:
        return "-"
    if abs(value) >= 1_000:
        return f"{value:,.0f}"
    return f"{value:.0f}" if value == int(value) else f"{value:.1f}" if abs(value) >= 20 else f"{value:.2f}"


def _spread(values):
    seen = [value for value in values if value is not None]
    if not seen:
        return "-"
    return f"{_number(median(seen))} ({_number(min(seen))} to {_number(max(seen))})"


def _goals(sections):
    lines = ["| | goal | seen | |", "|---|---|---|---|"]
    for section in sections:
        for goal in section.goals:
            sense = "at least" if goal.at_least else "at most"
            verdict = "reached" if goal.reached() else "not measured" if not goal.values else "**not reached**"
            unit = f" {goal.unit}" if goal.unit not in ("", "x", "/s") else goal.unit
            lines.append(f"| {section.name}: {goal.text} | {sense} {_number(goal.limit)}{unit} | {_spread(goal.values)} | {verdict} |")
    return lines


def write_tables(section):
    """The tables of a section's own, with what stands below them."""
    lines = []
    for table in section.tables:
        lines += [f"**{table['title']}**", "", "| " + " | ".join(table["head"]) + " |", "|" + "---|" * len(table["head"])]
        lines += ["| " + " | ".join(row) + " |" for row in table["rows"]] + [""]
    return "\n".join(lines).strip()


def _section(section):
    if section.tables:
        lines = [write_tables(section)]
    elif all(not row.rates for row in section.rows):
        lines = ["| what | one costs |", "|---|---|"] + [f"| {row.name} | {row.how} |" for row in section.rows]
    else:
        lines = ["| who | targets a second | cpu µs a target | targets a round | wrong | how |", "|---|---|---|---|---|---|"]
        lines += [f"| {row.name} | {_spread(row.rates)} | {_number(median(row.cpu_us)) if row.cpu_us else '-'} | {row.targets:,} | "
                  f"{row.wrong if row.answers else '-'} | {row.note or row.how} |" for row in section.rows]
    notes = [note[0].upper() + note[1:] + "." for note in section.notes]
    notes.append(f"Just before, other programs used {section.busy_before:.0%} of the processors; it took {section.seconds:.0f} s.")
    return lines + ["", " ".join(notes)]
