"""atonce compare --peer: another program does the same work in the same rounds."""

import json
import os
import signal
import subprocess
import sys
import time
import unittest

from http_server import ServerTest
from program import ATONCE, PATIENCE_S, SOURCE, run

PEERS = SOURCE / "examples" / "peers"


def is_running(process):
    """False for one that has ended, also where nobody has waited for it."""
    try:
        with open(f"/proc/{process}/status", encoding="utf-8") as status:
            return not any(line.startswith("State:") and line.split()[1] in "ZX" for line in status)
    except OSError:
        return False


class Peers(ServerTest):
    def setUp(self):
        super().setUp()
        paths = ["status/200", "status/404", "page", "status/503"]
        self.urls = [f"{self.url}/{path}" for path in paths]
        self.list = self.write("urls.txt", "\n".join(self.urls) + "\n")

    def compare(self, *words, form="--json", rounds=1, job="fetch"):
        done = run("compare", job, *words, "--rounds", rounds, "--strategy", "sequential,async", "-q", "--allow-private",
                   form)
        self.expect_exit(done, 0)
        return json.loads(done.stdout) if form == "--json" else done.stdout

    def peer(self, command, *words, **how):
        """What the report says of the peer, and its caveats."""
        report = self.compare(self.list, "--peer", f"peer={command}", *words, **how)
        return report["peers"][0], " ".join(report["caveats"])

    def python(self, name):
        return f"{sys.executable} -B {PEERS / name}"

    def test_a_peer_has_its_row_in_the_table(self):
        table = self.compare(self.list, "--peer", f"python:20={self.python('get_pool.py')}", form="-q")
        self.assertRegex(table, r"(?m)^python:20 +\d[\d.a-z]* ")
        self.assertRegex(table, r"(?m)^python:20 +4 of 4 +4 of 4$")
        self.assertIn("its time is that of its command, start-up included", table)

    def test_several_peers_run_in_every_round(self):
        report = self.compare(self.list, "--peer", f"pool={self.python('get_pool.py')}", "--peer",
                              f"one={self.python('get_one_by_one.py')}", rounds=2)
        self.assertEqual([peer["peer"] for peer in report["peers"]], ["pool", "one"])
        for peer in report["peers"]:
            self.assertIsNone(peer["failure"])
            self.assertEqual([round_["answers"] for round_ in peer["rounds"]], [4, 4])
            self.assertEqual((peer["comparable"], peer["equal"]), (4, 4))
            self.assertGreater(peer["rounds"][0]["cpu_user"], 0)
            self.assertGreater(peer["rounds"][0]["memory_peak_bytes"], 1 << 20)
            self.assertGreater(peer["wall"]["median"], 0)
        self.assertEqual(len(self.server.asked), 2 * 4 * 4 + 2 * 4, "and the strategies warm up once")

    def test_a_peer_is_in_a_markdown_report_too(self):
        table = self.compare(self.list, "--peer", "ca_t=cat", form="--markdown")
        self.assertIn("| ca_t | 4 of 4 | - |", table)

    def test_a_peer_reads_the_targets_that_the_options_leave(self):
        seen = self.folder / "seen"
        named = self.write("names.csv", "rank,domain\n1,a.invalid\n2,b.invalid\n3,c.invalid\n")
        self.compare(named, "--url", "http://{}/x", "-n", "2", "--peer", f"peer=tee {seen}; cmp {seen} $ATONCE_LIST")
        self.assertEqual(seen.read_text(), "http://a.invalid/x\nhttp://b.invalid/x\n")

    def test_a_list_from_a_pipe_reaches_strategies_and_peers(self):
        done = run("compare", "fetch", "-", "--rounds", 2, "--strategy", "async", "-q", "--json", "--allow-private",
                   "--peer", "peer=cat", stdin=self.list.read_text())
        self.expect_exit(done, 0)
        self.assertEqual([round_["answers"] for round_ in json.loads(done.stdout)["peers"][0]["rounds"]], [4, 4])

    def test_a_probes_verdicts_are_compared_by_their_names(self):
        port = self.url.rsplit(":", 1)[1]
        report = self.compare("127.0.0.1", "127.0.0.2", "-p", port, "--peer",
                              "peer=while read target; do echo open $target; done", job="probe")
        self.assertEqual((report["peers"][0]["comparable"], report["peers"][0]["answers"]["most"]), (2, 2))

    def test_answers_that_differ_are_told(self):
        peer, caveats = self.peer("while read url; do echo 200 $url; done")
        self.assertEqual((peer["comparable"], peer["equal"]), (4, 2))
        self.assertIn("peer and sequential agree on 2 of 4 answers only", caveats)

    def test_a_peer_that_fails_is_told_with_its_complaint_and_not_started_again(self):
        starts = self.folder / "starts"
        peer, caveats = self.peer(f"echo x >> {starts}; printf 'no module named \\033[31m' >&2; exit 3", rounds=3)
        self.assertEqual(peer["rounds"], [])
        self.assertIn("In round 1 peer ended with exit code 3, and said: no module named", caveats)
        self.assertNotIn("\033", caveats)
        self.assertEqual(starts.read_text(), "x\n")

    def test_a_peer_that_does_not_exist_is_told(self):
        self.assertIn("exit code 127", self.peer("no-such-program-anywhere")[1])

    def test_a_silent_peer_is_told(self):
        peer, caveats = self.peer("cat > /dev/null")
        self.assertEqual(peer["answers"], {"least": 0, "most": 0})
        self.assertIn("peer wrote 0 lines about 4 targets", caveats)

    def test_a_peer_that_writes_a_little_too_much_is_told_and_one_without_end_is_ended(self):
        self.assertIn("peer wrote 8 lines about 4 targets", self.peer("cat; cat $ATONCE_LIST")[1])
        self.assertRegex(self.peer("yes 200")[1], r"had written more than \d+ lines about 4 targets")

    def test_a_peer_that_hangs_is_ended_after_its_time_with_all_that_it_started(self):
        child = self.folder / "child"
        peer, caveats = self.peer(f"sleep 1000 & echo $! > {child}; wait", "--peer-timeout", "200ms", rounds=3)
        self.assertEqual(peer["rounds"], [])
        self.assertIn("had not ended after 200ms", caveats)
        self.expect_end(int(child.read_text()))

    def expect_end(self, process):
        until = time.monotonic() + 30
        while is_running(process):
            self.assertLess(time.monotonic(), until, "a process of the peer is left")
            time.sleep(0.01)

    def test_ctrl_c_ends_the_peer_too(self):
        child = self.folder / "child"
        lists = self.folder / "tmp"
        lists.mkdir()
        for number in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(signal=number):
                child.unlink(missing_ok=True)
                words = ["compare", "fetch", str(self.list), "--strategy", "async", "-q", "--allow-private", "--peer",
                         f"peer=trap '' INT TERM; sleep 1000 & echo $! > {child}.new; mv {child}.new {child}; wait; sleep 1000"]
                program = subprocess.Popen([ATONCE, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                           env={**os.environ, "TMPDIR": str(lists)})
                until = time.monotonic() + PATIENCE_S
                while not child.exists():
                    self.assertLess(time.monotonic(), until, "the peer was never started")
                    time.sleep(0.01)
                program.send_signal(number)
                told = program.communicate(timeout=PATIENCE_S)
                self.assertEqual(program.returncode, 4, told)
                self.assertIn("interrupted", told[1])
                self.expect_end(int(child.read_text()))
                self.assertEqual(list(lists.iterdir()), [], "its list is gone")

    def test_what_is_no_peer_is_refused_before_anything_starts(self):
        for word, why in (("curl", "NAME=COMMAND"), ("a b=cat", "no name for a peer"), ("async=cat", "strategy's name"),
                          ("peer=", "is empty")):
            done = run("compare", "fetch", self.list, "--peer", word)
            self.expect_exit(done, 2)
            self.assertIn(why, done.stderr)
        twice = run("compare", "fetch", self.list, "--peer", "a=cat", "--peer", "a=cat")
        self.assertIn("two peers called a", twice.stderr)
        self.assertEqual(self.server.asked, [])

    def test_a_peer_goes_into_a_world_only_with_everything_else(self):
        refused = run("compare", "probe", "a.example", "--world", "--peer", "a=cat")
        self.expect_exit(refused, 2)
        self.assertIn("atonce world SPEC -- atonce compare", refused.stderr)
        self.need_private_network()
        done = run("world", "calm,dns=1ms", "--", ATONCE, "compare", "probe", "a.example", "b.example", "--strategy", "async",
                   "--rounds", 1, "-q", "--json", "--connect-timeout", "400ms", "--peer",
                   "resolver=while read target; do cat /etc/resolv.conf; done")
        self.expect_exit(done, 0)
        self.assertEqual(json.loads(done.stdout)["peers"][0]["answers"]["most"], 2, "the world's own, a line")


    def test_batches_are_the_same_for_a_peer(self):
        lines = [{"batch": f"b{batch}", "method": "POST", "url": f"{self.url}/status/{code}", "body": "x"}
                 for batch in range(3) for code in (200, 201, 202)]
        listed = self.write("batches.jsonl", "".join(json.dumps(line) + "\n" for line in lines))
        report = self.compare(listed, "--peer", f"python:20={self.python('post_batches.py')}", job="batch")
        peer = report["peers"][0]
        self.assertEqual(report["targets"], 9)
        self.assertEqual((peer["answers"]["least"], peer["comparable"], peer["equal"]), (9, 9, 9))


if __name__ == "__main__":
    unittest.main()
