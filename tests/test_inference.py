"""What astroid is asked, what its answers change, and that asking runs nothing of the analysed project."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from flake8_backend_rules.project import inference
from flake8_backend_rules.project import project as project_module
from flake8_backend_rules.project.inference import Inference
from flake8_backend_rules.project.project import Project
from flake8_backend_rules.project.surfaces import FunctionInfo
from flake8_backend_rules.rules.persistence.handler_commits import HandlerCommits
from tests.harness import as_files, session, write

Files = Mapping[str, str]
PATH = "app/api/orders.py"
SESSION = "from sqlalchemy.orm import Session\n"
ASYNC = "from sqlalchemy.ext.asyncio import "
HTTPX = "import httpx\n"
ROUTE = """
from fastapi import APIRouter
from app.deps import get_session

router = APIRouter()

@router.post("/orders")
def create_order():
    store = get_session()
    store.commit()
"""
UNKNOWN_TO_SUMMARIES = f"{SESSION}def get_session():\n    return [Session()][0]\n"


def commit(path: str = PATH, place: str = "9:5", receiver: str = "store", function: str = "create_order") -> str:
    """The finding as flake8 prints it."""
    return (
        f"{path}:{place}: KBR301 route handler '{function}' commits its own transaction via '{receiver}.commit()'; "
        "move it into the use-case that the route calls"
    )


def project(root: Path, files: Files) -> None:
    """Writes the files; every folder with Python in it is a package."""
    written = as_files(files, "")
    folders = {parent for name in written for parent in Path(name).parents if str(parent) != "."}
    write(root, {f"{folder}/__init__.py": "" for folder in folders} | written)


def linted(root: Path, *paths: str) -> list[str]:
    """The findings of some files in one run, as flake8 prints them."""
    run = session(root, [HandlerCommits])
    lines = []
    for path in paths or (PATH,):
        source = (root / path).read_text(encoding="utf-8")
        found = run.lint(ast.parse(source), str(root / path), source.splitlines(True))
        lines += [f"{path}:{f.line}:{f.column + 1}: {f.text}" for f in found]
    return lines


def with_and_without(root: Path, files: Files, monkeypatch: pytest.MonkeyPatch) -> tuple[list[str], list[str]]:
    """The findings of the route with astroid, and those without."""
    project(root, files)
    found = linted(root)
    with monkeypatch.context() as patch:
        patch.setattr(Inference, "returned_class", lambda self, function: None)
        return found, linted(root)


def returned(root: Path, files: Files, name: str = "get_session") -> str | None:
    """What astroid makes of a function of app/deps.py; the root's path is cut off a first-party class."""
    project(root, files)
    found = answer(Project(), root, name)
    return None if found is None else found.replace(f"{root}{os.sep}", "")


def answer(run: Project, root: Path, name: str = "get_session") -> str | None:
    module = run.module_at(str(root / "app/deps.py"))
    assert module is not None
    function = run.resolve(module, name)
    assert isinstance(function, FunctionInfo)
    return run.inference.returned_class(function)


# -- findings that only a body tells ---------------------------------------------------------------

