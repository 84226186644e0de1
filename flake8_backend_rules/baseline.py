"""The baseline: findings that an old codebase has, recorded in a file by keys without line numbers.

A key is what stays when code is reformatted or moved within its file: the qualified name of the function or class around the
finding, the code, a digest of the flagged syntax, and which of several equal ones it is.
"""

from __future__ import annotations

import ast
import json
import os
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from flake8_backend_rules.project.source import size_of
from flake8_backend_rules.project.surfaces import flat_statements
from flake8_backend_rules.rule import Finding

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
# What is no part of a node's own source: contexts, the `u` of u"", what hangs below a statement.
_LEFT_OUT = frozenset({"ctx", "kind", "type_comment", "type_params", "body", "orelse", "finalbody", "handlers", "cases", "decorator_list"})
_MAX_SHOWN = 100
_HEAD = "# Findings that flake8-backend-rules leaves alone. Written by: backend-rules baseline write\n"


class BadBaselineError(ValueError):
    """A baseline file can't be read; the text says why."""


class Key(NamedTuple):
    """What tells a finding from the others of its file. `ordinal`: 1 for the first of several that are equal but for it."""

    scope: str
    code: str
    digest: str
    ordinal: int


class Entry(NamedTuple):
    """A recorded finding. `path`: relative to the baseline's folder, with forward slashes; `source`: for readers only."""

    path: str
    key: Key
    source: str

    def line(self) -> str:
        """The entry as a line of the file."""
        return json.dumps([self.path, *self.key, self.source], ensure_ascii=False)


class Baseline:
    """The entries of a baseline file. `file`: its absolute path."""

    __slots__ = ("_keys", "entries", "file")

    def __init__(self, file: str, entries: Iterable[Entry]) -> None:
        """Of equal entries one is kept, in order of path and key."""
        self.file = file
        self.entries = tuple(sorted({(entry.path, entry.key): entry for entry in entries}.values()))
        self._keys: defaultdict[str, set[Key]] = defaultdict(set)
        for entry in self.entries:
            self._keys[entry.path].add(entry.key)

    def relative(self, path: str) -> str:
        """The path under which findings of a file (absolute path) are recorded."""
        return relative_to(self.file, path)

    def unrecorded(self, findings: list[Finding], path: str, tree: ast.Module) -> list[Finding]:
        """Those of a file's findings that the baseline does not hold. `path` is absolute; `findings` are all, in order of place."""
        recorded = self._keys.get(self.relative(path))
        if recorded is None or not findings:
            return findings
        return [finding for finding, key in keyed(findings, tree) if key not in recorded]

    def write(self) -> None:
        """Writes the file, at once or not at all. Raises OSError."""
        handle, temporary = tempfile.mkstemp(dir=os.path.dirname(self.file), prefix=".backend-baseline-")
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="\n", errors="backslashreplace") as stream:
                stream.write(_HEAD)
                stream.writelines(f"{entry.line()}\n" for entry in self.entries)
            os.chmod(temporary, 0o644)
            os.replace(temporary, self.file)
        except BaseException:
            os.unlink(temporary)
            raise


def relative_to(file: str, path: str) -> str:
    """An absolute path, relative to the folder of a baseline file, with forward slashes."""
    folder = os.path.dirname(file) + os.sep
    relative = path[len(folder) :] if path.startswith(folder) else os.path.relpath(path, folder)
    return relative.replace(os.sep, "/")


def read_baseline(file: str) -> Baseline:
    """The baseline in a file (absolute path). Raises BadBaselineError."""
    if size_of(file) is None:
        raise BadBaselineError("there is no such file; write it with 'backend-rules baseline write'")
    try:
        with open(file, encoding="utf-8") as stream:
            return Baseline(file, _entries(stream))
    except (OSError, UnicodeDecodeError) as error:
        raise BadBaselineError(f"it can't be read: {getattr(error, 'strerror', None) or 'it is not UTF-8 text'}") from None


def _entries(lines: Iterable[str]) -> Iterator[Entry]:
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        try:
            path, scope, code, digest, ordinal, source = json.loads(line)
        except (ValueError, TypeError, RecursionError):
            raise BadBaselineError(f"line {number} is no entry of a baseline") from None
        if not (isinstance(ordinal, int) and all(isinstance(text, str) for text in (path, scope, code, digest, source))):
            raise BadBaselineError(f"line {number} is no entry of a baseline")
        yield Entry(path, Key(scope, code, digest, ordinal), source)


