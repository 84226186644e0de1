"""Parts of a project, several applications in one repository: what is found does not depend on how it is run."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from flake8_backend_rules.catalogue import all_rules
from tests.harness import as_files, session, write

EXAMPLES = Path(__file__).resolve().parent.parent / "docs" / "examples"
DOMAIN = "KBR201 domain module imports the web framework 'flask'; keep it at the edge and pass plain values in"
ROUTE = """
from fastapi import APIRouter
from app.deps import Store

router = APIRouter()

@router.post("/orders")
def create_order(store: Store) -> None:
    store.commit()
"""
HANDLER = "route handler 'create_order'"
COMMITS = f"KBR301 {HANDLER} commits its own transaction via 'store.commit()'; move it into the use-case that the route calls"
SESSION = "from sqlalchemy.orm import Session as Store\n"
QUEUE = "class Store:\n    def commit(self) -> None: ...\n"
Place = tuple[str, int, int, str]


def flake8(root: Path, *arguments: str) -> list[str]:
    """The sorted lines that a fresh flake8 process prints."""
    command = [sys.executable, "-m", "flake8", *arguments]
    result = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=120, check=False)
    assert result.stderr == ""
    return sorted(result.stdout.splitlines())


def sources(example: str) -> dict[str, str]:
    root = EXAMPLES / example
    found = {path.relative_to(root).as_posix(): path.read_text(encoding="utf-8") for path in sorted(root.rglob("*.py"))}
    assert found
    return found


def places(root: Path, files: dict[str, str]) -> set[Place]:
    """(path, line, column, code) of the findings in a tree that holds these files and nothing else."""
    root.mkdir()
    write(root, files)
    linted = session(root, all_rules())
    found = set()
    for name, source in files.items():
        findings = linted.lint(ast.parse(source), str(root / name), source.splitlines(True))
        found |= {(name, f.line, f.column + 1, f.code) for f in findings}
    return found


SCRIPT = "import queue\nfrom shop.views import router\n"


@pytest.mark.parametrize(
    ("name", "text", "is_root"),
    [
        pytest.param("apps/manage.py", "", True, id="django"),
        pytest.param("manage.py", "", False, id="django-around"),
        pytest.param("apps/main.py", SCRIPT, True, id="script"),
        pytest.param("apps/start.py", SCRIPT, False, id="module-of-no-script's-name"),
        pytest.param("apps/main.py", "from fastapi import FastAPI\nimport queue\n", False, id="script-of-other-imports"),
        pytest.param("apps/main.py", f"{SCRIPT}import apps.shop\n", False, id="script-that-names-the-package"),
        pytest.param("apps/main.py", "def main():\n    from shop.views import router\n", False, id="import-in-a-function"),
        pytest.param("main.py", SCRIPT, False, id="script-around"),
    ],
)
def test_a_package_from_which_something_starts_is_a_source_root(tmp_path: Path, name: str, text: str, is_root: bool) -> None:
    """Imports are resolved from there only where `manage.py` or a script puts it on the path."""
    files = {
        "apps/__init__.py": "",
        "apps/queue.py": "",
        name: text,
        "apps/shop/__init__.py": "",
        "apps/shop/views.py": """
        from fastapi import APIRouter
        from shop.sessions import Store

        router = APIRouter()

        @router.post("/orders")
        def place(store: Store) -> None:
            store.commit()
        """,
        "apps/shop/sessions.py": """
        from sqlalchemy.orm import Session

        class Store(Session): ...
        """,
    }
    found = {place for place in places(tmp_path / "all", as_files(files, "")) if place[3] == "KBR301"}
    assert found == ({("apps/shop/views.py", 8, 5, "KBR301")} if is_root else set())


def test_a_module_named_setup_begins_no_project(tmp_path: Path) -> None:
    files = {
        "shop/__init__.py": "",
        "shop/views/__init__.py": "",
        "shop/views/setup.py": "",
        "shop/views/orders/lists.py": """
        from django.db import transaction
        from django.http import HttpResponse

        def place(request):
            with transaction.atomic():
                return HttpResponse()
        """,
    }
    assert ("shop/views/orders/lists.py", 5, 10, "KBR302") in places(tmp_path / "all", as_files(files, ""))


def test_shards_and_jobs_find_the_same() -> None:
    """All files at once, in two processes, backwards, and each half in a run of its own."""
    root = EXAMPLES / "shop_wrong"
    files = list(sources("shop_wrong"))
    arguments = ("--isolated", "--select=KBR")
    found = flake8(root, *arguments, "-j1", *files)
    assert len({line.split(":")[0] for line in found}) > 10
    assert flake8(root, *arguments, "-j2", *files) == found
    assert flake8(root, *arguments, "-j1", *reversed(files)) == found
    assert sorted(flake8(root, *arguments, "-j1", *files[::2]) + flake8(root, *arguments, "-j1", *files[1::2])) == found


@pytest.mark.parametrize("example", ["shop_wrong", "shop_right", "clinic_wrong", "clinic_right"])
def test_a_sandbox_finds_less_and_nothing_else(tmp_path: Path, example: str) -> None:
    """Each file alone, and every third: what is not there is unknown, and unknown is silence."""
    files = sources(example)
    everything = places(tmp_path / "all", files)
    assert bool(everything) is example.endswith("wrong")
    parts = [[name] for name in files] + [list(files)[start::3] for start in range(3)]
    for number, part in enumerate(parts):
        found = places(tmp_path / str(number), {name: files[name] for name in part})
        assert found <= everything, part


def test_what_a_sandbox_lacks_is_not_found(tmp_path: Path) -> None:
    files = as_files({"app/api/orders.py": ROUTE, "app/deps.py": SESSION}, "")
    assert ("app/api/orders.py", 8, 5, "KBR301") in places(tmp_path / "all", files)
    assert places(tmp_path / "part", {"app/api/orders.py": files["app/api/orders.py"]}) == set()


@pytest.fixture
def services(tmp_path: Path) -> Path:
    """Two applications, each with packages named `app`, of which one has a session in `app.deps` and one has not."""
    for service, deps in (("shop", SESSION), ("mail", QUEUE)):
        files = {"app/__init__.py": "", "app/api/__init__.py": "", "app/api/orders.py": ROUTE, "app/deps.py": deps}
        write(tmp_path, as_files({f"services/{service}/src/{name}": source for name, source in files.items()}, ""))
    return tmp_path


@pytest.mark.parametrize("jobs", ["-j1", "-j2"])
def test_packages_of_one_name_are_told_apart(services: Path, jobs: str) -> None:
    assert flake8(services, "--select=KBR3", jobs, "services") == [f"services/shop/src/app/api/orders.py:8:5: {COMMITS}"]
    assert flake8(services / "services/shop", "--select=KBR3", jobs, "src") == [f"src/app/api/orders.py:8:5: {COMMITS}"]


def test_a_library_beside_the_services(services: Path) -> None:
    """Its folder is a source root by the option; the services' own packages still come from beside each file."""
    write(services, {"libs/common/db.py": SESSION, "services/mail/src/app/deps.py": "from common.db import Store\n"})
    mail, shop = (f"services/{name}/src/app/api/orders.py:8:5: {COMMITS}" for name in ("mail", "shop"))
    assert flake8(services, "--select=KBR3", "services") == [shop]
    assert flake8(services, "--select=KBR3", "--backend-source-roots=libs", "services") == [mail, shop]


