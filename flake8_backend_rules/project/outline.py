"""Where a module's text defines its functions and classes, found without parsing their bodies.

Most of an imported module is never asked for: of a file of thirty classes a handler names one. So the text is cut at
the lines that begin at the margin, everything but `def` and `class` is parsed at once, and each of those when its
name is asked for. A text in which such a cut may be wrong has no outline and is parsed as a whole.
"""

from __future__ import annotations

import ast
import re
from bisect import bisect
from functools import cache
from operator import itemgetter
from typing import NamedTuple

from flake8_backend_rules.project.source import parse

# Patterns that begin with fixed text: `re` finds that several times as fast as the beginning of a line.
_AT_MARGIN = re.compile(r"\n(?=[^\s#)\]}])(?:(?:async[ \t]+def|def|class)[ \t]+(\w+)|(@))?")
_CONTINUED_AT_MARGIN = re.compile(r"\\\n(?=\S)")
_QUOTES = '"""'
_CONFUSING = frozenset("#'\"\\")
_SHORT_STRING = re.compile(r"'[^'\"\\\n]*'|\"[^'\"\\\n]*\"")
_LONG_LINE = 1000
_LEAST_SIZE = 2000
"""Below this many characters an outline costs more than it saves."""
_DEFINED = re.compile(r"def +(\w+)[^\n]*\n")
_HEADER_END = re.compile(r":(?= *(?:#[^\n]*)?\n)")
_LEAST_BODIES = 200


class Piece:
    """A `def` or `class` at the margin with its decorators. `line`: its first line, 1-based; `start`: its offset in the module's text.

    Its text can be put away and is then cut out of the module's again: all modules' texts together would be most of the pack's memory.
    """

    __slots__ = ("_digest", "_length", "_source", "_start", "line", "name")

    def __init__(self, name: str, line: int, source: str, start: int = 0) -> None:
        self.name = name
        self.line = line
        self._start = start
        self._length = len(source)
        self._digest = hash(source)
        self._source: str | None = source

    @property
    def source(self) -> str:
        """Its text; "" where that was put away and not taken out again."""
        return self._source or ""

    @property
    def is_put_away(self) -> bool:
        return self._source is None

    def put_away(self) -> None:
        """Lets go of the text."""
        self._source = None

    def take_out(self, text: str) -> None:
        """Cuts its text out of the module's; of a module that has changed since then nothing."""
        source = text[self._start : self._start + self._length]
        self._source = source if hash(source) == self._digest else ""

    def parsed(self) -> list[ast.stmt] | None:
        """Its statements, where they stand in the file; None if they do not parse."""
        tree = parse("\n" * (self.line - 1) + self.source)
        return None if tree is None else tree.body

    def surface(self, whole: frozenset[str]) -> list[ast.stmt] | None:
        """As `parsed`, with `pass` for the body of any function and method but those named `whole`, which takes a fraction of the time."""
        short = _without_bodies(self.source, whole)
        tree = None if short is None else parse("\n" * (self.line - 1) + short)
        return self.parsed() if tree is None else tree.body

    def function_at(self, line: int) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
        """The function or method whose `def` stands on a line of the file, without its decorators; nothing else is parsed.

        None where it can't be told apart from what is around it without a parser.
        """
        source = self.source.split("\n", line - self.line)[-1]
        match = _DEFINED.search(source)
        strings = None if match is None else _long_strings(source)
        if match is None or strings is None:
            return None
        indent = -1 if "\n" in source[: match.start()] else _own_indent(source, match)
        if indent < 0 or _continued_within(indent).search(source):
            return None
        text = source[: _end_of_block(source, match.end(), indent, strings)]
        tree = parse("\n" * (line - 2) + f"if 1:\n{text}" if indent else "\n" * (line - 1) + text)
        body = [] if tree is None else tree.body
        if indent and body and isinstance(body[0], ast.If):
            body = body[0].body
        return body[0] if len(body) == 1 and isinstance(body[0], (ast.FunctionDef, ast.AsyncFunctionDef)) else None


class Outline(NamedTuple):
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
        pieces.append(Piece(name, line, source, start))
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
    for match in _AT_MARGIN.finditer("\n" + text):
        start = match.start()  # of the line in `text`, as of the line's end before it in what is searched
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
        if end < 0 or start - line > _LONG_LINE:
            return None
        if not _CONFUSING.isdisjoint(text[line:start]) and not _CONFUSING.isdisjoint(_SHORT_STRING.sub("", text[line:start])):
            return None
        if text[end - 1] == "\\" or text[end + 3 : end + 4] == '"' or (found and found[-1][1] > line):
            return None
        found.append((start, end + 3))
        start = text.find(_QUOTES, end + 3)
    return found


