"""The two bundled example backends: they run, they do the same, and the rules tell them apart.

Both examples hold a package named ``shop``, so each is imported in a process of its own.
"""

from __future__ import annotations

import datetime
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

EXAMPLES = Path(__file__).resolve().parent.parent / "docs" / "examples"
WRONG = EXAMPLES / "shop_wrong"
RIGHT = EXAMPLES / "shop_right"

BOTH_SHOPS = pytest.mark.parametrize("shop", [WRONG, RIGHT], ids=lambda shop: shop.name)

ROUTES = {
    "POST /accounts",
    "GET /accounts/me",
    "GET /products",
    "POST /products",
    "POST /products/reprice",
    "POST /orders",
    "GET /orders/{order_id}",
    "POST /orders/{order_id}/pay",
    "POST /orders/{order_id}/cancel",
}

CELERY_MODULES = {WRONG: "shop.tasks", RIGHT: "shop.workers.tasks"}

TASKS = {
    WRONG: {"orders.send_confirmation", "orders.expire_unpaid"},
    RIGHT: {"orders.send_confirmation", "orders.expire_unpaid", "orders.request_shipment"},
}


# --- running code inside one of the shops ---------------------------------------------------------


@pytest.fixture
def installed_stack() -> None:
    """The examples need their frameworks, and Python 3.11 (``StrEnum``, ``datetime.UTC``)."""
    if not hasattr(datetime, "UTC"):
        pytest.skip("the examples are written for Python 3.11 and later")
    for name in ("fastapi", "sqlalchemy", "greenlet", "aiosqlite", "celery", "httpx"):
        pytest.importorskip(name)


def run_in_shop(shop: Path, code: str, database: Path) -> Any:
    """What ``code`` prints as its last line, read as JSON; run in the shop's own folder."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(shop),
        "PYTHONDONTWRITEBYTECODE": "1",
        "SHOP_DATABASE_URL": f"sqlite+aiosqlite:///{database.as_posix()}",
        "SHOP_BROKER_URL": "memory://",
        # Nothing listens there: a test that came to call out would fail, not reach anyone.
        "SHOP_PAYMENTS_URL": "http://127.0.0.1:9",
        "SHOP_WAREHOUSE_URL": "http://127.0.0.1:9",
        "SHOP_SMTP_HOST": "127.0.0.1:9",
    }
    result = subprocess.run(
        [sys.executable, "-c", code],
        cwd=shop,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout.splitlines()[-1])


# --- (a) shape and behaviour ----------------------------------------------------------------------

LIST_ROUTES = """
import json
from shop.main import app

print(json.dumps([
    f"{method.upper()} {path}"
    for path, operations in app.openapi()["paths"].items()
    for method in operations
]))
"""

LIST_TASKS = """
import importlib, json

celery_app = importlib.import_module({module!r}).celery_app
print(json.dumps([name for name in celery_app.tasks if not name.startswith("celery.")]))
"""

BUY_SOMETHING = """
import asyncio, importlib, json, os, subprocess, sys
import httpx
import sqlalchemy
from shop.main import app

if {create_tables!r}:  # where migrations own the schema
    engine = sqlalchemy.create_engine(os.environ["SHOP_DATABASE_URL"].replace("+aiosqlite", ""))
    importlib.import_module("shop.infrastructure.tables").Base.metadata.create_all(engine)
    engine.dispose()