STORE = {"app/store.py": f"{SESSION}class Store(Session): ...\nMAKERS = [Store]\n"}


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({"app/deps.py": f"{SESSION}MAKERS = {{'orders': Session}}\ndef get_session():\n    return MAKERS['orders']()\n"},
                     id="table-of-classes"),
        pytest.param({"app/deps.py": UNKNOWN_TO_SUMMARIES}, id="item"),
        pytest.param({"app/deps.py": f"{SESSION}def get_session():\n    return (lambda: Session())()\n"}, id="lambda"),
        pytest.param({"app/deps.py": f"{SESSION}def get_session():\n    made = {{'s': Session()}}\n    return made['s']\n"}, id="local"),
        pytest.param({"app/deps.py": f"{SESSION}def get_session():\n    for maker in (Session,):\n        return maker()\n"}, id="loop"),
        pytest.param({"app/deps.py": f"{SESSION}def get_session(x=0):\n    if x:\n        return None\n    return [Session()][0]\n"},
                     id="or-none"),
        pytest.param({"app/deps.py": f"{SESSION}def get_session(x=0):\n    if x:\n        return [Session()][0]\n"
                      "    return [Session()][-1]\n"},
                     id="one-class-twice"),
        pytest.param({"app/deps.py": "import sqlalchemy.orm as orm\ndef get_session():\n    return [orm.Session][0]()\n"}, id="dotted"),
        pytest.param({"app/deps.py": "class OrdersUnitOfWork: ...\ndef get_session():\n    return [OrdersUnitOfWork()][0]\n"},
                     id="first-party-class"),
        pytest.param({"app/deps.py": f"{SESSION}class Outer:\n    class Store(Session): ...\ndef get_session():\n"
                      "    return [Outer.Store()][0]\n"},
                     id="nested-class"),
        pytest.param({"app/deps.py": "from app.store import MAKERS\ndef get_session():\n    return MAKERS[0]()\n", **STORE},
                     id="through-another-module"),
        pytest.param({"app/deps.py": "from .store import MAKERS\ndef get_session():\n    return MAKERS[0]()\n", **STORE}, id="relative"),
        pytest.param({"app/deps.py": f"{SESSION}class P:\n    def get(self):\n        return [Session()][0]\ndef get_session():\n"
                      "    return P().get()\n"}, id="method"),
        pytest.param({"app/__init__.py": UNKNOWN_TO_SUMMARIES, "app/deps.py": "from app import get_session\n"}, id="package-itself"),
        pytest.param({"app/deps.py": f"{SESSION}def deeper():\n    return [Session()][0]\ndef get_session():\n    return deeper()\n"},
                     id="through-a-second-function"),
        pytest.param({"app/deps.py": "from app.store import Store\nMAKERS = [Store]\ndef get_session():\n"
                      "    return MAKERS[0]()\n", **STORE},
                     id="class-of-another-module-that-the-body-does-not-name"),
        pytest.param({"app/deps.py": f"{HTTPX}{SESSION}def get_session():\n    return [httpx.Client()][0]\n"
                      "def get_session():\n    return [Session()][0]\n"},
                     id="the-last-definition"),
        pytest.param({"app/deps.py": "import sqlalchemy.orm\ndef get_session():\n    return [sqlalchemy.orm.Session][0]()\n"},
                     id="dotted-twice"),
        pytest.param({"app/deps.py": "from sqlalchemy import orm\ndef get_session():\n    return [orm.Session][0]()\n"},
                     id="submodule-of-a-third-party"),
        pytest.param({"app/deps.py": "from app import store\ndef get_session():\n    return store.MAKERS[0]()\n", **STORE},
                     id="submodule"),
    ],
)  # fmt: skip
def test_a_session_from_an_unannotated_function(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: Files) -> None:
    assert with_and_without(tmp_path, {PATH: ROUTE} | dict(files), monkeypatch) == ([commit()], [])


@pytest.mark.parametrize(
    ("route", "expected"),
    [
        (ROUTE.replace("def create", "async def create").replace("= get", "= await get"), commit()),
        (ROUTE.replace("create_order():", "create_order(store=Depends(get_session)):")
         .replace("import APIRouter", "import APIRouter, Depends")
         .replace("    store = get_session()\n", "    pass\n"), commit()),
        (ROUTE.replace("    store.commit", "    kept = '€𝄞ä'; store.commit"), commit(place="9:19")),
        (ROUTE.replace("    store.commit()", "    get_session().commit()"), commit(receiver="get_session()")),
    ],
    ids=["awaited", "injected", "column-in-characters", "without-a-variable"],
)  # fmt: skip
def test_ways_to_get_at_what_a_function_returns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, route: str, expected: str) -> None:
    files = {PATH: route, "app/deps.py": UNKNOWN_TO_SUMMARIES.replace("def", "async def") if "await" in route else UNKNOWN_TO_SUMMARIES}
    assert with_and_without(tmp_path, files, monkeypatch) == ([expected], [])


def test_a_function_of_the_linted_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    route = ROUTE.replace("from app.deps import get_session\n", UNKNOWN_TO_SUMMARIES)
    assert with_and_without(tmp_path, {PATH: route}, monkeypatch) == ([commit(place="11:5")], [])


