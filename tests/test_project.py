"""Names followed across modules: every way that one module gets at a name of another, and what must not hurt on the way."""

from __future__ import annotations

import ast
import gc
import os
import subprocess
import sys
import types
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest

from flake8_backend_rules.options import read_settings
from flake8_backend_rules.project import project as project_module
from flake8_backend_rules.project.outline import Piece
from flake8_backend_rules.project.project import Definition, External, Project
from flake8_backend_rules.project.source import MAX_BYTES, read_source
from flake8_backend_rules.project.summary import ModuleSummary
from flake8_backend_rules.project.surfaces import ClassInfo, FunctionInfo, Variable
from flake8_backend_rules.rules.persistence.handler_commits import HandlerCommits
from tests.harness import as_files, session, write

ORDER = "class Order: ..."
Files = Mapping[str, str]


def told(definition: Definition | None) -> str | None:
    """A definition as text: what it is and where it stands."""
    if definition is None:
        return None
    if isinstance(definition, External):
        return f"external {definition.name}"
    if isinstance(definition, Variable):
        return f"variable {definition.module.name}:{definition.name}"
    return repr(definition)[1:-1]


def module(project: Project, path: Path) -> ModuleSummary:
    summary = project.module_at(str(path))
    assert summary is not None
    assert not summary.broken
    return summary


def resolved(root: Path, files: Files, name: str, *, path: str = "app/main.py", roots: tuple[str, ...] = ()) -> str | None:
    """What `name` stands for in the module at `path`; a dotted name is a member of a module."""
    write(root, as_files(files, ""))
    project = Project(tuple(str(root / r) for r in roots))
    first, *rest = name.split(".")
    found = project.resolve(module(project, root / path), first)
    for part in rest:
        if isinstance(found, External):
            found = External(f"{found.name}.{part}")
        else:
            assert isinstance(found, ModuleSummary)
            found = project.member(found, part)
    return told(found)


