"""Code as deep as this interpreter can parse, linted and imported: the findings are there, and no internal error."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path

import pytest

from flake8_backend_rules.catalogue import all_rules
from flake8_backend_rules.rule import Finding
from tests.harness import session, write

DEEPEST = 10_000
HEAD = """from fastapi import APIRouter
from sqlalchemy.orm import Session
router = APIRouter()
@router.get('/')
def handler(session: Session):
"""
SHAPES: dict[str, Callable[[int], str]] = {
    "nested-calls": lambda n: "x = " + "f(" * n + ")" * n,
    "chained-calls": lambda n: "x = y" + ".a()" * n,
    "attributes": lambda n: "x = y" + ".a" * n,
    "subscripts": lambda n: "x = y" + "[0]" * n,
    "operands": lambda n: "x = " + " + ".join("1" * n),
    "brackets": lambda n: "x = " + "[" * n + "]" * n,
    "unary": lambda n: "x = " + "-" * n + "y",
    "lambdas": lambda n: "x = " + "lambda: " * n + "1",
    "conditions": lambda n: "x = " + "1 if a else " * n + "2",
    "elif": lambda n: "".join(f"{'if' if i == 0 else 'elif'} a == {i}:\n    b()\n" for i in range(n)),
}


def parses(source: str) -> bool:
    try:
        ast.parse(source)
    except (SyntaxError, RecursionError, MemoryError):
        return False
    return True


def deepest(source_of: Callable[[int], str]) -> int:
    """The greatest depth up to DEEPEST at which a source still parses, or up to 63 less."""
    low, high = 1, DEEPEST
    while high - low >= 64:
        middle = (low + high) // 2
        low, high = (middle, high) if parses(source_of(middle)) else (low, middle)
    return low


def indented(text: str) -> str:
    return "".join(f"    {line}\n" for line in text.splitlines())


def found(root: Path, name: str, source: str) -> list[Finding]:
    return session(root, all_rules()).lint(ast.parse(source), str(root / name), source.splitlines(True))


@pytest.mark.parametrize("shape", SHAPES)
def test_as_deep_as_it_parses(tmp_path: Path, shape: str) -> None:
    def handler(depth: int) -> str:
        return f"{HEAD}{indented(SHAPES[shape](depth))}    session.commit()\n"

    write(tmp_path, {"app/__init__.py": ""})
    depth = deepest(handler)
    assert depth >= 100  # deeper than anybody writes
    codes = [finding.code for finding in found(tmp_path, "app/api.py", handler(depth))]
    assert "KBR301" in codes
    assert "KBR000" not in codes


@pytest.mark.parametrize("shape", SHAPES)
def test_as_deep_as_it_parses_in_an_imported_module(tmp_path: Path, shape: str) -> None:
    def module(depth: int) -> str:
        body = SHAPES[shape](depth)
        return f"{body}\nclass A:\n{indented(body)}\ndef get_session():\n{indented(body)}    return x\n"

    write(tmp_path, {"app/__init__.py": "", "app/deep.py": module(deepest(module))})
    handler = "    store = get_session()\n    store.commit()\n    x.commit()\n    A.x.commit()\n    session.commit()\n"
    codes = [finding.code for finding in found(tmp_path, "app/api.py", f"from app.deep import A, x, get_session\n{HEAD}{handler}")]
    assert "KBR301" in codes
    assert "KBR000" not in codes
