#!/usr/bin/env python3
"""Writes the seeds of response_fuzz, request_fuzz and coding_fuzz: one small stream for each way to frame or to break a
message, one small body for each coding. Needs
python3-brotli and the program zstd."""

import gzip
import pathlib
import subprocess
import zlib

import brotli

HERE = pathlib.Path(__file__).parent / "corpus"
OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
LENGTH = OK + b"Content-Length: 3\r\n\r\nabc"

RESPONSES = {
    "length": LENGTH,
    "two": LENGTH + LENGTH,
    "until_close": OK + b"\r\nabc",
    "chunked": CHUNKED + b"3\r\nabc\r\n0\r\n\r\n",
    "extensions": CHUNKED + b"3;a=b;c=\"d\"\r\nabc\r\n0 \r\nX: y\r\n\r\n",
    "interim": b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 x\r\nLink: y\r\n\r\n" + LENGTH,
    "interims": b"HTTP/1.1 102 x\r\n\r\n" * 4 + LENGTH,
    "switch": b"HTTP/1.1 101 x\r\nUpgrade: y\r\nConnection: upgrade\r\n\r\nabc",
    "no_content": b"HTTP/1.1 204 x\r\n\r\n" + LENGTH,
    "not_modified": b"HTTP/1.1 304 x\r\nContent-Length: 9\r\n\r\n" + LENGTH,
    "folded": OK + b"X: a\r\n b\r\nContent-Length: 0\r\n\r\n",
    "both_lengths": OK + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
    "two_lengths": OK + b"Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
    "bare_lf": b"HTTP/1.1 200 OK\nContent-Length: 3\n\nabc",
    "nul": OK + b"X: a\0b\r\n\r\n",
    "space_before_colon": OK + b"X : a\r\n\r\n",
    "http09": b"<html>hello",
    "http10": b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 3\r\n\r\nabc" + LENGTH,
    "close": OK + b"Connection: close\r\nContent-Length: 0\r\n\r\n",
    "bad_chunk": CHUNKED + b"0x3\r\nabc\r\n0\r\n\r\n",
    "huge_chunk": CHUNKED + b"ffffffffffffffff0\r\nabc",
    "long_line": CHUNKED + b"0" * 40 + b"3\r\nabc\r\n0\r\n\r\n",
    "fields": OK + b"A: b\r\n" * 6 + b"\r\n",
    "stray": LENGTH + b"d",
}

GET = b"GET /a?b HTTP/1.1\r\nHost: a\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: a\r\n"
REQUESTS = {
    "get": GET,
    "pipelined": GET * 3,
    "empty_line": b"\r\n" + GET,
    "length": POST + b"Content-Length: 3\r\n\r\nabc" + GET,
    "chunked": POST + b"Transfer-Encoding: chunked\r\n\r\n3;x\r\nabc\r\n0\r\nX: y\r\n\r\n" + GET,
    "expect": POST + b"Expect: 100-continue\r\nContent-Length: 3\r\n\r\nabc",
    "connect": b"CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n\x16\x03",
    "options": b"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
    "absolute": b"GET http://a/b HTTP/1.1\r\nHost: a\r\n\r\n",
    "http10": b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n" + GET,
    "upgrade": POST + b"Connection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 1\r\n\r\na",
    "no_host": b"GET / HTTP/1.1\r\n\r\n",
    "tls": b"\x16\x03\x01\x02\x00\x01",
    "preface": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "smuggled": POST + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + GET,
}

TEXT = b"hello hello hello, " * 8


def deflate_raw(data):
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


def zstd(data):
    return subprocess.run(["zstd", "-c"], input=data, stdout=subprocess.PIPE, check=True).stdout


def squeeze(data):
    return gzip.compress(data, mtime=0)


CODED = {  # the first byte chooses the codings, as in coding_fuzz.cc
    "gzip": (0, squeeze(TEXT)),
    "gzip_twice_behind": (0, squeeze(TEXT) * 2),
    "zlib": (1, zlib.compress(TEXT)),
    "raw": (1, deflate_raw(TEXT)),
    "br": (2, brotli.compress(TEXT)),
    "zstd": (3, zstd(TEXT)),
    "zstd_frames": (3, zstd(TEXT) * 2),
    "zstd_window": (3, b"\x28\xb5\x2f\xfd\x00\x70\x01\x00\x00"),
    "gzip_br": (4, brotli.compress(squeeze(TEXT))),
    "zstd_deflate": (5, zlib.compress(zstd(TEXT))),
    "three": (6, squeeze(zstd(brotli.compress(TEXT)))),
    "bomb": (0, squeeze(bytes(300_000))),
    "bomb_br": (2, brotli.compress(bytes(300_000))),
    "bomb_zstd": (3, zstd(bytes(300_000))),
    "bomb_twice": (7, squeeze(squeeze(bytes(300_000)))),
}


def write(folder, name, data):
    (HERE / folder).mkdir(parents=True, exist_ok=True)
    (HERE / folder / name).write_bytes(data)


for name, stream in RESPONSES.items():
    write("response", name, bytes([4, len(stream) // 2]) + stream)
    write("response", name + "_small", bytes([12, len(stream) // 3]) + stream)
write("response", "head", bytes([5, 9]) + OK + b"Content-Length: 3\r\n\r\n" + LENGTH[:-3])
write("response", "switch_wanted", bytes([6, 9]) + RESPONSES["switch"])
for name, stream in REQUESTS.items():
    write("request", name, bytes([1, len(stream) // 2]) + stream)
    write("request", name + "_small", bytes([3, len(stream) // 3]) + stream)
for name, (choice, body) in CODED.items():
    write("coding", name, bytes([choice, len(body) // 2]) + body)
