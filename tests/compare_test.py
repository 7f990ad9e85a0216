"""atonce compare: what it measures, and what it says of it."""

import json
import os
import signal
import socket
import subprocess
import threading
import time
import unittest
from pathlib import Path

from http_server import ServerTest
from program import ATONCE, PATIENCE_S, ProgramTest, run, start


class Compare(ServerTest):
    def compare(self, *words, code=0):
        done = run("compare", *words, "-q", "--json")
        self.expect_exit(done, code)
        return json.loads(done.stdout)

    def fetch(self, *words, code=0, count=30):
        urls = self.write("urls.txt", "".join(f"{self.url}/delay/0.02?n={n}\n" for n in range(count)))
        return self.compare("fetch", urls, "--allow-private", "--strategy", "sequential,threads:5,async", *words, code=code)

    def test_each_strategy_shows_how_a_round_went_over_time(self):
        report = self.fetch("--rounds", 5)
        self.assertEqual((report["kind"], report["schema"]), ("comparison", 1))
        for strategy in report["strategies"]:
            recording = strategy["recording"]
            self.assertEqual(sum(recording["finished"]), 30, strategy["strategy"])
            self.assertEqual([job["index"] for job in recording["jobs"]], list(range(30)))
            self.assertTrue(all(job["verdict"] == "ok" for job in recording["jobs"]))
            self.assertEqual(strategy["rounds"][0]["verdicts"], {"ok": 30})
            phases = {phase["name"]: phase["count"] for phase in recording["phases"]}
            self.assertEqual(phases["answer"], 30)
            for job in recording["jobs"]:
                for name, begin, length in job["stretches"]:
                    self.assertGreaterEqual(length, 0, name)
                    self.assertLessEqual(begin + length, recording["wall"] + 0.01, name)

    def test_one_after_another_is_never_more_than_one_in_flight(self):
        report = self.fetch("--rounds", 1)
        most = {strategy["strategy"]: max(strategy["recording"]["in_flight"]) for strategy in report["strategies"]}
        self.assertLessEqual(most["sequential"], 1.01)
        self.assertLessEqual(most["threads:5"], 5.01)
        self.assertGreater(most["threads:5"], 2)

    def test_a_warm_up_does_not_count_and_counts_the_system_calls(self):
        report = self.fetch("--rounds", 1)
        self.assertEqual(len(self.server.asked), 3 * 30 * 2)
        for strategy in report["strategies"]:
            self.assertEqual(len(strategy["rounds"]), 1)
            if strategy["system_calls"] is None:
                self.skipTest("no process may be traced here")
            self.assertGreater(strategy["system_calls"], 4)  # A socket, a connect, a send and a receive for each.
            self.assertLess(strategy["system_calls"], 500)

    def test_without_a_warm_up_each_target_is_asked_once_a_round(self):
        report = self.fetch("--rounds", 1, "--warmup", 0)
        self.assertEqual(len(self.server.asked), 3 * 30)
        self.assertIsNone(report["strategies"][0]["system_calls"])

    def test_a_threshold_decides_over_the_exit_code(self):
        report = self.fetch("--rounds", 1, "--threshold", "async/sequential >= 1.2", "--threshold", "sequential/async<1")
        self.assertEqual([threshold["holds"] for threshold in report["thresholds"]], [True, True])
        report = self.fetch("--rounds", 1, "--threshold", "sequential/threads:5 >= 2", code=1)
        self.assertFalse(report["thresholds"][0]["holds"])

    def test_a_threshold_on_nobody_is_refused_before_anything_starts(self):
        for word, why in (("fast/sequential >= 1", "takes no part"), ("async >= 1", "two to compare"),
                          ("async/sequential = 1", ">= > <= <"), ("async/sequential >= many", "number")):
            done = run("compare", "fetch", f"{self.url}/", "--strategy", "sequential,async", "--threshold", word)
            self.expect_exit(done, 2)
            self.assertIn(why, done.stderr)
        self.assertEqual(self.server.asked, [])

    def test_five_rounds_tell_where_the_speed_up_lies(self):
        report = self.fetch("--rounds", 5)
        for strategy in report["strategies"]:
            speed_up = strategy["speed_up"]
            self.assertLessEqual(speed_up["low"], speed_up["median"])
            self.assertGreaterEqual(speed_up["high"], speed_up["median"])

    def test_the_terminal_has_a_bar_for_each(self):
        urls = self.write("urls.txt", "".join(f"{self.url}/delay/0.02?n={n}\n" for n in range(20)))
        done = run("compare", "fetch", urls, "--allow-private", "--strategy", "sequential,async", "--rounds", 1, "-q")
        self.expect_exit(done, 0)
        self.assertRegex(done.stdout, r"(?m)^sequential +\|={40} ")
        self.assertRegex(done.stdout, r"(?m)^async +\|=* ")

    def test_a_page_and_a_trace_are_written_beside_the_table(self):
        page, trace = self.folder / "report.html", self.folder / "trace.json"
        self.fetch("--rounds", 1, "--warmup", 0, "--report", page, "--trace", trace, count=5)
        text = page.read_text()
        self.assertTrue(text.startswith("<!doctype html>") or text.startswith("<!DOCTYPE html>"), text[:80])
        self.assertIn("Content-Security-Policy", text)
        events = json.loads(trace.read_text())["traceEvents"]
        processes = [event["args"]["name"] for event in events if event["name"] == "process_name"]
        self.assertEqual(processes, ["sequential", "threads:5", "async"])
        self.assertEqual(len([event for event in events if event["ph"] == "X" and event["name"] == "answer"]), 3 * 5)
        self.assertEqual(sorted(path.name for path in self.folder.iterdir()), ["report.html", "trace.json", "urls.txt"])

    def test_a_page_that_cannot_be_written_is_told_before_anything_starts(self):
        for words in (["--report", self.folder / "no" / "page.html"], ["--trace", self.folder / "no" / "trace.json"],
                      ["--report", self.folder / "one", "--trace", self.folder / "one"], ["--report", "-"]):
            done = run("compare", "fetch", f"{self.url}/", "--strategy", "async", *words)
            self.expect_exit(done, 2)
            self.assertRegex(done.stderr, "cannot be written|name two|name a file")
        self.assertEqual(self.server.asked, [])

    def test_a_dry_run_says_what_would_be_done_and_asks_nobody(self):
        done = run("compare", "fetch", f"{self.url}/", "--strategy", "sequential,threads:5", "--rounds", 3, "--dry-run", "--peer",
                   "cat=cat", "--threshold", "cat/sequential > 1")
        self.expect_exit(done, 0)
        for line in ("rounds     3, after 1 to warm up", "strategy   threads:5 (blocking; 5 in flight)", "peer       cat: cat",
                     "threshold  cat/sequential > 1"):
            self.assertIn(line + "\n", done.stdout)
        self.assertEqual(self.server.asked, [])

    def test_what_keeps_a_round_from_its_end_is_told_with_its_exit_code(self):
        done = run("compare", "write", "/proc/nope", "-n", 3, "--strategy", "async")
        self.expect_exit(done, 2)
        self.assertIn("cannot be made", done.stderr)
        empty = run("compare", "probe", self.write("empty.txt", ""), "--strategy", "async")
        self.expect_exit(empty, 2)
        self.assertIn("no targets", empty.stderr)
        twice = run("compare", "probe", "127.0.0.1", "--strategy", "async,async")
        self.expect_exit(twice, 2)
        self.assertIn("named twice", twice.stderr)
        for done in (empty, twice):
            self.assertNotIn("interrupted", done.stderr)

    def test_a_full_disk_ends_a_comparison_of_writes_with_a_sentence(self):
        small = self.folder / "small"
        small.mkdir()
        words = f'mount -t tmpfs -o size=1m none "{small}" && exec "{ATONCE}" compare write "{small}" -n 2000 --size 1000 --rounds 1'
        done = subprocess.run(["unshare", "-rm", "sh", "-c", words], capture_output=True, text=True, check=False, timeout=PATIENCE_S)
        if "mount" in done.stderr or "unshare" in done.stderr:
            self.skipTest(f"no file system can be mounted here: {done.stderr.strip()}")
        self.assertEqual(done.returncode, 5, done.stderr)
        self.assertIn("the disk is full", done.stderr)

    def test_a_round_that_is_killed_is_told(self):
        program = start("compare", "fetch", f"{self.url}/delay/60", "--allow-private", "--strategy", "async", "--warmup", 0, "-q")
        self.wait_until(lambda: self.server.asked)
        for child in children_of(program.pid):
            os.kill(child, signal.SIGKILL)
        told = program.communicate(timeout=PATIENCE_S)
        self.assertEqual(program.returncode, 5, told)
        self.assertIn(b"killed by signal 9", told[1])

    def test_the_report_goes_to_a_file_where_one_is_named(self):
        report = self.folder / "report.json"
        done = run("compare", "fetch", f"{self.url}/", "--allow-private", "--strategy", "async", "--rounds", 1, "-q", "--json", "-o",
                   report)
        self.expect_exit(done, 0)
        self.assertEqual(done.stdout, "")
        self.assertEqual(json.loads(report.read_text())["targets"], 1)
        refused = run("compare", "fetch", f"{self.url}/", "-o", self.folder / "no" / "report.json")
        self.expect_exit(refused, 2)
        self.assertIn("cannot be written", refused.stderr)

    def test_a_server_that_answers_one_at_a_time_is_called_the_limit(self):
        with OneAtATime() as server:
            report = self.compare("fetch", *[f"http://127.0.0.1:{server.port}/{n}" for n in range(20)], "--allow-private",
                                  "--strategy", "sequential,threads:10", "--rounds", 1)
        self.assertIn("was the limit", " ".join(report["caveats"]))

    def test_ctrl_c_in_the_warm_up_ends_it_and_all_it_started(self):
        urls = self.write("urls.txt", "".join(f"{self.url}/delay/60?n={n}\n" for n in range(20)))
        for strategy in ("sequential", "threads:3", "processes:3", "async"):
            with self.subTest(strategy=strategy):
                before = len(self.server.asked)
                program = start("compare", "fetch", urls, "--allow-private", "--strategy", strategy, "-q")
                self.wait_until(lambda: len(self.server.asked) > before)
                program.send_signal(signal.SIGINT)
                time.sleep(0.2)
                program.send_signal(signal.SIGINT)
                told = program.communicate(timeout=PATIENCE_S)
                self.assertEqual(program.returncode, 4, told)
                self.assertIn(b"interrupted", told[1])
                self.assertEqual(children_of(program.pid), [])

    def wait_until(self, holds):
        until = time.monotonic() + PATIENCE_S
        while not holds():
            self.assertLess(time.monotonic(), until)
            time.sleep(0.01)