def test_a_function_of_an_editors_buffer(tmp_path: Path) -> None:
    """What is asked is the buffer, not the file as it is on disk."""
    project(tmp_path, {PATH: ROUTE.replace("from app.deps import get_session\n", "def get_session():\n    return [1][0]\n")})
    buffer = as_files(ROUTE.replace("from app.deps import get_session\n", UNKNOWN_TO_SUMMARIES), PATH)[PATH]
    found = session(tmp_path, [HandlerCommits]).lint(ast.parse(buffer), str(tmp_path / PATH), buffer.splitlines(True))
    assert [(f.line, f.column + 1, f.code) for f in found] == [(11, 5, "KBR301")]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("return [unheard_of()][0]", id="unknown-name"),
        pytest.param("return [Session][0]", id="the-class-itself"),
        pytest.param("return [[Session()]][0]", id="list"),
        pytest.param("return [1][0]", id="number"),
        pytest.param("return [None][0]", id="none"),
        pytest.param("return [Session(), httpx.Client()][x]", id="either-item"),
        pytest.param("if x:\n        return [Session()][0]\n    return [httpx.Client()][0]", id="two-classes"),
        pytest.param("return [httpx.Client() if x else Session()][0]", id="two-classes-at-once"),
        pytest.param("if x:\n        return [x][0]\n    return [Session()][0]", id="one-known-one-unknown"),
        pytest.param("class Inner(Session): ...\n    return [Inner()][0]", id="class-of-the-function"),
        pytest.param("return [get_session()][0]", id="recursion"),
        pytest.param("return [Plain()][0]", id="first-party-class-that-is-none"),
        pytest.param("return [httpx.Client()][0]", id="third-party-class-that-is-none"),
        pytest.param("return x" + ".a()" * 900, id="too-deep-to-be-printed"),
    ],
)
def test_silence_where_the_value_is_unknown_or_no_session(tmp_path: Path, body: str) -> None:
    deps = f"{SESSION}{HTTPX}class Plain: ...\ndef get_session(x=0):\n    {body}\n"
    project(tmp_path, {PATH: ROUTE, "app/deps.py": deps})
    assert linted(tmp_path) == []


@pytest.mark.parametrize(
    ("body", "with_astroid"),
    [("return [httpx.Client()][0]", False), ("return [Session()][0]", True), ("return [unheard_of()][0]", True)],
    ids=["no-session", "session", "unknown"],
)
def test_what_is_named_like_a_session_and_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str, with_astroid: bool) -> None:
    """A name tells only where the type doesn't, so here astroid's answer takes a finding away."""
    files = {PATH: ROUTE.replace("store", "db"), "app/deps.py": f"{SESSION}{HTTPX}def get_session():\n    {body}\n"}
    flagged = [commit(receiver="db")]
    assert with_and_without(tmp_path, files, monkeypatch) == (flagged if with_astroid else [], flagged)


BUILT_ROUTER = """
from sqlalchemy.orm import Session
from app.web import build

orders = build()

@orders.get("/orders")
def show_orders(store: Session):
    store.commit()
"""


@pytest.mark.parametrize(
    ("body", "is_router"),
    [
        ("return {'v1': APIRouter}['v1']()", True),
        ("return {'v1': Mine}['v1']()", True),
        ("return {'v1': httpx.Client}['v1']()", False),
        ("return [APIRouter(), httpx.Client()][x]", False),
        ("return {'v1': unheard_of}['v1']()", False),
    ],
    ids=["router", "first-party-subclass", "something-else", "two-classes", "unknown"],
)
def test_a_router_from_an_unannotated_factory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str, is_router: bool) -> None:
    web = f"import httpx\nfrom fastapi import APIRouter\nclass Mine(APIRouter): ...\ndef build(x=0):\n    {body}\n"
    expected = [commit(place="8:5", function="show_orders")] if is_router else []
    assert with_and_without(tmp_path, {PATH: BUILT_ROUTER, "app/web.py": web}, monkeypatch) == (expected, [])


