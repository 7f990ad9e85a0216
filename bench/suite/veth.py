"""Hosts behind a pair of virtual interfaces, where the kernel's own queue between them overflows in a burst.

Unlike the hosts of a TUN world, which take packets as fast as they come, everything here passes the queue that
net.core.netdev_max_backlog bounds, as on a real machine's way in. 16 blocks of 65,536 hosts: half open, a quarter refuses, a quarter is silent.
"""
import contextlib
import os
import random
import subprocess
import sys
from pathlib import Path

from .contest import dotted

WORLD = "veth"  # its name among the worlds of a section
FIRST = 0x0A800000  # 10.128.0.0/12
BLOCK = 1 << 16
SERVER = Path(__file__).resolve().parent.parent / "far_hosts.py"
RULES = """table ip hosts {
chain in { type filter hook input priority 0;
  tcp dport 443 ip daddr & 0.0.192.0 == 0.0.128.0 reject with tcp reset
  tcp dport 443 ip daddr & 0.0.192.0 == 0.0.192.0 drop
}
}
"""


def queue_setting():
    return "netdev_max_backlog = " + Path("/proc/sys/net/core/netdev_max_backlog").read_text().strip()


def alone(command):
    """The command in a network namespace of its own."""
    return ["unshare", "-n" if os.geteuid() == 0 else "-rn", *command]


def truth_of_host(number):
    return ("open", "open", "closed", "timeout")[number >> 14 & 3]


class Hosts:
    """Gives out a block after another, each in an order of its own."""

    def __init__(self):
        self.block = 0

    def take(self, count):
        first = FIRST + self.block % 16 * BLOCK
        self.block += 1
        quarters = [[first + quarter * (BLOCK // 4) + i for i in range(count // 4)] for quarter in range(4)]
        numbers = [number for quarter in quarters for number in quarter]
        random.Random(self.block).shuffle(numbers)
        return [dotted(number) for number in numbers], [truth_of_host(number) for number in numbers]


def run(*words, text=None):
    subprocess.run(words, check=True, timeout=20, stdout=subprocess.DEVNULL, input=text, text=True)


@contextlib.contextmanager
def far_side():
    """Builds the pair and the hosts, in a network namespace that is ours alone; they go when this ends."""
    server = subprocess.Popen(["unshare", "-n", sys.executable, SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        server.stdout.readline()
        there = ["nsenter", "-t", str(server.pid), "-n"]
        run("ip", "link", "set", "lo", "up")
        run("ip", "link", "add", "near", "type", "veth", "peer", "name", "far", "netns", str(server.pid))
        run("ip", "addr", "add", "192.0.2.1/30", "dev", "near")
        run("ip", "link", "set", "near", "up")
        run(*there, "ip", "addr", "add", "192.0.2.2/30", "dev", "far")
        run(*there, "ip", "link", "set", "lo", "up")
        run(*there, "ip", "link", "set", "far", "up")
        run(*there, "ip", "route", "add", "local", "10.128.0.0/12", "dev", "lo")
        run(*there, "nft", "-f", "-", text=RULES)
        run("ip", "route", "add", "10.128.0.0/12", "via", "192.0.2.2")
        server.stdin.write(b"go\n")
        server.stdin.flush()
        server.stdout.readline()
        yield
    finally:
        server.kill()
        server.wait()
