"""User CPU of flake8 with the pack against bare flake8, in interleaved pairs in one run.

    python benchmarks/compare.py --bare BARE_PYTHON --pack PACK_PYTHON [--pairs 5] [--jobs 1] [--all-rules] CHECKOUT...

BARE_PYTHON has flake8 alone, PACK_PYTHON the same flake8 with the pack. `--all-rules` switches the opt-in ones on too.
Prints, per checkout, the lines of Python, the median, lowest and highest ratio of the pairs, and the difference in peak
memory.
"""

from __future__ import annotations

import argparse
import os
import pathlib
import statistics
import subprocess
import sys


def run(python: str, checkout: pathlib.Path, options: list[str]) -> tuple[float, int]:
    """(user CPU seconds, peak memory in KiB) of one flake8 run over a checkout."""
    command = [python, "-m", "flake8", "--isolated", "--exit-zero", "-q", *options, "."]
    process = subprocess.Popen(command, cwd=checkout, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{' '.join(command)} failed in {checkout}")
    return usage.ru_utime, usage.ru_maxrss


def count_lines(checkout: pathlib.Path) -> int:
    return sum(path.read_bytes().count(b"\n") for path in checkout.rglob("*.py") if path.is_file())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bare", required=True)
    parser.add_argument("--pack", required=True)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--jobs", default="1")
    parser.add_argument("--all-rules", action="store_true")
    parser.add_argument("checkouts", nargs="+", type=pathlib.Path)
    args = parser.parse_args()
    options = [f"-j{args.jobs}", *(["--extend-select=KBR"] if args.all_rules else [])]
    for checkout in args.checkouts:
        ratios, memory = [], []
        for pair in range(args.pairs):
            order = [args.bare, args.pack] if pair % 2 == 0 else [args.pack, args.bare]
            measured = {python: run(python, checkout, options) for python in order}
            (bare, bare_memory), (pack, pack_memory) = measured[args.bare], measured[args.pack]
            ratios.append(pack / bare)
            memory.append((pack_memory - bare_memory) / 1024)
            print(f"  {checkout.name} pair {pair + 1}: bare {bare:.2f} s, pack {pack:.2f} s", file=sys.stderr)
        print(
            f"{checkout.name}: {count_lines(checkout)} lines, -j{args.jobs}: median {statistics.median(ratios):.3f}x"
            f" (min {min(ratios):.3f}, max {max(ratios):.3f}), memory {statistics.median(memory):+.1f} MiB"
        )


if __name__ == "__main__":
    main()