def flake8(root: Path, *arguments: str, before: str = "", after: str = "") -> list[str]:
    """Lines printed by a process that runs flake8 in `root`, the first folder on its path, between two pieces of code."""
    code = f"import sys\n{before}\nfrom flake8.main.cli import main\nmain(sys.argv[1:])\n{after}\n"
    command = [sys.executable, "-c", code, "--select=KBR", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1"}
    result = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert (result.stderr, result.returncode) == ("", 0)
    return result.stdout.splitlines()


@pytest.mark.parametrize("jobs", ["-j1", "-j2"])
def test_through_flake8(tmp_path: Path, jobs: str) -> None:
    deps = {f"app/deps{i}.py": UNKNOWN_TO_SUMMARIES for i in range(4)}
    project(tmp_path, {f"app/api/orders{i}.py": ROUTE.replace("app.deps", f"app.deps{i}") for i in range(4)} | deps)
    assert sorted(flake8(tmp_path, jobs, "app/api")) == [commit(f"app/api/orders{i}.py") for i in range(4)]


# -- astroid only where it is needed ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("route", "deps", "imported"),
    [
        pytest.param("x = 1\n", "", False, id="plain"),
        pytest.param(ROUTE, f"{SESSION}def get_session() -> Session: ...\n", False, id="annotated"),
        pytest.param(ROUTE, f"{SESSION}def get_session():\n    return Session()\n", False, id="constructor"),
        pytest.param(ROUTE, f"{SESSION}def get_session():\n    yield [Session()][0]\n", False, id="generator"),
        pytest.param(ROUTE.replace("order()", "order(db)").replace("store", "db"), "get_session = 1\n", False, id="by-name"),
        pytest.param(ROUTE.replace(".commit", ".publish"), UNKNOWN_TO_SUMMARIES, False, id="no-candidate"),
        pytest.param("plain = 1\n" + ROUTE.replace("@router", "@plain"), UNKNOWN_TO_SUMMARIES, False, id="no-handler"),
        pytest.param(ROUTE, "def get_session(request):\n    return request.state.made[0]\n", False, id="what-callers-hand-over"),
        pytest.param(ROUTE, "import vendor\nstate = vendor.State()\ndef get_session():\n    return state.made[0]\n", False,
                     id="attribute-of-a-third-party"),
        pytest.param(ROUTE, "class Kept:\n    def made(self):\n        return self.all[0]\ndef get_session():\n    return Kept().made()\n",
                     True, id="attribute-of-a-class"),
        pytest.param(ROUTE, UNKNOWN_TO_SUMMARIES, True, id="needed"),
    ],
)
def test_astroid_is_imported_for_a_question_only(tmp_path: Path, route: str, deps: str, imported: bool) -> None:
    project(tmp_path, {PATH: route, "app/deps.py": deps})
    assert flake8(tmp_path, "-j1", "app", after="print('astroid' in sys.modules)")[-1] == str(imported)


# -- nothing is run --------------------------------------------------------------------------------

CANARY = "import os\nopen(os.path.join(os.environ['PYTHONPATH'], 'marks', __name__), 'w').close()\n"
# Names at which astroid by default imports what it finds on the path, those that this project's rules
# know, and a module of the standard library that flake8 itself doesn't need.
TEMPTING = ["gi", "numpy", "distutils", "setuptools", "pkg_resources", "this", "winreg", "six", "attr", "scipy", "fastapi", "sqlalchemy"]


def with_canaries(root: Path, package: str, tempting: str) -> None:
    """A project whose every module leaves a mark when run, and a route that only astroid's answer makes a finding."""
    files = {f"{name}/{module}.py": "" for name in (*TEMPTING, package) for module in ("__init__", "orm", "repository")}
    files |= {
        f"{package}/deps.py": f"{tempting}{SESSION}MAKERS = [Session]\ndef get_session():\n    {package}.orm, numpy.array([1])\n"
        "    return MAKERS[0]()\n",
        f"{package}/api/__init__.py": "",
        f"{package}/api/orders.py": ROUTE.lstrip("\n").replace("app.deps", "..deps"),
    }
    (root / "marks").mkdir()
    write(root, {name: CANARY + source for name, source in files.items()})
    environment = {**os.environ, "PYTHONPATH": str(root)}
    subprocess.run([sys.executable, "-c", f"import {package}.orm"], cwd=root, env=environment, check=True, timeout=60)
    assert {package, f"{package}.orm"} <= set(marks(root))  # the canaries do sing
    for mark in (root / "marks").iterdir():
        mark.unlink()


