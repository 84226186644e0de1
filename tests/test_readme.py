"""What the README claims is run: its snippet, its output, its commands' form."""

from __future__ import annotations

import re
from pathlib import Path

from flake8_backend_rules.catalogue import all_rules
from tests.harness import lint

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    match = re.search(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    assert match is not None
    return match[1]


def test_the_snippet_yields_the_output(tmp_path: Path) -> None:
    found = lint(tmp_path, block("python"), all_rules())
    printed = [f"{path}:{f.line}:{f.column + 1}: {f.text}" for path, findings in found.items() for f in findings]
    assert printed == block("text").splitlines()


def test_each_heading_has_one_command_of_one_line() -> None:
    for heading in ("Lint the example", "Run the tests"):
        match = re.search(rf"^## {heading}\n\n```sh\n([^\n]+)\n```$", README, re.MULTILINE)
        assert match is not None, heading
        assert match[1].startswith("python -m pip install ")


def test_every_link_to_a_file_leads_somewhere() -> None:
    targets = re.findall(r"\]\((?!https?:)([^)#]+)\)", README)
    assert targets
    assert [t for t in targets if not (ROOT / t).is_file()] == []