# -- keys ------------------------------------------------------------------------------------------


def keyed(findings: Iterable[Finding], tree: ast.Module) -> Iterator[tuple[Finding, Key | None]]:
    """Each finding of a file (all of them, in order of place) with its key; None for the pack's findings about itself."""
    counts: Counter[tuple[str, str, str]] = Counter()
    for finding in findings:
        node = flagged(finding)
        if node is None:
            yield finding, None
            continue
        same = (qualified_name(node, tree), finding.code, digest(node))
        counts[same] += 1
        yield finding, Key(*same, counts[same])


def flagged(finding: Finding) -> ast.AST | None:
    """The syntax that a finding is about: where one stands for all of a function or module, that function or module."""
    return finding.group if isinstance(finding.group, (*_DEFINITIONS, ast.Module)) else finding.node


def qualified_name(node: ast.AST, tree: ast.Module) -> str:
    """The dotted name of the function or class around a node (of itself, for a definition); "" at module level."""
    if isinstance(node, ast.Module):
        return ""
    place = (node.lineno, node.col_offset)  # type: ignore[attr-defined]
    names: list[str] = []
    body = tree.body
    while (around := next((s for s in flat_statements(body) if isinstance(s, _DEFINITIONS) and _holds(s, place)), None)) is not None:
        names.append(around.name)
        body = around.body
    return ".".join(names)


def _holds(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, place: tuple[int, int]) -> bool:
    first: ast.AST = node.decorator_list[0] if node.decorator_list else node
    start: tuple[int, int] = (first.lineno, first.col_offset)  # type: ignore[attr-defined]
    return start <= place < (node.end_lineno or 0, node.end_col_offset or 0)


def digest(node: ast.AST) -> str:
    """A short fingerprint of a node's syntax: the same for any layout, and in every version of Python.

    Of a definition only the name counts, of another compound statement only its head.
    """
    from hashlib import blake2b  # not at import: it is slow to load, and only a baseline needs it

    return blake2b("\0".join(_tokens(node)).encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()


def _tokens(node: ast.AST) -> Iterator[str]:
    if isinstance(node, (*_DEFINITIONS, ast.Module)):
        yield shown(node)
        return
    pending: list[Any] = [node]
    while pending:
        current = pending.pop()
        if isinstance(current, ast.Constant):
            yield f"{type(current.value).__name__} {current.value if isinstance(current.value, str) else repr(current.value)}"
        elif isinstance(current, ast.AST):
            yield type(current).__name__
            pending += reversed([_field(current, name) for name in current._fields if _counts(current, name)])
        elif isinstance(current, list):
            pending += reversed(["[", *current, "]"])
        elif current is not None:
            yield str(current)


def _counts(node: ast.AST, name: str) -> bool:
    return name not in _LEFT_OUT or isinstance(node, (ast.Lambda, ast.IfExp))


def _field(node: ast.AST, name: str) -> Any:
    """A field's value: imported names sorted, empty pieces of an f-string (which versions of Python differ in) left out."""
    value = getattr(node, name, None)
    if isinstance(node, (ast.Import, ast.ImportFrom)) and name == "names":
        return sorted(node.names, key=lambda alias: (alias.name, alias.asname or ""))
    if isinstance(node, ast.JoinedStr):
        return [part for part in node.values if not (isinstance(part, ast.Constant) and part.value == "")]
    return value


def shown(node: ast.AST) -> str:
    """The source of a flagged node for readers, on one line."""
    if isinstance(node, _DEFINITIONS):
        return f"class {node.name}" if isinstance(node, ast.ClassDef) else f"def {node.name}"
    if isinstance(node, ast.Module):
        return "module"
    try:
        text = ast.unparse(node)
    except RecursionError:
        return type(node).__name__
    text = " ".join((text if isinstance(node, ast.expr) else text.partition("\n")[0]).split())
    return text if len(text) <= _MAX_SHOWN else f"{text[: _MAX_SHOWN - 3]}..."