class CompareOverlap(ProgramTest):
    def compare(self, *words, code=0):
        done = run("compare", "overlap", "--world=200000", "--work", "uniform:2000000", "-q", "--seed", 5, *words)
        self.expect_exit(done, code)
        return done

    def test_every_strategy_asks_and_computes(self):
        report = json.loads(self.compare("--rounds", 2, "--json", "--ask", 2, "--compute", 2).stdout)
        self.assertEqual(report["job"], "overlap")
        self.assertEqual(report["targets"], 4)
        self.assertEqual([strategy["strategy"] for strategy in report["strategies"]],
                         ["sequential", "processes", "threads", "async"])
        self.assertTrue(all(share == 1 for row in report["agreement"] for share in row))
        for strategy in report["strategies"]:
            jobs = strategy["recording"]["jobs"]
            self.assertEqual([job["label"] for job in jobs], ["question 1", "question 2", "part 1", "part 2"])
            self.assertEqual({name for job in jobs[2:] for name, *_ in job["stretches"]}, {"compute"})
            self.assertIn("answer", {name for job in jobs[:2] for name, *_ in job["stretches"]})

    def test_sequential_computes_only_after_its_answer(self):
        report = json.loads(self.compare("--rounds", 1, "--json", "--strategy", "sequential").stdout)
        question, part = report["strategies"][0]["recording"]["jobs"]
        answered = max(begin + length for _, begin, length in question["stretches"])
        self.assertGreaterEqual(part["stretches"][0][1], answered - 1e-4)

    def test_it_is_told_as_a_table_too(self):
        self.assertRegex(self.compare("--rounds", 1).stdout, r"(?m)^overlap of 2 targets \(127\.0\.0\.1:\d+\), 1 round$")

    def test_one_overlap_has_a_page_and_is_kept_for_a_report(self):
        kept, page, trace = self.folder / "kept", self.folder / "page.html", self.folder / "trace.json"
        done = run("overlap", "--world=200000", "--work", "uniform:2000000", "-q", "--run", kept, "--report", page, "--trace",
                   trace)
        self.expect_exit(done, 0)
        self.assertIn("Content-Security-Policy", page.read_text())
        names = {event["name"] for event in json.loads(trace.read_text())["traceEvents"] if event["ph"] == "X"}
        self.assertLessEqual({"compute", "answer"}, names)
        told = run("report", kept)
        self.expect_exit(told, 0)
        self.assertIn("overlap of 2 targets", told.stdout)
        again = run("overlap", "--world=200000", "--work", "uniform:1000", "--run", kept)
        self.expect_exit(again, 2)
        self.assertIn("there is something in it", again.stderr)
        refused = run("report", kept, "--trace", self.folder / "other.json")
        self.expect_exit(refused, 2)
        self.assertIn("has none", refused.stderr)

    def test_a_server_that_is_not_there_is_a_verdict(self):
        done = run("compare", "overlap", "--server", "127.0.0.1:1", "--work", "uniform:1000", "--rounds", 1, "--json", "-q")
        self.expect_exit(done, 0)
        self.assertEqual(json.loads(done.stdout)["strategies"][0]["rounds"][0]["verdicts"], {"ok": 1, "closed": 1})

    def test_what_does_not_fit_is_refused(self):
        for words, why in ((["--peer", "a=cat"], "overlap has none"), (["-p", "80"], "overlap has no option"),
                           (["--ask", 0, "--compute", 0], "nothing to do"), (["urls.txt"], "takes no"),
                           (["--strategy", "async:5"], "takes no number")):
            done = run("compare", "overlap", *words)
            self.expect_exit(done, 2)
            self.assertIn(why, done.stderr)


class OneAtATime:
    """A server that serves one connection after the other, each in 10 ms."""

    def __enter__(self):
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=100)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()
        return self

    def serve(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with connection:
                connection.recv(65536)
                time.sleep(0.01)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    def __exit__(self, *_):
        self.listener.close()


def children_of(parent):
    """Who says that `parent` is his parent."""
    found = []
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            fields = dict(line.split(":\t", 1) for line in status.read_text().splitlines() if ":\t" in line)
        except OSError:
            continue
        if fields.get("PPid") == str(parent):
            found.append(int(fields["Pid"]))
    return found


if __name__ == "__main__":
    unittest.main()
