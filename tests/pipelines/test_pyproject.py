"""The pack's options in pyproject.toml, through the two plugins that make flake8 read it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.harness import as_files, write
from tests.pipelines.clients import ROUTE, WRITES, environment, missing, packaged, run

PYPROJECT = """
[tool.flake8]
select = ["KBR201", "KBR3"]
extend-ignore = "KBR301"
backend-domain = ["app/things", "app/other"]
backend-max-operations = 2
"""
DOMAIN = "app/things/orders.py:1:1: KBR201 domain module imports the web framework 'flask'; keep it at the edge and pass plain values in"
Lint = Callable[..., tuple[list[str], list[str]]]


@pytest.fixture(scope="module", params=["flake8-pyproject", "flake8-toml-config"])
def lint(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Lint:
    """Runs flake8 with one of the plugins in a folder; returns the lines of standard output and error.

    flake8-toml-config makes flake8 deaf to all other files in its environment, so it has one of its own.
    """
    interpreter, variables = sys.executable, {}
    if request.param == "flake8-toml-config":
        folder = tmp_path_factory.mktemp("toml-config")
        interpreter = str(environment(folder / "venv", str(packaged(folder / "pack")), "flake8-toml-config"))
        variables = {"PYTHONPATH": ""}
    elif reason := missing(request.param):
        pytest.skip(reason)

    def lint(folder: Path, *arguments: str) -> tuple[list[str], list[str]]:
        result = run(folder, interpreter, "-m", "flake8", *arguments, **variables)
        return sorted(result.stdout.splitlines()), result.stderr.splitlines()

    return lint


@pytest.fixture
def service(tmp_path: Path) -> Path:
    """A service below a folder whose setup.cfg configures flake8 too."""
    (tmp_path / "setup.cfg").write_text("[flake8]\nselect = E\n", encoding="utf-8")
    service = tmp_path / "services" / "shop"
    files = as_files({"app/api/orders.py": ROUTE, "app/things/orders.py": "import flask\n", "pyproject.toml": PYPROJECT}, "")
    service.mkdir(parents=True)
    for name, source in files.items():
        (service / name).parent.mkdir(parents=True, exist_ok=True)
        (service / name).write_text(source, encoding="utf-8")
    return service


def test_options_and_globs(lint: Lint, service: Path) -> None:
    """Globs are relative to the pyproject.toml, whatever stands in the folders above."""
    assert lint(service, "app") == ([f"app/api/orders.py:8:5: KBR303 {WRITES}", DOMAIN], [])


def test_a_pyproject_that_is_named(lint: Lint, service: Path, request: pytest.FixtureRequest) -> None:
    option = "--toml-config" if "flake8-pyproject" in request.node.callspec.id else "--config"
    found = [f"services/shop/app/api/orders.py:8:5: KBR303 {WRITES}", f"services/shop/{DOMAIN}"]
    assert lint(service.parent.parent, f"{option}=services/shop/pyproject.toml", "services") == (found, [])


def test_an_option_that_is_unknown(lint: Lint, service: Path) -> None:
    write(service, {"pyproject.toml": PYPROJECT.replace("backend-domain", "backend-dmain")})
    complaint = "flake8-backend-rules: pyproject.toml: option 'backend-dmain' is unknown; layers are transport, application, domain, "
    printed, error = lint(service, "app")
    assert (printed, len(error)) == ([], 1)
    assert error[0].startswith(complaint)


def test_a_value_that_is_wrong(lint: Lint, service: Path) -> None:
    write(service, {"pyproject.toml": PYPROJECT.replace("app/things", "app/[")})
    complaint = "flake8-backend-rules: --backend-domain: 'app/[' is not allowed: a bracket is not closed"
    assert lint(service, "app") == ([], [complaint])
