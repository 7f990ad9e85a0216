"""make experiments, small; and the page on waiting, whose commands must not rot."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import unittest
from pathlib import Path

from program import ATONCE, SOURCE, ProgramTest

sys.path.insert(0, str(SOURCE / "scripts"))

from figures import commands  # noqa: E402
from originals import claims, files, published, requests, sites, sockets, sums  # noqa: E402
from originals.tables import Way  # noqa: E402

EXPERIMENTS = SOURCE / "scripts" / "experiments"
WAITING = SOURCE / "scripts" / "waiting_figures"
SMALL = "0.02"

# Each table's rows, with what was published, and how many times faster than its first row that is.
TABLES = {
    "## 1. Sockets": [("one by one", "22.28 s", "1.00"), ("10 processes", "12.60 s", "1.77"), ("10 threads", "3.02 s", "7.38"), ("asyncio", "5.62 s", "3.96")],
    "## 2. 2,000 files": [("one by one", "22.07 s", "1.00"), ("10 processes", "-", "-"), ("100 threads", "18.66 s", "1.18"), ("async", "-", "-")],
    "## 3a. 80 sites": [("one by one", "-", "-"), ("20 processes", "-", "-"), ("20 threads", "2.64 s", "-"), ("async", "-", "-")],
    "## 3b. 50 GETs": [("one by one", "35 s", "1.00"), ("4 threads", "11.5 s", "3.04"), ("async", "-", "-")],
    "## 4. A number": [("serial", "7.54 s", "1.00"), ("overlapped", "4.60 s", "1.64"), ("2 threads", "-", "-"), ("2 processes", "-", "-")],
    "## 5a. Six requests": [("sync", "3.75 s", "1.00"), ("async", "1.10 s", "3.41")],
    "## 5b. Ordered batches": [("all three, sync", "-", "-"), ("all three, async", "0.18 s", "-"), ("the longest alone", "0.17 s", "-")],
}


def experiments(*words, atonce=ATONCE):
    return subprocess.run([sys.executable, EXPERIMENTS, "--atonce", str(atonce), *map(str, words)], capture_output=True, text=True, timeout=120, check=False)


def table_below(text, title):
    """The rows of the table below a heading, cells without their spaces."""
    section = text[text.index(title):].split("\n## ", 1)[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if line.startswith("|")]
    return rows[2:]


def running_below(folder):
    """The words of every command that has its working directory there."""
    found = []
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            if Path(os.readlink(f"/proc/{entry}/cwd")).is_relative_to(folder):
                found.append(Path(f"/proc/{entry}/cmdline").read_bytes().split(b"\0"))
        except OSError:
            pass
    return found


class ExperimentsTest(ProgramTest):
    def setUp(self):
        super().setUp()
        self.need_private_network()
        if not os.access("/dev/net/tun", os.R_OK | os.W_OK):
            self.skipTest("there is no TUN device to be had here")
        self.output = self.folder / "output"

    def expect_nothing_left(self):
        self.assertEqual(list(self.output.glob("running-*")), [])
        self.assertEqual(running_below(self.output), [])

    def test_a_small_form_of_all_five_has_every_table_beside_its_published_figures(self):
        done = experiments("--scale", SMALL, "--rounds", 1, "-o", self.output)
        self.assertEqual(done.returncode, 0, done.stderr)
        for title, rows in TABLES.items():
            found = table_below(done.stdout, title)
            self.assertEqual([(way, published, faster) for way, published, _, faster, _ in found], rows)
            for row in found:
                self.assertRegex(row[2], r"^[\d.]+ s$")
                self.assertGreater(float(row[2].split()[0]), 0, row)
        self.assertEqual(done.stdout.count("Verdicts: "), len(TABLES))
        self.assertEqual((self.output / "experiments.md").read_text().strip(), done.stdout.strip())
        self.assertIn("<html", (self.output / "experiments.html").read_text().lower())
        for name in ("sockets", "files", "sites", "gets", "sums", "six", "batches", "longest-batch"):
            self.assertTrue(json.loads((self.output / f"{name}.json").read_text())["strategies"], name)
        self.expect_nothing_left()

    def test_a_verdict_that_is_not_the_worlds_is_told_and_is_exit_code_1(self):
        liar = self.write("liar", f'#!/bin/bash\nset -o pipefail\n"{os.path.abspath(ATONCE)}" "$@" | sed \'s/"ok": *6/"ok": 5, "timeout": 1/\'\n')
        liar.chmod(0o755)
        done = experiments("requests", "--scale", SMALL, "--rounds", 1, "-o", self.output, atonce=liar)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("six, sequential, round 1: ok 5, timeout 1, where right is ok 6", done.stderr)
        self.assertIn("**Verdicts are wrong:**", done.stdout)

    def test_ctrl_c_ends_all_that_it_started_and_leaves_nothing(self):
        running = subprocess.Popen([sys.executable, EXPERIMENTS, "--atonce", ATONCE, "sites", "-o", self.output], stderr=subprocess.PIPE, text=True)
        until = time.monotonic() + 30
        while not any(b"compare" in words for words in running_below(self.output)) and time.monotonic() < until:
            time.sleep(0.05)
        self.assertTrue(any(b"compare" in words for words in running_below(self.output)))
        running.send_signal(signal.SIGINT)
        _, said = running.communicate(timeout=30)
        self.assertEqual(running.returncode, 4, said)
        self.assertIn("interrupted", said)
        self.expect_nothing_left()

    def test_an_experiment_that_cannot_be_made_is_told_and_the_others_are_made(self):
        poor = self.write("poor", f'#!/bin/sh\n[ "$1 $2" != "compare fetch" ] || {{ echo "atonce: no descriptor is left" >&2; exit 5; }}\nexec "{os.path.abspath(ATONCE)}" "$@"\n')
        poor.chmod(0o755)
        done = experiments("requests", "sockets", "--scale", SMALL, "-o", self.output, atonce=poor)
        self.assertEqual(done.returncode, 5, done.stderr)
        self.assertIn("not made: requests: atonce compare fetch: exit code 5: atonce: no descriptor is left", done.stderr)
        self.assertEqual(len(table_below(done.stdout, "## 1. Sockets")), 4)
        self.assertIn("**Not made:** requests", done.stdout)


class ExperimentsCommandLineTest(ProgramTest):
    def test_what_is_wrong_with_the_command_line_is_told_before_anything_is_run(self):
        for words, said in ((["socks"], "there is no experiment socks"), (["--rounds", "0"], "invalid number"), (["--scale", "nan"], "invalid number")):
            done = experiments(*words)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn(said, done.stderr)
        self.assertIn("make build makes it", experiments(atonce=self.folder / "nothing").stderr)

    def test_a_place_where_nothing_can_be_written_is_told_in_a_sentence(self):
        done = experiments("sockets", "-o", self.write("file", "") / "below")
        self.assertEqual(done.returncode, 5, done.stderr)
        self.assertNotIn("Traceback", done.stderr)
        self.assertIn("name another place with -o", done.stderr)


class WaitingPageTest(ProgramTest):
    def check(self, page=SOURCE / "docs" / "waiting.md"):
        return subprocess.run([sys.executable, WAITING, "--check", "--atonce", ATONCE, page], capture_output=True, text=True, timeout=120, check=False)

    def test_the_program_still_accepts_every_command_of_the_page_and_prints_such_tables(self):
        self.need_private_network()
        done = self.check()
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_a_page_with_a_command_or_a_table_that_the_program_no_longer_has_is_refused(self):
        self.assertIn("exit code 2", self.check(self.write("option", "text\n\n    $ atonce doctor --no-such-option\n    fine\n")).stderr)
        table = self.write("table", "    $ atonce overlap --ask 0 --work uniform:1000\n    strategy  colour\n")
        self.assertIn("the page's table is headed {'strategy colour'}", self.check(table).stderr)
        self.assertEqual(self.check(self.write("empty", "no command\n")).returncode, 1)

    def test_refreshing_a_page_changes_what_stands_below_commands_and_nothing_else(self):
        page = self.write("page", "Before.\n\n    $ atonce overlap --ask 0 --work uniform:1000 --seed 1\n    old\n\n    old\n\nBetween.\n\n    $ atonce version\n    old\n    ...\n\nAfter.\n")
        subprocess.run([sys.executable, WAITING, "--busy", "--atonce", ATONCE, page], capture_output=True, timeout=60, check=True)
        text = page.read_text()
        self.assertNotIn("old", text)
        self.assertTrue(re.fullmatch(r"Before\.\n\n    \$ atonce overlap .*\n    overlap, async.*\n(    .*\n)+\nBetween\.\n\n    \$ atonce version\n    atonce .*\n    \.\.\.\n\nAfter\.\n", text), text)

    def test_a_page_stays_as_it_was_where_one_of_its_commands_fails(self):
        text = "    $ atonce version\n    old\n\n    $ atonce doctor --no-such-option\n    old\n"
        page = self.write("page", text)
        done = subprocess.run([sys.executable, WAITING, "--busy", "--atonce", ATONCE, page], capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual((done.returncode, page.read_text()), (1, text))
        self.assertIn("nothing was written", done.stderr)

    def test_a_busy_machine_refreshes_no_page(self):
        page = self.write("page", "    $ atonce version\n    old\n")
        spinning = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(os.cpu_count())]
        try:
            done = subprocess.run([sys.executable, WAITING, "--atonce", ATONCE, page], capture_output=True, text=True, timeout=60, check=False)
        finally:
            for one in spinning:
                one.kill()
                one.wait()
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, r"this machine is busy: other programs use \d+% of its processors; nothing was written")
        self.assertIn("old", page.read_text())


class ConclusionsTest(unittest.TestCase):
    """What the tables say below themselves."""

    # Of each table, what its sentences are made of where the run shows what it should, and its ways with their seconds.
    SHOWN = {
        "sockets": (lambda seen: sockets.conclusions(seen, 1.4), {"one by one": 22, "10 processes": 2.8, "10 threads": 2.7, "asyncio": 1.5}),
        "files": (lambda seen: files.conclusions(seen, 0.97, 0.8), {"one by one": 1, "10 processes": 1.1, "100 threads": 1.2, "async": 0.8}),
        "sites": (lambda seen: sites.site_conclusions(seen, 0.98), {"one by one": 48, "20 processes": 3.1, "20 threads": 3, "async": 1}),
        "gets": (lambda seen: sites.get_conclusions(seen, 14, 2), {"one by one": 35, "4 threads": 10, "async": 2.1}),
        "sums": (lambda seen: sums.conclusions(seen, 2.77, 4.77), {"serial": 7.6, "overlapped": 4.8, "2 threads": 4.9, "2 processes": 4.8}),
        "six": (lambda seen: requests.six_conclusions(seen, [1.1] * 3 + [0.125] * 3, 1.1), {"sync": 3.8, "async": 1.15}),
    }
    PUBLISHED = {"sockets": published.SOCKETS, "files": published.FILES, "sites": published.SITES, "gets": published.GETS, "sums": published.SUMS, "six": published.REQUESTS}

    def untrue(self, name, times):
        of, _ = self.SHOWN[name]
        ways = [Way(way, [seconds], self.PUBLISHED[name].get(way)) for way, seconds in times.items()]
        return claims.untrue(of(claims.Seen(ways)))

    def test_every_sentence_stands_where_the_run_shows_it(self):
        for name, (_, seconds) in self.SHOWN.items():
            self.assertEqual([], self.untrue(name, seconds), name)

    def test_every_sentence_falls_with_some_run_whichever_side_it_errs_on(self):
        for name, (of, seconds) in self.SHOWN.items():
            everything = {one.text for one in of(claims.Seen([Way(way, [1], self.PUBLISHED[name].get(way)) for way in seconds])) if isinstance(one, claims.Claim)}
            fallen = set()
            for way in seconds:
                for factor in (0.2, 5):
                    fallen |= {one.text for one in self.untrue(name, {**seconds, way: factor * seconds[way]})}
            self.assertEqual(everything - fallen, {text for text in everything if "a processor was at work" in text}, name)

    def test_files_that_are_waited_for_are_told(self):
        self.assertEqual(1, len(claims.untrue(files.conclusions(claims.Seen([Way(way, [1]) for way in files.WAYS]), 0.1, 0.8))))

    def test_what_is_not_so_is_told_in_its_own_words(self):
        text = claims.told(["Before.", claims.Claim("It rains.", False), claims.Claim("It is day.", True)], 0.4)
        self.assertEqual('Before. **Not so in this run:** "It rains." It is day. (All programs together used up to 40% of the processors; try again where nothing else is going on.)', text)

    def test_a_request_that_begins_before_the_one_before_it_has_ended_is_out_of_order(self):
        def job(index, label, start, length):
            return {"index": index, "label": label, "stretches": [["queue", 0, 0.1], ["answer", start, length]]}
        self.assertTrue(claims.in_order([job(1, "a", 2, 1), job(0, "a", 1, 1), job(2, "b", 1, 1)]))
        self.assertFalse(claims.in_order([job(0, "a", 1, 1), job(1, "a", 1.5, 1)]))


class MeasuredTest(unittest.TestCase):
    """What a page's figures have to be before they are written."""

    def measure(self, *runs, **how):
        left = list(runs)
        return commands.measure("atonce compare", lambda _: left.pop(0), **how), len(left)

    def test_a_command_whose_times_scatter_is_run_three_times_and_then_given_up(self):
        noisy = commands.Done(0, "    - The times of async scatter by more\n      than 15 %: quieten the machine.\n")
        fine = commands.Done(0, "fine")
        self.assertEqual(self.measure(noisy, fine, noisy), ("fine", 1))
        self.assertEqual(self.measure(noisy, fine, busy_is_fine=True), (noisy.said, 1))
        with self.assertRaisesRegex(commands.Busy, "The times of async scatter by more than 15 %"):
            self.measure(noisy, noisy, noisy)
        stray = commands.Done(0, "done.\n\n    - One round of async or more took 1.5 times its\n      median: something else was going on.\n")
        self.assertEqual("One round of async or more took 1.5 times its median: something else was going on.", stray.noise())

    def test_a_command_is_run_again_where_other_programs_were_at_work(self):
        self.assertEqual(self.measure(commands.Done(0, "bad", 0.5), commands.Done(0, "fine", 0.01)), ("fine", 0))
        with self.assertRaisesRegex(commands.Busy, "other programs used 50% of its processors"):
            self.measure(*[commands.Done(0, "bad", 0.5)] * 3)

    def test_a_command_that_fails_is_not_run_again(self):
        with self.assertRaisesRegex(commands.Failed, "exit code 5: disk full"):
            self.measure(commands.Done(5, "disk full"), commands.Done(0, "fine"))


