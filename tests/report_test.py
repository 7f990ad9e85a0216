"""atonce report: a kept run of any kind, in whatever state it is, as a page and as a trace."""

import json
import os
import pty
import re
import shutil
import signal
import subprocess
import time
import unittest

import page_samples
from program import ATONCE, PATIENCE_S, SOURCE, ProgramTest, rows_of, run, start

SECTION = re.compile(r'<script type="application/json" class="section">(.*?)</script>', re.DOTALL)
OFFLINE = ["--resolver", "127.0.0.1:9", "--dns-timeout", "50ms", "--confirm", "0", "--no-canaries"]
SETTLED_SOON = 50


def sections_of(page):
    return [json.loads(text) for text in SECTION.findall(page)]


class Report(ProgramTest):
    def keep(self, count=SETTLED_SOON, name="run"):
        """A run of a list of addresses of this machine where nobody listens."""
        targets = self.write("list.txt", "".join(f"127.0.0.{1 + i % 250}:{1 + i // 250}\n" for i in range(count)))
        done = run("probe", targets, "--run", self.folder / name, "--format", "none", *OFFLINE)
        self.expect_exit(done, 0)
        return self.folder / name

    def section(self, folder, *options):
        """What a page shows of a run."""
        done = run("report", folder, *options)
        self.expect_exit(done, 0)
        return sections_of(done.stdout)[0]

    def expect_same_account(self, section, folder):
        shown = run("show", folder).stdout
        told = dict(section["summary"])
        for line in shown.splitlines():
            words = line.split()
            if len(words) > 3 and words[0] in section["strategies"][0]["rounds"][0]["verdicts"]:
                self.assertIn(f"{words[1]} (", told[words[0]])

    # A run.

    def test_a_run_is_told_as_show_tells_it(self):
        folder = self.keep()
        section = self.section(folder)
        self.assertEqual(("run", SETTLED_SOON, "probe"), (section["kind"], section["targets"], section["job"]))
        self.assertIn(f"probe of {SETTLED_SOON} targets (list.txt), async", section["title"])
        self.expect_same_account(section, folder)
        recording = section["strategies"][0]["recording"]
        self.assertEqual(SETTLED_SOON, sum(recording["finished"]))
        self.assertEqual([f"127.0.0.{1 + i}:1" for i in range(SETTLED_SOON)], [job["label"] for job in recording["jobs"]])

    def test_every_stretch_of_a_run_lies_within_it_and_none_over_another(self):
        recording = self.section(self.keep())["strategies"][0]["recording"]
        for job in recording["jobs"]:
            at = -1
            for phase, begin, length in job["stretches"]:
                self.assertIn(phase, [name for name, _ in page_samples.PHASES])
                self.assertGreaterEqual(begin, at - 1e-9)
                at = begin + length
            self.assertLessEqual(at, recording["wall"] + 1e-9)

    def test_files_waited_for_the_disk(self):
        run("write", self.folder / "made", "-n", "40", "--run", self.folder / "run", "--format", "none")
        section = self.section(self.folder / "run")
        self.assertEqual({"queue", "disk"}, {name for job in section["strategies"][0]["recording"]["jobs"] for name, _, _ in job["stretches"]} | {"queue"})

    def test_requests_of_a_batch_are_called_by_their_batch_and_url(self):
        server = start("serve", "--listen", "127.0.0.1:0")
        self.addCleanup(lambda: (server.terminate(), server.communicate(timeout=PATIENCE_S)))
        address = server.stdout.readline().split()[-1].decode()
        rows = [{"batch": f"b{i // 3}", "method": "POST", "url": f"{address}/post?{i}", "body": "x"} for i in range(6)]
        requests = self.write("requests.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
        run("batch", requests, "--run", self.folder / "run", "--format", "none")
        jobs = self.section(self.folder / "run")["strategies"][0]["recording"]["jobs"]
        self.assertEqual(6, len(jobs))
        self.assertEqual(f"b0 #1 {address}/post?1", jobs[1]["label"])

    def test_a_run_killed_midway_shows_what_it_has_and_says_so(self):
        targets = self.write("list.txt", "".join(f"127.0.0.1:{1 + i % 60}\n" for i in range(20_000)))
        process = start("probe", targets, "--run", self.folder / "run", "--format", "none", "--rate", "2000/s", *OFFLINE)
        journal = self.folder / "run/journal"
        give_up = time.monotonic() + PATIENCE_S
        while time.monotonic() < give_up and not (journal.exists() and journal.stat().st_size > 5_000):
            time.sleep(.01)
        running = run("report", self.folder / "run")  # Looked at while it goes on.
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=PATIENCE_S)
        self.expect_exit(running, 0)
        self.assertIn("the run is going on: this is how far it has come", sections_of(running.stdout)[0]["caveats"])
        section = self.section(self.folder / "run")
        self.assertIn("interrupted before the end of the list", section["caveats"])
        self.assertGreater(sum(section["strategies"][0]["recording"]["finished"]), 0)
        self.expect_same_account(section, self.folder / "run")
        # Carried on, its sessions lie behind one another.
        run("resume", self.folder / "run", "--rate", "100000/s")
        section = self.section(self.folder / "run")
        self.assertIn("the run was carried on: its 2 sessions lie behind one another", section["caveats"])
        recording = section["strategies"][0]["recording"]
        self.assertEqual(20_000, sum(recording["finished"]))
        self.assertGreaterEqual(recording["wall"], section["strategies"][0]["wall"]["median"] - 1e-6)

    def test_a_run_of_nothing_is_a_page_of_nothing(self):
        folder = self.keep(0)
        section = self.section(folder)
        self.assertEqual([], section["strategies"][0]["recording"]["jobs"])
        self.assertEqual([], section["strategies"][0]["recording"]["in_flight"])

    def test_a_run_whose_list_is_gone_has_numbers_for_names(self):
        folder = self.keep()
        (self.folder / "list.txt").unlink()
        section = self.section(folder)
        self.assertEqual("target 1", section["strategies"][0]["recording"]["jobs"][0]["label"])
        self.assertTrue(any("jobs have numbers for names" in note for note in section["caveats"]))

    def test_a_journal_of_the_first_format_is_read(self):
        journal = (SOURCE / "fuzz/corpus/journal/whole_file").read_bytes()[1:]
        self.assertEqual(1, int.from_bytes(journal[8:12], "little"))
        folder = self.keep()
        manifest = json.loads((folder / "manifest.json").read_text())
        manifest["run"] = journal[16:32].hex()
        (folder / "manifest.json").write_text(json.dumps(manifest))
        (folder / "journal").write_bytes(journal)
        (folder / "summary.json").unlink(missing_ok=True)
        section = self.section(folder)
        self.assertGreater(sum(section["strategies"][0]["recording"]["finished"]), 0)
        self.expect_same_account(section, folder)

    def test_a_damaged_journal_is_shown_as_far_as_it_goes_and_told(self):
        folder = self.keep(2_000)
        journal = folder / "journal"
        text = bytearray(journal.read_bytes())
        text[len(text) // 2] ^= 0xFF
        journal.write_bytes(text)
        done = run("report", folder, "-o", self.folder / "page.html")
        shown = run("show", folder)
        self.assertEqual(shown.returncode, done.returncode)
        self.assertIn("journal", done.stderr)
        self.assertEqual(1, len(sections_of((self.folder / "page.html").read_text())))

    def test_what_is_no_run_is_refused_with_a_sentence(self):
        self.expect_exit(run("report", self.folder), 2)
        self.assertIn("has no run", run("report", self.folder).stderr)
        shutil.rmtree(self.keep() / "journal", ignore_errors=True)
        (self.folder / "run/journal").unlink()
        done = run("report", self.folder / "run", "-o", self.folder / "page.html")
        self.expect_exit(done, 2)
        self.assertIn("has no journal", done.stderr)
        self.assertEqual([], list(self.folder.glob("page.html*")))

    # Where it goes.

    def test_several_sources_are_parts_of_one_page_in_their_order(self):
        saved = self.write("saved.json", json.dumps(page_samples.waits()))
        done = run("report", saved, self.keep(), "-", stdin=json.dumps(page_samples.computes()))
        self.expect_exit(done, 0)
        self.assertEqual(["fetch", "probe", "write"], [section["job"] for section in sections_of(done.stdout)])

    def test_a_page_is_not_written_to_a_terminal(self):
        terminal, other = pty.openpty()
        self.addCleanup(os.close, terminal)
        done = subprocess.run([ATONCE, "report", self.keep()], stdout=other, stderr=subprocess.PIPE, timeout=PATIENCE_S, check=False)
        os.close(other)
        self.assertEqual(2, done.returncode)
        self.assertIn(b"name a file: -o report.html", done.stderr)

    def test_a_page_stands_in_its_place_whole_or_not_at_all(self):
        page = self.folder / "page.html"
        page.write_text("as it was")
        self.expect_exit(run("report", self.folder / "nothing", "-o", page), 2)
        self.assertEqual("as it was", page.read_text())
        self.expect_exit(run("report", self.keep(), "-o", page), 0)
        self.assertTrue(page.read_text().startswith("<!DOCTYPE html>"))
        self.assertTrue(page.read_text().endswith("</html>\n"))
        done = run("report", self.folder / "run", "-o", self.folder / "no/such/place.html")
        self.assertIn("cannot be written", done.stderr)
        self.assertNotEqual(0, done.returncode)

    def test_nothing_in_a_page_is_fetched_from_anywhere(self):
        page = run("report", self.keep()).stdout
        text = SECTION.sub("", page)
        self.assertEqual([], re.findall(r"""(?:src|href|action|srcset|poster)=["'](?!data:,)[^"']""", re.sub(r"<script>.*</script>", "", text, flags=re.DOTALL)))
        self.assertRegex(page, "Content-Security-Policy\" content=\"default-src 'none'; script-src 'sha256-[A-Za-z0-9+/]{43}='; style-src 'sha256-[A-Za-z0-9+/]{43}='")

    def test_what_is_no_comparison_is_refused_with_a_sentence(self):
        for text in ("", "{", "[]", "{}", '{"schema":2,"strategies":[]}', "\x00", '{"line":1}\n{"line":2}\n'):
            done = run("report", self.write("other.json", text), "-o", self.folder / "page.html")
            self.expect_exit(done, 2)
            self.assertIn("is no result of a comparison", done.stderr)

    def test_the_rate_of_a_run_that_was_killed_and_carried_on_is_that_of_the_sessions_it_is_told_of(self):
        targets = self.write("list.txt", "".join(f"127.0.0.1:{1 + i}\n" for i in range(120)))
        folder, rate = self.folder / "run", 60
        running = start("probe", targets, "--run", folder, "--json", "--rate", f"{rate}/s", *OFFLINE)
        for _ in range(60):
            running.stdout.readline()
        running.kill()
        running.communicate(timeout=PATIENCE_S)
        done = run("resume", folder, "--rate", f"{rate}/s")
        self.expect_exit(done, 0)
        told = re.search(r": ([\d,]+) of them in this session, \S+, ([\d.,]+)/s\n", done.stderr)
        self.assertIsNotNone(told, done.stderr)
        self.assertLessEqual(int(told[1]), 60)
        self.assertLess(float(told[2]), 1.5 * rate)
        shown = re.search(r": \S+ in 2 sessions, ([\d.,]+)/s\n", run("show", folder).stdout)
        self.assertIsNotNone(shown)
        self.assertLess(float(shown[1]), 1.5 * rate)
        self.assertRegex(dict(self.section(folder)["summary"])["took"], r"^\S+ in 2 sessions, [\d.]+/s$")

    # The trace.

    def test_a_trace_has_every_phase_of_every_job_of_the_sample(self):
        folder = self.keep()
        trace = self.folder / "trace.json"
        done = run("report", folder, "--trace", trace)
        self.expect_exit(done, 0)
        self.assertEqual("", done.stdout)
        events = json.loads(trace.read_text())["traceEvents"]
        jobs = self.section(folder)["strategies"][0]["recording"]["jobs"]
        slices = [event for event in events if event["ph"] == "X"]
        self.assertEqual([(name, job["label"]) for job in jobs for name, _, _ in job["stretches"]], [(one["name"], one["args"]["target"]) for one in slices])
        for event in events:
            self.assertIn(event["ph"], "MXC")
            self.assertGreaterEqual(event.get("ts", 0), 0)
        self.assertEqual({"in flight", "finished each second"}, {event["name"] for event in events if event["ph"] == "C"})

    def test_a_page_and_a_trace_come_together_where_both_are_asked_for(self):
        done = run("report", self.keep(), "-o", self.folder / "page.html", "--trace", self.folder / "trace.json")
        self.expect_exit(done, 0)
        self.assertTrue((self.folder / "page.html").exists() and (self.folder / "trace.json").exists())
        self.expect_exit(run("report", self.folder / "run", "-o", self.folder / "both", "--trace", self.folder / "both"), 2)

    def test_two_names_of_one_file_are_refused_for_a_page_and_a_trace(self):
        folder = self.keep()
        (self.folder / "link").symlink_to("page.html")
        for other in ("./page.html", self.folder / "link"):
            done = subprocess.run([os.path.abspath(ATONCE), "report", folder, "-o", "page.html", "--trace", other], cwd=self.folder, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
            self.expect_exit(done, 2)
            self.assertIn("the page and the trace would be one file", done.stderr)
        self.assertFalse((self.folder / "page.html").exists())

    def test_a_trace_wants_a_name_where_standard_output_is_for_the_page(self):
        for words in (("report", self.keep()), ("compare", "probe", "127.0.0.1:1")):
            done = run(*words, "--trace", "-")
            self.expect_exit(done, 2)
            self.assertIn("the trace cannot go to standard output; name a file for it", done.stderr)

    def test_a_page_leaves_other_files_beside_it_alone(self):
        other = self.write("page.html.part", "somebody's own")
        self.expect_exit(run("report", self.keep(), "-o", self.folder / "page.html"), 0)
        self.assertEqual("somebody's own", other.read_text())
        self.assertEqual(["list.txt", "page.html", "page.html.part", "run"], sorted(path.name for path in self.folder.iterdir()))

    def test_a_trace_of_a_saved_comparison_is_told_where_it_comes_from(self):
        saved = self.write("saved.json", json.dumps(page_samples.waits()))
        done = run("report", saved, "--trace", self.folder / "trace.json")
        self.expect_exit(done, 2)
        self.assertIn("compare and overlap write theirs themselves, with --trace FILE", done.stderr)

    # A comparison, all the way.

    def test_what_compare_prints_as_json_is_a_page(self):
        targets = self.write("list.txt", "".join(f"127.0.0.1:{1 + i}\n" for i in range(20)))
        done = run("compare", "probe", targets, "--strategy", "sequential,async", "--rounds", "2", "--json", "-q", "--resolver", "127.0.0.1:9")
        self.expect_exit(done, 0)
        section = rows_of(done.stdout)[0]
        page = run("report", "-", stdin=done.stdout)
        self.expect_exit(page, 0)
        self.assertEqual([section], sections_of(page.stdout))
        self.assertEqual(["sequential", "async"], [row["strategy"] for row in section["strategies"]])
        for row in section["strategies"]:
            self.assertEqual(20, len(row["recording"]["jobs"]))


if __name__ == "__main__":
    unittest.main()
