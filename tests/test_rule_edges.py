"""The clauses of the catalogue that the rules' own examples leave out: what is flagged, beside what stays silent.

Each rule has a sheet. Its first lines begin every case of the sheet; `## name` (`@ path`) begins a case, `#: path` another file
of it, `#? reason` tells that the package disagrees. A marker names the column and the parts of the
message. Every case has a finding, so that what is silent in it is not for want of a handler, a layer or a session. The shared files stand
beside those of every case and are silent there, though code like theirs is flagged in another layer.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import NamedTuple

import pytest

from flake8_backend_rules.catalogue import all_rules
from tests.harness import as_files, lint, marked, places

RULES = {rule.code: rule for rule in all_rules()}
MESSAGES = {
    "KBR103": "{} bypasses the core via '{}'; call the service that the routes use{}",
    "KBR201": "{} module imports the web framework '{}'; keep it at the edge and pass plain values in",
    "KBR202": "{} function '{}' takes {} as '{}'; convert it at the edge and pass typed values",
    "KBR203": "{} passes the framework object {} ('{}') to '{}' of the {} layer; convert it to typed input first",
    "KBR301": "{} its own transaction via '{}'; move it into the use-case that the route calls",
    "KBR302": "{} opens its own transaction or session via '{}'; let the use-case that the route calls own it",
    "KBR303": "{} writes to the database itself via '{}'; move the write into the use-case that the route calls{}",
    "KBR304": "{} queries the database itself via '{}'; move the query into a use-case or query function{}",
    "KBR305": "{} commits by itself via '{}'; leave the commit to the use-case that owns the transaction",
    "KBR401": "{} starts '{}' and never waits for it; hand the work to a job queue, or await it",
    "KBR402": "{} hands work to the web process itself via '{}'; enqueue a job with an explicit payload{}",
    "KBR404": "'{}' hands {} to a {}; hand over an id or plain values and load the rest there",
    "KBR405": "{} bypasses the core via '{}'; call the use-case that the routes use{}",
    "KBR407": "'{}' enqueues a job via '{}' {}; enqueue it after the commit or in an on-commit hook",
    "KBR501": "{} '{}' is a bare boolean mode; pass a typed mode value such as an enum",
    "KBR601": "{} code {} the HTTP error or response '{}'; fail with an error of your own and map it at the edge",
    "KBR701": "{} code calls out over HTTP itself via '{}'; put the call behind a client in infrastructure",
}
ROLES = {"KBR103": "CLI command", "KBR405": "job handler"}
MARK = re.compile(r"# ! (\d+ .+)$", re.MULTILINE)
MODELS = """
from django.db import models
class Order(models.Model): ...
class Handed(models.Model):
    def save(self, *args): super().save(*args)
class Kept(models.Model):
    def save(self, *args): Order.objects.create(); super().save(*args)
"""
SERVICE = """
class Base:
    def __init__(self, request=None): ...
    def place(self, request): ...
class Orders(Base): ...
def place(*args, **kwargs): ...
"""
IMPORTS = "import asyncio, httpx, fastapi\n"
SAVE = "def save(session): session.commit()\n"
TAKE = "def take(request: fastapi.Request): ...\nclass Taken:\n    def __init__(self, request): ...\n"
CALL = "client = httpx.Client()\ndef make_client() -> httpx.Client: ...\n"
RAISE = "def abort(): raise GONE\nGONE = fastapi.HTTPException(410)\n"
SHARED = {
    "shop/models.py": MODELS,
    "app/services/orders.py": SERVICE,
    "app/lib.py": IMPORTS + SAVE + TAKE + CALL + RAISE,  # no layer
    "app/clients/lib.py": IMPORTS + SAVE + TAKE + CALL,
    "app/api/lib.py": IMPORTS + SAVE + TAKE + RAISE + "async def lifespan(app): asyncio.create_task(send())\n",
}
CASES: list[object] = []


class Edge(NamedTuple):
    code: str
    files: dict[str, str]
    says: tuple[str, ...]


def message(code: str, parts: str) -> str:
    """`f` is the route handler 'f', `g<f` is 'g', which f calls, `='g'` stands for itself; `+1` ends the message."""
    where, *rest = [part.strip() for part in parts.split("|")]
    role = ROLES.get(code, "route handler")
    if where.startswith("=") or code in ("KBR201", "KBR202", "KBR501", "KBR601", "KBR701"):
        where = where.removeprefix("=")
    else:
        name, _, verb = where.partition(" ")
        helper, _, handler = name.rpartition("<")
        where = (f"'{helper}', called by {role} '{handler}', {verb}" if helper else f"{role} '{handler}' {verb}").rstrip()
    more = [f" (and {rest.pop()[1:]} more)" if rest[-1].startswith("+") else ""]
    return f"{code} {MESSAGES[code].format(where, *rest, *more)}"


def case(code: str, name: str, path: str, text: str) -> None:
    reason = re.search(r"^#\? (.+)$", text, re.MULTILINE)
    main, *others = re.split(r"^#: ", text, flags=re.MULTILINE)
    sources = {path: main} | {other.split("\n")[0]: other.partition("\n")[2] for other in others}
    says = [part for source in sources.values() for marks in MARK.findall(source) for part in marks.split(" ! ")]
    files = {n: MARK.sub(lambda m: "# ! " + " ! ".join(p.split()[0] for p in m[1].split(" ! ")), s) for n, s in sources.items()}
    files |= {n: s for n, s in SHARED.items() if n not in files}
    edge = Edge(code, as_files(files, path), tuple(message(code, part.partition(" ")[2]) for part in says))
    marks = [pytest.mark.xfail(strict=True, raises=AssertionError, reason=reason[1])] if reason else []
    CASES.append(pytest.param(edge, id=f"{code}-{name}", marks=marks))


def sheet(code: str, path: str, text: str) -> None:
    prelude, *rest = re.split(r"^## ", text.strip("\n"), flags=re.MULTILINE)
    for part in rest:
        head, _, source = part.partition("\n")
        name, _, own_path = head.partition(" @ ")
        case(code, name, own_path or path, prelude + source)


sheet("KBR103", "app/admin_commands.py", """
import click, flask, typer
from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session
from shop.models import Order
cli = typer.Typer()
app = flask.Flask(__name__)
## made-up-data-and-rows-that-are-called-tests
@click.command()
def retire_test_users(session: Session): session.commit()  # ! 42 retire_test_users|session.commit()
@click.command()
def create_test_users(session: Session): session.commit()
@click.command()
def demo_of_updates(session: Session): session.commit()
## groups-and-callbacks
@click.group()
def main(session: Session): session.commit()  # ! 29 main|session.commit()
@main.command()
def purge(session: Session): session.execute(delete(Order))  # ! 30 purge|session.execute()
@cli.callback()
def setup(session: Session): session.commit()  # ! 30 setup|session.commit()
@app.cli.command("clean")
def clean(session: Session): session.execute(text("  delete from orders"))  # ! 30 clean|session.execute()
## what-the-main-block-calls
import asyncio, uvicorn
async def main(session: Session): session.commit()  # ! 35 main|session.commit()
def create_app(session: Session): session.commit()
if __name__ == "__main__": asyncio.run(main()); uvicorn.run(create_app())
## each-function-its-own-count
@click.command()
def seed(session: Session): session.add(1); session.commit(); more(session); schedule(passed_on)  # ! 29 seed|session.add()|+1
def more(session: Session): session.merge(1)  # ! 29 more<seed|session.merge()
def passed_on(session: Session): session.commit()
## writes-and-commits-only
@click.command()
def reads(session: Session): session.execute(select(Order)); session.flush(); session.refresh(1); session.rollback()
@click.command()
def writes(session: Session): session.flush(); session.delete(1)  # ! 48 writes|session.delete()
## callbacks-of-a-server-that-it-starts
@click.command()
def serve(session: Session):
    class Callback:
        def joined(self): session.commit()
    def stop(): session.commit()  # ! 17 serve|session.commit()
    run(Callback(), stop)
class Served:
    @click.command()
    def serve(self, session: Session): session.commit()  # ! 40 serve|session.commit()
## functions-of-scripts-not-their-module-level @ scripts/totals.py
with Session() as session: session.commit()
class Fixer:
    def fix(self, session: Session): session.commit()  # ! 38 =script function 'fix'|session.commit()
""")  # fmt: skip

WEB = (
    "fastapi", "starlette", "flask", "flask_login", "quart", "sanic", "litestar", "aiohttp.web", "tornado.web", "falcon", "pyramid",
    "bottle", "werkzeug", "rest_framework", "ninja", "strawberry", "graphene", "typer", "click", "django.http", "django.shortcuts",
    "django.views", "django.urls", "django.contrib.auth.decorators", "django.template.response", "starlette.status",
)  # fmt: skip
sheet("KBR201", "app/services/orders.py", f"""
## every-framework
{"".join(f"import {name}  # ! 1 application|{name}{chr(10)}" for name in WEB)}
## every-framework-from @ app/domain/orders.py
{"".join(f"from {name} import x  # ! 1 domain|{name}{chr(10)}" for name in WEB)}
## neighbours-of-the-frameworks
import clickhouse_driver, fastapi_users, flask_sqlalchemy, tornado.ioloop, django.template, django.core.exceptions
from aiohttp import ClientSession
from django.contrib.auth import get_user_model, models
from .click import Counter
import os, fastapi  # ! 1 application|fastapi
""")  # fmt: skip

OBJECTS = {
    "fastapi": "Request Response WebSocket BackgroundTasks UploadFile", "starlette.requests": "Request HTTPConnection",
    "fastapi.security": "SecurityScopes HTTPAuthorizationCredentials HTTPBasicCredentials OAuth2PasswordRequestForm",
    "django.http": "HttpRequest HttpResponse", "rest_framework.request": "Request", "flask": "Request", "quart": "Request",
    "aiohttp.web": "Request", "sanic": "Request", "litestar": "Request", "pyramid.request": "Request", "falcon": "Request",
    "tornado.httputil": "HTTPServerRequest",
}  # fmt: skip
for _module, _names in OBJECTS.items():
    case("KBR202", f"objects-of-{_module}", "app/services/orders.py", f"import {_module}\n" + "".join(
        f"def place(it: {_module}.{name}, other: {_module}.Other): ...  # ! 11 application|place|the framework object {name}|it\n"
        for name in _names.split()
    ))  # fmt: skip
STATE = "user META GET POST headers cookies session state app scope registry params matchdict find_service"
sheet("KBR202", "app/services/orders.py", f"""
from typing import Annotated, Optional
from fastapi import Depends, File, Request, Security, UploadFile
from sqlalchemy.orm import Session
from app.types import Upload
## through-typing-collections-and-aliases
def a(it: Optional[UploadFile]): ...  # ! 7 application|a|the framework object UploadFile|it
def b(it: Annotated["UploadFile | None", File()] = None): ...  # ! 7 application|b|the framework object UploadFile|it
def c(it: dict[str, "UploadFile"]): ...  # ! 7 application|c|the framework object UploadFile|it
def d(it: tuple[UploadFile, ...]): ...  # ! 7 application|d|the framework object UploadFile|it
def e(it: list[Upload | None]): ...  # ! 7 application|e|the framework object UploadFile|it
def f(it: list[bytes], other: "str | None", third: Annotated[bytes, File()]): ...
#: app/types.py
from typing import Annotated
from fastapi import File, UploadFile
Upload = Annotated[UploadFile, File()]
## through-the-bound-of-a-type-variable
from typing import TypeVar
R = TypeVar("R", bound=Request)
S = TypeVar("S", bound=str)
def f(it: R, other: S) -> R: ...  # ! 7 application|f|the framework object Request|it
## every-kind-of-parameter @ app/domain/orders.py
class Orders:
    async def m(self, it, /, *, a: Request):  # ! 33 domain|m|the framework object Request|a
        def n(c: Request): ...  # ! 15 domain|n|the framework object Request|c