def marks(root: Path) -> list[str]:
    return sorted(mark.name for mark in (root / "marks").iterdir())


def imports_of(name: str) -> str:
    """All ways to import a package, and something that is not in it."""
    return (
        f"import {name}\nimport {name}.repository\nimport {name}.orm as orm\nfrom {name} import *\nfrom {name} import orm, Gtk\n"
        f"from {name}.repository import Gtk\nfrom {name}.nope import a, B\nfrom {name}.nope.deeper import *\n"
        f"x_{name} = {name}.core.numeric.ones((1, 2)), {name}.repository.Gtk()\n"
    )


RELATIVE = "from . import orm\nfrom .orm import *\nfrom .nope import *\nfrom .nope.deeper import a, B\nfrom ..nope import *\n"


@pytest.mark.parametrize("package", ["app", "this", "numpy", "distutils", "gi"])
def test_linting_runs_nothing_of_the_project(tmp_path: Path, package: str) -> None:
    """The project's root is first on the path, so whatever is imported would be the project's."""
    with_canaries(tmp_path, package, "".join(imports_of(name) for name in (*TEMPTING, package)) + RELATIVE)
    assert flake8(tmp_path, "-j1", package, after="print('astroid' in sys.modules)") == [commit(f"{package}/api/orders.py", "11:5"), "True"]
    assert marks(tmp_path) == []


NO_DENY_LIST = "inference._DenyList.__contains__ = lambda self, name: False\n"
NO_STUBS = "inference._stub_sources = lambda wanted, first_party: {}\n"


@pytest.mark.parametrize(
    ("package", "relative", "without", "runs"),
    [
        pytest.param("this", True, NO_DENY_LIST, True, id="relative-imports-without-the-deny-list"),
        pytest.param("this", True, NO_STUBS, False, id="relative-imports-without-stubs"),
        pytest.param("app", False, NO_DENY_LIST, False, id="absolute-imports-without-the-deny-list"),
        pytest.param("app", False, NO_STUBS, False, id="absolute-imports-without-stubs"),
        pytest.param("app", False, NO_DENY_LIST + NO_STUBS, True, id="absolute-imports-without-both"),
    ],
)
def test_which_guard_keeps_the_project_from_being_run(tmp_path: Path, package: str, relative: bool, without: str, runs: bool) -> None:
    """With guards taken away astroid imports a package of the project that is named like a stdlib module.

    The deny list alone is enough. Stubs are enough for what is imported absolutely only: each such name has
    one, whereas a relative import leads astroid to the path.
    """
    with_canaries(tmp_path, package, RELATIVE if relative else "".join(imports_of(name) for name in TEMPTING))
    before = f"from flake8_backend_rules.project import inference\n{without}"
    assert flake8(tmp_path, "-j1", package, before=before, after="print('astroid' in sys.modules)")[-1] == "True"
    assert ("this" in marks(tmp_path)) == runs
    assert bool(marks(tmp_path)) == runs


def test_everything_but_the_prepared_modules_is_denied() -> None:
    denied = inference._DenyList(frozenset({"app.deps"}))
    assert "app.deps" not in denied
    assert all(name in denied for name in ("app", "app.deps.deeper", "", "__main__", "gi", None))


# -- astroid's state, which other tools of the process share ---------------------------------------


def state() -> tuple[dict[str, Any], dict[str, Any]]:
    from astroid.manager import AstroidManager

    manager = AstroidManager()
    kept = {name: value.copy() if isinstance(value, (dict, set, list)) else value for name, value in AstroidManager.brain.items()}
    return kept, dict(manager.astroid_cache)


def fail(*_: object) -> Any:
    raise AssertionError("from inside")


