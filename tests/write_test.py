"""atonce write: files of a seed, of lines of JSON and of an archive; what may go wrong with a disk; kills and clean-up."""

import base64
import io
import json
import os
import random
import shutil
import signal
import subprocess
import tarfile
import time
import unittest
from pathlib import Path

from program import ATONCE, ProgramTest, account_of, csv_rows_of, rows_of, run, start

STRATEGIES = ["sequential", "threads:20", "processes:4", "async"]
NAME = r"^[A-Za-z0-9_-]{86}$"


def tree_of(folder):
    """path -> content; of a folder None, of a link what it says."""
    tree = {}
    for path in sorted(Path(folder).rglob("*")):
        name = str(path.relative_to(folder))
        tree[name] = f"-> {os.readlink(path)}" if path.is_symlink() else None if path.is_dir() else path.read_bytes()
    return tree


def files_of(folder):
    return {name: content for name, content in tree_of(folder).items() if content is not None}


class WriteTest(ProgramTest):
    def setUp(self):
        super().setUp()
        self.place = self.folder / "files"

    def write_files(self, *options, **how):
        return run("write", self.place, *options, **how)

    def verdicts(self, *options, **how):
        """path or name -> verdict, of a run without a folder."""
        done = self.write_files("--json", "--no-run", "-q", *options, **how)
        return {row["target"] or row["input"]: row["verdict"] for row in rows_of(done.stdout)}

    def lines(self, *rows):
        return self.write("files.jsonl", "".join(json.dumps(row) + "\n" for row in rows))

    def archive(self, name="files.tar", mode="w", **members):
        path = self.folder / name
        with tarfile.open(path, mode) as tar:
            for member, content in members.items():
                info = tarfile.TarInfo(member)
                info.size = len(content)
                tar.addfile(info, io.BytesIO(content))
        return path

    def small_disk(self, size, script):
        """Runs a script of the shell with $PLACE on a disk of its own."""
        disk = self.folder / "disk"
        disk.mkdir(exist_ok=True)
        done = subprocess.run(["unshare", "-Urm", "sh", "-ec", f"mount -t tmpfs -o size={size} none {disk}; PLACE={disk}; {script}"],
                              capture_output=True, text=True, timeout=90, check=False, env={**os.environ, "ATONCE": ATONCE})
        if "unshare" in done.stderr or "mount:" in done.stderr:
            self.skipTest(f"no disk of one's own here: {done.stderr.strip()}")
        return done


