"""A hundred thousand files of one byte, in four ways."""
import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from suite import process

from . import published
from .claims import Claim, Seen
from .lab import PATIENCE_S, Trouble
from .tables import Table, Way, shown

WHAT = "100,000 files, in four ways, and the originals in Python (half a minute)"
COUNT = 100_000
WAYS = {"one by one": "sequential", "10 processes": "processes:10", "100 threads": "threads:100", "async": "async"}
ORIGINAL = Path(__file__).resolve().parent.parent.parent / "bench" / "write_files.py"
FILE_BYTES = 6_144  # a page or block of its own, and what is known of it, roughly
LEAST_COMPUTING = 0.8  # of the time, where nothing is waited for
NO_CASE = 1.5  # times faster, at most, is what a hundred threads are not worth
# What is timed is the command alone: the kernel takes long to throw a hundred thousand files away.
TIMED = 'began=$(date +%s%N); "$@"; echo $(($(date +%s%N) - began)) >&2'


@dataclass
class Place:
    before: list  # words before a command that is to be run there
    told: str


def measure(lab):
    count = max(10, round(COUNT * lab.scale))
    place = find_place(lab, len(WAYS) * lab.rounds(1) * count * FILE_BYTES)
    result = lab.compare("files", "write", lab.folder / "files", "-n", count, "--strategy", ",".join(WAYS.values()), rounds=1, before=place.before)
    alone, pool = python_seconds(lab, place, count), python_seconds(lab, place, count, 100)
    ways = [Way(name, result.seconds[strategy], published.FILES.get(name)) for name, strategy in WAYS.items()]
    truth = {"written": count}
    return [Table(
        f"2. {count:,} files of one byte", ways,
        f"No world: files of a random byte with names of 86 characters, in a new folder for each way, {place.told}. Nothing is removed between two ways. "
        f"The originals' loops in Python, here (`bench/write_files.py`): {shown(alone)} one by one, {shown(pool)} with 100 threads.",
        conclusions(Seen(ways), *result.computing_share("sequential")),
        f"each file was written, in every way: {count:,}.", result.wrong(truth), result.busy_share())]


def conclusions(seen, computing, kernel):
    most = max(seen.times(name) for name in WAYS)
    return [
        "Here the originals' seconds are a property of their machines, and not of waiting: the kernel takes the bytes and writes them later.",
        Claim(f"Nobody waits for a disk: one by one, a processor was at work {computing:.0%} of the time, and {kernel:.0%} of that in the kernel.",
              computing >= LEAST_COMPUTING and kernel > 0.5),
        Claim("More workers than cores do not help.", most <= (os.cpu_count() or 1)),
        Claim("Where all create in one folder, they stand in a queue for its lock: a hundred threads have not even what the cores could give.",
              seen.times("100 threads") <= NO_CASE),
        Claim("Published was 1.18 times for 100 threads, which is the same finding: this is no case for concurrency.", seen.times("100 threads") <= NO_CASE),
        "(`--fan-out 16` spreads the files over folders.)"]


def find_place(lab, need):
    """A file system in memory, which goes with the command that is run in it; where that cannot be had, the disk."""
    folder = lab.folder / "files"
    folder.mkdir()
    mount = f'mount -t tmpfs -o size={need + (1 << 28)},nr_inodes=0 none "{folder}"; exec "$@"'
    in_memory = ["unshare", "-rm", "sh", "-ec", mount, "sh"]
    if memory_available() > 2 * need and process.run([*in_memory, "true"], 10).status == 0:
        return Place(in_memory, "in a file system in memory (tmpfs), so that no disk has to forget them afterwards")
    if (free := shutil.disk_usage(lab.folder).free) < need:
        raise Trouble(f"the files need {need / 1e9:.1f} GB at {lab.output}, and {free / 1e9:.1f} GB are free; make room, or name another place with -o")
    return Place([], "on the disk")


def memory_available():
    with open("/proc/meminfo") as lines:
        return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:")), 0)


def python_seconds(lab, place, count, *threads):
    folder = lab.folder / "files" / f"python-{len(threads)}"
    ran = process.run([*place.before, "sh", "-ec", TIMED, "sh", sys.executable, ORIGINAL, folder, count, *threads], PATIENCE_S)
    if trouble := ran.trouble():
        raise Trouble(f"{ORIGINAL.name}: {trouble}")
    return int(ran.err.split()[-1]) / 1e9
