"""The same requests with the curl of this machine: equal in all that counts, or the difference is in the list below."""

import hashlib
import http.client
import json
import os
import re
import shutil
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from http_server import http_server, raw_server
from program import ProgramTest, rows_of, run

CURL = shutil.which("curl")
PYTHON = "/usr/bin/python3"  # Debian's, which has Debian's httpbin.
NGINX = shutil.which("nginx") or ("/usr/sbin/nginx" if os.path.exists("/usr/sbin/nginx") else None)

# What curl calls the ways to fail, and our verdicts for each: curl(1), EXIT CODES.
CLASSES = {
    0: {"ok"}, 1: {"bad_redirect", "bad_answer"}, 3: {"invalid_input", "bad_redirect"}, 6: {"no_name"}, 7: {"closed"},
    8: {"bad_answer", "bad_framing"}, 18: {"partial"}, 22: {"http_status"},
    28: {"timeout", "total_timeout", "answer_timeout", "idle_timeout"}, 47: {"too_many_redirects", "redirect_loop"},
    # curl calls the end within a head empty; what came of it was no answer, but it came.
    52: {"empty_reply", "partial"}, 56: {"connection_reset", "bad_framing", "head_too_large", "too_many_fields", "bad_answer"},
    61: {"bad_encoding", "too_many_codings"}, 63: {"body_too_large"},
}

# (path, options of both). Redirects and cookies are followed where -L and -b say so.
REQUESTS = [
    ("/page", ()), ("/echo", ()), ("/echo?a=1&b=%20c", ()), ("/status/200?with%20space=ü", ()), ("/echo/a/../b/./c", ()),
    ("/status/200", ()), ("/status/204", ()), ("/status/304", ()), ("/status/404", ()), ("/status/500", ()),
    ("/status/404", ("-f",)), ("/status/399", ("-f",)), ("/status/503", ("--fail", "-L")),
    ("/page", ("-I",)), ("/bytes/1000", ("-I",)), ("/redirect/1", ("-I", "-L")),
    ("/bytes/0", ()), ("/bytes/1", ()), ("/bytes/100000", ()), ("/bytes/3000000", ()),
    ("/redirect/1", ()), ("/redirect/1", ("-L",)), ("/redirect/7", ("-L",)),
    ("/redirect/3", ("-L", "--max-redirs", "2")), ("/redirect/3", ("-L", "--max-redirs", "3")),
    ("/to?/echo%23part", ("-L",)), ("/to?//", ("-L",)), ("/to?ftp://x/", ("-L",)), ("/to?", ("-L",)),
    ("/to?../echo", ("-L",)), ("/to??x=1", ()),
    ("/echo", ("-X", "OPTIONS")), ("/echo", ("-X", "DELETE")), ("/echo", ("-d", "a=1")),
    ("/echo", ("-d", "a=1", "-d", "b=2")), ("/echo", ("-d", "")), ("/echo", ("-X", "PUT", "-d", "x")),
    ("/echo", ("-d", "{}", "-H", "Content-Type: application/json")), ("/echo", ("--data-binary", "a\r\nb")),
    ("/redirect/1", ("-L", "-d", "x=1")), ("/redirect/1", ("-L", "-X", "PUT", "-d", "x")),
    ("/echo", ("-H", "X-One: 1", "-H", "x-two:  2")), ("/echo", ("-H", "Accept: text/html")),
    ("/echo", ("-H", "Accept:")), ("/echo", ("-H", "Host: other.example")), ("/echo", ("-u", "me:pa:ss")),
    ("/echo", ("-u", "me:")), ("/echo", ("-b", "a=1; b=2")), ("/cookie", ("-L", "-b", "a=1")), ("/cookie", ("-L", "-b", "")), ("/cookie", ("-L", "-b", "", "-b", "a=1")), ("/cookie", ("-L",)),
    ("/gzip", ()), ("/gzip", ("--compressed",)), ("/cut", ()), ("/nothing", ()),
    ("/drip", ("-m", "1")), ("/delay/5", ("-m", "1")),
]