class MadeFilesTest(WriteTest):
    def test_as_many_files_as_asked_for_have_random_names_and_a_byte_each(self):
        done = self.write_files("-n", 1000)
        self.expect_exit(done, 0)
        self.expect_balance(done.stderr, 1000)
        files = files_of(self.place)
        self.assertEqual(len(files), 1000)
        for name, content in files.items():
            self.assertRegex(name, NAME)
            self.assertEqual(len(content), 1)
        self.assertGreater(len(set(files.values())), 100)

    def test_every_strategy_makes_the_same_tree(self):
        trees = []
        for strategy in STRATEGIES:
            place = self.folder / strategy
            done = run("write", place, "-n", 500, "--seed", 7, "--size", "0-5000", "--fan-out", 5, "--strategy", strategy, "--no-run")
            self.expect_exit(done, 0)
            self.assertEqual(account_of(done.stderr), {"written": 500})
            trees.append(tree_of(place))
        for tree in trees[1:]:
            self.assertEqual(tree, trees[0])
        self.assertEqual({name.split("/")[0] for name in trees[0]}, set("01234"))

    def test_names_and_contents_are_others_with_each_run(self):
        self.write_files("-n", 50, "--no-run")
        self.write_files("-n", 50, "--no-run")
        self.assertEqual(len(files_of(self.place)), 100)

    def test_sizes_lie_in_their_range_and_a_file_can_be_copied(self):
        self.write_files("-n", 300, "--size", "10-13", "--no-run")
        self.assertEqual({len(content) for content in files_of(self.place).values()}, {10, 11, 12, 13})
        shutil.rmtree(self.place)
        model = self.write("model", os.urandom(700_000))
        done = self.write_files("-n", 3, "--size", f"@{model}", "--no-run", "--json")
        self.assertEqual(set(files_of(self.place).values()), {model.read_bytes()})
        self.assertEqual([row["bytes"] for row in rows_of(done.stdout)], [700_000] * 3)

    def test_names_are_as_long_as_asked_for(self):
        self.write_files("-n", 5, "--name-bytes", 9, "--no-run")
        self.assertEqual({len(name) for name in files_of(self.place)}, {12})

    def test_rows_of_every_format_tell_each_file(self):
        done = self.write_files("-n", 3, "--seed", 5, "--json", "--no-run")
        rows = rows_of(done.stdout)
        self.assertEqual({row["target"] for row in rows}, set(files_of(self.place)))
        self.assertEqual({(row["verdict"], row["bytes"], row["blame"]) for row in rows}, {("written", 1, None)})
        done = self.write_files("-n", 3, "--seed", 6, "--csv", "--no-run")
        self.assertEqual([row["verdict"] for row in csv_rows_of(done.stdout)], ["written"] * 3)
        done = self.write_files("-n", 1, "--seed", 8, "--no-run", "--fan-out", 300)
        self.assertRegex(done.stdout, r"^000/[A-Za-z0-9_-]{86} written \(1 byte\)\n$")
        base = self.folder / "rows.sqlite"
        self.write_files("-n", 3, "--seed", 9, "--format", "sqlite", "-o", base, "--no-run")
        told = subprocess.run(["sqlite3", base, "SELECT verdict, count(*), sum(bytes) FROM results GROUP BY verdict"],
                              capture_output=True, text=True, check=True).stdout
        self.assertEqual(told, "written|3|3\n")

    def test_one_file_of_a_run_can_be_asked_for(self):
        kept = self.folder / "run"
        self.write_files("-n", 1, "--fan-out", 2, "--run", kept)
        path = sorted(files_of(self.place))[0]
        for word in [path, path.split("/")[1]]:
            told = run("show", kept, "--target", word).stdout
            self.assertIn(f"{path}, line 1 of made files: written, settled\n", told)

    def test_strategies_can_be_compared_and_agree(self):
        done = run("compare", "write", self.place, "-n", 200, "--strategy", "sequential,threads:5,async", "--rounds", 2)
        self.expect_exit(done, 0)
        self.assertIn("agree on all 200 verdicts", done.stdout)
        rounds = [f"{name}.{which}" for name in ["async", "sequential", "threads:5"] for which in ["1", "2", "warm-up.1"]]
        self.assertEqual(sorted(os.listdir(self.place)), rounds)
        self.assertEqual(len(files_of(self.place)), 1800)

    def test_a_dry_run_says_what_would_be_written_and_writes_nothing(self):
        done = self.write_files("-n", 10, "--dry-run")
        self.expect_exit(done, 0)
        self.assertIn("targets    10", done.stdout)
        self.assertFalse(self.place.exists())

    def test_it_says_what_is_missing_or_does_not_go_together(self):
        for words, told in [([self.place], "how many files"), ([], "write to where"), ([self.place, "-n", 1, "--from", "a", "--size", 3], "--size"),
                            ([self.place, "--from", "a", "--from-tar", "b"], "one list"), ([self.place, "-n", 1, "--size", "9-2"], "range"),
                            ([self.folder / "no" / "such", "-n", 1], "make the folder around it first"),
                            ([self.place, "-n", 1, "--size", "@/nowhere"], "cannot be read"), ([self.place, "--from", "/nowhere"], "cannot be read")]:
            done = run("write", *words)
            self.expect_exit(done, 2)
            self.assertIn(told, done.stderr)

    def test_what_was_written_is_read_back(self):
        for sync in ["none", "file", "end"]:
            done = run("write", self.place, "-n", 50, "--size", "1-70000", "--verify", 1, "--sync", sync, "--atomic", "--no-run")
            self.expect_exit(done, 0)
            self.assertEqual(account_of(done.stderr), {"written": 50})


