#!/usr/bin/python3
"""The experiment's original: so many files with a random name and a byte each, one after another, or with a pool of threads.

Usage: write_files.py DIR COUNT [THREADS]
"""
import os
import secrets
import sys
from concurrent.futures import ThreadPoolExecutor


def write_file(folder):
    with open(os.path.join(folder, secrets.token_urlsafe(64)), "wb") as file:
        file.write(os.urandom(1))


def main():
    folder, count = sys.argv[1], int(sys.argv[2])
    os.makedirs(folder, exist_ok=True)
    if len(sys.argv) == 3:
        for _ in range(count):
            write_file(folder)
        return
    with ThreadPoolExecutor(max_workers=int(sys.argv[3])) as pool:
        for _ in pool.map(write_file, [folder] * count):
            pass


main()
