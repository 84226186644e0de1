"""Further cases of KBR101, KBR102, KBR104, KBR403 and KBR406: those that the rules' own examples have no room for."""

from __future__ import annotations

import ast
import textwrap
from pathlib import Path

import pytest

from flake8_backend_rules.catalogue import all_rules
from flake8_backend_rules.rule import Rule
from tests.harness import lint, session, write

RULES: dict[str, type[Rule]] = {rule.code: rule for rule in all_rules()}
ROUTE = """
from fastapi import APIRouter, Depends, HTTPException
from fastapi.responses import JSONResponse
{imports}
router = APIRouter()

@router.post("/orders/{{number}}")
async def handle(number: int, {parameters}):
{body}
"""
SERVICES = """
from abc import ABC, abstractmethod
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple
from pydantic import BaseModel

def place(number): ...
def charge(number): ...
def get_order(number): ...
def get_or_create_order(number): ...
def fetch_and_store(number): ...
def fetch_and_parse(number): ...
def bulk_fetch(numbers): ...
def set_hint(*values): ...
def set_cache(number): ...
def authenticate(number): ...
def should_place(number): ...
def checkout_url(number): ...
def rotate_key(number): ...
def order_overview(number): ...
def stock_of(number): ...
@contextmanager
def unit(): ...

class Money(BaseModel):
    def add(self): ...
class Kind(Enum):
    A = 1
    def apply(self): ...
class Point(NamedTuple):
    def move(self): ...
class Refused(Exception):
    def explain(self): ...

class Service(ABC):
    @abstractmethod
    def place(self): ...
    @staticmethod
    async def connect() -> "Service": ...
class Concrete(Service):
    def charge(self): ...
class PlaceOrder:
    def execute(self): ...
    def __call__(self, number): ...
class GetOrder:
    def execute(self): ...
class OrderQueryHandler:
    def handle(self): ...
class Bus:
    def handle(self, message): ...
    def close(self, *orders): ...
"""
NAMES = "from app.services.orders import *"


def found(code: str, tmp_path: Path, files: dict[str, str], **options: str) -> list[tuple[str, int, int, str]]:
    """(path, line, column, text) of the findings of one rule."""
    results = lint(tmp_path, files, [RULES[code]], options={k.replace("_", "-"): v for k, v in options.items()})
    return [(path, f.line, f.column + 1, f.text) for path, findings in results.items() for f in findings]


def route(body: str, parameters: str = "service: Concrete = Depends()", imports: str = NAMES) -> str:
    return ROUTE.format(imports=imports, parameters=parameters, body=textwrap.indent(textwrap.dedent(body).strip("\n"), "    "))


@pytest.mark.parametrize(
    ("body", "calls"),
    [
        ("place(1)\ncharge(1)", "'place()', 'charge()'"),
        ("service.place()\nawait service.charge()", "'service.place()', 'service.charge()'"),
        ("if number:\n    place(1)\ncharge(1)", "'place()', 'charge()'"),
        ("return charge(place(1))", "'place()', 'charge()'"),
        ("try:\n    place(1)\nexcept ValueError:\n    charge(1)", "'place()', 'charge()'"),
        ("try:\n    place(1)\nfinally:\n    charge(1)", "'place()', 'charge()'"),
        ("for n in (1, 2):\n    if n:\n        break\n    place(n)\ncharge(1)", "'place()', 'charge()'"),
        ("with unit():\n    place(1)\n    charge(1)", "'place()', 'charge()'"),
        ("match number:\n    case 1:\n        place(1)\n    case _:\n        pass\ncharge(1)", "'place()', 'charge()'"),
        ("place(1) and charge(1)", "'place()', 'charge()'"),
        ("rotate_key(1)\nplace(1)", "'rotate_key()', 'place()'"),
        ("await order_overview(1)\nplace(1)", "'order_overview()', 'place()'"),
        ("get_or_create_order(1)\nfetch_and_store(1)", "'get_or_create_order()', 'fetch_and_store()'"),
        ("PlaceOrder().execute()\nPlaceOrder()(1)", "'PlaceOrder().execute()', 'PlaceOrder()()'"),
        ("bus = Bus()\nbus.handle(number)\nbus.close(number)", "'bus.handle()', 'bus.close()'"),
        ("bus = Bus()\nbus.handle(number)\nbus.handle(number)", "'bus.handle()', 'bus.handle()'"),
        ("place(1)\nset_hint(number, 1)", "'place()', 'set_hint()'"),
        ("response = page()\nplace(response)\nset_hint(1)", "'place()', 'set_hint()'"),
    ],
)
def test_calls_on_one_path_are_counted(body: str, calls: str, tmp_path: Path) -> None:
    files = {"app/services/orders.py": SERVICES, "app/api/orders.py": route(body)}
    text = f"KBR101 route handler 'handle' makes 2 calls to core operations on one path ({calls}); move the sequence into one operation"
    assert found("KBR101", tmp_path, files) == [("app/api/orders.py", 7, 1, text)]


