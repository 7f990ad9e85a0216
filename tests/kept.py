"""What every result file of a kept run must hold, whatever befell the run: each target once, and the truth of the world."""

import csv
import json
import re
import sqlite3
import subprocess
from collections import Counter
from pathlib import Path

from program import ATONCE, PATIENCE_S, ProgramTest, names, truth_of

# How a format is asked for; what it writes beside results.jsonl, in the run folder ("run/") or where -o says.
FORMATS = {
    "jsonl": (["--json"], None),
    "csv": (["--csv"], "run/results.csv"),
    "sqlite": (["--format", "sqlite"], "run/results.sqlite"),
    "csv-file": (["--csv", "-o", "rows.csv"], "rows.csv"),
    "text-file": (["--format", "text", "-o", "rows.txt"], "rows.txt"),
    "jsonl-file": (["--json", "-o", "rows.jsonl"], "rows.jsonl"),
    "sqlite-file": (["--format", "sqlite", "-o", "rows.sqlite"], "rows.sqlite"),
}
LINE = re.compile(rb'"line":(\d+),')
VERDICT = re.compile(rb'"verdict":"([a-z_]+)"')


class Wrong(Exception):
    """Something does not hold; the text says what."""


def whole_lines(path):
    """Those that a newline ends; none of a file that is not there yet."""
    try:
        content = Path(path).read_bytes()
    except FileNotFoundError:
        return []
    return content[:content.rfind(b"\n") + 1].splitlines()


def lines_settled(folder):
    """The line of each whole row of results.jsonl: what a killed run has certainly found out."""
    return {int(LINE.search(row)[1]) for row in whole_lines(Path(folder) / "results.jsonl")}


def rows_of_jsonl(path):
    content = Path(path).read_bytes()
    if content and not content.endswith(b"\n"):
        raise Wrong(f"{path} ends in the middle of a row")
    rows = content.splitlines()
    if rows:  # Every row is JSON; the two fields wanted of 20,000 are found faster without it.
        json.loads(rows[0])
        json.loads(rows[-1])
    return [(int(LINE.search(row)[1]), VERDICT.search(row)[1].decode()) for row in rows]


def rows_of_csv(path):
    with open(path, newline="", encoding="utf-8") as file:
        reader = csv.reader(file)
        header = next(reader)
        line, verdict = header.index("line"), header.index("verdict")
        rows = list(reader)
    if any(len(row) != len(header) for row in rows):
        raise Wrong(f"{path} has a row with another number of cells than its header")
    return [(int(row[line]), row[verdict]) for row in rows]


def rows_of_sqlite(path):
    for rest in ("-wal", "-journal"):
        if Path(f"{path}{rest}").exists():
            raise Wrong(f"{path}{rest} is left behind")
    with sqlite3.connect(path) as database:
        if database.execute("PRAGMA integrity_check").fetchone() != ("ok",):
            raise Wrong(f"{path} is damaged")
        records, = database.execute("SELECT records FROM run").fetchone()
        rows = database.execute("SELECT line, verdict FROM results ORDER BY position").fetchall()
    if records != len(rows):
        raise Wrong(f"{path} says that it has {records} records, and has {len(rows)} rows")
    return rows


def check_rows(path, rows, truth, in_order=False):
    """`truth`: line -> verdict."""
    counts = Counter(line for line, _ in rows)
    twice = [line for line, count in counts.items() if count > 1]
    missing = [line for line in truth if line not in counts]
    wrong = [(line, verdict, truth.get(line)) for line, verdict in rows if truth.get(line) != verdict]
    if twice or missing or wrong:
        raise Wrong(f"{path}: {len(rows)} rows; lines twice: {twice[:5]} ({len(twice)}); missing: {missing[:5]} "
                    f"({len(missing)}); wrong (line, found, truth): {wrong[:5]} ({len(wrong)})")
    if in_order and [line for line, _ in rows] != sorted(counts):
        raise Wrong(f"{path} is not in the order of the list")


def check_text(path, inputs, truth):
    """Lines for a person have no number: each target so often, and with such verdicts, as the list has it."""
    found = Counter()
    for row in Path(path).read_text().splitlines():
        parts = re.fullmatch(r"Done socket on (\S+) with result ([A-Za-z ]+?) \(.*\)", row)
        if parts is None:
            raise Wrong(f"{path}: {row!r} is no row")
        found[parts[1], parts[2].lower().replace(" ", "_")] += 1
    expected = Counter((inputs[line], verdict) for line, verdict in truth.items())
    if found != expected:
        raise Wrong(f"{path} lacks {list((expected - found).items())[:5]} and has {list((found - expected).items())[:5]}")


def check_results(folder, form, inputs, truth, in_order=False):
    """Everything that a complete run left: in `folder`/run and beside it."""
    folder = Path(folder)
    check_rows("results.jsonl", rows_of_jsonl(folder / "run/results.jsonl"), truth, in_order)
    _, beside = FORMATS[form]
    if beside is None:
        return
    path = folder / beside
    if path.suffix == ".txt":
        check_text(path, inputs, truth)
    else:
        reader = {".csv": rows_of_csv, ".jsonl": rows_of_jsonl, ".sqlite": rows_of_sqlite}[path.suffix]
        check_rows(beside, reader(path), truth, in_order)


def check_account(shown, targets):
    """`shown`: what `atonce show` says of a complete run."""
    account = f"{targets:,} read = {targets:,} verdicts: the account balances"
    if account not in shown:
        raise Wrong(f"the account should say {account!r}:\n{shown}")


class KeptRunTest(ProgramTest):
    """A list, its truth, and a run of it in a folder of its own: "run"."""

    TARGETS = 1_000
    WORLD = "fast"

    def setUp(self):
        super().setUp()
        self.program = str(Path(ATONCE).resolve())
        self.make_list(names(self.TARGETS))

    def make_list(self, targets, world=None):
        self.inputs = dict(enumerate(targets, 1))
        path = self.write("list", "\n".join(targets) + "\n")
        self.truth = {line: verdict for (line, _), verdict in truth_of(world or self.WORLD, path).items()}

    def words(self, form, *options):
        return ["probe", "list", "--run", "run", f"--world={self.WORLD}", "-q", *FORMATS[form][0], *options]

    def atonce(self, *words, **how):
        """In the folder of the test, as a user would stand there."""
        done = subprocess.run([self.program, *map(str, words)], cwd=self.folder, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=PATIENCE_S, check=False, **how)
        done.stdout, done.stderr = (text.decode(errors="replace") for text in (done.stdout, done.stderr))
        return done

    def resume(self, form, *options):
        """Carries the run on to its end; where it never began, it is begun."""
        if (self.folder / "run/manifest.json").exists():
            done = self.atonce("resume", "run", "-q", *options)
        else:
            done = self.atonce(*self.words(form), *options)
        self.assertIn(done.returncode, (0, 3), done.stderr)
        return done

    def check(self, form, in_order=False):
        check_results(self.folder, form, self.inputs, self.truth, in_order)
        shown = self.atonce("show", "run")
        self.expect_exit(shown, 0)
        check_account(shown.stdout, len(self.inputs))

    def clear(self):
        """As if there had been no run."""
        run_folder = self.folder / "run"
        for path in [*run_folder.glob("*"), *self.folder.glob("rows.*")]:
            path.unlink()
        if run_folder.exists():
            run_folder.rmdir()