## variadic-parameter
def place(*files: UploadFile): ...  # ! 12 application|place|the framework object UploadFile|files
## dependencies-inline-or-as-default
def a(it: Annotated[str, Depends(user)]): ...  # ! 7 application|a|a dependency of the framework|it
def b(*, it: str = Security(user)): ...  # ! 10 application|b|a dependency of the framework|it
def c(it: str = field(user), other: Annotated[str, Gt(1)] = ""): ...
## unannotated-request-reading-state
{"".join(f"def f(request): request.{name}  # ! 7 application|f|a request of the framework|request{chr(10)}" for name in STATE.split())}
## not-every-request
def annotated(request: Own): return request.user
def named_otherwise(req): return req.headers
def plain(request): return request.amount, other.headers, request["user"]
def factory(_context, request): return request.registry
class Factory:
    @classmethod
    def create_service(cls, context, request): return cls(request.registry.orders)
    def __call__(self, _context, request): return request.registry
    def named(self, order, request): return request.registry  # ! 28 application|named|a request of the framework|request
def place(ctx, request=None): return request.registry  # ! 16 application|place|a request of the framework|request
## methods-of-classes-of-the-framework
from fastapi.security import HTTPBearer
from starlette.middleware.base import BaseHTTPMiddleware
class Bearer(HTTPBearer):
    async def __call__(self, request: Request): ...  # ! 30 application|__call__|the framework object Request|request
class Middleware(BaseHTTPMiddleware):
    async def dispatch(self, request: Request, call_next): ...
## a-row-that-is-called-request
def reject(request): request.state = "rejected"
def log(request): return request.id, request.user
def keep(request): request.save(); return request.user
def sign_in(request, user): request.user = user; return request.session  # ! 13 application|sign_in|a request of the framework|request
## signatures-that-the-framework-gives
from starlette.authentication import AuthenticationBackend
from fastapi_users import BaseUserManager
from vendor import Backend
class KeyBackend(AuthenticationBackend):
    async def authenticate(self, request: Request): ...
class SpecialBackend(KeyBackend):
    async def authenticate(self, request: Request): ...
class Users(BaseUserManager):
    async def on_after_register(self, user, request: Request | None = None): ...
class Own(Backend):
    async def authenticate(self, request: Request): ...  # ! 34 application|authenticate|the framework object Request|request
## session-dependency-of-infrastructure @ app/db/session.py
def annotated(request: Request) -> Session: ...
def generator(request: Request):
    with Session() as session: yield session
def get_user(session=Depends(generator)): return session.get(1)  # ! 14 infrastructure|get_user|a dependency of the framework|session
## session-dependency-of-core
def annotated(request: Request) -> Session: ...  # ! 15 application|annotated|the framework object Request|request
""")  # fmt: skip

sheet("KBR203", "app/api/orders.py", """
from fastapi import APIRouter, Depends, Request
from app.services.orders import Orders, place
router = APIRouter()
## constructor-and-inherited-methods
from app.lib import Taken
class Local(Orders): ...
@router.post("/")
def f(request: Request, service: Orders = Depends(), unknown=Depends(make)):
    Orders(request).load(); Taken(request); unknown.place(request)  # ! 12 f|Request|request|Orders|application
    Local().place(request)  # ! 19 f|Request|request|place|application
    service.place(request=request)  # ! 27 f|Request|request|place|application
## collections-conditionals-and-values-read-off
@router.post("/")
async def f(request: Request, ok: bool):
    place((request, 1))  # ! 11 f|Request|(request, 1)|place|application
    place({"r": request})  # ! 11 f|Request|{'r' request}|place|application
    place(None, request if ok else None)  # ! 17 f|Request|request if ok else None|place|application
    again = request; place(again)  # ! 28 f|Request|again|place|application
    place((ok, 1), ok if request else None, [request.method], str(request.url), dict(request.headers))
    place(request.headers, request.state.user, await request.json(), ip=request.client.host)
## requests-that-the-constructor-of-a-base-keeps @ app/api/pages.py
from pyramid.view import view_config
from app.api.acl import Guarded
from app.services.orders import place
class Orders(Guarded):
    @view_config(route_name="orders")
    def show(self): place(self.request); place(self.context)  # ! 27 show|Request|self.request|place|application
class Plain(Guarded):
    def show(self): place(self.request)
#: app/api/acl.py
class Guarded:
    def __init__(self, request, context=None): self.request = request; self.context = context
## callee-by-its-layer
from app.api.lib import take as respond
from app.domain.orders import decide
from app.repositories.orders import save
@router.post("/")
def f(request: Request, container):
    respond(request); container.place(request); getattr(container, "place")(request)
    save(request)  # ! 10 f|Request|request|save|infrastructure
    decide(request)  # ! 12 f|Request|request|decide|domain
#: app/domain/orders.py
def decide(request): ...
#: app/repositories/orders.py
def save(request): ...
## edge-work-that-lies-further-in
from app.services.edge import Limit, Scheme, get_client_ip, limit_orders, rate_orders, session_cookie_name, throttle
@router.post("/")
def f(request: Request, scheme: Scheme, limit: Limit):
    throttle(request); get_client_ip(request); session_cookie_name(request); scheme(request)
    limit_orders(request)  # ! 18 f|Request|request|limit_orders|application
    rate_orders(request)  # ! 17 f|Request|request|rate_orders|application
    limit(request)  # ! 11 f|Request|request|__call__|application
#: app/services/edge.py
from fastapi.security import OAuth2PasswordBearer
def throttle(request): ...
def get_client_ip(request): ...
def session_cookie_name(request): ...
def limit_orders(request): ...
def rate_orders(request): ...
class Scheme(OAuth2PasswordBearer):
    def __call__(self, request): ...
class Limit:
    def __call__(self, request): ...
## request-handed-on-to-a-helper @ shop/views.py
from django.http import HttpResponse
def create(request): return helper(request)
def helper(incoming): place(incoming)  # ! 29 helper<create|HttpRequest|incoming|place|application
## flask-proxies
from flask import Blueprint, g, request, session
from flask_login import current_user
blueprint = Blueprint("orders", __name__)
@blueprint.post("/")
def f():
    place(request, g)  # ! 11 f|request|request|place|application ! 20 f|g|g|place|application
    place(session, current_user)  # ! 11 f|session|session|place|application ! 20 f|current_user|current_user|place|application
    place(request.json, g.user, session["user"], current_user.id, current_user._get_current_object())
""")  # fmt: skip

sheet("KBR301", "shop/views.py", """
from django.db import transaction
from sqlalchemy.orm import Session
## each-call-also-nested
def f(request, session: Session):
    session.commit()  # ! 5 f commits|session.commit()
    def undo(): session.rollback()  # ! 17 f rolls back|session.rollback()
    done = lambda: session.commit()  # ! 20 f commits|session.commit()
    session.flush(); session.close()
## stream-that-only-frees-the-connection @ app/api/orders.py
from fastapi import APIRouter
from fastapi.responses import JSONResponse, StreamingResponse
from sse_starlette.sse import EventSourceResponse
router = APIRouter()
@router.get("/a")
def streams(session: Session): session.commit(); return StreamingResponse(session.execute(query))
@router.get("/b")
def events(session: Session): session.rollback(); return EventSourceResponse(rows())
@router.get("/c")
def writes(session: Session): session.add(1); session.commit(); return StreamingResponse(x)  # ! 47 writes commits|session.commit()
@router.get("/d")
def responds(session: Session): session.commit(); return JSONResponse(1)  # ! 33 responds commits|session.commit()
""")  # fmt: skip

sheet("KBR302", "shop/views.py", """
from collections.abc import Iterator
from django.db import transaction
from django.db.transaction import atomic
from sqlalchemy import create_engine
from sqlalchemy.orm import Session, sessionmaker
engine = create_engine("sqlite://")
SessionLocal = sessionmaker(engine)
## every-way-to-open
def f(request, session: Session):
    with session.begin(): helper()  # ! 10 f|session.begin()
    session.begin_nested()  # ! 5 f|session.begin_nested()
    with engine.begin() as connection: ...  # ! 10 f|engine.begin()
    connection = engine.connect()  # ! 18 f|engine.connect()
    with open("x") as file, Session(engine) as other: ...  # ! 29 f|Session()
    other = Session(engine)  # ! 13 f|Session()
    session.execute(query); place(SessionLocal()); place(SessionLocal)
def helper(): session = SessionLocal()  # ! 25 helper<f|SessionLocal()
def get_session():
    with SessionLocal() as session: yield session
## async-and-injected-factory
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
async def f(request, factory: async_sessionmaker[AsyncSession], make, session: AsyncSession):
    async with factory() as opened, make() as unknown: ...  # ! 16 f|factory()
    await session.begin()  # ! 11 f|session.begin()
## context-managers-of-the-project
from contextlib import AbstractAsyncContextManager, contextmanager
from sqlalchemy.ext.asyncio import AsyncSession
def annotated() -> AbstractAsyncContextManager[AsyncSession]: ...
@contextmanager
def decorated() -> Iterator[Session]: ...
@contextmanager
def lock() -> Iterator[int]: ...
async def f(request):
    async with annotated() as a: ...  # ! 16 f|annotated()
    with decorated() as b, lock() as c: ...  # ! 10 f|decorated()
## context-manager-by-a-call
from contextlib import contextmanager
def generator() -> Iterator[Session]: ...
wrapped = contextmanager(generator)
def f(request):
    with wrapped() as a: ...  # ! 10 f|wrapped()
## forms-of-atomic
from app.locks import atomic as lock
from django.views import View
@transaction.atomic(using="default")  # ! 2 create|transaction.atomic
def create(request): ...
@atomic  # ! 2 cancel|atomic
def cancel(request):
    with atomic(), lock(): ...  # ! 10 cancel|atomic()
class Orders(View):
    @transaction.atomic  # ! 6 post|transaction.atomic
    def post(self, request): ...
    @transaction.atomic
    def uncalled(self): ...
