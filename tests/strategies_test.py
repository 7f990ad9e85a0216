"""The same work in every way, under limits, and with parts of it dying."""

import ctypes
import os
import signal
import struct
import unittest

from program import (ATONCE, TOP_LIST, WORLD, ProgramTest, account_of, names, rows_of, run, start, truth_of)

SPEC = WORLD[0].removeprefix("--world=")


def forbid_io_uring():
    """A seccomp filter, as containers have it: io_uring_setup(2) gives EPERM."""
    load, jump_equal, give_back = 0x20, 0x15, 0x06
    io_uring_setup, allow, errno = 425, 0x7FFF0000, 0x00050000
    program = b"".join(struct.pack("HBBI", *row) for row in (
        (load, 0, 0, 0), (jump_equal, 0, 1, io_uring_setup), (give_back, 0, 0, errno | 1), (give_back, 0, 0, allow)))
    libc = ctypes.CDLL(None, use_errno=True)
    bytes_of_program = ctypes.create_string_buffer(program)
    filter_of_it = ctypes.create_string_buffer(struct.pack("H6xP", 4, ctypes.addressof(bytes_of_program)))
    if libc.prctl(38, 1, 0, 0, 0) != 0 or libc.prctl(22, 2, filter_of_it, 0, 0) != 0:
        os._exit(77)


class Strategies(ProgramTest):
    def expect_truth(self, done, truth):
        self.expect_exit(done, 0)
        self.expect_balance(done.stderr, len(truth))
        said = {(row["line"], row["port"]): row["verdict"] for row in rows_of(done.stdout)}
        self.assertEqual({key: said.get(key) for key in truth}, truth)

    def test_two_thousand_names_have_their_right_verdicts_with_loops_and_with_threads(self):
        self.need_private_network()
        first = b"".join(TOP_LIST.read_bytes().splitlines(keepends=True)[:2_000])
        listed = self.write("list.csv", first)
        truth = truth_of(SPEC, listed)
        for strategy in ("async", "threads:200"):
            with self.subTest(strategy=strategy):
                self.expect_truth(run("probe", listed, "--json", "--strategy", strategy, *WORLD), truth)

    def test_with_64_descriptors_the_verdicts_are_the_same(self):
        self.need_private_network()
        listed = self.write("list.txt", "\n".join(names(400)))
        probe = f"ulimit -n 64; exec '{ATONCE}' probe '{listed}' --json {' '.join(WORLD[1:])}"
        done = run("world", SPEC, "--", "sh", "-c", probe)  # The world itself needs a few hundred.
        self.expect_truth(done, truth_of(SPEC, listed))

    def test_where_io_uring_is_forbidden_it_says_so_once_and_runs_on_epoll(self):
        self.need_private_network()
        listed = self.write("list.txt", "\n".join(names(100)))
        done = run("probe", listed, "--json", "--engine", "ring", *WORLD, preexec=forbid_io_uring)
        if done.returncode == 77:
            self.skipTest("no seccomp filter can be set here")
        told = [line for line in done.stderr.splitlines() if "io_uring" in line]
        self.assertEqual(len(told), 1, done.stderr)
        self.assertIn("running on epoll", told[0])
        self.expect_truth(done, truth_of(SPEC, listed))

    def test_the_death_of_a_worker_costs_its_target_and_nothing_else(self):
        listed = names(300)
        program = start("probe", *listed, "--json", "--strategy", "processes:4", *WORLD)
        with program:
            first = program.stdout.readline()
            children = self.children_of(program.pid)
            os.kill(children[-1], signal.SIGKILL)  # The world is the first child.
            rest, stderr = program.communicate(timeout=60)
            stderr = stderr.decode()
        self.assertEqual(program.returncode, 0, stderr)
        self.expect_balance(stderr, 300)
        rows = rows_of((first + rest).decode())
        self.assertEqual(sorted(row["line"] for row in rows), list(range(1, 301)))
        self.assertLessEqual(account_of(stderr).get("local_error", 0), 1)

    def test_the_death_of_every_worker_is_told_and_no_row_is_made_up(self):
        listed = names(300)
        program = start("probe", *listed, "--json", "--strategy", "processes:3", *WORLD)
        with program:
            first = program.stdout.readline()
            for child in self.children_of(program.pid)[1:]:
                os.kill(child, signal.SIGKILL)
            rest, stderr = program.communicate(timeout=60)
        self.assertEqual(program.returncode, 6, stderr)
        self.assertIn(b"every worker process died", stderr)
        rows = rows_of((first + rest).decode())
        self.assertEqual(len({row["line"] for row in rows}), len(rows))

    @staticmethod
    def children_of(pid):
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
            return [int(word) for word in file.read().split()]


if __name__ == "__main__":
    unittest.main()
