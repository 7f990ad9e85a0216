"""URLs in, a row for each one out: against a small server of Python's."""

import base64
import hashlib
import json
import os
import unittest

from http_server import PAGE, ServerTest, http_server, raw_server
from program import ProgramTest, account_of, csv_rows_of, rows_of, run, start

STRATEGIES = ("sequential", "processes:3", "threads:4", "async", "async:2")
# Names lead to 127.0.0.1 here, which somebody else's words may not.
LOCAL = ("--allow-private", "--no-canaries")


class FetchTest(ServerTest):
    def fetch(self, *args, **how):
        """The rows of a fetch that is to be complete, in the order of the list."""
        done = run("fetch", *args, "--json", "-q", *LOCAL, **how)
        self.assertIn(done.returncode, (0, 3), done.stderr)
        return sorted(rows_of(done.stdout), key=lambda row: row["line"])

    def fetch_one(self, path, *args, **how):
        rows = self.fetch(self.url + path, *args, **how)
        self.assertEqual(len(rows), 1)
        return rows[0]

    def echo(self, *args, path="/echo", **how):
        """What the server was asked last, with its fields' names in lower case."""
        self.assertEqual(self.fetch_one(path, *args, **how)["verdict"], "ok")
        asked = dict(self.server.asked[-1])
        asked["fields"] = {name.lower(): value for name, value in asked["fields"].items()}
        return asked


class Fetch(FetchTest):
    def test_a_line_of_text_has_url_status_and_time(self):
        done = run("fetch", f"{self.url}/", f"{self.url}/status/404", *LOCAL)
        self.expect_exit(done, 0)
        self.assertRegex(done.stdout, rf"(?m)^{self.url}/ 200 \d+\.\d\d$")
        self.assertRegex(done.stdout, rf"(?m)^{self.url}/status/404 404 \d+\.\d\d$")
        self.expect_balance(done.stderr, 2)

    def test_a_row_tells_everything_about_the_answer(self):
        row = self.fetch_one("/page")
        for key, value in {"verdict": "ok", "status_code": 200, "reason": "OK", "http_version": "HTTP/1.1",
                           "method": "GET", "address": "127.0.0.1", "content_type": "text/html; charset=utf-8",
                           "size_body": len(PAGE), "size_download": len(PAGE), "blame": None, "tries": 1,
                           "insecure": False, "reused": False}.items():
            self.assertEqual(row[key], value, key)
        times = [row[f"time_{phase}"] for phase in ("namelookup", "connect", "pretransfer", "starttransfer", "total")]
        self.assertEqual(times, sorted(times))
        self.assertIsNone(row["time_appconnect"])

    def test_csv_has_the_same_columns_for_all(self):
        done = run("fetch", f"{self.url}/", "http://127.0.0.1:1/", "--csv", "-q", *LOCAL)
        rows = csv_rows_of(done.stdout)
        self.assertEqual({row["verdict"] for row in rows}, {"ok", "closed"})
        self.assertEqual([row["status_code"] for row in rows if row["verdict"] == "ok"], ["200"])

    def test_every_strategy_gives_the_same_verdicts_statuses_and_hashes(self):
        paths = ["/", "/status/404", "/status/204", "/status/500", "/bytes/100000", "/redirect/3", "/loop", "/cut",
                 "/gzip"] + [f"/bytes/{i}" for i in range(40)]
        listed = self.write("urls.txt", "".join(f"{self.url}{path}\n" for path in paths)
                            + "http://127.0.0.1:1/\nftp://x/\nhttp://a b/\n")
        told = {}
        for strategy in STRATEGIES:
            rows = self.fetch(listed, "-L", "--hash", "sha256", "--strategy", strategy, "--no-run")
            told[strategy] = [(row["line"], row["verdict"], row["status_code"], row["hash"], row["num_redirects"])
                              for row in rows]
            self.assertEqual(len(rows), len(paths) + 3)
        for strategy in STRATEGIES[1:]:
            self.assertEqual(told[strategy], told["sequential"], strategy)
        verdicts = [row[1] for row in told["sequential"]]
        self.assertEqual(verdicts[-3:], ["closed", "invalid_input", "invalid_input"])
        self.assertEqual(verdicts[6:8], ["redirect_loop", "partial"])

    def test_connections_are_used_again(self):
        listed = self.write("urls.txt", f"{self.url}/echo\n" * 20)
        rows = self.fetch(listed, "--strategy", "sequential", "--no-run")
        self.assertEqual([row["reused"] for row in rows], [False] + [True] * 19)
        self.assertEqual(len({asked["peer"] for asked in self.server.asked}), 1)

    def test_hosts_go_into_a_template(self):
        listed = self.write("hosts.csv", f"rank,domain\n1,localhost:{self.server.port}\n2,127.0.0.1:{self.server.port}\n")
        rows = self.fetch(listed, "--url", "http://{}/status/200?from={}", "--no-run")
        self.assertEqual([row["verdict"] for row in rows], ["ok", "ok"])
        self.assertEqual(sorted(asked["path"] for asked in self.server.asked),
                         sorted(f"/status/200?from={host}:{self.server.port}" for host in ("localhost", "127.0.0.1")))
        self.assertEqual(rows[0]["columns"], {"rank": "1"})

    def test_a_bare_host_is_asked_over_https(self):
        row = self.fetch("127.0.0.1:1")[0]
        self.assertEqual((row["url"], row["verdict"]), ("https://127.0.0.1:1/", "closed"))

    def test_a_word_that_cannot_be_a_url_ends_nothing(self):
        done = run("fetch", f"{self.url}/", "http://[::1", "--json", *LOCAL)
        self.expect_exit(done, 0)
        self.assertEqual(account_of(done.stderr), {"ok": 1, "invalid_input": 1})

    def test_names_do_not_lead_into_this_machine_unless_allowed(self):
        done = run("fetch", f"http://localhost:{self.server.port}/", "--json", "-q")
        self.assertEqual(rows_of(done.stdout)[0]["verdict"], "special_use")
        self.assertEqual(self.server.asked, [])

    def test_a_comparison_runs_it_with_every_strategy(self):
        done = run("compare", "fetch", f"{self.url}/", f"{self.url}/status/404", "--rounds", "1", "--json", "-I",
                   "--strategy", "sequential,threads:2,async", "--allow-private")
        self.expect_exit(done, 0)
        told = json.loads(done.stdout)
        self.assertEqual(told["job"], "fetch")
        self.assertEqual({asked["method"] for asked in self.server.asked}, {"HEAD"})


