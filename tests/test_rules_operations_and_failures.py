"""Clauses of KBR502 to KBR505, KBR602 to KBR606, KBR702 and KBR703 that the rules' examples leave out.

Each case is a file with what is flagged (`# ! COLUMN`) beside what stays silent, so that silence is not for want of a layer or handler.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from flake8_backend_rules.catalogue import all_rules
from tests.harness import as_files, lint, marked, places

RULES = {rule.code: rule for rule in all_rules()}
SERVICE = "app/services/orders.py"
ROUTES = "app/api/orders.py"
TASKS = "app/tasks.py"
ROUTER = "from fastapi import APIRouter, HTTPException, Request\nrouter = APIRouter()\n"
JOB = "from celery import shared_task\n"
RESULT = "from result import Err, Ok, Result\n"

CASES = [
    pytest.param(
        "KBR502",
        SERVICE,
        """
        def bulk_close(session, orders: list) -> None: session.commit()  # ! 1
        def refunds_close(session, orders: list) -> None: session.commit()  # ! 1
        def canceller(session, orders: list) -> None: session.commit()
        def _cancel(session, order: int) -> None: session.commit()
        class Orders:
            def approve(self, order: int) -> None: self._store(order)  # ! 5
            def cancel(self, order: int, cancelled_by_id: int) -> None: self._store(order)
            def reject(self, order: int) -> None: self.others.store(order)
            def _store(self, order: int) -> None: self.session.commit()
        """,
        ["bulk_close", "refunds_close", "Orders.approve"],
        id="502: words of names, public functions, helpers of the class",
    ),
    pytest.param(
        "KBR502",
        SERVICE,
        """
        from vendor import Service
        from app.base import Told
        class Charge(Service):
            def execute(self, session, order: int) -> None: session.commit()
        class Pay(Told):
            def execute(self, session, order: int) -> None: session.commit()
        class Refund:
            def execute(self, session, order: int) -> None: session.commit()  # ! 5
            def preview(self, session, order: int) -> None: session.commit()
        """,
        ["'Refund.execute'"],
        id="502: bases, and methods whose class's name counts",
    ),
    pytest.param(
        "KBR502",
        SERVICE,
        """
        from sqlalchemy.orm import Session
        def import_orders(rows: list): return [import_order(row) for row in rows]
        def import_order(row): db.session.add(row)
        def load_rows(rows: list): return [import_row(row) for row in rows]
        def import_row(row): db.session.add(row)  # ! 1
        def purge_items(session: Session, order: int): session.delete(order)
        def purge_orders(session: Session, shop: int):  # ! 1
            session.delete(shop)
            session.commit()
        def purge_shops(shops: list): db.session.delete(shops)  # ! 1
        def apply_pending_order_refunds(session: Session, order: int): session.commit()
        def refund_pending_orders(session: Session, order: int): session.commit()  # ! 1
        def suspend_jobs(session: Session, order: int): session.commit()
        def suspend_account(session: Session, order: int): session.commit()  # ! 1
        """,
        ["import_row", "purge_orders", "purge_shops", "refund_pending_orders", "suspend_account"],
        id="502: steps of another operation, what is pending, states of jobs",
    ),
    pytest.param(
        "KBR502",
        "app/services/utils.py",
        """
        def import_order(row): db.session.add(row)
        class Orders:
            def import_order(self, row): db.session.add(row)  # ! 5
        """,
        ["Orders.import_order"],
        id="502: helpers by their module",
    ),
    pytest.param(
        "KBR503",
        ROUTES,
        ROUTER
        + """