class ListedFilesTest(WriteTest):
    def test_lines_of_json_become_files_with_their_modes(self):
        os.umask(0o022)
        large = base64.b64encode(os.urandom(200_000)).decode()
        rows = [{"name": "a.txt", "content": "hällo\n"}, {"name": "b/c/d.bin", "base64": "AP8="},
                {"name": "run.sh", "content": "#!/bin/sh\n", "mode": "0755"}, {"name": "x", "content": "", "mode": "600"},
                {"name": "large", "base64": large}]
        for strategy in STRATEGIES:
            done = self.write_files("--from", self.lines(*rows), "--strategy", strategy, "--no-run")
            self.expect_exit(done, 0)
            self.assertEqual(files_of(self.place), {"a.txt": "hällo\n".encode(), "b/c/d.bin": b"\0\xff", "run.sh": b"#!/bin/sh\n",
                                                    "x": b"", "large": base64.b64decode(large)})
            self.assertEqual([(self.place / name).stat().st_mode & 0o777 for name in ["run.sh", "x", "a.txt"]], [0o755, 0o600, 0o644])
            shutil.rmtree(self.place)

    def test_standard_input_can_be_the_list(self):
        line = json.dumps({"name": "large", "content": "x" * 100_000})
        for options in [["--no-run"], []]:
            done = self.write_files("--from", "-", *options, stdin=line)
            self.expect_exit(done, 0)
            self.assertEqual(files_of(self.place), {"large": b"x" * 100_000})
            shutil.rmtree(self.place)

    def test_a_name_that_leads_elsewhere_is_invalid_and_nothing_outside_is_touched(self):
        outside = self.write("outside", "precious")
        bad = ["../outside", "/etc/passwd-atonce", "a/../../outside", "a\0b", "n" * 256, "", ".", "a/", "b/" * 2100 + "x"]
        done = self.write_files("--from", self.lines(*({"name": name, "content": "!"} for name in bad), {"name": "n" * 255, "content": "good"}),
                                "--json", "--no-run")
        rows = rows_of(done.stdout)
        self.assertEqual([row["verdict"] for row in sorted(rows, key=lambda row: row["line"])], ["invalid_input"] * len(bad) + ["written"])
        self.assertTrue(all(row["complaint"] for row in rows if row["verdict"] == "invalid_input"))
        self.assertEqual(files_of(self.place), {"n" * 255: b"good"})
        self.assertEqual(outside.read_text(), "precious")
        self.assertFalse(Path("/etc/passwd-atonce").exists())

    def test_lines_that_are_no_files_say_why(self):
        lines = ['{"name": "a"}', '{"name": 3, "content": ""}', "nonsense", '{"name": "a", "content": "", "base64": ""}', '{"name": "a", "base64": "?"}',
                 '{"name": "a", "content": "", "mode": "4755"}', '{"name": "a", "content": "", "owner": "root"}', "[]"]
        done = self.write_files("--from", self.write("bad", "\n".join(lines) + "\n\n"), "--json", "--no-run")
        self.assertEqual({row["verdict"] for row in rows_of(done.stdout)}, {"invalid_input"})
        self.expect_balance(done.stderr, len(lines))
        self.assertEqual(files_of(self.place), {})

    def test_what_is_there_is_left_alone_unless_asked(self):
        self.place.mkdir()
        (self.place / "a").write_text("mine")
        (self.place / "folder").mkdir()
        (self.place / "link").symlink_to("../outside")
        rows = self.lines(*({"name": name, "content": "theirs"} for name in ["a", "b", "folder", "link"]))
        self.assertEqual(self.verdicts("--from", rows), {"a": "exists", "b": "written", "folder": "exists", "link": "exists"})
        self.assertEqual((self.place / "a").read_text(), "mine")
        self.assertEqual(self.verdicts("--from", rows, "--overwrite"), {"a": "replaced", "b": "replaced", "folder": "blocked", "link": "blocked"})
        self.assertEqual((self.place / "a").read_text(), "theirs")
        self.assertFalse((self.folder / "outside").exists())

    def test_two_names_that_are_one_give_one_file(self):
        rows = self.lines({"name": "a", "content": "1"}, {"name": "./a", "content": "2"}, {"name": "b", "content": "3"}, {"name": "B", "content": "4"})
        done = self.write_files("--from", rows, "--json", "--no-run", "--strategy", "sequential")
        self.assertEqual([row["verdict"] for row in rows_of(done.stdout)], ["written", "exists", "written", "written"])
        self.assertEqual(files_of(self.place), {"a": b"1", "b": b"3", "B": b"4"})

    def test_a_planted_link_leads_nowhere(self):
        outside = self.folder / "outside"
        outside.mkdir()
        precious = outside / "precious"
        precious.write_text("precious")
        self.place.mkdir()
        (self.place / "way").symlink_to(outside)
        (self.place / "file").symlink_to(precious)
        os.link(precious, self.place / "hard")
        (self.place / "no-folder").write_text("")
        rows = self.lines(*({"name": name, "content": "!"} for name in ["way/precious", "way/new", "file", "no-folder/x"]))
        expected = {"way/precious": "blocked", "way/new": "blocked", "file": "exists", "no-folder/x": "blocked"}
        for options in [[], ["--atomic"], ["--strategy", "processes:2"]]:
            self.assertEqual(self.verdicts("--from", rows, *options), expected)
        self.assertEqual(self.verdicts("--from", self.lines({"name": "hard", "content": "!"}), "--overwrite"), {"hard": "replaced"})
        self.assertEqual(files_of(outside), {"precious": b"precious"})

    def test_an_archive_is_unpacked_whatever_its_coding_and_links_and_devices_are_not(self):
        content = {"top.txt": b"top", "a/b.txt": b"b" * 100, "a/large": os.urandom(300_000)}
        path = self.folder / "files.tar"
        with tarfile.open(path, "w") as tar:
            def add(name, **what):
                info = tarfile.TarInfo(name)
                for key, value in what.items():
                    setattr(info, key, value)
                return info
            tar.addfile(add("./", type=tarfile.DIRTYPE))
            tar.addfile(add("a/", type=tarfile.DIRTYPE, mode=0o755))
            for name, data in content.items():
                tar.addfile(add(name, size=len(data), mode=0o640), io.BytesIO(data))
            tar.addfile(add("link", type=tarfile.SYMTYPE, linkname="/etc/passwd"))
            tar.addfile(add("hard", type=tarfile.LNKTYPE, linkname="top.txt"))
            tar.addfile(add("device", type=tarfile.CHRTYPE, devmajor=1, devminor=3))
            tar.addfile(add("pipe", type=tarfile.FIFOTYPE))
            tar.addfile(add("../escape", size=1), io.BytesIO(b"!"))
            tar.addfile(add("set", size=1, mode=0o6755), io.BytesIO(b"!"))
        expected = {**dict.fromkeys([*content, "a", "set"], "written"), **dict.fromkeys(["link", "hard", "device", "pipe"], "not_a_file"),
                    "../escape": "invalid_input"}
        archives = [path]
        subprocess.run(["gzip", "-k", path], check=True)
        archives.append(Path(f"{path}.gz"))
        if shutil.which("zstd"):
            subprocess.run(["zstd", "-q", "-k", path], check=True)
            archives.append(Path(f"{path}.zst"))
        for archive in archives:
            for strategy in STRATEGIES:
                verdicts = self.verdicts("--from-tar", archive, "--strategy", strategy)
                # A file may be there before its folder has its turn.
                self.assertIn(verdicts.pop("a"), ["written", "exists"])
                self.assertEqual(verdicts, {name: verdict for name, verdict in expected.items() if name != "a"})
                self.assertEqual(files_of(self.place), {**content, "set": b"!"})
                self.assertEqual([(self.place / name).stat().st_mode & 0o7777 for name in ["a/b.txt", "set"]], [0o640, 0o755])
                shutil.rmtree(self.place)
        self.assertFalse((self.folder / "escape").exists())

    def test_a_broken_archive_is_told_of_and_what_came_before_stands(self):
        path = self.archive(**{f"f{i}": os.urandom(10_000) for i in range(20)})
        cut = self.write("cut.tar", path.read_bytes()[:100_000])
        done = self.write_files("--from-tar", cut)
        self.expect_exit(done, 5)
        self.assertIn("cannot be read", done.stderr)
        self.assertGreater(len(files_of(self.place)), 0)
        done = self.write_files("--from-tar", self.write("none.tar", b"not an archive at all" * 100))
        self.assertIn("tar archive", done.stderr)
        self.assertNotEqual(done.returncode, 0)


