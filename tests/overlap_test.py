"""atonce overlap and atonce serve --numbers: a number is waited for while something is computed."""

import hashlib
import json
import os
import resource
import signal
import socket
import subprocess
import threading
import time
import unittest
from pathlib import Path

from program import ATONCE, PATIENCE_S, ProgramTest, run, start

STRATEGIES = ("sequential", "processes", "threads", "async")


class Server:
    """A server of the test's own: `answer(connection)` is called for each connection, in a thread."""

    def __init__(self, answer):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.place = f"127.0.0.1:{self.port}"
        self.answer = answer
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve_one, args=(connection,), daemon=True).start()

    def serve_one(self, connection):
        with connection:
            try:
                self.answer(connection)
            except OSError:
                pass

    def close(self):
        self.listener.close()


class OverlapTest(ProgramTest):
    def server(self, answer):
        server = Server(answer)
        self.addCleanup(server.close)
        return server.place

    def overlap(self, *words, code=0):
        """The result of a run as JSON gives it."""
        done = run("overlap", "--json", *words)
        self.assertEqual(done.returncode, code, done.stderr)
        result = json.loads(done.stdout)
        self.assertEqual(result["asked"], result["answered"] + result["failed"] + result["unfinished"])
        result["said"] = done.stderr
        return result

    def test_every_strategy_asks_and_computes_the_same(self):
        totals = set()
        for strategy in STRATEGIES:
            result = self.overlap("--world=100000", "--strategy", strategy, "--ask", "5", "--compute", "3",
                                  "--work", "uniform:10000000", "--seed", "7")
            self.assertEqual((result["asked"], result["answered"], result["parts"], result["computed"]), (5, 5, 3, 3))
            self.assertEqual(len({ask["number"] for ask in result["asks"]}), 5)
            self.assertEqual(result["strategy"], strategy)
            totals.add((result["total"], round(result["answers_total"], 9)))
        self.assertEqual(len(totals), 1)
        self.assertAlmostEqual(next(iter(totals))[0] / 5_000_000, 1, delta=0.002)

    def test_the_report_for_a_person_balances(self):
        done = run("overlap", "--world=100000", "--work", "normal:100000", "--slice", "1ms")
        self.expect_exit(done, 0)
        self.assertRegex(done.stdout, r"^overlap, async on epoll, slices of 1ms: ")
        self.assertIn("normal, 100,000 samples in 1 part", done.stdout)
        self.assertIn("1 asked = 1 answered + 0 failed, 1 part = 1 computed + 0 failed: the account balances", done.stdout)
        self.assertRegex(done.stdout, r"\n  answer     -?[\d.]+\n")
        self.assertRegex(done.stdout, r"\n  total      -?[\d.]+\n")

    def test_sequential_covers_none_of_the_waiting_and_the_others_most_of_it(self):
        def thinks(connection):
            time.sleep(0.4)
            connection.sendall(b"1.5\n")

        place = self.server(thinks)
        samples = self.samples_for(1.2)  # Longer than the waiting by far, so that all of that is covered.
        for strategy in STRATEGIES:
            result = self.overlap("--server", place, "--strategy", strategy, "--work", f"uniform:{samples}", "--slice", "10ms")
            self.assertGreaterEqual(result["time_waiting"], 0.4)
            if strategy == "sequential":
                self.assertLess(result["covered_share"], 0.01)
                self.assertGreaterEqual(result["time_total"], result["time_waiting"] + result["time_computing"])
            else:
                self.assertGreater(result["covered_share"], 0.75, strategy)
                self.assertLess(result["time_total"], result["time_one_after_another"] * 0.9, strategy)

    def test_an_answer_is_seen_within_two_slices_of_its_arrival(self):
        sent = []

        def thinks(connection):
            time.sleep(0.25)
            sent.append(time.time())
            connection.sendall(b"2\n")

        place = self.server(thinks)
        samples = self.samples_for(0.8)
        for _ in range(3):
            result = self.overlap("--server", place, "--work", f"uniform:{samples}", "--slice", "50ms")
            late = result["started"] + result["asks"][0]["finished"] - sent[-1]
            # A loaded machine may keep us from the processor.
            self.assertLess(late, 2 * max(0.05, result["slice_longest"]) + 0.2)
            self.assertLessEqual(result["unseen_max"], 2 * result["slice_longest"] + 0.2)

    def samples_for(self, seconds):
        """So much work as takes this long at least, also once nobody else wants the processor any more."""
        flags = set(Path("/proc/cpuinfo").read_text().split())
        a_second = 10_000_000_000 if "avx512dq" in flags else 4_000_000_000 if "avx2" in flags else 1_500_000_000
        return int(a_second * seconds)

    def test_a_slice_that_makes_an_answer_late_is_warned_of(self):
        def thinks(connection):
            time.sleep(0.1)
            connection.sendall(b"2\n")

        place, samples = self.server(thinks), self.samples_for(1.5)
        late = self.overlap("--server", place, "--work", f"uniform:{samples}", "--slice", "1s")
        self.assertIn("a slice made an answer late: seen up to", late["said"])
        self.assertIn("--slice 1ms", late["said"])
        self.assertEqual(late["seen_late"], 1)
        quiet = self.overlap("--server", place, "--work", f"uniform:{samples}", "--slice", "1s", "-q")
        self.assertEqual(quiet["said"], "")
        # Where others keep us from the processor at the wrong moment, that is told as well.
        fine = [self.overlap("--server", place, "--work", f"uniform:{samples}", "--slice", "1ms") for _ in range(3)]
        self.assertIn((0, ""), [(result["seen_late"], result["said"]) for result in fine])

    def test_verbose_tells_each_pause_with_its_sample_and_each_resume(self):
        done = run("overlap", "--world", "--work", f"uniform:{self.samples_for(0.5)}", "--slice", "20ms", "-v", "--json")
        self.expect_exit(done, 0)
        lines = done.stderr.splitlines()
        pauses = [line for line in lines if "part 1: pausing at sample " in line]
        resumes = [line for line in lines if "part 1: resuming at sample " in line]
        self.assertEqual(len(pauses), len(resumes))
        self.assertEqual(len(pauses), json.loads(done.stdout)["pauses"])
        self.assertGreater(len(pauses), 2)
        for pause, resume in zip(pauses, resumes):
            self.assertRegex(pause, r"^[\d.]+(us|ms|s): part 1: pausing at sample [\d,]+$")
            self.assertEqual(pause.split("sample ")[1], resume.split("sample ")[1])
        numbers = [int(pause.split("sample ")[1].replace(",", "")) for pause in pauses]
        self.assertEqual(numbers, sorted(set(numbers)))
        self.assertTrue(any("question 1: the answer is " in line for line in lines))
        self.assertTrue(any(" total " in line and "part 1: done" in line for line in lines))

    def test_work_may_be_the_hash_of_a_file(self):
        path = self.folder / "some file"
        path.write_bytes(bytes(range(256)) * 20_000)
        for strategy in STRATEGIES:
            result = self.overlap("--world=1000", "--work", f"sha256:{path}", "--strategy", strategy, "--slice", "100us")
            self.assertEqual(result["sha256"], hashlib.sha256(path.read_bytes()).hexdigest())
            self.assertEqual(result["computations"][0]["amount"], 256 * 20_000)

    def test_what_goes_wrong_with_the_server_is_a_sentence_and_exit_code_1(self):
        def says(text):
            return self.server(lambda connection: connection.sendall(text))

        def stays_silent(connection):
            connection.recv(1)

        def dies(connection):
            connection.sendall(b"12")
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")

        with socket.create_server(("127.0.0.1", 0)) as closed:
            nobody = f"127.0.0.1:{closed.getsockname()[1]}"
        cases = [(nobody, [], "no number server listens at"),
                 (says(b""), [], "ended the connection before its answer was whole"),
                 (says(b"12"), [], "ended the connection before its answer was whole"),
                 (self.server(dies), [], "ended the connection before its answer was whole"),
                 (says(b"HTTP/1.1 400 \x1b[31mBad\r\n\r\n"), [], "is it a number server?"),
                 (self.server(stays_silent), ["--timeout", "150ms"], "did not answer (--timeout) in time")]
        for strategy in STRATEGIES:
            for place, options, sentence in cases:
                result = self.overlap("--server", place, "--work", "uniform:1000", "--strategy", strategy, *options, code=1)
                self.assertIn(sentence, result["said"])
                self.assertNotIn("\x1b", result["said"])
                self.assertEqual((result["failed"], result["computed"]), (1, 1))
        quiet = run("overlap", "--server", nobody, "--work", "uniform:1000", "-q")
        self.assertIn("no number server listens", quiet.stderr)  # What failed is said even so.

    def test_a_shortage_here_is_not_the_servers(self):
        done = run("overlap", "--world=1000", "--work", "uniform:1000", "--fault", "emfile@connect:1")
        self.expect_exit(done, 5)
        self.assertIn("this machine could not ask", done.stderr)

    def test_more_questions_than_descriptors_wait_for_a_place(self):
        def few():
            resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))

        for strategy in STRATEGIES:
            done = run("overlap", "--world=1000", "--ask", "200", "--work", "uniform:1000", "--strategy", strategy, preexec=few)
            self.expect_exit(done, 0)
            self.assertIn("200 asked = 200 answered + 0 failed", done.stdout)

    def test_what_cannot_be_asked_for_is_refused_with_exit_code_2(self):
        for words, sentence in ((["--slice", "10us"], "at least 100us"),
                                (["--work", "md5:x"], "uniform:N, normal:N and sha256:FILE"),
                                (["--work", "sha256:/nowhere"], "cannot read /nowhere"),
                                (["--ask", "0", "--compute", "0"], "nothing to do"),
                                (["--work", "sha256:/etc/hosts", "--compute", "2"], "in one part"),
                                (["--strategy", "async:3"], "takes no number"),
                                (["--strategy", "threads", "--loops", "2"], "--loops is for --strategy async"),
                                (["--server", "http://x/"], "HOST:PORT"),
                                (["--server", "no-such-host.invalid"], "has no address"),
                                (["somewhere"], "takes no \"somewhere\"")):
            done = run("overlap", *words)
            self.expect_exit(done, 2)
            self.assertIn(sentence, done.stderr)
            self.assertEqual(done.stdout, "")

    def test_ctrl_c_ends_it_soon_and_tells_how_far_it_came(self):
        for strategy in STRATEGIES:
            running = start("overlap", "--world=1000000000000", "--work", "uniform:100000000000000", "--json", "-v", "--strategy", strategy)
            running.stderr.readline()  # It has begun.
            time.sleep(0.1)
            began = time.monotonic()
            running.send_signal(signal.SIGINT)
            out, said = running.communicate(timeout=PATIENCE_S)
            self.assertEqual(running.returncode, 4, said)
            self.assertLess(time.monotonic() - began, 10)
            result = json.loads(out)
            self.assertTrue(result["interrupted"])
            self.assertEqual((result["unfinished"], result["computed"]), (1, 0))

    def test_with_slices_of_100_microseconds_it_still_gets_on(self):
        result = self.overlap("--world=100000", "--work", f"uniform:{self.samples_for(0.3)}", "--slice", "100us")
        self.assertGreater(result["pauses"], 100)
        self.assertEqual(result["computed"], 1)

    def test_the_example_of_the_library_overlaps_too(self):
        example = Path(ATONCE).parent / "examples" / "example_overlap"
        if not example.exists():
            self.skipTest(f"{example} is not built")
        numbers = NumberServer(self, "--samples", "1000")
        done = subprocess.run([example, str(numbers.port)], capture_output=True, timeout=PATIENCE_S, check=True)
        self.assertRegex(done.stdout.decode(), r"^our sum is [\d.]+, the server's -?[\d.e-]+\n$")

    def test_async_computes_on_as_many_loops_as_there_are_parts_and_cores(self):
        cores = len(os.sched_getaffinity(0))
        for parts in (1, 2, 8):
            done = run("overlap", "--ask", 0, "--compute", parts, "--work", "uniform:80000", "--json")
            self.assertEqual(json.loads(done.stdout)["workers"], min(parts, cores))


