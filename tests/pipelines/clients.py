"""Runs real clients in processes of their own; a client that is not installed skips its tests, and says so."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
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


def needs(*distributions: str) -> pytest.MarkDecorator:
    """Skips a test where one of the clients is not installed."""
    missing = []
    for name in distributions:
        try:
            version(name)
        except PackageNotFoundError:
            missing.append(name)
    return pytest.mark.skipif(bool(missing), reason=f"not installed: {', '.join(missing)} (extra 'pipelines')")


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
