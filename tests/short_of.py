#!/usr/bin/env python3
"""Runs a command on a machine that is short of something.

    python3 tests/short_of.py --files 64 --memory 512 --processes 64 --ports 100 --no-io-uring -- COMMAND ...

What is said about processes needs root, and the command then runs as nobody; what is said about ports needs a network of its own.
"""

import argparse
import ctypes
import os
import resource
import struct
import sys

NOBODY = 61_234  # Nobody else runs as this user, so that only the command's own processes count.
IO_URING = range(425, 428)  # io_uring_setup, _enter and _register: the same on every architecture.
PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2
LOAD_NUMBER, JUMP_EQUAL, RETURN = 0x20, 0x15, 0x06
ALLOW, FAIL_WITH = 0x7fff0000, 0x00050000


def refuse_io_uring():
    """As container runtimes do: seccomp(2), with EPERM."""
    rules = [(LOAD_NUMBER, 0, 0, 0)]
    for at, number in enumerate(IO_URING):
        rules.append((JUMP_EQUAL, len(IO_URING) - at, 0, number))
    rules += [(RETURN, 0, 0, ALLOW), (RETURN, 0, 0, FAIL_WITH | 1)]
    code = b"".join(struct.pack("=HBBI", *rule) for rule in rules)
    buffer = ctypes.create_string_buffer(code)
    program = ctypes.create_string_buffer(struct.pack("@HP", len(rules), ctypes.addressof(buffer)))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 or libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, program) != 0:
        sys.exit(f"seccomp: {os.strerror(ctypes.get_errno())}")


def limit(what, value):
    resource.setrlimit(what, (value, value))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int)
    parser.add_argument("--memory", type=int, help="MiB of address space")
    parser.add_argument("--processes", type=int)
    parser.add_argument("--ports", type=int)
    parser.add_argument("--no-io-uring", action="store_true")
    parser.add_argument("command", nargs="+")
    options = parser.parse_args()
    if options.ports:
        with open("/proc/sys/net/ipv4/ip_local_port_range", "w", encoding="ascii") as file:
            file.write(f"40000 {40_000 + options.ports - 1}")
    if options.files:
        limit(resource.RLIMIT_NOFILE, options.files)
    if options.memory:
        limit(resource.RLIMIT_AS, options.memory << 20)
    if options.processes:
        limit(resource.RLIMIT_NPROC, options.processes)
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
    if options.no_io_uring:
        refuse_io_uring()
    os.execvp(options.command[0], options.command)


if __name__ == "__main__":
    main()
