"""What it costs to be carried on after a crash: the same million names with nothing kept, with a journal, with rows, in a database."""
import os
import shutil

from . import process
from .contest import say
from .contestants import Atonce
from .names import write_names
from .results import Goal, Row

PATIENCE_S = 600
PACE = ["-4", "-c", "2000", "--per-address", "0", "--per-network", "0"]
# What is kept in each way, and what it is asked for with.
WAYS = {
    "nothing": ["--no-run", "--no-canaries", "--format", "none"],
    "journal": ["--run", "{folder}", "--format", "none"],
    "JSONL": ["--run", "{folder}", "--format", "jsonl", "-o", "/dev/null"],
    "SQLite": ["--run", "{folder}", "--format", "sqlite"],
}


def cost(bench, section):
    count = bench.pick(1_000_000, 200_000, 10_000)
    names, _ = write_names(bench, count)
    rows = {name: Row(name, "atonce probe LIST " + " ".join([*PACE, *options]).format(folder="DIR"), count) for name, options in WAYS.items()}
    seconds, sizes = {name: [] for name in WAYS}, {}
    for turn in range(bench.rounds):
        order = list(WAYS)
        for name in order[turn % len(order):] + order[:turn % len(order)]:
            ran, sizes[name] = run_once(bench, names, WAYS[name])
            rows[name].note_run(ran, count)
            seconds[name].append(None if ran.trouble() else ran.seconds)
            say(f"    round {turn + 1} {name:8} {ran.trouble() or f'{ran.seconds:.2f} s, {ran.cpu_s:.2f} s of processor'}")
    section.rows = list(rows.values())
    section.goals = goals(seconds, rows, sizes, count)
    section.notes = [", ".join(f"{name}: {size / count:.0f} bytes a name on disk" for name, size in sizes.items() if size),
                     "every way has the same rate (auto), second lap and window; a row for each name is written only where rows are kept"]


def run_once(bench, names, options):
    folder = bench.folder / "kept"
    shutil.rmtree(folder, ignore_errors=True)
    os.sync()  # What the one before left to be written is not for this one to wait for.
    filled = [option.format(folder=folder) for option in options]
    ran = process.run([bench.atonce, "probe", names, "-q", *PACE, *filled], PATIENCE_S)
    size = sum(file.stat().st_size for file in folder.iterdir()) if folder.exists() else 0
    return ran, size


def goals(seconds, rows, sizes, count):
    def more(dear, cheap):
        return [100 * (a / b - 1) for a, b in zip(seconds[dear], seconds[cheap]) if a and b]

    def more_cpu(dear, cheap):
        return [100 * (a / b - 1) for a, b in zip(rows[dear].cpu_us, rows[cheap].cpu_us)]

    return [
        Goal("journal, evidence, canaries and account: more time than nothing kept", False, 5, more("journal", "nothing"), "%"),
        Goal("the same, more processor time", False, 5, more_cpu("journal", "nothing"), "%"),
        Goal("SQLite: more time than JSONL", False, 15, more("SQLite", "JSONL"), "%"),
        Goal("journal and all else of a folder without rows, a name", False, 48, [sizes["journal"] / count], "bytes"),
    ]
