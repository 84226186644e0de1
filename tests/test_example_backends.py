"""The bundled example backends: both of a pair run, they do the same, and the rules tell them apart.

Both of a pair hold packages of the same names, so each is imported in a process of its own. What the rules say of the wrong ones
is pinned in ``tests/example_findings``; ``python -m tests.test_example_backends`` writes those tables anew, to be read in the diff.
"""

from __future__ import annotations

import datetime
import json
import os
import subprocess
import sys
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from flake8_backend_rules.catalogue import all_rules

EXAMPLES = Path(__file__).resolve().parent.parent / "docs" / "examples"
WRONG = EXAMPLES / "shop_wrong"
RIGHT = EXAMPLES / "shop_right"
CLINIC_WRONG = EXAMPLES / "clinic_wrong"
CLINIC_RIGHT = EXAMPLES / "clinic_right"
FINDINGS = Path(__file__).resolve().parent / "example_findings"

BOTH_SHOPS = pytest.mark.parametrize("shop", [WRONG, RIGHT], ids=lambda shop: shop.name)
BOTH_CLINICS = pytest.mark.parametrize("clinic", [CLINIC_WRONG, CLINIC_RIGHT], ids=lambda clinic: clinic.name)
WRONG_ONES = pytest.mark.parametrize("backend", [WRONG, CLINIC_WRONG], ids=lambda backend: backend.name)
RIGHT_ONES = pytest.mark.parametrize("backend", [RIGHT, CLINIC_RIGHT], ids=lambda backend: backend.name)
ALL_BACKENDS = pytest.mark.parametrize("backend", [WRONG, RIGHT, CLINIC_WRONG, CLINIC_RIGHT], ids=lambda backend: backend.name)

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


# --- running code inside one of the backends ------------------------------------------------------


@pytest.fixture
def installed_stack() -> None:
    """The shops need their frameworks, and Python 3.11 (``StrEnum``, ``datetime.UTC``)."""
    if not hasattr(datetime, "UTC"):
        pytest.skip("the examples are written for Python 3.11 and later")
    for name in ("fastapi", "sqlalchemy", "greenlet", "aiosqlite", "celery", "httpx"):
        pytest.importorskip(name)


@pytest.fixture
def installed_django() -> None:
    """The clinics need theirs, which no extra for the tests brings."""
    for name in ("django", "rest_framework", "celery", "requests", "httpx"):
        pytest.importorskip(name)


def run_in(backend: Path, code: str, settings: dict[str, str]) -> Any:
    """What ``code`` prints as its last line, read as JSON; run in the backend's own folder."""
    environment = {**os.environ, "PYTHONPATH": str(backend), "PYTHONDONTWRITEBYTECODE": "1", **settings}
    result = subprocess.run(
        [sys.executable, "-c", code],
        cwd=backend,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout.splitlines()[-1])


def run_in_shop(shop: Path, code: str, database: Path) -> Any:
    settings = {
        "SHOP_DATABASE_URL": f"sqlite+aiosqlite:///{database.as_posix()}",
        "SHOP_BROKER_URL": "memory://",
        # Nothing listens there: a test that came to call out would fail, not reach anyone.
        "SHOP_PAYMENTS_URL": "http://127.0.0.1:9",
        "SHOP_WAREHOUSE_URL": "http://127.0.0.1:9",
        "SHOP_SMTP_HOST": "127.0.0.1:9",
    }
    return run_in(shop, code, settings)


def run_in_clinic(clinic: Path, code: str, database: Path) -> Any:
    settings = {
        "DJANGO_SETTINGS_MODULE": "clinic.settings",
        "CLINIC_DATABASE": str(database),
        "CLINIC_BROKER_URL": "memory://",
        "CLINIC_SMS_URL": "http://127.0.0.1:9",
    }
    return run_in(clinic, code, settings)


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


