"""What flake8 costs with the pack against flake8 alone, in interleaved pairs in one run.

    python -m benchmarks.compare [--pairs 5] [--jobs 1,2] [--default-rules] [--runs] [--neighbours] [--instructions] [--write] [CHECKOUT...]

Without checkouts, over pinned applications that `tests.ecosystem` fetches. Makes the environments that it compares (needs pip and
a network the first time). `--runs`: whole runs, and nothing else. `--neighbours` measures flake8-bugbear and flake8-async too, on the
first checkout. `--instructions` has valgrind count instructions, which a busy machine does not change, in place of the clock; no other
figures are taken then. `--write` puts the figures into docs/performance.md and draws docs/growth.svg (needs the extra `benchmarks`).
Only ratios mean something on another machine; seconds are shown to judge them by.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path

from benchmarks.environments import BARE, PACK, PLUGINS, ROOT, cache_folder, python_with
from benchmarks.growth import draw_growth, growth_table, measure_growth
from benchmarks.measure import Pairs, in_pairs, instructions, lines_in, sample_of_files

PINNED = ("prefect", "apache-superset", "pretix")  # FastAPI, Flask, Django; 50,000 lines and more
PAGE = ROOT / "docs" / "performance.md"
GROWTH = PAGE.with_name("growth.svg")
BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"
SINGLE_FILES = 8


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def pinned_checkouts() -> list[Path]:
    from tests.ecosystem.cache import cache_folder as projects
    from tests.ecosystem.cache import obtain
    from tests.ecosystem.pins import chosen, read_pins

    return [obtain(pin, projects()) for pin in chosen(read_pins(), PINNED)]


def _title(checkout: Path) -> str:
    """The folder's name; of a pinned project without the digest that ends it."""
    return re.sub(r"-[0-9a-f]{12}$", "", checkout.resolve().name)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(head)} |", f"| --- |{' ---: |' * (len(head) - 1)}"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])


def whole_runs(pythons: dict[str, Path], checkouts: Sequence[Path], args: argparse.Namespace) -> str:
    rows = []
    for checkout in checkouts:
        lines = lines_in(checkout)
        for jobs in args.jobs.split(","):
            say(f"{_title(checkout)}, -j{jobs}")
            pairs = in_pairs(pythons[BARE], pythons[PACK], checkout, [f"-j{jobs}", *args.options], args.pairs)
            rows.append([_title(checkout), f"{lines:,}", f"-j{jobs}", *_shown(pairs)])
    return table(["checkout", "lines", "jobs", "user CPU", "wall", "memory", "bare, seconds"], rows)


def counted(pythons: dict[str, Path], checkouts: Sequence[Path], args: argparse.Namespace) -> str:
    rows = []
    for checkout in checkouts:
        say(f"{_title(checkout)}, instructions")
        bare, pack = instructions([pythons[BARE], pythons[PACK]], checkout, args.options)
        rows.append([_title(checkout), f"{pack / bare:.3f}x", f"{bare / 1e9:.1f}"])
        say(" ".join(rows[-1]))  # at once: a checkout takes a quarter of an hour
    return table(["checkout, -j1", "instructions", "bare, thousand millions"], rows)


def neighbours(pythons: dict[str, Path], checkout: Path, args: argparse.Namespace) -> str:
    rows = []
    for name in PLUGINS:
        if name != BARE:
            say(f"{_title(checkout)}, {name}")
            pairs = in_pairs(pythons[BARE], python_with(name, cache_folder()), checkout, ["-j1", *args.options], min(3, args.pairs))
            rows.append(["the pack" if name == PACK else name, *_shown(pairs)])
    return table([f"{_title(checkout)}, -j1, with", "user CPU", "wall", "memory", "bare, seconds"], rows)


def _shown(pairs: Pairs) -> list[str]:
    bare = statistics.median(cost.user for cost in pairs.bare)
    return [pairs.shown("user"), pairs.shown("wall"), f"{pairs.memory:+.0f} MiB", f"{bare:.1f}"]