@router.post("/pay")
async def one(request: Request): ...  # ! 1
@router.post("/payable")
async def two(request: Request): ...
@router.put("/pay")
async def three(request: Request): ...
@router.api_route("/pay", methods=["GET"])
async def four(request: Request): ...
@router.post("/pay")
async def five(request: Request, idempotency_key: str): ...
""",
        ["'one'"],
        id="503: words of paths, methods",
    ),
    pytest.param(
        "KBR504",
        SERVICE,
        """
        import typing
        def a(actor: "dict[str, str]"): ...  # ! 7
        def b(actor: typing.Any = None): ...  # ! 7
        def c(actor: typing.Annotated[str, 1]): ...  # ! 7
        def d(actor: str | None): ...  # ! 7
        def e(actor: "Actor", principal: "Actor | None", auth: bool): ...
        """,
        ["'a'", "typing.Any", "Annotated", "str | None"],
        id="504: forms of annotations",
    ),
    pytest.param(
        "KBR504",
        SERVICE,
        """
        def create_user(email, identity=None, actor=None): ...  # ! 39
        def link_account(identity): ...
        def cancel_order(identity): ...  # ! 18
        """,
        ["'actor'", "'identity'"],
        id="504: identities that something is done to",
    ),
    pytest.param(
        "KBR602",
        SERVICE,
        """
        from http import HTTPStatus
        from fastapi import HTTPException
        from app.base import fail
        class Missing(LookupError): status_code = 404  # ! 43
        class Kind: status_code = 404
        fail("missing", 404)  # ! 17
        fail(404, "missing")
        fail("missing", http_status=599)  # ! 29
        fail("missing", 204)
        fail("missing", HTTPStatus(404))
        def read(response):
            match response.status_code:
                case HTTPStatus.NOT_FOUND: raise HTTPException(HTTPStatus.GONE)
            return [HTTPStatus.OK]  # ! 13
        """,
        ["'404'", "'404'", "'599'", "'HTTPStatus.OK'"],
        id="602: what is given, and what is looked at",
    ),
    pytest.param(
        "KBR602",
        SERVICE,
        """
        from http import HTTPStatus
        class BankAPIError(Exception):
            def __init__(self, status): ...
        class BankError(Exception):
            def __init__(self, status): ...
        class APIError(Exception):
            def __init__(self, status): ...
        def refuse(): raise APIError(404)  # ! 30
        def pay(): raise BankAPIError(502)
        def repay(): raise BankError(502)  # ! 30
        class BankConnector:
            def pay(self): raise BankError(HTTPStatus.BAD_GATEWAY)
        class BankConnection:
            def pay(self): raise BankError(HTTPStatus.BAD_GATEWAY)  # ! 36
        """,
        ["'404'", "'502'", "BAD_GATEWAY"],
        id="602: clients of another system",
    ),
    pytest.param(
        "KBR603",
        SERVICE,
        """
        import sys
        def a():
            try: ...
            except BaseException: sys.exit(1)
        def b(log):
            try: ...
            except Exception:
                try: log()
                except Exception: pass
                raise
        def c(log):
            try: ...
            except Exception:  # ! 5
                try: log()
                except Exception: pass  # ! 9
                return None
        def d(queue, log):
            while True:
                try: queue.next()
                except Exception: log.error("failed")
        def e(orders, log):
            for handle in orders:
                try: handle.place()
                except Exception: log.error("failed")  # ! 9
        def f(event_handlers, log):
            for handler in event_handlers:
                try: handler.handle()
                except Exception: log.error("failed")
        def g(handlers, log):
            for handler in handlers:
                try: handler()
                except Exception: return log.error("failed")  # ! 9
        def h():
            try: ...
            except (
                ValueError
            ): pass
        """,
        ["'c'", "'c'", "'e'", "'g'"],
        id="603: raises, clean-up and dispatch loops in the core",
    ),
    pytest.param(
        "KBR603",
        SERVICE,
        """
        from fastapi import HTTPException
        def a(number):
            failed = None
            try: read(number)
            except Exception as error: failed = error
            if failed: raise Failed(number) from failed
            raise Failed(failed)
        def b(number):
            failed = None
            if number: raise failed
            try: read(number)
            except Exception as error: failed = error  # ! 5
        def c(number):
            errors = []
            try: read(number)
            except Exception as error: errors.append(error)  # ! 5
            raise HTTPException(400, str(errors))
        def d(number):
            errors = []
            try: read(number)
            except Exception as error: errors.append(number)  # ! 5
            raise Failed(errors)
        def e(number):
            errors = []
            try: read(number)
            except Exception: errors.append(number)  # ! 5
            raise Failed(errors)
        def f(number):
            try: read(number)
            except Exception as error: number.failed = error  # ! 5
            raise number
        def g(number):
            errors = []
            try: read(number)
            except Exception as error: errors.append(error)
            raise ExceptionGroup("", errors)
        """,
        ["'b'", "'c'", "'d'", "'e'", "'f'"],
        id="603: kept and raised later",
    ),
    pytest.param(
        "KBR603",
        TASKS,
        JOB
        + """
@shared_task(bind=True)
def place(self, orders):
    try: ...
    except Exception as error: log.error("x", exc_info=error)
    try: ...
    except Exception as error: log.error("x", exc_info=False)  # ! 5
    try: ...
    except Exception as error: raise self.retry(exc=error)
    for order in orders:
        with order:
            try: ...
            except Exception: log.error("x")
        try: ...
        except Exception: pass  # ! 9
        try: ...
        except Exception:  # ! 9
            log.error("x")
            break
def helper():
    try: ...
    except Exception: pass
""",
        ["job handler 'place'"] * 3,
        id="603: job handlers that log",
    ),
    pytest.param(
        "KBR603",
        ROUTES,
        ROUTER
        + """
