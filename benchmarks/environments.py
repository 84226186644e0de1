"""Environments to compare: flake8 alone, with the pack, with other plugins. Made once, in a cache; the pack's is renewed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BARE, PACK = "bare", "pack"
PLUGINS = {BARE: [], PACK: [], "flake8-bugbear": ["flake8-bugbear"], "flake8-async": ["flake8-async"]}


def cache_folder() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "flake8-backend-rules" / "benchmarks" / f"{sys.version_info[0]}.{sys.version_info[1]}"


def python_with(name: str, folder: Path) -> Path:
    """The interpreter of the environment `name` in `folder`, made if it is not there. Raises CalledProcessError."""
    python = folder / name / "bin" / "python"
    pip = [python, "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", folder / name], check=True)
        # astroid is there in all: what is installed beside flake8 changes the cost of looking for plugins
        subprocess.run([*pip, "flake8>=7.3", "astroid>=4,<5", *PLUGINS[name]], check=True)
    if name == PACK:
        subprocess.run([*pip, "--no-deps", "--force-reinstall", ROOT], check=True)
    return python
