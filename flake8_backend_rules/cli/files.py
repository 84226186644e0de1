"""Files that the command looks at."""

from __future__ import annotations

import ast
import io
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flake8_backend_rules.project.source import parse, read_source


@dataclass(frozen=True, slots=True)
class Source:
    """A Python file that was read: its tree, its text and its lines with their ends, as flake8 hands them to a plugin."""

    path: str
    tree: ast.Module
    text: str
    lines: list[str]


def read(path: str) -> Source | None:
    """A Python file; None if it can't be read or does not parse."""
    text = read_source(path)
    tree = None if text is None else parse(text)
    if text is None or tree is None:
        return None
    lines = io.StringIO(text, newline=None).readlines()
    return Source(path, tree, "".join(lines), lines)


def python_files(paths: Sequence[str]) -> Iterator[str]:
    """The Python files among `paths` and below them, in order; hidden folders are left out."""
    for path in paths:
        if not os.path.isdir(path):
            yield path
            continue
        for folder, folders, names in os.walk(path):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            yield from (os.path.join(folder, name) for name in sorted(names) if name.endswith(".py"))
