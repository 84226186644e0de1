"""Reads a module that is written for a newer Python than the one at hand: what that can't parse and says nothing here is blanked.

One package `__init__` with `def actor[T](...)` would else take the roles from every task of a project. What stands in the text
stays where it stands, so that lines and columns hold.
"""

from __future__ import annotations

import re

_TYPE_PARAMETERS = re.compile(r"\b(?:def|class)[ \t]+\w+(\[)")  # PEP 695, Python 3.12
_TYPE_ALIAS = re.compile(r"(?m)^([ \t]*)(type[ \t]+)(?=([^\W\d]\w*)[ \t]*[\[=])")
_BARE_EXCEPT = re.compile(r"(?m)^([ \t]*except\*?) ([\w.]+(?:[ \t]*,[ \t]*[\w.]+)+)[ \t]*:")  # PEP 758, Python 3.14
_LONGEST = 2000
"""Characters between the brackets of type parameters."""


def lowered(text: str) -> str | None:
    """A source text without type parameters, `type` statements as assignments, exceptions in brackets; None if it has none of these."""
    older = _BARE_EXCEPT.sub(r"\1(\2):", text)
    older = _without_brackets(older, [match.start(1) for match in _TYPE_PARAMETERS.finditer(older)])
    aliases = list(_TYPE_ALIAS.finditer(older))
    older = _without_brackets(older, [match.end(3) for match in aliases if older[match.end(3) : match.end(3) + 1] == "["])
    for match in reversed(aliases):  # blanking has moved nothing on the line of `type`
        older = _assignment(older, match)
    return None if older == text else older


def _without_brackets(text: str, opened: list[int]) -> str:
    """The text with what the brackets at some offsets hold, and themselves, as blanks; a line's end among it is continued."""
    for start in reversed(opened):
        end = _closed(text, start)
        if end is not None:
            blank = "".join("\\\n" if character == "\n" else " " for character in text[start:end])
            text = text[:start] + blank + text[end:]
    return text


def _closed(text: str, start: int) -> int | None:
    """The offset after the bracket that closes the one at `start`; None where none does."""
    depth = 0
    for offset in range(start, min(len(text), start + _LONGEST)):
        depth += {"[": 1, "]": -1}.get(text[offset], 0)
        if not depth:
            return offset + 1
    return None


def _assignment(text: str, match: re.Match[str]) -> str:
    """`type Ids = list[int]` as `Ids      = list[int]`."""
    start, name = match.end(1), match[3]
    return text[:start] + name + " " * len(match[2]) + text[match.end(3) :]
