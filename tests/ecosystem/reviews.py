"""Samples of findings, and what a person judged of them: `reviews/KBRnnn.toml`.

A review holds where a finding stands, never the project's code: path, line, function and a hash of the line.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from tests.ecosystem.findings import Finding, Findings

REVIEWS = Path(__file__).resolve().parent / "reviews"
VERDICTS = ("right", "wrong", "debatable")
_HEAD = """\
# Findings of {code}, drawn and judged; see docs/ecosystem.md.
# verdict: right, wrong or debatable. reported: whether the rule still has the finding.
"""


@dataclass(frozen=True, slots=True)
class Review:
    """One drawn finding. `verdict` and `reason` are empty until someone judged it."""

    project: str
    version: str
    path: str
    line: int
    function: str
    hash: str
    text: str
    reported: bool = True
    verdict: str = ""
    reason: str = ""

    @property
    def identity(self) -> tuple[str, str, str, str]:
        """What stays the same when the lines above it change."""
        return self.project, self.path, self.function, self.hash


def review_of(finding: Finding, version: str) -> Review:
    return Review(finding.project, version, finding.path, finding.line, finding.function, finding.line_hash, finding.text)


def reviews_path(code: str, folder: Path | None = None) -> Path:
    return (folder or REVIEWS) / f"{code}.toml"


def read_reviews(path: Path) -> list[Review]:
    """The reviews of a file, in order; none where there is no file. Raises ValueError, naming file and place."""
    if not path.is_file():
        return []
    reviews = []
    for number, entry in enumerate(tomllib.loads(path.read_text(encoding="utf-8")).get("finding", ()), 1):
        try:
            review = Review(**entry)
        except TypeError as error:
            raise ValueError(f"{path.name}, finding {number}: {error}") from None
        if review.verdict not in ("", *VERDICTS):
            raise ValueError(f"{path.name}, finding {number}: verdict {review.verdict!r} is none of {', '.join(VERDICTS)}")
        if review.verdict and not review.reason.strip():
            raise ValueError(f"{path.name}, finding {number}: the verdict has no reason")
        reviews.append(review)
    return reviews


def write_reviews(path: Path, code: str, reviews: Iterable[Review]) -> None:
    """Writes the reviews by place."""
    parts = [_HEAD.format(code=code)]
    for review in sorted(reviews, key=lambda r: (r.project, r.path, r.line, r.text)):
        # a JSON string, number or boolean is written the same in TOML
        lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in asdict(review).items()]
        parts.append("\n[[finding]]\n" + "\n".join(lines) + "\n")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(parts), encoding="utf-8")


def all_reviews(folder: Path | None = None) -> dict[str, list[Review]]:
    """{code: reviews} of every review file."""
    return {path.stem: read_reviews(path) for path in sorted((folder or REVIEWS).glob("KBR*.toml"))}


def match(reviews: Sequence[Review], findings: Iterable[Finding]) -> dict[int, Finding]:
    """{index of a review: its finding}; each finding belongs to one review, the nearest line first."""
    by_identity: dict[tuple[str, str, str, str], list[Finding]] = {}
    for finding in findings:
        by_identity.setdefault((finding.project, finding.path, finding.function, finding.line_hash), []).append(finding)
    pairs = [
        (abs(finding.line - review.line), finding.text != review.text, index, finding)
        for index, review in enumerate(reviews)
        for finding in by_identity.get(review.identity, ())
    ]
    matched: dict[int, Finding] = {}
    taken: set[Finding] = set()
    for _, _, index, finding in sorted(pairs):
        if index not in matched and finding not in taken:
            matched[index] = finding
            taken.add(finding)
    return matched


def refreshed(reviews: Sequence[Review], code: str, findings: Findings) -> list[Review]:
    """The reviews with place, text and `reported` as in a run; those of projects that it left out as they were.

    A wrong finding that is no longer reported is noted as gone. One that comes back is not noted, so that it shows.
    A review of another version that nothing matches is dropped: its code is no longer there to look at.
    """
    matched = match(reviews, findings.of(code))
    kept = []
    for index, review in enumerate(reviews):
        linted = findings.projects.get(review.project)
        if linted is None:
            kept.append(review)
        elif finding := matched.get(index):
            fresh = replace(review_of(finding, linted.version), verdict=review.verdict, reason=review.reason)
            kept.append(replace(fresh, reported=review.reported or review.verdict != "wrong"))
        elif linted.version == review.version:
            kept.append(replace(review, reported=review.verdict == "right"))
    return kept


def faults(reviews: Sequence[Review], findings: Iterable[Finding]) -> list[str]:
    """What a change of a rule did to reviewed findings that it must not do."""
    matched = match(reviews, findings)
    found = []
    for index, review in enumerate(reviews):
        place = f"{review.project}: {review.path}:{review.line} in {review.function or 'the module'}: {review.text}"
        if review.verdict == "right" and index not in matched:
            found.append(f"lost, though it was judged right ({review.reason}): {place}")
        if review.verdict == "wrong" and not review.reported and index in matched:
            found.append(f"back, though it was judged wrong ({review.reason}): {place}")
    return found


def _rank(finding: Finding, seed: int) -> str:
    """A place in a fixed random order that other findings don't change."""
    words = (seed, finding.code, finding.project, finding.path, finding.function, finding.line_hash, finding.line, finding.column)
    return hashlib.sha256("\0".join(str(word) for word in words).encode()).hexdigest()


def draw(findings: Iterable[Finding], size: int, seed: int, already: Mapping[str, int] | None = None) -> list[Finding]:
    """Up to `size` findings, as evenly over the projects as they come. `already`: how many a project has."""
    queues: dict[str, list[Finding]] = {}
    for finding in sorted(findings, key=lambda f: _rank(f, seed), reverse=True):
        queues.setdefault(finding.project, []).append(finding)
    taken = {project: (already or {}).get(project, 0) for project in queues}
    drawn: list[Finding] = []
    while len(drawn) < size and any(queues.values()):
        project = min((p for p in queues if queues[p]), key=lambda p: (taken[p], _rank(queues[p][-1], seed)))
        drawn.append(queues[project].pop())
        taken[project] += 1
    return drawn


def sample(code: str, findings: Findings, reviews: Sequence[Review], size: int, seed: int) -> list[Review]:
    """The judged reviews, refreshed, filled up to `size` reported ones with newly drawn findings."""
    kept = [review for review in refreshed(reviews, code, findings) if review.verdict]
    taken = set(match(kept, findings.of(code)).values())
    reported = [review for review in kept if review.reported]
    already: dict[str, int] = {}
    for review in reported:
        already[review.project] = already.get(review.project, 0) + 1
    free = [finding for finding in findings.of(code) if finding not in taken]
    drawn = draw(free, size - len(reported), seed, already)
    return kept + [review_of(finding, findings.projects[finding.project].version) for finding in drawn]
