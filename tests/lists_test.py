"""What goes in: lists, lines, ports, and what is wrong with them."""

import time
import unittest

from program import ENDLESS, WORLD, ProgramTest, names, rows_of, run, start


class Lists(ProgramTest):
    def test_a_missing_list_ends_with_2_before_anything_starts(self):
        output = self.folder / "rows.jsonl"
        done = run("probe", self.folder / "nowhere.csv", "-o", output, *WORLD)
        self.expect_exit(done, 2)
        self.assertIn("nowhere.csv", done.stderr)
        self.assertFalse(output.exists())

    def test_a_folder_is_no_list(self):
        self.expect_exit(run("probe", f"{self.folder}/", *WORLD), 2)

    def test_bad_rows_are_counted_and_the_run_goes_on(self):
        done = run("probe", "-", "--json", *WORLD, stdin="a.com\na..b\n..\n999.1.2.3\nb.com\n")
        self.expect_exit(done, 0)
        self.expect_balance(done.stderr, 5)
        verdicts = {row["line"]: row["verdict"] for row in rows_of(done.stdout)}
        self.assertEqual([verdicts[line] for line in (2, 3, 4)], ["invalid_input"] * 3)
        self.assertNotEqual(verdicts[1], "invalid_input")
        self.assertNotEqual(verdicts[5], "invalid_input")

    def test_line_ends_byte_order_mark_and_case_do_not_matter(self):
        done = run("probe", "-", "--json", *WORLD, stdin=b"\xef\xbb\xbfrank,domain\r\n1,GooGle.COM\r\n2,example.org.\r\n")
        self.assertEqual(sorted(row["target"] for row in rows_of(done.stdout)), ["example.org", "google.com"])

    def test_a_name_of_other_letters_is_tried_in_its_ascii_form(self):
        done = run("probe", "-", "--json", *WORLD, stdin="bücher.example\n")
        row, = rows_of(done.stdout)
        self.assertEqual(row["target"], "xn--bcher-kva.example")
        self.assertEqual(row["input"], "bücher.example")

    def test_an_empty_list_has_a_balanced_account_of_nothing(self):
        for text in ("", "\n\n", "# only a remark\n"):
            done = run("probe", "-", *WORLD, stdin=text)
            self.expect_exit(done, 0)
            self.assertEqual(done.stdout, "")
            self.expect_balance(done.stderr, 0)

    def test_a_repeated_name_has_a_row_each_time_unless_asked_otherwise(self):
        text = "a.com\nb.com\nA.com\na.com.\n"
        self.assertEqual(len(rows_of(run("probe", "-", "--json", *WORLD, stdin=text).stdout)), 4)
        once = rows_of(run("probe", "-", "--json", "--unique", *WORLD, stdin=text).stdout)
        self.assertEqual(sorted(row["target"] for row in once), ["a.com", "b.com"])

    def test_n_takes_the_first_lines(self):
        listed = names(50)
        done = run("probe", "-", "-n", 7, "--json", *WORLD, stdin="\n".join(listed))
        self.assertEqual(sorted(row["input"] for row in rows_of(done.stdout)), sorted(listed[:7]))

    def test_ports_and_ranges_of_ports_each_have_a_row(self):
        done = run("probe", "127.1.0.1", "-p", "443,8000-8002", "--json", *WORLD)
        rows = {row["port"]: row["verdict"] for row in rows_of(done.stdout)}
        self.assertEqual(rows, {443: "open", 8000: "open", 8001: "open", 8002: "open"})

    def test_a_network_has_a_row_for_each_address(self):
        done = run("probe", "127.2.0.0/28", "--json", *WORLD)
        rows = rows_of(done.stdout)
        self.assertEqual(len({row["target"] for row in rows}), 16)
        self.assertEqual({row["verdict"] for row in rows}, {"closed"})

    def test_a_list_without_an_end_of_its_last_line_loses_nothing(self):
        self.assertEqual(len(rows_of(run("probe", "-", "--json", *WORLD, stdin="a.com\nb.com").stdout)), 2)

    def test_further_columns_are_carried_through(self):
        done = run("probe", "-", "--json", *WORLD, stdin="rank,domain,owner\n1,a.com,Ann\n")
        row, = rows_of(done.stdout)
        self.assertEqual(row["columns"], {"rank": "1", "owner": "Ann"})

    def test_rows_come_while_the_list_is_still_being_written(self):
        program = start("probe", "-", "--json", *WORLD)
        with program:
            for name in (b"a.com\n", b"b.com\n"):
                program.stdin.write(name)
                program.stdin.flush()
                row, = rows_of(program.stdout.readline().decode())  # Waits for ever if the row waits for the end.
                self.assertEqual(row["input"], name.decode().strip())
            program.stdin.close()
            self.assertEqual(program.wait(60), 0)

    def test_a_pipe_that_stays_silent_can_still_be_interrupted(self):
        program = start("probe", "-", *ENDLESS)
        with program:
            time.sleep(0.5)
            program.terminate()
            self.assertEqual(program.wait(30), 4)


if __name__ == "__main__":
    unittest.main()
