"""A hundred thousand tiny files: atonce in four ways, the experiment's originals in Python, and a bare C++ loop, in memory and on a disk."""
import os
import shutil
import subprocess
import sys
from pathlib import Path

from . import process
from .contest import say
from .results import Goal, Row, ratios

PATIENCE_S = 600
ORIGINAL = Path(__file__).resolve().parent.parent / "write_files.py"
QUIET = ["--no-run", "--format", "none", "-q", "--fan-out", "16"]


def ways(bench, count):
    """Name -> words; DIR and RUN stand for folders of the run."""
    strategies = ["async", "sequential", "threads:100", "processes:2"]
    return {
        **{f"atonce {name}": [bench.atonce, "write", "DIR", "-n", count, *QUIET, "--strategy", name] for name in strategies},
        "atonce async, one folder, kept": [bench.atonce, "write", "DIR", "-n", count, "-q", "--run", "RUN", "--format", "none"],
        "floor": [bench.tool("floor_write"), "DIR", count, os.cpu_count() or 2],
        "Python": [sys.executable, ORIGINAL, "DIR", count],
        "Python, 100 threads": [sys.executable, ORIGINAL, "DIR", count, 100],
    }


def in_memory(bench, section):
    """Each run has a tmpfs of its own, which goes with it: nothing is unlinked, and memory does not fill."""
    place = bench.folder / "memory"
    place.mkdir(exist_ok=True)
    # What is timed is the program alone: the kernel takes long to throw a hundred thousand files away.
    mounted = ["unshare", "-rm", "sh", "-ec", f'mount -t tmpfs -o size=2g,nr_inodes=0 none "{place}"; '
               f'began=$(date +%s%N); "$@"; echo $(($(date +%s%N) - began)) >"{place}.took"', "sh"]
    if process.run([*mounted, "true"], 10).status != 0:
        section.notes.append("not measured: a tmpfs cannot be mounted here (unshare -rm)")
        return
    measure(bench, section, lambda turn, name: place / "files", mounted)
    add_goals(section, 3, 25)


def on_disk(bench, section):
    """Every run has a folder of its own, and all are removed at the end: ext4 creates slowly just after many were unlinked."""
    place = bench.folder / "disk"
    place.mkdir(exist_ok=True)
    section.notes.append(f"file system: {subprocess.run(['stat', '-f', '-c', '%T', place], capture_output=True, text=True, check=False).stdout.strip()}")
    measure(bench, section, lambda turn, name: place / f"{turn}-{abs(hash(name))}", [])
    shutil.rmtree(place, ignore_errors=True)
    add_goals(section, 1.6, 3)


def measure(bench, section, place, before):
    count = bench.pick(100_000, 20_000, 500)
    rows = {name: Row(name, " ".join(map(shown, words)), count) for name, words in ways(bench, count).items()}
    for turn in range(bench.rounds):
        order = list(rows)
        for name in order[turn % len(order):] + order[:turn % len(order)]:
            os.sync()
            run = bench.folder / f"run-{turn}"
            words = [place(turn, name) if word == "DIR" else run if word == "RUN" else word for word in ways(bench, count)[name]]
            ran = process.run([*before, *words], PATIENCE_S)
            shutil.rmtree(run, ignore_errors=True)
            took = place(turn, name).parent.with_suffix(".took")
            if took.exists():
                ran.seconds = int(took.read_text()) / 1e9
                took.unlink()
            rows[name].note_run(ran, count)
            say(f"    round {turn + 1} {name:32} {ran.trouble() or f'{ran.seconds:.2f} s, {count / ran.seconds:,.0f}/s'}")
    section.rows = list(rows.values())


def shown(word):
    return Path(word).name if isinstance(word, Path) or word == sys.executable else str(word)


def add_goals(section, over_python, over_threads):
    rows = {row.name: row for row in section.rows}
    section.goals = [
        Goal("async, against Python one after another", True, over_python, ratios(rows["atonce async"], rows["Python"]), "x"),
        Goal("async, against Python with 100 threads", True, over_threads, ratios(rows["atonce async"], rows["Python, 100 threads"]), "x"),
        Goal("async, against the floor", True, 0.9, ratios(rows["atonce async"], rows["floor"]), "x"),
    ]
