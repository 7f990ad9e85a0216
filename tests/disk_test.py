"""Disks that fill up or fail, and files that were cut, damaged or taken away."""

import json
import os
import random
import re
import shutil
import signal
import subprocess
import unittest

from kept import FORMATS, KeptRunTest, Wrong, rows_of_sqlite

ROOM = re.compile(r"No space left on device|Input/output error")


class FailingDisk(KeptRunTest):
    TARGETS = 300

    def expect_told_and_carried_on(self, form, fault):
        """True when the fault was met."""
        self.clear()
        done = self.atonce(*self.words(form, "--fault", fault))
        if done.returncode == 0:
            self.check(form)
            return False
        self.expect_exit(done, 5)
        said = next(line for line in done.stderr.splitlines() if ROOM.search(line))
        self.assertTrue(said.startswith("atonce: "), done.stderr)
        self.assertRegex(said, r'"[^"]*run[^"]*"|"[^"]*rows\.[a-z]+"', "it names the file")
        began = (self.folder / "run/manifest.json").exists()
        if began:
            self.assertRegex(done.stderr, r"\d+ verdicts are safe in the journal|cannot be (written|made|read)")
        self.resume(form)
        self.check(form)
        return True

    def expect_every_failure_survived(self, form, error, operation):
        nth = 1
        while True:
            with self.subTest(form=form, fault=f"{error}@{operation}:{nth}"):
                if not self.expect_told_and_carried_on(form, f"{error}@{operation}:{nth}"):
                    break
            nth += 1
            self.assertLess(nth, 200)
        return nth - 1

    def test_a_full_disk_at_every_write_is_told_and_survived(self):
        for form in FORMATS:
            self.assertGreaterEqual(self.expect_every_failure_survived(form, "enospc", "write"), 3)

    def test_a_disk_that_takes_half_of_any_write_is_told_and_survived(self):
        for form in ("jsonl", "csv-file", "sqlite"):
            self.assertGreaterEqual(self.expect_every_failure_survived(form, "enospc-half", "write"), 3)

    def test_a_disk_that_fails_at_every_write_is_told_and_survived(self):
        for form in ("jsonl", "text-file", "sqlite-file"):
            self.assertGreaterEqual(self.expect_every_failure_survived(form, "eio", "write"), 3)

    def test_a_disk_that_fails_at_every_sync_is_told_and_survived(self):
        for form in FORMATS:
            self.assertGreaterEqual(self.expect_every_failure_survived(form, "eio", "sync"), 3)

    def test_a_disk_that_can_make_no_file_is_told_and_survived(self):
        for form in ("jsonl", "csv", "sqlite"):
            self.assertGreaterEqual(self.expect_every_failure_survived(form, "enospc", "create"), 2)

    def test_a_disk_that_can_rename_nothing_is_told_and_survived(self):
        self.assertEqual(self.expect_every_failure_survived("jsonl", "eio", "rename"), 1)

    def test_a_disk_that_fails_while_a_run_is_carried_on_is_told_and_survived(self):
        for form in ("jsonl", "csv", "sqlite"):
            for fault in ("enospc@write", "eio@sync"):
                for nth in range(1, 7):
                    with self.subTest(form=form, fault=f"{fault}:{nth}"):
                        self.clear()
                        done = self.atonce(*self.words(form, "--fault", "die@after-journal-write:4"))
                        self.assertEqual(done.returncode, -signal.SIGKILL, done.stderr)
                        done = self.atonce("resume", "run", "-q", "--fault", f"{fault}:{nth}")
                        self.assertIn(done.returncode, (0, 5), done.stderr)
                        if done.returncode == 5:
                            self.assertRegex(done.stderr, ROOM)
                        self.resume(form)
                        self.check(form)


class FullDisk(KeptRunTest):
    """A real one: a small file system of its own, in a mount namespace of its own."""

    TARGETS = 6_000

    SCRIPT = """
set -e
mount -t tmpfs -o size=256k tmpfs small
cp list small/list 2>/dev/null || ln -s ../list small/list
cd small
set +e
"$ATONCE" probe ../list --run run --world=fast -q {options} >/dev/null 2>../first; echo "first $?"
mount -o remount,size=64m .
"$ATONCE" resume run -q >/dev/null 2>../second; echo "second $?"
"$ATONCE" show run >../shown; echo "show $?"
cp -r run ../run; cp rows.* .. 2>/dev/null
exit 0
"""

    def test_a_disk_that_is_really_full_is_told_and_the_run_carried_on_when_there_is_room(self):
        for form in ("jsonl", "csv", "sqlite", "text-file"):
            with self.subTest(form=form):
                self.clear()
                (self.folder / "small").mkdir(exist_ok=True)
                unshare = ["unshare", "--mount"] + ([] if os.geteuid() == 0 else ["--map-root-user"])
                done = subprocess.run([*unshare, "sh", "-c", self.SCRIPT.format(options=" ".join(FORMATS[form][0]))],
                                      cwd=self.folder, env={**os.environ, "ATONCE": self.program}, capture_output=True,
                                      text=True, timeout=90, check=False)
                if done.returncode != 0:
                    self.skipTest(f"no file system of its own: {done.stderr.strip()}")
                said = (self.folder / "first").read_text()
                self.assertEqual(done.stdout.split(), ["first", "5", "second", "0", "show", "0"],
                                 said + (self.folder / "second").read_text())
                self.assertIn("No space left on device", said)
                self.assertRegex(said, r"\d+ verdicts are safe in the journal")
                self.check(form)


