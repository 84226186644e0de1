"""Which rules a real flake8 run reports: every code, and the opt-in ones only where they are selected."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from flake8_backend_rules.catalogue import all_rules
from tests.harness import as_files, write

LEGACY = """
from app.models import Order
from sqlalchemy.orm import Session

def orders(session: Session):
    return session.query(Order)
"""
FOUND = ["KBR309"]


def codes(folder: Path, *arguments: str, config: str = "[flake8]\n") -> list[str]:
    """The pack's codes that flake8 prints for a folder, each once, with the first folder of its path."""
    (folder / "setup.cfg").write_text(config, encoding="utf-8")
    command = [sys.executable, "-m", "flake8", "--format=%(code)s %(path)s", *arguments, "."]
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
    assert result.stderr == ""
    return sorted({line for line in result.stdout.splitlines() if line.startswith("KBR")})


@pytest.mark.parametrize("jobs", ["-j1", "-j2"])
def test_every_code_fires_through_a_real_flake8(tmp_path: Path, jobs: str) -> None:
    """The first example without options of every rule, each a project of its own, in one run."""
    for rule in all_rules():
        example = next(e for e in rule.bad if not e.options)
        (tmp_path / rule.code).mkdir()
        write(tmp_path / rule.code, as_files(example.files, example.path))
    found = {tuple(line.split()) for line in codes(tmp_path, jobs, "--select=KBR")}
    fired = {code for code, path in found if path.startswith((f"./{code}/", f".\\{code}\\"))}
    assert sorted({rule.code for rule in all_rules()} - fired) == []


@pytest.mark.parametrize(
    ("arguments", "config", "expected"),
    [
        ((), "[flake8]\n", []),
        ((), "[flake8]\nignore = E501\n", []),
        ((), "[flake8]\nignore =\n", []),
        ((), "[flake8]\nextend-ignore = E203\n", []),
        ((), "[flake8]\nselect = E,F,K\n", []),
        ((), "[flake8]\nextend-select = K\n", []),
        ((), "[flake8]\nextend-select = KB\n", []),
        ((), "[flake8]\nextend-select = KBR309\n", FOUND),
        ((), "[flake8]\nextend-select = KBR3\n", FOUND),
        ((), "[flake8]\nextend-select = KBR\n", FOUND),
        ((), "[flake8]\nselect = E,KBR309\n", FOUND),
        ((), "[flake8]\nselect = KBR\nextend-ignore = KBR309\n", []),
        ((), "[flake8]\nselect = KBR309\nignore = KBR\n", FOUND),
        (("--extend-select=KBR309",), "[flake8]\nignore = E501\n", FOUND),
        (("--select=KBR309",), "[flake8]\n", FOUND),
        (("--ignore=E501",), "[flake8]\n", []),
        (("--enable-extensions=KBR309",), "[flake8]\n", []),
    ],
)
def test_an_opt_in_rule_speaks_only_where_it_is_selected(
    tmp_path: Path, arguments: tuple[str, ...], config: str, expected: list[str]
) -> None:
    write(tmp_path, as_files(LEGACY, "app/reports.py"))
    assert [line.split()[0] for line in codes(tmp_path, *arguments, config=config)] == expected
