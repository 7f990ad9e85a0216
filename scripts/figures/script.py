"""What the scripts that refresh a page's figures have in common: their command line, and how they end."""
import argparse
import sys
from pathlib import Path

from .commands import SOURCE, Busy, Failed, refuse_if_busy


def read_arguments(about):
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="only whether the page still holds; writes nothing")
    parser.add_argument("--busy", action="store_true", help="take the figures even where the machine has something else to do")
    parser.add_argument("--atonce", type=Path, default=SOURCE / "build" / "release" / "atonce", help="the program (build/release/atonce)")
    parser.add_argument("pages", type=Path, nargs="*", metavar="page", help="instead of the project's own")
    arguments = parser.parse_args()
    if not arguments.atonce.is_file():
        parser.error(f"there is no program {arguments.atonce}; make build makes it")
    arguments.atonce = arguments.atonce.resolve()
    return arguments


def end(name, arguments, check, refresh):
    """Checks, or refreshes what it may; returns the exit code. Each returns sentences on what is wrong."""
    try:
        if not arguments.check and not arguments.busy:
            refuse_if_busy()
        troubles = check() if arguments.check else refresh()
    except Busy as busy:
        troubles = [f"this machine is busy: {busy}; nothing was written. Try again where nothing else is going on, or say --busy"]
    except Failed as failed:
        troubles = [f"{failed}; nothing was written"]
    for trouble in troubles:
        print(f"{name}: {trouble}", file=sys.stderr)
    return 1 if troubles else 0