@contextmanager
def quiet(capfd: pytest.CaptureFixture[str]) -> Iterator[None]:
    """Nothing may be warned of or printed inside."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield
    assert [str(w.message) for w in caught] == []
    assert tuple(capfd.readouterr()) == ("", "")


PACKAGE = {"app/__init__.py": "", "app/models.py": ORDER}
ABOVE = {"app/__init__.py": "", "app/base.py": ORDER, "app/a/__init__.py": "", "app/a/b/__init__.py": ""}


@pytest.mark.parametrize(
    ("files", "name", "expected"),
    [
        pytest.param({**PACKAGE, "app/main.py": "from app.models import Order"}, "Order", "class app.models:Order", id="absolute"),
        pytest.param({**PACKAGE, "app/main.py": "from app.models import Order as O"}, "O", "class app.models:Order", id="aliased"),
        pytest.param({**PACKAGE, "app/main.py": "from app.models import Order as O"}, "Order", None, id="the-old-name-is-not-bound"),
        pytest.param({**PACKAGE, "app/main.py": "from app import models"}, "models.Order", "class app.models:Order", id="submodule"),
        pytest.param({**PACKAGE, "app/main.py": "import app.models"}, "app.models.Order", "class app.models:Order", id="import-dotted"),
        pytest.param({**PACKAGE, "app/main.py": "import app.models as m"}, "m.Order", "class app.models:Order", id="import-as"),
        pytest.param({**PACKAGE, "app/main.py": "import app.models as m"}, "app", None, id="import-as-binds-no-package"),
        pytest.param({**PACKAGE, "app/main.py": "from .models import Order"}, "Order", "class app.models:Order", id="one-dot"),
        pytest.param({**PACKAGE, "app/main.py": "from . import models"}, "models", "module app.models", id="one-dot-alone"),
        pytest.param(
            {**PACKAGE, "app/main.py": "from app.second import B", "app/second.py": "from app.third import A as B",
             "app/third.py": "from .models import Order as A"},
            "B", "class app.models:Order", id="third-name",
        ),
        pytest.param(
            {**PACKAGE, "app/__init__.py": "from .models import Order", "app/main.py": "from app import Order"},
            "Order", "class app.models:Order", id="re-export",
        ),
        pytest.param(
            {**PACKAGE, "app/__init__.py": "from .models import Order as Purchase", "app/main.py": "from . import Purchase as P"},
            "P", "class app.models:Order", id="re-export-renamed",
        ),
        pytest.param(
            {**PACKAGE, "app/__init__.py": "from . import models", "app/main.py": "from app import models"},
            "models.Order", "class app.models:Order", id="package-re-exports-its-submodule",
        ),
        pytest.param(
            {**PACKAGE, "app/__init__.py": "from app.models import Order\nOrder = 1", "app/main.py": "from app import Order"},
            "Order", "class app.models:Order", id="a-constant-displaces-nothing",
        ),
        pytest.param(
            {**PACKAGE, "app/main.py": "from app.models import Order\ndef Order(): ..."}, "Order", "function app.main:Order",
            id="the-last-binding-wins",
        ),
    ],
)  # fmt: skip
def test_imports(tmp_path: Path, files: Files, name: str, expected: str | None) -> None:
    assert resolved(tmp_path, files, name) == expected


@pytest.mark.parametrize(
    ("path", "line", "name", "expected"),
    [
        ("app/a/b/c.py", "from ...base import Order", "Order", "class app.base:Order"),
        ("app/a/b/c.py", "from ... import base", "base", "module app.base"),
        ("app/a/b/c.py", "from .base import Order", "Order", None),
        ("app/a/b/c.py", "from ..base import Order", "Order", None),
        ("app/a/b/__init__.py", "from ...base import Order", "Order", "class app.base:Order"),
        ("app/a/c.py", "from ..base import Order", "Order", "class app.base:Order"),
        ("app/a/c.py", "from .. import base as b", "b.Order", "class app.base:Order"),
        ("app/a/__init__.py", "from ..base import Order", "Order", "class app.base:Order"),
        ("app/a/__init__.py", "from .b import nothing", "nothing", None),
        ("app/c.py", "from " + "." * 200 + "base import Order", "Order", None),
    ],
)
def test_relative_imports(tmp_path: Path, path: str, line: str, name: str, expected: str | None) -> None:
    assert resolved(tmp_path, {**ABOVE, path: line}, name, path=path) == expected


@pytest.mark.parametrize(
    ("source", "name", "expected"),
    [
        (ORDER, "Order", "class app.models:Order"),
        ("class _Hidden: ...", "_Hidden", None),
        ("__all__ = ['_Hidden']\nclass _Hidden: ...", "_Hidden", "class app.models:_Hidden"),
        (f"__all__ = ('Order',)\n{ORDER}", "Order", "class app.models:Order"),
        (f"__all__ = ['Other']\n{ORDER}", "Order", None),
        (f"__all__ = []\n{ORDER}", "Order", None),
        (f"__all__ = make()\n{ORDER}", "Order", "class app.models:Order"),
        ("from .deep import *", "Order", "class app.deep:Order"),
        ("from .deep import Order as Purchase", "Purchase", "class app.deep:Order"),
        ("from .deep import *", "Nothing", None),
    ],
)
def test_star_imports(tmp_path: Path, source: str, name: str, expected: str | None) -> None:
    files = {**PACKAGE, "app/models.py": source, "app/deep.py": ORDER, "app/main.py": "from app.models import *"}
    assert resolved(tmp_path, files, name) == expected


def test_the_last_star_wins_and_an_own_name_beats_it(tmp_path: Path) -> None:
    files = {
        **PACKAGE,
        "app/other.py": ORDER,
        "app/main.py": "from app.models import *\nfrom app.other import *\nfrom sqlalchemy import *\n",
        "app/own.py": "from app.models import *\nclass Order: ...\n",
    }
    assert resolved(tmp_path, files, "Order") == "class app.other:Order"
    assert resolved(tmp_path, files, "Order", path="app/own.py") == "class app.own:Order"


@pytest.mark.parametrize("more", ["__all__ += ['Order']", "__all__.append('Order')", "__all__.extend(['Order'])"])
def test_star_imports_with_all_extended(tmp_path: Path, more: str) -> None:
    """`__all__ += [...]` makes the list longer than what its first assignment says."""
    models = f"__all__ = ['Other']\n{more}\nclass Other: ...\n{ORDER}\n"
    files = {**PACKAGE, "app/models.py": models, "app/main.py": "from app.models import *"}
    assert resolved(tmp_path, files, "Order") == "class app.models:Order"


def test_many_star_imports_in_one_package(tmp_path: Path) -> None:
    """A models package that stars 40 modules, the asked name in the first of them."""
    files = {f"app/models/m{i}.py": f"class C{i}: ..." for i in range(40)}
    files["app/models/__init__.py"] = "\n".join(f"from .m{i} import *" for i in range(40))
    files |= {"app/__init__.py": "", "app/main.py": "from app.models import C0, C39"}
    assert resolved(tmp_path, files, "C39") == "class app.models.m39:C39"
    assert resolved(tmp_path, files, "C0") == "class app.models.m0:C0"


@pytest.mark.parametrize(
    ("a", "b", "name", "expected"),
    [
        pytest.param("from app.b import X", "from app.a import X", "X", None, id="nobody-defines"),
        pytest.param("from app.b import X\nclass Y: ...", "from app.a import Y\nclass X: ...", "X", "class app.b:X", id="names"),
        pytest.param("from app.b import Z\nclass Y: ...", "from app.a import Y as Z", "Z", "class app.a:Y", id="there-and-back"),
        pytest.param("from app.b import *", "from app.a import *", "X", None, id="stars-nobody-defines"),
        pytest.param("from app.b import *", "from app.a import *\nclass X: ...", "X", "class app.b:X", id="stars"),
        pytest.param("from app.a import *", "", "X", None, id="star-of-itself"),
        pytest.param("from app.a import X", "", "X", None, id="itself"),
        pytest.param("from app.a import *\nclass X: ...", "", "X", "class app.a:X", id="star-of-itself-defined"),
        pytest.param("import app.b as b", "import app.a as a\nclass X: ...", "b.X", "class app.b:X", id="modules"),
    ],
)
def test_import_cycles_end(tmp_path: Path, a: str, b: str, name: str, expected: str | None) -> None:
    assert resolved(tmp_path, {"app/__init__.py": "", "app/a.py": a, "app/b.py": b}, name, path="app/a.py") == expected


def test_a_long_chain_of_imports_ends(tmp_path: Path) -> None:
    """Further than anybody re-exports, the name is unknown; within reason it is found."""
    files = {f"app/m{i}.py": f"from app.m{i + 1} import X" for i in range(900)} | {"app/__init__.py": "", "app/m900.py": "class X: ..."}
    assert resolved(tmp_path, files, "X", path="app/m890.py") == "class app.m900:X"
    assert resolved(tmp_path, files, "X", path="app/m0.py") is None


def test_a_ring_of_star_imports_ends(tmp_path: Path) -> None:
    files = {f"app/m{i}.py": "".join(f"from .m{j} import *\n" for j in range(12)) for i in range(12)} | {"app/__init__.py": ""}
    assert resolved(tmp_path, files, "Nothing", path="app/m0.py") is None


# -- where modules are looked up -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "name", "expected"),
    [
        ("from shop.orders.models import Order", "Order", "class shop.orders.models:Order"),
        ("from shop.orders import models", "models", "module shop.orders.models"),
        ("from .orders.models import Order", "Order", "class shop.orders.models:Order"),
        ("from .orders import models", "models.Order", "class shop.orders.models:Order"),
        ("from . import orders", "orders.models.Order", "class shop.orders.models:Order"),
        ("import shop.orders.models", "shop.orders.models.Order", "class shop.orders.models:Order"),
        ("from shop.orders import missing", "missing", None),
    ],
)
def test_namespace_packages(tmp_path: Path, line: str, name: str, expected: str | None) -> None:
    assert resolved(tmp_path, {"shop/orders/models.py": ORDER, "shop/main.py": line}, name, path="shop/main.py") == expected


def test_src_layout(tmp_path: Path) -> None:
    files = {"src/app/__init__.py": "", "src/app/models.py": ORDER, "src/app/main.py": "from app.models import Order"}
    assert resolved(tmp_path, files, "Order", path="src/app/main.py") == "class app.models:Order"


def test_src_layout_seen_from_outside(tmp_path: Path) -> None:
    files = {"src/app/__init__.py": "", "src/app/models.py": ORDER, "scripts/fill.py": "from app.models import Order"}
    assert resolved(tmp_path, files, "Order", path="scripts/fill.py") == "class app.models:Order"


@pytest.mark.parametrize("marker", ["pyproject.toml", "setup.cfg", "setup.py", "tox.ini", "manage.py"])
def test_a_project_marker_makes_a_root(tmp_path: Path, marker: str) -> None:
    """`lib` is found from `tools/deep` because the marker says that the project begins above both."""
    (tmp_path / "tools" / "deep").mkdir(parents=True)
    (tmp_path / "lib.py").write_text(ORDER, encoding="utf-8")
    (tmp_path / "tools" / "deep" / "run.py").write_text("from lib import Order", encoding="utf-8")
    (tmp_path / marker).touch()
    project = Project()
    assert told(project.resolve(module(project, tmp_path / "tools" / "deep" / "run.py"), "Order")) == "class lib:Order"


@pytest.mark.parametrize("marker", ["pyproject.toml", "manage.py", "setup.cfg"])
def test_a_package_that_something_is_installed_or_run_from_is_a_root(tmp_path: Path, marker: str) -> None:
    """`shop/` holds an `__init__.py`, and is on the path all the same."""
    files = {"shop/__init__.py": "", "shop/stock.py": ORDER, "shop/api/__init__.py": "", "shop/api/run.py": "from stock import Order"}
    write(tmp_path, files)
    (tmp_path / "shop" / marker).touch()
    project = Project()
    found = told(project.resolve(module(project, tmp_path / "shop" / "api" / "run.py"), "Order"))
    assert found == ("external stock.Order" if marker == "setup.cfg" else "class shop.stock:Order")


def test_without_a_marker_the_folder_of_the_package_is_the_root(tmp_path: Path) -> None:
    (tmp_path / "tools").mkdir()
    (tmp_path / "lib.py").write_text(ORDER, encoding="utf-8")
    (tmp_path / "tools" / "near.py").write_text(ORDER, encoding="utf-8")
    (tmp_path / "tools" / "run.py").write_text("from lib import Order\nfrom near import Order as Near", encoding="utf-8")
    project = Project()
    run = module(project, tmp_path / "tools" / "run.py")
    assert told(project.resolve(run, "Order")) == "external lib.Order"
    assert told(project.resolve(run, "Near")) == "class near:Order"


def test_without_a_marker_the_folder_that_flake8_runs_in_is_the_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "tools").mkdir()
    (tmp_path / "lib.py").write_text(ORDER, encoding="utf-8")
    (tmp_path / "tools" / "run.py").write_text("from lib import Order", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    project = Project()
    assert told(project.resolve(module(project, tmp_path / "tools" / "run.py"), "Order")) == "class lib:Order"
    monkeypatch.chdir(tmp_path / "tools")
    project = Project()
    assert told(project.resolve(module(project, tmp_path / "tools" / "run.py"), "Order")) == "external lib.Order"


def test_a_project_inside_a_project_has_its_own_modules(tmp_path: Path) -> None:
    files = {
        "one/setup.cfg": "", "one/app/__init__.py": "", "one/app/models.py": "class One: ...",
        "one/app/main.py": "from app.models import One",
        "two/setup.cfg": "", "two/app/__init__.py": "", "two/app/models.py": "class Two: ...",
        "two/app/main.py": "from app.models import One",
    }  # fmt: skip
    assert resolved(tmp_path, files, "One", path="one/app/main.py") == "class app.models:One"
    assert resolved(tmp_path, files, "One", path="two/app/main.py") is None


def test_configured_source_roots(tmp_path: Path) -> None:
    files = {
        "libs/common/__init__.py": "",
        "libs/common/models.py": ORDER,
        "app/__init__.py": "",
        "app/main.py": "from common.models import Order",
    }
    assert resolved(tmp_path, files, "Order") == "external common.models.Order"
    assert resolved(tmp_path, files, "Order", roots=("libs",)) == "class common.models:Order"


def test_configured_source_roots_come_first(tmp_path: Path) -> None:
    files = {"vendor/lib.py": "class A: ...", "lib.py": "class B: ...", "app/__init__.py": "", "app/main.py": "from lib import A, B"}
    assert resolved(tmp_path, files, "A") is None
    assert resolved(tmp_path, files, "A", roots=("vendor",)) == "class lib:A"
    assert resolved(tmp_path, files, "B", roots=("vendor",)) is None


def test_the_option_reaches_the_project(tmp_path: Path) -> None:
    files = {
        "libs/common/deps.py": "from sqlalchemy.orm import Session as Unit",
        "app/api/orders.py": route("store: Unit", imports="from common.deps import Unit"),
    }
    write(tmp_path, as_files(files, ""))
    assert linted(tmp_path, "app/api/orders.py") == []
    assert linted(tmp_path, "app/api/orders.py", {"backend-source-roots": "libs"}) == ["KBR301"]


def route(parameter: str, imports: str) -> str:
    return (
        f"from fastapi import APIRouter\n{imports}\n\nrouter = APIRouter()\n\n@router.post('/orders')\n"
        f"def create_order({parameter}):\n    store.commit()\n"
    )


def linted(root: Path, path: str, options: Mapping[str, str] | None = None) -> list[str]:
    source = (root / path).read_text(encoding="utf-8")
    found = session(root, [HandlerCommits], options).lint(ast.parse(source), str(root / path), source.splitlines(True))
    return [f.code for f in found]


# -- conditional imports ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from app.models import Order\n", id="type-checking"),
        pytest.param("import typing as t\nif t.TYPE_CHECKING:\n    from app.models import Order\nelse:\n    Order = None\n",
                     id="else-none"),
        pytest.param("from typing import TYPE_CHECKING, Any\nif TYPE_CHECKING:\n    from app.models import Order\nelse:\n    Order = Any\n",
                     id="else-any", marks=pytest.mark.xfail(reason="the else of TYPE_CHECKING wins", strict=True)),
        pytest.param("try:\n    from app.models import Order\nexcept ImportError:\n    Order = None\n", id="try-none"),
        pytest.param("try:\n    from app.models import Order\nexcept ImportError:\n    from app.other import Order\n", id="try-other"),
        pytest.param("try:\n    from app.models import Order\nexcept ImportError:\n    class Order: ...\n", id="try-class"),
        pytest.param("try:\n    pass\nexcept ImportError:\n    pass\nelse:\n    from app.models import Order\n", id="try-else"),
        pytest.param("try:\n    pass\nfinally:\n    from app.models import Order\n", id="finally"),
        pytest.param("import contextlib\nwith contextlib.suppress(ImportError):\n    from app.models import Order\n", id="with"),
        pytest.param("import sys\nif sys.version_info >= (3, 11):\n    from app.models import Order\n", id="version"),
        pytest.param("Order = None\nif something:\n    from app.models import Order\n", id="none-before"),
    ],
)  # fmt: skip
def test_conditional_imports(tmp_path: Path, source: str) -> None:
    files = {**PACKAGE, "app/other.py": ORDER, "app/main.py": source}
    assert resolved(tmp_path, files, "Order") == "class app.models:Order"


@pytest.mark.parametrize("size", [0, 3000])
def test_a_class_that_is_decorated_by_a_call(tmp_path: Path, size: int) -> None:
    models = f"class Order: ...\n\nOrder = documented(Order)\n# {'x' * size}\n"
    models += "def other(): ...\n\nother = named(other)\nLast = made(1)\nLast = made(Last)\n"
    files = {**PACKAGE, "app/models.py": models, "app/main.py": "from app.models import *\n"}
    assert resolved(tmp_path, files, "Order") == "class app.models:Order"
    assert resolved(tmp_path, files, "other") == resolved(tmp_path, files, "Last").replace("Last", "other")


# -- third parties ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "name", "expected"),
    [
        ("from fastapi import APIRouter", "APIRouter", "external fastapi.APIRouter"),
        ("from pytest import fixture", "fixture", "external pytest.fixture"),
        ("from never_installed.deep import Thing as T", "T", "external never_installed.deep.Thing"),
        ("import never_installed.deep", "never_installed.deep", "external never_installed.deep"),
        ("import never_installed.deep as d", "d.Thing", "external never_installed.deep.Thing"),
        ("from collections.abc import Iterator", "Iterator", "external collections.abc.Iterator"),
        ("import os.path", "os.path", "external os.path"),
        ("import json as j", "j", "external json"),
    ],
)
def test_other_peoples_names_are_qualified_names(tmp_path: Path, line: str, name: str, expected: str) -> None:
    assert resolved(tmp_path, {**PACKAGE, "app/main.py": line}, name) == expected


@pytest.mark.parametrize("package", ["fastapi", "sqlalchemy", "celery", "django", "httpx", "queue", "types", "winreg", "email"])
def test_a_folder_named_like_a_framework_or_the_stdlib_does_not_shadow_it(tmp_path: Path, package: str) -> None:
    files = {
        f"{package}/__init__.py": ORDER,
        f"{package}/models.py": ORDER,
        "main.py": f"from {package} import Order\nimport {package}.models",
    }
    assert resolved(tmp_path, files, "Order", path="main.py") == f"external {package}.Order"
    assert resolved(tmp_path, files, package, path="main.py") == f"external {package}"


def test_any_other_folder_is_the_projects_own(tmp_path: Path) -> None:
    """Also where a package of that name is installed: the project's own folder comes first on its path."""
    files = {"iniconfig/__init__.py": ORDER, "main.py": "from iniconfig import Order"}
    assert resolved(tmp_path, files, "Order", path="main.py") == "class iniconfig:Order"