from django.utils.decorators import method_decorator
class Bills(View):
    @method_decorator(atomic)  # ! 6 post|atomic
    def post(self, request): ...
    @method_decorator(transaction.atomic())  # ! 6 put|transaction.atomic
    def put(self, request): ...
    @method_decorator(login_required)
    def get(self, request): ...
## transactions-of-a-connection-as-decorators
import databases
from fastapi import APIRouter
from app.shop import basket
router = APIRouter()
database = databases.Database("sqlite://")
@router.post("/orders")
@database.transaction()  # ! 2 place|database.transaction
async def place(number: int): ...
@router.post("/other")
@basket.transaction()
async def other(number: int): ...
@database.transaction()
async def uncalled(number: int): ...
## context-managers-that-yield-something-called-a-session
from contextlib import contextmanager
made = None
@contextmanager
def get_session():
    session = made()
    yield session
@contextmanager
def get_connection():
    connection = made()
    yield connection
def get_generator():
    session = made()
    yield session
def f(request):
    with get_session() as s: ...  # ! 10 f|get_session()
    with get_connection() as c: ...
    with get_generator() as g: ...
""")  # fmt: skip

WRITES = (
    "session.add_all([o])", "session.delete(o)", "session.merge(o)", "session.bulk_save_objects([o])", "session.execute(insert(Order))",
    "session.scalar(insert(Order).returning(Order.id))", "session.scalars(update(Order))", "session.execute(delete(Order).where(x), {})",
    "session.exec(update(Order))", "session.execute(Order.__table__.delete().where(x))", "session.execute(orders_table.insert())",
    "session.execute(text('UPDATE o SET a = 1'))", "session.execute('\\n  insert into o values (1)')",
    "session.query(Order).filter_by(a=1).update({})", "session.query(Order).delete()", "db.delete(o)", "cursor.execute('DELETE FROM o')",
    "Order.objects.create()", "Order.objects.create_user()", "Order.objects.bulk_create([])", "Order.objects.bulk_update([], ['a'])",
    "Order.objects.get_or_create(a=1)", "Order.objects.update_or_create(a=1)", "Order.objects.filter(a=1).update(a=2)",
    "Order.objects.all().delete()", "Order(a=1).save()", "Order.objects.get(pk=1).delete()", "Handed().save()",
)  # fmt: skip
READS = (
    "session.execute(select(O))", "session.scalars(select(O))", "session.scalar(select(O))", "session.exec(select(O))", "session.query(O)",
    "session.get(O, 1)", "session.get_one(O, 1)", "session.stream(select(O))", "session.execute(text('SELECT 1 FROM o'))",
    "cursor.execute('select a from o')",
)  # fmt: skip


def each(calls: tuple[str, ...]) -> str:
    """A function view for each of the calls, with its finding."""
    start = "(request, session: Session, cursor: sqlite3.Cursor, o, db):\n   "
    return "".join(f"def f{i}{start} {call!s}  # ! 5 f{i}|{called(call)}\n" for i, call in enumerate(calls))


def called(call: str) -> str:
    return ast.unparse(ast.parse(call, mode="eval").body.func) + "()"  # type: ignore[attr-defined]


sheet("KBR302", "shop/views.py", """
from contextlib import contextmanager
from django.db import transaction
from shop.tracing import plain, traced
## context-managers-that-open-a-transaction
def f(request):
    with traced(): place()  # ! 10 f|traced()
    with plain(): place()
#: shop/tracing.py
from contextlib import contextmanager
from django.db import transaction
@contextmanager
def traced():
    with transaction.atomic():
        with span(): yield
@contextmanager
def plain():
    with transaction.atomic(): place()
    with span(): yield
""")  # fmt: skip

sheet("KBR303", "shop/views.py", f"""
import django.http, sqlite3
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.orm import Session
from shop.models import Handed, Kept, Order
## every-write
{each(WRITES)}
## not-a-write
def silent(request, session: Session, seen: set, order):
    order.paid = True; session.flush(); session.refresh(order); session.commit(); seen.add(order); Order.objects.filter(a=1).exists()
    session.execute(select(Order)); session.execute(text("SELECT 1 -- update")); session.execute(unknown); cache.delete("x")
    Order.objects.delete(order, 1)
def f(request, session: Session): sql = text("DELETE FROM orders"); session.execute(sql)  # ! 69 f|session.execute()
## forms-serializers-and-overridden-save
from django.forms import ModelForm
from rest_framework.serializers import ModelSerializer
class OrderForm(ModelForm): ...
class OrderSerializer(ModelSerializer): ...
def f(request):
    form = OrderForm(request.POST); form.save(); OrderSerializer(data={{}}).save(); Kept().save(); storage.save("x")
    order = Order(); order.save()  # ! 22 f|order.save()
## rows-that-a-form-saves
from django.forms import ModelForm
class OrderForm(ModelForm):
    class Meta: model = Order
class KeptForm(ModelForm):
    class Meta: model = Kept
def f(request):
    form = OrderForm(request.POST)
    order = form.save(commit=False); order.save()  # ! 38 f|order.save()
def g(request): OrderForm(request.POST).instance.save()  # ! 17 g|OrderForm(request.POST).instance.save()
def silent(request): kept = KeptForm(request.POST).save(commit=False); kept.save(); ModelForm(request.POST).save().save()
## overrides-that-write-by-a-helper-or-another-row
from django.db import models
class Logged(models.Model):
    def save(self, *args): super().save(*args); self.log()
    def log(self): entry = Order(); entry.save()
class Chained(models.Model):
    def delete(self): Kept.objects.get(pk=1).delete(); super().delete()
class Checked(models.Model):
    def save(self, again=True): super().save(); self.check()
    def check(self): self.save(again=False); self.more()
    def more(self): Order.objects.create()
def silent(request): Logged().save(); Chained().delete()
def f(request): Checked().save()  # ! 17 f|Checked().save()
## reverse-relations-of-a-model-beside
from django.db import models
class Line(models.Model):
    cart = models.ForeignKey("Cart")
    def save(self): Order.objects.create(); super().save()
class Item(models.Model): cart = models.ForeignKey("Cart")
class Cart(models.Model): ...
def silent(request, cart: Cart):
    for line in cart.line_set.filter(a=1): line.save()
def f(request, cart: Cart):
    for item in cart.item_set.filter(a=1): item.save()  # ! 44 f|item.save()
## rows-that-a-view-finds
from django.views.generic import DeleteView
from rest_framework.serializers import ModelSerializer
from rest_framework.viewsets import ModelViewSet
class OrderSerializer(ModelSerializer):
    class Meta: model = Order
class ByQuery(ModelViewSet):
    queryset = Kept.objects.all()
    def update(self, request, pk): self.get_object().save()
    def perform_destroy(self, instance): instance.save()
class ByFinder(ModelViewSet):
    def get_queryset(self): return Kept.objects.open_ones()
    def update(self, request, pk): self.get_object().save()
class ByOwnLook(ModelViewSet):
    model = Order
    def get_object(self): return self.look_up()
    def update(self, request, pk): self.get_object().save()  # ! 36 update|self.get_object().save()
class BySerializer(ModelViewSet):
    serializer_class = OrderSerializer
    def get_object(self): return self.look_up()
    def update(self, request, pk): self.get_object().save()  # ! 36 update|self.get_object().save()
class ByModel(DeleteView):
    model = Order
    def post(self, request): self.object = self.get_object(); self.object.delete()  # ! 63 post|self.object.delete()
class Unknown(ModelViewSet):
    def update(self, request, pk): self.look_up().save()
    def perform_destroy(self, instance): instance.delete()  # ! 42 perform_destroy|instance.delete()
## attributes-that-other-methods-set
from django.views import View
class Found(View):
    def find(self, pk): self.order = Order.objects.get(pk=pk)
    def post(self, request, pk):
        self.find(pk)
        self.order.save()  # ! 9 post|self.order.save()
        self.kept.save(); self.either.save(); self.lost.save(); self.cart.save(); self.mixed.save()
    def put(self, request): self.kept = Kept.objects.get(pk=1)
    def head(self, request): self.either = Order.objects.get(pk=1); self.lost = None; self.mixed = Order.objects.get(pk=1)
    def patch(self, request): self.either = look_up(); self.cart: Cart = look_up(); self.mixed = Cart()
class Again(Found):
    def put(self, request): self.order.delete()  # ! 29 put|self.order.delete()
    def delete(self, request): self.gone = None; self.gone = Order.objects.get(pk=1); self.gone.delete()  # ! 87 delete|self.gone.delete()
class Cart: ...
class Apart(View):
    def put(self, request): self.order.delete()
## rows-that-hang-on-rows
from django.db import models
from django.contrib.contenttypes.fields import GenericRelation
class Customer(models.Model): avatar = models.FileField()
class Tagged(models.Model):
    tags = GenericRelation("Tag")
    labels = models.ManyToManyField("Label")
def f(request, customer: Customer, tagged: Tagged):
    request.user.profile.save()  # ! 5 f|request.user.profile.save()|+3
    customer.account.save(update_fields=["name"])
    tagged.tags.all().update(name="x"); tagged.labels.filter(a=1).delete()
def silent(request, customer: Customer):
    customer.avatar.save("a.png", request.FILES["a"]); customer.picture.save("a.png", content); request.user.picture.save("b.png", content)
    request.session.cart.save()
## rows-of-formsets-and-mappings
from django import forms
from django.forms.models import inlineformset_factory
from django.forms import formset_factory
OrderForms = forms.modelformset_factory(Order, fields=["a"])
KeptForms = forms.modelformset_factory(Kept)
def f(request):
    for order in OrderForms(request.POST).save(commit=False): order.save()  # ! 63 f|order.save()
def g(request):
    forms = inlineformset_factory(Kept, Order)(request.POST)
    for order in forms.save(commit=False): order.save()  # ! 44 g|order.save()
def h(request):
    orders = {{order.pk: order for order in Order.objects.filter(a=1)}}
    orders.get(1).save()  # ! 5 h|orders.get(1).save()|+2
    for order in orders.values(): order.save()
    orders[1].save()
def silent(request):
    for kept in KeptForms(request.POST).save(commit=False): kept.save()
    for form in formset_factory(Form)(request.POST).save(): form.save()
    orders = {{order.pk: order for order in Order.objects.filter(a=1)}}
    for key in orders: key.save()
    OrderForms(request.POST).checked()[0].save()
    orders.items().save(); pairs = {{order: name for order in Order.objects.filter(a=1)}}; pairs.get(1).save()
## rows-of-the-views-that-a-mixin-is-for
from django.views.generic import DeleteView
class Deleting:
    def post(self, request):
        order = self.get_object()
        order.delete()  # ! 9 post|order.delete()
class OrderView(Deleting, DeleteView): model = Order
class OtherView(Deleting, DeleteView): model = Handed
class Open:
    def post(self, request): self.get_object().delete()