async def shopping():
    seen = {{}}
    transport = httpx.ASGITransport(app=app)
    async with app.router.lifespan_context(app):
        async with httpx.AsyncClient(transport=transport, base_url="http://shop") as client:
            created = await client.post("/accounts", json={{"email": "ada@example.com"}})
            again = await client.post("/accounts", json={{"email": "ada@example.com"}})
            seen["register"] = [created.status_code, again.status_code]
            client.headers["X-Api-Key"] = created.json()["api_key"]

            tea = {{"sku": "TEA-1", "name": "Tea", "price_cents": 500, "stock": 10}}
            refused = await client.post("/products", json=tea)
            subprocess.run(
                [sys.executable, "-m", "scripts.grant_staff", "ada@example.com"], check=True
            )
            created = await client.post("/products", json=tea)
            again = await client.post("/products", json=tea)
            seen["product"] = [refused.status_code, created.status_code, again.status_code]
            seen["role"] = (await client.get("/accounts/me")).json()["role"]

            seen["created"] = created.json() | {{"id": 0}}
            wanted = "search=te+tea-&sort=-price"
            found = [
                len((await client.get(f"/products?{{query}}")).json())
                for query in (wanted, f"{{wanted}}&max_price_cents=499")
            ]
            unknown_sort = await client.get("/products?sort=colour")
            seen["found"] = [*found, unknown_sort.status_code]

            product_id = created.json()["id"]
            items = [{{"product_id": product_id, "quantity": 3}}]
            ordered = await client.post("/orders", json={{"items": items}})
            too_many = [{{"product_id": product_id, "quantity": 8}}]
            sold_out = await client.post("/orders", json={{"items": too_many}})
            unknown = await client.get("/orders/999")
            seen["order"] = [ordered.status_code, sold_out.status_code, unknown.status_code]
            order = (await client.get(f"/orders/{{ordered.json()['id']}}")).json()
            seen["total"] = [ordered.json()["total_cents"], order["total_cents"], order["status"]]

            preview = {{"percent": 10, "dry_run": True, "mode": "preview"}}
            changes = (await client.post("/products/reprice", json=preview)).json()
            before = (await client.get("/products")).json()[0]
            await client.post("/products/reprice", json={{"percent": 10}})
            after = (await client.get("/products")).json()[0]
            seen["prices"] = [
                changes[0]["new_price_cents"], before["price_cents"], after["price_cents"]
            ]
            stock = [before["stock"]]

            tasks = importlib.import_module({module!r}).celery_app.tasks
            expire = tasks["orders.expire_unpaid"]
            expired = await asyncio.to_thread(expire.apply, kwargs={{"older_than_minutes": 0}})
            seen["expired"] = expired.get()
            order = (await client.get(f"/orders/{{order['id']}}")).json()
            stock.append((await client.get("/products?in_stock=true")).json()[0]["stock"])
            seen["after_expiry"] = [order["status"], *stock]
    return seen


print(json.dumps(asyncio.run(shopping())))
"""


@pytest.mark.usefixtures("installed_stack")
@BOTH_SHOPS
def test_shop_serves_the_routes(shop: Path, tmp_path: Path) -> None:
    routes = run_in_shop(shop, LIST_ROUTES, tmp_path / "shop.db")
    assert set(routes) == ROUTES


@pytest.mark.usefixtures("installed_stack")
@BOTH_SHOPS
def test_shop_registers_its_jobs(shop: Path, tmp_path: Path) -> None:
    code = LIST_TASKS.format(module=CELERY_MODULES[shop])
    assert set(run_in_shop(shop, code, tmp_path / "shop.db")) == TASKS[shop]


@pytest.mark.usefixtures("installed_stack")
@BOTH_SHOPS
def test_shop_sells(shop: Path, tmp_path: Path) -> None:
    code = BUY_SOMETHING.format(module=CELERY_MODULES[shop], create_tables=shop == RIGHT)
    assert run_in_shop(shop, code, tmp_path / "shop.db") == {
        "register": [201, 409],
        "product": [403, 201, 409],
        "role": "staff",
        "created": {"id": 0, "sku": "TEA-1", "name": "Tea", "price_cents": 500, "stock": 10},
        "found": [1, 0, 422],
        "order": [201, 409, 404],
        "total": [1500, 1500, "pending"],
        "prices": [550, 500, 550],
        "expired": 1,
        "after_expiry": ["cancelled", 7, 10],
    }


@BOTH_SHOPS
def test_every_folder_of_code_is_a_package(shop: Path) -> None:
    folders = {module.parent for module in shop.rglob("*.py")} - {shop}
    assert folders
    assert [folder for folder in folders if not (folder / "__init__.py").is_file()] == []


# --- (b) what the rules say -----------------------------------------------------------------------

CODES_IN_THE_WRONG_SHOP = {
    "KBR103",
    "KBR201",
    "KBR202",
    "KBR203",
    "KBR301",
    "KBR302",
    "KBR303",
    "KBR304",
    "KBR305",
    "KBR401",
    "KBR402",
    "KBR405",
    "KBR501",
    "KBR601",
    "KBR701",
}


def lint(folder: Path, *options: str) -> list[str]:
    """The findings in a folder, each as ``KBR301 path:row``."""
    result = subprocess.run(
        [
            *(sys.executable, "-m", "flake8", "--isolated", "--select=KBR", *options),
            "--format=%(code)s %(path)s:%(row)d",
            folder.name,
        ],
        cwd=folder.parent,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert result.returncode in (0, 1), result.stderr
    assert result.stderr == ""
    return result.stdout.splitlines()


def test_every_rule_fires_in_the_wrong_shop() -> None:
    codes = {finding.split()[0] for finding in lint(WRONG)}
    assert sorted(CODES_IN_THE_WRONG_SHOP - codes) == []


@pytest.mark.parametrize("options", [(), ("--extend-select=KBR",)], ids=["default", "opt-in"])
def test_right_shop_is_clean(options: tuple[str, ...]) -> None:
    assert lint(RIGHT, *options) == []
