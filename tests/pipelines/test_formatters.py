"""Other people's formatters carry the pack's findings: code, line, column and message arrive."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
from html import unescape
from pathlib import Path

import pytest

from tests.pipelines.clients import COMMITS, WRITES, flake8, needs, shop


def output(root: Path, *arguments: str) -> str:
    result = flake8(shop(root), *arguments, "app")
    assert (result.stderr, result.returncode) == ("", 1)
    return result.stdout


@needs("flake8-json")
@pytest.mark.parametrize("form", ["json", "json-pretty"])
def test_json(tmp_path: Path, form: str) -> None:
    assert json.loads(output(tmp_path, f"--format={form}")) == {
        "app/api/orders.py": [
            {
                "code": code,
                "filename": "app/api/orders.py",
                "line_number": line,
                "column_number": 5,
                "text": text,
                "physical_line": f"    {source}\n",
            }
            for code, line, text, source in (("KBR303", 8, WRITES, "session.add(1)"), ("KBR301", 9, COMMITS, "session.commit()"))
        ]
    }


@needs("flake8-formatter-junit-xml")
def test_junit(tmp_path: Path) -> None:
    suites = ElementTree.fromstring(output(tmp_path, "--format=junit-xml"))
    assert [(case.get("file"), case.get("line"), case.get("name")) for case in suites.iter("testcase")] == [
        ("app/api/orders.py", "8", f"KBR303, {WRITES}"),
        ("app/api/orders.py", "9", f"KBR301, {COMMITS}"),
    ]
    assert [failure.get("message") for failure in suites.iter("failure")] == [
        f"app/api/orders.py:8:5: KBR303 {WRITES}",
        f"app/api/orders.py:9:5: KBR301 {COMMITS}",
    ]


@needs("flake8-github-annotations")
def test_github_annotations(tmp_path: Path) -> None:
    assert output(tmp_path, "--format=github").splitlines() == [
        f"::error file=app/api/orders.py,line=8,col=5,title=KBR303::{WRITES}",
        f"::error file=app/api/orders.py,line=9,col=5,title=KBR301::{COMMITS}",
    ]


@needs("flake8-checkstyle")
def test_checkstyle(tmp_path: Path) -> None:
    """It names no source for codes that it does not know; the code stands in the message."""
    report = ElementTree.fromstring(output(tmp_path, "--format=checkstyle"))
    assert [file.get("name") for file in report] == ["app/api/orders.py"]
    assert [(e.get("line"), e.get("column"), e.get("message"), e.get("source")) for e in report.iter("error")] == [
        ("8", "5", f"KBR303 {WRITES}", "undefined code"),
        ("9", "5", f"KBR301 {COMMITS}", "undefined code"),
    ]


@needs("flake8-html")
def test_html(tmp_path: Path) -> None:
    result = flake8(shop(tmp_path), "--format=html", "--htmldir=report", "app")
    assert (result.stderr, result.returncode) == ("", 1)
    page = (tmp_path / "report" / "app.api.orders.report.html").read_text(encoding="utf-8")
    page = " ".join(unescape(page).split())
    for code, text in (("KBR303", WRITES), ("KBR301", COMMITS)):
        assert f"<strong>{code}:</strong> {text}" in page


@needs("flake8-gl-codeclimate")
def test_gl_codeclimate(tmp_path: Path) -> None:
    """It names no check for codes that it does not know; the code stands in the description."""
    issues = json.loads(output(tmp_path, "--format=gl-codeclimate"))
    assert [(i["location"]["path"], i["location"]["lines"]["begin"], i["description"], i["check_name"]) for i in issues] == [
        ("app/api/orders.py", 8, f"{WRITES} [KBR303]", "unknown"),
        ("app/api/orders.py", 9, f"{COMMITS} [KBR301]", "unknown"),
    ]


@needs("flake8-sarif")
def test_sarif_of_another(tmp_path: Path) -> None:
    run = json.loads(output(tmp_path, "--format=sarif"))["runs"][0]
    assert run["tool"]["driver"]["rules"] == [{"id": "KBR303"}, {"id": "KBR301"}]
    assert [(result["ruleId"], result["message"]["text"]) for result in run["results"]] == [("KBR303", WRITES), ("KBR301", COMMITS)]


def test_the_fields_of_a_format_of_ones_own(tmp_path: Path) -> None:
    assert output(tmp_path, "--format=%(path)s|%(row)d|%(col)d|%(code)s").splitlines() == [
        "app/api/orders.py|8|5|KBR303",
        "app/api/orders.py|9|5|KBR301",
    ]