SEE_A_DOCTOR = """
import json
import django

django.setup()

from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client

from appointments import models, tasks

call_command("check", verbosity=0)
call_command("makemigrations", check=True, dry_run=True, verbosity=0)
call_command("migrate", verbosity=0)


def client_of(name, is_staff=False):
    user = User.objects.create_user(name, is_staff=is_staff)
    if not is_staff:
        models.Patient.objects.create(user=user, phone="0")
    client = Client()
    client.force_login(user)
    return client


def post(client, path, **data):
    return client.post(f"/api/{path}/", data, content_type="application/json")


doctor = models.Doctor.objects.create(name="Hopper")
ada, bob, staff = client_of("ada"), client_of("bob"), client_of("staff", is_staff=True)
slot = {"doctor_id": doctor.pk, "starts_at": "2099-01-31T10:00:00Z"}
day = {"doctor_id": doctor.pk, "day": "2099-01-31"}
seen = {}

booked = post(ada, "appointments", **slot)
number = booked.json()["id"]
seen["booked"] = [booked.status_code, booked.json()["status"]]
refused = [
    post(bob, "appointments", **slot),
    post(bob, "appointments", **slot | {"doctor_id": 99}),
    post(staff, "appointments", **slot),
    post(ada, "appointments"),
]
seen["refused"] = [response.status_code for response in refused]
seen["mine"] = [len(client.get("/api/appointments/").json()) for client in (ada, bob)]
seen["confirmed"] = [
    post(client, f"appointments/{number}/confirm").status_code for client in (ada, bob)
]
sheets = [
    client.get(f"/reception/{doctor.pk}/{day}/")
    for client, day in (
        (staff, "2099-01-31"), (staff, "soon"), (ada, "2099-01-31"), (Client(), "2099-01-31")
    )
]
seen["sheet"] = [response.status_code for response in sheets]
seen["on_it"] = [line["status"] for line in sheets[0].json()["appointments"]]
seen["cancelled"] = [
    post(ada, f"appointments/{number}/cancel").status_code for _ in range(2)
]

again = post(bob, "appointments", **slot).json()["id"]
preview = {"dry_run": True, "mode": "preview"}
seen["may_close"] = post(ada, "closures", **day).status_code
closed = [post(staff, "closures", **day, **how).json() for how in (preview, {}, {})]
seen["closed"] = [[number == again for number in answer["cancelled"]] for answer in closed]

post(bob, "appointments", **slot)
call_command("close_day", doctor.pk, "2099-01-31")
post(bob, "appointments", **slot)
seen["unconfirmed"] = tasks.cancel_unconfirmed(older_than_hours=0)
seen["left"] = models.Appointment.objects.exclude(status="cancelled").count()
print(json.dumps(seen))
"""


@pytest.mark.usefixtures("installed_django")
@BOTH_CLINICS
def test_clinic_takes_appointments(clinic: Path, tmp_path: Path) -> None:
    assert run_in_clinic(clinic, SEE_A_DOCTOR, tmp_path / "clinic.db") == {
        "booked": [201, "requested"],
        "refused": [409, 404, 403, 400],
        "mine": [1, 0],
        "confirmed": [200, 404],
        "sheet": [200, 400, 403, 302],
        "on_it": ["confirmed"],
        "cancelled": [200, 409],
        "may_close": 403,
        "closed": [[True], [True], []],
        "unconfirmed": 1,
        "left": 0,
    }


@ALL_BACKENDS
def test_every_module_compiles(backend: Path) -> None:
    for module in backend.rglob("*.py"):
        compile(module.read_text(encoding="utf-8"), str(module), "exec")


@ALL_BACKENDS
def test_every_folder_of_code_is_a_package(backend: Path) -> None:
    folders = {module.parent for module in backend.rglob("*.py")} - {backend}
    assert folders
    assert [folder for folder in folders if not (folder / "__init__.py").is_file()] == []


# --- (b) what the rules say -----------------------------------------------------------------------

Finding = tuple[str, str, int, int, str]
"""Code, path in the backend, line, column, message."""


def lint(folder: Path, *options: str) -> list[Finding]:
    """The findings in a folder, by code and place."""
    result = subprocess.run(
        [*(sys.executable, "-m", "flake8", "--isolated", *options), "--format=%(code)s\t%(path)s\t%(row)d\t%(col)d\t%(text)s", "."],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert result.returncode in (0, 1), result.stderr
    assert result.stderr == ""
    parts = [line.split("\t") for line in result.stdout.splitlines()]
    return sorted((code, Path(path).as_posix(), int(row), int(column), text) for code, path, row, column, text in parts)


def table(findings: list[Finding]) -> str:
    """Findings as text: a line for each code and place, below the first of a code its message."""
    lines = []
    for _, same in groupby(findings, key=lambda finding: finding[0]):
        for position, (code, path, row, column, text) in enumerate(same):
            lines.append(f"{code} {path}:{row}:{column}")
            if position == 0:
                lines.append(f"    {text}")
    return "\n".join(lines) + "\n"


@WRONG_ONES
def test_findings_in_the_wrong_backends(backend: Path) -> None:
    expected = (FINDINGS / f"{backend.name}.txt").read_text(encoding="utf-8")
    assert table(lint(backend, "--select=KBR")) == expected


def test_the_wrong_backends_show_every_rule_that_is_on() -> None:
    default_on = {rule.code for rule in all_rules() if rule.default}
    shown = {backend: {finding[0] for finding in lint(backend, "--select=K")} for backend in (WRONG, CLINIC_WRONG)}
    assert shown[WRONG] | shown[CLINIC_WRONG] == default_on
    assert sorted(default_on - shown[WRONG]) == []


@pytest.mark.parametrize("options", [("--select=K",), ("--select=KBR", "--extend-select=KBR")], ids=["default", "opt-in"])
@RIGHT_ONES
def test_right_backends_are_clean(backend: Path, options: tuple[str, ...]) -> None:
    assert lint(backend, *options) == []


def test_right_clinic_keeps_expected_failures_in_results() -> None:
    assert lint(CLINIC_RIGHT, "--select=KBR", "--backend-strict-results=true") == []


if __name__ == "__main__":
    FINDINGS.mkdir(exist_ok=True)
    for wrong in (WRONG, CLINIC_WRONG):
        (FINDINGS / f"{wrong.name}.txt").write_text(table(lint(wrong, "--select=KBR")), encoding="utf-8")