def test_source_roots_with_packages_of_one_name(services: Path) -> None:
    """Each file is looked up from the root that holds it, whichever is named first."""
    roots = ["services/shop/src", "services/mail/src"]
    for order in (roots, roots[::-1]):
        found = flake8(services, "--select=KBR3", f"--backend-source-roots={','.join(order)}", "services")
        assert found == [f"services/shop/src/app/api/orders.py:8:5: {COMMITS}"]


LAYERS = """
[flake8]
select = KBR201
backend-transport =
    services/shop/src/app/model/web.py
    services/mail/src/app/model/**
backend-domain = services/shop/src/app/model/**
"""


@pytest.fixture
def layered(services: Path) -> Path:
    """A folder `model` that is domain in one application, but for one module of it, and transport in the other."""
    for name in ("shop", "mail"):
        folder = f"services/{name}/src/app/model"
        write(services, {f"{folder}/__init__.py": "", f"{folder}/order.py": "import flask\n", f"{folder}/web.py": "import flask\n"})
    return services


def test_layers_of_several_applications_in_one_file(layered: Path) -> None:
    (layered / "setup.cfg").write_text(LAYERS, encoding="utf-8")
    assert flake8(layered, "services") == [f"services/shop/src/app/model/order.py:1:1: {DOMAIN}"]
    assert flake8(layered / "services/shop/src/app/model", ".") == [f"./order.py:1:1: {DOMAIN}"]


def test_a_file_for_each_application(layered: Path) -> None:
    """Found where flake8 is run inside of the application, or named."""
    own = "[flake8]\nselect = KBR201\nbackend-domain = src/app/model/**\nbackend-transport = src/app/model/web.py\n"
    (layered / "services/shop/.flake8").write_text(own, encoding="utf-8")
    (layered / "setup.cfg").write_text("[flake8]\nselect = KBR201\n", encoding="utf-8")
    assert flake8(layered, "services") == []
    assert flake8(layered / "services/shop", "src") == [f"src/app/model/order.py:1:1: {DOMAIN}"]
    named = flake8(layered, "--config=services/shop/.flake8", "services")
    assert named == [f"services/shop/src/app/model/order.py:1:1: {DOMAIN}"]