class ComparePageTest(ProgramTest):
    PAGE = """Before.

    atonce serve --listen 127.0.0.1:8080 &
    for i in $(seq 2); do echo http://127.0.0.1:8080/delay/0.01; done > urls.txt
    atonce compare fetch urls.txt --strategy sequential,async --per-address 0 \\
      --peer "pool=python3 examples/peers/get_pool.py 2" --rounds 1 --warmup 0

    fetch of 80 targets (urls.txt), 5 rounds

    strategy  old

After.
"""

    def figures(self, *words):
        return subprocess.run([sys.executable, SOURCE / "scripts" / "compare_figures", "--atonce", ATONCE, *map(str, words)], capture_output=True, text=True, timeout=120, check=False)

    def test_the_tables_of_the_pages_are_headed_as_the_program_heads_them_now(self):
        done = self.figures("--check")
        self.assertEqual(done.returncode, 0, f"{done.stderr}scripts/compare_figures refreshes them, on an idle machine")

    def test_tables_are_refreshed_and_then_hold_and_a_heading_that_is_not_the_programs_is_told(self):
        page = self.write("compare.md", self.PAGE)
        front = self.write("README.md", "    atonce compare fetch urls.txt --strategy sequential\n\n    strategy  old\n    async  old\n\nAfter.\n")
        self.assertIn("the page's table is headed {'strategy old'}", self.figures("--check", page, front).stderr)
        done = self.figures("--busy", page, front)
        self.assertEqual(done.returncode, 0, done.stderr)
        text = page.read_text()
        self.assertTrue(text.startswith(self.PAGE.split("    fetch of")[0] + "    fetch of 2 targets (urls.txt), 1 round"), text)
        self.assertTrue(text.endswith("\n\nAfter.\n"))
        self.assertRegex(text, r"\n    pool +2 of 2 +2 of 2\n")
        self.assertRegex(front.read_text(), r"^    atonce compare .*\n\n    strategy +wall .*\n    sequential .*\n    async .*\n    pool .*\n\nAfter\.\n$")
        done = self.figures("--check", page, front)
        self.assertEqual((done.returncode, done.stderr), (0, ""))


if __name__ == "__main__":
    unittest.main()
