"""The pragma `# backend-rules: noqa: KBR301, KBR4`, which silences some codes in one file."""

from __future__ import annotations

import re
import tokenize
from collections.abc import Collection, Iterator
from typing import NamedTuple

from flake8_backend_rules.own_findings import INVALID_PRAGMA
from flake8_backend_rules.rule import Finding

WORD = "backend-rules"
"""What a text without any pragma does not hold."""

_MEANT = re.compile(rf"#+\s*{WORD}\s*(?::|noqa\b)", re.IGNORECASE)
_WRITTEN = re.compile(rf"#\s*{WORD}:\s*noqa(?P<codes>[\s:][^#]*)?(?:#.*)?\Z")
_EXAMPLE = f"'# {WORD}: noqa: KBR301'"


class Pragmas(NamedTuple):
    """What the pragmas of a file silence: beginnings of codes. `problems`: what is wrong with them."""

    prefixes: tuple[str, ...]
    problems: tuple[Finding, ...]

    def applied(self, findings: list[Finding]) -> list[Finding]:
        """The findings that are not silenced, with the problems, in order of place."""
        kept = [f for f in findings if not f.code.startswith(self.prefixes)]
        return sorted([*kept, *self.problems], key=lambda f: (f.line, f.column, f.code))


def read_pragmas(lines: list[str], known: Collection[str]) -> Pragmas:
    """The pragmas among the comments of a file (its physical lines). `known`: the codes that a finding can carry."""
    prefixes: list[str] = []
    problems: list[Finding] = []
    for line, column, comment in _comments(lines):
        if not _MEANT.match(comment):
            continue
        if lines[line - 1][:column].strip():
            complaints = [f"the pragma stands behind code and silences nothing; put {_EXAMPLE} on a line of its own"]
        else:
            codes, complaints = _read(comment.rstrip(), known)
            prefixes += codes
        problems += [Finding(line, column, INVALID_PRAGMA.code, f"{INVALID_PRAGMA.code} {text}") for text in complaints]
    return Pragmas(tuple(prefixes), tuple(problems))


def _comments(lines: list[str]) -> Iterator[tuple[int, int, str]]:
    """Line, column and text of each comment."""
    try:
        for token in tokenize.generate_tokens(iter([*lines, ""]).__next__):
            if token.type == tokenize.COMMENT:
                yield *token.start, token.string
    except (tokenize.TokenError, SyntaxError, StopIteration):
        return  # flake8 says what is wrong with such a file


def _read(comment: str, known: Collection[str]) -> tuple[list[str], list[str]]:
    """The codes that a pragma silences, and what is wrong with it."""
    written = _WRITTEN.match(comment)
    if written is None:
        return [], [f"the pragma is malformed and silences nothing; write {_EXAMPLE}"]
    rest = (written["codes"] or "").strip()
    named = re.split(r"[\s,]+", rest.removeprefix(":").strip(" \t,"))
    if named == [""]:
        return [], [f"the pragma names no codes and silences nothing; name them as in {_EXAMPLE}"]
    if not rest.startswith(":"):
        return [], [f"the pragma is malformed and silences nothing; write {_EXAMPLE}"]
    codes: list[str] = []
    complaints: list[str] = []
    for code in named:
        if code == "KBR":
            complaints.append("'KBR' would silence everything; name codes or families such as 'KBR3'")
        elif code == INVALID_PRAGMA.code:
            complaints.append(f"{code!r} can't be silenced by a pragma")
        elif not (code.startswith("KBR") and any(k.startswith(code) for k in known)):
            shown = code.replace(":", " ").strip()[:40]
            complaints.append(f"{shown!r} is the code of no rule of this pack")
        else:
            codes.append(code)
    return codes, complaints
