"""The web of a simulated internet: fetch over names, equal to the world's own truth, with and without a round trip."""

import json
import shutil
import subprocess
import unittest

from program import ATONCE, ProgramTest, names, rows_of, run

CURL = shutil.which("curl")


class WorldWeb(ProgramTest):
    def setUp(self):
        super().setUp()
        self.need_private_network()

    def check(self, spec, urls, *options):
        """Every URL has the verdict and the status code that the world says is right."""
        listed = self.write("urls", "\n".join(urls))
        told = run("world", spec, "--truth", listed, "--urls")
        self.expect_exit(told, 0)
        truth = {row["line"]: row for row in rows_of(told.stdout)}
        self.assertEqual(len(truth), len(urls))
        done = run("fetch", listed, f"--world={spec}", "--json", "-q", "--no-canaries", "--connect-timeout", "1s", "--dns-timeout", "400ms",
                   *options)
        self.assertIn(done.returncode, (0, 3), done.stderr)
        rows = rows_of(done.stdout)
        self.assertEqual(len(rows), len(urls))
        for row in rows:
            right = truth[row["line"]]
            self.assertEqual(row["verdict"], right["verdict"], (right, row))
            if right["verdict"] == "ok":
                self.assertEqual(row["status_code"], right["status_code"], (right, row))
        return [row["verdict"] for row in rows]

    def test_a_fetch_over_many_names_is_as_the_truth_has_it(self):
        seen = set(self.check("calm,dns=1ms", [f"https://{name}" for name in names(600)] + [f"http://{name}/a/page" for name in names(600, seed=2)]))
        self.assertLessEqual({"ok", "closed", "no_name", "timeout", "empty_reply", "connection_reset", "partial"}, seen)

    def test_behind_a_round_trip_it_is_the_same(self):
        self.check("far-calm,rtt=20ms,dns=1ms", [f"https://{name}" for name in names(60)])

    def test_each_route_and_misbehaviour_answers_under_every_name(self):
        name = "example.com"
        self.check("open", [f"http://{name}/status/418", f"https://{name}/get", f"https://other.example/bytes/1000",
                            f"http://{name}/hostile/short-body", f"http://{name}/hostile/both-lengths", f"http://{name}/hostile/empty"])

    @unittest.skipIf(CURL is None, "curl is not installed")
    def test_any_program_inside_trusts_the_worlds_authority(self):
        for spec in ("open", "open,rtt=10ms,web=plain"):
            done = subprocess.run([ATONCE, "world", spec, "-p", "80,443", "--", CURL, "-sS", "-o", "/dev/null", "-w",
                                   "%{http_code} %{ssl_verify_result} %{time_appconnect}\n", "https://any.name.example/"],
                                  capture_output=True, timeout=60, check=False, text=True)
            code, verified, secured = done.stdout.split()
            self.assertEqual((code, verified), ("200", "0"), done.stderr)
            if "rtt" in spec:
                self.assertGreater(float(secured), 0.02)  # a handshake of TCP and one of TLS

    def test_the_hosts_log_what_they_were_asked(self):
        log = self.folder / "requests"
        done = run("world", f"open,requests={log}", "-p", "80", "--", CURL or "curl", "-sS", "-H", "X-Batch: b", "http://a.example/get?n=1",
                   "http://b.example/status/404")
        self.expect_exit(done, 0)
        self.assertEqual([(row["host"], row["target"], row["status"], row["batch"]) for row in map(json.loads, log.read_text().splitlines())],
                         [("a.example", "/get?n=1", 200, "b"), ("b.example", "/status/404", 404, "b")])


if __name__ == "__main__":
    unittest.main()
