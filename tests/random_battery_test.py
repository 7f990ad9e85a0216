"""An independent battery, dieharder, judges the random numbers: a short selection, of a fixed seed, so it ends the same each time."""

import re
import shutil
import subprocess
import unittest
from pathlib import Path

from program import ATONCE, PATIENCE_S

DIEHARDER = shutil.which("dieharder")
STREAM = Path(ATONCE).parent / "examples" / "example_random_stream"
RANDOM_NUMBERS_FROM_INPUT = "200"
# The numbers are dieharder's; with so few repetitions each needs a second or two.
REPETITIONS = "20"
JUDGES = {"birthdays": "0", "rank of 32x32 matrices": "2", "rank of 6x8 matrices": "3", "bits in a stream of bytes": "8", "runs": "15",
          "monobit": "100", "runs of bits": "101", "uniformity": "204"}


@unittest.skipIf(DIEHARDER is None, "dieharder is not installed")
class RandomBattery(unittest.TestCase):
    def judge(self, *stream):
        if not STREAM.exists():
            self.skipTest(f"{STREAM} is not built")
        for name, number in JUDGES.items():
            with subprocess.Popen([STREAM, *stream], stdout=subprocess.PIPE) as numbers:
                told = subprocess.run([DIEHARDER, "-d", number, "-g", RANDOM_NUMBERS_FROM_INPUT, "-p", REPETITIONS], stdin=numbers.stdout,
                                      capture_output=True, timeout=PATIENCE_S, check=True).stdout.decode()
                numbers.stdout.close()
                numbers.kill()
            verdicts = re.findall(r"\|\s*([01]\.\d+)\|\s*(PASSED|WEAK|FAILED)", told)
            self.assertTrue(verdicts, told)
            self.assertNotIn("FAILED", [verdict for _, verdict in verdicts], f"{name}: {told}")

    def test_it_finds_no_fault_with_all_64_bits(self):
        self.judge("1")

    def test_it_finds_no_fault_with_the_bits_that_uniform_samples_are_made_of(self):
        self.judge("1", "plus")

    def test_it_finds_fault_with_a_bad_generator(self):
        with subprocess.Popen(["yes"], stdout=subprocess.PIPE) as bad:
            told = subprocess.run([DIEHARDER, "-d", JUDGES["monobit"], "-g", RANDOM_NUMBERS_FROM_INPUT, "-p", REPETITIONS],
                                  stdin=bad.stdout, capture_output=True, timeout=PATIENCE_S, check=True).stdout.decode()
            bad.stdout.close()
            bad.kill()
        self.assertIn("FAILED", told)


if __name__ == "__main__":
    unittest.main()