def give_up(error): raise HTTPException(400)
@router.get("/health")
def health():
    try: ...
    except Exception: return {}
async def tell():
    try: ...
    except Exception: log.exception("not told")  # ! 5
@router.get("/orders")
def orders():
    asyncio.create_task(tell())
    try: ...
    except Exception as error:  # ! 5
        give_up(error)
    try: ...
    except Exception as error:
        raise RuntimeError from error
    def inner():
        try: ...
        except Exception: return None  # ! 9
""",
        ["'tell', called by route handler 'orders'", "route handler 'orders'", "route handler 'orders'"],
        id="603: route handlers",
    ),
    pytest.param(
        "KBR603",
        SERVICE,
        """
async def refresh(stopped, log, source):
    while not stopped.is_set():
        try: ...
        except TimeoutError:
            try:
                await source.read()
            except Exception as error:
                with suppress(OSError):
                    await log.aerror("x")
    for row in await source.rows():
        try: ...
        except Exception as error:  # ! 9
            await log.aerror("x")
""",
        ["application function 'refresh'"],
        id="603: a service's own loop, with a logger that is awaited",
    ),
    pytest.param(
        "KBR603",
        SERVICE,
        """
        import traceback
        def place(log, messages, cache):
            try: cache.warm()
            except Exception: log.exception("cold")
            with cache:
                try: cache.clear()
                except Exception as error:
                    is_cold = True
                    log.warning("cold", exc_info=error)
            try: cache.warm()
            except Exception: log.warning("cold")  # ! 5
            try: cache.warm()
            except: log.exception("cold")  # ! 5
            try: cache.warm()
            except Exception:  # ! 5
                log.exception("cold")
                cache.clear()
            try: cache.warm()
            except Exception as error:  # ! 5
                log.exception("cold")
                messages.error("cold")
            try: cache.warm()
            except Exception:  # ! 5
                log.exception("cold")
                return None
            for order in cache:
                try: order.place()
                except Exception: log.exception("not placed")  # ! 9
            try: cache.store()
            except Exception: traceback.print_exc()  # ! 5
            return cache
        """,
        ["'place'"] * 7,
        id="603: a step beside the work that logs its traceback",
    ),
    pytest.param(
        "KBR603",
        SERVICE,
        """
        def place(on_placed_callback, manager):
            try: manager().hook.on_placed(number=1)
            except Exception: log.exception("a listener failed")
        async def tell(on_placed_callback, manager):
            try: await on_placed_callback(1)
            except Exception: log.exception("a listener failed")
        def told(on_placed_callback):
            try: on_placed_callback(1)
            except Exception: log.error("a listener failed")  # ! 5
        def asked(on_placed_callback):
            try: return on_placed_callback(1)
            except Exception: log.exception("a listener failed")  # ! 5
        def hooked(manager):
            try: manager.hook(1).wait; manager.place(1)
            except Exception: log.exception("a listener failed")  # ! 5
        """,
        ["'told'", "'asked'", "'hooked'"],
        id="603: hooks and callbacks of others",
    ),
    pytest.param(
        "KBR603",
        SERVICE,
        """
        import asyncio
        class Orders:
            def place(self, order):
                self.clean_up = asyncio.create_task(
                    self._remove(order)
                )
                threading.Thread(daemon=True, target=self._notify).start()
                asyncio.create_task(self.told(order))
            async def _remove(self, order):
                async with order.lock:
                    try: order.remove()
                    except Exception:
                        log.exception("left behind")
                        order.keep()
            def _notify(self):
                try: ...
                except Exception: log.error("not told", exc_info=True)
            async def told(self, order):
                try: ...
                except Exception: log.error("not told")  # ! 9
            async def _tell(self):
                try: ...
                except Exception: log.exception("not told")  # ! 9
        """,
        ["'told'", "'_tell'"],
        id="603: tasks and threads of their own that log their traceback",
    ),
    pytest.param(
        "KBR603",
        SERVICE,
        """
        def place():
            try: ...
            except Exception: pass  # noqa: BLE001
            try: ...
            except Exception: pass  # noqa: S110, BLE001 - a cold cache is fine
            try: ...
            except Exception: pass  # pylint: disable=broad-exception-caught
            try: ...
            except Exception: pass  # pylint: disable=unused-variable,W0703
            try: ...
            except Exception:  # noqa: S110  # ! 5
                pass  # noqa: BLE001
            try: ...
            except Exception: pass  # BLE001  # ! 5
        """,
        ["'place'"] * 2,
        id="603: what another linter was told to leave",
    ),
    pytest.param(
        "KBR603",
        "app/db/session.py",
        """
        def get_session():
            session = SessionLocal()
            try: yield session
            except Exception: session.rollback()  # ! 5
        def get_cache():
            try: yield cache
            except Exception: cache.clear()
        """,
        ["dependency 'get_session'"],
        id="603: generators that yield a session",
    ),
    pytest.param(
        "KBR604",
        SERVICE,
        RESULT
        + """
