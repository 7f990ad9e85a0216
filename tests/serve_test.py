"""atonce serve: an HTTP server to try clients on, asked by curl."""

import json
import random
import shutil
import signal
import socket
import subprocess
import time
import unittest
from pathlib import Path

from program import PATIENCE_S, ProgramTest, rows_of, run, start

CURL = shutil.which("curl")


def random_bytes(count, seed):
    """What httpbin makes of a seed."""
    dice = random.Random(seed)
    return bytes(dice.randint(0, 255) for _ in range(count))


@unittest.skipIf(CURL is None, "curl is not installed")
class Serve(ProgramTest):
    def serve(self, *options):
        """A server on a free port; what it printed is in `printed`."""
        self.server = start("serve", "--listen", "127.0.0.1:0", *options)
        self.addCleanup(self.end)
        lines = 3 if "--tls" in options else 1
        self.printed = [self.server.stdout.readline().decode().strip() for _ in range(lines)]
        self.url = self.printed[0].rstrip("/")
        self.port = self.url.rsplit(":", 1)[1]

    def end(self):
        """Ends the server as Ctrl-C does; gives what it said."""
        if self.server.returncode is not None:
            return ""
        self.server.send_signal(signal.SIGINT)
        said = self.server.communicate(timeout=PATIENCE_S)[1].decode()
        self.assertEqual(self.server.returncode, 0, said)
        return said

    def curl(self, *words):
        done = subprocess.run([CURL, "-sS", "--noproxy", "*", *words], capture_output=True, timeout=PATIENCE_S, check=False)
        done.stdout = done.stdout.decode("utf-8", "surrogateescape")
        done.stderr = done.stderr.decode("utf-8", "surrogateescape")
        return done

    def get(self, path, *words):
        return self.curl(*words, self.url + path)

    def test_it_tells_back_what_it_was_asked(self):
        self.serve()
        told = json.loads(self.get("/get?a=1&a=2&b=x", "-H", "X-Here: yes").stdout)
        self.assertEqual(told["args"], {"a": ["1", "2"], "b": "x"})
        self.assertEqual(told["headers"]["X-Here"], "yes")
        self.assertEqual(told["origin"], "127.0.0.1")
        self.assertEqual(told["url"], self.url + "/get?a=1&a=2&b=x")
        sent = json.loads(self.get("/post", "-F", "file=@" + str(self.write("f", "hi\n")), "-F", "v=1").stdout)
        self.assertEqual((sent["files"], sent["form"]), ({"file": "hi\n"}, {"v": "1"}))

    def test_a_connection_serves_many_requests(self):
        self.serve()
        told = self.curl(*[f"{self.url}/status/{200 + i}" for i in range(5)], "-w", "%{http_code} %{num_connects}\n")
        self.assertEqual(told.stdout, "200 1\n201 0\n202 0\n203 0\n204 0\n")
        self.assertIn("served 5 requests on 1 connections", self.end())

    def test_pipelined_requests_are_answered_in_order(self):
        self.serve()
        asked = b"".join(b"GET /base64/%s HTTP/1.1\r\nHost: x\r\n\r\n" % word for word in (b"YQ==", b"Yg==", b"Yw=="))
        with socket.create_connection(("127.0.0.1", int(self.port)), timeout=PATIENCE_S) as connection:
            connection.sendall(asked)
            connection.shutdown(socket.SHUT_WR)
            answer = b""
            while piece := connection.recv(65536):
                answer += piece
        bodies = [part.split(b"\r\n\r\n", 1)[1] for part in answer.split(b"HTTP/1.1 200 OK")[1:]]
        self.assertEqual(bodies, [b"a", b"b", b"c"])

    def test_what_is_no_request_is_refused_and_counted(self):
        self.serve()
        self.assertEqual(self.get("/get", "-H", "Content-Length: 3", "-H", "Transfer-Encoding: chunked", "-w", "%{http_code}",
                                  "-o", "/dev/null").stdout, "400")
        self.assertIn("1 were no requests", self.end())

    def test_curl_understands_every_coding_and_redirect(self):
        self.serve()
        for path in ("/gzip", "/deflate", "/brotli", "/zstd"):
            done = self.get(path, "--compressed", "-w", "\n%{http_code}")
            self.assertTrue(done.stdout.endswith("\n200"), (path, done.stdout, done.stderr))
            self.assertEqual(json.loads(done.stdout.rsplit("\n", 1)[0])["method"], "GET")
        self.assertEqual(self.get("/redirect/5", "-L", "-o", "/dev/null", "-w", "%{http_code} %{num_redirects}").stdout, "200 5")
        jar = str(self.folder / "jar")
        self.assertEqual(json.loads(self.get("/cookies/set?a=1", "-L", "-b", jar, "-c", jar).stdout), {"cookies": {"a": "1"}})

    def test_it_speaks_http2_without_tls(self):
        self.serve()
        done = self.curl("--http2-prior-knowledge", "-w", "%{http_version}", self.url + "/bytes/100000?seed=1", "-o", str(self.folder / "it"))
        self.assertEqual(done.stdout, "2")
        self.assertEqual((self.folder / "it").read_bytes(), random_bytes(100_000, 1))

    def test_tls_has_a_certificate_for_any_name_and_speaks_http2(self):
        self.serve("--tls")
        authority = self.printed[2].removeprefix("authority: ")
        self.assertTrue(Path(authority).read_text().startswith("-----BEGIN CERTIFICATE-----"))
        for host in ("localhost", "127.0.0.1", "some.name.example"):
            for version, said in (("--http1.1", "1.1"), ("--http2", "2")):
                done = self.curl("--cacert", authority, version, "--resolve", f"some.name.example:{self.port}:127.0.0.1",
                                 "-o", "/dev/null", "-w", "%{http_code} %{http_version} %{ssl_verify_result}",
                                 f"https://{host}:{self.port}/get")
                self.assertEqual(done.stdout, f"200 {said} 0", (host, done.stderr))
        twice = self.curl("--cacert", authority, *[f"https://localhost:{self.port}/status/204"] * 2, "-w", "%{http_version} %{num_connects}\n")
        self.assertEqual(twice.stdout, "2 1\n2 0\n")
        began = time.monotonic()
        many = self.curl("--cacert", authority, "-Z", *[f"https://localhost:{self.port}/delay/0.5"] * 20, "-o", "/dev/null")
        self.assertEqual(many.returncode, 0, many.stderr)
        self.assertLess(time.monotonic() - began, 8)  # one after the other they would take ten seconds
        self.assertEqual(self.curl(f"https://localhost:{self.port}/get").returncode, 60)
        self.assertEqual(json.loads(self.get("/get").stdout)["url"], self.url + "/get")  # and still without TLS
        self.end()
        self.assertFalse(Path(authority).exists())

    def test_the_authority_can_be_written_where_one_wants_it(self):
        self.serve("--tls", "--authority", self.folder / "ca.pem")
        self.assertEqual(self.printed[2], f"authority: {self.folder / 'ca.pem'}")
        self.end()
        self.assertTrue((self.folder / "ca.pem").exists())

    def test_hostile_answers_are_as_curl_names_them(self):
        self.serve()
        for path, code in (("/hostile/empty", 52), ("/hostile/reset/100", 56), ("/hostile/short-body", 18), ("/hostile/http09", 1),
                           ("/hostile/bad-chunk-size", 56), ("/hostile/six-codings", 61), ("/hostile/corrupt-gzip", 61),
                           ("/hostile/head-too-large", 56), ("/hostile/nul-byte", 8)):
            self.assertEqual(self.get(path, "--compressed", "-o", "/dev/null", "-m", "20").returncode, code, path)
        self.assertEqual(self.get("/hostile/stall", "-m", "0.2").returncode, 28)
        self.assertEqual(self.get("/hostile/redirect/loop", "-L", "--max-redirs", "5").returncode, 47)
        self.assertEqual(self.get("/hostile/http2/goaway", "--http2-prior-knowledge").returncode, 16)
        self.assertEqual(self.get("/hostile/http2/reset", "--http2-prior-knowledge").returncode, 92)

    def test_the_log_tells_who_asked_what_in_which_order(self):
        self.serve("--log", self.folder / "log")
        self.curl("-H", "X-Batch: b1", f"{self.url}/get?n=1", f"{self.url}/status/404")
        self.curl("-d", "abc", f"{self.url}/post")
        self.end()
        rows = rows_of((self.folder / "log").read_text())
        self.assertEqual([(row["connection"], row["request"], row["method"], row["target"], row["status"], row["batch"], row["body_bytes"])
                          for row in rows],
                         [(1, 1, "GET", "/get?n=1", 200, "b1", 0), (1, 2, "GET", "/status/404", 404, "b1", 0),
                          (2, 1, "POST", "/post", 200, None, 3)])
        for row in rows:
            self.assertLessEqual(row["begun"], row["ended"])
        self.assertLess(rows[0]["ended"], rows[1]["begun"])

    def test_what_cannot_be_is_told(self):
        self.serve()
        taken = run("serve", "--listen", f"127.0.0.1:{self.port}")
        self.expect_exit(taken, 2)
        self.assertIn(f"127.0.0.1:{self.port} is taken by another program", taken.stderr)
        self.assertIn("no address of this machine", run("serve", "--listen", "192.0.2.1:0").stderr)
        self.assertIn("no place to listen", run("serve", "--listen", "nowhere").stderr)
        self.assertIn("cannot be written", run("serve", "--listen", "127.0.0.1:0", "--log", "/nowhere/log").stderr)
        self.assertIn("cannot be written", run("serve", "--listen", "127.0.0.1:0", "--authority", "/nowhere/ca.pem").stderr)

    def test_ctrl_c_lets_answers_under_way_come_to_their_end(self):
        self.serve()
        asking = subprocess.Popen([CURL, "-sS", "-w", "%{http_code}", "-o", "/dev/null", self.url + "/delay/0.6"], stdout=subprocess.PIPE)
        for _ in range(200):
            if subprocess.run(["grep", "-qi", f":{int(self.port):04X} 0100007F:[0-9A-F]* 01", "/proc/net/tcp"], check=False).returncode == 0:
                break
            time.sleep(0.01)
        time.sleep(0.1)
        self.end()
        self.assertEqual(asking.communicate(timeout=PATIENCE_S)[0], b"200")


if __name__ == "__main__":
    unittest.main()
