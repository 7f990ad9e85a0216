"""A headless Chromium, driven through chromedriver: WebDriver is JSON over HTTP."""

import json
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path

CHROMIUM = shutil.which("chromium")
DRIVER = shutil.which("chromedriver")
PATIENCE_S = 60

# Quiet: the browser itself asks nobody for anything.
FLAGS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--disable-default-apps", "--disable-extensions", "--disable-dev-shm-usage",
         "--disable-domain-reliability", "--no-default-browser-check", "--no-pings", "--hide-scrollbars", "--force-device-scale-factor=1",
         # Whatever it might ask, nobody is there: no name has an address but the browser's own end of the line.
         "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"]


def why_none():
    """None where there is a browser, else what is missing."""
    missing = [name for name, path in (("chromium", CHROMIUM), ("chromium-driver", DRIVER)) if path is None]
    return f"not installed: {', '.join(missing)}" if missing else None


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Browser:
    """One browser with one window. Commands that the driver refuses raise RuntimeError with its words."""

    def __init__(self):
        self.profile = tempfile.TemporaryDirectory(prefix="atonce-browser-")
        self.port = free_port()
        self.driver = subprocess.Popen([DRIVER, f"--port={self.port}", "--log-level=SEVERE"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.session = None
        try:
            self.session = self.open_session()
        except BaseException:
            self.close()
            raise

    def open_session(self):
        options = {"binary": CHROMIUM, "args": [*FLAGS, f"--user-data-dir={self.profile.name}"],
                   "perfLoggingPrefs": {"enableNetwork": True, "enablePage": False}}
        wanted = {"browserName": "chrome", "goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
                  "unhandledPromptBehavior": "ignore"}
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                return self.ask("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})["sessionId"]
            except OSError:  # The driver does not listen yet.
                if time.monotonic() > deadline or self.driver.poll() is not None:
                    raise
                time.sleep(.05)

    def ask(self, method, path, body=None):
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", method=method, data=None if body is None else json.dumps(body).encode(),
                                         headers={"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise RuntimeError(json.load(error)["value"]["message"]) from None

    def tell(self, path, body):
        return self.ask("POST", f"/session/{self.session}{path}", body)

    def show(self, path, width=1280, height=1400):
        """Opens a file; what was logged before is gone."""
        self.tell("/window/rect", {"width": width, "height": height})
        self.console(), self.requests()
        self.tell("/url", {"url": Path(path).as_uri()})
        return self

    def run(self, script, *arguments):
        return self.tell("/execute/sync", {"script": script, "args": list(arguments)})

    def wait(self, condition, *arguments):
        """Waits until an expression of JavaScript is true."""
        deadline = time.monotonic() + PATIENCE_S
        while not self.run(f"return Boolean({condition})", *arguments):
            if time.monotonic() > deadline:
                raise AssertionError(f"never came true: {condition}")
            time.sleep(.02)

    def settle(self):
        """Waits until the page has been painted with what was asked of it last."""
        self.tell("/execute/async", {"script": "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => done(0)))", "args": []})

    def log(self, kind):
        return self.tell("/se/log", {"type": kind})

    def console(self):
        """What the page, or the browser about it, wrote to the console."""
        return [entry["message"] for entry in self.log("browser")]

    def requests(self):
        """The addresses that were asked for."""
        messages = [json.loads(entry["message"])["message"] for entry in self.log("performance")]
        return [one["params"]["request"]["url"] for one in messages if one["method"] == "Network.requestWillBeSent"]

    def has_dialog(self):
        try:
            self.ask("GET", f"/session/{self.session}/alert/text")
            return True
        except RuntimeError:
            return False

    def point(self, element, *steps):
        """Moves a mouse: each step is "down", "up", or a place (x, y) within the element with this selector."""
        box = self.run("const e = document.querySelector(arguments[0]); e.scrollIntoView({block: 'center'}); const b = e.getBoundingClientRect();"
                       " return [b.left, b.top]", element)
        actions = []
        for step in steps:
            if isinstance(step, str):
                actions.append({"type": "pointerDown" if step == "down" else "pointerUp", "button": 0})
            else:
                actions.append({"type": "pointerMove", "duration": 0, "x": int(box[0] + step[0]), "y": int(box[1] + step[1])})
        self.tell("/actions", {"actions": [{"type": "pointer", "id": "mouse", "parameters": {"pointerType": "mouse"}, "actions": actions}]})
        self.settle()

    def press(self, *keys):
        self.tell("/actions", {"actions": [{"type": "key", "id": "keys", "actions": [
            {"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]}]})
        self.settle()

    def close(self):
        try:
            if self.session:
                self.ask("DELETE", f"/session/{self.session}")
        except (OSError, RuntimeError):
            pass
        self.driver.terminate()
        try:
            self.driver.wait(10)
        except subprocess.TimeoutExpired:
            self.driver.kill()
            self.driver.wait()
        self.profile.cleanup()
