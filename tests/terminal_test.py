"""What a person sees on a terminal."""

import os
import pty
import re
import select
import signal
import struct
import termios
import time
import fcntl
import unittest

from program import ATONCE, ENDLESS, WORLD, ProgramTest, names

COLOUR = re.compile(rb"\x1b\[[\d;]*m")
STEERING = re.compile(rb"\x1b\[[\d;?]*[A-Za-z]")
SOON_S = 15


class Terminal(ProgramTest):
    def start_on_terminal(self, *args, env=None):
        """Starts atonce with a terminal of 100 columns on all three ends."""
        pid, terminal = pty.fork()
        if pid == 0:
            os.environ.pop("NO_COLOR", None)
            os.environ.update({"TERM": "xterm-256color", **(env or {})})
            os.execv(ATONCE, [ATONCE, *map(str, args)])
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 100, 0, 0))
        self.addCleanup(self.end, pid)
        return pid, terminal

    def end(self, pid):
        try:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        except (ProcessLookupError, ChildProcessError):
            pass

    def read_to_end(self, terminal, patience_s=60, until=None):
        shown = b""
        give_up = time.monotonic() + patience_s
        while time.monotonic() < give_up and (until is None or until not in shown):
            if not select.select([terminal], [], [], 0.2)[0]:
                continue
            try:
                chunk = os.read(terminal, 65_536)
            except OSError:  # The other end is closed.
                return shown
            if not chunk:
                return shown
            shown += chunk
        return shown

    def exit_of(self, pid, patience_s=SOON_S):
        give_up = time.monotonic() + patience_s
        while time.monotonic() < give_up:
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                return os.waitstatus_to_exitcode(status)
            time.sleep(0.02)
        self.fail("it still runs")

    def test_progress_appears_while_it_runs_and_is_erased_before_the_account(self):
        listed = self.write("list.txt", "\n".join(names(120)))
        pid, terminal = self.start_on_terminal("probe", listed, "--rate", "60/s", "--format", "none", *WORLD)
        shown = self.read_to_end(terminal)
        self.assertEqual(self.exit_of(pid), 0)
        before, account, _ = shown.rpartition(b"probe of 120 targets")
        self.assertTrue(account, shown[-500:])
        self.assertRegex(before, rb"\d+ %|in flight|/s")
        last_erasure = max(before.rfind(b"\x1b[J"), before.rfind(b"\x1b[0J"), before.rfind(b"\x1b[K"),
                           before.rfind(b"\x1b[2K"))
        self.assertGreater(last_erasure, 0)
        self.assertEqual(STEERING.sub(b"", before[last_erasure:]).strip(), b"", "something was left on the screen")

    def test_no_color_means_no_colour(self):
        pid, terminal = self.start_on_terminal("probe", "127.1.0.1", "127.2.0.1", *WORLD, env={"NO_COLOR": "1"})
        self.assertNotRegex(self.read_to_end(terminal), COLOUR)
        self.assertEqual(self.exit_of(pid), 0)

    def test_without_no_color_a_terminal_has_colour(self):
        pid, terminal = self.start_on_terminal("probe", "127.1.0.1", "127.2.0.1", *WORLD)
        self.assertRegex(self.read_to_end(terminal), COLOUR)
        self.assertEqual(self.exit_of(pid), 0)

    def test_control_bytes_of_a_list_never_reach_the_terminal(self):
        listed = self.write("list.txt", b"a\x1b]0;owned\x07.com\nb\x00c.com\nd\x9b31m.com\n\x1b[2Jx.com,\xe2\x80\xae\n")
        pid, terminal = self.start_on_terminal("probe", listed, "-v", *WORLD, env={"NO_COLOR": "1"})
        shown = self.read_to_end(terminal)
        self.assertEqual(self.exit_of(pid), 0)
        for forbidden in (b"\x1b]", b"\x07", b"\x00", b"\x9b", b"\x1b[2J", b"\xe2\x80\xae"):
            self.assertNotIn(forbidden, shown)
        self.assertIn(b"Invalid input", shown)

    def test_a_terminal_that_goes_away_ends_the_run(self):
        for strategy in ("async", "processes:5"):
            with self.subTest(strategy=strategy):
                rows = self.folder / f"{strategy}.jsonl"
                listed = self.write("list.txt", "\n".join(names(200)))
                pid, terminal = self.start_on_terminal("probe", listed, "--json", "-o", rows, "--strategy", strategy,
                                                       *ENDLESS)
                give_up = time.monotonic() + 60
                while (not rows.exists() or rows.stat().st_size == 0) and time.monotonic() < give_up:
                    time.sleep(0.02)
                os.close(terminal)
                self.assertEqual(self.exit_of(pid), 4)
                self.assertTrue(rows.read_text().endswith("}\n"), "the last row is whole")

    def test_ctrl_c_typed_at_the_terminal_prints_the_account(self):
        listed = self.write("list.txt", "\n".join(names(200)))
        pid, terminal = self.start_on_terminal("probe", listed, *ENDLESS)
        self.read_to_end(terminal, until=b"Done socket")
        os.write(terminal, b"\x03")
        self.assertIn(b"the account balances", self.read_to_end(terminal, SOON_S))
        self.assertEqual(self.exit_of(pid), 4)


if __name__ == "__main__":
    unittest.main()
