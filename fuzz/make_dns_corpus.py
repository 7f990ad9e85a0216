#!/usr/bin/env python3
"""Writes the seeds of dns_fuzz into corpus/dns: one small answer for each thing a name server may say or get wrong."""

import pathlib
import struct


def name(text):
    return b"".join(bytes([len(label)]) + label.encode() for label in text.split(".")) + b"\0"


def header(answers, authorities=0, additional=0, flags=0x8180, questions=1):
    return struct.pack(">HHHHHH", 0, flags, questions, answers, authorities, additional)


def question(text, kind):
    return name(text) + struct.pack(">HH", kind, 1)


def record(owner, kind, ttl, data):
    return owner + struct.pack(">HHIH", kind, 1, ttl, len(data)) + data


A, CNAME, SOA, AAAA, OPT = 1, 5, 6, 28, 41
HERE = b"\xc0\x0c"  # the asked name
WWW = question("www.example.com", A)
SHORT = question("a.example", A)
ADDRESS = b"\xc0\0\2\1"
START = record(name("example.com"), SOA, 3600, name("ns") + name("m") + struct.pack(">IIIII", 1, 2, 3, 4, 60))


def option(extended_code=0):
    return b"\0" + struct.pack(">HHIH", OPT, 1232, extended_code << 24, 0)


# The first byte tells the fuzzer what was asked: bit 0 for AAAA, bit 1 for a.example instead of www.example.com.
SEEDS = {
    "one_address": b"\0" + header(1) + WWW + record(HERE, A, 300, ADDRESS),
    "one_ipv6": b"\1" + header(1) + question("www.example.com", AAAA) + record(HERE, AAAA, 300, b"\x20\1" + b"\0" * 14),
    "alias_and_address": b"\0" + header(2) + WWW + record(HERE, CNAME, 30, b"\3cdn\xc0\x10") + record(b"\xc0\x2d", A, 60, ADDRESS),
    "alias_alone": b"\2" + header(1) + SHORT + record(HERE, CNAME, 30, name("b.example")),
    "alias_of_itself": b"\2" + header(1) + SHORT + record(HERE, CNAME, 30, HERE),
    "alias_circle": b"\2" + header(2) + SHORT + record(HERE, CNAME, 30, name("b.example")) + record(name("b.example"), CNAME, 30, HERE),
    "out_of_order": b"\2" + header(2) + SHORT + record(name("b.example"), A, 30, ADDRESS) + record(HERE, CNAME, 30, name("b.example")),
    "no_name": b"\0" + header(0, 1, 0, 0x8183) + WWW + START,
    "no_address": b"\0" + header(0, 1, 1) + WWW + START + option(),
    "extended_code": b"\0" + header(0, 0, 1) + WWW + option(1),
    "truncated": b"\0" + header(0, flags=0x8380) + WWW,
    "server_failure": b"\0" + header(0, flags=0x8182) + WWW,
    "format_error_bare": b"\0" + header(0, flags=0x8181, questions=0),
    "pointer_to_itself": b"\0" + header(1) + WWW + record(b"\xc0\x21", A, 60, ADDRESS),
    "pointer_forward": b"\0" + header(1) + WWW + record(b"\xc0\x40", A, 60, ADDRESS),
    "unknown_label_type": b"\0" + header(1) + WWW + record(b"\x41\0", A, 60, ADDRESS),
    "length_beyond_end": b"\0" + header(1) + WWW + HERE + struct.pack(">HHIH", A, 1, 60, 4000) + b"\1\2",
    "count_beyond_end": b"\0" + header(65535, 65535, 65535) + WWW + record(HERE, A, 60, ADDRESS),
    "wrong_length": b"\0" + header(1) + WWW + record(HERE, A, 60, ADDRESS + b"\1"),
    "other_name": b"\0" + header(1) + WWW + record(name("evil.example"), A, 60, ADDRESS),
    "deepest_name": b"\0" + header(1) + WWW + record(b"\1a" * 127 + b"\0", A, 60, ADDRESS),
    "other_question": b"\0" + header(1) + question("www.example.org", A) + record(HERE, A, 300, ADDRESS),
    "header_alone": b"\0" + header(0),
}

folder = pathlib.Path(__file__).parent / "corpus" / "dns"
folder.mkdir(parents=True, exist_ok=True)
for seed, message in SEEDS.items():
    (folder / seed).write_bytes(message)
