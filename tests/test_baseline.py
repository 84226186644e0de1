"""The baseline: what its keys survive, the commands that write it, and what flake8 says with it."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

from flake8_backend_rules.baseline import BadBaselineError, Baseline, Entry, Key, digest, qualified_name, read_baseline
from tests.harness import as_files, write
from tests.test_command_line import run
from tests.test_plugin import COMMIT, ROUTE, WRITE, flake8, lines

CONFIG = "[flake8]\nselect = KBR\nbackend-baseline = .backend-baseline\n"
SOURCE = as_files(ROUTE, "x")["x"]
HEAD = "# Findings that flake8-backend-rules leaves alone. Written by: backend-rules baseline write"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write(tmp_path, {"app/api/orders.py": SOURCE})
    (tmp_path / "setup.cfg").write_text(CONFIG, encoding="utf-8")
    return tmp_path


def command(root: Path, *arguments: str) -> list[str]:
    """Runs `backend-rules baseline`; returns what it prints, the status last."""
    result = run(root, "baseline", *arguments)
    return [*result.stdout.splitlines(), *result.stderr.splitlines(), str(result.returncode)]


def entries(root: Path) -> list[list[object]]:
    head, *rest = (root / ".backend-baseline").read_text(encoding="utf-8").splitlines()
    assert head == HEAD
    return [json.loads(line) for line in rest]


def lint(root: Path, *arguments: str, stdin: str | None = None) -> list[str]:
    return lines(flake8(root, *(arguments or ("app",)), stdin=stdin, config=CONFIG))


# -- the commands ------------------------------------------------------------------------------------


def test_what_is_recorded_is_silent(root: Path) -> None:
    assert command(root, "write") == ["2 findings in 1 file recorded in .backend-baseline", "0"]
    assert [[*entry[:3], *entry[4:]] for entry in entries(root)] == [
        ["app/api/orders.py", "create_order", "KBR301", 1, "session.commit()"],
        ["app/api/orders.py", "create_order", "KBR303", 1, "def create_order"],
    ]
    assert lint(root) == []
    assert lint(root, "-j2", "app", "app/api/orders.py") == []
    assert command(root, "check") == ["2 findings recorded, none of those looked at is gone", "0"]


def test_a_new_mistake_is_the_only_finding(root: Path) -> None:
    command(root, "write")
    (root / "app/api/orders.py").write_text(SOURCE + "    session.commit()\n", encoding="utf-8")
    assert lint(root) == [COMMIT.replace(":9:", ":10:")]


def test_a_mistake_in_a_new_function_is_a_finding(root: Path) -> None:
    command(root, "write")
    other = '\n@router.post("/notes")\ndef add_note(session: Session) -> None:\n    session.add(1)\n'
    (root / "app/api/orders.py").write_text(SOURCE + other, encoding="utf-8")
    assert lint(root) == [WRITE.replace(":8:", ":13:").replace("create_order", "add_note")]


def test_what_was_mended_fails_the_check_and_is_pruned(root: Path) -> None:
    command(root, "write")
    (root / "app/api/orders.py").write_text(SOURCE.replace("    session.commit()\n", ""), encoding="utf-8")
    gone = "app/api/orders.py: create_order: KBR301 session.commit()"
    assert lint(root) == []
    assert command(root, "check") == [gone, "1 recorded finding gone; 'backend-rules baseline prune' removes them", "1"]
    assert command(root, "prune") == ["1 entry removed, 1 left", "0"]
    assert [entry[2] for entry in entries(root)] == ["KBR303"]
    assert command(root, "check") == ["1 finding recorded, none of those looked at is gone", "0"]
    assert command(root, "prune") == ["0 entries removed, 1 left", "0"]


def test_a_file_that_is_gone_is_stale(root: Path) -> None:
    command(root, "write")
    (root / "app/api/orders.py").unlink()
    assert command(root, "prune") == ["2 entries removed, 0 left", "0"]


def test_a_file_that_does_not_parse_is_not_judged(root: Path) -> None:
    """A half-typed file has no findings; nobody mended them."""
    command(root, "write")
    (root / "app/api/orders.py").write_text("def (:\n", encoding="utf-8")
    assert command(root, "check")[-1] == "0"
    assert command(root, "prune") == ["0 entries removed, 2 left", "0"]


def test_paths_bound_what_is_written_and_judged(root: Path) -> None:
    write(root, {"app/api/other.py": SOURCE})
    command(root, "write")
    for name in ("orders", "other"):
        (root / f"app/api/{name}.py").write_text(SOURCE.replace("    session.commit()\n", ""), encoding="utf-8")
    assert command(root, "check", "app/api/other.py")[:-2] == ["app/api/other.py: create_order: KBR301 session.commit()"]
    assert command(root, "prune", "app/api/other.py") == ["1 entry removed, 3 left", "0"]
    assert command(root, "write", "app/api/other.py") == ["1 finding in 1 file recorded in .backend-baseline", "0"]
    assert [(entry[0], entry[2]) for entry in entries(root)] == [
        ("app/api/orders.py", "KBR301"),
        ("app/api/orders.py", "KBR303"),
        ("app/api/other.py", "KBR303"),
    ]


def test_only_what_flake8_reports_is_recorded(root: Path) -> None:
    """What noqa, a pragma or the configuration silences is no finding."""
    silenced = SOURCE.replace("session.commit()", "session.commit()  # noqa: KBR301")
    write(root, {"app/api/orders.py": silenced, "app/api/pragma.py": f"# backend-rules: noqa: KBR303\n{SOURCE}", "app/old/a.py": SOURCE})
    (root / "setup.cfg").write_text(CONFIG + "exclude = app/old\n", encoding="utf-8")
    command(root, "write")
    assert [(entry[0], entry[2]) for entry in entries(root)] == [("app/api/orders.py", "KBR303"), ("app/api/pragma.py", "KBR301")]


def test_the_packs_own_findings_are_never_recorded(root: Path) -> None:
    (root / "app/api/orders.py").write_text("# backend-rules: noqa: KBR999\n", encoding="utf-8")
    assert command(root, "write") == ["0 findings in 0 files recorded in .backend-baseline", "0"]
    assert lint(root) == ["app/api/orders.py:1:1: KBR001 'KBR999' is the code of no rule of this pack"]


def test_a_second_noqa_does_not_shift_the_count(root: Path) -> None:
    """Ordinals count all equal findings, silenced ones too: silencing the first leaves the second where it is."""
    twice = SOURCE + "    session.commit()\n"
    (root / "app/api/orders.py").write_text(twice, encoding="utf-8")
    command(root, "write")
    assert [entry[4] for entry in entries(root) if entry[2] == "KBR301"] == [1, 2]
    (root / "app/api/orders.py").write_text(twice.replace("session.commit()", "session.commit()  # noqa: KBR301", 1), encoding="utf-8")
    assert lint(root) == []
    assert command(root, "check")[0] == "app/api/orders.py: create_order: KBR301 session.commit()"


def test_an_editors_buffer(root: Path) -> None:
    """Unsaved text on stdin, under its relative or absolute name, from another folder too."""
    command(root, "write")
    buffer = "import os\n\n\n" + SOURCE + "    session.commit()\n"
    expected = COMMIT.replace(":9:", ":13:")
    for name in ("app/api/orders.py", str(root / "app/api/orders.py")):
        assert lint(root, f"--stdin-display-name={name}", "-", stdin=buffer) == [expected.replace("app/api/orders.py", name)]
    elsewhere = [sys.executable, "-m", "flake8", f"--stdin-display-name={root}/app/api/orders.py", "-"]
    result = subprocess.run(elsewhere, cwd=root / "app/api", input=SOURCE, capture_output=True, text=True, timeout=120, check=False)
    assert (result.stdout, result.stderr) == ("", "")


@pytest.mark.parametrize("value", [".backend-baseline", "./.backend-baseline"])
def test_the_file_is_relative_to_the_configuration(root: Path, value: str) -> None:
    command(root, "write")
    (root / "setup.cfg").write_text(f"[flake8]\nselect = KBR\nbackend-baseline = {value}\n", encoding="utf-8")
    for folder, arguments in ((root / "app", ["api"]), (root / "app/api", ["--config=../../setup.cfg", "orders.py"])):
        process = [sys.executable, "-m", "flake8", *arguments]
        result = subprocess.run(process, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
        assert (result.stdout, result.stderr) == ("", "")


def test_an_empty_value_switches_it_off(root: Path) -> None:
    command(root, "write")
    assert lint(root, "--backend-baseline=", "app") == [WRITE, COMMIT]


# -- errors ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("jobs", ["-j1", "-j2"])
@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (None, "there is no such file; write it with 'backend-rules baseline write'"),
        (b"# head\n\n<<<<<<< ours\n", "line 3 is no entry of a baseline"),
        (b'["a.py", "f", "KBR301"]\n', "line 1 is no entry of a baseline"),
        (b'["a.py", "f", "KBR301", "0", "1", "x"]\n', "line 1 is no entry of a baseline"),
        (b"\xff\xfe\n", "it can't be read: it is not UTF-8 text"),
    ],
)
def test_a_missing_or_broken_file_is_one_clear_line(root: Path, content: bytes | None, complaint: str, jobs: str) -> None:
    file = root / ".backend-baseline"
    if content is not None:
        file.write_bytes(content)
    result = flake8(root, jobs, "app", config=CONFIG)
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == f"flake8-backend-rules: --backend-baseline: {str(file)!r} can't be used: {complaint}\n"


def test_the_commands_want_to_know_the_file(root: Path) -> None:
    (root / "setup.cfg").write_text("[flake8]\nselect = KBR\n", encoding="utf-8")
    complaint = "backend-rules: no baseline is configured; put 'backend-baseline = .backend-baseline' under [flake8], or use --file"
    assert command(root, "write") == [complaint, "1"]
    assert command(root, "write", "--file=b.txt") == ["2 findings in 1 file recorded in b.txt", "0"]
    missing = f"backend-rules: {str(root / 'c.txt')!r} can't be used as a baseline: there is no such file"
    assert command(root, "check", "--file=c.txt") == [f"{missing}; write it with 'backend-rules baseline write'", "1"]


def test_a_broken_file_is_written_anew_only_as_a_whole(root: Path) -> None:
    (root / ".backend-baseline").write_text("broken\n", encoding="utf-8")
    assert command(root, "write", "app/api")[-1] == "1"
    assert (root / ".backend-baseline").read_text(encoding="utf-8") == "broken\n"
    assert command(root, "write") == ["2 findings in 1 file recorded in .backend-baseline", "0"]


# -- keys --------------------------------------------------------------------------------------------

KEPT = [
    ("added lines", SOURCE.replace("router =", "import os\n\n\n\nrouter =")),
    ("another layout", SOURCE.replace("session.commit()", "(\n        session\n        .commit(  # now\n        )\n    )")),
    ("moved", SOURCE.replace("@router", "def last(session):\n    session.add(1)\n\n@router")),
    ("another parameter", SOURCE.replace("session: Session", "sku: str, session: Session")),
    ("async", SOURCE.replace("def create_order", "async def create_order")),
    ("a decorator", SOURCE.replace("@router", "@traced\n@router")),
    ("a block around it", SOURCE.replace("    session.commit()", "    if True:\n        session.commit()")),
    ("one more write in the function", SOURCE.replace("    session.add(1)", "    session.add(0)\n    session.add(1)")),
    ("one write less", SOURCE.replace("session.add(1)", "session.add_all([1, 2])")),
    ("another function's locals", SOURCE + "\n\ndef other(order):\n    renamed = order\n    return renamed\n"),
]


@pytest.mark.parametrize("changed", [c for _, c in KEPT], ids=[name for name, _ in KEPT])
def test_what_a_key_survives(root: Path, changed: str) -> None:
    command(root, "write")
    ast.parse(changed)
    (root / "app/api/orders.py").write_text(changed, encoding="utf-8")
    assert lint(root) == []
    assert command(root, "check")[-1] == "0"


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ("f(a, 'b')", 'f( a,\n"b", )', True),
        ("f('a' 'b')", "f('ab')", True),
        ("f(u'a')", "f('a')", True),
        ("f((a))", "f(a)", True),
        ("f(f'{a!r:>{w}}x')", 'f(f"{ a !r:>{ w }}x")', True),
        ("f(0XFF)", "f(0xff)", True),
        ("lambda: a", "lambda: b", False),
        ("a if b else c", "a if b else d", False),
        ("f('1')", "f(1)", False),
        ("f('', 1)", "f(1)", False),
        ("f(a, b)", "f(b, a)", False),
        ("f([a], b)", "f([a, b])", False),
        ("f(a)", "f(a=a)", False),
        ("f(-1)", "f(+1)", False),
        ("from a import b, c", "from a import (c, b)", True),
        ("from a import b", "from .a import b", False),
        ("def f(a): pass", "async def f(b): return 1", True),
        ("def f(): pass", "def g(): pass", False),
        ("class f: pass", "def f(): pass", False),
        ("with a: b", "with a: c", True),
        ("with a: b", "with c: b", False),
    ],
)
def test_digests(left: str, right: str, same: bool) -> None:
    first, second = (ast.parse(text).body[0] for text in (left, right))
    assert (digest(first) == digest(second)) is same


def test_a_digest_does_not_depend_on_the_version_of_python() -> None:
    node = ast.parse("session.add(f'{a!r:>{w}}{b}' 'c', *x, k=[1, 2.5, None, b'q'], d={1: lambda y=2: y})").body[0]
    assert digest(node) == "b6baa1c0b37f"


def test_a_digest_of_something_deep() -> None:
    deep = ast.parse("x" + ".y()" * 900).body[0]
    assert len(digest(deep)) == 12


def test_qualified_names() -> None:
    source = """
    class A:
        @d(lambda: 1)
        def m(self, x=y):
            if 1:
                def inner(): z
            match 1:
                case 2: w
    try: v
    except E: u
    """
    tree = ast.parse(as_files(source, "x")["x"])
    names = {node.id: qualified_name(node, tree) for node in ast.walk(tree) if isinstance(node, ast.Name)}
    expected = {"d": "A.m", "y": "A.m", "z": "A.m.inner", "w": "A.m", "v": "", "u": "", "E": ""}
    assert {name: names[name] for name in expected} == expected


def test_a_file_is_sorted_without_doubles_and_read_back(tmp_path: Path) -> None:
    """Two branches' files joined line by line are a baseline."""
    some = [Entry(path, Key("f", code, "0", ordinal), "x\n'ü\udc80'") for path in "ba" for code in ("KBR2", "KBR1") for ordinal in (2, 1)]
    file = str(tmp_path / "baseline")
    Baseline(file, [*some, *some]).write()
    assert list(read_baseline(file).entries) == sorted(some)
    assert len((tmp_path / "baseline").read_text(encoding="utf-8").splitlines()) == 1 + len(some)
    assert [p.name for p in tmp_path.iterdir()] == ["baseline"]


def test_a_folder_is_no_baseline(tmp_path: Path) -> None:
    with pytest.raises(BadBaselineError, match="there is no such file"):
        read_baseline(str(tmp_path))
