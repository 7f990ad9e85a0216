"""atonce batch: ordered requests in, what became of each one out; against a server that writes down what it was sent."""

import contextlib
import json
import os
import signal
import subprocess
import threading
import time
import unittest
import xml.etree.ElementTree as ElementTree
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from program import ProgramTest, account_of, rows_of, run, start

LOCAL = ("--allow-private", "--per-address", "0", "--per-network", "0")
STRATEGIES = ("sequential", "processes:3", "threads:4", "async", "async:2")


class Book(ThreadingHTTPServer):
    """Answers after `delay_s`, and keeps bodies and targets in the order in which they came."""
    daemon_threads = True
    request_queue_size = 1024
    delay_s = 0.0

    def handle_error(self, *_):
        """Who is killed hangs up."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Page)
        self.came, self.answered, self.lock = [], [], threading.Lock()
        self.url = f"http://127.0.0.1:{self.server_address[1]}"


class Page(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        with self.server.lock:
            self.server.came.append((self.path, body))
        time.sleep(self.server.delay_s)
        with self.server.lock:
            self.server.answered.append((self.path, body))
        if self.path == "/hang-up":
            self.close_connection = True
            return
        status = int(self.path.rsplit("/", 1)[1]) if self.path.startswith("/status/") else 200
        said = json.dumps({"path": self.path, "body": body, "token": "t-1", "list": [1, 2, 3]}).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(said)))
        with contextlib.suppress(ConnectionError):  # Of one who was killed.
            self.end_headers()
            self.wfile.write(said)

    do_GET = do_POST = answer

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def book():
    server = Book()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class BatchTest(ProgramTest):
    def setUp(self):
        super().setUp()
        serving = book()
        self.server = serving.__enter__()
        self.addCleanup(serving.__exit__, None, None, None)
        self.url = self.server.url

    def lines(self, batches, requests, path="/post"):
        """So many batches of so many POSTs; each body says which it is."""
        return "".join(json.dumps({"batch": f"b{batch}", "method": "POST", "url": self.url + path, "body": f"{batch}.{request}"}) + "\n"
                       for batch in range(batches) for request in range(requests))

    def batch(self, *words, **how):
        return run("batch", *words, *LOCAL, **how)

    def rows(self, *words, code=0, **how):
        done = self.batch(*words, "--json", "-q", **how)
        self.expect_exit(done, code)
        return sorted(rows_of(done.stdout), key=lambda row: (row["batch"], row["request"]))

    def expect_order(self, batches, requests):
        """Each body came once, and within a batch only after the answer to the one before."""
        for batch in range(batches):
            mine = [body for _, body in self.server.came if body.startswith(f"{batch}.")]
            self.assertEqual(mine, [f"{batch}.{request}" for request in range(requests)])
        place = {body: at for at, (_, body) in enumerate(self.server.answered)}
        self.assertEqual(len(place), batches * requests)


class Batches(BatchTest):
    def test_text_tells_requests_batches_total_and_status_codes(self):
        listed = self.write("a.jsonl", self.lines(2, 2))
        done = self.batch(listed)
        self.expect_exit(done, 0)
        self.assertRegex(done.stdout, r"(?m)^Batch #2 -- URL #0 \d+\.\d\d$")
        self.assertRegex(done.stdout, r"(?m)^\*\* Batch #2 completed: \d+\.\d\d$")
        self.assertRegex(done.stdout, r"(?m)^Total: \d+\.\d\d$")
        self.assertIn("[[200, 200], [200, 200]]", done.stdout)
        self.expect_balance(done.stderr, 4)

    def test_every_strategy_keeps_the_order_and_says_the_same(self):
        listed = self.write("a.jsonl", self.lines(12, 5))
        for strategy in STRATEGIES:
            self.server.came.clear()
            self.server.answered.clear()
            rows = self.rows(listed, "--strategy", strategy, "--no-run")
            self.assertEqual([(row["batch"], row["request"], row["verdict"], row["status_code"]) for row in rows],
                             [(batch, request, "ok", 200) for batch in range(1, 13) for request in range(5)], strategy)
            self.expect_order(12, 5)

    def test_batches_run_at_once_and_requests_do_not(self):
        self.server.delay_s = 0.05
        listed = self.write("a.jsonl", self.lines(40, 4))
        began = time.monotonic()
        self.assertEqual({row["verdict"] for row in self.rows(listed, "--no-run")}, {"ok"})
        took = time.monotonic() - began
        self.assertGreater(took, 4 * 0.05)
        self.assertLess(took, 40 * 4 * 0.05 / 4)
        self.expect_order(40, 4)

    def test_an_assertion_that_fails_is_exit_code_1_and_ends_its_batch(self):
        bad = {"batch": "b", "url": self.url + "/status/404", "expect": 200}
        listed = self.write("a.jsonl", self.lines(1, 1).replace('"b0"', '"b"') + json.dumps(bad) + "\n"
                            + json.dumps({"batch": "b", "url": self.url + "/get"}) + "\n")
        rows = self.rows(listed, code=1)
        self.assertEqual([row["verdict"] for row in rows], ["ok", "assert_failed", "skipped"])
        self.assertIn("a.jsonl:2:1", rows[1]["detail"])
        self.assertEqual([row["verdict"] for row in self.rows(listed, "--keep-going", code=1)], ["ok", "assert_failed", "ok"])

    def test_what_was_sent_and_not_answered_is_unknown_and_is_not_sent_again(self):
        listed = self.write("a.jsonl", self.lines(1, 1, "/hang-up") + self.lines(1, 1, "/post"))
        rows = self.rows(listed, code=1)
        self.assertEqual([row["verdict"] for row in rows], ["unknown_outcome", "skipped"])
        self.assertEqual(len(self.server.came), 1)

    def test_a_hurl_file_feeds_what_it_captured_to_the_next_request(self):
        self.write("body.txt", "from a file")
        hurl = self.write("login.hurl", f"""
