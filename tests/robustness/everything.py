"""Lints every file of the standard library and of what is installed beside the pack, every rule on."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from pathlib import Path

CODE = "KBR000"


def python_files() -> list[Path]:
    """Every `.py` file of the standard library and site-packages, each once."""
    folders = {Path(sysconfig.get_path(name)).resolve() for name in ("stdlib", "purelib", "platlib")}
    return sorted({path for folder in folders for path in folder.rglob("*.py") if path.is_file()})


def internal_errors(files: list[Path], jobs: str = "auto") -> list[str]:
    """The KBR000 findings, and whatever flake8 says on stderr. No file is exempt."""
    found: list[str] = []
    for start in range(0, len(files), 1000):
        names = [str(path) for path in files[start : start + 1000]]
        options = ["--isolated", "--select=KBR", "--exit-zero", f"-j{jobs}", "--backend-exempt=", "--exclude="]
        command = [sys.executable, "-m", "flake8", *options, *names]
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
        found += [line for line in done.stdout.splitlines() if f" {CODE} " in line] + done.stderr.splitlines()
        if done.returncode:
            found.append(f"flake8 ended with {done.returncode}")
    return found
