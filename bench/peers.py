"""The peers, as their users would write them: open a TCP connection to each host of a list; open, closed or timed out?

Usage: peers.py WAY LIST PORT TIMEOUT_S [LIMIT]; prints counts and seconds as JSON. The interpreter's start is not counted.
"""
import asyncio
import json
import multiprocessing
import resource
import socket
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

WAY, LIST, PORT, TIMEOUT = sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4])
LIMIT = int(sys.argv[5]) if len(sys.argv) > 5 else None


def verdict_of(error):
    if isinstance(error, ConnectionRefusedError):
        return "closed"
    if isinstance(error, (TimeoutError, asyncio.TimeoutError)):
        return "timeout"
    return "other"


def probe(host):
    try:
        socket.create_connection((host, PORT), timeout=TIMEOUT).close()
        return "open"
    except OSError as error:
        return verdict_of(error)


async def probe_async(host, semaphore):
    async with semaphore:
        try:
            _, writer = await asyncio.wait_for(asyncio.open_connection(host, PORT), TIMEOUT)
            writer.close()
            return "open"
        except (OSError, asyncio.TimeoutError) as error:
            return verdict_of(error)


async def all_async(hosts, at_once=1000):
    semaphore = asyncio.Semaphore(at_once)
    return Counter(await asyncio.gather(*(probe_async(host, semaphore) for host in hosts)))


def with_uvloop(hosts):
    import uvloop
    uvloop.install()
    return asyncio.run(all_async(hosts))


def with_threads(count):
    def run(hosts):
        with ThreadPoolExecutor(count) as pool:
            return Counter(pool.map(probe, hosts))
    return run


def with_processes(hosts):
    with multiprocessing.Pool(10) as pool:
        return Counter(pool.imap_unordered(probe, hosts, chunksize=16))


WAYS = {
    "sequential": lambda hosts: Counter(map(probe, hosts)),
    "threads10": with_threads(10),
    "threads100": with_threads(100),
    "processes10": with_processes,
    "asyncio": lambda hosts: asyncio.run(all_async(hosts)),
    "asyncio15000": lambda hosts: asyncio.run(all_async(hosts, 15_000)),
    "uvloop": with_uvloop,
}

if __name__ == "__main__":
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with open(LIST) as lines:
        hosts = [line.strip() for line in lines][:LIMIT]
    started = time.monotonic()
    counts = WAYS[WAY](hosts)
    print(json.dumps({**counts, "seconds": round(time.monotonic() - started, 4)}))
