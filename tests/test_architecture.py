"""The arrows inside the pack, read from its own source."""

from __future__ import annotations

import ast
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent / "flake8_backend_rules"


def imports(path: Path) -> set[str]:
    """Every module that a file imports, at any depth."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def modules(folder: str = "") -> list[Path]:
    found = sorted((PACKAGE / folder).rglob("*.py"))
    assert found
    return found


def test_astroid_is_imported_in_one_module_only_and_there_lazily() -> None:
    importers = [p for p in modules() if any(name.partition(".")[0] == "astroid" for name in imports(p))]
    assert importers == [PACKAGE / "project" / "inference.py"]
    tree = ast.parse(importers[0].read_text(encoding="utf-8"))
    assert not any(isinstance(n, ast.ImportFrom) and (n.module or "").startswith("astroid") for n in tree.body)


def test_rules_import_no_rule() -> None:
    rules = {".".join(("flake8_backend_rules", *p.relative_to(PACKAGE).with_suffix("").parts)) for p in modules("rules")}
    public = {name for name in rules if not name.rpartition(".")[2].startswith("_")}
    for path in modules("rules"):
        assert not imports(path) & public, path


def test_layers_of_the_pack_point_inwards() -> None:
    forbidden = {
        "frameworks": ("project", "semantics", "rules", "walk", "plugin", "options"),
        "project": ("semantics", "rules", "walk", "plugin", "options", "rule"),
        "semantics": ("rules", "walk", "plugin", "options", "rule"),
        "rules": ("plugin", "options", "catalogue", "project.project"),
    }
    for folder, others in forbidden.items():
        for path in modules(folder):
            for name in imports(path):
                for other in others:
                    outward = f"flake8_backend_rules.{other}"
                    assert name != outward, path
                    assert not name.startswith(f"{outward}."), path


def test_flake8_is_known_to_the_options_reports_and_the_command_that_runs_it_only() -> None:
    importers = {p.name for p in modules() if any(name.partition(".")[0] == "flake8" for name in imports(p))}
    assert importers == {"options.py", "reports.py", "flake8_run.py"}


def test_linting_imports_nothing_of_the_command() -> None:
    importers = [p for p in modules() if any(name.startswith("flake8_backend_rules.cli") for name in imports(p))]
    assert {p.parent.name for p in importers} == {"cli", "flake8_backend_rules"}
    assert [p.name for p in importers if p.parent == PACKAGE] == ["__main__.py"]


def test_nothing_executes_or_imports_by_name() -> None:
    """`import_module` serves the pack's own catalogue and frameworks; nothing else loads, runs or evaluates code."""
    allowed = {"catalogue.py", "__init__.py"}
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
            assert name not in {"exec", "eval", "__import__", "run_path", "run_module"} or isinstance(node, ast.Attribute), path
            assert name != "import_module" or path.name in allowed, path
