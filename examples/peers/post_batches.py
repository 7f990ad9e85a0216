"""Batches of requests out of lines of JSON, in a pool of 20 threads: one request after another inside a batch.

    atonce compare batch batches.jsonl --peer "python:20=python3 examples/peers/post_batches.py"
"""
import json
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import count, groupby
from urllib.error import HTTPError
from urllib.request import Request, urlopen


def send(wish):
    body = wish.get("body")
    if body is not None:
        body = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    method = wish.get("method", "GET" if body is None else "POST")
    try:
        with urlopen(Request(wish["url"], body, wish.get("headers", {}), method=method), timeout=30) as answer:
            answer.read()
            return answer.status
    except HTTPError as refused:
        return refused.code
    except OSError:
        return "000"


def send_batch(wishes):
    """The status codes; after one that never came, the rest is skipped."""
    statuses = []
    for wish in wishes:
        statuses.append("skipped" if statuses and statuses[-1] in ("000", "skipped") else send(wish))
    return statuses


number = count()
lines = [json.loads(line) for line in sys.stdin if line.strip()]
batches = [list(wishes) for _, wishes in groupby(lines, lambda wish: wish.get("batch", ("alone", next(number))))]
with ThreadPoolExecutor(int(sys.argv[1]) if len(sys.argv) > 1 else 20) as pool:
    for statuses in pool.map(send_batch, batches):
        print(*statuses, sep="\n")
