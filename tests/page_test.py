"""The page of a report, in a real browser: it draws, zooms, asks nobody for anything, and words stay words."""

import copy
import json
import socket
import time
import unicodedata
import unittest

import browser
import hostile_strings
import page_samples
from browser import Browser
from program import PATIENCE_S, ProgramTest, run, start

SHORTEST, LONGEST = 1, 160  # what is shown of a text from outside, at most


def section_counts(page):
    """What a browser has drawn, for each section."""
    return page.run("""return [...document.querySelectorAll('section')].map(section => ({
        bands: section.querySelectorAll('.band').length, rows: section.querySelectorAll('.row').length,
        stretches: section.querySelectorAll('.stretch').length, canvases: section.querySelectorAll('canvas').length,
        tables: section.querySelectorAll('table').length, caveats: section.querySelectorAll('.caveats li').length}))""")


def range_of(page, band=0):
    """The instants that a band shows."""
    return page.run("const d = document.querySelectorAll('.plot')[arguments[0]].dataset; return [Number(d.from), Number(d.to)]", band)


def bytes_received(listener):
    """All that anybody sends to `listener` soon."""
    received = b""
    try:
        while True:
            with listener.accept()[0] as connection:
                connection.settimeout(.3)
                received += connection.recv(1000)
    except TimeoutError:
        return received


def is_plain(text):
    """Python knows no hidden character in it that would be shown as a number; and it is no longer than what is shown."""
    categories = {unicodedata.category(character) for character in text}
    return SHORTEST <= len(text.encode("utf-16-le")) // 2 <= LONGEST and not categories & {"Cc", "Cf", "Cs", "Zl", "Zp", "Mn", "Lo", "Co"}


