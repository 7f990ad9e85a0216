"""A small HTTP server for whole-program tests: plain, honest, and it remembers what it was asked."""

import contextlib
import gzip
import json
import socketserver
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from program import ProgramTest

PAGE = b"<html><head><title>Welcome &amp; hello</title></head><body>It works!</body></html>\n"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def answer(self, status=200, body=b"", fields=(), kind="text/plain"):
        self.send_response(status)
        for name, value in fields:
            self.send_header(name, value)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def serve(self):
        length = int(self.headers.get("Content-Length") or 0)
        sent = self.rfile.read(length)
        if self.headers.get("Transfer-Encoding") == "chunked":
            while size := int(self.rfile.readline(), 16):
                sent += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
        asked = {"method": self.command, "path": self.path, "fields": dict(self.headers.items()),
                 "body": sent.decode("latin-1"), "peer": self.client_address[1]}
        self.server.asked.append(asked)
        route, *rest = self.path.partition("?")[0].strip("/").split("/")
        handler = getattr(self, "at_" + (route.replace("-", "_") or "page"), None)
        if handler is None:
            self.answer(404, b"nothing here\n")
        else:
            handler(asked, *rest)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = do_PROPFIND = serve

    def at_page(self, _asked, *_rest):
        self.answer(body=PAGE, kind="text/html; charset=utf-8")

    def at_echo(self, asked, *_rest):
        told = {key: asked[key] for key in ("method", "path", "fields", "body")}
        self.answer(body=json.dumps(told, sort_keys=True).encode(), kind="application/json")

    def at_status(self, _asked, code="200"):
        self.answer(int(code), b"" if code in ("204", "304") else b"as asked\n")

    def at_redirect(self, _asked, count="1"):
        left = int(count) - 1
        self.answer(302, b"elsewhere\n", [("Location", f"/redirect/{left}" if left > 0 else "/echo")])

    def at_to(self, _asked, *_rest):
        self.answer(302, b"elsewhere\n", [("Location", self.path.partition("?")[2])])

    def at_loop(self, _asked):
        self.answer(302, b"again\n", [("Location", "/loop")])

    def at_cookie(self, _asked):
        self.answer(302, b"here is one\n", [("Set-Cookie", "given=1; Path=/"), ("Location", "/echo")])

    def at_gzip(self, _asked):
        if "gzip" in (self.headers.get("Accept-Encoding") or ""):
            self.answer(body=gzip.compress(PAGE), fields=[("Content-Encoding", "gzip")], kind="text/html")
        else:
            self.answer(body=PAGE, kind="text/html")

    def at_bytes(self, _asked, count="1000"):
        self.answer(body=bytes(i % 251 for i in range(int(count))), kind="application/octet-stream")

    def at_delay(self, _asked, seconds="1"):
        self.server.released.wait(float(seconds))
        self.answer(body=b"late\n")

    def at_drip(self, _asked):
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        with contextlib.suppress(OSError):
            while not self.server.released.wait(0.05):
                self.wfile.write(b".")
                self.wfile.flush()

    def at_cut(self, _asked):
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        self.wfile.write(b"half")
        self.close_connection = True

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 512

    def handle_error(self, request, client_address):
        pass  # A client that hangs up is none of ours.


@contextlib.contextmanager
def http_server(address="127.0.0.1", handler=Handler):
    """Serves on a free port; gives the server, with `port`, `url` and `asked`: the requests in their order."""
    server = Server((address, 0), handler)
    server.asked = []
    server.released = threading.Event()
    server.port = server.server_address[1]
    server.url = f"http://{address}:{server.port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.released.set()
        server.shutdown()
        server.server_close()


@contextlib.contextmanager
def raw_server(*answers, address="127.0.0.1"):
    """Answers the n-th connection with the n-th of these bytes, the last one ever after, and closes."""
    class Raw(socketserver.BaseRequestHandler):
        def handle(self):
            with self.server.lock:
                answer = answers[min(self.server.served, len(answers) - 1)]
                self.server.served += 1
            with contextlib.suppress(OSError):
                self.request.settimeout(5)
                self.request.recv(65536)
                self.request.sendall(answer)
                time.sleep(0.02)

    class Listener(socketserver.ThreadingTCPServer):
        daemon_threads = allow_reuse_address = True

    server = Listener((address, 0), Raw)
    server.lock, server.served = threading.Lock(), 0
    server.url = f"http://{address}:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


class ServerTest(ProgramTest):
    """With a server of this kind, for each test its own."""

    def setUp(self):
        super().setUp()
        serving = http_server()
        self.server = serving.__enter__()
        self.addCleanup(serving.__exit__, None, None, None)
        self.url = self.server.url