class DiskTest(WriteTest):
    def test_a_full_disk_stops_the_run_with_a_true_count_and_it_can_be_carried_on(self):
        for options in [[], ["--atomic"], ["--strategy", "threads:10"], ["--strategy", "processes:3"], ["--sync", "file"]]:
            words = " ".join(["-n", "3000", "--size", "4096", *options])
            kept = self.folder / f"run-{len(words)}-{options[-1:]}".replace("'", "").replace("[", "").replace("]", "")
            done = self.small_disk("4M", f"""
                "$ATONCE" write $PLACE/files {words} --run '{kept}' -q --format none || echo "exit $?"
                find $PLACE/files -type f -size 4096c | wc -l; find $PLACE/files -type f ! -size 4096c | wc -l
                mount -o remount,size=64M $PLACE
                "$ATONCE" resume '{kept}' || echo "exit $?"
                find $PLACE/files -type f -size 4096c | wc -l""")
            lines = done.stdout.split("\n")
            self.assertEqual(lines[0], "exit 5", done.stdout + done.stderr)
            whole = int(lines[1])
            self.assertEqual(lines[2], "0")
            self.assertGreater(whole, 500)
            self.assertLessEqual(whole, 1024)
            self.assertIn(f"is full, or a quota is used up: {whole:,} files are there", done.stderr)
            self.assertIn("atonce resume", done.stderr)
            self.assertEqual(lines[3], "3000")
            self.assertEqual(account_of(run("show", kept).stdout), {"written": 3000})

    def test_a_folder_that_may_not_be_written_to_is_told_of_before_anything_starts(self):
        done = self.small_disk("1M", 'mount -o remount,ro $PLACE; "$ATONCE" write $PLACE/files -n 5 || echo "exit $?"')
        self.assertIn("Read-only file system", done.stderr)
        self.assertRegex(done.stdout, "exit [25]")

    def test_a_disk_that_becomes_read_only_meanwhile_does_not_permit(self):
        done = self.small_disk("64M", """
            "$ATONCE" write $PLACE/files -n 8000 --rate 4000 --no-run --format none & PID=$!
            while [ -z "$(ls -A $PLACE/files 2>&1)" ] || [ ! -d $PLACE/files ]; do sleep 0.01; done
            # While a file is being written, the disk is busy.
            until mount -o remount,ro $PLACE 2>/dev/null; do sleep 0.001; done; wait $PID || echo "exit $?"; find $PLACE/files -type f | wc -l""")
        account = account_of(done.stderr)
        self.assertEqual(set(account), {"written", "not_permitted"}, done.stderr)
        self.assertEqual(sum(account.values()), 8000)
        self.assertEqual(done.stdout, f"{account['written']}\n")

    def test_a_folder_removed_meanwhile_is_made_again_below_and_missed_above(self):
        running = start("write", self.place, "-n", 3000, "--rate", 4000, "--no-run", "--format", "none")
        while len(os.listdir(self.place) if self.place.exists() else []) < 100:
            time.sleep(0.01)
        while True:  # What is written meanwhile keeps it from going.
            try:
                shutil.rmtree(self.place)
                break
            except OSError:
                pass
        _, told = running.communicate(timeout=60)
        account = account_of(told.decode())
        self.assertEqual(set(account), {"written", "no_folder"})
        self.assertEqual(sum(account.values()), 3000)
        self.assertFalse(self.place.exists())

    def test_ctrl_c_leaves_no_half_file(self):
        running = start("write", self.place, "-n", 100_000, "--size", "300000", "--atomic", "--run", self.folder / "run", "--format", "none")
        while len(os.listdir(self.place) if self.place.exists() else []) < 20:
            time.sleep(0.005)
        running.send_signal(signal.SIGINT)
        _, told = running.communicate(timeout=60)
        self.assertEqual(running.returncode, 4, told)
        files = files_of(self.place)
        self.assertEqual({len(content) for content in files.values()}, {300_000})
        self.assertEqual(account_of(told.decode())["written"], len(files))


