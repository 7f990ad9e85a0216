"""The same verdicts at any speed: 8,192 hosts that are half open, a quarter refusing and a quarter silent, 50 ms away."""

import json
import subprocess
import sys
import unittest
from pathlib import Path

from program import ATONCE, run

COUNT = 8_192
FIRST = 0x0A800000  # 10.128.0.0/9: each address has its fate by the shares of the world
PACES = (["-c", "500", "--connect-timeout", "1500ms"], ["-c", "8000"], [])  # the last: atonce finds its own


def addresses(turn):
    """Others each time: nobody meets a host that was asked before."""
    return [".".join(str(FIRST + turn * COUNT + i >> shift & 255) for shift in (24, 16, 8, 0)) for i in range(COUNT)]


def probe(world, hosts, options):
    """What is wrong with the run, and each verdict with whether it is unsure, in the order of the list."""
    done = run("probe", "-", f"--world={world}", "--no-run", "--json", "-q", *options, stdin="\n".join(hosts))
    if done.returncode not in (0, 3):
        return f"exit code {done.returncode}: {done.stderr}", []
    rows = {row["line"]: row for row in map(json.loads, done.stdout.splitlines())}
    if len(rows) != COUNT or len(done.stdout.splitlines()) != COUNT:
        return f"{len(rows)} of {COUNT} lines have a row", []
    return "", [(rows[line]["verdict"], bool(rows[line]["unsure"])) for line in range(1, COUNT + 1)]


def truth_of(world, hosts):
    out = subprocess.run([ATONCE, "world", world, "--truth", "-"], input="\n".join(hosts), stdout=subprocess.PIPE, timeout=60, check=True, text=True).stdout
    return [json.loads(line)["verdict"] for line in out.splitlines()]


@unittest.skipUnless(Path("/dev/net/tun").exists(), "there is no /dev/net/tun, so no world that is far away")
class TrustTest(unittest.TestCase):
    def hold(self, world, turn, options):
        hosts = addresses(turn)
        trouble, got = probe(world, hosts, options)
        self.assertEqual("", trouble)
        wrong = [(host, verdict, right, unsure) for host, (verdict, unsure), right in zip(hosts, got, truth_of(world, hosts)) if verdict != right]
        self.assertEqual([], [one for one in wrong if not one[3]], f"wrong and sure, in {world} with {options}")
        return wrong

    def test_without_loss_no_open_host_is_called_dead_at_any_pace(self):
        for turn, options in enumerate(PACES):
            with self.subTest(options=options):
                self.assertEqual([], self.hold("far-half", turn, options))

    def test_with_two_percent_loss_whoever_is_called_dead_wrongly_is_called_so_unsurely(self):
        for turn, options in enumerate(PACES[1:]):
            with self.subTest(options=options):
                self.assertLessEqual(len(self.hold("far-half,loss=2%", turn, options)), 1)


if __name__ == "__main__":
    sys.exit(unittest.main())
