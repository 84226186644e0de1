"""`python -m flake8_backend_rules`, in processes of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from flake8_backend_rules.catalogue import known_codes
from tests.harness import as_files, write

ROOT = Path(__file__).resolve().parent.parent
ROUTE = """
from fastapi import APIRouter
router = APIRouter()

@router.get("/orders")
def orders(): ...
"""


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "flake8_backend_rules", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)


def test_layers_of_a_tree(tmp_path: Path) -> None:
    """With the configuration of the folder it is run in; what can't be read and what is exempt is said to be so."""
    write(
        tmp_path, as_files(ROUTE, "app/shop.py") | {"app/odd.py": "def (:\n", "app/kit.py": "", "app/model.py": "", "tests/test_a.py": ""}
    )
    (tmp_path / "setup.cfg").write_text("[flake8]\nbackend-domain = app/model.py\n", encoding="utf-8")
    result = run(tmp_path, "layers", "app", "tests/test_a.py")
    assert result.stderr == ""
    assert result.stdout.splitlines() == [
        "app/kit.py: none (no rule names a layer for it)",
        "app/model.py: domain (configured by 'app/model.py')",
        "app/odd.py: exempt, or not readable",
        "app/shop.py: transport (defines a route handler)",
        "tests/test_a.py: exempt, or not readable",
    ]
    assert result.returncode == 0


def test_the_documented_output_is_what_is_printed() -> None:
    printed = run(ROOT / "docs" / "examples" / "shop_wrong", "layers", "shop").stdout.splitlines()
    page = (ROOT / "docs" / "vocabulary.md").read_text(encoding="utf-8")
    documented = [line for line in page.splitlines() if line.startswith("shop/")]
    assert len(documented) == 2
    assert set(documented) <= set(printed)


def test_the_documented_answer_is_what_is_printed() -> None:
    printed = run(ROOT / "docs" / "examples" / "shop_wrong", "why", "shop/api/routes/orders.py:76").stdout
    page = (ROOT / "docs" / "command.md").read_text(encoding="utf-8")
    assert page.partition("```text\n")[2].partition("```")[0] == printed


def test_a_bad_option_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "setup.cfg").write_text("[flake8]\nbackend-domain = [\n", encoding="utf-8")
    result = run(tmp_path, "layers", ".")
    assert len(result.stderr.splitlines()) == 1
    assert "--backend-domain: '['" in result.stderr
    assert result.returncode == 1


def test_layers_as_json(tmp_path: Path) -> None:
    write(tmp_path, as_files(ROUTE, "app/shop.py") | {"app/odd.py": "def (:\n"})
    result = run(tmp_path, "layers", "--format=json", "app")
    assert json.loads(result.stdout) == [
        {"path": "app/odd.py", "layer": None, "reason": "exempt, or not readable"},
        {"path": "app/shop.py", "layer": "transport", "reason": "defines a route handler"},
    ]


def test_layers_with_a_configuration_of_another_name(tmp_path: Path) -> None:
    write(tmp_path, {"app/kit.py": "", "other.cfg": "[flake8]\nbackend-domain = app/kit.py\n"})
    assert run(tmp_path, "layers", "--config=other.cfg", "app").stdout == "app/kit.py: domain (configured by 'app/kit.py')\n"


def test_every_rule_is_listed(tmp_path: Path) -> None:
    head, *rows = run(tmp_path, "rules").stdout.splitlines()
    assert head.split() == ["code", "name", "default", "flags"]
    assert [row.split()[0] for row in rows] == sorted(known_codes())
    in_words = {" ".join(row.split()) for row in rows}
    assert "KBR301 handler-commits on A route handler commits or rolls back a transaction." in in_words
    assert "KBR309 legacy-sqlalchemy opt-in Code is written in the style of SQLAlchemy 1.x." in in_words
    assert len({row.index(" on ") for row in rows if row.split()[2] == "on"}) == 1


@pytest.mark.parametrize("wanted", ["KBR301", "kbr301", "handler-commits"])
def test_a_rule_is_explained_by_its_page(tmp_path: Path, wanted: str) -> None:
    assert run(tmp_path, "explain", wanted).stdout == (ROOT / "docs/rules/KBR301.md").read_text(encoding="utf-8")


def test_the_packs_own_findings_are_explained(tmp_path: Path) -> None:
    assert run(tmp_path, "explain", "KBR001").stdout == (ROOT / "docs/rules/KBR001.md").read_text(encoding="utf-8")


