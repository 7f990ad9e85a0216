"""A real web server to ask: nginx with one worker, on ports and in a folder of its own."""
import contextlib
import shutil
import socket
import subprocess
import time

SMALL = "hello from a small page\n"
PLAIN, SECURE, TICKETS, SLOW_START_S = 18080, 18443, 18444, 10

CONFIG = """
daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log; worker_rlimit_nofile 16384;
events {{ worker_connections 8192; multi_accept on; }}
http {{
  access_log off; keepalive_requests 1000000000; keepalive_timeout 300; default_type text/plain;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  ssl_certificate {folder}/chain.pem; ssl_certificate_key {folder}/key.pem; ssl_protocols TLSv1.2 TLSv1.3;
  server {{ listen 127.0.0.1:{plain} backlog=4096; location / {{ return 200 "{small}"; }} }}
  server {{ listen 127.0.0.1:{secure} ssl http2 backlog=4096; ssl_session_cache off; ssl_session_tickets off; http2_max_concurrent_streams 1000;
            location / {{ return 200 "{small}"; }} }}
  server {{ listen 127.0.0.1:{tickets} ssl http2 backlog=4096; ssl_session_cache shared:s:10m; ssl_session_tickets on; location / {{ return 200 "{small}"; }} }}
}}
"""


@contextlib.contextmanager
def nginx(bench):
    """Gives the folder with `root.pem`, the authority that its certificate is of."""
    folder = bench.folder / "nginx"
    folder.mkdir(exist_ok=True)
    make_certificates(folder)
    config = CONFIG.format(folder=folder, plain=PLAIN, secure=SECURE, tickets=TICKETS, small=SMALL.strip())
    (folder / "nginx.conf").write_text(config)
    program = shutil.which("nginx", path="/usr/sbin:/usr/bin:/sbin:/bin")
    server = subprocess.Popen([program, "-p", folder, "-c", folder / "nginx.conf", "-e", folder / "error.log"], stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        wait_for(server, folder)
        yield folder
    finally:
        server.terminate()
        server.wait()


def wait_for(server, folder):
    end = time.monotonic() + SLOW_START_S
    while time.monotonic() < end and server.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", PLAIN), 1):
            return
        time.sleep(0.05)
    raise RuntimeError(f"nginx did not start: {(folder / 'error.log').read_text()[-300:] if (folder / 'error.log').exists() else ''}")


def make_certificates(folder):
    """An authority and a P-256 certificate of it for 127.0.0.1 and localhost."""
    def openssl(*words):
        subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True)
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    openssl("req", "-x509", *curve, "-keyout", folder / "root.key", "-out", folder / "root.pem", "-subj", "/CN=bench root", "-days", "30",
            "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign")
    openssl("req", *curve, "-keyout", folder / "key.pem", "-out", folder / "request.pem", "-subj", "/CN=localhost")
    (folder / "names").write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth\n")
    openssl("x509", "-req", "-in", folder / "request.pem", "-CA", folder / "root.pem", "-CAkey", folder / "root.key", "-CAcreateserial",
            "-days", "30", "-out", folder / "chain.pem", "-extfile", folder / "names")
