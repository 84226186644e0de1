"""KBR204 to KBR209 at their edges: each silent case stands beside a near variant that is flagged."""

from __future__ import annotations

from pathlib import Path

import pytest

from flake8_backend_rules.catalogue import all_rules
from tests.harness import lint

RULES = {rule.code: rule for rule in all_rules()}
DTO = "from pydantic import BaseModel\nclass OrderCreate(BaseModel): ...\n"
ROUTES = "from fastapi import APIRouter\nrouter = APIRouter()\ndef helper(): ...\n"
TASKS = "from celery import shared_task\n@shared_task\ndef ship(): ...\nqueue = broker = None\ndef enqueue_ship(): ...\n"
ROW = "from sqlmodel import SQLModel\nclass Hero(SQLModel, table=True): ...\n"
ROUTE = "from fastapi import APIRouter\nfrom app.models import Hero\nrouter = APIRouter()\n"
OUTWARD = "move what it needs inward, or have the outer layer pass it in"
PORT = "define what the domain needs as a port and implement it outside"
OWN = "take plain values or an input type of the core's own, and convert at the edge"
PLAIN = "use a dataclass or plain class, and keep pydantic at the edge"
NAME_DTO = "name a DTO with the fields that clients may see"


def found(root: Path, code: str, files: dict[str, str]) -> list[tuple[int, int, str]]:
    """(line, column, message) of every finding of one rule."""
    root.mkdir(exist_ok=True)
    results = lint(root, {"app/__init__.py": "", **files}, [RULES[code]])
    return [(f.line, f.column + 1, f.text.removeprefix(f"{code} ")) for findings in results.values() for f in findings]