class ResumeTest(WriteTest):
    def check_kills(self, rounds, options, truth, seed):
        """Kills a run again and again, then lets it end."""
        chance = random.Random(seed)
        kept = self.folder / "run"
        words = [ATONCE, "write", self.place, "--run", kept, "-q", "--format", "none", *map(str, options)]
        killed = 0
        for _ in range(rounds):
            running = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
            try:
                running.wait(timeout=chance.uniform(0.01, 0.15))
            except subprocess.TimeoutExpired:
                running.kill()
                killed += 1
            told = running.communicate()[1].decode()
            self.assertIn(running.returncode, [0, -9], told)
            if (kept / "manifest.json").exists():
                words = [ATONCE, "resume", kept, "-q"]
        done = subprocess.run(words, capture_output=True, text=True, timeout=90, check=False)
        self.assertEqual(done.returncode, 0, f"seed {seed}: {done.stderr}")
        self.assertGreater(killed, 0)
        summary = run("show", kept).stdout
        self.assertEqual(account_of(summary), {"written": len(truth)}, f"seed {seed}, {killed} kills")
        self.assertEqual(files_of(self.place), truth, f"seed {seed}, {killed} kills")
        return kept

    def test_made_files_are_there_once_and_whole_after_any_kills(self):
        for strategy in ["async", "threads:8", "processes:3", "sequential"]:
            reference = self.folder / "reference"
            options = ["-n", 4000, "--seed", 11, "--size", "1-3000", "--fan-out", 3, "--strategy", strategy]
            run("write", reference, *options, "--no-run", "-q", "--format", "none")
            self.check_kills(20, options, files_of(reference), 1)
            for folder in [reference, self.place, self.folder / "run"]:
                shutil.rmtree(folder)

    def test_listed_files_are_there_once_and_whole_after_any_kills(self):
        truth = {f"f{i % 40}/{i}": os.urandom(2 + i % 3000) for i in range(4000)}
        listed = self.lines(*({"name": name, "base64": base64.b64encode(content).decode()} for name, content in truth.items()))
        self.check_kills(12, ["--from", listed, "-c", 100], truth, 2)

    def test_nothing_is_left_behind_by_kills_of_an_atomic_run(self):
        reference = self.folder / "reference"
        options = ["-n", 3000, "--seed", 12, "--size", "1-5000", "--atomic"]
        run("write", reference, *options, "--no-run", "-q", "--format", "none")
        self.check_kills(10, options, files_of(reference), 3)

    def test_what_was_there_before_a_kill_stays_somebody_elses(self):
        self.place.mkdir()
        for i in range(100):
            (self.place / f"{30 * i}").write_text("mine")
        listed = self.lines(*({"name": str(i), "content": "theirs"} for i in range(3000)))
        running = start("write", self.place, "--from", listed, "--run", self.folder / "run", "--rate", 3000, "--format", "none")
        time.sleep(0.2)
        running.kill()
        running.communicate()
        done = run("resume", self.folder / "run")
        self.assertEqual(account_of(done.stderr), {"written": 2900, "exists": 100})
        self.assertEqual([(self.place / f"{30 * i}").read_text() for i in range(100)], ["mine"] * 100)


