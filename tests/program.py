"""How the whole-program tests run atonce: arguments in, results and reports out."""

import atexit
import csv
import io
import json
import os
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

ATONCE = os.environ.get("ATONCE", "build/release/atonce")
SOURCE = Path(__file__).resolve().parent.parent
TOP_LIST = SOURCE / "data" / "top-10k.csv"
PATIENCE_S = 90  # for a loaded machine; every run here takes a second or two

# Runs are kept under the state folder: here, and not among those of whoever runs the tests.
STATE = tempfile.mkdtemp(prefix="atonce-state-")
os.environ["XDG_STATE_HOME"] = STATE
atexit.register(shutil.rmtree, STATE, ignore_errors=True)

# Everything may happen in this world, and silence ends soon.
WORLD = ["--world=calm,dns=1ms", "--connect-timeout", "400ms", "--dns-timeout", "300ms"]
# Most hosts are silent and a connect waits for half a minute: such a run goes on until it is stopped.
ENDLESS = ["--world=mixed,dns=1ms", "--connect-timeout", "30s"]


def run(*args, stdin=b"", env=None, preexec=None, stdout=subprocess.PIPE):
    """Runs atonce to its end; texts decoded, whatever they hold."""
    done = subprocess.run([ATONCE, *map(str, args)], input=stdin if isinstance(stdin, bytes) else stdin.encode(),
                          stdout=stdout, stderr=subprocess.PIPE, timeout=PATIENCE_S,
                          env={**os.environ, **(env or {})}, preexec_fn=preexec, check=False)
    done.stdout = (done.stdout or b"").decode("utf-8", "surrogateescape")
    done.stderr = done.stderr.decode("utf-8", "surrogateescape")
    return done


def start(*args, **how):
    """Starts atonce with pipes on all three ends."""
    # Unbuffered, so that communicate() sees what readline() has not taken.
    pipes = {"bufsize": 0, "stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **how}
    return subprocess.Popen([ATONCE, *map(str, args)], **pipes)


def rows_of(text):
    return [json.loads(line) for line in text.splitlines()]


def csv_rows_of(text):
    return list(csv.DictReader(io.StringIO(text, newline="")))


def account_of(stderr):
    """The account at the end of a run: verdict -> how many."""
    counts = re.findall(r"^  ([a-z_]+) +([\d,]+) +[\d.<]+ %", stderr, re.MULTILINE)
    return {verdict: int(count.replace(",", "")) for verdict, count in counts}


def truth_of(spec, path, *options):
    """(line, port) -> the right verdict, as the world itself says it."""
    told = run("world", spec, "--truth", path, *options)
    assert told.returncode == 0, told.stderr
    return {(row["line"], row["port"]): row["verdict"] for row in rows_of(told.stdout)}


def names(count, seed=1):
    """Plausible names, each with a fate of its own."""
    told = run("world", "--names", count, "--seed", seed)
    return [line.split(",")[1] for line in told.stdout.splitlines()]


def private_network_or_reason():
    """None where a network of its own can be had, else why not."""
    tried = run("world", "--", "true")
    return None if tried.returncode == 0 else tried.stderr.strip().splitlines()[-1]


class ProgramTest(unittest.TestCase):
    """A folder for each test, and what many of them check."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="atonce-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def write(self, name, text):
        path = self.folder / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def need_private_network(self):
        reason = private_network_or_reason()
        if reason is not None:
            self.skipTest(reason)

    def expect_balance(self, stderr, targets):
        self.assertIn("the account balances", stderr)
        self.assertEqual(sum(account_of(stderr).values()), targets, stderr)

    def expect_exit(self, done, code):
        self.assertEqual(done.returncode, code, done.stderr)
