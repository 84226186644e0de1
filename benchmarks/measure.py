"""Measures flake8 runs in processes of their own."""

from __future__ import annotations

import os
import re
import statistics
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Cost:
    """User CPU of the process and its workers in seconds, wall time in seconds, peak memory of the process in MiB."""

    user: float
    wall: float
    memory: float


class FailedRunError(Exception):
    """flake8 did not end well."""


def flake8(python: Path, folder: Path, options: Sequence[str], files: Sequence[str] = (".",)) -> Cost:
    """The cost of one run of flake8 over `files` in `folder`. Raises FailedRunError."""
    command = [str(python), "-m", "flake8", "--isolated", "--exit-zero", "-q", *options, *files]
    started = time.perf_counter()
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    assert process.stderr is not None
    said = process.stderr.read().decode(errors="replace")
    process.stderr.close()
    process.returncode = status
    if status:
        raise FailedRunError(f"{' '.join(command)} failed in {folder}: {said[-300:]}")
    return Cost(usage.ru_utime, wall, usage.ru_maxrss / 1024)


def instructions(pythons: Sequence[Path], folder: Path, options: Sequence[str]) -> list[int]:
    """The instructions that a run of flake8 takes with each of some interpreters, counted by valgrind, all at the same time.

    The same on every run, however busy the machine is; about twenty times as slow. Raises FailedRunError.
    """
    valgrind = ["valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"]
    flake8 = ["-m", "flake8", "--isolated", "--exit-zero", "-q", "-j1", *options, "."]
    environment = os.environ | {"PYTHONHASHSEED": "0"}
    processes = [
        subprocess.Popen([*valgrind, python, *flake8], cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        for python in pythons
    ]
    counts = []
    for process in processes:
        said = process.communicate()[1].decode(errors="replace")
        match = re.search(r"I\s+refs:\s+([\d,]+)", said)
        if process.returncode or match is None:
            raise FailedRunError(f"valgrind failed in {folder}: {said[-300:]}")
        counts.append(int(match[1].replace(",", "")))
    return counts


@dataclass(slots=True)
class Pairs:
    """Runs with something against runs without, in pairs that take turns in who is first."""

    bare: list[Cost] = field(default_factory=list)
    other: list[Cost] = field(default_factory=list)

    def ratios(self, what: str) -> list[float]:
        """The ratio of each pair; `what`: "user" or "wall"."""
        return [getattr(other, what) / getattr(bare, what) for bare, other in zip(self.bare, self.other, strict=True)]

    def shown(self, what: str) -> str:
        ratios = self.ratios(what)
        return f"{statistics.median(ratios):.3f}x ({min(ratios):.3f}–{max(ratios):.3f})"

    @property
    def memory(self) -> float:
        """MiB over bare, the median."""
        return statistics.median(o.memory - b.memory for b, o in zip(self.bare, self.other, strict=True))

    @property
    def seconds(self) -> float:
        """User CPU over bare, the median."""
        return statistics.median(o.user - b.user for b, o in zip(self.bare, self.other, strict=True))


def in_pairs(bare: Path, other: Path, folder: Path, options: Sequence[str], number: int, files: Sequence[str] = (".",)) -> Pairs:
    """Interleaved pairs of runs. The pack's options mean nothing to bare flake8 and are harmless there."""
    pairs = Pairs()
    for pair in range(number):
        for python, costs in ((bare, pairs.bare), (other, pairs.other)) if pair % 2 == 0 else ((other, pairs.other), (bare, pairs.bare)):
            costs.append(flake8(python, folder, options, files))
    return pairs


def lines_in(folder: Path) -> int:
    return sum(path.read_bytes().count(b"\n") for path in folder.rglob("*.py") if path.is_file())


def sample_of_files(folder: Path, number: int) -> list[str]:
    """Some files as an editor would open them: evenly spread over all of 50 to 1,000 lines, by path."""
    paths = [p for p in sorted(folder.rglob("*.py")) if p.is_file() and 50 <= p.read_bytes().count(b"\n") <= 1000]
    return [str(path.relative_to(folder)) for path in paths[:: max(1, len(paths) // number)][:number]]