class Requests(FetchTest):
    def test_the_method_and_the_fields_are_the_users(self):
        asked = self.echo("-X", "PROPFIND", "-H", "Accept: text/html", "-H", "X-Two: a:b", "-A", "me/1")
        self.assertEqual(asked["method"], "PROPFIND")
        self.assertEqual((asked["fields"]["accept"], asked["fields"]["x-two"], asked["fields"]["user-agent"]),
                         ("text/html", "a:b", "me/1"))

    def test_by_default_it_says_who_it_is(self):
        self.assertRegex(self.echo()["fields"]["user-agent"], r"^atonce/\d")

    def test_fields_come_from_a_file_too(self):
        fields = self.write("fields", "# mine\nX-One: 1\r\n\nX-Two: 2\n")
        asked = self.echo("-H", f"@{fields}")["fields"]
        self.assertEqual((asked["x-one"], asked["x-two"]), ("1", "2"))

    def test_data_is_posted_as_a_form_and_joined(self):
        asked = self.echo("-d", "a=1", "-d", "b=2")
        self.assertEqual((asked["method"], asked["body"], asked["fields"]["content-type"]),
                         ("POST", "a=1&b=2", "application/x-www-form-urlencoded"))

    def test_data_of_a_file_loses_its_line_ends_unless_binary(self):
        body = self.write("body", "one\r\ntwo\n")
        self.assertEqual(self.echo("-d", f"@{body}")["body"], "onetwo")
        self.assertEqual(self.echo("--data-binary", f"@{body}")["body"], "one\r\ntwo\n")

    def test_a_large_body_is_sent_whole(self):
        body = self.write("body", "x" * 1_000_000)
        asked = self.echo("--data-binary", f"@{body}", "-X", "PUT")
        self.assertEqual((asked["method"], len(asked["body"])), ("PUT", 1_000_000))

    def test_json_in_brackets_is_one_value(self):
        self.assertEqual(self.echo("-d", "[1,2]", "-H", "Content-Type: application/json")["body"], "[1,2]")

    def test_head_asks_for_no_body(self):
        row = self.fetch_one("/bytes/1000", "-I")
        self.assertEqual((row["method"], row["status_code"], row["size_body"]), ("HEAD", 200, 0))

    def test_a_user_is_asked_for_by_name_and_in_the_url(self):
        expected = "Basic " + base64.b64encode(b"me:pass").decode()
        self.assertEqual(self.echo("-u", "me:pass")["fields"]["authorization"], expected)
        with_user = self.url.replace("http://", "http://me:pass@")
        self.fetch(with_user + "/echo")
        self.assertEqual(self.server.asked[-1]["fields"]["Authorization"], expected)

    def test_cookies_are_sent_and_taken_up_on_the_way(self):
        self.assertEqual(self.echo("-b", "a=1; b=2")["fields"]["cookie"], "a=1; b=2")
        self.assertEqual(self.echo("-b", "a=1", "-L", path="/cookie")["fields"]["cookie"], "a=1")
        asked = self.echo("-b", "a=1", "-b", "", "-L", path="/cookie")
        self.assertEqual(sorted(asked["fields"]["cookie"].split("; ")), ["a=1", "given=1"])

    def test_a_compressed_body_is_undone(self):
        row = self.fetch_one("/gzip", "--compressed", "--hash", "md5")
        self.assertEqual((row["content_encoding"], row["size_body"], row["hash"]),
                         ("gzip", len(PAGE), "md5:" + hashlib.md5(PAGE).hexdigest()))
        self.assertLess(row["size_download"], len(PAGE) + 30)
        self.assertIsNone(self.fetch_one("/gzip")["content_encoding"])

    def test_what_must_not_go_over_the_wire_is_refused_before_anything_starts(self):
        for args in (["-H", "X: a\r\nEvil: 1"], ["-X", "G T"], ["-A", "a\nb"], ["-b", "a=1\r\n"], ["-H", "no colon"],
                     ["--proxy", "ftp://x"], ["--cacert", "/nowhere.pem"], ["-d", "@/nowhere"], ["-I", "-d", "x"],
                     ["--match", "regex=("], ["--match", "status=abc"], ["--hash", "crc"], ["--max-body", "lots"]):
            with self.subTest(args=args):
                self.expect_exit(run("fetch", self.url, *args), 2)
        self.assertEqual(self.server.asked, [])