class CleanTest(WriteTest):
    def test_what_a_run_made_goes_and_nothing_else(self):
        self.place.mkdir()
        (self.place / "mine").write_text("mine")
        (self.place / "0").mkdir()
        kept = self.folder / "run"
        self.write_files("-n", 300, "--fan-out", 4, "--run", kept)
        changed = sorted(files_of(self.place))[7]
        (self.place / changed).write_text("changed since")
        done = run("write", "--clean", kept)
        self.expect_exit(done, 0)
        left = tree_of(self.place)
        self.assertEqual({name: content for name, content in left.items() if content is not None}, {"mine": b"mine", changed: b"changed since"})
        self.assertIn("0", left)
        self.assertIn("removed 299 files", done.stdout)
        self.assertIn("1 was changed since, and is left alone", done.stdout)

    def test_the_folder_itself_goes_where_the_run_made_it(self):
        kept = self.folder / "run"
        listed = self.lines({"name": "a/b/c", "content": "1"}, {"name": "d", "content": "2"})
        self.write_files("--from", listed, "--run", kept)
        self.assertEqual(len(files_of(self.place)), 2)
        done = run("write", "--clean", kept)
        self.assertIn("removed 2 files and 3 folders", done.stdout)
        self.assertFalse(self.place.exists())

    def test_what_a_killed_run_had_not_told_yet_goes_too(self):
        kept = self.folder / "run"
        for options in [["--from", self.lines(*({"name": str(i), "content": "x" * 2000} for i in range(20_000)))], ["-n", 20_000, "--size", 2000]]:
            running = start("write", self.place, *options, "--run", kept, "--format", "none")
            while len(os.listdir(self.place) if self.place.exists() else []) < 500:
                time.sleep(0.005)
            running.kill()
            running.communicate()
            done = run("write", "--clean", kept)
            self.expect_exit(done, 0)
            self.assertFalse(self.place.exists(), done.stdout)
            shutil.rmtree(kept)

    def test_only_a_run_that_wrote_files_can_be_cleaned(self):
        done = run("write", "--clean", self.folder)
        self.expect_exit(done, 2)
        done = run("write", self.place, "--clean", self.folder)
        self.assertIn("--clean knows the folder", done.stderr)


if __name__ == "__main__":
    unittest.main()
