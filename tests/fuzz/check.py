"""What must hold for any source: no internal error, places inside of the file, the same findings again."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from flake8_backend_rules.catalogue import all_rules
from flake8_backend_rules.plugin import Session
from flake8_backend_rules.rule import Finding, Rule
from tests.harness import session


@cache
def fuzzed(root: Path) -> Session:
    """A session of all rules, one for all cases in a folder."""
    (root / "setup.cfg").touch()
    return session(root, all_rules())


def rules_that_ran(root: Path) -> set[type[Rule]]:
    """The rules that took part in some case so far: those that said that they apply."""
    return {type(rule) for narrowed in fuzzed(root).dispatch.sets() for rule in narrowed}


def lint(path: str, source: str, root: Path) -> list[Finding]:
    """The findings of all rules."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = ast.parse(source)
    return fuzzed(root).lint(tree, str(root / path), source.splitlines(keepends=True))


def faults_of(path: str, source: str, root: Path) -> Iterator[str]:
    """What is wrong with the findings of one source, a line each."""
    found = lint(path, source, root)
    count = len(source.splitlines()) or 1
    for finding in found:
        if finding.code == "KBR000":
            yield finding.text
        if not 1 <= finding.line <= count or finding.column < 0:
            yield f"{finding.code} stands at {finding.line}:{finding.column} of {count} lines"
        if "\n" in finding.text or not finding.text.startswith(f"{finding.code} "):
            yield f"{finding.code} has the text {finding.text!r}"
    if [finding[:4] for finding in found] != [finding[:4] for finding in lint(path, source, root)]:  # the nodes are others
        yield "other findings the second time"