@pytest.mark.parametrize(
    "body",
    [
        "if number:\n    place(1)\nelse:\n    charge(1)",
        "if number:\n    return place(1)\nreturn charge(1)",
        "if number:\n    raise Refused(place(1))\ncharge(1)",
        "place(1) if number else charge(1)",
        "match number:\n    case 1:\n        place(1)\n    case _:\n        charge(1)",
        "for n in (1, 2):\n    place(n)",
        "[place(n) for n in (1, 2)]",
        "while number:\n    if number:\n        place(1)\n        continue\n    charge(1)",
        "def later():\n    place(1)\ncharge(1)",
        "later = lambda: place(1)\ncharge(1)",
        "get_order(1)\nshould_place(1)\nbulk_fetch([1])\nfetch_and_parse(1)\ncheckout_url(1)\nplace(1)",
        "shown = await order_overview(1)\nif stock_of(1): return shown\nplace(stock_of(1))",
        "Money().add()\nKind.A.apply()\nPoint().move()\nRefused().explain()\nplace(1)",
        "one = await Service.connect()\none.place()",
        "GetOrder().execute()\nOrderQueryHandler().handle()\nplace(1)",
        "with unit():\n    place(1)",
        "bus = Bus()\nbus.handle(number)\nbus.close()",
        "query = OrderQuery()\nbus = Bus()\nbus.handle(query)\nbus.handle(number)",
        "Depends(place(1))\ncharge(1)",
        "helper(1)\nhelper(2)",
        "number.place()\nunknown.charge()",
        "response = page()\nplace(1)\nset_hint(response, 1)",
        "authenticate(1)\nset_cache(1)\nplace(1)",
    ],
)
def test_alternatives_lookups_and_values_are_not(body: str, tmp_path: Path) -> None:
    imports = f"{NAMES}\nfrom app.queries import OrderQuery\n\ndef helper(number): ..."
    files = {"app/services/orders.py": SERVICES, "app/api/orders.py": route(body, imports=imports)}
    assert found("KBR101", tmp_path, files) == []


@pytest.mark.parametrize(
    "path",
    [
        "app/services/permissions.py", "app/services/auth.py", "app/services/audit/orders.py", "app/repositories/orders.py",
        "app/core/orders.py",
    ],
)  # fmt: skip
def test_only_the_application_layer_holds_operations(path: str, tmp_path: Path) -> None:
    module = path.removesuffix(".py").replace("/", ".")
    files = {
        path: "def place(n): ...\ndef charge(n): ...\n",
        "app/api/orders.py": route("place(1)\ncharge(1)", "", f"from {module} import *"),
    }
    assert found("KBR101", tmp_path, files) == []


@pytest.mark.parametrize(
    ("path", "decorator", "flagged"),
    [
        ("app/services/orders/worker.py", "", False),
        ("app/services/orders/worker.py", "@shared_task", True),
        ("app/orders/worker.py", "", True),
    ],
)
def test_loops_of_the_core_itself_are_its_own(path: str, decorator: str, flagged: bool, tmp_path: Path) -> None:
    imports = f"from celery import shared_task\n{NAMES}"
    files = {"app/services/orders.py": SERVICES, path: f"{imports}\n{decorator}\nasync def consume(n: int):\n    place(n)\n    charge(n)\n"}
    text = "KBR101 job handler 'consume' makes 2 calls to core operations on one path ('place()', 'charge()'); "
    assert found("KBR101", tmp_path, files) == ([(path, 4, 1, f"{text}move the sequence into one operation")] if flagged else [])


