"""Some of all that is installed, every rule on: no internal error. The whole of it is `python -m tests.robustness everything`."""

from __future__ import annotations

from pathlib import Path

import pytest

from flake8_backend_rules.semantics.model import FileModel
from tests.robustness.everything import internal_errors, python_files

SOME = 300


@pytest.fixture(scope="module")
def some_files() -> list[Path]:
    files = python_files()
    assert len(files) > 1500  # the standard library alone has more
    return files[:: max(1, len(files) // SOME)][:SOME]


def test_no_internal_error(some_files: list[Path]) -> None:
    parsed: list[Path] = []
    assert list(internal_errors(some_files, parsed)) == []
    assert len(parsed) > 0.9 * SOME


def test_what_escapes_is_seen(some_files: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    def fault(*_: object) -> None:
        raise LookupError("planted")

    monkeypatch.setattr(FileModel, "__init__", fault)
    parsed: list[Path] = []
    assert list(internal_errors(some_files[:1], parsed)) == [f"{some_files[0]}: LookupError('planted') escaped"]