class Redirects(FetchTest):
    def test_without_location_the_first_answer_counts(self):
        row = self.fetch_one("/redirect/2")
        self.assertEqual((row["status_code"], row["num_redirects"]), (302, 0))

    def test_with_it_the_chain_is_told(self):
        row = self.fetch_one("/redirect/2", "-L")
        self.assertEqual((row["status_code"], row["url"]), (200, self.url + "/echo"))
        self.assertEqual(row["redirects"], [{"status": 302, "url": self.url + "/redirect/1"},
                                            {"status": 302, "url": self.url + "/echo"}])

    def test_there_are_bounds(self):
        self.assertEqual(self.fetch_one("/redirect/5", "-L", "--max-redirs", "4")["verdict"], "too_many_redirects")
        self.assertEqual(self.fetch_one("/redirect/5", "-L", "--max-redirs", "5")["verdict"], "ok")
        self.assertEqual(self.fetch_one("/loop", "-L")["verdict"], "redirect_loop")
        self.assertEqual(self.fetch_one("/to?ftp://x/", "-L")["verdict"], "bad_redirect")

    def test_secrets_do_not_follow_to_another_host(self):
        with http_server() as other:
            self.fetch_one(f"/to?{other.url}/echo", "-L", "-u", "me:pass", "-b", "a=1", "-H", "Authorization: Bearer t")
            fields = {name.lower() for name in other.asked[-1]["fields"]}
        self.assertFalse(fields & {"authorization", "cookie"})

    def test_they_lead_into_special_addresses_only_where_allowed(self):
        with raw_server(b"HTTP/1.1 302 Found\r\nLocation: " + f"{self.url}/echo".encode()
                        + b"\r\nContent-Length: 0\r\n\r\n", address="127.0.0.2") as first:
            done = run("fetch", first.url, "-L", "--json", "-q")
        self.assertEqual(rows_of(done.stdout)[0]["verdict"], "special_use")
        self.assertEqual(self.server.asked, [])

    def test_an_address_may_lead_to_itself(self):
        done = run("fetch", f"{self.url}/redirect/2", "-L", "--json", "-q")
        self.assertEqual(rows_of(done.stdout)[0]["verdict"], "ok")

    def test_a_connection_that_stands_already_is_no_way_around_that(self):
        with raw_server(b"HTTP/1.1 302 Found\r\nLocation: " + f"{self.url}/echo".encode()
                        + b"\r\nContent-Length: 0\r\n\r\n", address="127.0.0.2") as first:
            done = run("fetch", f"{self.url}/page", first.url, "-L", "--json", "-q", "--strategy", "sequential")
        self.assertEqual([row["verdict"] for row in rows_of(done.stdout)], ["ok", "special_use"])
        self.assertEqual([asked["path"] for asked in self.server.asked], ["/page"])