class OpenView(Open, DeleteView): model = Order
class UnknownView(Open, DeleteView): model = find()
class Keeping:
    def post(self, request): self.get_object().save()
class KeptView(Keeping, DeleteView): model = Kept
class Own(DeleteView):
    model = Order
    def get_object(self):
        order = super().get_object(); order.save()  # ! 39 get_object<post|order.save()
        return order
    def post(self, request): self.get_object()
## rows-that-hang-on-rows-under-a-name-of-their-own
def f(request):
    profile = request.user.profile
    profile.save()  # ! 5 f|profile.save()
def g(request):
    if (profile := request.user.profile).open: profile.save(update_fields=["name"])  # ! 48 g|profile.save()
def silent(request, other):
    cart = request.session.cart; cart.save()
    picture = request.user.picture; picture.save("a.png", content)
    early.save(); early = request.user.profile
    first, second = request.user.profile; second.save()
## cursors-of-connections-by-name
from app.lib import connect, keep
def f(request):
    connection = connect()
    cursor = connection.cursor(keep)
    cursor.execute("DELETE FROM orders")  # ! 5 f|cursor.execute()
def g(request):
    with request.app.db.cursor() as found: found.execute("UPDATE orders SET a = 1")  # ! 44 g|found.execute()
def late(request): found = request.db.cursor(); found.execute("DELETE FROM orders")  # ! 49 late|found.execute()
def h(request, conn): clear(conn.cursor())
def clear(found): found.execute("DELETE FROM orders")  # ! 19 clear<h|found.execute()
def silent(request, mouse): found = mouse.cursor(); found.execute("DELETE FROM orders")
## what-a-generic-function-hands-back
from typing import Iterable, List, Optional, Type, TypeVar
from django.db.models import Model
T = TypeVar("T")
Other = TypeVar("Other")
U = make_type("U")
def patch(row: T, data) -> T: return row
def maybe(row: T) -> Optional[T]: return row
def found(row: T) -> T | None: return row
def made(model: Type[T], data) -> T: return model(data)
def loaded(model: type[T]) -> List[T]: return list(model.objects.all())
def first(rows: Iterable[T]) -> T: return next(iter(rows))
def track(rows: Iterable[T]) -> List[T]: return list(rows)
def wrapped(row: T) -> List[T]: return [row]
def named(row: U) -> U: return row
def other(row: T) -> Other: return row
def f(request): patch(Order(), 1).save()  # ! 17 f|patch(Order(), 1).save()
def g(request): maybe(row=Order()).save()  # ! 17 g|maybe(row=Order()).save()
def h(request): found(Order()).save()  # ! 17 h|found(Order()).save()
def i(request): made(Order, 1).save()  # ! 17 i|made(Order, 1).save()
def j(request): loaded(Order)[0].save()  # ! 17 j|loaded(Order)[0].save()
def k(request): first(Order.objects.filter(a=1)).save()  # ! 17 k|first(Order.objects.filter(a=1)).save()
def l(request): track(Order.objects.filter(a=1))[0].save()  # ! 17 l|track(Order.objects.filter(a=1))[0].save()
def silent(request): named(Order()).save(); other(Order()).save(); wrapped(Order()).save(); made(Kept, 1).save()
def listed(request): wrapped(Order.objects.filter(a=1)).save(); first(Kept.objects.filter(a=1)).save()
## rows-that-an-annotation-only-quotes
from django.db import models
class Cart(models.Model): lines: "models.manager.RelatedManager['Line']"
class Plain: lines: "models.manager.RelatedManager['Line']"
def f(request, cart: Cart): cart.lines.create(a=1)  # ! 29 f|cart.lines.create()
def silent(request, plain: Plain): plain.lines.create(a=1)
## lists-of-a-query-and-models-by-key
def f(request):
    found = list(Order.objects.all()); found.insert(0, Order()); found.delete(); found[0].save()  # ! 82 f|found[0].save()
def g(request): MODELS["a"]["model"].objects.all().delete()  # ! 17 g|MODELS['a']['model'].objects.all().delete()
def silent(request): MODELS["a"]["thing"].objects.all().delete()
## rows-found-or-made
def f(request): order, new = Order.objects.get_or_create(a=1); order.save()  # ! 30 f|Order.objects.get_or_create()|+1
def g(request): Order.objects.update_or_create(a=1)[0].delete()  # ! 17 g|Order.objects.update_or_create(a=1)[0].delete()|+1
def h(request, order: Order): line, _ = order.lines.get_or_create(a=1); line.delete()  # ! 41 h|order.lines.get_or_create()|+1
def i(request): new, order = Order.objects.get_or_create(a=1); order.save()  # ! 30 i|Order.objects.get_or_create()
def j(request): order, new = found(1); order.save()  # ! 40 j|order.save()
def found(n): return Order.objects.get_or_create(n=n)  # ! 22 found<j|Order.objects.get_or_create()
def silent(request): order, new = unknown.get_or_create(a=1); order.save()
## rows-put-into-lists
def gathered(request):
    late = []; paid = []; mixed = []; other = []
    for order in Order.objects.all():
        late.append(order); paid.append(Order(pk=1)); mixed.append(order); mixed.append(unknown); other.append(order.id)
    for order in late: order.save()  # ! 24 gathered|order.save()|+3
    for order in paid: order.delete()
    for order in mixed: order.save()
    for order in other: order.save()
    for order in []: order.save()
    loaded = load(); loaded.append(Order())
    for order in loaded: order.save()
    [Order(n) for n in names][0].save()
    [made(n) for n in names][0].save(); [last(n) for n in names][0].save()
def returned(request):
    for order in late(): order.save()  # ! 26 returned|order.save()
def last(n): return Order.objects.get(n=n)
def late():
    found = []
    for order in Order.objects.all(): found.append(order)
    return found
## rows-that-their-class-writes
from django.db import models
def f(request): models.Model.delete(Order())  # ! 17 f|models.Model.delete()
def g(request): models.Model.save(Kept(), force_insert=True)  # ! 17 g|models.Model.save()
def silent(request): Kept.save(Kept()); Kept.save(Order()); Order.delete(unknown); models.Model.save(Session())
## rows-that-other-shortcuts-look-up
from django.shortcuts import aget_object_or_404
from rest_framework.generics import get_object_or_404
def f(request, pk): get_object_or_404(Order, pk=pk).delete()  # ! 21 f|get_object_or_404(Order, pk=pk).delete()
async def g(request, pk): order = await aget_object_or_404(Order, pk=pk); await order.asave()  # ! 81 g|order.asave()
## rows-of-serializers
from rest_framework.viewsets import ModelViewSet
class Orders(ModelViewSet):
    queryset = Order.objects.all()
    def perform_update(self, serializer):
        serializer.instance.lines.all().delete()  # ! 9 perform_update|serializer.instance.lines.all().delete()
    def perform_create(self, serializer): serializer.save(); serializer.data.lines.all().delete()
    def perform_bulk_update(self, serializer):
        serializer.instance.save()  # ! 9 perform_bulk_update|serializer.instance.save()
    def perform_bulk_create(self, serializer):
        order = serializer.save()
        order.save()  # ! 9 perform_bulk_create|order.save()
## rows-or-responses
from rest_framework.response import Response
from rest_framework.views import APIView
class Orders(APIView):
    def found(self, pk):
        try: return Order.objects.get(pk=pk)
        except Order.DoesNotExist: return Response({{}}, status=404)
    def either(self, pk): return Order.objects.get(pk=pk) if pk else None
    def unknown(self, pk):
        if pk: return Order.objects.get(pk=pk)
        return made(pk)
    def answer(self, pk):
        if pk: return Response({{}})
        return Response({{}})
    def own(self, pk):
        if pk: return Order.objects.get(pk=pk)
        return PickupResponse()
    def delete(self, request, pk):
        order = self.found(pk)
        if isinstance(order, Response): return order
        order.delete()  # ! 9 delete|order.delete()
    def put(self, request, pk): self.unknown(pk).delete(); self.answer(pk).delete(); self.own(pk).delete()
class PickupResponse: ...
## what-a-handler-hands-to-helpers
def f(request):
    order = Order.objects.get(pk=1); keep(order, 1); keep_kept(Kept()); store(request.POST)
    def later(row): row.save()  # ! 21 f|row.save()
    later(order)
def keep(row, count): count.save(); row.save()  # ! 37 keep<f|row.save()
def keep_kept(row): row.save()
def store(row): row.save()
class View(django.http.View): ...
## through-another-helper-and-methods
from django.views import View
class Orders(View):
    def post(self, request): self.first(Order())
    def first(self, order): self.second(order); self.second(None)
    def second(self, order): order.save()  # ! 30 second<post|order.save()
    def unasked(self, order): order.save()
""")  # fmt: skip

sheet("KBR304", "shop/views.py", f"""
import sqlite3, requests
from django.shortcuts import get_object_or_404
from django.views import View
from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session
from shop.models import Order
## every-read
{each(READS)}
## writes-web-sessions-and-mappings
def silent(request, session: Session, conn: requests.Session, db: dict[str, int]):
    statement = delete(Order); session.execute(statement); session.execute(text("UPDATE o SET a = 1"))
    session.query(Order).delete(); session.add(1); request.session.get("user"); conn.get("x"); db.get("x")
def f(request, session): statement = select(Order); session.execute(statement)  # ! 53 f|session.execute()
## flask-sqlalchemy @ app/api/orders.py
from flask import Blueprint
from app.models import Item
blueprint = Blueprint("orders", __name__)
@blueprint.get("/a")
def f(): return Item.query.filter_by(open=True).all()  # ! 17 f|Item.query
@blueprint.get("/b")
def silent(pk): Item.query.filter_by(a=1).first_or_404(); Item.query.one_or_404(); Item.query.delete(); Item.query.get_or_404(pk)
#: app/models.py
from flask_sqlalchemy import SQLAlchemy
class Item(SQLAlchemy().Model): ...
## django
def managed(request): return render(Order.objects.get(pk=1), Order.objects.count())  # ! 37 managed|Order.objects|+1
def related(request, order: Order): return order.line_set.all()  # ! 44 related|order.line_set.all()
def silent(request, order: Order): get_object_or_404(Order.objects.filter(a=1), pk=1); Order.objects.create(a=1); order.tag_set.pop()
## related-managers-by-the-project-s-own-methods-and-names
class Tools: ...
class Box: tool_set = Tools()
def values(request, order: Order): return order.parts.values("name")  # ! 43 values|order.parts.values()
def own(request, order: Order): return order.line_set.open_ones().first()  # ! 40 own|order.line_set.open_ones().first()
def named(request, order: Order): lines = order.lines; return lines.filter(a=1)  # ! 63 named|lines.filter()
def again(request, order: Order):
    lines = order.line_set
    lines = lines.open_ones()
    lines = lines.filter(a=1)  # ! 13 again|lines.filter()