# Log in, and use the token.
POST {{{{host}}}}/login
[Form]
user: {{{{user}}}}
password: {{{{password}}}}
HTTP 200
[Captures]
token: jsonpath "$.token"
[Asserts]
jsonpath "$.list" count == 3
header "Content-Type" contains "json"
duration < 60000

POST {self.url}/use/{{{{token}}}}
file,body.txt;
HTTP 200
[Asserts]
jsonpath "$.body" == "from a file"
""")
        rows = self.rows(hurl, "--variable", f"host={self.url}", "--variable", "user=me", "--secret", "password=hunter2hunter2")
        self.assertEqual([row["verdict"] for row in rows], ["ok", "ok"])
        self.assertEqual(self.server.came, [("/login", "user=me&password=hunter2hunter2"), ("/use/t-1", "from a file")])

    def test_what_is_not_supported_is_named_by_line_and_column_before_anything_is_sent(self):
        good = self.write("good.hurl", f"GET {self.url}/get\n")
        bad = self.write("bad.hurl", f"GET {self.url}/get\n[Options]\nntlm: true\n\nGET {self.url}/2\n[Asserts]\nxyz == 1\n")
        done = self.batch(good, bad)
        self.expect_exit(done, 2)
        self.assertRegex(done.stderr, r"bad\.hurl:3:1: ")
        self.assertEqual(self.server.came, [])
        done = self.batch(good, "--variable", "novalue")
        self.expect_exit(done, 2)

    def test_a_line_that_is_no_request_ends_only_its_own_batch(self):
        listed = self.write("a.jsonl", self.lines(1, 2) + '{"batch": "x", "url": 5}\n' + self.lines(2, 1).splitlines(True)[1])
        rows = self.rows(listed, code=1)
        self.assertEqual([row["verdict"] for row in rows], ["ok", "ok", "invalid_input", "ok"])

    def test_standard_input_is_read_and_files_are_gone_through_again(self):
        done = self.batch("--json", "-q", stdin=self.lines(2, 2))
        self.expect_exit(done, 0)
        self.assertEqual(len(rows_of(done.stdout)), 4)
        listed = self.write("a.jsonl", self.lines(3, 2))
        self.assertEqual(len(self.rows(listed, "--repeat", 4)), 24)

    def test_reports_are_junit_and_tap(self):
        bad = {"url": self.url + "/status/500", "expect": 200}
        listed = self.write("a.jsonl", self.lines(2, 2) + json.dumps(bad) + "\n")
        done = self.batch(listed, "-q", "--report-junit", self.folder / "r.xml", "--report-tap", self.folder / "r.tap")
        self.expect_exit(done, 1)
        suites = ElementTree.parse(self.folder / "r.xml").getroot()
        self.assertEqual(len(list(suites.iter("testcase"))), 5)
        self.assertEqual(len(list(suites.iter("failure"))), 1)
        tap = (self.folder / "r.tap").read_text()
        self.assertIn("TAP version 14", tap)
        self.assertIn("1..5", tap)
        self.assertEqual(tap.count("\nnot ok "), 1)
        before = len(self.server.came)
        done = self.batch(listed, "--report-junit", self.folder / "nowhere" / "r.xml")
        self.assertNotEqual(done.returncode, 0)
        self.assertEqual(len(self.server.came), before)

    def test_a_schedule_starts_batches_whatever_is_under_way(self):
        self.server.delay_s = 0.5
        listed = self.write("a.jsonl", self.lines(3, 1))
        done = self.batch(listed, "--rate", "20/s", "--duration", "1s", "--json")
        self.expect_exit(done, 0)
        rows = rows_of(done.stdout)
        self.assertEqual(len(rows), 20)
        self.assertEqual({row["verdict"] for row in rows}, {"ok"})
        late = self.batch(listed, "--rate", "20/s", "--duration", "1s", "-c", "1", "--json", "--loops", "1")
        verdicts = [row["verdict"] for row in rows_of(late.stdout)]
        self.assertEqual(len(verdicts), 20)
        self.assertGreater(verdicts.count("not_sent"), 10)
        self.assertIn("not_sent", late.stderr)

    def test_a_schedule_needs_a_rate(self):
        listed = self.write("a.jsonl", self.lines(1, 1))
        self.assertIn("--rate", self.batch(listed, "--duration", "1s").stderr)
        self.assertIn("--repeat", self.batch(listed, "--duration", "1s", "--rate", "5/s", "--repeat", "2").stderr)

    def test_files_that_cannot_be_read_are_told(self):
        done = self.batch(self.folder / "none.hurl")
        self.expect_exit(done, 2)
        self.assertIn("No such file", done.stderr)
        self.expect_exit(self.batch(self.folder), 2)


class BatchesThatAreKilled(BatchTest):
    def test_nothing_is_sent_twice_and_nothing_is_lost(self):
        self.server.delay_s = 0.03
        batches, requests = 60, 8
        listed = self.write("a.jsonl", self.lines(batches, requests))
        folder = self.folder / "run"
        for turn in range(3):
            words = ("resume", folder) if turn else ("batch", listed, "--run", folder, "-c", "20", *LOCAL)
            killed = start(*words)
            self.wait_for_posts((turn + 1) * 60)
            killed.send_signal(signal.SIGKILL)
            killed.communicate()
        done = run("resume", folder)
        self.assertIn(done.returncode, (0, 1), done.stderr)
        self.expect_balance(done.stderr, batches * requests)
        rows = rows_of((folder / "results.jsonl").read_text())
        self.assertEqual(len({(row["batch"], row["request"]) for row in rows}), batches * requests)
        self.assertEqual(len(rows), batches * requests)
        came = [body for _, body in self.server.came]
        self.assertEqual(len(came), len(set(came)), "sent twice")
        self.expect_truth(rows, came)

    def wait_for_posts(self, count):
        end = time.monotonic() + 60
        while len(self.server.came) < count and time.monotonic() < end:
            time.sleep(0.002)

    def expect_truth(self, rows, came):
        """What is done came; what is skipped never did; in a batch nothing is done behind what is unknown."""
        state = {}
        for row in sorted(rows, key=lambda row: (row["batch"], row["request"])):
            body = f"{row['batch'] - 1}.{row['request']}"
            self.assertIn(row["verdict"], ("ok", "unknown_outcome", "skipped"), row)
            if row["verdict"] == "ok":
                self.assertIn(body, came)
                self.assertNotIn(row["batch"], state)
            else:
                state[row["batch"]] = row["verdict"]
            if row["verdict"] == "skipped":
                self.assertNotIn(body, came)

    def test_neither_is_a_post_of_fetch(self):
        self.server.delay_s = 0.1
        listed = self.write("urls.txt", "".join(f"{self.url}/{i}\n" for i in range(300)))
        folder = self.folder / "run"
        killed = start("fetch", listed, "-d", "pay=1", "--run", folder, "-c", "30", "--rate", "1000/s", *LOCAL)
        self.wait_for_posts(100)
        killed.send_signal(signal.SIGKILL)
        killed.communicate()
        done = run("resume", folder)
        self.assertIn(done.returncode, (0, 3), done.stderr)
        came = [path for path, _ in self.server.came]
        self.assertEqual(len(came), len(set(came)), "sent twice")
        verdicts = [row["verdict"] for row in rows_of((folder / "results.jsonl").read_text())]
        self.assertEqual(len(verdicts), 300)
        self.assertEqual(set(verdicts), {"ok", "unknown_outcome"})
        self.assertLess(verdicts.count("unknown_outcome"), 100)

    def test_ctrl_c_ends_it_with_an_account_and_resume_does_the_rest(self):
        self.server.delay_s = 0.05
        listed = self.write("a.jsonl", self.lines(30, 6))
        folder = self.folder / "run"
        stopped = start("batch", listed, "--run", folder, "-c", "10", *LOCAL)
        self.wait_for_posts(30)
        stopped.send_signal(signal.SIGINT)
        _, said = stopped.communicate(timeout=60)
        self.assertEqual(stopped.returncode, 4, said)
        self.assertIn("the account balances", said.decode())
        done = run("resume", folder)
        self.assertIn(done.returncode, (0, 1), done.stderr)
        came = [body for _, body in self.server.came]
        self.assertEqual(len(came), len(set(came)), "sent twice")
        self.expect_truth(rows_of((folder / "results.jsonl").read_text()), came)

    def test_ctrl_c_ends_what_waits_for_its_next_try(self):
        hurl = self.write("a.hurl", f"GET {self.url}/status/503\n[Options]\nretry: 100\nretry-interval: 20s\nHTTP 200\n\nGET {self.url}/get\n")
        stopped = start("batch", hurl, "--run", self.folder / "run", *LOCAL)
        self.wait_for_posts(1)
        time.sleep(0.1)
        stopped.send_signal(signal.SIGINT)
        _, said = stopped.communicate(timeout=30)
        self.assertEqual(stopped.returncode, 4, said)
        self.assertEqual(account_of(said.decode()), {"unfinished": 2})

    def test_what_a_worker_had_that_died_is_unknown(self):
        self.server.delay_s = 1.5
        listed = self.write("a.jsonl", self.lines(4, 2))
        going = start("batch", listed, "--no-run", "--strategy", "processes:2", "--json", "-q", *LOCAL)
        self.wait_for_posts(2)
        workers = subprocess.run(["pgrep", "-P", str(going.pid)], capture_output=True, text=True, check=False).stdout.split()
        os.kill(int(workers[0]), signal.SIGKILL)
        said, _ = going.communicate(timeout=60)
        rows = sorted(rows_of(said.decode()), key=lambda row: (row["batch"], row["request"]))
        self.assertEqual(len(rows), 8)
        verdicts = [row["verdict"] for row in rows]
        self.assertEqual((verdicts.count("ok"), verdicts.count("unknown_outcome"), verdicts.count("skipped")), (6, 1, 1))
        self.assertEqual(going.returncode, 1)

    def test_where_nothing_can_be_kept_it_runs_all_the_same(self):
        listed = self.write("a.jsonl", self.lines(2, 2))
        done = self.batch(listed, "--json", env={"XDG_STATE_HOME": "/proc/nope"})
        self.expect_exit(done, 0)
        self.assertIn("this run is not kept", done.stderr)
        self.assertEqual(len(rows_of(done.stdout)), 4)

    def test_a_report_is_written_over_nothing_of_the_run(self):
        listed = self.write("a.jsonl", self.lines(1, 1))
        self.expect_exit(self.batch(listed, "--report-tap", listed), 2)
        both = self.folder / "both"
        self.expect_exit(self.batch(listed, "--report-tap", both, "--report-junit", self.folder / "." / ".." / self.folder.name / "both"), 2)
        self.assertTrue(listed.read_text().startswith("{"))
        real, link = self.write("real.tap", "old"), self.folder / "link.tap"
        link.symlink_to(real)
        self.expect_exit(self.batch(listed, "-q", "--report-tap", link), 0)
        self.assertTrue(link.is_symlink())
        self.assertIn("TAP version 14", real.read_text())

    def test_the_ledger_of_a_run_is_of_its_own_list(self):
        listed = self.write("a.jsonl", self.lines(2, 2))
        folder = self.folder / "run"
        self.expect_exit(self.batch(listed, "--run", folder), 0)
        self.write("a.jsonl", self.lines(2, 3))
        done = run("resume", folder)
        self.expect_exit(done, 2)
        self.assertIn("has changed since the run began", done.stderr)


if __name__ == "__main__":
    unittest.main()
