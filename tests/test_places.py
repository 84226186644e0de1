"""Which statements the walk enters: those with a word that a rule goes by, or in handler code."""

from __future__ import annotations

import ast
import textwrap

import pytest

from flake8_backend_rules.places import Places

SOURCE = textwrap.dedent('''\
    import shop

    @shop.register(retries=3)
    @other
    def place(order, session=make()) -> Order:
        """Saves the order."""
        recommit = uncommitted = order.commits
        total = add(
            order.first,
            session.commit(),
        )
        if order.open:
            for line in order.lines: session.save(line)
        with session.begin() as begun:
            log("commit")
        return total

    class Saved(commit.Base):
        pass
    save_all = shop.save
''')


def entered(places: Places | None, source: str = SOURCE) -> list[int]:
    """The lines of the statements whose own expressions are entered."""
    assert places is not None
    return sorted({n.lineno for n in ast.walk(ast.parse(source)) if isinstance(n, ast.stmt) and places.in_expressions_of(n)})


def of(*words: str, source: str = SOURCE, function_at: int = 0) -> Places | None:
    functions = [n for n in ast.walk(ast.parse(source)) if isinstance(n, ast.FunctionDef) and n.lineno == function_at]
    return Places.of(words, functions, source, source.splitlines(keepends=True))


@pytest.mark.parametrize(
    ("word", "lines"),
    [
        ("commit", [8, 14, 15, 18]),  # in a statement of several lines; the line below `with` counts for it; no longer names
        ("register", [5]),  # a decorator above the line of the function
        ("make", [5]),
        ("open", [12]),
        ("save", [12, 13, 20]),
        ("shop", [1, 5, 20]),
        ("missing", []),
    ],
)
def test_a_statement_is_entered_for_a_whole_word_on_its_own_lines(word: str, lines: list[int]) -> None:
    assert entered(of(word)) == lines


def test_the_last_word_of_a_text_without_a_line_end_counts() -> None:
    assert entered(of("objects", source="a = 1\nb = Order.objects"), "a = 1\nb = Order.objects") == [2]


def test_all_of_a_function_is_entered() -> None:
    assert entered(of(function_at=5)) == [5, 6, 7, 8, 12, 13, 14, 15, 16]


@pytest.mark.parametrize("source", ["a = commit()\nb = commit()\n", "a = 1\n\rb = commit()\nc = 1\nd = 1\n"])
def test_everything_is_entered_where_words_are_everywhere_or_lines_are_not_certain(source: str) -> None:
    assert Places.of(["commit"], [], source, source.splitlines(keepends=True)) is None