def silent(request, order: Order, other):
    profile = order.profile; profile.settings().get(a=1); order.profile.lines().first(); order.parts.values(); other.parts.values("a")
    settings = order.profile.chosen(); settings.filter(a=1)
    box = Box(); box.tool_set.filter(a=1)
    found = order.lines.all; names = order.name_of; names().filter(a=1); lines = other.lines; lines.filter(a=1)
## look-ups-that-answer-404
def spelled_out(request, pk):
    try: order = Order.objects.get(pk=pk)  # ! 18 spelled_out|Order.objects
    except Order.DoesNotExist: raise Http404
    return render(order)
def by_shortcut(request, pk): return render(get_object_or_404(Order.objects.filter(a=1), pk=pk))
async def awaited(request, pk): return render(await aget_object_or_404(Order.objects.filter(a=1), pk=pk))
def by_name(request, pk): orders = Order.objects; return render(get_object_or_404(orders, pk=pk))
def by_both(request, pk):
    orders = Order.objects  # ! 14 by_both|Order.objects
    return render(get_object_or_404(orders, pk=pk), orders.count())
## all-rows-and-declared-rows
from django.views.generic import ListView
class Declared(ListView):
    def get_queryset(self): return Order.objects.filter(a=1)
    def find(self): return Order.objects.filter(a=1)  # ! 28 find<get|Order.objects
    def get(self, request): return render(self.find())
class Asked(ListView):
    def get_queryset(self): return Order.objects.filter(a=1)  # ! 36 get_queryset<get|Order.objects
    def get(self, request): return render(self.get_queryset())
class Base(View):
    def rows(self): return []
    def get(self, request): return render(self.rows())
class Heir(Base):
    def rows(self): return Order.objects.filter(a=1)  # ! 28 rows<get|Order.objects
class Other(View):
    def rows(self): return Order.objects.filter(a=1)
def everything(request): return render(Order.objects.all())  # ! 40 everything|Order.objects
def by_manager(request): return render(Order.objects.open_ones())
def by_manager_and_more(request): return render(Order.objects.open_ones().filter(a=1))  # ! 49 by_manager_and_more|Order.objects
def written(request):
    old = Order.objects.filter(a=1)
    old.delete()
def read_and_written(request):
    old = Order.objects.filter(a=1)  # ! 11 read_and_written|Order.objects
    old.delete(); return render(old)
KEY = "order"
def by_key(request): return render(request.session.get(KEY), request.session.get("a"))
from django.db import models
class Tagged(models.Model): tags = models.ManyToManyField("shop.Tag")
def of_links(request): return render(Tagged.tags.through.objects.filter(a=1))  # ! 38 of_links|Tagged.tags.through.objects
class Parent:
    def found(self): return Order.objects.filter(a=1)  # ! 29 found<get|Order.objects
    def unasked(self): return Order.objects.filter(a=1)
class Child(Parent, View):
    def get(self, request): return render(self.found())
## managers-by-name-and-declared-relations
from django.db import models
from somewhere import find_model
Found = find_model("order")
class Shop(models.Model): orders: models.QuerySet[Order]; open: "models.Manager"
class Plain: orders: models.QuerySet
def by_default(request): return render(Found._default_manager.filter(a=1))  # ! 40 by_default|Found._default_manager
def by_base(request): return render(find_model("a")._base_manager.get(a=1))  # ! 37 by_base|find_model('a')._base_manager
def declared(request, shop: Shop): return render(shop.orders.exists())  # ! 50 declared|shop.orders.exists()
def silent(request, plain: Plain): return render(plain.orders.exists(), Found.managers.filter(a=1))
## managers-made-of-query-sets
from django.db import models
class Orders(models.QuerySet): ...
class Own(models.Manager): ...
class Late(models.Model):
    late = Orders.as_manager(); plain = models.QuerySet.as_manager(); other = Orders.as_list()
    both = models.Manager.from_queryset(Orders)(); mine = Own.from_queryset(Orders)()
def f(request): return render(Late.late.filter(a=1))  # ! 31 f|Late.late.filter()
def g(request): return render(Late.plain.filter(a=1))  # ! 31 g|Late.plain.filter()
def h(request): return render(Late.both.filter(a=1))  # ! 31 h|Late.both.filter()
def i(request): return render(Late.mine.filter(a=1))  # ! 31 i|Late.mine.filter()
def silent(request): return render(Late.other.filter(a=1))
## relations-of-rows-with-an-unread-base-and-third-party-managers
from django.db import models
from shop.missing import Stamped
from somewhere import TagManager, Tagging
class Cart(models.Model, Stamped):
    tags = TagManager()
    tagging = Tagging()
def undeclared(request, cart: Cart): return render(cart.notes.filter(a=1))  # ! 52 undeclared|cart.notes.filter()
def tagged(request, cart: Cart): return render(cart.tags.all())  # ! 48 tagged|cart.tags.all()
def silent(request, cart: Cart): return render(cart.notes.create(a=1), cart.tagging.all(), cart.notes.get("a"))
## connections-by-alias
from django import db
def f(request):
    cursor = db.connections["old"].cursor(); cursor.execute("SELECT * FROM orders")  # ! 46 f|cursor.execute()
## models-that-a-third-party-looks-up
from registry import find, Registry
registry = Registry()
def f(request):
    order_model = find("order"); order_model.objects.get(pk=1)  # ! 34 f|order_model.objects
def g(request): Model = registry.find("order"); Model.objects.get(pk=1)  # ! 49 g|Model.objects
def silent(request): found = find("order"); found.objects.get(pk=1)
## models-of-an-unread-base-that-declare-their-manager
from typing import ClassVar
from beat.models import PeriodicTask
from mongoengine.queryset import QuerySet
class Task(PeriodicTask): objects: ClassVar[QuerySet]
class Job(PeriodicTask): objects: list
def f(request): Task.objects(id=1).first()  # ! 17 f|Task.objects
def silent(request): Job.objects(id=1).first()
## queries-that-a-manager-begins
def begun(request):
    orders = Order.objects.open_ones()  # ! 14 begun|Order.objects
    orders = orders.filter(a=1) if request.GET else orders
    return render(orders)
def silent(request): orders = Order.objects.open_ones(); named = Order.objects.named(); return render(orders, named.count(), named.get("a"))
## views-of-a-base-that-is-not-read
from vanilla import GenericView
from somewhere import Widget
import django
class Orders(GenericView):
    def get(self, request): return render(Order.objects.filter(a=1))  # ! 43 get|Order.objects
class Other(Widget):
    def get(self, request): return render(Order.objects.filter(a=1))
## hooks-of-a-view-in-another-module
from shop.base import Base
class Orders(Base):
    def find(self): return Order.objects.filter(a=1)  # ! 28 find|Order.objects
    def guard(self): return Order.objects.filter(a=1)
    def get_queryset(self): return Order.objects.filter(a=1)
#: shop/base.py
from django.views import View
class Base(View):
    def dispatch(self, request): self.guard(); return super().dispatch(request)
    def get(self, request): return render(self.find(), self.get_queryset())
""")  # fmt: skip

REPOSITORIES = "OrderRepository OrderRepo OrderDAO OrderDao CRUDOrder OrderCRUD OrderCRUDBase OrderGateway"
STORES = "OrderStore RepositoryOrder OrderRepositories OrderService DaoFactory"
MODULES = (
    "repository.py repositories.py repo.py crud.py dao.py daos.py db.py database.py persistence.py repository/x.py repositories/x.py "
    "repos/x.py crud/x.py dao/x.py db/x.py database/x.py persistence/x.py repositories/sql/x.py"
)
sheet("KBR305", "app/db/orders.py", f"""
## every-module
{"".join(f'''#: app/{name}
def add(session): session.commit()  # ! 19 =persistence function 'add'|session.commit()
''' for name in MODULES.split())}
## every-class-name @ app/orders.py
{"".join(f'''class {name}:
    def add(self): self.session.commit()  # ! 20 =repository method '{name}.add'|self.session.commit()
''' for name in REPOSITORIES.split())}
{"".join(f'''class {name}:
    def add(self): self.session.commit()
''' for name in STORES.split())}
## session-of-the-function-itself
def entered():
    with SessionLocal() as session: session.commit()
def assigned(): session = SessionLocal(); session.commit()
def given(session): session.commit()  # ! 21 =persistence function 'given'|session.commit()
def of_a_row(row): session = object_session(row); session.commit()  # ! 51 =persistence function 'of_a_row'|session.commit()
## classes-and-functions-that-manage-transactions
from contextlib import asynccontextmanager, contextmanager
{"".join(f'''class {name}:
    def complete(self): self.session.commit()
''' for name in ("SqlUnitOfWork", "SqlUoW", "TransactionScope", "OrderTransactionManager"))}
class OrderRepository:
    def commit(self): self.session.commit()
    def __exit__(self, *error): self.session.commit()
    async def __aexit__(self, *error): await self.session.commit()
    def save(self): self.session.commit()  # ! 21 =repository method 'OrderRepository.save'|self.session.commit()
def sqlite_commit(session): session.commit()
def add_and_commit(session): session.commit()  # ! 30 =persistence function 'add_and_commit'|session.commit()
@contextmanager
def managed(session): session.commit()
@asynccontextmanager
async def managed_too(session): await session.commit()
def generator(session): yield session; session.commit()
def transactional(function):
    def wrapper(session, *args): function(session, *args); session.commit()
    return wrapper
def nesting(function):
    def inner(session): session.commit()  # ! 25 =persistence function 'inner'|session.commit()
    return inner
## gives-up-its-locks
def lets_go(session):
    session.commit()
    session.close()
def stores(session):
    store(session)
    session.commit()  # ! 5 =persistence function 'stores'|session.commit()
    session.close()
def goes_on(session, other):
    session.commit()  # ! 5 =persistence function 'goes_on'|session.commit()
    other.close()
class OrderRepository:
    def lets_go(self):
        self.session.commit()  # ! 9 =repository method 'OrderRepository.lets_go'|self.session.commit()
        self.session.close()
## asked-for-by-a-parameter
def asked(session, *, no_commit: bool = False):
    if not no_commit and session.dirty: session.commit()
def regardless(session, commit=True):
    if commit: session.flush()
    session.commit()  # ! 5 =persistence function 'regardless'|session.commit()
def other(self, session, now=True):
    if now or self.auto_commit: session.commit()  # ! 33 =persistence function 'other'|session.commit()
## attribute-of-a-known-type-bound-beside-another
from aiokafka import AIOKafkaConsumer
class OrderRepository:
    def __init__(self, session, conn: AIOKafkaConsumer): self.session, self.conn = session, conn
    def both(self): self.conn.commit(); self.session.commit()  # ! 41 =repository method 'OrderRepository.both'|self.session.commit()
