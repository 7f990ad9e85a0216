"""How a run ends when it is told to."""

import os
import signal
import time
import unittest

from program import ENDLESS, ProgramTest, account_of, names, rows_of, start

# Silence lasts for half a minute here, so whoever ends much sooner was stopped.
SOON_S = 15
STRATEGIES = ("async", "threads:20", "processes:5")


class Signals(ProgramTest):
    def start_endless(self, strategy, count=400):
        program = start("probe", *names(count), "--json", "--strategy", strategy, *ENDLESS, start_new_session=True)
        self.addCleanup(self.end, program)
        self.first = program.stdout.readline()  # It runs.
        return program

    @staticmethod
    def end(program):
        if program.poll() is None:
            program.kill()
        program.communicate()

    def expect_a_clean_end(self, program, count=400):
        since = time.monotonic()
        rest, stderr = program.communicate(timeout=60)
        stderr = stderr.decode()
        self.assertLess(time.monotonic() - since, SOON_S)
        self.assertEqual(program.returncode, 4, stderr)
        rows = rows_of((self.first + rest).decode())
        account = account_of(stderr)
        self.assertIn("the account balances", stderr)
        self.assertLessEqual(sum(account.values()), count)
        self.assertEqual(len(rows), sum(account.values()) - account.get("unfinished", 0))
        self.assertEqual(len({row["line"] for row in rows}), len(rows))

    def test_one_interrupt_drains_and_prints_the_account(self):
        for strategy in STRATEGIES:
            with self.subTest(strategy=strategy):
                program = self.start_endless(strategy)
                program.send_signal(signal.SIGINT)
                self.expect_a_clean_end(program)

    def test_ctrl_c_of_a_terminal_goes_to_every_process_and_ends_the_same(self):
        for strategy in STRATEGIES:
            with self.subTest(strategy=strategy):
                program = self.start_endless(strategy)
                os.killpg(program.pid, signal.SIGINT)
                self.expect_a_clean_end(program)

    def test_terminate_and_hang_up_end_the_same(self):
        for number in (signal.SIGTERM, signal.SIGHUP):
            for strategy in STRATEGIES:
                with self.subTest(signal=number, strategy=strategy):
                    program = self.start_endless(strategy)
                    os.killpg(program.pid, number)
                    self.expect_a_clean_end(program)

    def test_two_interrupts_end_it_at_once_and_the_rows_are_whole(self):
        program = self.start_endless("async")
        program.send_signal(signal.SIGINT)
        time.sleep(0.1)
        program.send_signal(signal.SIGINT)
        self.expect_a_clean_end(program)

    def test_a_third_interrupt_does_not_wait_for_anything(self):
        program = self.start_endless("async")
        since = time.monotonic()
        for _ in range(3):
            program.send_signal(signal.SIGINT)
            time.sleep(0.05)
        program.communicate(timeout=60)
        self.assertEqual(program.returncode, 4)
        self.assertLess(time.monotonic() - since, SOON_S)

    def test_nobody_is_left_behind(self):
        program = self.start_endless("processes:5")
        with open(f"/proc/{program.pid}/task/{program.pid}/children", encoding="ascii") as file:
            children = [int(word) for word in file.read().split()]
        self.assertGreaterEqual(len(children), 5)
        program.kill()
        program.communicate()
        until = time.monotonic() + SOON_S
        while any(map(self.lives, children)) and time.monotonic() < until:
            time.sleep(0.02)
        self.assertEqual([child for child in children if self.lives(child)], [])

    @staticmethod
    def lives(pid):
        try:
            with open(f"/proc/{pid}/stat", encoding="ascii") as file:
                return file.read().rpartition(")")[2].split()[0] != "Z"
        except OSError:
            return False


if __name__ == "__main__":
    unittest.main()
