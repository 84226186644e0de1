"""The pack through a real flake8 process."""

from __future__ import annotations

import ast
import gc
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from flake8_backend_rules.catalogue import all_rules
from tests.harness import as_files, session, write

ROUTE = """
from fastapi import APIRouter
from sqlalchemy.orm import Session

router = APIRouter()

@router.post("/orders")
def create_order(session: Session) -> None:
    session.add(1)
    session.commit()
"""
COMMIT = (
    "app/api/orders.py:9:5: KBR301 route handler 'create_order' commits its own transaction via 'session.commit()'; "
    "move it into the use-case that the route calls"
)
WRITE = (
    "app/api/orders.py:8:5: KBR303 route handler 'create_order' writes to the database itself via 'session.add()'; "
    "move the write into the use-case that the route calls"
)


def flake8(
    root: Path, *arguments: str, stdin: str | None = None, config: str = "[flake8]\nselect = KBR\n"
) -> subprocess.CompletedProcess[str]:
    """Runs flake8 in a fresh process in `root`, with `config` as its setup.cfg."""
    (root / "setup.cfg").write_text(config, encoding="utf-8")
    command = [sys.executable, "-m", "flake8", *arguments]
    return subprocess.run(command, cwd=root, input=stdin, capture_output=True, text=True, timeout=120, check=False)


def lines(result: subprocess.CompletedProcess[str]) -> list[str]:
    assert result.stderr == ""
    return sorted(result.stdout.splitlines())


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write(tmp_path, as_files(ROUTE, "app/api/orders.py"))
    return tmp_path


@pytest.mark.parametrize("head", ["# Generated from file `shop.ice'", "#!/usr/bin/env python\n\n# @generated", "# Code, DO NOT EDIT."])
def test_a_file_that_a_program_wrote_is_left_alone(root: Path, head: str) -> None:
    write(root, {"app/api/generated.py": f"{head}\n{ROUTE}", "app/api/written.py": f'"""Do not edit."""\n# Orders\n{ROUTE}'})
    found = lines(flake8(root, "app"))
    assert {line.partition(":")[0] for line in found} == {"app/api/orders.py", "app/api/written.py"}


@pytest.mark.parametrize("jobs", ["-j1", "-j2"])
def test_findings_of_a_project(root: Path, jobs: str) -> None:
    other = as_files(ROUTE, "app/api/other.py")
    write(root, other)
    result = flake8(root, jobs, "app")
    assert lines(result) == sorted([COMMIT, WRITE, COMMIT.replace("orders.py", "other.py"), WRITE.replace("orders.py", "other.py")])
    assert result.returncode == 1


@pytest.mark.parametrize("name", ["app/api/orders.py", "stdin"])
def test_the_buffer_of_an_editor(root: Path, name: str) -> None:
    buffer = as_files(ROUTE, "x.py")["x.py"].replace("session.add(1)", "pass")
    result = flake8(root, f"--stdin-display-name={name}", "-", stdin=buffer)
    assert lines(result) == [COMMIT.replace("app/api/orders.py", name)]


def test_noqa_on_the_line(root: Path) -> None:
    source = as_files(ROUTE, "x")["x"].replace("session.commit()", "session.commit()  # noqa: KBR301")
    (root / "app/api/orders.py").write_text(source, encoding="utf-8")
    assert lines(flake8(root, "app")) == [WRITE]


def test_noqa_of_another_code_silences_nothing(root: Path) -> None:
    source = as_files(ROUTE, "x")["x"].replace("session.commit()", "session.commit()  # noqa: KBR302")
    (root / "app/api/orders.py").write_text(source, encoding="utf-8")
    assert lines(flake8(root, "app")) == [COMMIT, WRITE][::-1]