from typing import Optional, TypeAlias
from app.base import Outcome, named, other
Placed: TypeAlias = Result[int, str]
def a() -> Placed: ...
def b() -> Optional[Result[int, str]]: ...
def c() -> Outcome[int, str]: ...
def d() -> int: ...
def e():
    a()  # ! 5
    b()  # ! 5
    c()
    d()
    named()  # ! 5
    other()
    a() and b()
""",
        ["'a()'", "'b()'", "'named()'"],
        id="604: aliases, wrappers, first-party classes",
    ),
    pytest.param(
        "KBR605",
        SERVICE,
        RESULT
        + """
def a() -> Result[int, str]: ...
async def b() -> Result[int, str]: ...
async def c(rows: list[Result[int, str]], given: Result[int, str]):
    (await b()).unwrap()  # ! 5
    given.expect("x")  # ! 5
    for row in rows:
        row.unwrap()  # ! 9
    first = a()
    match first:
        case Ok(): return first.unwrap()
    second = a()
    assert second.is_ok()
    return second.ok_value, a().unwrap_or(1), rows.unwrap()
""",
        ["(await b()).unwrap()", "given.expect()", "row.unwrap()"],
        id="605: receivers, and names that were tested",
    ),
    pytest.param(
        "KBR606",
        SERVICE,
        RESULT
        + """
class Missing(Exception): ...
class Orders:
    def a(self) -> "Result[int, str]": raise Missing  # ! 40
    async def b(self) -> Result[int, str]:
        def check(): raise Missing
        raise PermissionError  # ! 9
    def c(self) -> Result[int, str]:
        try: ...
        except Missing as error: raise error
        raise AssertionError
    def d(self) -> Ok[int]: raise RuntimeError
""",
        ["'Missing'", "'PermissionError'"],
        id="606: what is raised, and whose annotation counts",
    ),
    pytest.param(
        "KBR702",
        "app/clients/rates.py",
        """
        import aiohttp as http  # ! 1
        import urllib.parse, urllib.request  # ! 1
        from urllib3.util import Retry  # ! 1
        from requests_toolbelt import sessions
        from aiohttp import web, test_utils
        """,
        ["'aiohttp'", "'urllib.request'", "'urllib3'"],
        id="702: forms of imports",
    ),
    pytest.param(
        "KBR703",
        ROUTES,
        ROUTER
        + """
import boto3, elasticsearch, redis
from motor.motor_asyncio import AsyncIOMotorClient
from redis.backoff import NoBackoff
@router.get("/orders")
def orders(session: boto3.Session, cache: redis.Redis):
    session.client("s3")  # ! 5
    elasticsearch.Elasticsearch()  # ! 5
    AsyncIOMotorClient("mongodb://")  # ! 5
    redis.ConnectionPool.from_url("redis://")  # ! 5
    session.get_credentials()
    cache.client("s3")
    NoBackoff()
def helper():
    return redis.Redis()
""",
        ["session.client()", "Elasticsearch()", "AsyncIOMotorClient()", "from_url()"],
        id="703: clients and what is none",
    ),
]
SHARED = {
    "app/base.py": """
    from typing import Generic, TypeVar
    T = TypeVar("T")
    E = TypeVar("E")
    class Told:
        def __init__(self, current_user): self.current_user = current_user
    class Result(Generic[T, E]): ...
    class Outcome(Generic[T, E]): ...
    class Page: ...
    def named() -> Result[int, str]: ...
    def other() -> "Page": ...
    def fail(message, status=None, *, http_status=None): ...
    """,
}


@pytest.mark.parametrize(("code", "path", "source", "parts"), CASES)
def test_a_clause_of_the_catalogue(code: str, path: str, source: str, parts: list[str], tmp_path: Path) -> None:
    files = as_files({path: source, **SHARED}, path)
    found = lint(tmp_path, files, [RULES[code]])
    assert places(found) == marked(files)
    texts = [f.text for findings in found.values() for f in findings]
    assert len(texts) == len(parts)
    for text, part in zip(texts, parts, strict=True):
        assert text.startswith(f"{code} ")
        assert part in text


def test_strict_results_leave_builtin_errors_alone(tmp_path: Path) -> None:
    source = """
    class Missing(Exception): ...
    def find(order):
        if order: raise ValueError
        raise Missing  # ! 5
    """
    files = as_files(source, SERVICE)
    found = lint(tmp_path, files, [RULES["KBR606"]], options={"backend-strict-results": "true"})
    assert places(found) == marked(files)
