"""A fault planted anywhere in the pack costs a KBR000 finding, never the run: with one process and with several, however started."""

from __future__ import annotations

import multiprocessing
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.harness import as_files, write

ROUTE = """
import os
from fastapi import APIRouter
from sqlalchemy.orm import Session

router = APIRouter()

@router.post("/orders")
def create_order(session: Session) -> None:
    session.commit()
"""
RUN = """
import multiprocessing, sys
if __name__ == "__main__":
    multiprocessing.set_start_method(sys.argv.pop(1), force=True)
import planted
from flake8.main.cli import main
if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
"""
FAULT = "def fault(*given, **named):\n    raise {error}('planted: on purpose')\n"
UNUSED = r"app/\w\.py:1:1: F401 'os' imported but unused"
START = r"app/\w\.py:1:1: KBR000 internal error: {error} planted  on purpose; no file was checked, please report this"
FILE = r"app/\w\.py:1:1: KBR000 internal error: {error} planted  on purpose; this file was not checked, please report this"
RULE = r"app/\w\.py:\d:\d+: KBR000 internal error in KBR301 handler-commits: {error} planted  on purpose; other findings stand, .*"
COMMIT = r"app/\w\.py:9:5: KBR301 .*"
PLANTED = {
    "add_options": ("from flake8_backend_rules import plugin as at\nat.add_options = fault", START),
    "settings": ("from flake8_backend_rules import plugin as at\nat.read_settings = fault", START),
    "rules": ("from flake8_backend_rules import plugin as at\nat.enabled_rules = fault", START),
    "model": ("from flake8_backend_rules import plugin as at\nat.FileModel = fault", FILE),
    "findings": ("from flake8_backend_rules.walk import LintedFile as at\nat.findings = fault", FILE),
    "rule": (
        "from flake8_backend_rules.rules.persistence.handler_commits import HandlerCommits as at\n"
        "at.applies = fault",
        RULE,
    ),
    "nothing": ("", COMMIT),
}


def run(folder: Path, planted: str, jobs: str, method: str, error: str) -> list[str]:
    write(folder, as_files({f"app/{name}.py": ROUTE for name in "abc"}, ""))
    (folder / "planted.py").write_text(FAULT.format(error=error) + planted + "\n", encoding="utf-8")
    (folder / "run.py").write_text(RUN, encoding="utf-8")
    command = [sys.executable, "run.py", method, f"-j{jobs}", "--extend-ignore=E302", "app"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    assert (done.stderr, done.returncode) == ("", 1)
    return done.stdout.splitlines()


METHODS = [("1", "fork"), *(("2", method) for method in multiprocessing.get_all_start_methods())]


@pytest.mark.parametrize(("jobs", "method"), METHODS, ids=lambda value: value)
@pytest.mark.parametrize("place", PLANTED)
def test_a_planted_fault_is_contained(tmp_path: Path, place: str, jobs: str, method: str) -> None:
    planted, expected = PLANTED[place]
    found = run(tmp_path, planted, jobs, method, "LookupError")
    wanted = [UNUSED, expected.format(error="LookupError")]
    assert len(found) == 6
    assert [sum(re.fullmatch(pattern, line) is not None for line in found) for pattern in wanted] == [3, 3]


@pytest.mark.parametrize("error", ["RecursionError", "MemoryError", "AssertionError", "StopIteration", "UnicodeError"])
def test_errors_of_any_kind(tmp_path: Path, error: str) -> None:
    found = run(tmp_path, PLANTED["rule"][0], "1", "fork", error)
    assert len([line for line in found if re.fullmatch(RULE.format(error=error), line)]) == 3


def test_the_next_start_is_a_fresh_one(tmp_path: Path) -> None:
    """Editors run flake8 again and again in one process: what failed once must not stay."""
    write(tmp_path, as_files({"app/a.py": ROUTE}, ""))
    code = (
        "from flake8_backend_rules import plugin\nfrom flake8.main.cli import main\nkept = plugin.read_settings\n"
        "def fault(*given):\n    raise LookupError('once')\n"
        "plugin.read_settings = fault\nmain(['-j1', '--select=KBR', 'app'])\n"
        "plugin.read_settings = kept\nmain(['-j1', '--select=KBR', 'app'])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert done.stderr == ""
    first, second = done.stdout.splitlines()
    assert first == "app/a.py:1:1: KBR000 internal error: LookupError once; no file was checked, please report this"
    assert re.fullmatch(COMMIT, second)