class Answers(FetchTest):
    def test_bodies_are_saved_inside_the_folder_under_names_of_their_own(self):
        folder = self.folder / "bodies"
        listed = self.write("urls.txt", f"{self.url}/page\n{self.url}/bytes/300000\n{self.url}/../../etc/passwd\n"
                                        f"{self.url}/status/404\n")
        rows = self.fetch(listed, "--save", folder, "--fail", "--no-run")
        self.assertEqual([row["verdict"] for row in rows], ["ok", "ok", "http_status", "http_status"])
        self.assertEqual((folder / rows[0]["saved_as"]).read_bytes(), PAGE)
        self.assertEqual(len((folder / rows[1]["saved_as"]).read_bytes()), 300_000)
        self.assertEqual([row["saved_as"] for row in rows[2:]], [None, None])
        self.assertEqual(len(os.listdir(folder)), 2)

    def test_a_second_run_overwrites_nothing(self):
        folder = self.folder / "bodies"
        names = {self.fetch_one("/page", "--save", folder)["saved_as"] for _ in range(3)}
        self.assertEqual(len(names), 3)

    def test_a_broken_answer_leaves_no_file(self):
        folder = self.folder / "bodies"
        self.assertEqual(self.fetch_one("/cut", "--save", folder)["verdict"], "partial")
        self.assertEqual(os.listdir(folder), [])

    def test_a_folder_that_cannot_be_written_to_ends_it_before_it_starts(self):
        self.write("file", "")
        self.expect_exit(run("fetch", self.url, "--save", self.folder / "file"), 2)

    def test_matches_and_filters_leave_rows_out_and_the_account_whole(self):
        listed = self.write("urls.txt", "".join(f"{self.url}{path}\n" for path in
                                                ("/page", "/status/404", "/status/500", "/bytes/10")))
        def lines(*args):
            done = run("fetch", listed, "--json", "--no-run", *LOCAL, *args)
            self.expect_exit(done, 0)
            self.expect_balance(done.stderr, 4)
            return sorted(row["line"] for row in rows_of(done.stdout))
        self.assertEqual(lines("--match", "200"), [1, 4])
        self.assertEqual(lines("--match", "status=4xx,500"), [2, 3])
        self.assertEqual(lines("--filter", "status=4xx,5xx"), [1, 4])
        self.assertEqual(lines("--match", "size=0-20"), [2, 3, 4])
        self.assertEqual(lines("--match", "text=It works!"), [1])
        self.assertEqual(lines("--match", r"regex=as\s+asked"), [2, 3])
        self.assertEqual(lines("--match", "title=^Welcome"), [1])
        self.assertEqual(lines("--match", "200", "--filter", "text=works"), [4])

    def test_the_title_is_read(self):
        self.assertEqual(self.fetch_one("/page", "--title")["title"], "Welcome & hello")

    def test_hashes_are_of_the_body(self):
        body = bytes(i % 251 for i in range(5000))
        for name in ("sha256", "sha1", "md5"):
            self.assertEqual(self.fetch_one("/bytes/5000", "--hash", name)["hash"],
                             f"{name}:{hashlib.new(name, body).hexdigest()}")

    def test_with_fail_an_error_is_no_success(self):
        self.assertEqual(self.fetch_one("/status/404", "--fail")["verdict"], "http_status")
        self.assertEqual(self.fetch_one("/status/399", "--fail")["verdict"], "ok")

    def test_a_body_has_a_bound(self):
        self.assertEqual(self.fetch_one("/bytes/2000", "--max-body", "1K")["verdict"], "body_too_large")
        self.assertEqual(self.fetch_one("/bytes/1024", "--max-body", "1K")["verdict"], "ok")


