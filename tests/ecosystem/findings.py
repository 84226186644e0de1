"""Findings with what tells them apart when lines move, and the file that a run writes."""

from __future__ import annotations

import ast
import hashlib
import json
import warnings
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

INTERNAL_ERROR = "KBR000"


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One finding in a project. `text` is without the code; `function` is the qualified name of the function or class
    around it, empty at module level; `source` is the line with its white space reduced."""

    project: str
    path: str
    line: int
    column: int
    code: str
    text: str
    function: str = ""
    source: str = ""

    @property
    def place(self) -> str:
        return f"{self.path}:{self.line}"

    @property
    def line_hash(self) -> str:
        return hash_of(self.source)


@dataclass(frozen=True, slots=True)
class Linted:
    """What was linted of a project."""

    version: str
    files: int
    lines: int


@dataclass(slots=True)
class Findings:
    """The result of a run: the projects that were linted, and all findings in them."""

    projects: dict[str, Linted] = field(default_factory=dict)
    found: list[Finding] = field(default_factory=list)

    def counts(self) -> dict[str, dict[str, int]]:
        """{code: {project: number of findings}}, sorted."""
        counts: dict[str, dict[str, int]] = {}
        for code, project in sorted((finding.code, finding.project) for finding in self.found):
            counts.setdefault(code, {}).setdefault(project, 0)
            counts[code][project] += 1
        return counts

    def of(self, code: str) -> list[Finding]:
        return [finding for finding in self.found if finding.code == code]

    def write(self, path: Path) -> None:
        """One JSON object a line: first the projects, then the findings in order."""
        head = {"projects": {name: asdict(self.projects[name]) for name in sorted(self.projects)}}
        lines = [head, *(asdict(finding) for finding in sorted(self.found))]
        path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> Findings:
        """Raises ValueError where the file is no findings file."""
        try:
            head, *rest = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
            return cls({name: Linted(**project) for name, project in head["projects"].items()}, [Finding(**line) for line in rest])
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"{path.name} is no findings file: {error}") from None


class SourceFile:
    """The text of a linted file, for what stands on and around a line."""

    def __init__(self, source: bytes) -> None:
        text = source.decode("utf-8-sig", "replace")
        self.lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        self._spans: list[tuple[int, int, str]] = []
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                self._collect(ast.parse(source))
        except (SyntaxError, ValueError, RecursionError):
            pass  # no names then; the lines are there all the same

    def _collect(self, tree: ast.Module) -> None:
        stack: list[tuple[ast.AST, str]] = [(tree, "")]
        while stack:
            node, name = stack.pop()
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                name = f"{name}.{node.name}" if name else node.name
                start = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
                self._spans.append((start, node.end_lineno or start, name))
            stack += [(child, name) for child in ast.iter_child_nodes(node)]
        self._spans.sort(key=lambda span: (span[0], -span[1]))

    def function(self, line: int) -> str:
        """The qualified name of the innermost function or class that holds a line."""
        return next((name for start, end, name in reversed(self._spans) if start <= line <= end), "")

    def source(self, line: int) -> str:
        """The line with its white space reduced; empty where there is none."""
        return " ".join(self.lines[line - 1].split()) if 0 < line <= len(self.lines) else ""

    def excerpt(self, line: int, around: int) -> str:
        """The lines around one, numbered, the one marked."""
        numbers = range(max(1, line - around), min(len(self.lines), line + around) + 1)
        return "\n".join(f"{'>' if n == line else ' '} {n:5} | {self.lines[n - 1]}".rstrip() for n in numbers)


def hash_of(source: str) -> str:
    """A short hash of a normalised line: enough to tell it again, nothing to read from it."""
    return hashlib.sha256(source.encode()).hexdigest()[:16]


def write_counts(path: Path, findings: Findings) -> None:
    """The committed summary that docs/precision.md takes its counts from."""
    projects = {name: asdict(findings.projects[name]) for name in sorted(findings.projects)}
    path.write_text(json.dumps({"projects": projects, "findings": findings.counts()}, indent=1) + "\n", encoding="utf-8")


def read_counts(path: Path) -> tuple[dict[str, Linted], dict[str, dict[str, int]]]:
    """The projects and the counts of the summary; empty where there is none."""
    if not path.is_file():
        return {}, {}
    content = json.loads(path.read_text(encoding="utf-8"))
    return {name: Linted(**project) for name, project in content["projects"].items()}, content["findings"]


def outdated(counts: Mapping[str, Mapping[str, int]], findings: Findings) -> list[str]:
    """Where the counts of the projects of a run differ from the summary's."""
    now = findings.counts()
    return [
        f"{code} in {project}: {then} then, {new} now"
        for code in sorted({*counts, *now})
        for project in sorted(findings.projects)
        if (then := counts.get(code, {}).get(project, 0)) != (new := now.get(code, {}).get(project, 0))
    ]