@unittest.skipIf(browser.why_none(), browser.why_none())
class PageTest(ProgramTest):
    @classmethod
    def setUpClass(cls):
        cls.browser = Browser()
        cls.addClassCleanup(cls.browser.close)

    def page_of(self, *sections, width=1280, height=1400):
        """The page of these sections, drawn."""
        files = [self.write(f"section-{i}.json", json.dumps(section)) for i, section in enumerate(sections)]
        done = run("report", *files, "-o", self.folder / "page.html")
        self.expect_exit(done, 0)
        return self.open(self.folder / "page.html", len(sections), width, height)

    def open(self, path, sections=1, width=1280, height=1400):
        self.path = path
        self.browser.show(path, width, height)
        self.browser.wait("document.documentElement.dataset.drawn === String(arguments[0])", sections)
        self.browser.settle()
        return self.browser

    def expect_quiet(self, page):
        """Nothing went wrong, nobody was asked, nothing ran that is not the page's own."""
        self.assertFalse(page.has_dialog())
        self.assertEqual([], page.console())
        self.assertEqual([self.path.as_uri()], [url for url in page.requests() if not url.startswith("data:,")])
        self.assertIsNone(page.run("return window.hit"))

    def expect_all_drawn(self, page):
        self.assertNotIn("could not be drawn", page.run("return document.body.innerText"))

    # It draws.

    def test_each_job_of_each_strategy_is_a_row_and_each_phase_a_stretch(self):
        sections = [page_samples.waits(), page_samples.computes()]
        page = self.page_of(*sections)
        for section, seen in zip(sections, section_counts(page)):
            recordings = [strategy["recording"] for strategy in section["strategies"]]
            self.assertEqual(len(recordings), seen["bands"])
            self.assertEqual(sum(len(one["jobs"]) for one in recordings), seen["rows"])
            self.assertEqual(sum(len(job["stretches"]) for one in recordings for job in one["jobs"]), seen["stretches"])
            self.assertEqual(len(section["caveats"]), seen["caveats"])
            phases = {row["name"] for one in recordings for row in one["phases"]}
            self.assertEqual(2 + len(phases), seen["canvases"])
        self.expect_quiet(page)

    def test_no_picture_is_blank(self):
        page = self.page_of(page_samples.waits())
        colours = page.run("""return [...document.querySelectorAll('canvas')].map(canvas => {
            const pixels = new Uint32Array(canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.buffer);
            return new Set(pixels).size})""")
        self.assertGreater(min(colours), 10)
        widths = page.run("return [...document.querySelectorAll('.stretch')].map(bar => bar.getBoundingClientRect().width)")
        self.assertGreater(min(widths), 1.99)
        self.assertGreater(max(widths), 500)

    def test_strategies_share_one_axis_and_the_shortest_run_looks_it(self):
        page = self.page_of(page_samples.waits())
        ends = page.run("return [...document.querySelectorAll('line.end')].map(line => Number(line.getAttribute('x1')))")
        walls = [strategy["recording"]["wall"] for strategy in page_samples.waits()["strategies"]]
        for end, wall in zip(ends, walls):
            self.assertAlmostEqual(wall / walls[0], end / ends[0], delta=.01)

    def test_a_single_run_is_a_page_too(self):
        page = self.page_of(page_samples.run())
        self.assertEqual(1, section_counts(page)[0]["bands"])
        self.assertEqual("80", page.run("return document.querySelector('dl.account dd').textContent"))
        self.expect_quiet(page)

    def test_a_page_without_sections_missing_keys_is_read_in_words(self):
        text = self.page_of(page_samples.waits()).run("return document.body.innerText")
        for words in ("async:80", "16.8 times as fast. sequential computed for 1 %", "does not hold", "py-threads",
                      "Every two strategies gave the same verdict", "it, not the strategy, may have been the limit"):
            self.assertIn(words, text)

    def test_a_real_comparison_is_drawn_as_it_was(self):
        targets = self.write("list.txt", "".join(f"127.0.0.1:{1 + i}\n" for i in range(30)))
        done = run("compare", "probe", targets, "--strategy", "sequential,threads:4,async", "--rounds", "3", "--resolver", "127.0.0.1:9", "-q",
                   "--report", self.folder / "page.html")
        self.expect_exit(done, 0)
        page = self.open(self.folder / "page.html")
        seen = section_counts(page)[0]
        self.assertEqual((3, 90), (seen["bands"], seen["rows"]))
        self.assertIn("Every two strategies gave the same verdict", page.run("return document.body.innerText"))
        self.expect_quiet(page)

    # It zooms.

    def test_a_drag_zooms_all_bands_and_a_double_click_shows_all_again(self):
        page = self.page_of(page_samples.waits())
        whole = range_of(page)
        page.point(".plot", (100, 60), "down", (200, 60), (300, 60), "up")
        begin, end = range_of(page)
        width = page.run("return document.querySelector('.plot').clientWidth")
        self.assertAlmostEqual(whole[1] * 100 / width, begin, delta=whole[1] * .01)
        self.assertAlmostEqual(whole[1] * 300 / width, end, delta=whole[1] * .01)
        self.assertEqual([begin, end], range_of(page, 3))
        page.point(".plot", (150, 60), "down", "up", "down", "up")
        self.assertEqual(whole, range_of(page))
        self.expect_quiet(page)

    def test_a_drag_in_a_chart_zooms_the_time_lines_with_it(self):
        page = self.page_of(page_samples.waits())
        whole = range_of(page)
        page.point(".u-over", (50, 50), "down", (100, 50), (150, 50), "up")
        begin, end = range_of(page)
        width = page.run("return document.querySelector('.u-over').clientWidth")
        self.assertAlmostEqual(whole[1] * 50 / width, begin, delta=whole[1] * .02)
        self.assertAlmostEqual(whole[1] * 150 / width, end, delta=whole[1] * .02)
        page.point(".u-over", (60, 50), "down", "up", "down", "up")
        self.assertEqual(whole, range_of(page))

    def test_the_wheel_with_ctrl_zooms_about_the_pointer_and_scrolls_without(self):
        page = self.page_of(page_samples.waits())
        whole = range_of(page)
        turn = """const plot = document.querySelector('.plot'), box = plot.getBoundingClientRect();
            return plot.dispatchEvent(new WheelEvent('wheel', {deltaY: -100, ctrlKey: arguments[0], clientX: box.left, cancelable: true, bubbles: true}))"""
        self.assertTrue(page.run(turn, False))
        self.assertEqual(whole, range_of(page))
        self.assertFalse(page.run(turn, True))
        begin, end = range_of(page)
        self.assertEqual(whole[0], begin)
        self.assertAlmostEqual(whole[1] * .8, end, delta=whole[1] * .01)

    def test_keys_go_from_stretch_to_stretch_and_zoom(self):
        page = self.page_of(page_samples.waits())
        whole = range_of(page)
        page.run("document.querySelector('.plot').focus()")
        page.press("\ue015", "\ue015", "\ue014")  # down, down, right
        told = page.run("return document.querySelector('[aria-live]').textContent")
        self.assertIn("site-2.example", told)
        page.press("+")
        self.assertAlmostEqual((whole[1] - whole[0]) / 2, range_of(page)[1] - range_of(page)[0], delta=1e-6)
        page.press("0")
        self.assertEqual(whole, range_of(page))

    def test_each_on_its_own_scale_fills_every_band(self):
        page = self.page_of(page_samples.waits())
        page.run("document.querySelector('.tools input').click()")
        walls = [strategy["recording"]["wall"] for strategy in page_samples.waits()["strategies"]]
        for band, wall in enumerate(walls):
            self.assertAlmostEqual(wall, range_of(page, band)[1], delta=wall * 1e-6)
        page.run("document.querySelector('.tools input').click()")
        self.assertEqual(range_of(page, 0), range_of(page, 3))

    def test_pointing_at_a_stretch_tells_its_job_phase_begin_and_length(self):
        section = page_samples.waits()
        page = self.page_of(section)
        job = section["strategies"][0]["recording"]["jobs"][0]
        page.point(".plot", (3, 20))
        tip = page.run("const tip = document.querySelector('.tip'); return tip.hidden ? null : tip.innerText")
        self.assertIn(job["label"], tip)
        self.assertIn("begins at", tip)
        self.assertRegex(tip, "lookup|connect|secure|answer|receive")
        # The same job is lit in every band.
        self.assertEqual(4, page.run("return document.querySelectorAll('.row.on').length"))

    # It fits.

    def test_it_fits_a_telephone_and_a_desk_in_light_and_dark(self):
        page = self.page_of(page_samples.waits(), page_samples.computes())
        cdp = lambda command, **how: page.tell("/goog/cdp/execute", {"cmd": command, "params": how})  # noqa: E731
        self.addCleanup(cdp, "Emulation.clearDeviceMetricsOverride")
        self.addCleanup(cdp, "Emulation.setEmulatedMedia", features=[])
        for width in (400, 1280):
            for light in ("light", "dark"):
                cdp("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)
                cdp("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": light}])
                page.settle(), page.settle()
                self.assertLessEqual(page.run("return document.documentElement.scrollWidth"), width)
                ink, paper = page.run("""return [getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]
                    .map(colour => colour.match(/\\d+/g).slice(0, 3).reduce((sum, part) => sum + Number(part), 0))""")
                self.assertEqual(light == "dark", ink > paper)
        self.expect_quiet(page)

    # It asks nobody, and runs nothing but its own script.

    def test_the_policy_stops_any_other_script_style_and_request(self):
        page = self.page_of(page_samples.waits())
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            listener.listen()
            listener.settimeout(.3)
            where = f"http://127.0.0.1:{listener.getsockname()[1]}/"
            page.run("""const [where] = arguments;
                const script = document.createElement('script'); script.textContent = 'window.hit = 1'; document.body.append(script);
                const other = document.createElement('script'); other.src = where; document.body.append(other);
                const image = new Image(); image.src = where; document.body.append(image);
                const frame = document.createElement('iframe'); frame.src = where; document.body.append(frame);
                document.body.setAttribute('onclick', 'window.hit = 1'); document.body.click();
                fetch(where).catch(() => 0); navigator.sendBeacon?.(where)""", where)
            # A browser may connect on suspicion that it will ask; it has asked nothing.
            self.assertEqual(b"", bytes_received(listener))
        self.assertIsNone(page.run("return window.hit"))
        self.assertTrue(all("Content Security Policy" in message for message in page.console()))

    # Words stay words.

    def hostile_section(self, words):
        """Each of these words in every place of a section that takes words from outside."""
        section = page_samples.comparison("fetch", len(words), {"connect": (.001, .002), "answer": (.01, .02)}, [("sequential", 1), ("async:8", 8)], .01)
        first = section["strategies"][0]["recording"]
        for job, word in zip(first["jobs"], words):
            job["label"] = job["verdict"] = word
        for i, strategy in enumerate(section["strategies"]):
            strategy["engine"] = words[i]
            strategy["rounds"][0]["verdicts"] = {word: 1 for word in words}
        section["title"] = section["input"] = section["world"] = words[0]
        section["caveats"] = section["story"] = list(words)
        section["thresholds"] = [{"text": word, "value": 1, "holds": True} for word in words]
        section["summary"] = [[word, word] for word in words]
        section["peers"] = [{**section["peers"][0], "peer": word, "failure": word} for word in words[:20]]
        return section

    def expect_words(self, page, words):
        """They stand there as text, in the places of a section, and nothing else came of them."""
        self.expect_quiet(page)
        self.expect_all_drawn(page)
        self.assertEqual([], page.run("return [...document.querySelectorAll('main *')].map(e => e.localName).filter(name =>"
                                      " ['script', 'img', 'iframe', 'object', 'embed', 'link', 'style', 'base', 'meta', 'form', 'template', 'video', 'math'].includes(name))"))
        self.assertEqual([], page.run("return [...document.querySelectorAll('*')].flatMap(e => [...e.attributes].map(a => a.name)).filter(name => name.startsWith('on'))"))
        self.assertEqual([], page.run("return [...document.querySelectorAll('a')].map(a => a.getAttribute('href')).filter(href => !href.startsWith('#'))"))
        text = page.run("return document.body.innerText")
        hidden = {character for character in text if character not in "\n\t" and unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp")}
        self.assertEqual(set(), hidden)
        told = page.run("return [...document.querySelectorAll('.caveats li')].map(li => li.textContent)")
        for word, shown in zip(words, told):
            if is_plain(word):
                self.assertEqual(word, shown)
            self.assertLess(len(shown), 20_000)

    def test_a_hundred_and_fifty_hostile_words_stay_text_in_every_place_of_a_section(self):
        words = hostile_strings.ALL
        self.assertGreater(len(words), 100)
        parts = [words[i:i + 52] for i in range(0, len(words), 52)]
        for part in parts:
            page = self.page_of(self.hostile_section(part))
            self.assertEqual(len(part), section_counts(page)[0]["caveats"])
            self.expect_words(page, part)

    def test_hostile_names_of_strategies_and_phases_stay_text(self):
        words = [word for word in hostile_strings.ALL if len(word) < 200]
        sections = []
        for i in range(0, len(words), 24):
            section = page_samples.comparison("fetch", 3, {"connect": (.001, .002), "answer": (.01, .02)}, [(f"s{j}", 1) for j in range(len(words[i:i + 24]))], .01)
            for strategy, word in zip(section["strategies"], words[i:i + 24]):
                strategy["strategy"] = word
                for job in strategy["recording"]["jobs"]:
                    job["stretches"] = [[word, begin, length] for _, begin, length in job["stretches"]]
                strategy["recording"]["phases"][0]["name"] = word
            section["baseline"] = words[i]
            section["phases"] = [{"name": word, "meaning": word} for word in words[i:i + 24]]
            section["caveats"] = words[i:i + 24]
            sections.append(section)
        page = self.page_of(*sections)
        self.expect_words(page, [word for section in sections for word in section["caveats"]])

    def test_bytes_that_are_not_utf8_and_nul_bytes_reach_no_page(self):
        text = json.dumps(page_samples.run()).encode()
        for bad in (b"\xff\xfe", b"\xc0\xaf", b"\xed\xa0\x80", b"\0"):
            path = self.write("bad.json", text.replace(b"urls.txt", b"urls" + bad, 1))
            done = run("report", path, "-o", self.folder / "page.html")
            self.expect_exit(done, 2)
            self.assertIn("it is no JSON", done.stderr)

    def test_hostile_names_of_files_stay_text_in_the_page_of_a_real_run(self):
        names = [word for word in hostile_strings.ALL if "/" not in word and "\0" not in word and 0 < len(word.encode("utf-8", "replace")) < 200
                 and word.strip(" .") and not any(unicodedata.category(c) == "Cs" for c in word)]
        self.assertGreater(len(names), 80)
        for part in range(0, len(names), 60):
            words = names[part:part + 60]
            rows = self.write("files.jsonl", "".join(json.dumps({"name": name, "content": "x"}) + "\n" for name in words))
            folder, kept = self.folder / f"made-{part}", self.folder / f"run-{part}"
            run("write", folder, "--from", rows, "--run", kept, "--format", "none")
            done = run("report", kept, "-o", self.folder / "page.html")
            self.expect_exit(done, 0)
            page = self.open(self.folder / "page.html")
            self.assertGreater(section_counts(page)[0]["rows"], 30)
            self.expect_words(page, [])

    def test_hostile_targets_of_a_real_fetch_stay_text(self):
        server = start("serve", "--listen", "127.0.0.1:0")
        self.addCleanup(lambda: (server.terminate(), server.communicate(timeout=PATIENCE_S)))
        address = server.stdout.readline().split()[-1].decode()
        words = [word.replace("\n", " ").replace("\r", " ") for word in hostile_strings.ALL if len(word) < 400]
        lines = [f"{address}/get?{word}" if i % 2 else word for i, word in enumerate(words)]
        targets = self.write("targets.txt", "\n".join(lines).encode("utf-8", "surrogatepass") + b"\nhttp://\xff\xfe\0/\n")
        run("fetch", targets, "--run", self.folder / "run", "--format", "none", "--timeout", "2s", "--resolver", "127.0.0.1:9", "--dns-timeout", "50ms", "--confirm", "0")
        done = run("report", self.folder / "run", "-o", self.folder / "page.html")
        self.expect_exit(done, 0)
        page = self.open(self.folder / "page.html")
        self.assertGreater(section_counts(page)[0]["rows"], 20)
        self.expect_words(page, [])

    # Whatever a section has, there is a page.

    def test_a_section_with_any_key_missing_or_strange_still_draws(self):
        whole = page_samples.comparison("fetch", 4, {"connect": (.001, .002)}, [("sequential", 1), ("async:4", 4)], .01)
        for one in whole["strategies"]:
            for key in ("in_flight", "finished"):
                one["recording"][key] = one["recording"][key][:5]
        sections = []
        strange = [None, [], {}, "words", -1, 1e308, True, [[1]], [None], ["x", {}], 5e-324]

        def change(path, value):
            section = copy.deepcopy(whole)
            place = section
            for key in path[:-1]:
                place = place[key]
            if value is KeyError:
                del place[path[-1]]
            else:
                place[path[-1]] = value
            sections.append(section)

        def walk(value, path):
            keys = list(value) if isinstance(value, dict) else [0] if isinstance(value, list) and value else []
            for key in keys:
                change([*path, key], KeyError)
                change([*path, key], strange[len(sections) % len(strange)])
                walk(value[key], [*path, key])

        walk(whole, [])
        sections = [section for section in sections if section.get("schema") is whole["schema"] and isinstance(section.get("strategies"), list)]
        self.assertGreater(len(sections), 100)
        for i in range(0, len(sections), 70):
            page = self.page_of(*sections[i:i + 70])
            self.expect_quiet(page)
            self.expect_all_drawn(page)


if __name__ == "__main__":
    unittest.main()
