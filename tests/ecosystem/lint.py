"""Lints unpacked projects: a real flake8 process each, isolated, with this checkout's rules."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from tests.ecosystem.cache import Fetch, UnfetchedError, cached, obtain
from tests.ecosystem.findings import INTERNAL_ERROR, Finding, Findings, Linted, SourceFile
from tests.ecosystem.pins import Pin

ROOT = Path(__file__).resolve().parent.parent.parent
FEWEST = 10  # projects; a run over fewer says too little
_HOPELESS = 3  # failed downloads in a row, after which no more are tried
_SECONDS = 3600
_FORMAT = "%(path)s\t%(row)d\t%(col)d\t%(code)s\t%(text)s"
_REPORT = re.compile(r"(?P<path>[^\t]+)\t(?P<line>\d+)\t(?P<column>\d+)\t(?P<code>[A-Z]+\d+)\t(?P<text>.*)\Z")
Say = Callable[[str], None]


class CrashError(Exception):
    """flake8 did not end as it should; the text has its last words."""


def _environment() -> dict[str, str]:
    """This checkout's pack comes first; nothing is imported from the current folder."""
    return os.environ | {"PYTHONPATH": str(ROOT), "PYTHONSAFEPATH": "1", "PYTHONIOENCODING": "utf-8", "PYTHONDONTWRITEBYTECODE": "1"}


def check_pack() -> None:
    """Raises CrashError where flake8 would not run the pack of this checkout; a run without rules finds nothing."""
    probe = "import flake8_backend_rules as p; print(p.__file__)"
    for arguments, wanted in ((["-c", probe], str(ROOT)), (["-m", "flake8", "--version"], "flake8-backend-rules")):
        command = [sys.executable, "-P", *arguments]
        done = subprocess.run(command, cwd=ROOT.anchor, env=_environment(), capture_output=True, text=True, timeout=120, check=False)
        if wanted not in done.stdout:
            said = "".join(f" ({line})" for line in done.stderr.splitlines()[-1:])
            raise CrashError(f"flake8 does not load the pack of this checkout; it needs pip install -e .{said}")


def flake8(tree: Path, targets: Sequence[str], jobs: str | None = None, select: str = "KBR") -> list[tuple[str, int, int, str, str]]:
    """(path, line, column, code, text) of every finding in the targets. Raises CrashError.

    E9 is selected as well: what can't be read has no findings, and must not pass as clean. The interpreter is told
    not to look for modules in the linted folder.
    """
    command = [sys.executable, "-P", "-W", "ignore", "-m", "flake8", "--isolated", "--exit-zero", f"--select={select},E9"]
    command += [f"--format={_FORMAT}", *([f"--jobs={jobs}"] if jobs else []), "--", *targets]
    try:
        done = subprocess.run(
            command, cwd=tree, env=_environment(), capture_output=True, text=True, encoding="utf-8", timeout=_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise CrashError(f"flake8 did not end within {_SECONDS} seconds") from None
    if done.returncode < 0:
        raise CrashError(f"flake8 was ended by signal {-done.returncode}")
    reports = [_REPORT.match(line) for line in done.stdout.splitlines()]
    if done.returncode or "Traceback" in done.stderr or None in reports:
        words = [line for line in (done.stdout + done.stderr).splitlines() if not _REPORT.match(line)]
        raise CrashError(f"flake8 ended with {done.returncode}: " + " / ".join(words[-3:])[:500])
    return [
        (match["path"].replace(os.sep, "/").removeprefix("./"), int(match["line"]), int(match["column"]), match["code"], match["text"])
        for match in reports
        if match
    ]


def located(project: str, tree: Path, reports: Iterable[tuple[str, int, int, str, str]]) -> list[Finding]:
    """The findings with the function and the source line that they stand in."""
    files: dict[str, SourceFile] = {}
    found = []
    for path, line, column, code, text in reports:
        if path not in files:
            files[path] = SourceFile((tree / path).read_bytes())
        found.append(Finding(project, path, line, column, code, text, files[path].function(line), files[path].source(line)))
    return sorted(found)


def size(tree: Path, folders: Iterable[str]) -> tuple[int, int]:
    """(files, lines) of Python in the folders."""
    sources = [path.read_bytes() for folder in folders for path in sorted((tree / folder).rglob("*.py"))]
    return len(sources), sum(source.count(b"\n") for source in sources)


class Run:
    """A run over pinned projects: what was found, what was skipped, what failed."""

    def __init__(self, cache: Path, say: Say, jobs: str | None = None, fetch: Fetch | None = None) -> None:
        self._cache, self._say, self._jobs, self._fetch = cache, say, jobs, fetch
        self._unfetched_in_a_row = 0
        self.findings = Findings()
        self.skipped: dict[str, str] = {}
        self.failures: list[str] = []

    def over(self, pins: Sequence[Pin]) -> None:
        """Lints the projects one after another, telling which."""
        for number, pin in enumerate(pins, 1):
            label = f"[{number} of {len(pins)}] {pin.name} {pin.version}"
            tree = self._obtain(pin, label)
            if tree is not None:
                self._lint(pin, tree, label)

    def _obtain(self, pin: Pin, label: str) -> Path | None:
        try:
            if tree := cached(pin, self._cache):
                return tree
            if self._unfetched_in_a_row >= _HOPELESS:
                raise UnfetchedError("not tried, as the ones before could not be fetched")
            self._say(f"{label}: fetching")
            tree = obtain(pin, self._cache, self._fetch)
        except UnfetchedError as error:
            self._unfetched_in_a_row += 1
            self.skipped[pin.name] = str(error)
            self._say(f"{label}: SKIPPED: {error}")
            return None
        self._unfetched_in_a_row = 0
        return tree

    def _lint(self, pin: Pin, tree: Path, label: str) -> None:
        files, lines = size(tree, pin.folders)
        self._say(f"{label}: linting {files} files, {lines} lines")
        started = time.monotonic()
        try:
            reports = flake8(tree, pin.folders, self._jobs)
        except CrashError as error:
            self.failures.append(f"{pin.name}: {error}")
            self._say(f"{label}: FAILED: {error}")
            return
        self.failures += [f"{pin.name}/{path}:{line}: {code} {text}" for path, line, _, code, text in reports if is_failure(code)]
        found = located(pin.name, tree, [report for report in reports if not report[3].startswith("E")])
        self.findings.projects[pin.name] = Linted(pin.version, files, lines)
        self.findings.found += found
        self._say(f"{label}: {len(found)} findings in {time.monotonic() - started:.0f} s")


def is_failure(code: str) -> bool:
    """Whether a finding says that a file was not, or not wholly, linted."""
    return code == INTERNAL_ERROR or code.startswith("E9")
