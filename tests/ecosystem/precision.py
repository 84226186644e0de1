"""docs/precision.md: how often each rule is right, from the committed counts and reviews."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from pathlib import Path

from flake8_backend_rules.catalogue import all_rules
from flake8_backend_rules.rule import Rule
from tests.ecosystem.findings import Linted, read_counts
from tests.ecosystem.pins import Pin, read_pins
from tests.ecosystem.reviews import Review, all_reviews

COUNTS = Path(__file__).resolve().parent / "counts.json"
WANTED = 0.90
ENOUGH = 20
_Z = 1.959963984540054  # 95 %
_INTRO = """\
# How often each rule is right

Written by `python docs/generate.py` from `tests/ecosystem/`: the pack is run over the pinned projects below with every rule on, up to
twenty findings a rule are drawn by chance, spread over the projects, and someone reads the code around each. How to run it again, and
how to review: [ecosystem.md](ecosystem.md).

- **right**: the author of the line would be helped. **wrong**: not what the rule is about, or not so. **debatable**: one can differ.
- **rate**: right of all that was reviewed and is still reported, with its 95 % interval (Wilson). Debatable counts as not right.
- **mended**: judged wrong, and no longer reported since. They are in no other column but `reviewed`.
"""


@dataclass(frozen=True, slots=True)
class Tally:
    """The verdicts on one rule's findings."""

    right: int = 0
    debatable: int = 0
    wrong: int = 0
    mended: int = 0

    @classmethod
    def of(cls, reviews: Sequence[Review]) -> Tally:
        standing = [review.verdict for review in reviews if review.reported]
        mended = sum(review.verdict == "wrong" and not review.reported for review in reviews)
        return cls(standing.count("right"), standing.count("debatable"), standing.count("wrong"), mended)

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.right + other.right, self.debatable + other.debatable, self.wrong + other.wrong, self.mended + other.mended)

    @property
    def standing(self) -> int:
        return self.right + self.debatable + self.wrong

    @property
    def rate(self) -> float | None:
        return self.right / self.standing if self.standing else None

    def cells(self) -> list[str]:
        """reviewed, right, debatable, wrong, mended, rate."""
        numbers = [self.standing + self.mended, self.right, self.debatable, self.wrong, self.mended]
        if self.rate is None:
            return [*map(str, numbers), "–"]
        low, high = wilson(self.right, self.standing)
        return [*map(str, numbers), f"{self.rate:.2f} ({low:.2f}–{high:.2f})"]


def wilson(hits: int, of: int) -> tuple[float, float]:
    """The 95 % interval of a rate by Wilson's score."""
    if not of:
        return 0.0, 1.0
    rate, square = hits / of, _Z * _Z
    middle = (rate + square / (2 * of)) / (1 + square / of)
    half = _Z * sqrt(rate * (1 - rate) / of + square / (4 * of * of)) / (1 + square / of)
    return max(0.0, middle - half), min(1.0, middle + half)


def _table(head: str, rows: Sequence[Sequence[str]], texts: int) -> str:
    """A Markdown table; the first `texts` columns are words, the others numbers."""
    names = head.split(",")
    lines = [names, ["---" if n < texts else "---:" for n in range(len(names))], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _rules_table(rules: Sequence[type[Rule]], counts: Mapping[str, Mapping[str, int]], tallies: Mapping[str, Tally]) -> str:
    def row(name: str, on: str, some: Sequence[type[Rule]]) -> list[str]:
        found = [counts.get(rule.code, {}) for rule in some]
        projects = {project for of_rule in found for project in of_rule}
        tally = sum((tallies[rule.code] for rule in some), Tally())
        return [name, on, str(len(projects)), str(sum(sum(of_rule.values()) for of_rule in found)), *tally.cells()]

    rows = [row(f"[{rule.code}](rules/{rule.code}.md) {rule.name}", "yes" if rule.default else "opt-in", [rule]) for rule in rules]
    rows.append(row("all that are on", "yes", [rule for rule in rules if rule.default]))
    rows.append(row("all", "", rules))
    return _table("rule,on,projects,findings,reviewed,right,debatable,wrong,mended,rate", rows, 2)


def _remarks(rules: Sequence[type[Rule]], counts: Mapping[str, Mapping[str, int]], tallies: Mapping[str, Tally]) -> str:
    if not any(tally.standing + tally.mended for tally in tallies.values()):
        return "No finding has been reviewed yet; nothing is known of any rule's rate."
    under = [rule for rule in rules if (rate := tallies[rule.code].rate) is not None and rate < WANTED]
    on, off = ([rule.code for rule in under if rule.default is default] for default in (True, False))
    lines = [f"On by default with a rate under {WANTED:.2f}: {', '.join(on) or 'no rule'}."]
    if off:
        lines.append(f"Under {WANTED:.2f}, and therefore opt-in: {', '.join(off)}.")
    fewer = [
        rule.code for rule in rules if rule.default and tallies[rule.code].standing < min(ENOUGH, sum(counts.get(rule.code, {}).values()))
    ]
    if fewer:
        lines.append(f"On by default and not yet reviewed in full: {', '.join(fewer)}.")
    return "\n".join(f"- {line}" for line in lines)


def _projects_table(pins: Sequence[Pin], projects: Mapping[str, Linted], counts: Mapping[str, Mapping[str, int]]) -> str:
    rows = []
    for pin in pins:
        linted = projects.get(pin.name)
        size = [str(linted.files), str(linted.lines)] if linted else ["–", "–"]
        rows.append([pin.name, pin.version, pin.holds, *size, str(sum(found.get(pin.name, 0) for found in counts.values()))])
    return _table("project,version,holds,files,lines,findings", rows, 3)


def page(counts_file: Path = COUNTS, reviews_folder: Path | None = None) -> str:
    """The page as Markdown."""
    projects, counts = read_counts(counts_file)
    reviews = all_reviews(reviews_folder)
    rules = all_rules()
    tallies = {rule.code: Tally.of(reviews.get(rule.code, ())) for rule in rules}
    parts = [_INTRO.rstrip(), _remarks(rules, counts, tallies), _rules_table(rules, counts, tallies)]
    parts += ["## The projects", _projects_table(read_pins(), projects, counts)]
    return "\n\n".join(parts) + "\n"