def test_noqa_on_the_first_line_of_a_call_over_several_lines(root: Path) -> None:
    source = as_files(ROUTE, "x")["x"].replace("session.add(1)", "session.add(  # noqa: KBR303\n        1\n    )")
    (root / "app/api/orders.py").write_text(source, encoding="utf-8")
    assert lines(flake8(root, "app")) == [COMMIT.replace(":9:", ":11:")]


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ("[flake8]\n", [COMMIT, WRITE]),
        ("[flake8]\nselect = KBR301\n", [COMMIT]),
        ("[flake8]\nselect = KBR3\n", [COMMIT, WRITE]),
        ("[flake8]\nselect = E\n", []),
        ("[flake8]\nextend-ignore = KBR301, E\n", [WRITE]),
        ("[flake8]\nignore = KBR303, E\n", [COMMIT]),
        ("[flake8]\nselect = KBR\nper-file-ignores =\n    app/api/*: KBR301\n", [WRITE]),
        ("[flake8]\nselect = KBR\nbackend-exempt = app/api/*\n", []),
        ("[flake8]\nselect = KBR\nexclude = app\n", []),
    ],
)
def test_selection(root: Path, config: str, expected: list[str]) -> None:
    found = [line for line in lines(flake8(root, "app", config=config)) if " KBR" in line]
    assert found == sorted(expected)


def test_a_layer_from_the_configuration(root: Path) -> None:
    write(root, as_files("import flask\n", "app/things/orders.py"))
    config = "[flake8]\nselect = KBR201\nbackend-domain = app/things\n"
    assert lines(flake8(root, "app", config=config)) == [
        "app/things/orders.py:1:1: KBR201 domain module imports the web framework 'flask'; keep it at the edge and pass plain values in"
    ]


def test_globs_are_relative_to_the_config_file(root: Path) -> None:
    write(root, as_files("import flask\n", "app/things/orders.py"))
    (root / "setup.cfg").write_text("[flake8]\nselect = KBR201\nbackend-domain = app/things\n", encoding="utf-8")
    command = [sys.executable, "-m", "flake8", "orders.py"]
    result = subprocess.run(command, cwd=root / "app/things", capture_output=True, text=True, timeout=120, check=False)
    assert [line.split(" ")[1] for line in lines(result)] == ["KBR201"]


def test_globs_are_relative_to_a_config_file_named_on_the_command_line(root: Path) -> None:
    write(root, as_files("import flask\n", "app/things/orders.py"))
    (root / "setup.cfg").write_text("[flake8]\nselect = KBR201\nbackend-domain = app/things\n", encoding="utf-8")
    command = [sys.executable, "-m", "flake8", "--config=../../setup.cfg", "orders.py"]
    result = subprocess.run(command, cwd=root / "app/things", capture_output=True, text=True, timeout=120, check=False)
    assert [line.split(" ")[1] for line in lines(result)] == ["KBR201"]


def test_an_isolated_run_reads_no_configuration(root: Path) -> None:
    result = flake8(root, "--isolated", "--select=KBR301", "app", config="[flake8]\nbackend-web = app\n")
    assert lines(result) == [COMMIT]


def test_tests_migrations_and_what_is_no_code_of_the_project_are_exempt(root: Path) -> None:
    source = as_files(ROUTE, "x")["x"]
    for name in ("tests/api.py", "app/test_orders.py", "app/conftest.py", "migrations/0001.py", "app/orders_pb2.py"):
        write(root, {name: source})
    for name in (".github/scripts/api.py", "app/.cache/api/orders.py", "venv/lib/python3/site-packages/orders/api.py"):
        write(root, {name: source})
    assert lines(flake8(root, ".")) == [f"./{line}" for line in (WRITE, COMMIT)]


@pytest.mark.parametrize(
    ("option", "value", "complaint"),
    [
        ("backend-mode-flags", "dry-run", "--backend-mode-flags: 'dry-run' is not allowed: it is not a Python identifier"),
        ("backend-framework-objects", "a-b", "--backend-framework-objects: 'a-b' is not allowed: it is not a Python name"),
        (
            "backend-domain",
            "/abs",
            "--backend-domain: '/abs' is not allowed: it is absolute; globs are relative to the config file's folder",
        ),
        ("backend-exempt", "a[b", "--backend-exempt: 'a[b' is not allowed: a bracket is not closed"),
        ("backend-domain", "../x", "--backend-domain: '../x' is not allowed: it leaves the config file's folder"),
        ("backend-source-roots", "nowhere", "--backend-source-roots: 'nowhere' is no folder of "),
        ("backend-web", "app", "setup.cfg: option 'backend-web' is unknown; layers are transport, application, domain, infrastructure"),
        ("extend-select", "KBR999", "--extend-select: 'KBR999' is the code of no rule of this pack"),
        ("select", "KBRX", "--select: 'KBRX' is the code of no rule of this pack"),
        ("per-file-ignores", "app/*: KBR398", "--per-file-ignores: 'KBR398' is the code of no rule of this pack"),
    ],
)
@pytest.mark.parametrize("jobs", ["-j1", "-j2"])
def test_a_bad_option_is_one_clear_line(root: Path, option: str, value: str, complaint: str, jobs: str) -> None:
    result = flake8(root, jobs, "app", config=f"[flake8]\n{option} = {value}\n")
    assert result.returncode == 1
    assert result.stdout == ""
    error = result.stderr.splitlines()
    assert len(error) == 1
    assert error[0].startswith(f"flake8-backend-rules: {complaint}")