# What differs on purpose, and why: not compared.
EXPLAINED = {
    # Curl drops the body and keeps the method of -X, as we do; we say besides that the PUT has no body: RFC 9110 8.6.
    ("/redirect/1", ("-L", "-X", "PUT", "-d", "x")),
}
AGENT = "differential/1"

RAW = {
    "no answer": (b"",), "half a status line": (b"HTTP/1.1 20",), "not HTTP": (b"hello\r\n\r\n",),
    "until close": (b"HTTP/1.1 200 OK\r\n\r\nto the end",), "HTTP/1.0": (b"HTTP/1.0 200 OK\r\n\r\nold",),
    "short": (b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",),
    "chunks": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",),
    "a broken chunk": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\nabc\r\n0\r\n\r\n",),
    "chunks cut off": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",),
    "100 first": (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",),
    "103 first": (b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",),
    "no reason": (b"HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok",),
    "204 with nothing": (b"HTTP/1.1 204 No Content\r\n\r\n",),
    "an unknown coding": (b"HTTP/1.1 200 OK\r\nContent-Encoding: aws-chunked\r\nContent-Length: 2\r\n\r\nok",),
    "no gzip": (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nok",),
}

# Answers on which we are stricter than curl, on purpose; each has a section in docs/http.md.
STRICTER = {
    "two lengths": (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok!", "bad_framing"),
    "both lengths": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n2\r\nok\r\n0\r\n\r\n",
                     "bad_framing"),
}


def with_curl(url, options, folder):
    """curl's own report, the body's hash, and how it ended."""
    body = folder / "curl-body"
    body.unlink(missing_ok=True)
    done = subprocess.run([CURL, "-q", "-s", "--http1.1", "--noproxy", "*", "-A", AGENT,
                           "--proto-redir", "=http,https", "-o", body, "-w", "%{json}", *options, url],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60, check=False)
    told = json.loads(done.stdout)
    content = body.read_bytes() if body.exists() else b""
    return {"exit": done.returncode, "status": told["response_code"] or None, "redirects": told["num_redirects"],
            "url": told["url_effective"], "type": told["content_type"],
            "hash": "sha256:" + hashlib.sha256(content).hexdigest()}


def with_atonce(url, options):
    done = run("fetch", url, *options, "--json", "-q", "-A", AGENT, "--http1.1", "--hash", "sha256", "--confirm", "0",
               "--allow-private", "--no-canaries")
    assert done.returncode in (0, 3), done.stderr
    return rows_of(done.stdout)[0]


@unittest.skipUnless(CURL, "there is no curl here")
class CurlTest(ProgramTest):
    def expect_equal(self, url, options, strict=True):
        theirs, ours = with_curl(url, options, self.folder), with_atonce(url, options)
        self.assertIn(ours["verdict"], CLASSES[theirs["exit"]], (theirs, ours))
        if theirs["exit"] not in (0, 22):
            return
        self.assertEqual(ours["status_code"], theirs["status"])
        self.assertEqual(ours["num_redirects"], theirs["redirects"])
        if theirs["exit"] == 0 and strict:
            self.assertEqual(ours["content_type"], theirs["type"])
            if "-I" not in options:
                self.assertEqual(ours["hash"], theirs["hash"])


class CurlDifferential(CurlTest):
    def test_answers_are_the_same(self):
        with http_server() as server:
            for path, options in REQUESTS:
                with self.subTest(path=path, options=options):
                    self.expect_equal(server.url + path, options, strict=(path, options) not in EXPLAINED)

    def test_requests_are_the_same(self):
        with http_server() as server:
            for path, options in REQUESTS:
                if path.startswith(("/drip", "/delay", "/cut", "/bytes/3")) or (path, options) in EXPLAINED:
                    continue
                with self.subTest(path=path, options=options):
                    asked = []
                    for ask in (lambda u: with_curl(u, options, self.folder), lambda u: with_atonce(u, options)):
                        server.asked.clear()
                        ask(server.url + path)
                        asked.append([self.without_differences(each) for each in server.asked])
                    self.assertEqual(asked[1], asked[0])

    @staticmethod
    def without_differences(asked):
        """The digits behind a "%" mean the same in either case, and so does the order of fields."""
        path = re.sub("%[0-9a-fA-F]{2}", lambda found: found[0].upper(), asked["path"])
        path = "".join(c if c < "\x7f" else f"%{ord(c):02X}" for c in path)  # In a query, curl sends them as they are.
        return asked["method"], path, asked["body"], sorted((n.lower(), value) for n, value in asked["fields"].items())

    def test_odd_answers_end_in_the_same_class(self):
        for name, answers in RAW.items():
            for options in ((), ("--compressed",)):
                with self.subTest(answer=name, options=options), raw_server(*answers) as server:
                    self.expect_equal(server.url + "/", options, strict=False)

    def test_where_we_are_stricter_it_has_a_name(self):
        for name, (answer, verdict) in STRICTER.items():
            with self.subTest(answer=name), raw_server(answer) as server:
                self.assertEqual(with_atonce(server.url + "/", ())["verdict"], verdict)

    def test_nobody_there_is_the_same(self):
        self.expect_equal("http://127.0.0.1:1/", ())
        self.expect_equal("http://no-such-name.invalid/", ("-m", "20"))


def has_httpbin():
    return os.path.exists(PYTHON) and subprocess.run([PYTHON, "-c", "import httpbin"], capture_output=True,
                                                     check=False).returncode == 0


def wait_for(port, process):
    """Until somebody answers on the port."""
    for _ in range(200):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("HEAD", "/")
            connection.getresponse()
            return
        except OSError:
            if process.poll() is not None:
                break
            time.sleep(0.05)
    raise unittest.SkipTest("the server did not start")


def free_port():
    with http_server() as server:
        return server.port


@unittest.skipUnless(NGINX, "there is no nginx here")
class CurlDifferentialNginx(CurlTest):
    """The same against a real nginx: files, ranges of status codes, redirects, compressed pages, an error page."""

    PATHS = [("/", ()), ("/file.bin", ()), ("/big.bin", ()), ("/missing", ()), ("/missing", ("-f",)), ("/moved", ()),
             ("/moved", ("-L",)), ("/folder", ("-L",)), ("/", ("-I",)), ("/", ("--compressed",)), ("/teapot", ()),
             ("/file.bin", ("-H", "Range: bytes=10-19")), ("/", ("-H", "If-None-Match: *")), ("/", ("-d", "x=1")),
             ("/closed", ()), ("/private", ()), ("/private", ("-u", "me:pass"))]

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.home = Path(tempfile.mkdtemp(prefix="atonce-nginx-"))
        cls.addClassCleanup(shutil.rmtree, cls.home, ignore_errors=True)
        (cls.home / "www" / "folder").mkdir(parents=True)
        (cls.home / "www" / "index.html").write_text("<title>nginx</title>" + "hello " * 500)
        (cls.home / "www" / "folder" / "index.html").write_text("inside")
        (cls.home / "www" / "file.bin").write_bytes(bytes(range(256)) * 40)
        (cls.home / "www" / "big.bin").write_bytes(b"0123456789abcdef" * 200_000)
        (cls.home / "users").write_text("me:{PLAIN}pass\n")
        os.chmod(cls.home, 0o755)
        cls.port = free_port()
        (cls.home / "nginx.conf").write_text(f"""
daemon off; master_process off; pid {cls.home}/pid; error_log {cls.home}/error.log;
events {{ worker_connections 256; }}
http {{
  access_log off; types {{ text/html html; application/octet-stream bin; }}
  client_body_temp_path {cls.home}/t1; proxy_temp_path {cls.home}/t2; fastcgi_temp_path {cls.home}/t3;
  uwsgi_temp_path {cls.home}/t4; scgi_temp_path {cls.home}/t5;
  server {{
    listen 127.0.0.1:{cls.port}; root {cls.home}/www; gzip on; gzip_min_length 100; port_in_redirect on;
    location = /moved {{ return 301 /file.bin; }}
    location = /teapot {{ return 418; }}
    location = /closed {{ return 444; }}
    location = /private {{ auth_basic "home"; auth_basic_user_file {cls.home}/users; return 200 "in\\n"; }}
  }}
}}
""")
        cls.nginx = subprocess.Popen([NGINX, "-p", cls.home, "-c", cls.home / "nginx.conf", "-e", cls.home / "error.log"],
                                     stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        cls.addClassCleanup(cls.nginx.wait)
        cls.addClassCleanup(cls.nginx.terminate)
        cls.url = f"http://127.0.0.1:{cls.port}"
        wait_for(cls.port, cls.nginx)

    def test_files_redirects_codings_and_errors_of_nginx_are_the_same(self):
        for path, options in self.PATHS:
            with self.subTest(path=path, options=options):
                self.expect_equal(self.url + path, options)


@unittest.skipUnless(has_httpbin(), "there is no python3-httpbin here")
class CurlDifferentialHttpbin(CurlTest):
    """The same against httpbin, which knows most of what HTTP has."""

    PATHS = [("/get?a=1", ()), ("/headers", ()), ("/user-agent", ()), ("/ip", ()), ("/post", ("-d", "a=1&b=2")),
             ("/put", ("-X", "PUT", "-d", "x")), ("/patch", ("-X", "PATCH", "-d", "x")),
             ("/delete", ("-X", "DELETE")), ("/anything", ("-H", "X-Thing: 1")),
             ("/status/200", ()), ("/status/204", ()), ("/status/301", ()), ("/status/401", ()), ("/status/418", ()),
             ("/status/503", ("-f",)), ("/redirect/3", ("-L",)), ("/relative-redirect/2", ("-L",)),
             ("/absolute-redirect/2", ("-L",)), ("/redirect-to?url=/get", ("-L",)),
             ("/redirect-to?url=/get&status_code=307", ("-L", "-d", "x")),
             ("/cookies", ("-b", "a=1; b=2")), ("/cookies/set?c=3", ("-L", "-b", "a=1")), ("/cookies/set?c=3", ("-L",)),
             ("/basic-auth/me/pass", ("-u", "me:pass")), ("/basic-auth/me/pass", ("-u", "me:wrong")),
             ("/basic-auth/me/pass", ()), ("/bearer", ("-H", "Authorization: Bearer t")),
             ("/gzip", ("--compressed",)), ("/deflate", ("--compressed",)),
             ("/bytes/1000?seed=1", ()), ("/stream/3", ()), ("/stream-bytes/5000?seed=1&chunk_size=100", ()),
             ("/range/100", ("-H", "Range: bytes=10-19")), ("/etag/x", ()), ("/etag/x", ("-H", "If-None-Match: x")),
             ("/cache", ("-H", "If-Modified-Since: Thu, 01 Jan 1970 00:00:00 GMT")), ("/html", ()), ("/json", ()),
             ("/xml", ()), ("/encoding/utf8", ()), ("/robots.txt", ()), ("/deny", ()), ("/base64/SGVsbG8=", ()),
             ("/response-headers?X-One=1", ("-I",)), ("/links/3", ("-L",)), ("/image/png", ()), ("/nowhere", ()),
             ("/drip?duration=0&numbytes=10", ())]

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        port = free_port()
        cls.url = f"http://127.0.0.1:{port}"
        httpbin = subprocess.Popen([PYTHON, "-c", "import sys; from httpbin import app; "
                                    f"app.run('127.0.0.1', {port}, threaded=True)"],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        cls.addClassCleanup(httpbin.wait)
        cls.addClassCleanup(httpbin.terminate)
        wait_for(port, httpbin)

    def test_what_httpbin_knows_is_the_same(self):
        for path, options in self.PATHS:
            with self.subTest(path=path, options=options):
                self.expect_equal(self.url + path, options)


if __name__ == "__main__":
    unittest.main()
