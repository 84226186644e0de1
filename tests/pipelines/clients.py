"""Runs real clients in processes of their own; a client that is not installed skips its tests, and says so."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

from tests.harness import as_files, write

ROOT = Path(__file__).resolve().parent.parent.parent
ROUTE = """
from fastapi import APIRouter
from sqlalchemy.orm import Session

router = APIRouter()

@router.post("/orders")
def create_order(session: Session) -> None:
    session.add(1)
    session.commit()
"""
WHERE = "route handler 'create_order'"
WRITES = f"{WHERE} writes to the database itself via 'session.add()'; move the write into the use-case that the route calls"
COMMITS = f"{WHERE} commits its own transaction via 'session.commit()'; move it into the use-case that the route calls"


def packaged(folder: Path) -> Path:
    """Copies what the package is built from, as it is on disk, so that building it leaves nothing here."""
    folder.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml"):
        shutil.copy(ROOT / name, folder / name)
    shutil.copytree(ROOT / "flake8_backend_rules", folder / "flake8_backend_rules", ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def environment(folder: Path, *requirements: str) -> Path:
    """A virtual environment with these packages; returns its interpreter. Skips where packages can't be fetched."""
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True, timeout=120)
    interpreter = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    installed = run(folder, str(interpreter), "-m", "pip", "install", "-q", *requirements, timeout=600, PYTHONPATH="")
    if installed.returncode:
        pytest.skip(f"no network: {' '.join(requirements)} can't be installed")
    return interpreter


def missing(*distributions: str) -> str:
    """Why a test of these clients is skipped; empty where all are installed."""
    absent = [name for name in distributions if not list(metadata.Distribution.discover(name=name))]
    return f"not installed: {', '.join(absent)} (extra 'pipelines')" if absent else ""


def needs(*distributions: str) -> pytest.MarkDecorator:
    """Skips a test where one of the clients is not installed."""
    reason = missing(*distributions)
    return pytest.mark.skipif(bool(reason), reason=reason)


def run(
    folder: Path, *command: str, stdin: str | None = None, timeout: int = 120, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Runs a command in a folder and returns what it printed. The pack is the one of this checkout."""
    variables = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT), os.environ.get("PYTHONPATH", ""))), **environment}
    return subprocess.run(
        command, cwd=folder, input=stdin, capture_output=True, encoding="utf-8", timeout=timeout, check=False, env=variables
    )


def flake8(folder: Path, *arguments: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    """Runs flake8 with the configuration that the folder has."""
    return run(folder, sys.executable, "-m", "flake8", *arguments, stdin=stdin)


def shop(root: Path, config: str = "[flake8]\nselect = KBR\n") -> Path:
    """A project with one route that has two findings: KBR303 at 8:5, KBR301 at 9:5."""
    write(root, as_files(ROUTE, "app/api/orders.py"))
    (root / "setup.cfg").write_text(config, encoding="utf-8")
    return root
