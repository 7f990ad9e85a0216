"""The open hosts behind a pair of virtual interfaces: accepts whatever comes to port 443 of this network namespace, and closes it.

Says "here" when the namespace is there, waits for a line, says "listening", and serves until it is killed.
"""
import socket
import sys
from pathlib import Path

for name in ("core/somaxconn", "ipv4/tcp_max_syn_backlog"):
    Path("/proc/sys/net", name).write_text("65535\n")
print("here", flush=True)
sys.stdin.readline()
listener = socket.create_server(("0.0.0.0", 443), backlog=65_535)
print("listening", flush=True)
while True:
    listener.accept()[0].close()
