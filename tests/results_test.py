"""What comes out: rows, formats, exit codes, and an output that fails."""

import resource
import subprocess
import unittest

from program import ATONCE, TOP_LIST, WORLD, ProgramTest, csv_rows_of, names, rows_of, run, truth_of

ROW_FIELDS = {"schema", "line", "input", "target", "port", "verdict", "status", "blame", "tries", "address", "errno",
              "error", "time_queue", "time_namelookup", "time_connect", "time_total"}


class Results(ProgramTest):
    def test_each_row_of_json_has_every_field(self):
        done = run("probe", TOP_LIST, "-n", 100, "--json", *WORLD)
        self.expect_exit(done, 0)
        rows = rows_of(done.stdout)
        self.assertEqual(len(rows), 100)
        for row in rows:
            self.assertLessEqual(ROW_FIELDS, row.keys())
            self.assertIsNotNone(row["time_total"])

    def test_csv_says_the_same_as_json(self):
        as_json = rows_of(run("probe", TOP_LIST, "-n", 100, "--json", *WORLD).stdout)
        as_csv = csv_rows_of(run("probe", TOP_LIST, "-n", 100, "--csv", *WORLD).stdout)
        self.assertEqual({row["line"]: row["verdict"] for row in as_json},
                         {int(row["line"]): row["verdict"] for row in as_csv})

    def test_ordered_rows_stand_in_the_order_of_the_list(self):
        done = run("probe", TOP_LIST, "-n", 300, "--json", "--ordered", *WORLD)
        self.assertEqual([row["line"] for row in rows_of(done.stdout)], sorted(r["line"] for r in rows_of(done.stdout)))
        self.assertEqual(len(rows_of(done.stdout)), 300)

    def test_verbose_text_says_when_each_socket_is_opened(self):
        done = run("probe", "-v", "127.1.0.1", *WORLD)
        self.assertIn("Opening socket to 127.1.0.1", done.stdout)
        self.assertIn("Done socket on 127.1.0.1 with result Open", done.stdout)

    def test_quiet_leaves_standard_error_empty(self):
        self.assertEqual(run("probe", "127.1.0.1", "-q", *WORLD).stderr, "")

    def test_an_output_file_holds_what_standard_output_would(self):
        path = self.folder / "rows.jsonl"
        done = run("probe", TOP_LIST, "-n", 50, "--json", "-o", path, *WORLD)
        self.assertEqual(done.stdout, "")
        self.assertEqual(len(rows_of(path.read_text())), 50)

    def test_a_reader_that_leaves_early_ends_the_run(self):
        many = self.write("many.txt", "\n".join(names(20_000)))
        line = f"'{ATONCE}' probe '{many}' --json -q {' '.join(WORLD)} | head -1; exit ${{PIPESTATUS[0]}}"
        done = subprocess.run(["bash", "-c", line], capture_output=True, timeout=60, check=False)
        self.assertEqual(len(rows_of(done.stdout.decode())), 1)
        self.assertEqual(done.returncode, 4, done.stderr)

    def test_a_full_disk_ends_with_5_and_says_how_many_rows_are_safe(self):
        done = run("probe", TOP_LIST, "-n", 500, "--json", "-o", "/dev/full", *WORLD)
        self.expect_exit(done, 5)
        self.assertIn("0 rows are safe", done.stderr)
        self.assertIn("No space left on device", done.stderr)

    def test_a_file_at_its_size_limit_keeps_whole_rows(self):
        path = self.folder / "rows.jsonl"

        def at_most_16_kib():
            resource.setrlimit(resource.RLIMIT_FSIZE, (16_384, 16_384))

        # Kept nowhere: else the run's own rows might meet the limit before this file does.
        done = run("probe", TOP_LIST, "-n", 500, "--no-run", "--json", "-o", path, *WORLD, preexec=at_most_16_kib)
        self.expect_exit(done, 5)
        whole = path.read_text().rpartition("\n")[0]
        self.assertGreater(len(rows_of(whole)), 10)

    def test_a_standard_error_that_cannot_be_written_changes_no_exit_code(self):
        with open("/dev/full", "wb") as full:
            for code, words in ((2, ["probe", "nowhere.csv"]), (2, ["--wrong"]),
                                (0, ["probe", "127.1.0.1", "--format", "none", *WORLD])):
                with self.subTest(words=words):
                    done = subprocess.run([ATONCE, *words], stderr=full, stdout=subprocess.PIPE, timeout=60, check=False)
                    self.assertEqual(done.returncode, code)

    def test_a_report_that_cannot_be_written_ends_with_5(self):
        with open("/dev/full", "wb") as full:
            for words in (["help"], ["man"], ["doctor", "--json"], ["probe", "127.1.0.1", "--dry-run"],
                          ["compare", "probe", "127.1.0.1", "--rounds", "1", "--json", "-q", *WORLD]):
                with self.subTest(words=words):
                    done = subprocess.run([ATONCE, *words], stdout=full, stderr=subprocess.PIPE, timeout=60, check=False)
                    self.assertEqual(done.returncode, 5, done.stderr)

    def test_messages_never_go_into_results_when_standard_error_is_closed(self):
        path = self.folder / "rows.jsonl"
        line = f"'{ATONCE}' probe 127.1.0.1 127.2.0.1 --json -o '{path}' {' '.join(WORLD)} 2>&- >&-"
        self.assertEqual(subprocess.run(["bash", "-c", line], timeout=60, check=False).returncode, 0)
        self.assertEqual(len(rows_of(path.read_text())), 2)

    def test_a_dry_run_touches_nothing(self):
        path = self.folder / "rows.jsonl"
        done = run("probe", TOP_LIST, "-n", 5, "--dry-run", "-o", path, "--resolver", "127.0.0.1:9", *WORLD)
        self.expect_exit(done, 0)
        self.assertIn("google.com", done.stdout)
        self.assertFalse(path.exists())

    def test_closed_hosts_are_answers_and_the_run_complete(self):
        done = run("probe", "127.2.0.0/30", *WORLD)
        self.expect_exit(done, 0)
        self.expect_balance(done.stderr, 4)

    def test_a_wrong_option_ends_with_2_and_is_named(self):
        for wrong in (["--concurency", "5"], ["-c", "many"], ["-p", "99999"], ["--strategy", "magic"], ["--timeout", "soon"]):
            with self.subTest(wrong=wrong):
                done = run("probe", "127.1.0.1", *wrong, *WORLD)
                self.expect_exit(done, 2)
                self.assertEqual(done.stdout, "")
                self.assertIn(wrong[0].lstrip("-")[:4], done.stderr)

    def test_a_dead_resolver_is_the_resolvers_fault(self):
        listed = names(20)
        done = run("probe", *listed, "--json", "--resolver", "127.0.0.1:1", "--dns-timeout", "100ms")
        self.expect_exit(done, 3)  # A resolver that never answered says nothing of the names.
        rows = rows_of(done.stdout)
        self.assertEqual(len(rows), 20)
        self.assertEqual({row["blame"] for row in rows}, {"resolver"})
        self.assertTrue(all(row["verdict"].startswith("dns_") for row in rows), rows[0])

    def test_every_address_mode_says_what_the_world_knows(self):
        self.need_private_network()
        listed = self.write("list.txt", "\n".join(names(400)))
        truth = truth_of(WORLD[0].removeprefix("--world="), listed)
        for mode in ("--all-addresses", "--happy-eyeballs"):
            with self.subTest(mode=mode):
                rows = rows_of(run("probe", listed, "--json", mode, *WORLD).stdout)
                self.assertEqual({(row["line"], row["port"]): row["verdict"] for row in rows}, truth)
                tried = [row for row in rows if row["verdict"] == "open"]
                self.assertTrue(tried)
                self.assertTrue(all(row["attempts"] for row in tried))


if __name__ == "__main__":
    unittest.main()
