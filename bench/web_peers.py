"""The peers of fetch and batch, as their users would write them.

Usage: web_peers.py WAY URL COUNT [BATCH]; prints how many answers had status 200, and seconds, as JSON. The interpreter's start is
not counted. With BATCH, COUNT requests are POSTs, in batches of so many, one after another inside a batch.
"""
import asyncio
import json
import multiprocessing
import resource
import sys
import time
from concurrent.futures import ThreadPoolExecutor

WAY, URL, COUNT = sys.argv[1], sys.argv[2], int(sys.argv[3])
BATCH = int(sys.argv[4]) if len(sys.argv) > 4 else None
BODY = b'{"n": 1}'


def get_alone(_):
    import requests
    return requests.get(URL, timeout=30).status_code == 200


def with_session(share):
    """A session for each worker: connections are used again."""
    import requests
    session = requests.Session()
    return sum(session.get(URL, timeout=30).status_code == 200 for _ in range(share))


def sequential():
    return with_session(COUNT)


def threads(workers=20):
    with ThreadPoolExecutor(workers) as pool:
        return sum(pool.map(get_alone, range(COUNT)))


def thread_sessions(workers=20):
    with ThreadPoolExecutor(workers) as pool:
        return sum(pool.map(with_session, [COUNT // workers] * workers))


def processes(workers=10):
    with multiprocessing.Pool(workers) as pool:
        return sum(pool.map(with_session, [COUNT // workers] * workers))


def batch_alone(_):
    import requests
    with requests.Session() as session:
        return sum(session.post(URL, data=BODY, timeout=30).status_code == 200 for _ in range(BATCH))


def batches_in_threads(workers=20):
    with ThreadPoolExecutor(workers) as pool:
        return sum(pool.map(batch_alone, range(COUNT // BATCH)))


def batches_in_turn():
    return sum(map(batch_alone, range(COUNT // BATCH)))


async def aiohttp_gets(at_once=100):
    import aiohttp
    done = 0
    left = iter(range(COUNT))
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=at_once)) as session:
        async def work():
            nonlocal done
            for _ in left:
                async with session.get(URL) as answer:
                    await answer.read()
                    done += answer.status == 200
        await asyncio.gather(*(work() for _ in range(at_once)))
    return done


async def aiohttp_batches(at_once=1000):
    import aiohttp
    done = 0
    left = iter(range(COUNT // BATCH))
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=at_once)) as session:
        async def work():
            nonlocal done
            for _ in left:
                for _ in range(BATCH):
                    async with session.post(URL, data=BODY) as answer:
                        await answer.read()
                        done += answer.status == 200
        await asyncio.gather(*(work() for _ in range(at_once)))
    return done


WAYS = {
    "requests": sequential, "requests-threads": threads, "requests-thread-sessions": thread_sessions, "requests-processes": processes,
    "aiohttp": lambda: asyncio.run(aiohttp_gets()),
    "batch-requests": batches_in_turn, "batch-threads": batches_in_threads, "batch-aiohttp": lambda: asyncio.run(aiohttp_batches()),
}


def main():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    started = time.monotonic()
    good = WAYS[WAY]()
    print(json.dumps({"good": good, "seconds": time.monotonic() - started}))


if __name__ == "__main__":
    main()