@pytest.mark.parametrize(
    ("body", "count"),
    [
        ("if number: a()\nelif number: b()", 2),
        ("return 1 if number else 2 if number else 3", 2),
        ("for a in b: pass\nwhile a: pass", 2),
        ("return [a for a in b if a if b]", 2),
        ("return a and b and c", 2),
        ("match number:\n    case 1: a()\n    case 2: b()\n    case _: c()", 2),
        ("try: a()\nexcept KeyError: b()\nexcept ValueError: c()", 2),
        ("if number: raise ValueError()\nif a: return JSONResponse({})", 2),
        ("if number: raise HTTPException(404)\nelif a: b()\nelse: c()\nif d: e()", 2),
        ("async def inner():\n    return 1 if number else 2\nif a: b()\nif c: d()", 2),
        ("if request.method == b: c()\nif form.valid(): d()", 2),
        ("if request.method == 'POST' and a and b: c()", 2),
        ("if 'x' in request.state: c()\nif a: flash('done', 'success')", 2),
        ("if a:\n    response.set_cookie('a')\n    b()\nif c:\n    messages.error(request, 'no')\n    c()", 2),
        ("if a:\n    await ws.close()\n    return\nif b: response.body['a'] = 1", 2),
        ("try: a()\nexcept KeyError:\n    b()\n    raise HTTPException(404)\nif c: d()", 2),
    ],
)
def test_decision_points_are_counted(body: str, count: int, tmp_path: Path) -> None:
    files = {"app/api/orders.py": route(body, "")}
    text = f"KBR102 route handler 'handle' has {count} decision points of its own (at most {{}}); move the decisions out of the handler"
    at = [("app/api/orders.py", 7, 1)]
    assert found("KBR102", tmp_path, files, backend_max_handler_complexity=str(count - 1)) == [(*at[0], text.format(count - 1))]
    assert found("KBR102", tmp_path, files, backend_max_handler_complexity=str(count)) == []


@pytest.mark.parametrize(
    "body",
    [
        "if not a or not b: raise HTTPException(404)",
        "if a:\n    log.info('no')\n    return JSONResponse({}, 404)",
        "if a: return JSONResponse({}, status_code=status.HTTP_409_CONFLICT)",
        "if a: return {'error': 1}, 400",
        "if a: return not_found()",
        "if a: abort(404)",
        "if a: b()\nelse: raise HTTPException(404)",
        "try: a()\nexcept KeyError: raise HTTPException(404)\nexcept HTTPException: raise",
        "match a:\n    case Ok(b): c()\n    case Err(b): d()\n    case _: e()",
        "if isinstance(a, Err): b()\nelif isinstance(a, Ok): c()",
        "if is_ok(a): b()",
        "if request.method == 'POST': b()\nelif request.method in ('PUT', 'PATCH'): c()",
        "if 'name' in request.POST and form.is_valid(): b()\nelif not await form.is_valid(): c()",
        "good = form.is_valid() and all(f.is_valid() for f in forms) and (not a or a.is_valid())",
        "if request.form.get('action') == 'lock': b()\na = 1 if request.args.get('page') else 2",
        "if a:\n    messages.error(request, 'no')\n    return redirect('/')",
        "try: a()\nexcept KeyError:\n    log.info('no')\n    flash('no', 'danger')",
        "if a:\n    await ws.close(code=4003, reason='no')\n    return",
        "if a: response.set_cookie('lang', a)\nif b: response.headers['ETag'] = b",
    ],
)
def test_the_edges_own_decisions_are_not(body: str, tmp_path: Path) -> None:
    assert found("KBR102", tmp_path, {"app/api/orders.py": route(body, "")}, backend_max_handler_complexity="0") == []


@pytest.mark.parametrize(
    ("path", "head", "flagged"),
    [
        ("app/worker.py", "async def consume(rows):", True),
        ("app/worker.py", "@retried\nasync def consume(rows):", True),
        ("app/worker.py", "@app.command()\nasync def consume(rows):", False),
        ("app/worker.py", "async def start(rows):", False),
        ("app/jobs/workers.py", "async def update_worker(rows):", True),
        ("app/models/workers.py", "async def update_worker(rows):", False),
    ],
)
def test_commands_lifecycle_and_rows_of_workers_are_no_jobs(path: str, head: str, flagged: bool, tmp_path: Path) -> None:
    files = {path: f"{head}\n    if rows: rows.pop()\n"}
    assert bool(found("KBR102", tmp_path, files, backend_max_handler_complexity="0")) is flagged