def test_a_bad_option_on_the_command_line(root: Path) -> None:
    result = flake8(root, "--backend-domain=***", "app")
    assert (result.stdout, result.stderr) == ("", "flake8-backend-rules: --backend-domain: '***' is not allowed: '***' is no wildcard\n")


def test_modules_that_cannot_be_read_cost_nothing(root: Path) -> None:
    """Missing, broken and circular imports: no traceback, no stderr, and the findings that the names allow."""
    write(
        root,
        as_files(
            {
                "app/broken.py": "def (:\n",
                "app/first.py": "from app.second import Dep\n",
                "app/second.py": "from app.first import Dep\nx = '\\d'\n",
                "app/api/cycle.py": """
                from fastapi import APIRouter
                from app.broken import Broken
                from app.first import Dep
                from app.missing import Missing

                router = APIRouter()

                @router.post("/orders")
                def create_order(session: Dep, db: Broken, store: Missing) -> None:
                    session.commit()
                    db.commit()
                    store.commit()
                """,
            },
            "",
        ),
    )
    found = lines(flake8(root, "app/api/cycle.py"))
    assert [line.split(" ")[0] for line in found] == ["app/api/cycle.py:10:5:", "app/api/cycle.py:11:5:"]


def test_wide_characters_before_the_column(root: Path) -> None:
    source = as_files(ROUTE, "x")["x"].replace("session.add(1)", '"äöü€𝄞"; session.add(1)')
    (root / "app/api/orders.py").write_text(source, encoding="utf-8")
    assert [line.split(" ")[0] for line in lines(flake8(root, "app"))] == ["app/api/orders.py:8:14:", "app/api/orders.py:9:5:"]


@pytest.mark.parametrize(
    ("host", "expected"),
    [("", "first > 5000"), ("gc.set_threshold(50_000, 5, 5)", "(first, *older) == (50_000, 5, 5)"), ("gc.set_threshold(0)", "first == 0")],
)
def test_a_host_keeps_its_own_garbage_collection(host: str, expected: str, tmp_path: Path) -> None:
    """Where it set none, the pack has the collector look less often."""
    program = f"""
    import gc
    from flake8.main.application import Application

    {host}
    default = gc.get_threshold()[1:]
    Application().initialize([])
    first, *older = gc.get_threshold()
    assert {expected} and tuple(older) == default, (first, older)
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(program)], cwd=tmp_path, check=True, timeout=60)


@pytest.mark.parametrize("example", ["shop_wrong", "clinic_wrong"])
def test_a_linted_file_leaves_nothing_to_the_garbage_collector(example: str) -> None:
    """What is built for it is freed with it, in backends in which every default rule has a finding."""
    backend = Path(__file__).resolve().parent.parent / "docs" / "examples" / example
    linter = session(backend, all_rules())
    texts = {path: path.read_text(encoding="utf-8") for path in sorted(backend.rglob("*.py"))}
    assert texts
    collects = gc.isenabled()
    gc.disable()
    try:
        for path, text in texts.items():
            tree = ast.parse(text)
            gc.collect()
            assert linter.lint(tree, str(path), text.splitlines(keepends=True)) is not None
            gc.set_debug(gc.DEBUG_SAVEALL)
            gc.collect()
            assert [type(item).__name__ for item in gc.garbage if isinstance(item, ast.AST) or is_ours(type(item))] == []
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        if collects:
            gc.enable()


def is_ours(cls: type) -> bool:
    return cls.__module__.startswith("flake8_backend_rules.")
