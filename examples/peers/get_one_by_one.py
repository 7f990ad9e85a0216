"""GET the URLs of standard input, one after another: a line for each, its status code or 000.

    atonce compare fetch urls.txt --peer "python:one=python3 examples/peers/get_one_by_one.py"
"""
import sys
from urllib.error import HTTPError
from urllib.request import urlopen


def get(url):
    try:
        with urlopen(url.strip(), timeout=30) as answer:
            answer.read()
            return answer.status
    except HTTPError as refused:
        return refused.code
    except OSError:
        return "000"


for line in sys.stdin:
    print(get(line), line.strip())
