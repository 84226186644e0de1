"""Tools that read or rewrite noqa comments, beside the pack."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.harness import as_files
from tests.pipelines.clients import flake8, needs, run

USED = """
from fastapi import HTTPException  # noqa: KBR201


def place_order(sku: str) -> None:
    raise HTTPException(400)  # noqa: KBR601
"""
UNUSED = """

def cancel_order(sku: str) -> None:
    print(sku)  # noqa: KBR601
"""
PARTLY = """

def ship_order(sku: str) -> None:
    raise HTTPException(400)  # noqa: KBR601, KBR301
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "setup.cfg").write_text("[flake8]\nselect = KBR,NQA\n", encoding="utf-8")
    (tmp_path / "app").mkdir()
    return tmp_path


def put(root: Path, *parts: str, name: str = "app/services.py") -> Path:
    """Writes a module of the application layer, which its name alone makes it."""
    path = root / name
    path.write_text(as_files("".join(parts), "x")["x"], encoding="utf-8")
    return path


def ruff(root: Path, configuration: str, *arguments: str) -> tuple[int, list[str]]:
    """ruff's exit status and its findings in one-line form; it fixes what it can."""
    (root / "ruff.toml").write_text(configuration, encoding="utf-8")
    command = (sys.executable, "-m", "ruff", "check", "--no-cache", "--output-format=concise", *arguments, "app")
    result = run(root, *command)
    assert result.stderr == ""
    return result.returncode, [line for line in result.stdout.splitlines() if line.startswith("app/")]


def test_without_noqa_the_findings_are_there(root: Path) -> None:
    """What the tests below rest upon."""
    put(root, USED)
    places = [line.split(" ")[:2] for line in flake8(root, "--disable-noqa", "--select=KBR", "app").stdout.splitlines()]
    assert places == [["app/services.py:1:1:", "KBR201"], ["app/services.py:5:5:", "KBR601"]]
    assert flake8(root, "--select=KBR", "app").stdout == ""


@needs("ruff")
@pytest.mark.parametrize("arguments", [(), ("--preview",)])
def test_ruff_keeps_noqa_comments_of_external_codes(root: Path, arguments: tuple[str, ...]) -> None:
    path = put(root, USED, UNUSED)
    before = path.read_text(encoding="utf-8")
    assert ruff(root, '[lint]\nselect = ["RUF"]\nexternal = ["KBR"]\n', "--fix", *arguments) == (0, [])
    assert path.read_text(encoding="utf-8") == before


@needs("ruff")
def test_ruff_takes_its_own_code_out_of_a_shared_comment(root: Path) -> None:
    path = put(root, USED.replace("KBR601", "KBR601, F401"))
    assert ruff(root, '[lint]\nselect = ["F", "RUF100"]\nexternal = ["KBR"]\n', "--fix") == (0, [])
    assert path.read_text(encoding="utf-8") == as_files(USED, "x")["x"]


@needs("ruff")
def test_ruff_removes_them_without(root: Path) -> None:
    """RUF100 in older versions, RUF102 in newer ones: `select = ["RUF"]` has both."""
    path = put(root, USED)
    status, found = ruff(root, '[lint]\nselect = ["RUF"]\n')
    assert status == 1
    assert {line.split(":")[1] for line in found} == {"1", "5"}
    ruff(root, '[lint]\nselect = ["RUF"]\n', "--fix")
    assert "noqa" not in path.read_text(encoding="utf-8")


@needs("ruff")
def test_ruff_in_preview_rewrites_them_without(root: Path) -> None:
    """As `# ruff: ignore`, which flake8 does not know (RUF105)."""
    path = put(root, USED)
    ruff(root, '[lint]\nselect = ["RUF105"]\n', "--fix", "--preview")
    text = path.read_text(encoding="utf-8")
    assert "noqa" not in text, text
    assert "# ruff: ignore[" in text


@needs("yesqa")
def test_yesqa_keeps_used_and_removes_unused(root: Path) -> None:
    path = put(root, USED, UNUSED, PARTLY)
    result = run(root, sys.executable, "-m", "yesqa", "app/services.py")
    assert (result.stdout, result.stderr, result.returncode) == ("Rewriting app/services.py\n", "", 1)
    kept = (USED, UNUSED.replace("  # noqa: KBR601", ""), PARTLY.replace(", KBR301", ""))
    assert path.read_text(encoding="utf-8") == as_files("".join(kept), "x")["x"]
    assert run(root, sys.executable, "-m", "yesqa", "app/services.py").returncode == 0


@needs("yesqa")
def test_yesqa_leaves_no_finding_in_exempt_files(root: Path) -> None:
    path = put(root, USED, name="app/orders_test.py")
    run(root, sys.executable, "-m", "yesqa", "app/orders_test.py")
    assert "noqa" not in path.read_text(encoding="utf-8")


def test_a_file_that_is_named_like_a_copy_is_itself(root: Path) -> None:
    """Where the file that it would be a copy of is not there."""
    put(root, USED, name="app/services.pyab12cd_4.py")
    assert flake8(root, "--disable-noqa", "--select=KBR", "app").stdout == ""


@needs("flake8-noqa")
def test_flake8_noqa_reports_unused(root: Path) -> None:
    put(root, USED, UNUSED, PARTLY)
    assert flake8(root, "app").stdout.splitlines() == [
        'app/services.py:9:17: NQA102 "# noqa: KBR601" has no matching violations',
        'app/services.py:13:31: NQA103 "# noqa: KBR601, KBR301" has unmatched code, remove KBR301',
    ]
