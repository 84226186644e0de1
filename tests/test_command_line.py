"""`python -m flake8_backend_rules`, in processes of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

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


def test_a_bad_option_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "setup.cfg").write_text("[flake8]\nbackend-domain = [\n", encoding="utf-8")
    result = run(tmp_path, "layers", ".")
    assert len(result.stderr.splitlines()) == 1
    assert "--backend-domain: '['" in result.stderr
    assert result.returncode == 1
