"""Where in a file the walk has to enter expressions: where one of some words stands, told by the text, or in some functions."""

from __future__ import annotations

import ast
import string
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate

from flake8_backend_rules.project.surfaces import FunctionNode

_NEARLY_ALL = 0.75
"""The share of the lines above which looking at each statement costs more than it saves."""
_IN_WORDS = frozenset(string.ascii_letters + string.digits + "_")
"""Beside one of these a word is a part of another; beside other letters it may be, and the place counts."""


class Places:
    """Some lines of a file, 1-based."""

    __slots__ = ("before",)

    def __init__(self, lines: Iterable[int], number: int) -> None:
        """`number`: how many lines the file has."""
        marks = bytearray(number + 1)
        for line in lines:
            marks[line] = 1
        self.before = list(accumulate(marks))
        """How many of the lines stand up to each line: where that is the same at both ends of a statement, none is in it."""

    @classmethod
    def of(cls, words: Iterable[str], functions: Iterable[FunctionNode], text: str, lines: Sequence[str]) -> Places | None:
        """Where whole words stand in a text, of which `lines` are the lines with their ends, and where some functions do.

        None where that is nearly everywhere, or where Python and flake8 may count lines differently.
        """
        if "\r" in text:
            return None
        ends = list(accumulate(map(len, lines)))
        found = {line for node in functions for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)}
        for word in words:
            length = len(word)
            place = text.find(word)
            while place >= 0:
                end = place + length
                if text[end : end + 1] not in _IN_WORDS and (not place or text[place - 1] not in _IN_WORDS):
                    found.add(bisect_right(ends, place) + 1)
                place = text.find(word, end)
        return None if len(found) > len(lines) * _NEARLY_ALL else cls(found, len(lines))

    def in_expressions_of(self, node: ast.stmt) -> bool:
        """Whether one is among the lines of a statement's own expressions, decorators included; those of its blocks are left out."""
        first = node.lineno
        decorators = getattr(node, "decorator_list", None)
        if decorators:
            first = min(first, decorators[0].lineno)
        body = getattr(node, "body", None)
        last = body[0].lineno if body else node.end_lineno or first
        return self.before[last] != self.before[first - 1]
