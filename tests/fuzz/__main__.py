"""`python -m tests.fuzz [--first SEED] [--count N] [--kind mutilated|generated]`: runs every rule over seeded sources."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.fuzz.cases import generated, mutilated, seeds
from tests.fuzz.check import faults_of


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--first", type=int, default=0, metavar="SEED")
    parser.add_argument("--count", type=int, default=500, metavar="N")
    parser.add_argument("--kind", choices=("mutilated", "generated"), default="mutilated")
    given = parser.parse_args()
    make = mutilated if given.kind == "mutilated" else generated
    started, faults = time.monotonic(), 0
    with tempfile.TemporaryDirectory() as folder:
        for done, seed in enumerate(seeds(given.first, given.count), 1):
            for fault in faults_of(*make(seed), Path(folder)):
                faults += 1
                print(f"seed {seed}: {fault}")
            if done % 100 == 0:
                print(f"{done} of {given.count} cases, {faults} faults, {time.monotonic() - started:.0f} s", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