""")  # fmt: skip

sheet("KBR401", "shop/views.py", """
import asyncio, django.http, threading
from asyncio import create_task
from concurrent.futures import ThreadPoolExecutor
executor = ThreadPoolExecutor()
## every-way-to-start
async def f(request, loop: asyncio.AbstractEventLoop):
    asyncio.ensure_future(send())  # ! 5 f|asyncio.ensure_future()
    asyncio.get_event_loop().create_task(send())  # ! 5 f|asyncio.get_event_loop().create_task()
    loop.run_in_executor(None, send)  # ! 5 f|loop.run_in_executor()
    asyncio.run_coroutine_threadsafe(send(), loop)  # ! 5 f|asyncio.run_coroutine_threadsafe()
    [asyncio.create_task(send(i)) for i in range(3)]  # ! 6 f|asyncio.create_task()
    executor.submit(send)  # ! 5 f|executor.submit()
    thread = threading.Thread(target=send); thread.start()  # ! 45 f|thread.start()
## loop-of-a-class-with-an-unknown-base
from tornado.web import RequestHandler
class Orders(RequestHandler):
    async def post(self): self.loop.create_task(send())  # ! 27 post|self.loop.create_task()
## awaited
async def f(request, others):
    task = create_task(send()); await task
    request.task = create_task(send()); await request.task
    timed = create_task(send()); await asyncio.wait_for(timed, 1)
    appended = []; appended.append(create_task(send())); await asyncio.gather(*appended)
    listed = [create_task(send(i)) for i in range(3)]; done, pending = await asyncio.wait(listed)
    completed = {create_task(send(i)) for i in range(3)}
    for future in asyncio.as_completed(completed): await future
    lost = create_task(send()); others.add(lost); lost.add_done_callback(others.discard)  # ! 12 f|create_task()
    more = []; more.append(create_task(send())); print(more)  # ! 28 f|create_task()
## returned-or-awaited-elsewhere
async def f(request): task = create_task(send()); return task
async def g(request): task = create_task(send()); await finish(); return {"ok": True}  # ! 30 g|create_task()
async def finish(): task = make(); await task
## futures-that-the-function-around-waits-for
async def f(request):
    pending = set(); lost = []
    def more(futures: set): futures.add(asyncio.ensure_future(send()))
    def again(): pending.add(create_task(send())); lost.append(create_task(send()))  # ! 64 f|create_task()
    def bound(): nonlocal last; last = create_task(send())
    last = None; more(pending); again(); bound(); await asyncio.wait(pending); await last
async def g(request, task): task = create_task(send())  # ! 36 g|create_task()
## groups-and-names-that-are-no-tasks
class Loop: ...
async def f(request, loop: Loop, form):
    async with asyncio.TaskGroup() as group: group.create_task(send()); create_task(send())  # ! 73 f|create_task()
    loop.create_task(1); form.submit(1); form.start()
## kept-in-attributes
from tornado.web import RequestHandler
async def f(request):
    class Reply:
        def __init__(self):
            self.text = create_task(send())
            self.sound = create_task(send())  # ! 26 f|create_task()
    for reply in [Reply()]:
        await reply.text
class Orders(RequestHandler):
    async def post(self):
        self.mail = create_task(send())
        self.other = create_task(send())  # ! 22 post|create_task()
    def on_finish(self): self.mail.cancel(); self.others.cancel()
## channels-that-the-handler-listens-to
import queue
async def f(request, items):
    done = asyncio.get_running_loop().create_future(); found = queue.Queue(); todo = asyncio.Queue()
    stop = asyncio.Event(); ready = asyncio.Event()
    async def produce(): await stop.wait(); ready.set()
    async def consume(): await items.get(); await wanted.get()
    wanted = asyncio.Queue()
    create_task(store(1, done)); thread = threading.Thread(target=search, args=(found,)); thread.start(); create_task(produce())
    create_task(consume())  # ! 5 f|create_task()
    create_task(read(todo))  # ! 5 f|create_task()
    create_task(read(items))  # ! 5 f|create_task()
    await wanted.put(1); await todo.put(1); found.get(); stop.set(); await ready.wait(); await items.get()
    return await asyncio.wait_for(asyncio.shield(done), 1)
## the-handler-itself
from tornado.web import RequestHandler
class Orders(RequestHandler):
    async def get(self, other):
        create_task(self.keep_alive())
        create_task(self.store()); create_task(other.go())  # ! 9 get|create_task() ! 36 get|create_task()
    async def keep_alive(self): self.write("."); await self.flush()
    async def store(self, file): file.write("x")
""")  # fmt: skip

sheet("KBR402", "shop/views.py", """
import django.http, os, pathlib, shutil
from fastapi import APIRouter, BackgroundTasks, Depends
from starlette.background import BackgroundTask
## given-to-a-response
def f(request): return make(background=BackgroundTask(send, 1))  # ! 40 f|BackgroundTask()
def g(request): return make(background=BackgroundTasks([later]))  # ! 40 g|BackgroundTasks()
def h(request): tasks = BackgroundTasks(); tasks.add_task(send); return make(background=tasks)  # ! 44 h|tasks.add_task()
## dependencies @ app/api/orders.py
def audit(tasks: BackgroundTasks): tasks.add_task(send)  # ! 36 ='audit'|tasks.add_task()
def respond(): return make(background=BackgroundTask(send))  # ! 39 ='respond'|BackgroundTask()
def elsewhere(): return make(background=BackgroundTask(send))
def f(a=Depends(audit), b=Depends(respond)): ...
## in-any-layer-if-typed @ app/services/mail.py
class Mail:
    def __init__(self, tasks: BackgroundTasks): self._tasks = tasks
    def send(self): self._tasks.add_task(send); self._tasks.add_task(send)  # ! 21 ='send'|self._tasks.add_task()|+1
    def silent(self, tasks, progress): tasks.add_task(send); progress.add_task("reading")
## clean-up-and-known-to-be-something-else
from rich.progress import Progress
def f(request, tasks: BackgroundTasks, background_tasks: Progress, path: pathlib.Path, file, folder):
    tasks.add_task(os.remove, "x"); tasks.add_task(shutil.rmtree, "x"); tasks.add_task(pathlib.Path.unlink, path)
    tasks.add_task(path.unlink); tasks.add_task(file.close); tasks.add_task(folder.cleanup); background_tasks.add_task(send)
    tasks.add_task(folder.compress); return make(background=BackgroundTask(os.unlink, "x"))  # ! 5 f|tasks.add_task()
## lambdas-that-clean-up
def f(request, path): return make(background=BackgroundTask(lambda: os.unlink(path)))
def g(request, path): return make(background=BackgroundTask(lambda: send(path)))  # ! 46 g|BackgroundTask()
## functions-that-only-fetch
from app.rates import keep, renew, warm
def f(request, tasks: BackgroundTasks):
    tasks.add_task(warm, 1); tasks.add_task(keep, 1)  # ! 30 f|tasks.add_task()|+1
    tasks.add_task(renew, 1)
#: app/rates.py
def warm(number):
    try: LOGGER.info(str(get_rates(number)))
    except Exception: LOGGER.exception("cold")
def keep(number): Rates.kept = get_rates(number)
def renew(number): get_or_create_rates(number)
## helpers-that-hand-on @ app/services/runner.py
def start(tasks: BackgroundTasks, work, *args): tasks.add_task(work, *args)
def restart(tasks: BackgroundTasks, work): work = wrapped(work); tasks.add_task(work)  # ! 66 ='restart'|tasks.add_task()
def place(tasks: BackgroundTasks, work): tasks.add_task(send, work)  # ! 42 ='place'|tasks.add_task()
## hooks-of-unknown-objects
from app.hooks import Hooks, on_placed
def f(request, tasks: BackgroundTasks, hooks: Hooks, plugins):
    tasks.add_task(plugins.on_placed, 1); tasks.add_task(plugins.placed, 1)  # ! 5 f|tasks.add_task()|+3
    tasks.add_task(hooks.on_placed, 1); tasks.add_task(on_placed, 1)
#: app/hooks.py
class Hooks:
    def on_placed(self, number): send(number)
def on_placed(number): send(number)
## functions-that-clean-up
import contextlib, logging
from app.clean import also, drop, gone
def f(request, tasks: BackgroundTasks, response):
    async def close():
        with contextlib.suppress(OSError): await response.aclose()
        logging.info("closed")
    tasks.add_task(close); tasks.add_task(func=drop); tasks.add_task(request.app.metrics.count, 1); tasks.add_task(own)
    tasks.add_task(also)  # ! 5 f|tasks.add_task()|+3
    tasks.add_task(gone); tasks.add_task(parametrics.send); tasks.add_task(func=send)
def own(): pathlib.Path("x").unlink()
#: app/clean.py
import shutil
def drop(): shutil.rmtree("x")
def also(): shutil.rmtree("x"); send()
def gone(): ...
""")  # fmt: skip

sheet("KBR404", "app/services/orders.py", """
import asyncio
from fastapi import BackgroundTasks
from shop.models import Order
from app.jobs import pack, ship, unpack
from app.rows import Row
## rows-that-a-session-finds-by-their-key
from functools import partial
from sqlalchemy.orm import DeclarativeBase, Session
from apscheduler.schedulers.background import BackgroundScheduler
class Entry(DeclarativeBase): ...
scheduler = BackgroundScheduler()
def place(session: Session):
    entry = session.get(Entry, 1)
    pack.delay(entry)  # ! 16 =pack.delay()|the row 'entry'|job
    pack.delay(entry.id)
    scheduler.add_job(partial(ship, entry))  # ! 37 =scheduler.add_job()|the row 'entry'|job
    scheduler.add_job(partial(ship, entry.id))
#: app/jobs.py
from celery import shared_task
@shared_task
def pack(entry): ...
def ship(entry): ...
## rows-that-flask-sqlalchemy-finds
from flask_sqlalchemy import SQLAlchemy
db = SQLAlchemy()
class Entry(db.Model): ...
def place(number):
    entry = db.session.get(Entry, number); pack.delay(entry)  # ! 55 =pack.delay()|the row 'entry'|job
    found = db.get_or_404(Entry, number); pack.delay(found)  # ! 54 =pack.delay()|the row 'found'|job
    pack.delay(number)
#: app/jobs.py
from celery import shared_task
@shared_task
def pack(entry): ...
def ship(entry): ...
def unpack(entry): ...
## rows-that-are-picked
def place(request, names):
    orders = Order.objects.filter(a=1)
    picked = [order for order in orders if order.open]
    pack.delay(picked)  # ! 16 =pack.delay()|the row 'picked'|job
    chosen = {order for order in picked}; pack.delay(chosen)  # ! 54 =pack.delay()|the row 'chosen'|job
    ids = [order.id for order in orders]; pack.delay(ids)
    pairs = [order for order in orders for name in names]; pack.delay(pairs)
    others = [name for order in orders]; pack.delay(others)
    named = [name for name in names]; pack.delay(named)
