"""Where a module's text defines its functions and classes, found without parsing their bodies.

Most of an imported module is never asked for: of a file of thirty classes a handler names one. So the text is cut at
the lines that begin at the margin, everything but `def` and `class` is parsed at once, and each of those when its
name is asked for. A text in which such a cut may be wrong has no outline and is parsed as a whole.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from flake8_backend_rules.project.source import parse

_AT_MARGIN = re.compile(r"^(?:(?:async[ \t]+def|def|class)[ \t]+(\w+)|(@)|[^\s#)\]}])", re.MULTILINE)
_CONTINUED_AT_MARGIN = re.compile(r"\\\n(?=\S)")
_QUOTES = '"""'
_CONFUSING = frozenset("#'\"\\")
_LONG_LINE = 1000
_LEAST_SIZE = 2000
"""Below this many characters an outline costs more than it saves."""


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """A `def` or `class` at the margin with its decorators. `line`: its first line, 1-based; `source`: its text."""

    name: str
    line: int
    source: str

    def parsed(self) -> list[ast.stmt] | None:
        """Its statements, where they stand in the file; None if they do not parse."""
        tree = parse("\n" * (self.line - 1) + self.source)
        return None if tree is None else tree.body


@dataclass(frozen=True, slots=True)
class Outline:
    """A module cut in two. `rest`: the tree of all that is no piece, each statement at its place."""

    rest: ast.Module
    pieces: tuple[Piece, ...]


def outline(text: str) -> Outline | None:
    """The outline of a module's text, None where only a parser can tell what stands at the margin."""
    if len(text) < _LEAST_SIZE or "\r" in text or "\f" in text or "'''" in text or _CONTINUED_AT_MARGIN.search(text):
        return None
    strings = _long_strings(text)
    if strings is None:
        return None
    rest: list[str] = []
    pieces: list[Piece] = []
    line, counted, copied = 1, 0, 0
    for start, end, name in _pieces(text, strings):
        line += text.count("\n", counted, start)
        source = text[start:end]
        pieces.append(Piece(name, line, source))
        rest += (text[copied:start], "\n" * source.count("\n"))
        counted, copied = start, end
    rest.append(text[copied:])
    tree = parse("".join(rest)) if pieces else None
    return None if tree is None else Outline(tree, tuple(pieces))


def _pieces(text: str, strings: list[tuple[int, int]]) -> list[tuple[int, int, str]]:
    """(start, end, name) of each `def` and `class` at the margin, as offsets."""
    found: list[tuple[int, int, str]] = []
    begun, name = -1, ""
    inside = iter((*strings, (len(text), len(text))))
    first, last = next(inside)
    for match in _AT_MARGIN.finditer(text):
        start = match.start()
        while start >= last:
            first, last = next(inside)
        if start > first:  # a line of a long string
            continue
        if begun >= 0 and name:
            found.append((begun, start, name))
            begun, name = -1, ""
        if match[1]:
            begun, name = (start if begun < 0 else begun), match[1]
        elif match[2]:
            begun = start if begun < 0 else begun
        else:
            begun = -1
    if begun >= 0 and name:
        found.append((begun, len(text), name))
    return found


def _long_strings(text: str) -> list[tuple[int, int]] | None:
    """(start, end) of each triple-quoted string, as offsets; None where quotes stand so that it is not certain."""
    found: list[tuple[int, int]] = []
    start = text.find(_QUOTES)
    while start >= 0:
        line = text.rfind("\n", 0, start) + 1
        end = text.find(_QUOTES, start + 3)
        if end < 0 or start - line > _LONG_LINE or not _CONFUSING.isdisjoint(text[line:start]):
            return None
        if text[end - 1] == "\\" or text[end + 3 : end + 4] == '"' or (found and found[-1][1] > line):
            return None
        found.append((start, end + 3))
        start = text.find(_QUOTES, end + 3)
    return found
