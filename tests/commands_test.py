"""The other commands: compare, world, completion, man."""

import json
import subprocess
import unittest

from program import ATONCE, SOURCE, ProgramTest, names, rows_of, run

FAST = ["--world=fast,dns=0ms"]


class Commands(ProgramTest):
    def compare(self, *options):
        done = run("compare", "probe", *names(40), "--strategy", "sequential,threads:4,processes:3,async:20", "--rounds", 2, "-q",
                   *FAST, *options)
        self.expect_exit(done, 0)
        return done.stdout

    def test_compare_as_json_has_every_strategy_and_round(self):
        report = json.loads(self.compare("--json"))
        strategies = report["strategies"]
        self.assertEqual(len(strategies), 4)
        self.assertIn("sequential", json.dumps(strategies[0]))
        self.assertIn("40", json.dumps(report))

    def test_compare_as_markdown_is_a_table_of_equal_rows(self):
        lines = [line for line in self.compare("--markdown").splitlines() if line.startswith("|")]
        self.assertGreaterEqual(len(lines), 6)
        self.assertRegex(lines[1], r"^\|[-:| ]+\|$")
        self.assertEqual(len({line.count("|") for line in lines[:6]}), 1, lines)

    def test_compare_as_a_table_names_every_strategy(self):
        table = self.compare()
        for strategy in ("sequential", "threads:4", "processes:3", "async:20"):
            self.assertIn(strategy, table)

    def test_the_names_of_a_world_are_ranked_and_distinct(self):
        lines = run("world", "--names", 50_000).stdout.splitlines()
        self.assertEqual(len({line.split(",")[1] for line in lines}), 50_000)
        self.assertEqual([int(line.split(",")[0]) for line in lines], list(range(1, 50_001)))

    def test_the_names_of_a_world_follow_its_seed(self):
        self.assertEqual(names(10, seed=7), names(10, seed=7))
        self.assertNotEqual(names(10, seed=7), names(10, seed=8))

    def test_a_command_inside_a_world_sees_its_resolver_and_gives_its_exit_code(self):
        self.need_private_network()
        self.expect_exit(run("world", "--", "sh", "-c", "exit 42"), 42)
        inside = run("world", "--", "cat", "/etc/resolv.conf")
        self.assertEqual(inside.stdout, "nameserver 127.0.0.53\n")

    def test_completions_are_sound_shell(self):
        script = run("completion", "bash").stdout
        self.assertIn("--connect-timeout", script)
        checked = subprocess.run(["bash", "-n"], input=script.encode(), capture_output=True, check=False)
        self.assertEqual(checked.stderr, b"")

    def test_completing_an_option_in_bash_finds_it(self):
        script = run("completion", "bash").stdout
        ask = "COMP_WORDS=(atonce probe --conn); COMP_CWORD=2; _atonce; printf '%s\\n' \"${COMPREPLY[@]}\""
        found = subprocess.run(["bash", "-c", f"{script}\n{ask}"], capture_output=True, check=False, timeout=30)
        self.assertIn("--connect-timeout", found.stdout.decode())

    def test_the_manual_page_in_docs_is_the_one_the_program_prints(self):
        self.assertEqual(run("man").stdout, (SOURCE / "docs" / "atonce.1").read_text())

    def test_help_fits_a_terminal_and_names_every_exit_code(self):
        for words in (["help"], ["help", "probe"], ["probe", "--help"], ["help", "compare"], ["help", "world"]):
            done = run(*words)
            self.expect_exit(done, 0)
            self.assertLessEqual(max(map(len, done.stdout.splitlines())), 80, words)
        for code in range(7):
            self.assertRegex(run("help").stdout, rf"(?m)^  {code} ")

    def test_doctor_as_json_is_rows(self):
        done = run("doctor", "--json")
        self.assertIn(done.returncode, (0, 5))
        self.assertIsInstance(json.loads(done.stdout), list)

    def test_truth_has_one_row_for_each_line_and_port(self):
        listed = self.write("list.txt", "\n".join(names(30)) + "\nnot..one\n")
        told = run("world", "calm", "--truth", listed, "-p", "80,443")
        rows = rows_of(told.stdout)
        self.assertEqual(len(rows), 61)
        self.assertEqual(rows[-1]["verdict"], "invalid_input")

    def test_the_version_is_told(self):
        self.assertRegex(run("version").stdout, r"^atonce \d+\.\d+\.\d+")

    def test_without_a_command_it_says_what_there_is(self):
        done = subprocess.run([ATONCE], capture_output=True, check=False, timeout=30)
        self.assertIn(b"probe", done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main()