#: app/jobs.py
from celery import shared_task
@shared_task
def pack(entry): ...
def ship(entry): ...
def unpack(entry): ...
## rows-of-a-select
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase
class Entry(DeclarativeBase): ...
async def place(session: AsyncSession, db):
    result = await session.execute(select(Entry).where(Entry.id == 1))
    entry = result.scalar_one()
    pack.delay(entry)  # ! 16 =pack.delay()|the row 'entry'|job
    statement = select(Entry).limit(3)
    for other in (await db.scalars(statement)).all():
        pack.delay(other)  # ! 20 =pack.delay()|the row 'other'|job
    first = (await db.execute(statement)).scalars().unique().first()
    pack.delay(first)  # ! 16 =pack.delay()|the row 'first'|job
    found = await db.scalar(statement)
    pack.delay(found)  # ! 16 =pack.delay()|the row 'found'|job
    pair = (await db.execute(statement)).first(); pack.delay(pair)
    number = await db.scalar(select(func.count(Entry.id))); pack.delay(number)
    many = (await db.execute(select(Entry, Entry.id))).scalars().first(); pack.delay(many)
    inner = await db.scalar(statement.with_only_columns(Entry.id)); pack.delay(inner)
    cached = await store.scalar(statement); pack.delay(cached)
#: app/jobs.py
from celery import shared_task
@shared_task
def pack(entry): ...
## methods-that-only-the-project-s-tasks-have
from app.celery import app
from app.queues import queue
def place(order: Order):
    ship.enqueue(order, number=1)
    unpack.enqueue(order, number=1)
    fetch.enqueue(order)
    pack.enqueue(order)  # ! 18 =pack.enqueue()|the row 'order'|job
    queue.enqueue(fetch, order)  # ! 26 =queue.enqueue()|the row 'order'|job
    ship.delay(order)  # ! 16 =ship.delay()|the row 'order'|job
#: app/celery.py
from celery import Celery
class OwnCelery(Celery): ...
app = OwnCelery("shop")
#: app/queues.py
from rq import Queue
queue = Queue()
#: app/jobs.py
from app.celery import app
from celery import shared_task
from tasks_of_ours import job
@app.task
def ship(number): ...
@app.task(name="unpack")
def unpack(number): ...
@shared_task
def fetch(number): ...
@job
def pack(number): ...
## task-classes-that-turn-rows-into-something-else
def place(order: Order):
    ship.delay(order)
    unpack.delay(order)
    pack.delay(order)  # ! 16 =pack.delay()|the row 'order'|job
#: app/jobs.py
from celery import Celery, Task
from app.rows import to_ids
class Tasks(Celery):
    def __init__(self):
        class OwnTask(self.Task):
            def apply_async(self, args=None, **options):
                args = to_ids(args)
                return super().apply_async(args=args, **options)
        self.Task = OwnTask
class Others(Celery):
    def __init__(self):
        class OwnTask(self.Task):
            def apply_async(self, args=None, **options):
                options = dict(queue="x")
                queue = options.pop("queue")
                return super().apply_async(args=args, queue=queue)
        self.Task = OwnTask
class Converted(Task):
    def delay(self, *args):
        args = to_ids(args)
        return super().delay(*args)
tasks = Tasks()
others = Others()
@tasks.task
def ship(order): ...
@others.task
def pack(order): ...
@others.task(base=Converted)
def unpack(order): ...
#: app/rows.py
from sqlalchemy.orm import DeclarativeBase
class Base(DeclarativeBase): ...
class Row(Base): ...
def to_ids(args): ...
## rows-in-the-process
async def place(order: Order, row: Row, tasks: BackgroundTasks):
    tasks.add_task(tell, order)  # ! 26 =tasks.add_task()|the row 'order'|task
    tasks.add_task(tell, order.pk)
    tasks.add_task(tell, row)  # ! 26 =tasks.add_task()|the row 'row'|task
    asyncio.create_task(tell(order))  # ! 30 =asyncio.create_task()|the row 'order'|task
    asyncio.create_task(tell(row))  # ! 30 =asyncio.create_task()|the row 'row'|task
#: app/rows.py
from sqlalchemy.orm import DeclarativeBase
class Base(DeclarativeBase): ...
class Row(Base): ...
""")  # fmt: skip

sheet("KBR405", "app/tasks.py", """
from aiokafka import AIOKafkaConsumer
from celery import Task, shared_task
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from shop.models import Kept, Order
## methods-of-a-task-class
class Expire(Task):
    def run(self, session: Session): session.commit(); self.more(session)  # ! 38 run|session.commit()
    def more(self, session: Session): session.add(1); session.commit()  # ! 39 more<run|session.add()|+1
    def uncalled(self, session: Session): session.add(1)
## writes-of-sessions-only
@shared_task
def silent(session: Session): session.execute(select(Order)); session.rollback(); session.flush(); Kept().save(); schedule(passed_on)
def passed_on(session: Session): session.commit()
@shared_task
def f(session: AIOKafkaConsumer, cache, db): session.commit(); cache.delete("x"); db.execute(update(Order))  # ! 83 f|db.execute()
@shared_task
def expire(): Order.objects.filter(pk=1).first(); Order.objects.all().delete()  # ! 51 expire|Order.objects.all().delete()
## housekeeping
from sqlalchemy import delete
@shared_task(bind=True)
def purge(self, *args):
    old = Order.objects.filter(total=0); old.delete()  # ! 42 purge|old.delete()
@shared_task
def cleanup(ctx):
    with Session() as session: session.execute(delete(Order).where(1))  # ! 32 cleanup|session.execute()
## rows-of-classes-with-an-unread-base
from somewhere.models import Stamped
from django.db import models
class Thing(Stamped): name = models.CharField()
class Plain(Stamped): name = "a"
class Median(models.Aggregate): output_field = models.FloatField()
@shared_task
def stamped(pk: int): Thing(pk).save(); Plain(pk).save(); Median(pk).save()  # ! 23 stamped|Thing(pk).save()
## what-an-application-keeps-on-g
from flask import g, request
@shared_task
def kept(): g.connection.execute("DELETE FROM orders")  # ! 13 kept|g.connection.execute()
@shared_task
def other(): g.cache.delete(Order); request.connection.execute("DELETE FROM orders")
## rows-of-several-queries
import itertools
@shared_task
def added(pk: int):
    for order in list(Order.objects.filter(a=1)) + list(unknown): order.save()  # ! 67 added|order.save()
@shared_task
def united(pk: int):
    for order in unknown | Order.objects.filter(b=1): order.save()  # ! 55 united|order.save()
@shared_task
def unpacked(pk: int):
    for order in [*Order.objects.all(), *unknown]: order.save()  # ! 52 unpacked|order.save()
@shared_task
def chained(pk: int):
    for order in itertools.chain(Order.objects.all(), unknown): order.save()  # ! 65 chained|order.save()
@shared_task
def silent(pk: int):
    for order in unknown + [1]: order.save()
    for order in Order.objects.count() + 1: order.save()
    (Order.objects.first() + 1).save()
## classes-that-a-class-tells
class Plugin:
    @classmethod
    @property
    def model(cls) -> type[Order]: ...
    @property
    def plain(self) -> type[Order]: ...
@shared_task
def told(plugin: type[Plugin]): plugin.model.objects.filter(a=1).update(b=1)  # ! 33 told|plugin.model.objects.filter(a=1).update()
## rows-by-super
@shared_task
def by_super(pk: int):
    super(Order, Order.objects.get(pk=pk)).save()  # ! 5 by_super|super(Order, Order.objects.get(pk=pk)).save()
@shared_task
def by_own_super(pk: int): super().save(); super(Order, pk).save()
## sessions-by-name
@shared_task(bind=True)
def named(self): self.task.db.query(Order).filter_by(a=1).delete()  # ! 18 named|self.task.db.query(Order).filter_by(a=1).delete()
@shared_task(bind=True)
def bound(self):
    old = self.db.query(models.Order); old.update({"open": 0})  # ! 40 bound|old.update()
@shared_task
def no_session(index): index.query(Order).delete()
@shared_task
def no_model(db): db.query("orders").delete()
## jobs-beside-use-cases @ app/services/tasks.py
@shared_task
def f(session): session.commit()  # ! 17 f|session.commit()
#: app/services/orders_service.py
from celery import shared_task
@shared_task
def f(session): session.commit()
#: app/use_cases/place.py
from celery import shared_task
@shared_task
def f(session): session.commit()
#: app/use_cases/db/orders.py
from celery import shared_task
@shared_task
def f(session): session.commit()  # ! 17 f|session.commit()
""")  # fmt: skip

sheet("KBR407", "app/tasks.py", """
from celery import shared_task
from django.db import transaction
from django.db.transaction import atomic
from django.utils.decorators import method_decorator
from sqlalchemy.orm import Session
from shop.models import Order
## a-job-that-enqueues-itself
@shared_task
def ship(order_id, tries=0):
    with transaction.atomic():
        ship.apply_async(args=[order_id], countdown=60)
        ship.apply_async(args=[order_id])  # ! 9 =ship|ship.apply_async()|inside of 'transaction.atomic()'
        pack.apply_async(args=[order_id], countdown=60)  # ! 9 =ship|pack.apply_async()|inside of 'transaction.atomic()'
@shared_task
def pack(order_id): ...
## forms-of-atomic
@shared_task
def ship(order_id): ...
@atomic
def place(): ship.delay(1)  # ! 14 =place|ship.delay()|inside of 'atomic'
@method_decorator(atomic)
def post(self): ship.delay(1)  # ! 17 =post|ship.delay()|inside of 'atomic'
@method_decorator(transaction.atomic())
def put(self): ship.delay(1)  # ! 16 =put|ship.delay()|inside of 'transaction.atomic()'
## queues-that-the-application-keeps
from flask import current_app, request
def place(session: Session):
    current_app.task_queue.enqueue("ship", 1)  # ! 5 =place|current_app.task_queue.enqueue()|before 'session.commit()'
    session.commit()
def silent(session: Session): current_app.shelf.enqueue("ship", 1); request.task_queue.enqueue(1); session.commit()
## what-changes-nothing-after-a-commit
from datetime import datetime
@shared_task
def ship(order_id, at): ...
def place(session: Session, orders):
    for order in orders:
        session.commit(); session.flush(); session.refresh(order)
        ship.delay(order.id, datetime.now())
    session.commit()
def other(session: Session, order):
    session.commit(); change(order); ship.delay(order.id, 1)  # ! 38 =other|ship.delay()|before 'session.commit()'
    session.commit()
## stored-jobs-that-are-handed-over
@shared_task
def ship(order_id): ...
@transaction.atomic
def relay():
    for stored in Order.objects.select_for_update():
        ship.delay(stored.pk)
        stored.delete()
def relay_session(session: Session, rows):
    for stored in rows:
        ship.delay(stored.pk)
        session.delete(stored)
    session.commit()
