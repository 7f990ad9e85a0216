"""Runs that are kept: shown, listed, compared, and carried on."""

import json
import os
import shutil
import signal
import time
import unittest

from program import ENDLESS, ProgramTest, account_of, csv_rows_of, names, rows_of, run, start

PATIENT = ["--connect-timeout", "400ms", "--dns-timeout", "300ms"]


class RunFolders(ProgramTest):
    def setUp(self):
        super().setUp()
        self.state = {"XDG_STATE_HOME": str(self.folder / "state")}
        self.list = self.write("list.txt", "\n".join(names(300)) + "\n")

    def keep(self, name, *options, world="calm,dns=1ms", **how):
        folder = self.folder / name
        done = run("probe", self.list, "--run", folder, f"--world={world}", *PATIENT, *options, env=self.state, **how)
        self.assertIn(done.returncode, (0, 3), done.stderr)
        return folder, done

    def show(self, *words):
        return run("show", *words, env=self.state)

    def test_a_kept_run_is_shown_as_it_was_told_at_its_end(self):
        folder, done = self.keep("one", "--json")
        shown = self.show(folder)
        self.expect_exit(shown, 0)
        self.assertEqual(account_of(shown.stdout), account_of(done.stderr))
        told = done.stderr[done.stderr.index("probe of"):]
        self.assertEqual(shown.stdout.splitlines()[0], told.splitlines()[0])
        self.assertIn("the account balances", shown.stdout)
        self.assertEqual(sorted((folder / "results.jsonl").read_text().splitlines()), sorted(done.stdout.splitlines()))

    def test_every_try_of_a_silent_target_stands_on_one_time_line(self):
        folder, _ = self.keep("one", "--confirm", 1)
        rows = rows_of((folder / "results.jsonl").read_text())
        silent = next(row for row in rows if row["verdict"] == "timeout")
        shown = self.show(folder, "--target", silent["target"])
        self.expect_exit(shown, 0)
        self.assertIn(f"{silent['target']}:443, line {silent['line']} of list.txt: timeout", shown.stdout)
        self.assertIn("lap 1", shown.stdout)
        self.assertIn("lap 2", shown.stdout)
        self.assertIn("not settled: to be tried again", shown.stdout)
        self.assertEqual(shown.stdout.count("ours meanwhile: loop late by"), 2)

    def test_a_target_that_is_not_in_the_list_is_told(self):
        folder, _ = self.keep("one")
        self.expect_exit(self.show(folder, "--target", "not.there.example"), 2)
        self.assertIn("has no target", self.show(folder, "--target", "not.there.example").stderr)
        self.assertNotIn("\x1b", self.show(folder, "--target", "\x1b[2J").stderr)

    def test_runs_are_listed_the_newest_first(self):
        self.assertIn("no run was kept", run("runs", env=self.state).stderr)
        for count in (20, 30):
            done = run("probe", self.list, "-n", count, "--format", "none", "--world=fast", env=self.state)
            self.expect_exit(done, 0)
            self.assertIn("this run is kept in", done.stderr)
            time.sleep(1.1)  # Folders are named by the second.
        rows = json.loads(run("runs", "--json", env=self.state).stdout)
        self.assertEqual([row["settled"] for row in rows], [30, 20])
        self.assertEqual({row["state"] for row in rows}, {"complete"})
        self.assertEqual(rows[0]["input"], "list.txt")
        (self.folder / "state/atonce/runs/99999999-odd").mkdir()
        listed = run("runs", env=self.state)
        self.expect_exit(listed, 0)
        self.assertIn("unreadable", listed.stdout)
        self.assertIn("30 of 30", listed.stdout)

    def test_two_worlds_differ_where_their_truths_do(self):
        before, _ = self.keep("before", world="calm,dns=1ms,seed=1")
        after, _ = self.keep("after", world="calm,dns=1ms,seed=2")
        done = run("diff", before, after, "--json")
        self.expect_exit(done, 0)
        report = json.loads(done.stdout)
        self.assertEqual(report["counts"]["in_both"], 300)
        was, now = ({row["target"]: row["verdict"] for row in rows_of((folder / "results.jsonl").read_text())}
                    for folder in (before, after))
        ours = ("dns_failure", "dns_timeout", "dns_refused", "dns_invalid")
        expected = {name for name in was if was[name] != now[name] and was[name] not in ours and now[name] not in ours}
        changed = {change["target"].rpartition(":")[0] for change in report["changes"]}
        self.assertLessEqual(changed, expected)
        self.assertEqual(len(changed) + report["counts"]["unsure"], len(expected))
        self.assertGreater(report["counts"]["closed"], 0)
        table = run("diff", before, after)
        self.assertRegex(table.stdout, r"(?m)^closed +open -> closed ")
        self.assertIn("noise", table.stdout)

    def test_a_run_does_not_differ_from_itself(self):
        folder, _ = self.keep("one")
        counts = json.loads(run("diff", folder, folder, "--json").stdout)["counts"]
        self.assertEqual(counts["same"] + counts["unknown"], 300)
        self.assertEqual(counts["only_before"] + counts["only_after"] + counts["opened"] + counts["vanished"], 0)

    def test_what_is_no_run_is_told_with_2(self):
        folder, _ = self.keep("one", "--format", "none")
        newer = json.loads((folder / "manifest.json").read_text())
        cases = {"nowhere": None, "empty": {}, "newer": {"manifest.json": json.dumps({**newer, "format": 999}).encode()},
                 "odd": {"manifest.json": b"\xff{"},
                 "damaged": {"manifest.json": (folder / "manifest.json").read_bytes(), "journal": b"x" * 4096}}
        for name, files in cases.items():
            path = self.folder / name
            if files is not None:
                path.mkdir()
                for file, content in files.items():
                    (path / file).write_bytes(content)
            for words in (["show", path], ["resume", path], ["diff", folder, path], ["diff", path, folder],
                          ["show", path, "--target", "a.example"]):
                with self.subTest(case=name, command=words[0]):
                    done = run(*words)
                    self.expect_exit(done, 2)
                    self.assertTrue(done.stderr.startswith("atonce: "), done.stderr)

    def test_a_changed_list_is_refused(self):
        folder, _ = self.keep("one", "--format", "none")
        self.list.write_text("another.example\n")
        for words in (["resume", folder], ["show", folder, "--target", "another.example"], ["diff", folder, folder]):
            self.expect_exit(run(*words), 2)

    def start_endless(self, folder, *words, **how):
        program = start("probe", *words, "--run", folder, "--json", *ENDLESS, start_new_session=True,
                        env={**os.environ, **self.state}, **how)
        self.addCleanup(self.end, program)
        return program

    @staticmethod
    def end(program):
        if program.poll() is None:
            program.kill()
        program.communicate()

    def test_a_second_process_on_the_same_run_is_refused_at_once(self):
        folder = self.folder / "one"
        program = self.start_endless(folder, self.list)
        program.stdout.readline()
        since = time.monotonic()
        second = run("resume", folder)
        self.assertLess(time.monotonic() - since, 1)
        self.expect_exit(second, 2)
        self.assertIn(str(program.pid), second.stderr)
        self.assertEqual(json.loads(run("runs", "--json", env=self.state).stdout), [])
        shown = self.show(folder)  # Only reads.
        self.expect_exit(shown, 0)
        self.assertIn("the run is going on", shown.stderr)

    def expect_each_line_once(self, folder):
        rows = rows_of((folder / "results.jsonl").read_text())
        self.assertEqual(sorted(row["line"] for row in rows), list(range(1, 301)))

    def test_a_run_that_was_interrupted_is_carried_on(self):
        for number in (signal.SIGINT, signal.SIGKILL):
            with self.subTest(signal=number):
                folder = self.folder / f"run{number}"
                words = ["probe", str(self.list), "--run", str(folder), "--json", "--rate", "300",
                         "--world=calm,dns=1ms", *PATIENT]
                program = start(*words, env={**os.environ, **self.state})
                self.addCleanup(self.end, program)
                for _ in range(60):
                    program.stdout.readline()
                program.send_signal(number)
                program.communicate(timeout=60)
                self.assertNotEqual(program.returncode, 0)
                shown = self.show(folder)
                self.assertIn(f"atonce resume {folder}", shown.stderr)
                early = sum(account_of(shown.stdout).values())
                self.assertGreaterEqual(early, 60, "a row was seen whose verdict is not kept")
                done = run("resume", folder, "--rate", "5000")
                self.assertIn(done.returncode, (0, 3), done.stderr)
                self.expect_balance(done.stderr, 300)
                self.expect_each_line_once(folder)
                again = run(*words, "--resume")
                self.assertIn(again.returncode, (0, 3), again.stderr)
                self.expect_each_line_once(folder)
                self.assertIn("300 read = 300 verdicts", self.show(folder).stdout)

    def test_a_list_from_a_pipe_is_kept_with_the_run(self):
        folder = self.folder / "one"
        done = run("probe", "-", "--run", folder, "--csv", "--world=calm,dns=1ms", *PATIENT, stdin=self.list.read_bytes(),
                   env=self.state)
        self.assertIn(done.returncode, (0, 3), done.stderr)
        self.assertEqual(len(csv_rows_of((folder / "results.csv").read_text())), 300)
        self.list.unlink()
        name = csv_rows_of(done.stdout)[0]["target"]
        moved = shutil.move(folder, self.folder / "moved")
        self.assertIn(f"{name}:443", self.show(moved, "--target", name).stdout)

    def test_the_same_command_finds_its_latest_run_again(self):
        words = ["probe", self.list, "--format", "none", "--world=fast", *PATIENT]
        self.expect_exit(run(*words, "--resume", env=self.state), 2)
        self.expect_exit(run(*words, env=self.state), 0)
        done = run(*words, "--resume", env=self.state)
        self.expect_exit(done, 0)
        self.assertIn("complete already", done.stderr)
        self.assertEqual(len(json.loads(run("runs", "--json", env=self.state).stdout)), 1)

    def test_nothing_is_kept_where_nothing_is_wanted(self):
        done = run("probe", self.list, "--no-run", "--format", "none", "--world=fast", *PATIENT, env=self.state)
        self.expect_exit(done, 0)
        self.assertFalse((self.folder / "state").exists())


if __name__ == "__main__":
    unittest.main()
