"""GET the URLs of standard input in a pool of threads, 20 or as many as the command line says: a line for each, in order.

    atonce compare fetch urls.txt --peer "python:20=python3 examples/peers/get_pool.py 20"
"""
import sys
from concurrent.futures import ThreadPoolExecutor
from urllib.error import HTTPError
from urllib.request import urlopen


def get(url):
    try:
        with urlopen(url, timeout=30) as answer:
            answer.read()
            return answer.status
    except HTTPError as refused:
        return refused.code
    except OSError:
        return "000"


urls = sys.stdin.read().split()
with ThreadPoolExecutor(int(sys.argv[1]) if len(sys.argv) > 1 else 20) as pool:
    for url, status in zip(urls, pool.map(get, urls)):
        print(status, url)