class NumberServer:
    """atonce serve --numbers on a free port, until the test ends."""

    def __init__(self, test, *options):
        self.process = start("serve", "--numbers", "127.0.0.1:0", *options)
        test.addCleanup(self.end)
        line = self.process.stdout.readline().decode().strip()
        test.assertRegex(line, r"^numbers: 127\.0\.0\.1:\d+$")
        self.port = int(line.rsplit(":", 1)[1])

    def ask(self):
        with socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE_S) as connection:
            return connection.makefile().read()

    def end(self):
        """What it said, and its exit code."""
        if self.process.returncode is not None:
            return "", self.process.returncode
        self.process.send_signal(signal.SIGINT)
        said = self.process.communicate(timeout=PATIENCE_S)[1].decode()
        return said, self.process.returncode


class NumbersTest(ProgramTest):
    def test_it_answers_with_a_sum_and_says_what_it_does(self):
        server = NumberServer(self, "--samples", "10000", "--loops", "1")
        for _ in range(2):
            answer = server.ask()
            self.assertTrue(answer.endswith("\n"))
            self.assertLess(abs(float(answer)), 1_000)  # Ten standard deviations.
        said, code = server.end()
        self.assertEqual(code, 0)
        self.assertEqual(said, "Processing new connection\nDone. Closing connection\n" * 2 + "answered 2 connections\n")

    def test_a_seed_fixes_its_numbers(self):
        one, again, other = (NumberServer(self, "--samples", "1000", "--seed", seed) for seed in ("5", "5", "6"))
        numbers = [one.ask(), one.ask()]
        self.assertEqual(numbers, [again.ask(), again.ask()])
        self.assertNotEqual(numbers[0], numbers[1])
        self.assertNotEqual(numbers[0], other.ask())

    def test_without_a_seed_no_two_servers_have_the_same_numbers(self):
        one, other = NumberServer(self, "--samples", "1000"), NumberServer(self, "--samples", "1000")
        self.assertNotEqual(one.ask(), other.ask())

    def test_connections_beyond_its_threads_wait_and_are_answered(self):
        server = NumberServer(self, "--samples", "1000000", "--loops", "2")
        many = [socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE_S) for _ in range(30)]
        answers = set()
        for connection in many:
            with connection:
                answers.add(float(connection.makefile().read()))
        self.assertEqual(len(answers), 30)
        said, _ = server.end()
        at_once = most = 0
        for line in said.splitlines()[:-1]:
            at_once += 1 if line.startswith("Processing") else -1
            most = max(most, at_once)
        self.assertLessEqual(most, 2)

    def test_it_can_serve_http_beside(self):
        server = start("serve", "--numbers", "127.0.0.1:0", "--listen", "127.0.0.1:0", "--samples", "1000")
        lines = [server.stdout.readline().decode().strip() for _ in range(2)]
        ports = [int(line.rstrip("/").rsplit(":", 1)[1]) for line in lines]
        with socket.create_connection(("127.0.0.1", ports[1]), timeout=PATIENCE_S) as connection:
            float(connection.makefile().read())
        with socket.create_connection(("127.0.0.1", ports[0]), timeout=PATIENCE_S) as connection:
            connection.sendall(b"GET /get HTTP/1.0\r\n\r\n")
            self.assertIn(b"200 OK", connection.recv(100))
        server.send_signal(signal.SIGINT)
        said = server.communicate(timeout=PATIENCE_S)[1].decode()
        self.assertIn("answered 1 connections", said)
        self.assertIn("served 1 requests", said)

    def test_a_port_that_is_taken_is_told(self):
        server = NumberServer(self, "--samples", "1000")
        done = run("serve", "--numbers", f"127.0.0.1:{server.port}")
        self.expect_exit(done, 2)
        self.assertIn("is taken by another program", done.stderr)

    def test_overlap_asks_it_by_name(self):
        server = NumberServer(self, "--samples", "1000")
        done = run("overlap", "--server", f"localhost:{server.port}", "--work", "uniform:1000")
        self.expect_exit(done, 0)


if __name__ == "__main__":
    unittest.main()
