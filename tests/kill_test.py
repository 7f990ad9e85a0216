"""Runs that die: at random instants, many times in a row, and at every point that has a name."""

import re
import signal
import subprocess
import sys
import unittest
from pathlib import Path

from kept import FORMATS, KeptRunTest, Wrong
from program import ATONCE, SOURCE, ProgramTest

KILLS = Path(__file__).with_name("kills.py")
SHARE = 40  # of two hundred, so that they run side by side


class Kills(ProgramTest):
    def expect_all_survived(self, seed, *options):
        self.need_private_network()
        print(f"seed {seed}")
        done = subprocess.run([sys.executable, "-B", KILLS, "--seed", str(seed), *options], capture_output=True, text=True,
                              env={"ATONCE": str(Path(ATONCE).resolve()), "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
                                   "TMPDIR": str(self.folder)}, timeout=170, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        print(done.stdout)

    def test_runs_that_were_killed_at_random_instants_lose_and_repeat_nothing(self):
        self.expect_all_survived(1, "--kills", str(SHARE))

    def test_runs_that_were_killed_at_other_instants_lose_and_repeat_nothing(self):
        self.expect_all_survived(2, "--kills", str(SHARE))

    def test_runs_that_were_killed_at_a_third_choice_of_instants_lose_and_repeat_nothing(self):
        self.expect_all_survived(3, "--kills", str(SHARE))

    def test_runs_that_were_killed_at_a_fourth_choice_of_instants_lose_and_repeat_nothing(self):
        self.expect_all_survived(4, "--kills", str(SHARE))

    def test_runs_that_were_killed_at_a_fifth_choice_of_instants_lose_and_repeat_nothing(self):
        self.expect_all_survived(5, "--kills", str(SHARE))

    def test_a_run_that_was_killed_fifty_times_in_a_row_loses_and_repeats_nothing(self):
        self.expect_all_survived(50, "--only", "0", "--in-a-row", "50")


def named_points():
    """Those of storage.h: the family, read where it stands."""
    text = (SOURCE / "atonce/results/storage.h").read_text()
    return re.findall(r'NamedPoint\{"([a-z-]+)"', text)


class NamedPoints(KeptRunTest):
    """Each is met while a run begins and goes on, and again while one with torn ends is carried on."""

    TARGETS = 500
    LATE = 6

    def die_at(self, point, nth, form):
        """True when it came to the point."""
        fault = ["--fault", f"die@{point}:{nth}"]
        self.clear()
        done = self.atonce(*self.words(form, *fault))
        died = done.returncode == -signal.SIGKILL
        self.assertTrue(died or done.returncode == 0, done.stderr)
        if not died:
            # Not met on the way: then with torn ends, on the way back.
            self.clear()
            done = self.atonce(*self.words(form, "--fault", "die@after-output-write"))
            if done.returncode == 0:  # A database alone has no such writes.
                return False
            for torn in ["journal", "results.jsonl"]:
                with open(self.folder / "run" / torn, "ab") as file:
                    file.write(b"torn")
            done = self.atonce("resume", "run", "-q", *fault)
            died = done.returncode == -signal.SIGKILL
            self.assertTrue(died or done.returncode == 0, done.stderr)
        self.resume(form)
        try:
            self.check(form)
        except Wrong as wrong:
            self.fail(f"{point}:{nth}, {form}: {wrong}")
        return died

    def expect_every_death_survived(self, form):
        met = set()
        points = named_points()
        self.assertGreater(len(points), 15)
        for point in points:
            for nth in (1, 2, self.LATE):
                with self.subTest(point=point, nth=nth):
                    if self.die_at(point, nth, form):
                        met.add(point)
                    elif nth == 1:
                        break
        return set(points) - met

    def test_a_run_of_jsonl_survives_a_death_at_every_named_point(self):
        self.assertEqual(self.expect_every_death_survived("jsonl"), {"before-sqlite-commit", "after-sqlite-commit"})

    def test_a_run_of_csv_survives_a_death_at_every_named_point(self):
        self.assertEqual(self.expect_every_death_survived("csv"), {"before-sqlite-commit", "after-sqlite-commit"})

    def test_a_run_of_sqlite_survives_a_death_at_every_named_point(self):
        self.assertEqual(self.expect_every_death_survived("sqlite"), set())

    def test_a_run_of_text_in_order_survives_a_death_at_every_named_point(self):
        self.assertEqual(self.expect_every_death_survived("text-file"), {"before-sqlite-commit", "after-sqlite-commit"})

    def test_a_death_at_a_late_checkpoint_is_survived_in_every_format(self):
        for form in FORMATS:
            for point in ("before-checkpoint", "after-checkpoint"):
                with self.subTest(form=form, point=point):
                    self.clear()
                    done = self.atonce(*self.words(form, "--rate", "225", "--fault", f"die@{point}:3"))
                    self.assertEqual(done.returncode, -signal.SIGKILL, done.stderr)
                    self.resume(form)
                    self.check(form)


if __name__ == "__main__":
    unittest.main()