@pytest.mark.parametrize(
    ("helper", "flagged"),
    [
        ("def fill(request, rows) -> None:\n    {body}", False),
        ("@atomic\ndef fill(request, rows):\n    {body}\ndef page(request): fill(request, 1)", False),
        ("def fill(request, rows):\n    {body}\n    return rows, 1\ndef page(request): fill(request, 1)", False),
        ("def fill(request, rows):\n    {body}\n    return rows, 1", False),
        ("@paged\ndef fill(request, rows):\n    {body}\n    return rows, 1", True),
        ("def fill(request, rows):\n    {body}\n    return rows.exists()", False),
        ("def fill(request, rows):\n    {body}\n    return rows.render()", True),
        ("def fill(request, rows):\n    {body}\n    return bool(rows) == True", False),
        ("def fill(request, rows):\n    {body}\n    return 1", True),
        ("def fill(request, rows):\n    {body}\n    return request.rows", False),
        ("def fill(request, rows):\n    {body}\n    return rows.page", True),
        ("def fill(request, rows):\n    {body}\n    return render(request)\ndef page(request): return fill(request, 1)", True),
        ("@ajax\ndef fill(request, rows):\n    {body}\n    return {{}}\ndef page(request): return fill(request, 1)", True),
    ],
)
def test_a_helper_of_function_views_is_no_handler(helper: str, flagged: bool, tmp_path: Path) -> None:
    text = f"from django.db.transaction import atomic\n\n{helper.format(body='if rows: rows.pop()')}\n"
    assert bool(found("KBR102", tmp_path, {"shop/views.py": text}, backend_max_handler_complexity="0")) is flagged


@pytest.mark.parametrize(
    ("body", "flagged"),
    [
        ("connect()", True),
        ("Repository().add()", True),
        ("Row.by_number(1)", True),
        ("Row.count()", True),
        ("saved(1)", True),
        ("Row.label(1)", False),
        ("now()", False),
        ("OrderAdapters.label(1)", True),
        ("Repository()", False),
        ("Row().describe()", False),
        ("Row().note()", False),
        ("Noted().note()", True),
        ("Row.id", False),
    ],
)
def test_infrastructure_calls(body: str, flagged: bool, tmp_path: Path) -> None:
    storage = """
    from sqlalchemy.orm import DeclarativeBase

    class Noted:
        def note(self): ...

    class Row(Noted, DeclarativeBase):
        @classmethod
        def by_number(cls, number): ...
        @classmethod
        def count(cls):
            return cls.query.count()
        @staticmethod
        def label(number):
            return f"Order {number}"
        def describe(self): ...

    class OrderAdapters:
        @staticmethod
        def label(number):
            return f"Order {number}"

    class Repository:
        def add(self): ...

    def connect(): ...
    def now():
        return datetime.now(timezone.utc)
    def saved(session):
        return session
    """
    files = {"app/repositories/orders.py": storage, "app/api/orders.py": route(body, "", "from app.repositories.orders import *")}
    assert [(line, column) for _, line, column, _ in found("KBR104", tmp_path, files)] == ([(8, 5)] if flagged else [])


@pytest.mark.parametrize(
    ("signature", "what"),
    [
        ("f(a)", "'a' without annotation"),
        ("f(a: object)", "'a' annotated object"),
        ("f(a: 'dict')", "'a' annotated 'dict'"),
        ("f(a: typing.Any | None)", "'a' annotated typing.Any | None"),
        ("f(a: list[dict[str, object]])", "'a' annotated list[dict[str, object]]"),
        ("f(task, a, *, ctx)", "'a' and 'ctx' without annotation"),
        ("f(a, **kwargs)", "'a' without annotation, '**kwargs'"),
        ("f(a, b, c, d, e)", "'a', 'b', 'c' and 2 more without annotation"),
        ("f(a: int)", ""),
        ("f(a: Payload, *args, **kwargs)", ""),
        ("f(message)", ""),
        ("f(**scope: typing.Unpack[Scope])", ""),
        ("f(self, request, a: dict[str, int])", ""),
        ("f(a: list[int], db=Depends(session))", ""),
        ("f()", ""),
    ],
)
def test_job_payloads(signature: str, what: str, tmp_path: Path) -> None:
    source = f"import typing\nimport dramatiq\n\n@dramatiq.actor\ndef {signature}: ...\n"
    text = f"KBR403 job handler 'f' takes an untyped payload ({what}); spell it in annotated parameters or a payload class"
    assert found("KBR403", tmp_path, {"app/worker.py": source}) == ([("app/worker.py", 5, 1, text)] if what else [])


