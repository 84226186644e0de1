"""What changed between two findings files, as Markdown for a reviewer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field

from tests.ecosystem.findings import Finding, Findings

Key = Callable[[Finding], Hashable]
_REWORDED_SHOWN = 3  # of a rule; a new text is the same everywhere
_KINDS = ("added", "gone", "moved", "reworded")
# From the surest to the weakest sign that an old and a new finding are the same one.
_MOVED: tuple[Key, ...] = (
    lambda f: (f.project, f.code, f.path, f.function, f.source, f.text),
    lambda f: (f.project, f.code, f.path, f.function, f.source),
    lambda f: (f.project, f.code, f.path, f.function, f.text),
    lambda f: (f.project, f.code, f.function, f.source) if f.function else f,
)


@dataclass(slots=True)
class Comparison:
    """The findings that differ; moved and reworded ones as (old, new)."""

    added: list[Finding] = field(default_factory=list)
    gone: list[Finding] = field(default_factory=list)
    moved: list[tuple[Finding, Finding]] = field(default_factory=list)
    reworded: list[tuple[Finding, Finding]] = field(default_factory=list)

    def changes(self) -> list[tuple[str, Finding | None, Finding | None]]:
        """(kind, old, new) of every change, in the order of the places."""
        rows: list[tuple[str, Finding | None, Finding | None]] = [
            *(("added", None, new) for new in self.added),
            *(("gone", old, None) for old in self.gone),
            *(("moved", old, new) for old, new in self.moved),
            *(("reworded", old, new) for old, new in self.reworded),
        ]
        return sorted(rows, key=lambda row: (_shown(row), row[0]))


def _shown(row: tuple[str, Finding | None, Finding | None]) -> Finding:
    shown = row[2] or row[1]
    assert shown is not None
    return shown


def _pair(old: list[Finding], new: list[Finding], key: Key) -> list[tuple[Finding, Finding]]:
    """Takes the findings with equal keys out of both lists, in order."""
    waiting: dict[Hashable, list[Finding]] = {}
    for finding in old:
        waiting.setdefault(key(finding), []).append(finding)
    pairs, left = [], []
    for finding in new:
        same = waiting.get(key(finding))
        if same:
            pairs.append((same.pop(0), finding))
        else:
            left.append(finding)
    new[:] = left
    taken = Counter(before for before, _ in pairs)
    kept = []
    for finding in old:
        if taken[finding]:
            taken[finding] -= 1
        else:
            kept.append(finding)
    old[:] = kept
    return pairs


def compare(old: Findings, new: Findings) -> Comparison:
    """The difference over the projects that both runs linted."""
    both = set(old.projects) & set(new.projects)
    before = sorted(f for f in old.found if f.project in both)
    after = sorted(f for f in new.found if f.project in both)
    result = Comparison()
    _pair(before, after, lambda f: f)
    same_version = {name for name in both if old.projects[name].version == new.projects[name].version}
    result.reworded = _pair(before, after, lambda f: (f.project, f.code, f.path, f.line, f.column) if f.project in same_version else f)
    for key in _MOVED:
        result.moved += _pair(before, after, key)
    result.gone, result.added = before, after
    return result


def code_span(text: str) -> str:
    """Text as Markdown code, whatever it holds."""
    fence = "``" if "`" in text else "`"
    pad = " " if "`" in text else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def _line(kind: str, old: Finding | None, new: Finding | None) -> str:
    shown = new or old
    assert shown is not None
    where = code_span(shown.place)
    if kind == "moved" and old is not None:
        where = f"{code_span(old.place)} → {where}"
    inside = f" in {code_span(shown.function)}" if shown.function else ""
    text = shown.text if old is None or old.text == shown.text else f"{old.text} → {shown.text}"
    return f"- {kind} {where}{inside}: {text}\n  {code_span(shown.source)}"


def _table(rows: Iterable[Sequence[object]], head: Sequence[str]) -> str:
    lines = ["| " + " | ".join(head) + " |", "| " + " | ".join("---" if n == 0 else "---:" for n in range(len(head))) + " |"]
    return "\n".join([*lines, *("| " + " | ".join(str(cell) for cell in row) + " |" for row in rows)])


def _scope(old: Findings, new: Findings) -> str:
    both = sorted(set(old.projects) & set(new.projects))
    parts = [f"{len(both)} projects compared."]
    for label, names in (("old", set(old.projects) - set(new.projects)), ("new", set(new.projects) - set(old.projects))):
        if names:
            parts.append(f"Left out, as only the {label} run has them: {', '.join(sorted(names))}.")
    bumped = [name for name in both if old.projects[name].version != new.projects[name].version]
    if bumped:
        parts.append("Other version: " + ", ".join(f"{n} {old.projects[n].version} → {new.projects[n].version}" for n in bumped) + ".")
    return " ".join(parts)


def report(old: Findings, new: Findings) -> str:
    """The difference as Markdown: counts first, then every change by rule and project."""
    changes = compare(old, new).changes()
    both = set(old.projects) & set(new.projects)
    total = Counter(kind for kind, _, _ in changes)
    parts = ["# Findings: " + ", ".join(f"{total[kind]} {kind}" for kind in _KINDS), _scope(old, new)]
    by_rule: dict[str, dict[str, list[str]]] = {}
    kinds: dict[tuple[str, str], int] = Counter()
    for row in changes:
        shown = _shown(row)
        kinds[shown.code, row[0]] += 1
        lines = by_rule.setdefault(shown.code, {}).setdefault(shown.project, [])
        if row[0] != "reworded" or kinds[shown.code, row[0]] <= _REWORDED_SHOWN:
            lines.append(_line(*row))
    before, after = (Counter(f.code for f in run.found if f.project in both) for run in (old, new))
    rows = [(code, before[code], after[code], *(kinds[code, kind] for kind in _KINDS)) for code in sorted({*before, *after})]
    parts.append(_table(rows, ("rule", "old", "new", *_KINDS)))
    for code in sorted(by_rule):
        parts.append(f"## {code}: " + ", ".join(f"{kinds[code, kind]} {kind}" for kind in _KINDS if kinds[code, kind]))
        parts += [f"### {project}\n\n" + "\n".join(lines) for project, lines in sorted(by_rule[code].items()) if lines]
        if (more := kinds[code, "reworded"] - _REWORDED_SHOWN) > 0:
            parts.append(f"And {more} more reworded.")
    return "\n\n".join(parts) + "\n"
