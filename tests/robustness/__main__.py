"""`python -m tests.robustness everything | determinism [PROJECT...]`

everything      every file of the standard library and site-packages, every rule on: no internal error
determinism     folders, or pinned applications (see docs/ecosystem.md), linted in eight ways: the same findings
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from tests.ecosystem.cache import cache_folder, obtain
from tests.ecosystem.pins import chosen, read_pins
from tests.robustness.determinism import differences
from tests.robustness.everything import internal_errors, python_files

PINNED = ("fief-server", "doccano", "flaskbb")  # FastAPI, Django, Flask


def _everything(_: argparse.Namespace) -> int:
    parsed: list[Path] = []
    found = list(internal_errors(python_files(), parsed))
    print("".join(f"{line}\n" for line in found[:50]), end="")
    print(f"{len(parsed)} files, {len(found)} faults")
    return 1 if found else 0


def _determinism(given: argparse.Namespace) -> int:
    roots: Sequence[Path] = given.projects or [obtain(pin, cache_folder()) for pin in chosen(read_pins(), PINNED)]
    faults = 0
    for root in roots:
        files = sorted(str(path.relative_to(root)) for path in root.rglob("*.py"))
        found = list(differences(root.resolve(), files, given.alone))
        faults += len(found)
        print(f"{root.name}: {len(files)} files, {len(found)} ways differ")
        print("".join(f"  {line}\n" for line in found), end="")
    return 1 if faults else 0


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.robustness", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    checks = parser.add_subparsers(required=True, metavar="CHECK")
    checks.add_parser("everything").set_defaults(run=_everything)
    determinism = checks.add_parser("determinism")
    determinism.add_argument("--alone", type=int, default=25, help="how many files are linted by themselves and through stdin")
    determinism.add_argument("projects", nargs="*", type=Path)
    determinism.set_defaults(run=_determinism)
    given = parser.parse_args()
    started = time.monotonic()
    status: int = given.run(given)
    print(f"{time.monotonic() - started:.0f} s", file=sys.stderr)
    return status


if __name__ == "__main__":
    sys.exit(main())