@pytest.mark.parametrize("outcome", ["answer", "unknown", "failing-build", "failing-inference"])
def test_the_state_of_astroid_is_left_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, outcome: str) -> None:
    """Also that of a module with the name of one that is asked."""
    from astroid.builder import AstroidBuilder
    from astroid.manager import AstroidManager

    manager = AstroidManager()
    monkeypatch.setitem(AstroidManager.brain, "module_denylist", mine := {"something"})
    theirs = AstroidBuilder(manager, apply_transforms=False).string_build("theirs = 1", "app.deps")
    monkeypatch.setitem(manager.astroid_cache, "app.deps", theirs)
    cache, before = manager.astroid_cache, state()
    if outcome == "failing-build":
        monkeypatch.setattr(AstroidBuilder, "string_build", fail)
    elif outcome == "failing-inference":
        monkeypatch.setattr(inference, "_class_of_result", fail)
    deps = UNKNOWN_TO_SUMMARIES.replace("Session()", "unheard_of()") if outcome == "unknown" else UNKNOWN_TO_SUMMARIES
    assert returned(tmp_path, {"app/deps.py": deps}) == ("sqlalchemy.orm.Session" if outcome == "answer" else None)
    assert state() == before
    assert AstroidManager().astroid_cache is cache
    assert cache["app.deps"] is theirs
    assert AstroidManager.brain["module_denylist"] is AstroidManager().module_denylist is mine


@pytest.mark.parametrize("name", ["app.deps", "app.store"])
def test_a_tree_of_another_tool_is_not_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    from astroid.builder import AstroidBuilder
    from astroid.manager import AstroidManager

    manager = AstroidManager()
    source = "MAKERS = [int]\ndef get_session():\n    return 1\n"
    monkeypatch.setitem(manager.astroid_cache, name, AstroidBuilder(manager, apply_transforms=False).string_build(source, name))
    deps = "from app.store import MAKERS\ndef get_session():\n    return MAKERS[0]()\n"
    assert returned(tmp_path, {"app/deps.py": deps, **STORE}) == "app/store.py:Store"


# -- one project, one run --------------------------------------------------------------------------

PLAIN = "class Plain: ...\ndef get_session():\n    return [Plain()][0]\n"
TWO = {"one/setup.cfg": "", "one/app/deps.py": UNKNOWN_TO_SUMMARIES, f"one/{PATH}": ROUTE,
       "two/setup.cfg": "", "two/app/deps.py": PLAIN, f"two/{PATH}": ROUTE}  # fmt: skip


def two_projects(root: Path) -> None:
    project(root, TWO)
    for name in ("one", "two"):
        (root / name / "__init__.py").unlink()


def test_runs_over_projects_with_modules_of_one_name(tmp_path: Path) -> None:
    two_projects(tmp_path)
    for _ in range(2):
        assert linted(tmp_path / "one") == [commit()]
        assert linted(tmp_path / "two") == []


@pytest.mark.parametrize("order", [("one", "two"), ("two", "one")], ids="-then-".join)
def test_one_run_over_projects_with_modules_of_one_name(tmp_path: Path, order: tuple[str, str]) -> None:
    """As in a repository of several services."""
    two_projects(tmp_path)
    assert linted(tmp_path, *(f"{name}/{PATH}" for name in order)) == [commit(f"one/{PATH}")]


def test_the_next_run_asks_the_changed_file(tmp_path: Path) -> None:
    project(tmp_path, {PATH: ROUTE, "app/deps.py": UNKNOWN_TO_SUMMARIES})
    assert linted(tmp_path) == [commit()]
    (tmp_path / "app/deps.py").write_text(PLAIN, encoding="utf-8")
    assert linted(tmp_path) == []


@pytest.mark.parametrize("order", ["abc", "cba"])
@pytest.mark.parametrize(
    "files",
    [
        pytest.param({"a": f"{ASYNC}AsyncSession as S\n", "b": f"{ASYNC}AsyncConnection as S\n", "c": f"{ASYNC}AsyncSession as S\n"},
                     id="names-of-one-third-party-module"),
        pytest.param({"a": "import builtins\nfrom sqlalchemy.orm import Session as S\n", "b": "from sqlalchemy.orm import Session as S\n",
                      "c": "from sqlalchemy.orm import Session as S\n"},
                     id="builtins"),
        pytest.param(dict.fromkeys("abc", "from sqlalchemy.orm import Session as S\n"), id="same"),
    ],
)  # fmt: skip
def test_answers_do_not_depend_on_what_was_asked_before(tmp_path: Path, files: Files, order: str, request: pytest.FixtureRequest) -> None:
    if "builtins" in request.node.callspec.id and order == "cba":
        files = {"a": files["b"], "b": files["c"], "c": files["a"]}  # the module that names it comes first in both orders
    project(tmp_path, {f"app/deps_{n}.py": f"{line}def get_session():\n    return [S()][0]\n" for n, line in files.items()}
            | {f"app/api/{n}.py": ROUTE.replace("app.deps", f"app.deps_{n}") for n in files})  # fmt: skip
    assert linted(tmp_path, *(f"app/api/{n}.py" for n in order)) == [commit(f"app/api/{n}.py") for n in order]


