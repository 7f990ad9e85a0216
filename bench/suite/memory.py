"""A hundred thousand connections that hang at once, in one process with 20,000 descriptors: what they cost, and whether others suffer."""
import resource

from . import process
from .contest import Addresses, say, truth_of, write_list
from .contestants import Atonce
from .far import account
from .results import Goal, Row

DESCRIPTORS = 20_000
KIB = 1024


class Watch:
    """The most sockets seen, the memory that the process then had, and the most memory that it ever had."""

    def __init__(self):
        self.sockets = self.resident = self.peak = 0

    def __call__(self, pid):
        sockets = process.sockets_in_use()
        if sockets >= self.sockets:
            self.sockets, self.resident = sockets, process.memory_of(pid, "VmRSS")
        self.peak = max(self.peak, process.memory_of(pid, "VmHWM"))


def run_once(bench, hosts, window, timeout):
    watch = Watch()
    options = ["--engine", "ring", "-c", window, "--connect-timeout", timeout]
    contestant = Atonce(bench.atonce, bench.folder, options, watch=watch, descriptors=DESCRIPTORS)
    list_file = write_list(bench.folder / "list", hosts)
    return contestant, contestant.probe(list_file, len(hosts)), watch, list_file


def hanging(bench, section):
    count = bench.pick(100_000, 100_000, 5_000)
    others = count // 10
    silent = Addresses(0x0A300000, 1 << 20)
    mixed = [Addresses(0x0A100000, 1 << 20), Addresses(0x0A200000, 1 << 20)]
    row = Row("atonce", targets=count + others)
    each, most, peaks = [], [], []
    for turn in range(bench.pick(3, 1, 1)):
        _, _, small, _ = run_once(bench, silent.take(200), 200, "1500ms")
        # Behind those that hang come hosts that answer at once, and that must have their right verdicts.
        hosts = silent.take(count) + [host for block in mixed for host in block.take(others // 2)]
        contestant, answers, watch, list_file = run_once(bench, hosts, count + others, "7500ms")
        row.how = contestant.how()
        if answers.trouble:
            row.note = answers.trouble
            continue
        each.append((watch.resident - small.resident) / watch.sockets / KIB)
        most.append(watch.sockets)
        peaks.append(watch.peak / (1 << 20))
        row.rates.append(len(hosts) / answers.seconds)
        row.cpu_us.append(answers.cpu_s / len(hosts) * 1e6)
        row.answers += len(hosts)
        row.wrong += sum(got != right for got, right in zip(answers.verdicts, truth_of(bench, "far-mixed", list_file)))
        say(f"    round {turn + 1} {watch.sockets:,} sockets at once, {each[-1]:.2f} KiB each, {row.wrong} wrong")
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    section.rows = [row]
    section.goals = [
        Goal("user memory for each probe in flight", False, 1.5, each, "KiB"),
        Goal(f"sockets in flight at once in one process with {min(hard, DESCRIPTORS):,} descriptors", True, count, most, ""),
        Goal("wrong verdicts meanwhile", False, 0, [row.wrong] if row.answers else [], ""),
    ]
    section.notes = account([row])
    if peaks:
        section.notes.append(f"at most {max(peaks):.0f} MiB were resident in the whole run, when all those rows came due at once")
