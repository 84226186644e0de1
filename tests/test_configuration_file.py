"""Which file's folder globs are relative to, through real flake8 processes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.harness import as_files, write

MESSAGE = "KBR201 domain module imports the web framework 'flask'; keep it at the edge and pass plain values in"
FOUND = f"services/shop/orders/model.py:1:1: {MESSAGE}"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A configuration in the folder of a service that is right, and one in the root that is wrong."""
    write(tmp_path, as_files("import flask\n", "services/shop/orders/model.py"))
    (tmp_path / "services/shop/lint.cfg").write_text("[flake8]\nselect = KBR\nbackend-domain = orders/model.py\n", encoding="utf-8")
    (tmp_path / "setup.cfg").write_text("[flake8]\nselect = KBR\nbackend-unknown = 1\n", encoding="utf-8")
    return tmp_path


def flake8(root: Path, *arguments: str) -> tuple[list[str], str]:
    command = [sys.executable, "-m", "flake8", *arguments]
    result = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=120, check=False)
    return result.stdout.splitlines(), result.stderr


@pytest.mark.parametrize("option", [("--config=services/shop/lint.cfg",), ("--config", "services/shop/lint.cfg")])
@pytest.mark.parametrize("jobs", ["-j1", "-j2"])
def test_the_file_that_config_names(root: Path, option: tuple[str, ...], jobs: str) -> None:
    write(root, {"services/shop/orders/other.py": ""})
    assert flake8(root, *option, jobs, "services") == ([FOUND], "")


def test_isolated_reads_no_file(root: Path) -> None:
    """Globs on the command line are then relative to the working directory."""
    domain = "--backend-domain=services/shop/orders/model.py"
    assert flake8(root, "--isolated", "--select=KBR", domain, "services") == ([FOUND], "")


def test_the_nearest_file_otherwise(root: Path) -> None:
    complaint = "flake8-backend-rules: setup.cfg: option 'backend-unknown' is unknown; layers are "
    assert flake8(root, "services")[1].startswith(complaint)


def test_a_program_that_has_flake8_as_a_library(root: Path) -> None:
    """Its own command line is not flake8's."""
    program = "from flake8.options.parse_args import parse_args; parse_args([]); print('done')"
    (root / "setup.cfg").write_text("[flake8]\nbackend-domain = services\n", encoding="utf-8")
    command = [sys.executable, "-c", program, "--config"]
    result = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=120, check=False)
    assert (result.stdout, result.stderr) == ("done\n", "")