def test_the_wrapper_that_a_decorator_makes_a_job_is_left_alone(tmp_path: Path) -> None:
    source = """
    from celery import shared_task

    def traced(function):
        @shared_task
        def wrapper(*args, **kwargs):
            return function(*args, **kwargs)
        return wrapper

    @shared_task
    def plain(*args):
        ...
    """
    assert [line for _, line, _, _ in found("KBR403", tmp_path, {"app/tasks.py": source})] == [10]


def test_what_a_decorator_makes_of_a_job_is_the_jobs_business(tmp_path: Path) -> None:
    source = """
    from functools import wraps
    from celery import shared_task

    def alone(function):
        @wraps(function)
        def inner(task, *args, **kwargs):
            return function(*args, **kwargs)
        return shared_task(bind=True)(inner)

    def other(function):
        def inner(order, *args, **kwargs):
            return function(*args, **kwargs)
        return shared_task()(inner)

    @alone
    def ship(order): ...
    """
    assert [line for _, line, _, _ in found("KBR403", tmp_path, {"app/tasks.py": source})] == [11, 16]


STATEMENTS = ["order = store.load(number)", "order.status = 'expired'", "order.open = False", "store.save(order)", "store.tell(order)"]
WORKER = """
import logging
from celery import shared_task
from app.store import store
log = logging.getLogger(__name__)

@shared_task
def expire(number: int) -> None:
{body}
"""


def worker(statements: list[str]) -> str:
    return WORKER.format(body=textwrap.indent("\n".join(statements), "    "))


@pytest.mark.parametrize(
    ("statements", "line"),
    [
        (STATEMENTS, 8),
        (["log.info('x')", "import os", *STATEMENTS], 10),
        ([s.replace("order", "it") for s in STATEMENTS], 8),
        ([*STATEMENTS[:2], "'text'", "log.warning(1)", *STATEMENTS[2:]], 8),
        (["if number:", *(f"    {s}" for s in STATEMENTS)], 9),
        (STATEMENTS[:4], None),
        ([*STATEMENTS[:3], "print(number)", *STATEMENTS[3:]], None),
        ([s.replace("expired", "closed") for s in STATEMENTS], None),
        ([*STATEMENTS[:4], "store.tell(number)"], None),
        ([s.replace("store", "other") for s in STATEMENTS], None),
        ([*STATEMENTS[:2], "if number:", *(f"    {s}" for s in STATEMENTS[2:])], None),
        ([*STATEMENTS[1:4], STATEMENTS[0], STATEMENTS[4]], None),
    ],
)
def test_runs_of_statements(statements: list[str], line: int | None, tmp_path: Path) -> None:
    routes = route("\n".join(STATEMENTS), "", "from app.store import store")
    text = "KBR406 job handler 'expire' repeats 5 statements of the route code 'app/api/orders.py:handle'; "
    results = found("KBR406", tmp_path, {"app/api/orders.py": routes, "app/tasks.py": worker(statements)})
    expected = [] if line is None else [("app/tasks.py", line, 9 if line == 9 else 5, text + "move them into one operation that both call")]
    assert results == expected


def test_statements_inside_a_compound_one_count_but_only_with_the_whole_of_it(tmp_path: Path) -> None:
    whole = ["try:", *(f"    {s}" for s in STATEMENTS[:3]), "except KeyError as error:", "    store.tell(error)"]
    other = [*whole[:-1], "    store.tell(number)"]
    files = {"app/api/orders.py": route("\n".join(whole), "", "from app.store import store"), "app/tasks.py": worker(whole)}
    assert [line for _, line, _, _ in found("KBR406", tmp_path, files)] == [8]
    assert found("KBR406", tmp_path, {**files, "app/tasks.py": worker(other)}) == []


def test_each_run_is_reported_once_and_names_the_longest_copy(tmp_path: Path) -> None:
    more = [*STATEMENTS, "store.close(order)"]
    files = {
        "app/api/a.py": route("\n".join(STATEMENTS), "", "from app.store import store"),
        "app/api/b.py": route("\n".join(more), "", "from app.store import store"),
        "app/tasks.py": worker([*more, "print(1)", *STATEMENTS]),
    }
    results = found("KBR406", tmp_path, files)
    assert [(line, text.split("'; ")[0].rpartition("/")[2]) for _, line, _, text in results] == [(8, "b.py:handle"), (15, "a.py:handle")]
    assert "repeats 6 statements" in results[0][3]