@pytest.mark.parametrize("name", ["redis", "types", "queue"])
def test_inside_a_package_such_a_name_is_the_packages_own(tmp_path: Path, name: str) -> None:
    files = {
        "app/__init__.py": "",
        f"app/{name}.py": ORDER,
        "app/main.py": f"from .{name} import Order\nfrom app.{name} import Order as Second",
    }
    assert resolved(tmp_path, files, "Order") == f"class app.{name}:Order"
    assert resolved(tmp_path, files, "Second") == f"class app.{name}:Order"


def test_a_star_import_of_a_third_party_tells_nothing(tmp_path: Path) -> None:
    assert resolved(tmp_path, {**PACKAGE, "app/main.py": "from sqlalchemy import *"}, "Session") is None


# -- modules that can't be read --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("from app.missing import Order", "Order"),
        ("from app.models import Missing", "Missing"),
        ("import app.missing as m", "m"),
        ("from .missing import Order", "Order"),
        ("from app.models.deeper import Order", "Order"),
    ],
)
def test_a_missing_first_party_name_is_unknown_and_not_somebody_elses(tmp_path: Path, line: str, name: str) -> None:
    assert resolved(tmp_path, {**PACKAGE, "app/main.py": line}, name) is None


def unreadable(root: Path, capfd: pytest.CaptureFixture[str]) -> ModuleSummary | None:
    """app/odd.py as the project sees it, checked to give no name of `from app.odd import Order`."""
    write(root, as_files({"app/__init__.py": "", "app/main.py": "from app.odd import Order\nfrom app.odd import *"}, ""))
    project = Project()
    with quiet(capfd):
        assert project.resolve(module(project, root / "app" / "main.py"), "Order") is None
        assert project.resolve(module(project, root / "app" / "main.py"), "Starred") is None
        return project.module_at(str(root / "app" / "odd.py"))


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"class Order: ...\ndef (:\n", id="syntax-error"),
        pytest.param(b"class Order: ...\nx = 'a\x00b'\n", id="nul"),
        pytest.param(b"class Order: ...\n# caf\xe9\n", id="latin-1-without-cookie"),
        pytest.param(b"# -*- coding: nonsense -*-\nclass Order: ...\n", id="unknown-cookie"),
        pytest.param(b"\xef\xbb\xbf# coding: latin-1\nclass Order: ...\n", id="bom-against-cookie"),
        pytest.param(b"class Order: ...\n  indented\n", id="indentation"),
        pytest.param(b"class Order: ...\nx = " + b"(" * 4000 + b")" * 4000, id="too-deep"),
        pytest.param(b"class Order: ...\nx = " + b"-" * 100_000 + b"1\n", id="recursion"),
        pytest.param(b"# coding: rot13\npynff Beqre: ...\n", id="cookie-of-no-text-encoding"),
    ],
)
def test_a_file_that_is_no_python_has_unknown_names(tmp_path: Path, capfd: pytest.CaptureFixture[str], data: bytes) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "odd.py").write_bytes(data)
    summary = unreadable(tmp_path, capfd)
    assert summary is not None
    assert summary.broken
    assert summary.bindings == {}


