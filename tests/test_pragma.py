"""The pragma `# backend-rules: noqa: CODES`: what it silences, and what is said of one that can't be obeyed."""

from __future__ import annotations

from pathlib import Path

import pytest

from flake8_backend_rules.catalogue import all_rules
from flake8_backend_rules.rule import Finding
from tests.harness import as_files, lint, write
from tests.test_plugin import COMMIT, ROUTE, WRITE, flake8, lines

RULES = [rule for rule in all_rules() if rule.code in ("KBR301", "KBR303")]
FOUND = [(10, 5, "KBR303"), (11, 5, "KBR301")]


def findings(root: Path, first: str, *, last: str = "") -> list[Finding]:
    """The findings of the route with a first line before it."""
    source = "\n".join([first, *ROUTE.strip("\n").splitlines(), "", last]).rstrip("\n")
    return lint(root, "# one\n" + source, RULES)["app/api/orders.py"]


def shown(found: list[Finding]) -> list[tuple[int, int, str]]:
    return [(f.line, f.column + 1, f.code) for f in found]


def test_without_a_pragma(tmp_path: Path) -> None:
    assert shown(findings(tmp_path, "# backend rules are good")) == FOUND


@pytest.mark.parametrize(
    ("pragma", "left"),
    [
        ("# backend-rules: noqa: KBR301", FOUND[:1]),
        ("# backend-rules: noqa:KBR303", FOUND[1:]),
        ("#backend-rules:noqa: KBR301", FOUND[:1]),
        ("# backend-rules: noqa: KBR3", []),
        ("# backend-rules: noqa: KBR303, KBR4", FOUND[1:]),
        ("# backend-rules: noqa: KBR303,KBR301", []),
        ("# backend-rules: noqa: KBR303 KBR301", []),
        ("# backend-rules: noqa: KBR401", FOUND),
        ("# backend-rules: noqa: KBR301  # the admin stays a CRUD screen", FOUND[:1]),
    ],
)
def test_what_a_pragma_silences(tmp_path: Path, pragma: str, left: list[tuple[int, int, str]]) -> None:
    assert shown(findings(tmp_path, pragma)) == left
    assert shown(findings(tmp_path, "", last=f"    {pragma}")) == left


def test_two_pragmas_add_up(tmp_path: Path) -> None:
    assert findings(tmp_path, "# backend-rules: noqa: KBR301", last="# backend-rules: noqa: KBR303") == []


@pytest.mark.parametrize(
    ("pragma", "text"),
    [
        ("# backend-rules: noqa", "the pragma names no codes and silences nothing; name them as in '# backend-rules: noqa: KBR301'"),
        ("# backend-rules: noqa:", "the pragma names no codes and silences nothing; name them as in '# backend-rules: noqa: KBR301'"),
        ("# backend-rules: noqa: KBR", "'KBR' would silence everything; name codes or families such as 'KBR3'"),
        ("# backend-rules: noqa: KBR999", "'KBR999' is the code of no rule of this pack"),
        ("# backend-rules: noqa: kbr301", "'kbr301' is the code of no rule of this pack"),
        ("# backend-rules: noqa: E501", "'E501' is the code of no rule of this pack"),
        ("# backend-rules: noqa: K", "'K' is the code of no rule of this pack"),
        ("# backend-rules: noqa: KBR001", "'KBR001' can't be silenced by a pragma"),
        ("# backend-rules: noqa KBR301", "the pragma is malformed and silences nothing; write '# backend-rules: noqa: KBR301'"),
        ("# backend-rules noqa: KBR301", "the pragma is malformed and silences nothing; write '# backend-rules: noqa: KBR301'"),
        ("# backend-rules: KBR301", "the pragma is malformed and silences nothing; write '# backend-rules: noqa: KBR301'"),
        ("# backend-rules: NoQA: KBR301", "the pragma is malformed and silences nothing; write '# backend-rules: noqa: KBR301'"),
        (
            "x = 1  # backend-rules: noqa: KBR301",
            "the pragma stands behind code and silences nothing; put '# backend-rules: noqa: KBR301' on a line of its own",
        ),
    ],
)
def test_a_pragma_that_cannot_be_obeyed(tmp_path: Path, pragma: str, text: str) -> None:
    found = findings(tmp_path, pragma)
    assert found[0] == Finding(2, pragma.index("#"), "KBR001", f"KBR001 {text}")
    assert shown(found[1:]) == FOUND


def test_the_codes_beside_an_unknown_one_count(tmp_path: Path) -> None:
    found = findings(tmp_path, "# backend-rules: noqa: KBR999, KBR303")
    assert shown(found) == [(2, 1, "KBR001"), FOUND[1]]


STRINGS = ['"# backend-rules: noqa: KBR301"', '"""\n# backend-rules: noqa: KBR301\n"""']


@pytest.mark.parametrize("text", [*STRINGS, "# see backend-rules: noqa"])
def test_only_a_comment_that_begins_so_is_a_pragma(tmp_path: Path, text: str) -> None:
    assert [f.code for f in findings(tmp_path, text)] == ["KBR303", "KBR301"]


def test_through_flake8(tmp_path: Path) -> None:
    """Under flake8 only the named code of the named file is silent; the pragma is none of flake8's own."""
    pragma = f"{'#' * 2} {'-' * 80}\n# backend-rules: noqa: KBR303\n{ROUTE}"
    write(tmp_path, as_files(ROUTE, "app/api/orders.py") | {"app/api/other.py": pragma + "import os\n"})
    found = lines(flake8(tmp_path, "app", config="[flake8]\nselect = KBR,F\n"))
    assert found == [
        WRITE,
        COMMIT,
        COMMIT.replace("orders.py:9:", "other.py:12:"),
        "app/api/other.py:13:1: F401 'os' imported but unused",
    ]


def test_the_finding_about_a_pragma_is_selected_and_silenced_as_any(tmp_path: Path) -> None:
    write(tmp_path, {"app/a.py": "# backend-rules: noqa: KBR999\n", "app/b.py": "# backend-rules: noqa: KBR999  # noqa: KBR001\n"})
    complaint = "app/a.py:1:1: KBR001 'KBR999' is the code of no rule of this pack"
    assert lines(flake8(tmp_path, "app")) == [complaint]
    assert lines(flake8(tmp_path, "app", config="[flake8]\nextend-ignore = KBR0\n")) == []
