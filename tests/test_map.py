"""`backend-rules map`: what is read, where it is placed, and the page."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from flake8_backend_rules.catalogue import all_rules
from flake8_backend_rules.cli.files import python_files
from flake8_backend_rules.cli.map import Map, read_map
from tests.harness import as_files, session, write

DATA = re.compile(r'<script type="application/json" id="data">(.*?)</script>')
FILES = {
    "shop/__init__.py": "",
    "shop/api/__init__.py": "",
    "shop/api/orders.py": """
    from fastapi import APIRouter
    import shop.services.orders
    from shop.services import notify as told
    from shop.db import store

    router = APIRouter()

    @router.post("/orders")
    def create_order(sku: str) -> None:
        shop.services.orders.place(sku)
        told(sku)
        told(sku).later()
        store.session.commit()
    """,
    "shop/services/__init__.py": "from .mail import notify",
    "shop/services/mail.py": "def notify(sku): ...",
    "shop/services/orders.py": """
    from shop.api.orders import create_order
    from shop.lost import nothing

    def place(sku: str) -> None: ...
    """,
    "shop/db/store.py": "from sqlalchemy.orm import Session\nsession = Session()",
    "shop/broken.py": "def (:",
    "shop/tests/test_orders.py": "from shop.api.orders import create_order",
}


@pytest.fixture
def drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Map:
    write(tmp_path, as_files(FILES, ""))
    monkeypatch.chdir(tmp_path)
    return read_map(session(tmp_path, [rule for rule in all_rules() if rule.default]), list(python_files(["shop"])))


def arrows(drawn: Map) -> dict[tuple[str, str], tuple[list[str], int, list[str]]]:
    name = [module.name for module in drawn.modules]
    return {
        (name[a.source], name[a.target]): (a.names, a.calls, [text.split(" ", 2)[1] for text in a.findings]) for a in drawn.arrows
    }


def test_arrows_go_to_the_module_that_defines_a_name(drawn: Map) -> None:
    assert arrows(drawn) == {
        ("shop.api.orders", "shop.services.orders"): (["shop.services.orders"], 1, []),
        ("shop.api.orders", "shop.services.mail"): (["notify"], 3, []),
        ("shop.api.orders", "shop.db.store"): (["store"], 1, ["KBR301"]),
        ("shop.services", "shop.services.mail"): (["notify"], 0, []),
        ("shop.services.orders", "shop.api.orders"): (["create_order"], 0, ["KBR204"]),
    }


def test_modules_stand_in_the_bands_of_their_layers(drawn: Map) -> None:
    assert {module.name: module.layer for module in drawn.modules} == {
        "shop.api.orders": "transport",
        "shop.services": "application",
        "shop.services.mail": "application",
        "shop.services.orders": "application",
        "shop.db.store": "infrastructure",
    }
    bands = {layer: (top, bottom) for layer, top, bottom in drawn.bands}
    assert list(bands) == ["transport", "application", "infrastructure"]
    assert all(bands[m.layer][0] < m.y < bands[m.layer][1] for m in drawn.modules)
    assert len({(m.x, m.y) for m in drawn.modules}) == len(drawn.modules)


def test_long_names_are_shown_by_their_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {f"app/{'very_' * 12}long/services.py": ""})
    monkeypatch.chdir(tmp_path)
    (module,) = read_map(session(tmp_path, []), list(python_files(["app"]))).modules
    assert (len(module.label), module.label[0]) == (42, "…")
    assert module.name.endswith(module.label[1:])


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "flake8_backend_rules", "map", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)


def test_the_page_holds_everything_and_asks_for_nothing(tmp_path: Path) -> None:
    pytest.importorskip("plotly", reason="the extra map is not installed")
    write(tmp_path, as_files(FILES, ""))
    result = run(tmp_path, "shop", "--output", "out.html")
    assert (result.stdout, result.stderr, result.returncode) == ("5 modules, 5 arrows, 2 of them red: out.html\n", "", 0)
    page = (tmp_path / "out.html").read_text(encoding="utf-8")
    data = DATA.search(page)
    assert data is not None
    assert json.loads(data[1])["modules"][0]["name"] == "shop.api.orders"
    own = page[: page.index("<script>")] + page[data.end() :]
    assert re.findall(r"https?:|<link|<img|<iframe|src=", own) == []


def test_a_name_ends_no_script(tmp_path: Path) -> None:
    pytest.importorskip("plotly", reason="the extra map is not installed")
    write(tmp_path, {"<!--<script>/services.py": ""})
    assert run(tmp_path, ".").returncode == 0
    data = DATA.search((tmp_path / "map.html").read_text(encoding="utf-8"))
    assert data is not None
    assert json.loads(data[1])["modules"][0]["name"] == "<!--<script>.services"
    assert "<" not in data[1]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nowhere",), "backend-rules: no module below nowhere\n"),
        (("shop", "--output", "no/such/folder.html"), "backend-rules: 'no/such/folder.html' can't be written: No such file or directory\n"),
    ],
)
def test_what_is_wrong_is_one_line(tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    pytest.importorskip("plotly", reason="the extra map is not installed")
    write(tmp_path, as_files(FILES, ""))
    result = run(tmp_path, *arguments)
    assert (result.stderr, result.returncode) == (said, 1)


def test_without_plotly_it_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "plotly").mkdir()
    (tmp_path / "plotly" / "__init__.py").write_text("raise ImportError\n", encoding="utf-8")
    result = run(tmp_path, ".")
    assert result.stderr == "backend-rules: the map is drawn by plotly: python -m pip install 'flake8-backend-rules[map]'\n"
    assert result.returncode == 1