FLAGGED = [
    (
        "KBR204",
        {"app/api/orders.py": ROUTES, "app/toolbox.py": "from app.api.orders import helper\n",
         "app/services/a.py": "import os\nfrom app.toolbox import helper\n"},
        (2, 1, f"application module imports 'helper' from the transport module 'app.api.orders'; {OUTWARD}"),
    ),
    (
        "KBR204",
        {"app/shipping/tasks.py": TASKS, "app/services/a.py": "def f():\n    from app.shipping.tasks import ship\n"},
        (2, 5, f"application module imports 'ship' from the transport module 'app.shipping.tasks'; {OUTWARD}"),
    ),
    (
        "KBR204",
        {"app/api/orders.py": ROUTES, "app/db/session.py": "from ..api import orders\n"},
        (1, 1, f"infrastructure module imports the transport module 'app.api.orders'; {OUTWARD}"),
    ),
    (
        "KBR204",
        {"app/api/__init__.py": "from . import fields\n", "app/api/fields.py": "import flask\n",
         "app/db/orders.py": "import os\nfrom app.api import fields\n"},
        (2, 1, f"infrastructure module imports the transport module 'app.api.fields'; {OUTWARD}"),
    ),
    (
        "KBR205",
        {"app/domain/a.py": "if True:\n    from sqlalchemy.orm import Session as S\n"},
        (2, 5, f"domain module imports the driver 'sqlalchemy'; {PORT}"),
    ),
    (
        "KBR205",
        {"app/domain/a.py": "import aiohttp\nimport aiohttp.web\n"},
        (1, 1, f"domain module imports the driver 'aiohttp'; {PORT}"),
    ),
    (
        "KBR206",
        {"app/schemas.py": DTO, "app/services/a.py": "import app.schemas\nx = app.schemas.OrderCreate\n"},
        (1, 1, f"application module imports the DTO 'OrderCreate' (app.schemas); {OWN}"),
    ),
    (
        "KBR206",
        {"app/models.py": DTO, "app/services/types.py": "from app.models import OrderCreate as Create\n"},
        (1, 1, f"application module imports the DTO 'OrderCreate' (app.models); {OWN}"),
    ),
    (
        "KBR206",
        {
            "app/wire/serializers.py": "from rest_framework import serializers\nclass OrderLine(serializers.ModelSerializer): ...\n",
            "app/services/a.py": "from app.wire.serializers import OrderLine\n",
        },
        (1, 1, f"application module imports the DTO 'OrderLine' (app.wire.serializers); {OWN}"),
    ),
    (
        "KBR207",
        {"app/domain/a.py": "from pydantic import BaseModel as B\nclass X(B):\n    class Y(B): ...\nclass Z(X): ...\n"},
        (2, 1, f"domain class 'X' (and 1 heir) is a pydantic model; {PLAIN}"),
    ),
    (
        "KBR209",
        {"app/models.py": ROW, "app/api/a.py": ROUTE + "@router.get('/')\ndef f() -> dict[str, 'Hero']: ...\n"},
        (5, 12, f"route handler 'f' exposes the ORM class 'Hero' as its response; {NAME_DTO}"),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("code", "files", "first"), FLAGGED)
def test_flagged(code: str, files: dict[str, str], first: tuple[int, int, str], tmp_path: Path) -> None:
    assert found(tmp_path, code, files)[:1] == [first]


# (code, files, silent variant of one file, flagged variant of it)
PAIRS = [
    ("KBR204", {"app/api/x.py": ROUTES}, ("app/toolbox.py", "from app.api.x import helper"), "app/services/a.py"),
    ("KBR204", {"app/api/x.py": "def helper(): ..."}, "app/services/a.py:from app.api.x import helper", ("app/api/x.py", ROUTES)),
    ("KBR204", {"app/jobs/tasks.py": TASKS}, "app/services/a.py:from app.jobs.tasks import queue", "from app.jobs.tasks import ship"),
    ("KBR204", {"app/jobs/tasks.py": TASKS}, "app/services/a.py:from app.jobs.tasks import enqueue_ship", "from app.jobs import tasks"),
    ("KBR204", {"app/jobs/tasks.py": TASKS}, "app/services/a.py:from app.jobs.tasks import ship\nship.delay_on_commit(1)\nx = [ship.s(2)]",
     "from app.jobs.tasks import ship\nship.delay(1)\nship(2)"),
    ("KBR204", {"app/jobs/tasks.py": TASKS}, "app/services/a.py:from app.jobs import tasks\ntasks.ship.apply_async([1])",
     "from app.jobs import tasks\ntasks.ship.apply_async([1])\ntasks.ship.run(1)"),
    ("KBR204", {"app/jobs/tasks.py": TASKS}, "app/services/a.py:from app.jobs.tasks import ship\nq.enqueue(ship, 1)",
     "from app.jobs.tasks import ship\nq.enqueue(1, ship)"),
    ("KBR204", {"app/mail.py": TASKS + "def write(): ...\nclass Full(Exception): ..."},
     "app/services/a.py:from app.mail import Full, write", "from app.mail import Full, ship, write"),
    ("KBR204", {"app/models/workers.py": "async def beat(session): ..."}, "app/services/a.py:from app.models.workers import beat",
     ("app/models/workers.py", TASKS + "async def beat(session): ...")),
    ("KBR204", {"app/api/errors.py": "import fastapi\nclass Gone(Exception): ...", "app/api/services/b.py": "", "app/api/db.py": ""},
     "app/services/a.py:from app.api.errors import Gone", ("app/api/errors.py", ROUTES + "@router.get('/')\ndef f(): ...\nGone = 1")),
    ("KBR204", {"app/api/schemas/x.py": "import fastapi\nLIMIT = 1", "app/api/x.py": "import fastapi\nLIMIT = 1"},
     "app/services/a.py:from app.api.schemas.x import LIMIT", "from app.api.x import LIMIT"),
    ("KBR204", {"app/api/x.py": ROUTES}, "app/api/services/a.py:from app.api.x import helper", "app/services/a.py"),
    ("KBR204", {"app/services/web/routes.py": ROUTES}, "app/services/__init__.py:from .web.routes import helper",
     ("app/use_cases.py", "from app.services.web.routes import helper")),
    ("KBR204", {"app/orders/routes.py": ROUTES}, "app/integrations/a.py:import fastapi\nfrom app.orders.routes import helper",
     "from app.orders.routes import helper"),
    ("KBR205", {"app/db/base.py": "from sqlmodel import SQLModel as Base"},
     "app/domain/a.py:from sqlmodel import SQLModel, Field\nclass A(SQLModel, table=True):\n    id: int = Field()",
     "from sqlmodel import SQLModel, Field\nclass A(SQLModel, table=True): ..."),
    ("KBR205", {"app/db/base.py": "from sqlmodel import SQLModel\nclass Base(SQLModel): ..."},
     "app/domain/a.py:from app.db.base import *\nclass A(Base, table=True): ...", "from app.db.base import *"),
    ("KBR205", {}, "app/domain/a.py:from aiohttp import web", "from aiohttp import ClientSession"),
    ("KBR205", {"app/db/x.py": "Y = 1"}, "app/services/a.py:from app.db.x import Y", ("app/domain/a.py", "from app.db.x import Y")),
    ("KBR205", {"app/db/x.py": "Y = 1"}, "app/db/entities/a.py:import sqlalchemy", ("app/entities/a.py", "import sqlalchemy")),
    ("KBR205", {}, "app/policies.py:import pluggy\nimport redis", "import redis"),
    ("KBR205", {}, "app/schemas/policy.py:import redis", ("app/domain/policy.py", "import redis")),
    ("KBR205", {}, "app/api/policies/a.py:import redis", ("app/orders/policies/a.py", "import redis")),
    ("KBR205", {"app/policies/views.py": ROUTES}, "app/policies/a.py:import redis", ("app/domain/a.py", "import redis")),
    ("KBR206", {"app/schemas.py": DTO}, "app/services/a.py:from app import schemas\nx = schemas.LIMIT",
     "from app.schemas import OrderCreate"),
    ("KBR206", {"app/application/dto/x.py": DTO, "app/dto/x.py": DTO},
     "app/application/a.py:from app.application.dto.x import OrderCreate", "from app.dto.x import OrderCreate"),
    ("KBR206", {"app/base.py": "class OrderCreate: ..."}, "app/services/a.py:from app.base import OrderCreate", ("app/base.py", DTO)),
    ("KBR206", {"app/schemas.py": f"{DTO}class Task(BaseModel):\n    def to_task_response(self): ...\n"
                "class RetryConfig(BaseModel): ...\nclass Other(BaseModel):\n    def to_text(self): ..."},
     "app/services/a.py:from app.schemas import RetryConfig, Task", "from app.schemas import Other"),
    ("KBR206", {"app/services/orders/schemas.py": DTO}, "app/services/orders/a.py:from .schemas import OrderCreate",
     ("app/services/orders/routes.py", ROUTES)),
    ("KBR206", {"app/schemas.py": DTO}, "app/cli/commands/a.py:from app.schemas import OrderCreate",
     ("app/commands/a.py", "from app.schemas import OrderCreate")),
    ("KBR206", {"app/schemas.py": DTO}, "app/services/connectors/a.py:from app.schemas import OrderCreate",
     ("app/services/orders/a.py", "from app.schemas import OrderCreate")),
    ("KBR206", {"app/schemas.py": DTO}, "app/services/mail_provider.py:from app.schemas import OrderCreate",
     ("app/services/provider.py", "from app.schemas import OrderCreate")),
    ("KBR206", {"app/schemas.py": DTO}, "app/services/a.py:import httpx\nfrom app.schemas import OrderCreate\nclass Sent(OrderCreate): ...",
     "import httpx\nfrom app.schemas import OrderCreate"),
    ("KBR206", {"app/schemas.py": DTO}, "app/services/dto/a.py:from app.schemas import OrderCreate",
     "app/services/out/a.py"),
    ("KBR206", {"app/rows/order_flow/row.py": DTO}, "app/rows/order_flow/__init__.py:from .row import OrderCreate",
     ("app/rows/bill_flow/__init__.py", "from app.rows.order_flow.row import OrderCreate")),
    ("KBR206", {"app/schemas.py": f"{DTO}class ImportOrderSchema(BaseModel): ...\nclass ImportRequest(BaseModel): ..."},
     "app/services/a.py:from app.schemas import ImportOrderSchema", "from app.schemas import ImportRequest"),
    ("KBR207", {}, "app/domain/commands/a.py:" + DTO, ("app/domain/a.py", DTO)),
    ("KBR207", {}, "app/models/a.py:" + DTO, ("app/models/domain/a.py", DTO)),
    ("KBR208", {}, "app/db/entities/a.py:" + ROW, ("app/domain/a.py", ROW)),
    ("KBR209", {"app/models.py": ROW}, "app/api/a.py:" + ROUTE + "def f() -> Hero: ...", ROUTE + "@router.get('/')\ndef f() -> Hero: ..."),
    ("KBR209", {"app/models.py": ROW}, "app/api/a.py:" + ROUTE + "@router.get('/', response_model=None)\ndef f() -> Hero: ...",
     ROUTE + "@router.get('/', response_model=Hero)\ndef f(): ..."),
]  # fmt: skip


@pytest.mark.parametrize(("code", "files", "silent", "flagged"), PAIRS)
def test_silent_beside_flagged(
    code: str, files: dict[str, str], silent: str | tuple[str, str], flagged: str | tuple[str, str], tmp_path: Path
) -> None:
    path, source = silent.split(":", 1) if isinstance(silent, str) else silent
    assert found(tmp_path / "silent", code, {**files, path: source}) == []
    variant = {flagged: source} if isinstance(flagged, str) and flagged.endswith(".py") else {}
    variant = variant or ({path: flagged} if isinstance(flagged, str) else {path: source, flagged[0]: flagged[1]})
    assert len(found(tmp_path / "flagged", code, {**files, **variant})) >= 1


def test_of_a_module_that_can_not_be_read_names_spelled_like_classes_are_dtos(tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    for stem in ("schemas", "models"):
        (tmp_path / f"app/{stem}.py").write_text("class Order(\n")
    source = "from app.models import Refund\nfrom app.schemas import LIMIT, Order, helper\n"
    expected = (2, 1, f"application module imports the DTO 'Order' (app.schemas); {OWN}")
    assert found(tmp_path, "KBR206", {"app/services/a.py": source}) == [expected]


def test_the_heirs_of_a_base_are_counted_over_the_project(tmp_path: Path) -> None:
    files = {
        "app/seed/domain/base.py": "from pydantic import BaseModel\nclass Rule(BaseModel): ...\n",
        "app/bids/domain/rules.py": "from app.seed.domain.base import Rule\nclass A(Rule): ...\nclass B(A): ...\n",
        "app/bids/services.py": "from app.seed.domain.base import Rule\nclass C(Rule): ...\n",
    }
    assert found(tmp_path, "KBR207", files) == [(2, 1, f"domain class 'Rule' (and 2 heirs) is a pydantic model; {PLAIN}")]


def test_dtos_are_named_up_to_four_and_then_counted(tmp_path: Path) -> None:
    names = [f"Order{n}Create" for n in range(6)]
    source = "from pydantic import BaseModel\n" + "".join(f"class {n}(BaseModel): ...\n" for n in names)
    files = {"app/schemas.py": source, "app/services/a.py": f"from app.schemas import {', '.join(names)}\n"}
    listed = ", ".join(f"'{n}'" for n in names[:4])
    assert found(tmp_path, "KBR206", files) == [(1, 1, f"application module imports the DTOs {listed} (app.schemas) and 2 more; {OWN}")]
