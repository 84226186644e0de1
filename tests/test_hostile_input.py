"""Files of every encoding, shape and size, linted by a real flake8: the findings that are there, and never an internal error."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.harness import write

ROUTE = """from fastapi import APIRouter
from sqlalchemy.orm import Session

router = APIRouter()


@router.post("/orders")
def create_order(session: Session) -> None:
    session.commit()
"""
COMMIT = (
    "KBR301 route handler 'create_order' commits its own transaction via 'session.commit()'; "
    "move it into the use-case that the route calls"
)
WIDE = ROUTE.replace("    session.commit()", "    'é€😀'; session.commit()")


def flake8(folder: Path, *arguments: str) -> list[str]:
    """What flake8 reports of the pack, and of files that it can't read."""
    command = [sys.executable, "-m", "flake8", "--select=KBR,E9", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, errors="surrogateescape", timeout=120, check=False)
    assert done.stderr == ""
    return done.stdout.splitlines()


@pytest.mark.parametrize(
    ("data", "places"),
    [
        pytest.param(ROUTE.encode("utf-8-sig"), ["9:5"], id="bom"),
        pytest.param(ROUTE.replace("\n", "\r\n").encode(), ["9:5"], id="crlf"),
        pytest.param(ROUTE.replace("\n", "\r").encode(), ["9:5"], id="cr"),
        pytest.param(ROUTE.replace("router =", "\frouter =").encode(), ["9:5"], id="form-feed"),
        pytest.param(f"# coding: latin-1\n# café\n{ROUTE}".encode("latin-1"), ["11:5"], id="latin-1-with-cookie"),
        pytest.param(WIDE.encode(), ["9:12"], id="wide-characters-before-the-column"),
        pytest.param(ROUTE.rstrip("\n").encode(), ["9:5"], id="no-final-newline"),
        pytest.param(ROUTE.replace("    session", "\tsession").encode(), ["9:2"], id="tabs"),
        pytest.param(b"", [], id="empty"),
        pytest.param(b"# nothing\n# but comments\n", [], id="only-comments"),
        pytest.param(b"\n\n\n", [], id="only-newlines"),
        pytest.param(b"\xef\xbb\xbf", [], id="only-a-bom"),
    ],
)
def test_what_parses_is_linted(tmp_path: Path, data: bytes, places: list[str]) -> None:
    write(tmp_path, {})
    (tmp_path / "api.py").write_bytes(data)
    assert flake8(tmp_path, "api.py") == [f"api.py:{place}: {COMMIT}" for place in places]


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(f"# café\n{ROUTE}".encode("latin-1"), id="latin-1-without-cookie"),
        pytest.param(f"# coding: nonsense\n{ROUTE}".encode(), id="unknown-cookie"),
        pytest.param(ROUTE.replace("commit", "com\0mit").encode(), id="nul"),
        pytest.param(ROUTE.encode() + b"x = (\n", id="unclosed"),
        pytest.param(ROUTE.encode("utf-16"), id="utf-16"),
    ],
)
def test_what_does_not_parse_is_left_to_flake8(tmp_path: Path, data: bytes) -> None:
    write(tmp_path, {"good.py": ROUTE})
    (tmp_path / "api.py").write_bytes(data)
    found = flake8(tmp_path, "api.py", "good.py")
    assert [line for line in found if "KBR" in line and "api.py" in line and "KBR301" not in line] == []
    assert f"good.py:9:5: {COMMIT}" in found


@pytest.mark.parametrize("jobs", ["-j1", "-j2"])
def test_odd_file_names(tmp_path: Path, jobs: str) -> None:
    write(tmp_path, {"with space.py": ROUTE, "naïve.py": ROUTE, "new\nline.py": ROUTE, "-dash.py": ROUTE})
    try:
        (tmp_path / os.fsdecode(b"odd\xff.py")).write_text(ROUTE, encoding="utf-8")
        odd = 1
    except (OSError, UnicodeError):  # a file system that takes Unicode only
        odd = 0
    found = flake8(tmp_path, jobs, "--format=%(row)d:%(col)d: %(code)s %(text)s", ".")
    assert found == [f"9:5: {COMMIT}"] * (4 + odd)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_an_imported_module_without_permission(tmp_path: Path) -> None:
    write(tmp_path, {"app/__init__.py": "", "app/deps.py": "def get_session(): ...\n", "app/api.py": f"from app.deps import x\n{ROUTE}"})
    (tmp_path / "app" / "deps.py").chmod(0)
    assert flake8(tmp_path, "app/api.py") == [f"app/api.py:10:5: {COMMIT}"]


def test_a_folder_that_is_not_there_any_more(tmp_path: Path) -> None:
    lost = "from app.gone.deps import x\nfrom . import lost\nfrom ...far import away\n"
    write(tmp_path, {"app/__init__.py": "", "app/api.py": lost + ROUTE})
    assert flake8(tmp_path, "app/api.py") == [f"app/api.py:12:5: {COMMIT}"]


LARGE = {
    "30,000-functions": "".join(f"def f{n}(x):\n    return x\n\n\n" for n in range(30_000)),
    "200,000-lines-of-a-list": "VALUES = [\n" + "    1,\n" * 200_000 + "]\n",
    "a-line-of-100,000-characters": "x = '" + "a.b(" * 25_000 + "'\n# " + "import " * 14_000 + "\n",
    "10,000-imports": "".join(f"from app.m{n} import x{n}\n" for n in range(10_000)),
    "a-bomb": "x = tuple([0] * 10**8)\ny = 'a' * 10**9\nz = 2**2**40\n" * 200,
    "a-ladder": "def f(x):\n    if x == 0:\n        pass\n" + "".join(f"    elif x == {n}:\n        pass\n" for n in range(1, 900)),
}


@pytest.mark.parametrize("name", LARGE)
@pytest.mark.parametrize("imported", [False, True], ids=["linted", "imported"])
def test_large_files_end(tmp_path: Path, name: str, imported: bool) -> None:
    """In a process that may take two GiB and 100 s; what it costs against bare flake8 is measured in benchmarks/."""
    if imported:
        route = f"from app.large import *\nfrom app.large import x\n{ROUTE}"
        write(tmp_path, {"app/__init__.py": "", "app/large.py": LARGE[name], "app/api.py": route})
        path, line = "app/api.py", 11
    else:
        write(tmp_path, {"app/__init__.py": "", "app/api.py": LARGE[name] + ROUTE})
        path, line = "app/api.py", LARGE[name].count("\n") + 9
    code = (
        "import resource, sys, types\nresource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))\n"
        "import ast\nfrom tests.harness import session\nfrom pathlib import Path\nfrom flake8_backend_rules.catalogue import all_rules\n"
        "text = Path(sys.argv[1]).read_text()\n"
        "for f in session(Path('.'), all_rules()).lint(ast.parse(text), sys.argv[1], text.splitlines(True)):\n"
        "    print(f'{f.line}:{f.column + 1}: {f.text}')\n"
    )
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parent.parent)}
    command = [sys.executable, "-c", code, path]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=100, check=False)
    assert done.stderr == ""
    assert done.stdout.splitlines() == [f"{line}:5: {COMMIT}"]
