"""Lints examples: files written to a folder, markers read from their lines, findings compared."""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import SimpleNamespace

from flake8_backend_rules.options import all_options, read_settings
from flake8_backend_rules.plugin import Session
from flake8_backend_rules.rule import Finding, Rule

MARKER = re.compile(r"#((?: ! \d+)+)\s*$")
Place = tuple[str, int, int]
"""(path, line, column as flake8 prints it)."""


def as_files(files: str | Mapping[str, str], path: str) -> dict[str, str]:
    """The files of an example, dedented; a single source stands at `path`."""
    given = {path: files} if isinstance(files, str) else dict(files)
    return {name: textwrap.dedent(source).strip("\n") + "\n" for name, source in given.items()}


def write(root: Path, files: Mapping[str, str]) -> None:
    """Writes the files below a folder that counts as a project's root."""
    (root / "setup.cfg").touch()
    for name, source in files.items():
        target = root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(source, encoding="utf-8")


def marked(files: Mapping[str, str]) -> list[Place]:
    """The places that the markers `# ! COLUMN` name, in order."""
    places = []
    for name, source in files.items():
        for number, line in enumerate(source.splitlines(), 1):
            if match := MARKER.search(line):
                places += [(name, number, int(column)) for column in re.findall(r"\d+", match[1])]
    return places


def session(root: Path, rules: Iterable[type[Rule]], options: Mapping[str, str] | None = None) -> Session:
    """A session whose globs are relative to `root`."""
    values = {o.name.replace("-", "_"): ",".join(o.default) for o in all_options()}
    values |= {name.replace("-", "_"): text for name, text in (options or {}).items()}
    given = SimpleNamespace(isolated=False, config=str(root / "setup.cfg"), **values)
    return Session(read_settings(given), tuple(rule() for rule in rules))


def lint(
    root: Path,
    files: str | Mapping[str, str],
    rules: Iterable[type[Rule]],
    *,
    path: str = "app/api/orders.py",
    options: Mapping[str, str] | None = None,
) -> dict[str, list[Finding]]:
    """The findings of every file, by path; each file is linted in a session of its own, as an editor would."""
    written = as_files(files, path)
    write(root, written)
    rules = tuple(rules)
    found = {}
    for name, source in written.items():
        found[name] = session(root, rules, options).lint(ast.parse(source), str(root / name), source.splitlines(True))
    return found


def places(found: Mapping[str, list[Finding]]) -> list[Place]:
    """The places of findings as flake8 prints them."""
    return [(name, f.line, f.column + 1) for name, findings in found.items() for f in findings]


def codes(found: Mapping[str, list[Finding]]) -> list[str]:
    return [f.code for findings in found.values() for f in findings]
