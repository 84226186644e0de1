"""flake8 formatters `backend-sarif` and `backend-gitlab`: one JSON document for all findings of a run, of this pack and of others.

SARIF 2.1.0 with errata 01: https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/sarif-v2.1.0-errata01-os-complete.html
GitLab Code Quality: https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format

flake8 imports formatters in every run, so whatever only a report needs is imported when one is written.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from inspect import cleandoc
from pathlib import Path
from typing import Any

from flake8.formatting.base import BaseFormatter

Json = dict[str, Any]
_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_DISTRIBUTION = "flake8-backend-rules"
# Codes of findings that say that a file was not, or not wholly, checked.
_UNCHECKED = ("E9", "KBR0")


class _Report(BaseFormatter):  # type: ignore[misc]  # flake8 carries no types
    """Collects the findings of a run and writes them as one JSON document at its end."""

    def after_init(self) -> None:
        self._violations: list[Any] = []

    def start(self) -> None:
        """Opens the output file anew: flake8's own way appends, and two documents in one file are none."""
        if self.filename:
            target = Path(self.filename).absolute()
            target.parent.mkdir(parents=True, exist_ok=True)
            self.output_fd = target.open("w", encoding="utf-8")

    def handle(self, error: Any) -> None:
        """Takes one of flake8's violations."""
        self._violations.append(error)

    def show_statistics(self, statistics: Any) -> None:
        """Keeps `--statistics` out of the document."""
        for code in statistics.error_codes():
            entries = list(statistics.statistics_for(code))
            print(f"{sum(entry.count for entry in entries):<5} {code} {entries[0].message}", file=sys.stderr)

    def show_benchmarks(self, benchmarks: Sequence[tuple[str, float]]) -> None:
        """Keeps `--benchmark` out of the document."""
        for name, value in benchmarks:
            print(f"{value:<10.10g} {name}", file=sys.stderr)

    def stop(self) -> None:
        """Writes the document."""
        import json

        self._write(json.dumps(self.document(self._violations), indent=2))
        super().stop()

    def document(self, violations: Sequence[Any]) -> Json | list[Json]:
        """The document for flake8's violations, in their order."""
        raise NotImplementedError


class GitLabFormatter(_Report):
    """`--format=backend-gitlab`: a Code Quality report."""

    def document(self, violations: Sequence[Any]) -> list[Json]:
        return [
            {
                "check_name": violation.code,
                "description": f"{violation.code} {violation.text}",
                "severity": _gitlab_severity(violation.code),
                "fingerprint": fingerprint,
                "location": {"path": relative_path(violation.filename), "lines": {"begin": max(violation.line_number, 1)}},
            }
            for violation, fingerprint in zip(violations, fingerprints(violations), strict=True)
        ]


class SarifFormatter(_Report):
    """`--format=backend-sarif`: a SARIF log with one run, whose rules carry the pages of this pack."""

    def document(self, violations: Sequence[Any]) -> Json:
        from flake8 import __version__ as flake8_version

        codes = sorted({violation.code for violation in violations})
        index = {code: number for number, code in enumerate(codes)}
        results = [
            {
                "ruleId": violation.code,
                "ruleIndex": index[violation.code],
                "level": _sarif_level(violation.code),
                "message": {"text": violation.text},
                "locations": [{"physicalLocation": _sarif_location(violation)}],
                "partialFingerprints": {"flake8BackendRules/v1": fingerprint},
            }
            for violation, fingerprint in zip(violations, fingerprints(violations), strict=True)
        ]
        driver = {
            "name": "flake8",
            "version": flake8_version,
            "informationUri": "https://flake8.pycqa.org/",
            "rules": list(_sarif_rules(codes)),
        }
        run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
        return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def relative_path(filename: str) -> str:
    """A file's path as reports want it: from the working directory, with forward slashes."""
    try:
        path = os.path.relpath(filename)
    except ValueError:  # on another drive
        path = os.path.abspath(filename)
    return path.replace(os.sep, "/")


def fingerprints(violations: Sequence[Any]) -> Iterator[str]:
    """An identity for each of flake8's violations that lasts when lines are added or moved and when messages are reworded.

    It is made of the path, the code and the text of the line, blanks aside; equal ones of a file are told apart by their order.
    """
    import hashlib

    seen: Counter[tuple[str, str, str]] = Counter()
    for violation in violations:
        key = (relative_path(violation.filename), violation.code, " ".join((violation.physical_line or "").split()))
        seen[key] += 1
        text = "\0".join((*key, str(seen[key])))
        yield hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def _gitlab_severity(code: str) -> str:
    if code.startswith(_UNCHECKED):
        return "critical"
    return "major" if code.startswith("KBR") else "minor"


def _sarif_level(code: str) -> str:
    return "error" if code.startswith(_UNCHECKED) else "warning"


def _sarif_location(violation: Any) -> Json:
    from urllib.parse import quote

    path = relative_path(violation.filename)
    if os.path.isabs(path) or path.startswith("../"):
        artifact = {"uri": Path(os.path.abspath(violation.filename)).as_uri()}
    else:
        artifact = {"uri": quote(os.fsencode(path)), "uriBaseId": "%SRCROOT%"}
    if violation.line_number < 1:  # the file as a whole, such as one that can't be read
        return {"artifactLocation": artifact}
    region = {"startLine": violation.line_number, "startColumn": max(violation.column_number, 1)}
    return {"artifactLocation": artifact, "region": region}


def _sarif_rules(codes: Sequence[str]) -> Iterator[Json]:
    from flake8_backend_rules.catalogue import all_rules
    from flake8_backend_rules.own_findings import OWN_FINDINGS

    rules = {rule.code: rule for rule in all_rules()}
    own = {finding.code: finding for finding in OWN_FINDINGS}
    address = _documentation()
    for code in codes:
        described: Json = {"id": code, "defaultConfiguration": {"level": _sarif_level(code)}}
        if code in rules:
            described |= _sarif_texts(rules[code].name, rules[code].summary(), cleandoc(rules[code].__doc__ or ""))
            described["properties"] = {"tags": ["architecture", "maintainability"]}
        elif code in own:
            described |= _sarif_texts(own[code].name, own[code].summary, own[code].page.strip())
        else:  # another plugin's: flake8 tells no more than the code
            described |= _sarif_texts("", f"flake8 {code}", f"{code} belongs to flake8 or to one of its plugins.")
        if address and code.startswith("KBR"):
            described["helpUri"] = f"{address}rules/{code}/" if code in rules or code in own else f"{address}rules/"
        yield described


def _sarif_texts(name: str, summary: str, page: str) -> Json:
    texts: Json = {"name": name} if name else {}
    flagged = page.partition("## What it flags\n")[2].partition("\n\n")[0]
    texts |= {"shortDescription": {"text": summary}, "fullDescription": {"text": " ".join(flagged.split()) or summary}}
    return texts | {"help": {"text": page, "markdown": page}}


def _documentation() -> str:
    """The address of the documentation in the installed package's metadata; empty if there is none."""
    from importlib.metadata import PackageNotFoundError, metadata

    try:
        entries = metadata(_DISTRIBUTION).get_all("Project-URL") or []
    except PackageNotFoundError:  # run from a checkout that is not installed
        return ""
    return next((text.partition(",")[2].strip() for text in entries if text.startswith("Documentation,")), "")