def test_a_broken_package_still_has_its_submodules(tmp_path: Path) -> None:
    files = {
        "app/__init__.py": "def (:",
        "app/models.py": ORDER,
        "app/main.py": "from app import models, Order\nfrom app.models import Order as O",
    }
    assert resolved(tmp_path, files, "models.Order") == "class app.models:Order"
    assert resolved(tmp_path, files, "O") == "class app.models:Order"
    assert resolved(tmp_path, files, "Order") is None


def test_warnings_of_an_imported_module_stay_silent(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    source = "class Order: ...\nx = '\\d'\ny = 1 is 1\nassert (x, y)\nz = 0x1for x in ()\n"
    write(tmp_path, {"app/__init__.py": "", "app/noisy.py": source, "app/main.py": "from app.noisy import Order\n"})
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        ast.parse(source)
    assert caught  # the source does warn
    project = Project()
    with quiet(capfd):
        assert told(project.resolve(module(project, tmp_path / "app" / "main.py"), "Order")) == "class app.noisy:Order"


def test_warnings_turned_into_errors_change_nothing(tmp_path: Path) -> None:
    write(
        tmp_path, {"app/__init__.py": "", "app/noisy.py": "class Order: ...\nx = '\\d'\n", "app/main.py": "from app.noisy import Order\n"}
    )
    code = (
        "import sys\nfrom flake8_backend_rules.project.project import Project\np = Project()\n"
        "print(p.resolve(p.module_at(sys.argv[1]), 'Order'))"
    )
    command = [sys.executable, "-W", "error", "-c", code, str(tmp_path / "app" / "main.py")]
    result = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (result.stdout, result.stderr) == ("<class app.noisy:Order>\n", "")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no FIFOs here")
def test_a_fifo_is_not_opened(tmp_path: Path) -> None:
    """In a process of its own: opening the FIFO would wait for ever."""
    write(tmp_path, {"app/__init__.py": "", "app/main.py": "from app.odd import Order\nfrom app.odd import *\nimport app.odd as odd\n"})
    os.mkfifo(tmp_path / "app" / "odd.py")
    code = (
        "import sys\nfrom flake8_backend_rules.project.project import Project\np = Project()\nm = p.module_at(sys.argv[1])\n"
        "print(p.resolve(m, 'Order'), p.resolve(m, 'Starred'), p.resolve(m, 'odd'), p.module_at(sys.argv[2]))"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "app" / "main.py"), str(tmp_path / "app" / "odd.py")]
    result = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert (result.stdout, result.stderr) == ("None None None None\n", "")