def _without_bodies(source: str, whole: frozenset[str]) -> str | None:
    """The text of a piece without the bodies of its outermost functions, each line where it was; None where that is not worth it.

    Where the cut was wrong the text does not parse: a bracket or a string is left open, or closed twice.
    """
    if len(source) < _LEAST_BODIES:
        return None
    strings = _long_strings(source)
    if strings is None:
        return None
    parts: list[str] = []
    indent, copied, position = -1, 0, 0
    while (match := _DEFINED.search(source, position)) is not None:
        position = match.end()
        own = _own_indent(source, match)
        if own < 0 or _is_inside(match.start(), strings):
            continue
        if indent < 0:
            indent = own
            if _continued_within(indent).search(source):
                return None
        if own != indent or match[1] in whole or (end := _header_end(source, match)) is None:
            continue
        position = _end_of_block(source, source.index("\n", end) + 1, indent, strings)
        parts += (source[copied:end], " pass", "\n" * source.count("\n", end, position))
        copied = position
    parts.append(source[copied:])
    return "".join(parts) if len(parts) > 1 else None


def outermost_functions(text: str) -> list[str] | None:
    """The texts of the functions and methods of a module that lie in no other one, without decorators; None where it is not certain."""
    strings = None if "'''" in text or "\n\t" in text else _long_strings(text)
    if strings is None:
        return None
    found: list[str] = []
    position = 0
    while (match := _DEFINED.search(text, position)) is not None:
        position = match.end()
        indent = _own_indent(text, match)
        if indent >= 0 and not _is_inside(match.start(), strings):
            position = _end_of_block(text, position, indent, strings)
            found.append(text[text.rfind("\n", 0, match.start()) + 1 : position])
    return found


def _own_indent(text: str, match: re.Match[str]) -> int:
    """How far in the line of a `def` begins; -1 where that is no line of a function."""
    before = text[text.rfind("\n", 0, match.start()) + 1 : match.start()]
    stripped = before.lstrip(" ")
    return len(before) - len(stripped) if not stripped or stripped.split(" ", 1)[0] == "async" else -1


def _is_inside(position: int, strings: list[tuple[int, int]]) -> bool:
    found = bisect(strings, position - 1, key=itemgetter(0)) - 1
    return found >= 0 and position < strings[found][1]


def _end_of_block(text: str, position: int, indent: int, strings: list[tuple[int, int]]) -> int:
    """The offset of the first line from `position` on, the start of one, that begins at most `indent` in and is no string's."""
    following = _statement_at(indent).search(text, position - 1)
    while following is not None and _is_inside(following.start() + 1, strings):
        following = _statement_at(indent).search(text, following.start() + 1)
    return len(text) if following is None else following.start() + 1


def _header_end(source: str, match: re.Match[str]) -> int | None:
    """The offset after the colon that ends a function's header; None where the header's line may hold the body too."""
    found = _HEADER_END.search(source, match.end(1))
    if found is None:
        return None
    first = match[0]
    if found.start() >= match.end() and (not _CONFUSING.isdisjoint(first) or first.count("(") <= first.count(")")):
        return None
    return found.end()


def class_header(text: str, name: str) -> str | None:
    """What stands between the name of a module-level class and the end of its line or the colon; None if there is none."""
    end = -1
    while (found := text.find(f"class {name}", end + 1)) >= 0:
        end = found + len(name) + 6
        if (found == 0 or text[found - 1] == "\n") and text[end : end + 1] in ("(", ":", "[", " "):
            return text[end:].partition("\n")[0].partition(":")[0]
    return None


@cache
def _continued_within(indent: int) -> re.Pattern[str]:
    """Finds a line that is continued by one that looks like the end of a block so far in, or like a function."""
    return re.compile(rf"\\\n(?: {{0,{indent}}}(?! )| *(?:async +)?def )")


@cache
def _statement_at(indent: int) -> re.Pattern[str]:
    """Finds the end before a line that begins at most so far in, and neither with a comment nor with a closing bracket."""
    return re.compile(rf"\n {{0,{indent}}}(?=[^\s#)\]}}])")
