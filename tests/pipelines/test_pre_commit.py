"""The hook, and the pack beside flake8's own hook, run by pre-commit, which builds their environments."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.pipelines.clients import COMMITS, WRITES, needs, packaged, run, shop

pytestmark = needs("pre-commit")
FLAKE8_HOOK = """
- id: flake8
  name: flake8
  entry: flake8
  language: python
  types: [python]
  require_serial: true
"""
FLAKE8_PACKAGE = "[project]\nname = 'hook'\nversion = '1'\ndependencies = ['flake8']\n[tool.setuptools]\npy-modules = []\n"


def commit(folder: Path) -> str:
    """Makes a folder a repository with one commit; returns its revision."""
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "-c", "user.name=tests", "-c", "user.email=tests@example.com", "commit", "-q", "-m", "first")
    return git(folder, "rev-parse", "HEAD").strip()


def git(folder: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=True, timeout=60).stdout


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone of this checkout, as it is on disk."""
    clone = packaged(tmp_path_factory.mktemp("clones") / "flake8-backend-rules")
    commit(clone)
    return clone


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pre-commit keeps the environments of the hooks. Skips where packages can't be fetched."""
    folder = tmp_path_factory.mktemp("pre-commit")
    command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--dest", str(folder), "flake8"]
    if subprocess.run(command, capture_output=True, timeout=120, check=False).returncode:
        pytest.skip("no network: pre-commit installs flake8 into the hook's environment")
    return folder


def project(folder: Path, repositories: object, config: str) -> Path:
    """A repository with three findings of the pack, the last of an opt-in rule, and pre-commit's configuration (JSON is YAML)."""
    shop(folder, config)
    (folder / "app/api/unused.py").write_text("import requests\n", encoding="utf-8")
    (folder / ".pre-commit-config.yaml").write_text(json.dumps({"repos": repositories}), encoding="utf-8")
    commit(folder)
    return folder


def lint(folder: Path, home: Path, *arguments: str) -> tuple[int, list[str]]:
    """pre-commit's exit status and the findings it shows."""
    command = (sys.executable, "-m", "pre_commit", "run", "--color=never", *arguments)
    result = run(folder, *command, timeout=600, PRE_COMMIT_HOME=str(home), PYTHONPATH="")
    assert result.stderr == ""
    return result.returncode, [line for line in result.stdout.splitlines() if line.startswith("app/")]


def test_the_hook_of_this_repository(tmp_path: Path, pack: Path, home: Path) -> None:
    """The pack's findings only, and only in staged files."""
    hook = {"id": "flake8-backend-rules"}
    repository = {"repo": str(pack), "rev": git(pack, "rev-parse", "HEAD").strip(), "hooks": [hook]}
    root = project(tmp_path, [repository], "[flake8]\nselect = E\nextend-ignore = KBR303\n")
    finding = f"app/api/orders.py:9:5: KBR301 {COMMITS}"
    assert lint(root, home, "--all-files") == (1, [finding])
    hook["args"] = ["--extend-select=KBR702"]
    (root / ".pre-commit-config.yaml").write_text(json.dumps({"repos": [repository]}), encoding="utf-8")
    git(root, "add", "-A")
    assert lint(root, home, "--all-files") == (
        1,
        [finding, "app/api/unused.py:1:1: KBR702 import of the HTTP client 'requests'; use httpx behind a client in infrastructure"],
    )
    assert lint(root, home) == (0, [])
    route = root / "app/api/orders.py"
    route.write_text(route.read_text(encoding="utf-8").replace("session.commit()", "session.commit()  # noqa: KBR301"), encoding="utf-8")
    git(root, "add", "-A")
    assert lint(root, home) == (0, [])


def test_beside_flake8s_own_hook(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, pack: Path, home: Path) -> None:
    flake8 = tmp_path_factory.mktemp("flake8")
    (flake8 / ".pre-commit-hooks.yaml").write_text(FLAKE8_HOOK, encoding="utf-8")
    (flake8 / "pyproject.toml").write_text(FLAKE8_PACKAGE, encoding="utf-8")
    revision = commit(flake8)
    hook = {"id": "flake8", "additional_dependencies": [str(pack)]}
    root = project(tmp_path, [{"repo": str(flake8), "rev": revision, "hooks": [hook]}], "[flake8]\nmax-line-length = 100\n")
    assert lint(root, home, "--all-files") == (
        1,
        [
            "app/api/orders.py:6:1: E302 expected 2 blank lines, found 1",
            f"app/api/orders.py:8:5: KBR303 {WRITES}",
            f"app/api/orders.py:9:5: KBR301 {COMMITS}",
            "app/api/unused.py:1:1: F401 'requests' imported but unused",
        ],
    )