def test_a_module_that_was_only_named_can_be_asked_later(tmp_path: Path) -> None:
    named = "from app.store import Store\nMAKERS = [Store]\ndef get_session():\n    return MAKERS[0]()\n"
    read = "from app.store import MAKERS\ndef get_session():\n    return MAKERS[0]()\n"
    routes = {f"app/api/{n}.py": ROUTE.replace("app.deps", f"app.{n}") for n in ("named", "read")}
    project(tmp_path, {"app/named.py": named, "app/read.py": read, **STORE, **routes})
    assert commit("app/api/read.py") in linted(tmp_path, "app/api/named.py", "app/api/read.py")


def test_a_function_is_asked_about_once_a_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from astroid.builder import AstroidBuilder

    built: Counter[str] = Counter()
    build = AstroidBuilder.string_build

    def string_build(self: AstroidBuilder, data: str, modname: str = "", path: str | None = None) -> Any:
        built[modname] += 1
        return build(self, data, modname, path)

    monkeypatch.setattr(AstroidBuilder, "string_build", string_build)
    project(tmp_path, {"app/deps.py": UNKNOWN_TO_SUMMARIES})
    run = Project()
    for _ in range(2):
        assert answer(run, tmp_path, "get_session") == "sqlalchemy.orm.Session"
        run.end_file()
    assert built == {"app.deps": 1, "sqlalchemy": 1, "sqlalchemy.orm": 1}


# -- bounds ----------------------------------------------------------------------------------------


def nodes(source: str) -> int:
    return sum(1 for _ in ast.walk(ast.parse(source)))


@pytest.mark.parametrize(("spare", "expected"), [(0, "sqlalchemy.orm.Session"), (-1, None)])
def test_a_module_with_too_many_nodes_is_unknown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spare: int, expected: str | None) -> None:
    monkeypatch.setattr(inference, "_MAX_NODES", nodes(UNKNOWN_TO_SUMMARIES) + spare)
    assert returned(tmp_path, {"app/deps.py": UNKNOWN_TO_SUMMARIES}) == expected


def test_a_large_module_is_unknown_as_shipped(tmp_path: Path) -> None:
    large = UNKNOWN_TO_SUMMARIES + "x = 1\n" * 6_000
    assert nodes(large) > inference._MAX_NODES
    project(tmp_path, {PATH: ROUTE, "app/deps.py": large})
    assert linted(tmp_path) == []


@pytest.mark.parametrize(("lines", "expected"), [(10, "app/store.py:Store"), (6_000, None)])
def test_a_large_module_that_the_body_leads_to_is_unknown(tmp_path: Path, lines: int, expected: str | None) -> None:
    files = {
        "app/deps.py": "from app.store import MAKERS\ndef get_session():\n    return MAKERS[0]()\n",
        "app/store.py": STORE["app/store.py"] + "x = 1\n" * lines,
    }
    assert returned(tmp_path, files) == expected


@pytest.mark.parametrize(("others", "expected"), [(4, "app/z.py:Store"), (5, None)])
def test_a_body_that_leads_to_many_modules_is_unknown(tmp_path: Path, others: int, expected: str | None) -> None:
    """The module itself and five more are read, in the order of their names in the body."""
    assert inference._MAX_MODULES == 6
    lines = [f"from app.m{i} import a{i}" for i in range(others)]
    files = {f"app/m{i}.py": f"a{i} = 1\n" for i in range(others)} | {"app/z.py": "class Store: ...\nmakers = [Store]\n"}
    lines += ["from app.z import makers", "def get_session():", *(f"    a{i}" for i in range(others)), "    return makers[0]()"]
    assert returned(tmp_path, files | {"app/deps.py": "\n".join(lines) + "\n"}) == expected