@pytest.mark.parametrize(
    "path", ["tests/orders.py", "app/migrations/orders.py", ".hidden/orders.py", "node_modules/orders.py", "env/lib/orders.py"]
)
def test_files_that_hold_no_routes_of_the_project(path: str, tmp_path: Path) -> None:
    routes = route("\n".join(STATEMENTS), "", "from app.store import store")
    files = {"app/tasks.py": worker(STATEMENTS), path: routes}
    assert found("KBR406", tmp_path, files) == []
    assert found("KBR406", tmp_path, {**files, "app/orders.py": routes}) != []


def test_source_roots_are_searched_too_and_an_own_route_is_no_copy_of_itself(tmp_path: Path) -> None:
    routes = route("\n".join(STATEMENTS), "", "from app.store import store")
    (tmp_path / "worker").mkdir()
    (tmp_path / "worker" / "setup.cfg").touch()
    files = {"worker/tasks.py": worker(STATEMENTS), "web/orders.py": routes}
    assert found("KBR406", tmp_path, files) == []
    assert "'../web/orders.py:handle'" in found("KBR406", tmp_path, files, backend_source_roots="web")[0][3]
    main = route("\n".join(STATEMENTS), "", "from app.store import store").replace(
        "router = APIRouter()\n", "def main():\n    router = APIRouter()\n"
    )
    head, _, rest = main.partition("@router")
    nested = head + textwrap.indent("@router" + rest, "    ") + "\nif __name__ == '__main__':\n    main()\n"
    assert found("KBR406", tmp_path / "other", {"serve.py": nested} if _made(tmp_path / "other") else {}) == []


@pytest.mark.parametrize("quotes", ["", "'''", '"""'])  # of a text at the margin
@pytest.mark.parametrize("in_a_factory", [False, True])
def test_routes_whose_text_alone_does_not_show_the_copy(in_a_factory: bool, quotes: str, tmp_path: Path) -> None:
    routes = route("\n".join(STATEMENTS), "", "from app.store import store")
    if in_a_factory:
        head, _, rest = routes.partition("router = ")
        routes = head + "def create_router() -> APIRouter:\n" + textwrap.indent("router = " + rest, "    ") + "\n    return router\n"
    if quotes:
        before = next(line for line in routes.splitlines() if line.endswith(STATEMENTS[0]))
        indent = before.removesuffix(STATEMENTS[0])
        routes = routes.replace(before, f"{indent}query = {quotes}\nselect 1\n{quotes}\n{before}")
    files = {"app/api/orders.py": routes, "app/tasks.py": worker(STATEMENTS)}
    assert [(path, line) for path, line, _, _ in found("KBR406", tmp_path, files)] == [("app/tasks.py", 8)]


def test_methods_indented_with_tabs(tmp_path: Path) -> None:
    method = "\n".join(f"\t\t{statement}" for statement in STATEMENTS)
    head = "from flask.views import MethodView\nfrom app.store import store\n\nclass OrderView(MethodView):\n\tdef post(self, number):\n"
    view = f"{head}{method}\n"
    results = found("KBR406", tmp_path, {"app/views.py": view, "app/tasks.py": worker(STATEMENTS)})
    assert [(path, line) for path, line, _, _ in results] == [("app/tasks.py", 8)]


def test_the_finding_does_not_depend_on_what_else_is_linted(tmp_path: Path) -> None:
    files = {
        "app/api/orders.py": route("\n".join(STATEMENTS), "", "from app.store import store"),
        "app/tasks.py": worker(STATEMENTS),
        "app/more/tasks.py": worker(STATEMENTS),
    }
    write(tmp_path, files)
    one = session(tmp_path, [RULES["KBR406"]])
    counts = []
    for name in ("app/tasks.py", "app/api/orders.py", "app/more/tasks.py", "app/tasks.py"):
        counts.append(len(one.lint(ast.parse(files[name]), str(tmp_path / name), files[name].splitlines(True))))
    assert counts == [1, 0, 1, 1]


def _made(folder: Path) -> bool:
    folder.mkdir()
    return True
