"""Modules that are written for a newer Python than the one at hand are read all the same."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from flake8_backend_rules.catalogue import all_rules
from flake8_backend_rules.project.newer_syntax import lowered
from tests.harness import as_files, lint, marked, places, write


@pytest.mark.parametrize(
    ("newer", "older"),
    [
        pytest.param("def f[T](x: T) -> T: ...\n", "def f   (x: T) -> T: ...\n", id="function"),
        pytest.param("async def f[**P, *Q](x): ...\n", "async def f         (x): ...\n", id="coroutine"),
        pytest.param("class A[T: Base[int]](B): ...\n", "class A              (B): ...\n", id="class"),
        pytest.param("class A[\n    T,\n](B): ...\n", "class A \\\n      \\\n (B): ...\n", id="several-lines"),
        pytest.param("type Ids = list[int]\n", "Ids      = list[int]\n", id="type-statement"),
        pytest.param("if 1:\n    type Pair[T] = tuple[T, T]\n", "if 1:\n    Pair         = tuple[T, T]\n", id="generic-type-statement"),
        pytest.param("try: ...\nexcept A, b.B: ...\n", "try: ...\nexcept(A, b.B): ...\n", id="except"),
    ],
)
def test_it_is_blanked_where_it_stands(newer: str, older: str) -> None:
    assert lowered(newer) == older
    ast.parse(older)


OLD = ("type = 1\ntype(x)\n", "x = f[T](1)\n", "def f(x: list[int]): ...\n", "try: ...\nexcept (A, B): ...\n", "class A[T\n" + "#" * 3000)


@pytest.mark.parametrize("text", OLD)
def test_what_is_old_stays(text: str) -> None:
    assert lowered(text) is None


def test_a_package_of_newer_syntax_still_makes_job_handlers(tmp_path: Path) -> None:
    """`except A, B:` is newer than every interpreter that the pack is tested on."""
    source = {
        "app/worker/__init__.py": """
        import dramatiq
        type Name = str
        def actor[**P, R](**options):
            def decorator(function):
                try: return dramatiq.actor(function, **options)
                except TypeError, ValueError: raise
            return decorator
        """,
        "app/tasks.py": """
        from app.worker import actor

        @actor(queue="orders")
        def ship(order_id: int, session) -> None:
            session.commit()  # ! 5
        """,
    }
    files = as_files(source, "")
    rule = next(rule for rule in all_rules() if rule.code == "KBR405")
    write(tmp_path, files)
    task = {"app/tasks.py": files["app/tasks.py"]}
    assert places(lint(tmp_path, task, [rule])) == marked(task)