class Patience(FetchTest):
    ONCE = ("--confirm", "0")

    def test_a_drip_ends_at_the_total(self):
        row = self.fetch_one("/drip", "--timeout", "500ms", *self.ONCE)
        self.assertEqual((row["verdict"], row["status_code"]), ("total_timeout", 200))
        self.assertLess(row["time_total"], 1.5)

    def test_the_first_byte_has_a_time_of_its_own(self):
        row = self.fetch_one("/delay/5", "--answer-timeout", "300ms", *self.ONCE)
        self.assertEqual((row["verdict"], row["status_code"]), ("answer_timeout", None))

    def test_a_pause_has_too(self):
        with raw_server(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf") as server:
            row = self.fetch(server.url)[0]
        self.assertEqual(row["verdict"], "partial")

    def test_closed_connections_are_tried_again_if_asked(self):
        with raw_server(b"", b"", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok") as server:
            row = self.fetch(server.url, "--retries", "3")[0]
            self.assertEqual((row["verdict"], row["tries"]), ("ok", 3))
        with raw_server(b"", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok") as server:
            row = self.fetch(server.url)[0]
            self.assertEqual((row["verdict"], row["tries"]), ("empty_reply", 1))

    def test_a_post_is_never_sent_twice(self):
        with raw_server(b"") as server:
            row = self.fetch(server.url, "-d", "x", "--retries", "5")[0]
            self.assertEqual(server.served, 1)
        self.assertEqual(row["tries"], 1)


class KeptFetches(FetchTest):
    def test_a_url_of_a_kept_run_can_be_shown_and_two_runs_compared(self):
        before, after = self.folder / "before", self.folder / "after"
        with http_server() as other:
            gone = f"{other.url}/page"
            listed = self.write("urls.txt", f"{self.url}/page\n{gone}\n")
            self.expect_exit(run("fetch", listed, "--run", before, *LOCAL), 0)
        self.expect_exit(run("fetch", listed, "--run", after, *LOCAL), 0)
        shown = run("show", before, "--target", f"{self.url}/page")
        self.expect_exit(shown, 0)
        self.assertIn(f"{self.url}/page", shown.stdout)
        told = json.loads(run("diff", before, after, "--json").stdout)
        self.assertEqual([change["target"] for change in told["changes"]], [gone])

    def test_a_run_that_was_killed_is_carried_on_with_a_row_for_each_url(self):
        listed = self.write("urls.txt", "".join(f"{self.url}/bytes/{i}\n" for i in range(300)))
        kept = self.folder / "run"
        program = start("fetch", listed, "--run", kept, "--rate", "200/s", "--json", "-q", *LOCAL)
        with program:
            for _ in range(40):
                program.stdout.readline()
            program.kill()
            program.communicate(timeout=60)
        done = run("resume", kept, "--rate", "auto")
        self.assertIn(done.returncode, (0, 3), done.stderr)
        rows = rows_of((kept / "results.jsonl").read_text())
        self.assertEqual(sorted(row["line"] for row in rows), list(range(1, 301)))
        self.assertEqual({row["size_body"] for row in rows}, set(range(300)))


class Secrets(FetchTest):
    WORDS = ("hunter2", "s3cr3t", "t0ken", "c00kie")

    def expect_no_secret(self, text):
        for word in self.WORDS:
            self.assertNotIn(word, text)
            self.assertNotIn(base64.b64encode(f"me:{word}".encode()).decode(), text)

    def test_none_shows_in_rows_messages_or_the_run_folder(self):
        kept = self.folder / "run"
        listed = self.write("urls.txt", f"{self.url.replace('://', '://me:hunter2@')}/echo\n"
                                        f"{self.url.replace('://', '://me:hunter2@')}/redirect/1\n"
                                        "ftp://me:hunter2@x/\nhttp://me:hunter2@[/\nhttp://me:hunter2@127.0.0.1:1/\n")
        for extra in (["-v"], ["--json"], ["--csv"]):
            done = run("fetch", listed, "-L", "-b", "a=c00kie", "-H", "Authorization: Bearer t0ken",
                       "-H", "X-Api-Key: s3cr3t", "--run", kept / extra[0], *extra, *LOCAL)
            self.expect_no_secret(done.stdout + done.stderr)
            for path in (kept / extra[0]).iterdir():
                self.expect_no_secret(path.read_bytes().decode("latin-1"))
        self.expect_no_secret(run("show", kept / "-v").stdout + run("runs").stdout)

    def test_a_password_on_the_command_line_is_not_kept(self):
        with_user = self.url.replace("://", "://me:hunter2@")
        done = run("fetch", with_user, "--run", self.folder / "run", *LOCAL)
        self.expect_exit(done, 2)
        self.expect_no_secret(done.stderr)
        self.assertEqual(self.fetch(with_user)[0]["verdict"], "ok")

    def test_a_resumed_run_asks_for_them_again(self):
        kept = self.folder / "run"
        listed = self.write("urls.txt", f"{self.url}/echo\n")
        self.expect_exit(run("fetch", listed, "-u", "me:s3cr3t", "-H", "X-Token: t0ken", "--run", kept, *LOCAL), 0)
        done = run("resume", kept)
        self.expect_exit(done, 2)
        self.assertIn("give it again", done.stderr)
        done = run("resume", kept, "-u", "me:s3cr3t", "-H", "X-Token: t0ken")
        self.expect_exit(done, 0)
        self.assertIn("was complete already", done.stderr)

    def test_insecure_is_loud(self):
        done = run("fetch", f"{self.url}/", "-k", "-q", *LOCAL)
        self.assertIn("WARNING", done.stderr)


class FetchOverTls(ProgramTest):
    """Against atonce serve, which answers HTTP and HTTPS on one port, and shows a certificate for any name."""

    def setUp(self):
        super().setUp()
        self.authority = self.folder / "authority.pem"
        server = start("serve", "--listen", "127.0.0.1:0", "--tls", "--authority", self.authority)
        self.addCleanup(server.communicate)
        self.addCleanup(server.terminate)
        self.plain, self.url = (server.stdout.readline().decode().strip().rstrip("/") for _ in range(2))
        server.stdout.readline()

    def fetch(self, *args):
        done = run("fetch", *args, "--json", "-q", "--no-run", *LOCAL)
        self.assertIn(done.returncode, (0, 3), done.stderr)
        return sorted(rows_of(done.stdout), key=lambda row: row["line"])

    def test_a_row_tells_of_the_handshake_and_the_certificate(self):
        row = self.fetch(self.url + "/get", "--cacert", self.authority)[0]
        self.assertEqual((row["verdict"], row["http_version"], row["tls_version"], row["tls_alpn"]),
                         ("ok", "HTTP/2", "TLSv1.3", "h2"))
        self.assertEqual((row["cert_verify"], row["insecure"]), ("ok", False))
        self.assertIn("127.0.0.1", row["cert_names"])
        self.assertLess(row["time_connect"], row["time_appconnect"])

    def test_the_version_can_be_chosen(self):
        for option, version in (("--http1.1", "HTTP/1.1"), ("--http2", "HTTP/2")):
            for url in (self.url, self.plain):
                row = self.fetch(url + "/get", option, "--cacert", self.authority)[0]
                self.assertEqual((row["verdict"], row["http_version"]), ("ok", version), (option, url))

    def test_whom_nobody_vouches_for_is_not_trusted_unless_insecure(self):
        row = self.fetch(self.url + "/get")[0]
        self.assertEqual((row["verdict"], row["status_code"]), ("cert_untrusted", None))
        row = self.fetch(self.url + "/get", "--insecure")[0]
        self.assertEqual((row["verdict"], row["insecure"]), ("ok", True))

    def test_every_strategy_and_engine_gives_the_same_answers(self):
        paths = ["/get", "/status/404", "/status/503", "/redirect/3", "/gzip", "/brotli", "/zstd", "/deflate",
                 "/bytes/70000?seed=3", "/stream/5", "/cookies/set?a=1", "/basic-auth/me/pass", "/hostile/corrupt-gzip",
                 "/hostile/gzip-bomb", "/hostile/short-body", "/hostile/redirect/loop"]
        listed = self.write("urls.txt", "".join(f"{base}{path}\n" for base in (self.url, self.plain) for path in paths))
        told = {}
        for how in [("--strategy", strategy) for strategy in STRATEGIES] + [("--engine", "ring"), ("--engine", "epoll")]:
            rows = self.fetch(listed, "-L", "--compressed", "-b", "", "-u", "me:pass", "--hash", "sha256", "--cacert",
                              self.authority, *how)
            told[how] = [(row["line"], row["verdict"], row["status_code"], row["size_body"], row["num_redirects"])
                         for row in rows]
            self.assertEqual(len(rows), 2 * len(paths))
        expected = told[("--strategy", "sequential")]
        # With cookies the same question may get another answer: a loop is then what goes on for too long.
        self.assertLessEqual({"ok", "bad_encoding", "expansion_limit", "too_many_redirects"},
                             {row[1] for row in expected})
        for how, rows in told.items():
            self.assertEqual(rows, expected, how)


if __name__ == "__main__":
    unittest.main()
