"""The sdist and the wheel: well-formed, complete, and at work with the oldest and the newest flake8 and astroid that are allowed."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from tests.harness import as_files, write
from tests.pipelines.clients import COMMITS, ROOT, ROUTE, WRITES, needs, packaged

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
OLDEST = [re.sub(r">=(\d+)(\.\d+)?.*", lambda m: f"=={m[1]}{m[2] or '.0'}.*", requirement) for requirement in PROJECT["dependencies"]]
ALONE = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
"""An environment in which only what is installed is found."""


def run(*command: str | Path, cwd: Path) -> str:
    done = subprocess.run([str(part) for part in command], cwd=cwd, env=ALONE, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, f"{done.stdout[-2000:]}{done.stderr[-2000:]}"
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the sdist, and of the wheel that is built from it."""
    folder = tmp_path_factory.mktemp("build")
    run(sys.executable, "-m", "build", "--outdir", folder / "dist", cwd=packaged(folder / "source"))
    return folder / "dist"


@needs("build")
@needs("twine")
@needs("check-wheel-contents")
def test_both_are_well_formed(built: Path) -> None:
    files = sorted(built.iterdir())
    assert [path.suffix for path in files] == [".whl", ".gz"]
    assert run(sys.executable, "-m", "twine", "check", "--strict", *files, cwd=built).count("PASSED") == 2
    run(sys.executable, "-m", "check_wheel_contents", files[0], cwd=built)


@needs("build")
def test_the_wheel_holds_the_package_and_nothing_else(built: Path) -> None:
    with zipfile.ZipFile(next(built.glob("*.whl"))) as wheel:
        names = {name for name in wheel.namelist() if ".dist-info/" not in name}
    tracked = run("git", "ls-files", "flake8_backend_rules", cwd=ROOT).splitlines()
    assert names == set(tracked)


@needs("build")
@pytest.mark.parametrize("versions", [[], OLDEST], ids=["newest", "oldest"])
def test_the_installed_wheel_lints(built: Path, tmp_path: Path, versions: list[str]) -> None:
    run(sys.executable, "-m", "venv", tmp_path / "venv", cwd=tmp_path)
    python = tmp_path / "venv" / "bin" / "python"
    run(python, "-m", "pip", "install", "-q", "--disable-pip-version-check", next(built.glob("*.whl")), *versions, cwd=tmp_path)
    project = tmp_path / "project"
    project.mkdir()
    write(project, as_files(ROUTE, "app/api.py"))
    command = [python, "-m", "flake8", "--select=KBR", "app"]
    done = subprocess.run(command, cwd=project, env=ALONE, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert done.stdout.splitlines() == [f"app/api.py:8:5: KBR303 {WRITES}", f"app/api.py:9:5: KBR301 {COMMITS}"]
    assert "KBR301  handler-commits" in run(tmp_path / "venv" / "bin" / "backend-rules", "rules", cwd=project)
