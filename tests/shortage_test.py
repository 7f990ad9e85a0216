"""A machine that is short of something: a run is slower there, and complete, and each verdict is right."""

import os
import subprocess
import sys
import unittest
from pathlib import Path

from kept import KeptRunTest
from program import PATIENCE_S

SHORT_OF = Path(__file__).with_name("short_of.py")
STRATEGIES = ("async", "threads:200", "processes:200")


class Shortages(KeptRunTest):
    TARGETS = 600
    WORLD = "calm,dns=1ms"

    def setUp(self):
        super().setUp()
        self.need_private_network()
        self.folder.chmod(0o777)

    def probe_short_of(self, *shortage, options=(), world=None, patience=PATIENCE_S):
        """The run of the list in a world that is not short of anything."""
        self.clear()
        words = ["probe", "list", "--run", "run", "--json", "--connect-timeout", "400ms", "--dns-timeout", "400ms",
                 "--confirm", "1", *options]
        return subprocess.run([self.program, "world", world or self.WORLD, "--", sys.executable, "-B", SHORT_OF, *shortage,
                               "--", self.program, *words], cwd=self.folder, stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, timeout=patience, check=False)

    def expect_all_right(self, done):
        self.assertIn(done.returncode, (0, 3), done.stderr)
        self.assertIn("the account balances", done.stderr)
        self.check("jsonl")

    def test_sixty_four_descriptors_are_enough(self):
        for strategy in STRATEGIES:
            with self.subTest(strategy=strategy):
                self.expect_all_right(self.probe_short_of("--files", "64", options=["--strategy", strategy]))

    def test_half_a_gibibyte_of_memory_is_enough(self):
        for strategy in STRATEGIES:
            with self.subTest(strategy=strategy):
                self.expect_all_right(self.probe_short_of("--memory", "512", options=["--strategy", strategy]))

    def test_sixty_four_processes_are_enough(self):
        if os.geteuid() != 0:
            self.skipTest("the limit counts all processes of a user; only root can become one that has none")
        for strategy in STRATEGIES:
            with self.subTest(strategy=strategy):
                self.expect_all_right(self.probe_short_of("--processes", "64", options=["--strategy", strategy]))

    def test_no_io_uring_is_no_trouble(self):
        for options in (["--strategy", "async"], ["--strategy", "async", "-c", "5000"]):
            with self.subTest(options=options):
                done = self.probe_short_of("--no-io-uring", options=options)
                self.expect_all_right(done)
                self.assertIn("async on epoll", done.stderr)

    def test_io_uring_that_was_asked_for_and_is_blocked_is_told(self):
        done = self.probe_short_of("--no-io-uring", options=["--engine", "ring"])
        self.expect_all_right(done)
        self.assertRegex(done.stderr, "atonce: io_uring is forbidden here .*; running on epoll")

    def test_a_hundred_ports_for_a_thousand_connections_to_one_host_are_enough(self):
        far = "far-open,rtt=60ms"  # On loopback a connection is over before the next one wants its port.
        self.make_list(["10.16.0.7"] * 1_000, far)
        for strategy in STRATEGIES:
            with self.subTest(strategy=strategy):
                done = self.probe_short_of("--ports", "100", world=far, options=[
                    "--strategy", strategy, "--per-address", "0", "--per-network", "0"])
                if "/dev/net/tun" in done.stderr:
                    self.skipTest(done.stderr.strip())
                self.expect_all_right(done)
                self.assertRegex(done.stderr, r"shortages of this machine, each waited out and tried again: [\d,]{2,}")

    def test_a_hundred_ports_for_names_and_hosts_are_enough(self):
        for strategy in STRATEGIES:
            with self.subTest(strategy=strategy):
                self.expect_all_right(self.probe_short_of("--ports", "100", options=["--strategy", strategy]))

    def test_everything_short_at_once_is_enough(self):
        processes = ["--processes", "64"] if os.geteuid() == 0 else []
        for strategy in STRATEGIES:
            with self.subTest(strategy=strategy):
                self.expect_all_right(self.probe_short_of(
                    "--files", "64", "--memory", "512", "--ports", "100", "--no-io-uring", *processes,
                    options=["--strategy", strategy]))


if __name__ == "__main__":
    unittest.main()
