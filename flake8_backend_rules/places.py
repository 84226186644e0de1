"""Where in a file the walk has to enter expressions: where one of some words stands, told by the text, or in some functions."""

from __future__ import annotations

import ast
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate

from flake8_backend_rules.project.surfaces import FunctionNode

_NEARLY_ALL = 0.75
"""The share of the lines above which looking at each statement costs more than it saves."""


class Places:
    """Some lines of a file, 1-based and in order."""

    __slots__ = ("_lines",)

    def __init__(self, lines: Iterable[int]) -> None:
        self._lines = sorted(lines)

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
                after = text[place + length : place + length + 1]
                if not (after and ("_" + after).isidentifier()) and not (place and ("_" + text[place - 1]).isidentifier()):
                    found.add(bisect_right(ends, place) + 1)
                place = text.find(word, place + length)
        return None if len(found) > len(lines) * _NEARLY_ALL else cls(found)

    def in_expressions_of(self, node: ast.stmt) -> bool:
        """Whether one is among the lines of a statement's own expressions, decorators included; those of its blocks are left out."""
        lines, first = self._lines, node.lineno
        decorators = getattr(node, "decorator_list", None)
        if decorators:
            first = min(first, decorators[0].lineno)
        body = getattr(node, "body", None)
        last = body[0].lineno if body else node.end_lineno or first
        index = bisect_left(lines, first)
        return index < len(lines) and lines[index] <= last