def test_an_unknown_code_is_one_line(tmp_path: Path) -> None:
    result = run(tmp_path, "explain", "KBR999")
    complaint = "backend-rules: 'KBR999' is no code of this pack; 'backend-rules rules' lists them\n"
    assert (result.stdout, result.stderr, result.returncode) == ("", complaint, 1)


def test_a_reader_that_has_seen_enough(tmp_path: Path) -> None:
    """A pipe that closes early is no error."""
    process = subprocess.Popen(
        [sys.executable, "-m", "flake8_backend_rules", "rules"], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    assert process.wait(120) == 0
    assert process.stderr.read() == b""
    process.stderr.close()


def test_linting_imports_neither_the_command_nor_what_it_prints_with(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1\n", encoding="utf-8")
    code = (
        "import sys; from flake8.main.cli import main; main(['-j1', '--isolated', 'a.py']);"
        "print([m for m in sys.modules if m.startswith(('rich', 'astroid', 'flake8_backend_rules.cli', 'flake8_backend_rules.pages'))])"
    )
    result = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=120, check=True)
    assert result.stdout == "[]\n"


EXPLAINED = {
    "app/__init__.py": "",
    "app/deps.py": """
from typing import Annotated
from fastapi import Depends
from sqlalchemy.orm import Session

def session() -> Session: ...

SessionDep = Annotated[Session, Depends(session)]
""".lstrip(),
    "app/orders.py": """
from fastapi import APIRouter
from app.deps import SessionDep
router = APIRouter()

@router.post("/orders")
def create(session: SessionDep):
    save(session)

def save(session: SessionDep):
    session.commit()
    session.rollback()  # noqa: KBR301
""".lstrip(),
    "app/services/orders.py": "from app.orders import create\n",
}


def test_why_a_finding_stands_on_a_line(tmp_path: Path) -> None:
    write(tmp_path, EXPLAINED)
    result = run(tmp_path, "why", "app/orders.py:10:5")
    assert result.stdout.splitlines() == [
        "app/orders.py:10:5: KBR301 'save', called by route handler 'create', commits its own transaction via 'session.commit()'; "
        "move it into the use-case that the route calls",
        "    layer      transport: defines a route handler",
        "    in         save",
        "    role       route handler 'create' (line 6): @router.post on fastapi.APIRouter",
        "    called     'create' calls 'save' (line 7)",
        "    value      session.commit: sqlalchemy.orm.Session.commit, of a third-party class",
        "    value      session: an instance of sqlalchemy.orm.Session",
        "      bound    line 9, parameter: annotated SessionDep",
        "      through  SessionDep (app/deps.py:7)",
        "    rule       backend-rules explain KBR301",
    ]
    assert (result.stderr, result.returncode) == ("", 0)


def test_why_an_import_is_a_finding(tmp_path: Path) -> None:
    write(tmp_path, EXPLAINED)
    assert "    imports    create: function of app.orders, layer transport, app/orders.py" in run(
        tmp_path, "why", "app/services/orders.py:1"
    ).stdout.splitlines()


def test_why_nothing_stands_on_a_line(tmp_path: Path) -> None:
    write(tmp_path, EXPLAINED)
    result = run(tmp_path, "why", "app/orders.py:7")
    assert result.stdout.splitlines() == [
        "app/orders.py:7: no finding of the rules that are on",
        "    layer      transport: defines a route handler",
        "    role       route handler 'create' (line 6): @router.post on fastapi.APIRouter",
    ]
    assert result.returncode == 1


def test_why_says_what_is_left_out(tmp_path: Path) -> None:
    write(tmp_path, EXPLAINED | {"app/orders.py": f"# backend-rules: noqa: KBR3\n{EXPLAINED['app/orders.py']}"})
    assert run(tmp_path, "why", "app/orders.py:11").stdout.splitlines()[0].endswith("calls  (left out: baseline or pragma)")


@pytest.mark.parametrize(
    ("place", "complaint"),
    [
        ("app/orders.py", "'app/orders.py' is not PATH:LINE"),
        ("app/orders.py:first", "'app/orders.py:first' is not PATH:LINE"),
        ("app/none.py:1", "'app/none.py' can't be read as Python"),
    ],
)
def test_why_of_what_is_no_place_is_one_line(tmp_path: Path, place: str, complaint: str) -> None:
    write(tmp_path, EXPLAINED)
    result = run(tmp_path, "why", place)
    assert (result.stdout, result.stderr, result.returncode) == ("", f"backend-rules: {complaint}\n", 1)