@transaction.atomic
def other(first):
    for stored in Order.objects.select_for_update():
        ship.delay(stored.pk)  # ! 9 =other|ship.delay()|inside of 'transaction.atomic'
        first.delete()
    for stored in Order.objects.select_for_update():
        stored.delete()
    ship.delay(1)  # ! 5 =other|ship.delay()|inside of 'transaction.atomic'
""")  # fmt: skip

FLAGS = "dry_run dryrun is_dry_run dry simulate simulated is_simulation preview_only test_mode no_commit"
BOOLEANS = ("bool", "Optional[bool]", "None | bool", "Annotated[bool, 1]", "Union[bool, None]", "'bool'", "Annotated[Optional[bool], 1]")
RECORDS = {
    "pydantic": "import pydantic\nclass Base(pydantic.BaseModel): ...\nclass R(Base):", "named-tuple": "class R(NamedTuple):",
    "typed-dict": "class R(TypedDict, total=False):", "attrs": "import attrs\n@attrs.define\nclass R:",
    "attr-s": "import attr\n@attr.s(auto_attribs=True)\nclass R:", "dataclass": "import dataclasses as d\n@d.dataclass()\nclass R:",
}  # fmt: skip
sheet("KBR501", "app/lib.py", f"""
from typing import Annotated, NamedTuple, Optional, TypedDict, Union
## every-name
{"".join(f"def f({flag}: bool): ...  # ! 7 parameter of 'f'|{flag}{chr(10)}" for flag in FLAGS.split())}
def f(dry_runs: bool, force: bool, run: bool, commit: bool): ...
## every-annotation-or-default
{"".join(f"def f(dry_run: {it}): ...  # ! 7 parameter of 'f'|dry_run{chr(10)}" for it in BOOLEANS)}
def f(dry_run: str, simulate: Mode | None, dry: "Mode" = False, test_mode: list[bool] = ()): ...
def f(dry_run=True, *, simulate=False): ...  # ! 7 parameter of 'f'|dry_run ! 24 parameter of 'f'|simulate
def f(dry, dry_run=0, test_mode="no", *, simulate, no_commit=Mode.LIVE): ...
## bodies-of-commands @ app/cli/cleanup.py
def cleanup_cmd(dry_run=False): ...
def cleanup_command(dry_run: bool): ...
def cleanup(dry_run=False): ...  # ! 13 parameter of 'cleanup'|dry_run
#: app/cleanup.py
def cleanup_cmd(dry_run=False): ...  # ! 17 parameter of 'cleanup_cmd'|dry_run
## cli-commands-themselves
import click
from django.core.management.base import BaseCommand
@click.command()
def clicked(dry_run: bool): helper(dry_run)
class Command(BaseCommand):
    def handle(self, *args, dry_run: bool = False, **options): ...
def main(dry_run: bool = False): ...
def helper(dry_run: bool): ...  # ! 12 parameter of 'helper'|dry_run
if __name__ == "__main__": main()
""")  # fmt: skip

RAISED = (
    "fastapi.exceptions.HTTPException", "starlette.exceptions.HTTPException", "werkzeug.exceptions.NotFound", "django.http.Http404",
    "django.core.exceptions.PermissionDenied", "rest_framework.exceptions.ValidationError", "litestar.exceptions.HTTPException",
    "aiohttp.web.HTTPNotFound", "sanic.exceptions.NotFound", "pyramid.httpexceptions.HTTPNotFound",
    "tornado.web.HTTPError", "falcon.HTTPNotFound", "ninja.errors.HttpError",
)  # fmt: skip
RESPONSES = "fastapi.responses.JSONResponse django.http.JsonResponse rest_framework.response.Response flask.Response"
for _dotted in RAISED:
    _module, _, _name = _dotted.rpartition(".")
    case("KBR601", f"raises-{_dotted}", "app/services/orders.py", f"""
import {_module}
def own(): raise PermissionError("x")
def call(): raise {_dotted}()  # ! 13 application|raises|{_name}
def bare(): raise {_dotted}  # ! 13 application|raises|{_name}""")  # fmt: skip
sheet("KBR601", "app/domain/orders.py", f"""
from fastapi import Depends, HTTPException, Response
from app.lib import GONE, abort as stop
import flask, httpx, django.http, rest_framework.response, fastapi.responses
## responses @ app/clients/orders.py
def own() -> Response: return httpx.Response(200)
{"".join(f'''def f(): return {it}()  # ! 10 infrastructure|returns|{it.rpartition(chr(46))[2]}
def g(it): it({it}())  # ! 15 infrastructure|constructs|{it.rpartition(chr(46))[2]}
''' for it in RESPONSES.split())}
## bound-names-count-where-raised
MISSING = HTTPException(404)
def f(): error = HTTPException(400); raise error  # ! 38 domain|raises|HTTPException
def g(cause): raise MISSING from cause  # ! 15 domain|raises|HTTPException
def h(): raise GONE  # ! 10 domain|raises|HTTPException
## neither-raised-returned-nor-constructed
class HttpOrderError(HTTPException): ...
def f(it: Response) -> Response | None:
    try: it()
    except HTTPException: raise
    except ValueError as error: raise LookupError(isinstance(it, Response)) from error
def g(): raise HttpOrderError(404)  # ! 10 domain|raises|HttpOrderError
## abort
def f(tx): tx.abort(); stop(404); flask.abort(404)  # ! 35 domain|calls|abort
## abort-of-an-api
from flask_restx import Api, Namespace
class OwnApi(Api): ...
own = OwnApi()
def f(): own.abort(404)  # ! 10 domain|calls|abort
def g(api: Api, orders: Namespace): api.abort(404); orders.abort(404)  # ! 37 domain|calls|abort ! 53 domain|calls|abort
## dependency-in-core @ app/services/auth.py
def current_user(token=Depends(read)): raise HTTPException(401)  # ! 40 application|raises|HTTPException
""")  # fmt: skip

CALLS = (
    "httpx.get(1)", "httpx.request('GET', 1)", "httpx.stream('GET', 1)", "httpx.Client()", "httpx2.get(1)", "httpx2.AsyncClient()",
    "requests.delete(1)", "requests.Session()", "requests.session()", "aiohttp.ClientSession()", "aiohttp.request('GET', 1)",
    "urllib.request.urlopen(1)", "urllib3.PoolManager()", "urllib3.request('GET', 1)", "pycurl.Curl()",
)  # fmt: skip
sheet("KBR701", "app/services/rates.py", f"""
import aiohttp, asyncio, httpx, httpx2, pycurl, requests, urllib.request, urllib3
## every-library
{"".join(f"{call}  # ! 1 application|{called(call)}{chr(10)}" for call in CALLS)}
## scripts-of-the-backend @ app/scripts/load_rates.py
from ..rates import keep
def load(): keep(requests.get("/rates"))  # ! 18 transport|requests.get()
#: app/rates.py
def keep(rates): ...
#: app/__init__.py
x = 1
#: app/scripts/__init__.py
x = 1
## not-a-call-out @ app/domain/rates.py
from urllib.parse import urlencode
from urllib.request import Request, urlopen
def f(response: httpx.Response, client: httpx.Client):
    httpx.Timeout(5); httpx.URL("x"); aiohttp.ClientTimeout(5); requests.Request("GET", "x"); Request("x"); urlencode({{}})
    response.json(); response.headers.get("x"); client.close(); urlopen("x")  # ! 65 domain|urlopen()
## typed-clients @ app/api/rates.py
from app.lib import make_client
from redis import Redis
from starlette.testclient import TestClient
class Rates:
    def __init__(self, http: "httpx.AsyncClient"): self._http = http
    async def rates(self, client: requests.Session | None, session: aiohttp.ClientSession, api: Redis, http, test: TestClient):
        client.get("/")  # ! 9 transport|client.get()
        await self._http.put("/")  # ! 15 transport|self._http.put()
        make_client().send(1)  # ! 9 transport|make_client().send()
        await session.options("/"); session.cookies.get("x")  # ! 15 transport|session.options()
        http.get("/"); api.get("x"); test.post("/"); TestClient(None).get("/")
## sessions-cut-short
from app.adapters import adapter
def f(adapter):
    with adapter.session() as sess: sess.get("/")
#: app/services/fetch.py
from app.adapters import make_session
def f():
    with make_session() as sess: sess.get("/")  # ! 34 application|sess.get()
#: app/adapters.py
import requests
adapter = None
def make_session(): return requests.Session()
## passed-on
async def f(loop):
    await loop.run_in_executor(None, requests.post, "/"); await asyncio.to_thread(httpx.URL, "/")  # ! 38 application|requests.post
## passed-on-by-its-bare-name
from requests import get
async def f(): await asyncio.to_thread(get, "/")  # ! 40 application|get
## clients-by-name-of-class-and-module @ app/services/rates/source_providers/bank.py
def f(): httpx.get("/")
#: app/services/rates/provider_choice.py
import fastapi, httpx
router = fastapi.APIRouter()
class BankConnector:
    def f(self): httpx.get("/")
    @router.get("/")
    def g(self): httpx.get("/")  # ! 18 transport|httpx.get()
class Connectors: ...
class ConnectorChoice:
    def f(self): httpx.get("/")  # ! 18 transport|httpx.get()
## clients-by-their-error
class BankAPIError(Exception): ...
def f(): httpx.get("/")
#: app/services/banks.py
import httpx
class BankError(Exception): ...
def f(): httpx.get("/")  # ! 10 application|httpx.get()
## names-of-the-transport-that-clients-have-too @ app/web/search.py
def f(): httpx.get("/")
#: app/web/routes.py
import httpx
def f(): httpx.get("/")  # ! 10 transport|httpx.get()
#: app/web/pages.py
import fastapi, httpx
def f(): httpx.get("/")  # ! 10 transport|httpx.get()
#: app/webhooks/search.py
import httpx
def f(): httpx.get("/")  # ! 10 transport|httpx.get()
#: app/http/jobs.py
import celery, httpx
@celery.shared_task
def f(): ...
def g(): httpx.get("/")  # ! 10 transport|httpx.get()
## modules-of-the-command-line @ app/cli/commands/info.py
import fastapi
def f(): httpx.get("/")
#: app/endpoints.py
import click, httpx
@click.command()
def main(): ...
def f(): httpx.get("/")
#: app/api/commands.py
import click, fastapi, httpx
router = fastapi.APIRouter()
@click.command()
def main(): httpx.get("/")
@router.get("/")
def g(): ...
def f(): httpx.get("/")  # ! 10 transport|httpx.get()
## passed-on-by-keyword
def f(pool): pool.submit(fn=requests.get)  # ! 29 application|requests.get
""")  # fmt: skip


@pytest.mark.parametrize("edge", CASES)
def test_edge(edge: Edge, tmp_path: Path) -> None:
    assert marked(edge.files)
    found = lint(tmp_path, edge.files, [RULES[edge.code]])
    assert places(found) == marked(edge.files)
    assert tuple(f.text for findings in found.values() for f in findings) == edge.says
