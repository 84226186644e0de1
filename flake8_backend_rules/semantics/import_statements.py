"""The names that a file's import statements bind, at any level of nesting."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

_BLOCKS = ("body", "orelse", "handlers", "finalbody", "cases")


def names_imported(packages: frozenset[str], tree: ast.Module, text: str) -> Iterator[str]:
    """The names that the imports of a module bind from some top-level packages. `text`: its source, which is asked first."""
    if _import_of(packages).search(text) is None:
        return
    for node in _statements(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.partition(".")[0] in packages:
                    yield alias.asname or alias.name.partition(".")[0]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level and node.module.partition(".")[0] in packages:
            yield from (alias.asname or alias.name for alias in node.names)


def _statements(tree: ast.Module) -> Iterator[ast.AST]:
    """Every statement of a module, those in functions and classes too, with the handlers and cases around them."""
    pending: list[Any] = list(tree.body)
    while pending:
        node = pending.pop()
        yield node
        for name in _BLOCKS:
            block = getattr(node, name, None)
            if block.__class__ is list:
                pending += block


@cache
def _import_of(packages: frozenset[str]) -> re.Pattern[str]:
    return re.compile(rf"^[ \t]*(?:import|from)[ \t][^#\n]*\b(?:{'|'.join(sorted(packages))})\b", re.MULTILINE)