def test_a_folder_named_like_a_module(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "app" / "odd.py").mkdir(parents=True)
    assert unreadable(tmp_path, capfd) is None


def test_a_dangling_link_and_a_loop(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "odd.py").symlink_to(tmp_path / "nowhere")
    assert unreadable(tmp_path, capfd) is None
    (tmp_path / "app" / "odd.py").unlink()
    (tmp_path / "app" / "odd.py").symlink_to(tmp_path / "app" / "odd.py")
    assert unreadable(tmp_path, capfd) is None


@pytest.mark.parametrize(("size", "expected"), [(MAX_BYTES, "class app.odd:Order"), (MAX_BYTES + 1, None)])
def test_a_file_over_a_mebibyte_is_not_read(tmp_path: Path, size: int, expected: str | None) -> None:
    head = f"{ORDER}\n#"
    files = {"app/__init__.py": "", "app/odd.py": head + "x" * (size - len(head) - 1), "app/main.py": "from app.odd import Order"}
    assert resolved(tmp_path, files, "Order") == expected
    assert (tmp_path / "app" / "odd.py").stat().st_size == size


@pytest.mark.parametrize(
    "data",
    [
        pytest.param("# coding: latin-1\n# café\nclass Order: ...\n".encode("latin-1"), id="latin-1-with-cookie"),
        pytest.param(
            "#!/usr/bin/python\n# vim: set fileencoding=iso-8859-15 :\n# €\nclass Order: ...\n".encode("iso-8859-15"), id="second-line"
        ),
        pytest.param("# café €\nclass Order: ...\n".encode("utf-8-sig"), id="bom"),
        pytest.param(b"x = 1\r\nclass Order: ...\r\n", id="crlf"),
        pytest.param(b"x = 1\rclass Order: ...\r", id="cr"),
        pytest.param(b"\x0cclass Order: ...\n", id="form-feed"),
    ],
)
def test_encodings_and_line_ends(tmp_path: Path, data: bytes) -> None:
    write(tmp_path, {"app/__init__.py": "", "app/main.py": "from app.odd import Order\n"})
    (tmp_path / "app" / "odd.py").write_bytes(data)
    project = Project()
    assert told(project.resolve(module(project, tmp_path / "app" / "main.py"), "Order")) == "class app.odd:Order"


# -- within a run and from run to run --------------------------------------------------------------


class Run:
    """One run of flake8 over app/main.py and app/models.py, which changes during the run and between runs."""

    def __init__(self, root: Path) -> None:
        self.project = Project()
        self.main = root / "app" / "main.py"
        self.models = root / "app" / "models.py"

    def told(self, name: str) -> str | None:
        """What a name of app/main.py stands for; asked for a file of its own."""
        found = told(self.project.resolve(module(self.project, self.main), name))
        self.project.end_file()
        return found


