"""Runs that stand still, and runs that are told to end: what they say stays true, and the rest is found out later."""

import fcntl
import json
import os
import pty
import signal
import subprocess
import termios
import time
import unittest

from kept import KeptRunTest, lines_settled
from program import ENDLESS

STRATEGIES = ("async", "async --engine epoll", "threads:50", "processes:20")


class Stopped(KeptRunTest):
    """Much longer than every time-out, in the middle of a run."""

    TARGETS = 600
    WORLD = "calm,dns=1ms"
    PATIENT = ["--connect-timeout", "500ms", "--dns-timeout", "500ms"]

    def start(self, form, *options):
        words = [word for word in self.words(form, *self.PATIENT, *options) if word != "-q"]
        program = subprocess.Popen([self.program, *words], cwd=self.folder, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, start_new_session=True)
        self.addCleanup(self.end, program)
        return program

    @staticmethod
    def end(program):
        if program.poll() is None:
            os.killpg(program.pid, signal.SIGKILL)
        program.communicate()

    def wait_until_rows(self, count):
        until = time.monotonic() + 60
        while len(lines_settled(self.folder / "run")) < count:
            self.assertLess(time.monotonic(), until, "the run does not get on")
            time.sleep(0.01)

    def test_a_run_that_stood_still_for_longer_than_every_time_out_finds_the_truth_and_says_so(self):
        for strategy in STRATEGIES:
            with self.subTest(strategy=strategy):
                self.clear()
                program = self.start("csv", "--rate", "400", "--strategy", *strategy.split())
                self.wait_until_rows(100)
                # The world is stopped too, as by a laptop that sleeps.
                os.killpg(program.pid, signal.SIGSTOP)
                time.sleep(3)
                os.killpg(program.pid, signal.SIGCONT)
                _, said = program.communicate(timeout=120)
                self.assertIn(program.returncode, (0, 3), said)
                self.check("csv")
                self.assertRegex(said, r"this program was stopped for (2\.9|3)")

    def test_a_run_whose_own_process_alone_stood_still_finds_the_truth(self):
        program = self.start("jsonl", "--rate", "400")
        self.wait_until_rows(100)
        program.send_signal(signal.SIGSTOP)
        time.sleep(3)
        program.send_signal(signal.SIGCONT)
        _, said = program.communicate(timeout=120)
        self.assertIn(program.returncode, (0, 3), said)
        self.check("jsonl")
        self.assertRegex(said, r"this program was stopped for (2\.9|3)")

    def test_a_run_that_stood_still_again_and_again_ends_with_the_truth(self):
        program = self.start("sqlite", "--rate", "400")
        for count in (60, 150, 300):
            self.wait_until_rows(count)
            os.killpg(program.pid, signal.SIGSTOP)
            time.sleep(1.2)
            os.killpg(program.pid, signal.SIGCONT)
        _, said = program.communicate(timeout=120)
        self.assertIn(program.returncode, (0, 3), said)
        self.check("sqlite")


class ToldToEnd(KeptRunTest):
    """However a run is told to end, what it found out is kept, and it is carried on to the truth."""

    TARGETS = 400
    WORLD = "fast"

    def end_by(self, form, stop, *options):
        words = [word for word in self.words(form, "--rate", "500", *options) if word != "-q"]
        outside, inside = pty.openpty()
        program = subprocess.Popen([self.program, *words], cwd=self.folder, stdin=inside, stdout=subprocess.DEVNULL,
                                   stderr=inside, start_new_session=True,
                                   preexec_fn=lambda: fcntl.ioctl(2, termios.TIOCSCTTY, 0))
        os.close(inside)
        terminal = os.fdopen(outside, "rb", buffering=0)
        try:
            until = time.monotonic() + 60
            while len(lines_settled(self.folder / "run")) < 50 and time.monotonic() < until:
                time.sleep(0.01)
            stop(program, terminal)
            return program.wait(60)
        finally:
            terminal.close()
            if program.poll() is None:
                os.killpg(program.pid, signal.SIGKILL)
                program.wait()

    def expect_carried_on(self, form):
        early = lines_settled(self.folder / "run")
        self.assertGreaterEqual(len(early), 50)
        self.assertLess(len(early), self.TARGETS)
        done = self.atonce("resume", "run")
        self.expect_exit(done, 0)
        self.assertIn("carrying on the run in", done.stderr)
        self.check(form)

    def test_terminate_interrupt_and_hang_up_leave_a_run_that_is_carried_on(self):
        for number, form in zip((signal.SIGTERM, signal.SIGINT, signal.SIGHUP), ("csv", "sqlite", "text-file")):
            for strategy in ("async", "threads:20", "processes:5"):
                with self.subTest(signal=number.name, strategy=strategy):
                    self.clear()
                    code = self.end_by(form, lambda program, _, number=number: os.killpg(program.pid, number), "--strategy",
                                       strategy)
                    self.assertEqual(code, 4)
                    self.expect_carried_on(form)

    def test_a_terminal_that_is_closed_leaves_a_run_that_is_carried_on(self):
        for form in ("jsonl", "sqlite"):
            with self.subTest(form=form):
                self.clear()
                self.assertEqual(self.end_by(form, lambda _, terminal: terminal.close()), 4)
                self.expect_carried_on(form)

    def test_three_interrupts_at_once_leave_a_run_that_is_carried_on(self):
        def interrupt(program, _):
            for _ in range(3):
                program.send_signal(signal.SIGINT)
                time.sleep(0.02)

        self.assertEqual(self.end_by("csv", interrupt), 4)
        self.expect_carried_on("csv")


class TwoAtOnce(KeptRunTest):
    WORLD = "mixed,dns=1ms"
    TARGETS = 200

    def test_a_second_process_is_refused_within_a_second_however_it_comes(self):
        words = ["probe", "list", "--run", "run", *ENDLESS, "--json"]
        first = subprocess.Popen([self.program, *words], cwd=self.folder, stdin=subprocess.DEVNULL,
                                 stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.addCleanup(first.communicate)
        self.addCleanup(first.kill)
        first.stdout.readline()
        before = json.loads((self.folder / "run/manifest.json").read_text())
        for second in (["resume", "run"], words + ["--resume"], words):
            with self.subTest(words=second[:1]):
                since = time.monotonic()
                done = self.atonce(*second)
                self.assertLess(time.monotonic() - since, 1)
                self.expect_exit(done, 2)
                self.assertIn(f"another atonce (pid {first.pid})", done.stderr)
        self.assertEqual(json.loads((self.folder / "run/manifest.json").read_text()), before)
        self.assertIsNone(first.poll())


if __name__ == "__main__":
    unittest.main()
