"""A resolver that stands still, told from names that nobody answers for."""

import socket
import threading
import time
import unittest

from program import ProgramTest, account_of, run, rows_of

STOOD_STILL = "the resolver stood still"


class NameServer:
    """Says of every name that it does not exist; of those under `silent` nothing; and nothing at all while it sleeps."""

    def __init__(self, sleeps_after=None, sleeps_for=0.0):
        self.sleeps_after, self.sleeps_for = sleeps_after, sleeps_for
        self.asked = {}  # for an IPv4 address
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.endpoint = f"127.0.0.1:{self.socket.getsockname()[1]}"
        self.wakes_at = None
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                question, client = self.socket.recvfrom(4096)
            except OSError:
                return
            name = self.name_of(question)
            end = question.index(b"\0", 12) + 5
            if question[end - 3] == 1:
                self.asked[name] = self.asked.get(name, 0) + 1
            if not name.startswith("silent") and not self.asleep():
                header = question[:2] + b"\x81\x83" + question[4:6] + bytes(6)
                self.socket.sendto(header + question[12:end], client)

    def asleep(self):
        if self.sleeps_after is None or len(self.asked) <= self.sleeps_after:
            return False
        if self.wakes_at is None:
            self.wakes_at = time.monotonic() + self.sleeps_for
        return time.monotonic() < self.wakes_at

    @staticmethod
    def name_of(question):
        labels, at = [], 12
        while question[at]:
            labels.append(question[at + 1:at + 1 + question[at]].decode())
            at += 1 + question[at]
        return ".".join(labels).lower()

    def close(self):
        self.socket.close()


class Resolvers(ProgramTest):
    def serve(self, **moods):
        server = NameServer(**moods)
        self.addCleanup(server.close)
        return server

    def probe(self, server, listed, *options):
        path = self.write("list.txt", "\n".join(listed))
        return run("probe", path, "--json", "--no-run", "--resolver", server.endpoint, *options)

    def test_names_that_nobody_answers_for_are_no_resolver_that_stands_still(self):
        server = self.serve()
        listed = [f"known{i}.example" for i in range(30)] + [f"silent{i}.example" for i in range(40)]
        done = self.probe(server, listed, "--dns-timeout", "400ms")
        self.expect_exit(done, 0)
        self.assertNotIn(STOOD_STILL, done.stderr)
        self.assertEqual(account_of(done.stderr), {"no_name": 30, "dns_timeout": 40})
        again = sum(count - 1 for name, count in server.asked.items() if name.startswith("known"))
        self.assertGreaterEqual(again, 1, "it is asked before it is doubted")
        self.assertLessEqual(again, 10, "and seldom")

    def test_a_resolver_that_stands_still_takes_no_name_with_it(self):
        server = self.serve(sleeps_after=100, sleeps_for=5.0)
        done = self.probe(server, [f"known{i}.example" for i in range(600)], "--dns-timeout", "200ms", "--rate", "100")
        self.expect_exit(done, 0)
        self.assertIn(STOOD_STILL, done.stderr)
        self.assertIn("void and tried again", done.stderr)
        self.assertEqual({row["verdict"] for row in rows_of(done.stdout)}, {"no_name"})

    def test_a_world_with_silent_names_ends_sure_of_them(self):
        self.need_private_network()
        listed = self.write("names.csv", run("world", "--names", 2000).stdout)
        begun = time.monotonic()
        done = run("probe", listed, "--world=stormy", "--no-run", "--format", "none", "--dns-timeout", "300ms",
                   "--connect-timeout", "1200ms")
        self.expect_exit(done, 0)
        self.assertLess(time.monotonic() - begun, 40)
        self.assertNotIn(STOOD_STILL, done.stderr)
        self.assertGreater(account_of(done.stderr)["dns_timeout"], 20)


if __name__ == "__main__":
    unittest.main()
