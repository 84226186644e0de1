"""The findings of a file are a function of the project's files; the long form is `python -m tests.robustness determinism`."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.robustness import determinism
from tests.robustness.determinism import differences

EXAMPLES = Path(__file__).resolve().parent.parent / "docs" / "examples"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    root = tmp_path / "shop_wrong"
    shutil.copytree(EXAMPLES / "shop_wrong", root, ignore=shutil.ignore_patterns("__pycache__"))
    (root / "setup.cfg").touch()
    return root


def files(root: Path) -> list[str]:
    return sorted(str(path.relative_to(root)) for path in root.rglob("*.py"))


def test_any_way_finds_the_same(shop: Path) -> None:
    assert list(differences(shop, files(shop), alone=3)) == []


def test_a_difference_is_seen(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where one way finds something else, that way is told."""
    through_stdin = determinism.through_stdin
    planted = frozenset({"planted.py:1:1: KBR301 x"})
    monkeypatch.setattr(determinism, "through_stdin", lambda root, name: through_stdin(root, name) | planted)
    assert list(differences(shop, files(shop), alone=2)) == ["stdin: 1 lines differ, such as planted.py:1:1: KBR301 x"]