def single_files(pythons: dict[str, Path], checkouts: Sequence[Path], args: argparse.Namespace) -> str:
    rows = []
    for checkout in checkouts:
        say(f"{_title(checkout)}, single files")
        files = sample_of_files(checkout, SINGLE_FILES)
        costs = [in_pairs(pythons[BARE], pythons[PACK], checkout, args.options, args.pairs, [file]).seconds for file in files]
        rows.append([_title(checkout), str(len(files)), f"{statistics.median(costs):+.3f} s", f"{max(costs):+.3f} s"])
    return table(["checkout", "files", "CPU over bare, median", "highest"], rows)


def phases(python: Path, checkout: Path) -> str:
    say(f"{_title(checkout)}, phases")
    script = ROOT / "benchmarks" / "phases.py"  # by its path, so that the pack is the environment's, as in the other runs
    found = json.loads(subprocess.run([python, script, checkout], capture_output=True, check=True).stdout)
    pack = sum(found["phases"].values())
    rows = [[name, f"{seconds / pack:.0%}"] for name, seconds in found["phases"].items()]
    rows += [[f"floor: {name}", f"{seconds / pack:.0%}"] for name, seconds in found["floors"].items()]
    rules = [[name.replace("_", "-"), f"{seconds / pack:.0%}"] for name, seconds in list(found["rules"].items())[:8]]
    title = f"{_title(checkout)}, -j1: the pack is {pack / (found['whole'] - pack):.1%} of bare"
    return table([title, "of the pack"], rows) + "\n\n" + table(["the dearest rules, with all they ask for", "of the pack"], rules)


def figures(args: argparse.Namespace) -> Iterator[str]:
    """The sections of the page."""
    pythons = {name: python_with(name, cache_folder()) for name in (BARE, PACK)}
    checkouts = args.checkouts or pinned_checkouts()
    rules = "the rules that are on by default" if args.default_rules else "every rule on"
    yield (
        f"Measured with Python {platform.python_version()} on {platform.system()}, {os.cpu_count()} processors, {rules}, "
        f"{args.pairs} pairs: median (lowest–highest)."
    )
    yield "## Whole runs\n\n" + whole_runs(pythons, checkouts, args)
    if args.runs:
        return
    yield "## One file, as an editor runs it\n\n" + single_files(pythons, checkouts, args)
    if args.neighbours:
        yield "## Beside other plugins\n\n" + neighbours(pythons, checkouts[0], args)
    yield "## Where the time goes\n\n" + "\n\n".join(phases(pythons[PACK], checkout) for checkout in checkouts)
    say("growth")
    grown = measure_growth(pythons[BARE], pythons[PACK], args.options)
    yield "## Growth\n\n" + growth_table(grown)
    if args.write:
        draw_growth(grown, GROWTH)
        yield f"![CPU over bare flake8 by size of a generated project]({GROWTH.name})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--jobs", default="1,2")
    parser.add_argument("--default-rules", action="store_true")
    parser.add_argument("--runs", action="store_true")
    parser.add_argument("--neighbours", action="store_true")
    parser.add_argument("--instructions", action="store_true")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("checkouts", nargs="*", type=Path)
    args = parser.parse_args()
    if args.write and args.runs:
        parser.error("--write wants all figures, --runs takes a part of them")
    if args.write and find_spec("matplotlib") is None:  # said now, not in an hour
        parser.error("--write draws with matplotlib: pip install -e '.[benchmarks]'")
    if args.instructions and shutil.which("valgrind") is None:
        parser.error("--instructions needs valgrind")
    args.options = [] if args.default_rules else ["--extend-select=KBR"]
    if args.instructions:
        pythons = {name: python_with(name, cache_folder()) for name in (BARE, PACK)}
        print(counted(pythons, args.checkouts or pinned_checkouts(), args))
        return
    text = "\n\n".join(figures(args))
    print(text)
    if args.write:
        before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
        PAGE.write_text(f"{before}{BEGIN}\n{text}\n{END}{rest.partition(END)[2]}", encoding="utf-8")


if __name__ == "__main__":
    main()
