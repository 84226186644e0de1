"""Whether the findings of a file are a function of the project's files, however flake8 is run."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

Lines = frozenset[str]
OPTIONS = ("--select=KBR", "--exit-zero")
# Linted twice in one process, as editors do, each file by itself and in another order.
TWICE = """
import sys
from flake8.main.cli import main
paths = sys.argv[1:]
for path in paths[::-1]:
    main(["-j1", *{options}, "--output-file={sink}", path])
main(["-j1", *{options}, *paths])
"""


def flake8(
    root: Path, *arguments: str, files: Sequence[str] = (), seed: int = 0, text: str | None = None, cwd: Path | None = None
) -> Lines:
    """The findings of one flake8 run in `root`, sorted out of their order. Raises RuntimeError if it says anything else."""
    command = [sys.executable, "-m", "flake8", *OPTIONS, *arguments, *files]
    return _run(command, cwd or root, seed, text)


def _run(command: Sequence[str], cwd: Path, seed: int, text: str | None = None) -> Lines:
    environment = os.environ | {"PYTHONHASHSEED": str(seed), "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    done = subprocess.run(command, cwd=cwd, input=text, env=environment, capture_output=True, text=True, encoding="utf-8", check=False)
    if done.returncode or done.stderr:
        raise RuntimeError(f"{' '.join(command[:8])} ... in {cwd}: {done.stderr[-500:]}")
    return frozenset(done.stdout.splitlines())


def differences(root: Path, files: Sequence[str], alone: int, seed: int = 1) -> Iterator[str]:
    """What other ways to lint `files` (relative to `root`) find differently, each way that differs in a line.

    `alone`: how many files are linted by themselves and through stdin too.
    """
    usual = flake8(root, "-j1", files=files)
    chosen = random.Random(seed)
    shuffled = list(files)
    chosen.shuffle(shuffled)
    some = sorted(chosen.sample(list(files), min(alone, len(files))))
    of_some = frozenset(line for line in usual if line.partition(":")[0] in some)
    middle = len(shuffled) // 2
    options = ", ".join(repr(option) for option in OPTIONS)
    twice = [sys.executable, "-c", TWICE.format(options=f"[{options}]", sink=os.devnull), *some]
    other_folder = root / "unrelated"
    other_folder.mkdir(exist_ok=True)

    def from_elsewhere() -> Lines:
        config = ["--config", str(root / "setup.cfg")] if (root / "setup.cfg").exists() else []
        found = flake8(root, "-j1", *config, files=[str(root / name) for name in files], cwd=other_folder)
        return frozenset(line.removeprefix(f"{root}{os.sep}") for line in found)

    ways = {
        "-j2": (usual, lambda: flake8(root, "-j2", files=files)),
        "another order": (usual, lambda: flake8(root, "-j1", files=shuffled)),
        "another hash seed": (usual, lambda: flake8(root, "-j1", files=files, seed=4711)),
        "two shards": (usual, lambda: flake8(root, files=shuffled[:middle]) | flake8(root, files=shuffled[middle:])),
        "another working directory": (usual, from_elsewhere),
        "one file alone": (of_some, lambda: frozenset().union(*(flake8(root, files=[name]) for name in some))),
        "stdin": (of_some, lambda: frozenset().union(*(through_stdin(root, name) for name in some))),
        "again in one process": (of_some, lambda: _run(twice, root, 0)),
    }
    for name, (expected, way) in ways.items():
        if found := way() ^ expected:
            yield f"{name}: {len(found)} lines differ, such as {min(found)}"
    other_folder.rmdir()


def through_stdin(root: Path, name: str) -> Lines:
    return flake8(root, f"--stdin-display-name={name}", "-", text=(root / name).read_bytes().decode("utf-8"))
