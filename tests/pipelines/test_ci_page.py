"""docs/ci.md: its snippets are valid where they are meant for, its problem matcher matches what flake8 prints."""

from __future__ import annotations

import json
import re
import sys
import tomllib
from configparser import ConfigParser
from pathlib import Path

import pytest

from tests.pipelines.clients import COMMITS, ROOT, WRITES, flake8, needs, run, shop

PAGE = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
CHECKED = re.findall(r"^<!-- checked as: (\S+) -->\n```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def test_every_yaml_snippet_is_checked() -> None:
    assert [kind for kind, _ in CHECKED] == ["pre-commit", "pre-commit", "github-workflows", "github-workflows", "gitlab-ci"]
    assert PAGE.count("```yaml") == len(CHECKED)


@needs("pre-commit")
@pytest.mark.parametrize("text", [text for kind, text in CHECKED if kind == "pre-commit"])
def test_pre_commit_takes_the_configuration(tmp_path: Path, text: str) -> None:
    (tmp_path / "config.yaml").write_text(text, encoding="utf-8")
    result = run(tmp_path, sys.executable, "-m", "pre_commit", "validate-config", "config.yaml")
    assert (result.stdout, result.returncode) == ("", 0)


@needs("pre-commit")
def test_pre_commit_takes_the_manifest() -> None:
    result = run(ROOT, sys.executable, "-m", "pre_commit", "validate-manifest", ".pre-commit-hooks.yaml")
    assert (result.stdout, result.returncode) == ("", 0)


@needs("check-jsonschema")
@pytest.mark.parametrize(("kind", "text"), [pair for pair in CHECKED if pair[0] != "pre-commit"])
def test_the_services_take_the_snippets(tmp_path: Path, kind: str, text: str) -> None:
    (tmp_path / "snippet.yml").write_text(text, encoding="utf-8")
    command = (sys.executable, "-m", "check_jsonschema", f"--builtin-schema=vendor.{kind}", "--data-transform=gitlab-ci", "snippet.yml")
    result = run(tmp_path, *command)
    assert (result.stderr, result.returncode) == ("", 0)


def test_the_problem_matcher(tmp_path: Path) -> None:
    (pattern,) = json.loads((ROOT / "docs" / "flake8-problem-matcher.json").read_text(encoding="utf-8"))["problemMatcher"][0]["pattern"]
    lines = flake8(shop(tmp_path), "app").stdout.splitlines()
    matches = [re.match(pattern["regexp"], line) for line in lines]
    fields = ("file", "line", "column", "code", "message")
    assert [tuple(match[pattern[field]] for field in fields) for match in matches if match] == [
        ("app/api/orders.py", "8", "5", "KBR303", WRITES),
        ("app/api/orders.py", "9", "5", "KBR301", COMMITS),
    ]


def test_the_other_snippets_parse() -> None:
    (toml,) = re.findall(r"^```toml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert tomllib.loads(toml)["tool"]["flake8"] == {"extend-select": ["KBR503"], "backend-domain": ["app/model/**"]}
    (ini,) = re.findall(r"^```ini\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    parser = ConfigParser()
    parser.read_string(ini)
    assert parser["testenv:lint"]["commands"] == "flake8 src"