@pytest.mark.parametrize(("extra", "expected"), [(1, "sqlalchemy.orm.Session"), (2, None)])
def test_a_function_with_many_results_is_unknown(tmp_path: Path, extra: int, expected: str | None) -> None:
    results = "".join(f"    if x == {i}:\n        return Session()\n" for i in range(inference._MAX_INFERRED + extra - 1))
    deps = f"{SESSION}def get_session(x):\n{results}    return Session()\n"
    assert returned(tmp_path, {"app/deps.py": deps}) == expected


def test_a_file_asks_for_a_few_functions_only(tmp_path: Path) -> None:
    deps = SESSION + "".join(f"def get{i}():\n    return [Session()][0]\n" for i in range(9))
    body = "".join(f"    s{i} = get{i}()\n    s{i}.commit()\n" for i in range(9))
    route = ROUTE.partition("    store")[0].replace("get_session", ", ".join(f"get{i}" for i in range(9))) + body
    project(tmp_path, {PATH: route, "app/deps.py": deps})
    assert linted(tmp_path) == [commit(place=f"{9 + 2 * i}:5", receiver=f"s{i}") for i in range(8)]


BOMBS = ["([Session()] * 99_000_000)[0]", "('a' * 999_999_999)[0]", "(1 << 9_999_999_999)", "'%999999999d' % 3", "f'{3:999999999d}'"]


@pytest.mark.skipif(sys.platform == "win32", reason="no resource module")
@pytest.mark.parametrize(
    "expression",
    BOMBS,
)
def test_a_bomb_takes_no_memory(tmp_path: Path, expression: str) -> None:
    """In a process of its own, of which the peak is read."""
    project(tmp_path, {PATH: ROUTE, "app/deps.py": f"{SESSION}def get_session():\n    return {expression}\n"})
    after = "import resource\nprint('astroid' in sys.modules)\nprint(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    *_, asked, peak = flake8(tmp_path, "-j1", PATH, after=after)
    assert asked == "True"
    assert int(peak) // (1024 if sys.platform == "darwin" else 1) < 300_000


# -- what goes wrong inside ------------------------------------------------------------------------


@pytest.mark.parametrize("error", [AssertionError("x"), RecursionError(), ValueError("x"), KeyError("x"), MemoryError(), StopIteration()])
@pytest.mark.parametrize("place", ["build", "inference", "result"])
def test_an_error_inside_is_silence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, place: str) -> None:
    """No finding of that receiver, no internal error, and what needs no astroid is found as ever."""
    from astroid.builder import AstroidBuilder
    from astroid.nodes import FunctionDef

    def fails(*_: object, **__: object) -> Any:
        raise error

    target: dict[str, tuple[object, str]] = {
        "build": (AstroidBuilder, "string_build"),
        "inference": (FunctionDef, "infer_call_result"),
        "result": (inference, "_class_of_result"),
    }
    asked = []
    ask = Inference.returned_class
    monkeypatch.setattr(Inference, "returned_class", lambda self, function: asked.append(function) or ask(self, function))
    monkeypatch.setattr(*target[place], fails)
    route = ROUTE.replace("order()", "order(known: Session)").replace("from app", f"{SESSION}from app") + "    known.commit()\n"
    project(tmp_path, {PATH: route, "app/deps.py": UNKNOWN_TO_SUMMARIES})
    assert linted(tmp_path) == [commit(place="11:5", receiver="known")]
    assert len(asked) == 1


@pytest.mark.parametrize("change", ["def (:\n", None, "x = 1\n"], ids=["broken", "deleted", "without-the-function"])
def test_a_file_that_changes_after_its_summary_was_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str | None) -> None:
    monkeypatch.setattr(project_module, "_MAX_TEXT", 0)
    project(tmp_path, {"app/deps.py": UNKNOWN_TO_SUMMARIES})
    run, deps = Project(), tmp_path / "app/deps.py"
    assert run.module_at(str(deps)) is not None
    run.end_file()
    if change is None:
        deps.unlink()
    else:
        deps.write_text(change, encoding="utf-8")
    assert answer(run, tmp_path) is None