@pytest.fixture
def first_run(tmp_path: Path) -> Run:
    write(tmp_path, {"app/__init__.py": "", "app/models.py": "class Order: ...\n", "app/main.py": "from app.models import Order, Item\n"})
    run = Run(tmp_path)
    assert run.told("Order") == "class app.models:Order"
    assert run.told("Item") is None
    return run


@pytest.fixture
def second_run(first_run: Run, tmp_path: Path) -> Iterator[Callable[[], Run]]:
    """Makes a new run after the first; what the first saw stays what it was."""
    yield lambda: Run(tmp_path)
    assert first_run.told("Order") == "class app.models:Order"
    assert first_run.told("Item") is None


def test_the_next_run_sees_a_changed_file(first_run: Run, second_run: Callable[[], Run]) -> None:
    first_run.models.write_text("class Item: ...\nx = 1\n", encoding="utf-8")
    run = second_run()
    assert run.told("Item") == "class app.models:Item"
    assert run.told("Order") is None


def test_the_next_run_sees_a_change_that_leaves_size_and_time(first_run: Run, second_run: Callable[[], Run]) -> None:
    before = first_run.models.stat()
    first_run.models.write_text("class Other: ...\n", encoding="utf-8")
    os.utime(first_run.models, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert first_run.models.stat().st_size == before.st_size
    assert second_run().told("Order") is None


def test_the_next_run_sees_a_deleted_file_and_the_one_after_that_it_is_back(first_run: Run, second_run: Callable[[], Run]) -> None:
    first_run.models.unlink()
    assert second_run().told("Order") is None
    first_run.models.write_text("class Item: ...\n", encoding="utf-8")
    assert second_run().told("Item") == "class app.models:Item"


def test_the_next_run_sees_a_mended_file(first_run: Run, second_run: Callable[[], Run]) -> None:
    first_run.models.write_text("class Order: ...\ndef (:\n", encoding="utf-8")
    broken = second_run()
    assert broken.told("Order") is None
    first_run.models.write_text("class Order: ...\nclass Item: ...\n", encoding="utf-8")
    assert broken.told("Order") is None
    assert second_run().told("Item") == "class app.models:Item"


def test_the_next_run_sees_a_new_file_and_a_new_package(tmp_path: Path) -> None:
    """VS Code keeps one process: each run has a new session, and folders may have changed since the last."""
    write(tmp_path, {"work/app/main.py": "from app.models import Order\n"})
    (tmp_path / "setup.cfg").unlink()
    main = tmp_path / "work" / "app" / "main.py"
    first = Project()
    assert told(first.resolve(module(first, main), "Order")) == "external app.models.Order"
    (tmp_path / "work" / "app" / "models.py").write_text("class Order: ...\n", encoding="utf-8")
    (tmp_path / "work" / "app" / "__init__.py").touch()
    second = Project()
    assert told(second.resolve(module(second, main), "Order")) == "class app.models:Order"


def test_the_next_run_sees_a_moved_project_root(tmp_path: Path) -> None:
    """A marker that appears makes another folder the root: `lib` is then the project's own."""
    write(tmp_path, {"lib.py": ORDER, "tools/run.py": "from lib import Order\n"})
    (tmp_path / "setup.cfg").unlink()
    run = tmp_path / "tools" / "run.py"
    first = Project()
    assert told(first.resolve(module(first, run), "Order")) == "external lib.Order"
    (tmp_path / "pyproject.toml").touch()
    second = Project()
    assert told(second.resolve(module(second, run), "Order")) == "class lib:Order"


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often the project reads each file, by name."""
    counted: Counter[str] = Counter()

    def read(path: str) -> str | None:
        counted[Path(path).name] += 1
        return read_source(path)

    monkeypatch.setattr("flake8_backend_rules.project.project.read_source", read)
    return counted


def test_within_a_run_a_file_is_read_once(tmp_path: Path, reads: Counter[str]) -> None:
    """Also one that is missing, one that is no Python, and one that was packed in between."""
    names = [f"m{i}" for i in range(120)]
    files = {f"app/{n}.py": f"class {n}: ...\n" for n in names} | {"app/__init__.py": "", "app/odd.py": "def (:\n"}
    lines = [f"from app.{n} import {n}" for n in names] + ["from app.odd import odd", "from app.missing import missing"]
    write(tmp_path, files | {"app/main.py": "\n".join(lines) + "\n"})
    project = Project()
    for _ in range(3):
        main = module(project, tmp_path / "app" / "main.py")
        assert [told(project.resolve(main, n)) for n in names] == [f"class app.{n}:{n}" for n in names]
        assert project.resolve(main, "odd") is None
        assert project.resolve(main, "missing") is None
        project.end_file()
    assert reads == Counter({"main.py": 1, "odd.py": 1} | {f"{n}.py": 1 for n in names})


def body_of_make(project: Project, root: Path) -> str | None:
    """The body of the function that app/main.py imports as `make`, of which only the signature is kept."""
    found = project.resolve(module(project, root / "app" / "main.py"), "make")
    assert isinstance(found, FunctionInfo)
    body = project.body_of(found)
    project.end_file()
    return None if body is None else ast.unparse(body.body)


@pytest.mark.parametrize(
    "changed",
    ["def make():\n    return 2\n", "x = 1\ndef make():\n    return 2\n", "def (:\n", None],
    ids=["other-body", "elsewhere-in-the-file", "broken", "deleted"],
)
@pytest.mark.parametrize("kept", ["body", "text", "signature"])
def test_a_body_is_the_one_of_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changed: str | None, kept: str) -> None:
    """Once read it stays, as the text does up to a bound; else a file that changes gives a body that fits the signature, or none."""
    if kept == "signature":
        monkeypatch.setattr(project_module, "_MAX_TEXT", 0)
    write(tmp_path, {"app/__init__.py": "", "app/models.py": "def make():\n    return 1\n", "app/main.py": "from app.models import make\n"})
    project, models = Project(), tmp_path / "app" / "models.py"
    if kept == "body":
        assert body_of_make(project, tmp_path) == "return 1"
    assert isinstance(project.resolve(module(project, tmp_path / "app" / "main.py"), "make"), FunctionInfo)
    project.end_file()
    if changed is None:
        models.unlink()
    else:
        models.write_text(changed, encoding="utf-8")
    fits = changed is not None and changed.startswith("def make")
    assert body_of_make(project, tmp_path) == ("return 1" if kept != "signature" else "return 2" if fits else None)
    if changed is not None and "make" in changed:
        assert body_of_make(Project(), tmp_path) == "return 2"


def test_more_modules_than_stay_alive_are_still_known(tmp_path: Path) -> None:
    """Beyond a bound summaries are packed; what comes back is what went in."""
    files = {f"app/m{i}.py": f"class C{i}:\n    def run(self) -> int: ...\n" for i in range(120)}
    files |= {"app/__init__.py": "", "app/main.py": "\n".join(f"from app.m{i} import C{i}" for i in range(120)) + "\n"}
    write(tmp_path, files)
    project = Project()
    for _ in range(3):
        main = module(project, tmp_path / "app" / "main.py")
        for i in range(120):
            found = project.resolve(main, f"C{i}")
            assert isinstance(found, ClassInfo)
            assert told(found) == f"class app.m{i}:C{i}"
            assert list(found.methods) == ["run"]
            assert ast.unparse(found.methods["run"].returns or ast.Constant(None)) == "int"
        project.end_file()


def test_more_bodies_than_stay_alive_are_still_known(tmp_path: Path) -> None:
    source = "".join(f"def f{i}():\n    return {i}\n" for i in range(150))
    write(tmp_path, {"app/__init__.py": "", "app/models.py": source})
    project = Project()
    for _ in range(2):
        models = module(project, tmp_path / "app" / "models.py")
        for i in range(150):
            function = project.resolve(models, f"f{i}")
            assert isinstance(function, FunctionInfo)
            body = project.body_of(function)
            assert body is not None
            assert ast.unparse(body.body) == f"return {i}"
        project.end_file()


# -- the linted file -------------------------------------------------------------------------------


def test_a_buffer_is_not_shared(tmp_path: Path) -> None:
    """An editor's buffer says what the file will be: true for the buffer itself, not for others that import it."""
    write(tmp_path, {"app/__init__.py": "", "app/models.py": "class Old: ...\n", "app/main.py": "from app.models import Old, New\n"})
    project = Project()
    own = project.adopt(str(tmp_path / "app" / "models.py"), ast.parse("class New: ...\n"))
    assert list(own.bindings) == ["New"]
    project.end_file()
    main = module(project, tmp_path / "app" / "main.py")
    assert told(project.resolve(main, "Old")) == "class app.models:Old"
    assert project.resolve(main, "New") is None


def test_a_buffer_that_imports_itself_through_others(tmp_path: Path) -> None:
    """While the buffer is linted it is what its tree says, others see the file as it is on disk; so do they afterwards."""
    write(tmp_path, {"app/__init__.py": "", "app/models.py": "class Old: ...\n", "app/other.py": "from app.models import Old, New\n"})
    project = Project()
    buffer = ast.parse("from app.other import Old as Back, New as Gone\nclass New: ...\n")
    own = project.adopt(str(tmp_path / "app" / "models.py"), buffer)
    assert told(project.resolve(own, "New")) == "class app.models:New"
    assert told(project.resolve(own, "Back")) == "class app.models:Old"
    assert project.resolve(own, "Gone") is None
    assert project.is_current(own)
    project.end_file()
    assert not project.is_current(own)
    other = module(project, tmp_path / "app" / "other.py")
    assert told(project.resolve(other, "Old")) == "class app.models:Old"
    assert project.resolve(other, "New") is None


def test_the_bodies_of_a_buffer_are_its_own(tmp_path: Path) -> None:
    """While it is linted; the file on disk has another body at that line afterwards."""
    write(tmp_path, {"app/__init__.py": "", "app/models.py": "def make():\n    return 1\n"})
    project, path = Project(), str(tmp_path / "app" / "models.py")
    own = project.adopt(path, ast.parse("def make():\n    return 2\n"))
    function = project.resolve(own, "make")
    assert isinstance(function, FunctionInfo)
    inside = project.body_of(function)
    project.end_file()
    saved = project.resolve(module(project, tmp_path / "app" / "models.py"), "make")
    assert isinstance(saved, FunctionInfo)
    outside = project.body_of(saved)
    assert inside is not None
    assert outside is not None
    assert [ast.unparse(inside.body), ast.unparse(outside.body)] == ["return 2", "return 1"]


def test_what_is_shared_survives_the_end_of_the_linted_file(tmp_path: Path) -> None:
    """The model takes the linted file's summary apart when it is done; what is kept for others is whole."""
    write(
        tmp_path, {"app/__init__.py": "", "app/models.py": "class Order:\n    rows = 1\n", "app/main.py": "from app.models import Order\n"}
    )
    project = Project()
    path = tmp_path / "app" / "models.py"
    project.adopt(str(path), ast.parse(path.read_text(encoding="utf-8"))).dissolve()
    project.end_file()
    found = project.resolve(module(project, tmp_path / "app" / "main.py"), "Order")
    assert isinstance(found, ClassInfo)
    assert told(found) == "class app.models:Order"
    assert list(found.attributes) == ["rows"]


def test_stdin_is_not_shared(tmp_path: Path) -> None:
    """A session given a buffer through stdin, whose display name is a file of the project."""
    files = {
        "app/api/deps.py": "import httpx\nStore = httpx.Client\n",
        "app/api/orders.py": route("store: Store", imports="from app.api.deps import Store"),
    }
    write(tmp_path, files)
    settings = read_settings(_options(tmp_path, str(tmp_path / "app" / "api" / "deps.py")))
    shared = session(tmp_path, [HandlerCommits])
    shared.settings = settings
    buffer = "from sqlalchemy.orm import Session\nStore = Session\n"
    shared.lint(ast.parse(buffer), "stdin", buffer.splitlines(True))
    source = files["app/api/orders.py"]
    assert shared.lint(ast.parse(source), str(tmp_path / "app" / "api" / "orders.py"), source.splitlines(True)) == []


def _options(root: Path, display_name: str) -> SimpleNamespace:
    from flake8_backend_rules.options import all_options

    values = {o.name.replace("-", "_"): ",".join(o.default) for o in all_options()}
    return SimpleNamespace(isolated=False, config=str(root / "setup.cfg"), stdin_display_name=display_name, **values)


# -- modules that are read in pieces ---------------------------------------------------------------

LONG = "\n".join(f"class Filler{number}:\n    number = {number}\n" for number in range(100)) + "\n"


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the pieces parsed, in order."""
    names: list[str] = []
    parse_piece = Piece.parsed

    def spy(piece: Piece) -> list[ast.stmt] | None:
        names.append(piece.name)
        return parse_piece(piece)

    monkeypatch.setattr(Piece, "parsed", spy)
    return names


def test_of_a_long_module_only_what_is_asked_for_is_parsed(tmp_path: Path, parsed: list[str]) -> None:
    lines = "\n".join(f"        line = {number}" for number in range(20))
    models = LONG + f"class Order(Base):\n    def pay(self):\n{lines}\n        return 1\n\nclass Item: ...\n"
    write(tmp_path, {"app/__init__.py": "", "app/models.py": models, "app/main.py": "from app.models import Order\n"})
    project = Project()
    for _ in range(2):
        order = project.resolve(module(project, tmp_path / "app" / "main.py"), "Order")
        assert isinstance(order, ClassInfo)
        assert (order.line, [ast.unparse(base) for base in order.bases]) == (301, ["Base"])
        body = project.body_of(order.methods["pay"])
        assert body is not None
        assert (body.lineno, ast.unparse(body.body[-1])) == (302, "return 1")
        project.end_file()
    assert parsed == []  # the class is read without its bodies, and of the bodies the one that is asked for


def test_all_names_of_a_long_module_in_their_order(tmp_path: Path, parsed: list[str]) -> None:
    source = "class Order: ...\n" + LONG + "def Order(): ...\ntotal = 1\n"
    write(tmp_path, {"app/__init__.py": "", "app/models.py": source})
    project = Project()
    models = project.module_at(str(tmp_path / "app" / "models.py"))
    assert models is not None
    assert models.binds("Filler7")
    assert parsed == []
    assert isinstance(models.binding("Filler7"), ClassInfo)
    assert list(models.bindings) == ["Order", *(f"Filler{number}" for number in range(100)), "total"]
    assert isinstance(models.bindings["Order"], FunctionInfo)


def test_a_function_that_does_not_parse_hides_its_own_name_only(tmp_path: Path) -> None:
    files = {"app/__init__.py": "", "app/models.py": LONG + "def pay(:\n    pass\n\nclass Order: ...\n"}
    write(tmp_path, {**files, "app/main.py": "from app.models import Order, pay\n"})
    project = Project()
    main = module(project, tmp_path / "app" / "main.py")
    assert told(project.resolve(main, "Order")) == "class app.models:Order"
    assert project.resolve(main, "pay") is None
    assert project.resolve(main, "pay") is None


@pytest.mark.parametrize("bound", [0, 3_000_000], ids=["texts-let-go-of", "texts-kept"])
def test_of_a_long_module_the_text_is_kept_once_and_up_to_a_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bound: int) -> None:
    monkeypatch.setattr(project_module, "_MAX_TEXT", bound)
    write(tmp_path, {"app/__init__.py": "", "app/models.py": LONG + "class Order(Base): ...\n"})
    project, models = Project(), str(tmp_path / "app" / "models.py")
    for name, line in (("Filler3", 10), ("Filler8", 25), ("Order", 301)):
        found = project.resolve(module(project, Path(models)), name)
        assert isinstance(found, ClassInfo)
        assert found.line == line
        project.end_file()
        kept = [item for item in strings_below(project) if "class Filler" in item]
        assert len(kept) == (1 if bound else 0)


@pytest.mark.parametrize("changed", [LONG.replace("Filler8:", "Filler8(Base):"), "# new\n" + LONG, "", None])
def test_a_class_of_a_module_that_changes_under_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changed: str | None) -> None:
    """It is unknown."""
    monkeypatch.setattr(project_module, "_MAX_TEXT", 0)
    write(tmp_path, {"app/__init__.py": "", "app/models.py": LONG})
    project, path = Project(), tmp_path / "app" / "models.py"
    assert isinstance(project.resolve(module(project, path), "Filler3"), ClassInfo)
    project.end_file()
    if changed is None:
        path.unlink()
    else:
        path.write_text(changed, encoding="utf-8")
    models = module(project, path)
    assert isinstance(project.resolve(models, "Filler3"), ClassInfo)
    assert project.resolve(models, "Filler8") is None


def test_what_is_kept_between_files_holds_no_nodes(tmp_path: Path) -> None:
    source = LONG + "class Order(Base):\n    total: int = Field(1)\n    def pay(self, *, amount: int = 1) -> int:\n        return amount\n"
    write(tmp_path, {"app/__init__.py": "", "app/models.py": source, "app/main.py": "from app.models import Order\n"})
    project = Project()
    for _ in range(2):
        order = project.resolve(module(project, tmp_path / "app" / "main.py"), "Order")
        assert isinstance(order, ClassInfo)
        total, pay = order.attributes["total"], order.methods["pay"]
        assert ast.unparse(total.annotation) == "int" if total.annotation else False
        assert ast.unparse(pay.args) == "self, *, amount: int=1"
        assert project.body_of(pay) is not None
        project.end_file()
        assert nodes_below(project) == []


def strings_below(project: Project) -> list[str]:
    """The strings that a project holds, each once."""
    pending, seen = [project], {}
    while pending:
        for item in gc.get_referents(pending.pop()):
            if id(item) not in seen and not isinstance(item, (type, types.ModuleType, types.FunctionType)):
                seen[id(item)] = item
                pending.append(item)
    return [item for item in seen.values() if isinstance(item, str)]


def nodes_below(project: Project) -> list[ast.AST]:
    """The AST nodes that a project holds."""
    found, pending, seen = [], [project], set()
    while pending:
        for item in gc.get_referents(pending.pop()):
            if id(item) not in seen and not isinstance(item, (type, types.ModuleType, types.FunctionType)):
                seen.add(id(item))
                pending.append(item)
                if isinstance(item, ast.AST):
                    found.append(item)
    return found