class DamagedRuns(KeptRunTest):
    """Whatever happened to its files, a run is carried on to the truth, or refused in a sentence."""

    TARGETS = 400
    FORMS = ("jsonl", "csv", "sqlite", "text-file")

    def prepare(self, form, finished):
        self.clear()
        fault = [] if finished else ["--rate", "2000", "--fault", "die@after-output-write:2"]
        done = self.atonce(*self.words(form, *fault))
        self.assertEqual(done.returncode, 0 if finished else -signal.SIGKILL, done.stderr)
        return [path for path in [*(self.folder / "run").iterdir(), *self.folder.glob("rows.*")] if path.stat().st_size]

    def carry_on(self, form, what, values_hold=True):
        done = self.atonce("resume", "run", "-q")
        self.assertIn(done.returncode, (0, 2), f"{what}: {done.stderr}")
        if done.returncode == 2:
            self.assertTrue(done.stderr.startswith("atonce: "), f"{what}: {done.stderr}")
            return False
        try:
            if values_hold:
                self.check(form)
            elif len(rows_of_sqlite(self.folder / "run/results.sqlite")) != self.TARGETS:
                raise Wrong("a row is missing")
        except Wrong as wrong:
            self.fail(f"{what}: {wrong}\n{done.stderr}")
        return True

    def damage_each_file(self, damage, times, sqlite_values_hold=True):
        """`damage(chance, bytes)` gives the bytes that are left. How often the run was carried on, and refused."""
        chance = random.Random(7)
        counts = {True: 0, False: 0}
        for form in self.FORMS:
            for finished in (True, False):
                sound = {path: path.read_bytes() for path in self.prepare(form, finished)}
                for path in sorted(sound):
                    for _ in range(times):
                        self.clear()
                        (self.folder / "run").mkdir()
                        for file, content in sound.items():
                            file.write_bytes(content)
                        left = damage(chance, sound[path])
                        path.write_bytes(left)
                        what = f"{form}, {'finished' if finished else 'killed'}, {path.name}: {len(left)} of {len(sound[path])}"
                        with self.subTest(what):
                            carried_on = self.carry_on(form, what, sqlite_values_hold or ".sqlite" not in path.name)
                            counts[carried_on] += 1
                            if path.name not in ("manifest.json", "journal"):
                                self.assertTrue(carried_on, f"{what}: a result is no reason to refuse")
        return counts

    def test_each_file_may_be_cut_anywhere_in_its_last_64_kib(self):
        counts = self.damage_each_file(lambda chance, sound: sound[:chance.randrange(max(0, len(sound) - 65_536), len(sound))], 6)
        self.assertGreater(counts[True], counts[False])

    def test_a_byte_may_be_flipped_anywhere_in_each_file(self):
        def flip(chance, sound):
            at = chance.randrange(len(sound))
            return sound[:at] + bytes([sound[at] ^ (1 << chance.randrange(8))]) + sound[at + 1:]
        # Results are the user's own: what was changed in them, behind the last checkpoint or before it, is found by digest;
        # but the pages of a database have none, so a bit inside a value goes unnoticed.
        self.damage_each_file(flip, 3, sqlite_values_hold=False)

    def test_results_that_were_taken_away_are_made_anew(self):
        for form in self.FORMS:
            for finished in (True, False):
                for path in self.prepare(form, finished):
                    if path.name.startswith(("results.", "rows.")) and not path.name.endswith(("-wal", "-shm")):
                        with self.subTest(form=form, finished=finished, file=path.name):
                            self.prepare(form, finished)
                            path.unlink()
                            self.assertTrue(self.carry_on(form, path.name))

    def test_a_journal_that_was_taken_away_is_told(self):
        self.prepare("jsonl", False)
        (self.folder / "run/journal").unlink()
        done = self.atonce("resume", "run")
        self.expect_exit(done, 2)
        self.assertIn("journal", done.stderr)

    def test_another_list_another_plan_and_a_newer_format_are_refused(self):
        self.prepare("jsonl", False)
        sound = (self.folder / "run/manifest.json").read_text()
        words = self.words("jsonl")
        cases = {
            "another plan": (words + ["--resume", "-p", "80"], None, None),
            "another time-out": (words + ["--resume", "--connect-timeout", "77ms"], None, None),
            "another list": (words + ["--resume"], None, "another.example\n" * 3),
            "a newer format": (["resume", "run"], json.dumps({**json.loads(sound), "format": 99}), None),
            "the same command without --resume": (words, None, None),
        }
        targets = (self.folder / "list").read_text()
        before = (self.folder / "run/journal").read_bytes()
        for case, (command, manifest, changed) in cases.items():
            with self.subTest(case):
                (self.folder / "run/manifest.json").write_text(manifest or sound)
                (self.folder / "list").write_text(changed or targets)
                done = self.atonce(*command)
                self.expect_exit(done, 2)
                self.assertTrue(done.stderr.startswith("atonce: "), done.stderr)
                self.assertEqual((self.folder / "run/journal").read_bytes(), before)
        (self.folder / "run/manifest.json").write_text(sound)
        (self.folder / "list").write_text(targets)
        self.assertTrue(self.carry_on("jsonl", "as it was"))

    def test_a_folder_that_was_moved_is_carried_on(self):
        self.prepare("jsonl", False)
        shutil.move(self.folder / "run", self.folder / "moved")
        done = self.atonce("resume", "moved", "-q")
        self.expect_exit(done, 0)
        shutil.move(self.folder / "moved", self.folder / "run")
        self.check("jsonl")


if __name__ == "__main__":
    unittest.main()
