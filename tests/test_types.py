"""What tells that `store` is a session in `store.commit()` of a route, and what tells that it is none."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from flake8_backend_rules.rules.persistence.handler_commits import HandlerCommits
from tests.harness import lint

PATH = "app/api/orders.py"
GET_DB = "def get_db(): ...\n"


def commits(root: Path, files: Mapping[str, str]) -> list[str]:
    """The receivers of the commits that are found in the route."""
    found = lint(root, files, [HandlerCommits])
    assert {name for name, findings in found.items() if findings} <= {PATH}
    source = files[PATH].splitlines()
    for finding in found[PATH]:
        assert finding.code == "KBR301"
        assert ".commit()" in source[finding.line - 1]
    return [source[f.line - 1].strip().removeprefix("await ").removesuffix(".commit()") for f in found[PATH]]


def route(imports: str, parameters: str = "", body: str = "") -> str:
    """A route with some imports (and definitions), parameters and statements before `store.commit()`."""
    lines = [line for line in body.split("\n") if line]
    if not any(line.lstrip().startswith(("with", "async with")) for line in lines):
        lines.append("store.commit()")
    statements = "\n".join(f"    {line}" for line in lines)
    return (
        f"from fastapi import APIRouter, Depends\n{imports}\n\nrouter = APIRouter()\n\n@router.post('/orders')\n"
        f"async def create_order({parameters}):\n{statements}\n"
    )


SQLALCHEMY = "from sqlalchemy.orm import Session"
ASYNC = "from sqlalchemy.ext.asyncio import AsyncSession"
MAKER = "from sqlalchemy.orm import sessionmaker\nSessionLocal = sessionmaker()"
ASYNC_MAKER = "from sqlalchemy.ext.asyncio import async_sessionmaker\nSessionLocal = async_sessionmaker()"


@pytest.mark.parametrize(
    ("imports", "annotation"),
    [
        pytest.param(SQLALCHEMY, "Session", id="session"),
        pytest.param(ASYNC, "AsyncSession", id="async-session"),
        pytest.param("import sqlalchemy.orm", "sqlalchemy.orm.Session", id="dotted"),
        pytest.param("import sqlalchemy.orm as orm", "orm.Session", id="dotted-alias"),
        pytest.param("from sqlalchemy import orm", "orm.Session", id="submodule"),
        pytest.param("from sqlalchemy.orm.session import Session", "Session", id="where-it-is-defined"),
        pytest.param("from sqlalchemy.orm import Session as Unit", "Unit", id="renamed"),
        pytest.param("from sqlalchemy.ext.horizontal_shard import ShardedSession", "ShardedSession", id="sharded-session"),
        pytest.param("from sqlmodel import Session", "Session", id="sqlmodel"),
        pytest.param("from sqlmodel.ext.asyncio.session import AsyncSession", "AsyncSession", id="sqlmodel-async"),
        pytest.param("from sqlalchemy.orm import scoped_session", "scoped_session", id="scoped-session"),
        pytest.param("from sqlalchemy.orm import scoped_session, Session", "scoped_session[Session]", id="scoped-session-of"),
        pytest.param("from sqlalchemy.orm.scoping import scoped_session", "scoped_session", id="scoped-session-where-it-is-defined"),
        pytest.param("from sqlalchemy.orm.scoping import ScopedSession\nX = ScopedSession[object]", "X", id="scoped-session-by-its-alias"),
        pytest.param("from sqlalchemy import Connection", "Connection", id="connection"),
        pytest.param("from sqlalchemy.engine import Connection", "Connection", id="engine-connection"),
        pytest.param("from sqlalchemy.ext.asyncio import AsyncConnection", "AsyncConnection", id="async-connection"),
        pytest.param("import psycopg", "psycopg.Connection", id="psycopg"),
        pytest.param("import psycopg", "psycopg.Cursor", id="psycopg-cursor"),
        pytest.param("import psycopg", "psycopg.AsyncConnection", id="psycopg-async"),
        pytest.param("import asyncpg", "asyncpg.Connection", id="asyncpg"),
        pytest.param("import sqlite3", "sqlite3.Connection", id="sqlite3"),
        pytest.param("from psycopg2.extensions import connection", "connection", id="psycopg2"),
        pytest.param("from databases import Database", "Database", id="databases"),
        pytest.param(f"from typing import Optional\n{SQLALCHEMY}", "Optional[Session]", id="optional"),
        pytest.param(f"import typing as t\n{SQLALCHEMY}", "t.Optional[Session]", id="optional-dotted"),
        pytest.param(f"from typing import Union\n{SQLALCHEMY}", "Union[None, Session]", id="union"),
        pytest.param(SQLALCHEMY, "Session | None", id="or-none"),
        pytest.param(SQLALCHEMY, "None | Session", id="none-or"),
        pytest.param(f"{SQLALCHEMY}\n{ASYNC}", "Session | AsyncSession", id="either"),
        pytest.param(SQLALCHEMY, "'Session'", id="string"),
        pytest.param(SQLALCHEMY, "'Session | None'", id="string-or-none"),
        pytest.param(f"from typing import Optional\n{SQLALCHEMY}", "Optional['Session']", id="string-inside"),
        pytest.param(f"from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    {SQLALCHEMY}", "'Session'", id="type-checking"),
        pytest.param(f"from typing import Annotated\n{SQLALCHEMY}\n{GET_DB}", "Annotated[Session, Depends(get_db)]", id="annotated"),
        pytest.param(
            f"from typing import Annotated\n{SQLALCHEMY}\n{GET_DB}", "Annotated['Session | None', Depends(get_db)]", id="annotated-string"
        ),
        pytest.param(f"from typing_extensions import Annotated\n{SQLALCHEMY}", "Annotated[Session, 1]", id="annotated-extensions"),
        pytest.param(f"{SQLALCHEMY}\nX = Session", "X", id="alias"),
        pytest.param(f"{SQLALCHEMY}\nX = Session\nY = X\nZ = Y | None", "Z", id="alias-of-alias"),
        pytest.param(f"from typing import Optional\n{SQLALCHEMY}\nX = Optional[Session]", "X", id="alias-optional"),
        pytest.param(f"from typing import TypeAlias\n{SQLALCHEMY}\nX: TypeAlias = Session", "X", id="type-alias"),
        pytest.param(f"from typing import TypeAlias\n{SQLALCHEMY}\nX: TypeAlias = 'Session'", "X", id="type-alias-string"),
        pytest.param(f"from typing import NewType\n{SQLALCHEMY}\nX = NewType('X', Session)", "X", id="newtype"),
        pytest.param(f"import typing\n{SQLALCHEMY}\nX = typing.NewType('X', Session)", "X", id="newtype-dotted"),
        pytest.param(
            f"from typing_extensions import TypeAliasType\n{SQLALCHEMY}\nX = TypeAliasType('X', Session)", "X", id="type-alias-type"
        ),
        pytest.param(
            f"{SQLALCHEMY}\ntype X = Session",
            "X",
            id="type-statement",
            marks=pytest.mark.skipif(sys.version_info < (3, 12), reason="newer syntax"),
        ),
        pytest.param(f"from dishka.integrations.fastapi import FromDishka\n{ASYNC}", "FromDishka[AsyncSession]", id="dishka"),
        pytest.param(f"from dishka import FromDishka\n{ASYNC}", "FromDishka[AsyncSession]", id="dishka-itself"),
        pytest.param(f"{SQLALCHEMY}\nclass Store(Session): ...", "Store", id="subclass"),
        pytest.param(f"{SQLALCHEMY}\nclass Base(Session): ...\nclass Store(Base): ...", "Store", id="subclass-of-subclass"),
        pytest.param("class OrdersUnitOfWork: ...", "OrdersUnitOfWork", id="unit-of-work"),
        pytest.param("class OrdersUoW: ...", "OrdersUoW", id="uow"),
        pytest.param("class TransactionManager: ...", "TransactionManager", id="transaction-manager"),
        pytest.param("class AbstractUnitOfWork: ...\nclass Orders(AbstractUnitOfWork): ...", "Orders", id="subclass-of-unit-of-work"),
        pytest.param("from somewhere_else import SqlUnitOfWork", "SqlUnitOfWork", id="unit-of-work-of-a-third-party"),
    ],
)
def test_annotation(tmp_path: Path, imports: str, annotation: str) -> None:
    assert commits(tmp_path, {PATH: route(imports, f"store: {annotation}")}) == ["store"]


@pytest.mark.parametrize(
    "parameters",
    [
        pytest.param("*, store: Session", id="keyword-only"),
        pytest.param("store: Session, /", id="positional-only"),
        pytest.param("a, b=1, store: Session = None", id="default"),
        pytest.param("store: Session = Depends(get_db)", id="annotated-depends"),
    ],
)
def test_parameter(tmp_path: Path, parameters: str) -> None:
    assert commits(tmp_path, {PATH: route(f"{SQLALCHEMY}\n{GET_DB}", parameters)}) == ["store"]


OWN = f"""
from contextlib import asynccontextmanager, contextmanager
from typing import AsyncGenerator, Awaitable, Iterator, Optional, Self
{SQLALCHEMY}
class Base:
    @classmethod
    def made(cls) -> Self: ...
    @classmethod
    def maybe(cls) -> "Optional[Self]": ...
    @classmethod
    def told_by_body(cls): return cls()
    @classmethod
    @contextmanager
    def opened(cls) -> Iterator[Self]: yield cls()
    @classmethod
    @contextmanager
    def opened_by_body(cls): yield cls()
    @classmethod
    @asynccontextmanager
    async def opened_later(cls) -> AsyncGenerator[Self, None]: yield cls()
    def __enter__(self) -> Self: return self
    @classmethod
    def always_base(cls) -> "Base": ...
    @classmethod
    def always_base_by_body(cls): return Base()
    @classmethod
    def kept(cls, **given):
        found = cls.told_by_body() or None
        if not found: found = cls(**given)
        return found
    @classmethod
    def looked_up(cls, key): return SESSION.get(cls, key)
    @classmethod
    def base_kept(cls):
        found = Base()
        return found
    def told_of_self(self): return Base(self)
SESSION = Session()
class Store(Base, Session): ...
"""


@pytest.mark.parametrize(
    "body",
    [
        "store = Store.made()",
        "store = Store.maybe()",
        "store = Store.told_by_body()",
        "store = Store.kept(a=1)",
        "store = Store.looked_up(1)",
        "with Store.opened() as store:\n    store.commit()",
        "with Store.opened_by_body() as store:\n    store.commit()",
        "async with Store.opened_later() as store:\n    store.commit()",
        "with Store() as store:\n    store.commit()",
    ],
)
def test_self_is_the_class_that_the_method_is_called_on(tmp_path: Path, body: str) -> None:
    assert commits(tmp_path, {PATH: route(OWN, body=body)}) == ["store"]


@pytest.mark.parametrize(
    "body",
    [
        "store = Store.always_base()", "store = Store.always_base_by_body()", "store = Base.made()", "store = Store.base_kept()",
        "store = Store().told_of_self()",
    ],
)  # fmt: skip
def test_another_class_is_not_self(tmp_path: Path, body: str) -> None:
    assert commits(tmp_path, {PATH: route(OWN, body=body)}) == []


@pytest.mark.parametrize(
    ("declared", "otherwise"),
    [
        pytest.param("store: Session", "store = Holder()", id="declared"),
        pytest.param("store: Session", "store = None", id="declared-or-none"),
        pytest.param("store = Holder()", "store: Session", id="declared-otherwise"),
    ],
)
def test_a_declaration_holds_against_an_assignment(tmp_path: Path, declared: str, otherwise: str) -> None:
    holder = f"from typing import TYPE_CHECKING\n{SQLALCHEMY}\nclass Holder: ...\n"
    holder += f"if TYPE_CHECKING:\n    {declared}\nelse:\n    {otherwise}\n"
    assert commits(tmp_path, {PATH: route("from app.holder import store"), "app/holder.py": holder}) == ["store"]


FACTORIES = f"""
{SQLALCHEMY}
class Wrong(Exception): ...
def told() -> Exception:
    return Session()
def other() -> Exception:
    return Wrong()
def precise() -> Wrong:
    return Session()
"""


@pytest.mark.parametrize(("factory", "expected"), [("told", ["store"]), ("other", []), ("precise", [])])
def test_a_body_tells_more_than_a_broad_annotation(tmp_path: Path, factory: str, expected: list[str]) -> None:
    assert commits(tmp_path, {PATH: route(FACTORIES, body=f"store = {factory}()")}) == expected


KEYS = f"from aiohttp import web\n{SQLALCHEMY}\nsession_key = web.AppKey('session', Session)\nname_key = web.AppKey('name', str)"


def test_what_stands_under_a_typed_key(tmp_path: Path) -> None:
    assert commits(tmp_path, {PATH: route(KEYS, "request", "store = request.app[session_key]")}) == ["store"]
    assert commits(tmp_path, {PATH: route(KEYS, "request", "store = request.app[name_key]")}) == []
    assert commits(tmp_path, {PATH: route(KEYS, "request", "store = request.app[other_key]")}) == []


DEPS = (
    f"from typing import Annotated\nfrom fastapi import Depends\n{SQLALCHEMY}\n{GET_DB}\nSessionDep = Annotated[Session, Depends(get_db)]\n"
)


@pytest.mark.parametrize(
    ("files", "line"),
    [
        pytest.param({"app/api/deps.py": DEPS}, "from app.api.deps import SessionDep as Third", id="one-module"),
        pytest.param({"app/api/deps.py": DEPS}, "from .deps import SessionDep as Third", id="relative"),
        pytest.param({"app/deps/db.py": DEPS, "app/deps/__init__.py": "from .db import SessionDep as Dep"},
                     "from app.deps import Dep as Third",
                     id="re-exported-under-a-second-name-and-imported-under-a-third"),
        pytest.param({"app/deps/db.py": DEPS, "app/deps/__init__.py": "from .db import *"}, "from ..deps import SessionDep as Third",
                     id="re-exported-by-a-star"),
        pytest.param({"app/deps/db.py": DEPS, "app/deps/__init__.py": "from app.deps import db\nDep = db.SessionDep"},
                     "from app.deps import Dep as Third", id="alias-of-a-module-member"),
        pytest.param({"app/deps/db.py": DEPS, "app/deps/__init__.py": ""}, "from app.deps import db\nThird = db.SessionDep",
                     id="own-alias"),
        pytest.param({"app/types.py": f"{SQLALCHEMY}\n", "app/api/deps.py": "from app.types import Session as S\nDep = S | None\n"},
                     "from app.api.deps import Dep as Third", id="third-party-name-through-two-modules"),
        pytest.param({"app/uow.py": "class OrdersUnitOfWork: ...\n"}, "from app.uow import OrdersUnitOfWork as Third", id="unit-of-work"),
        pytest.param({"app/db/base.py": f"{SQLALCHEMY}\nclass Base(Session): ...\n",
                      "app/db/store.py": "from app.db import base\nclass Store(base.Base): ...\n"},
                     "from app.db.store import Store as Third", id="subclass-in-another-module"),
    ],
)  # fmt: skip
def test_annotation_of_another_module(tmp_path: Path, files: dict[str, str], line: str) -> None:
    packages = {f"{Path(name).parent}/__init__.py": "" for name in (*files, PATH)} | {"app/__init__.py": ""}
    assert commits(tmp_path, packages | files | {PATH: route(line, "store: Third")}) == ["store"]


@pytest.mark.parametrize(
    ("files", "line"),
    [
        pytest.param({"app/deps.py": "import httpx\nfrom typing import Annotated\nfrom fastapi import Depends\ndef get(): ...\n"
                      "SessionDep = Annotated[httpx.Client, Depends(get)]\n"}, "from app.deps import SessionDep", id="httpx"),
        pytest.param({"app/deps.py": "class SessionDep: ...\n"}, "from app.deps import SessionDep", id="plain-class"),
        pytest.param({"app/deps.py": "from aiohttp import ClientSession as SessionDep\n"}, "from app.deps import SessionDep", id="aiohttp"),
        pytest.param({"app/deps.py": f"{SQLALCHEMY}\nSessionDep = Session\n", "app/other.py": "from httpx import Client as SessionDep\n"},
                     "from app.other import SessionDep", id="two-modules-with-the-same-alias"),
        pytest.param({"app/deps.py": f"{SQLALCHEMY}\nSessionDep = list[Session]\n"}, "from app.deps import SessionDep", id="list"),
        pytest.param({"app/deps.py": f"{SQLALCHEMY}\nSessionDep = dict[str, Session]\n"}, "from app.deps import SessionDep", id="dict",
                     marks=pytest.mark.xfail(reason="a mapping counts as an unknown type", strict=True)),
        pytest.param({"app/deps.py": f"{SQLALCHEMY}\nSessionDep = type[Session]\n"}, "from app.deps import SessionDep", id="class-itself"),
    ],
)  # fmt: skip
def test_the_same_alias_name_bound_to_something_else(tmp_path: Path, files: dict[str, str], line: str) -> None:
    """Also where the parameter has the name of a session: the type is known, and is none."""
    for name in ("store", "session"):
        source = route(line, f"{name}: SessionDep").replace("store.commit()", f"{name}.commit()")
        (tmp_path / name).mkdir()
        assert commits(tmp_path / name, files | {PATH: source}) == []


GENERATOR = "from collections.abc import AsyncIterator, Generator, Iterator, AsyncGenerator"


@pytest.mark.parametrize(
    "provider",
    [
        pytest.param(f"{GENERATOR}\n{SQLALCHEMY}\ndef get_db() -> Generator[Session, None, None]: ...", id="generator"),
        pytest.param(f"{GENERATOR}\n{SQLALCHEMY}\ndef get_db() -> Iterator[Session]: ...", id="iterator"),
        pytest.param(f"{GENERATOR}\n{ASYNC}\nasync def get_db() -> AsyncGenerator[AsyncSession, None]: ...", id="async-generator"),
        pytest.param(f"{GENERATOR}\n{ASYNC}\nasync def get_db() -> AsyncIterator['AsyncSession']: ...", id="async-iterator-string"),
        pytest.param(f"{SQLALCHEMY}\ndef get_db() -> Session: ...", id="plain"),
        pytest.param(f"from typing import Optional\n{SQLALCHEMY}\ndef get_db() -> Optional[Session]: ...", id="plain-optional"),
        pytest.param(f"{MAKER}\ndef get_db():\n    with SessionLocal() as s:\n        yield s", id="body-with"),
        pytest.param(f"{ASYNC_MAKER}\nasync def get_db():\n    async with SessionLocal() as s:\n        yield s", id="body-async-with"),
        pytest.param(f"{MAKER}\ndef get_db():\n    s = SessionLocal()\n    try:\n        yield s\n    finally:\n        s.close()",
                     id="body-try"),
        pytest.param(f"{MAKER}\ndef get_db():\n    return SessionLocal()", id="body-return"),
        pytest.param(f"{MAKER}\ndef get_db():\n    yield SessionLocal()", id="body-yield-call"),
        pytest.param(f"{SQLALCHEMY}\nengine = 1\ndef get_db():\n    with Session(engine) as s:\n        yield s", id="body-constructor"),
        pytest.param("class OrdersUoW: ...\ndef get_db():\n    return OrdersUoW()", id="unit-of-work"),
        pytest.param("class OrdersUoW: ...\nget_db = OrdersUoW", id="class-itself"),
        pytest.param(f"{SQLALCHEMY}\nclass Provider:\n    def __call__(self) -> Session: ...\nget_db = Provider()", id="callable-object"),
        pytest.param(f"{SQLALCHEMY}\nclass Provider:\n    def get(self) -> Session: ...\nget_db = Provider().get", id="bound-method"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("elsewhere", [False, True], ids=["here", "elsewhere"])
def test_what_depends_injects(tmp_path: Path, provider: str, elsewhere: bool) -> None:
    """`store = Depends(get_db)` without an annotation."""
    files = {"app/deps.py": provider} if elsewhere else {}
    imports = "from app.deps import get_db as provide" if elsewhere else f"{provider}\nprovide = get_db"
    assert commits(tmp_path, files | {PATH: route(imports, "store=Depends(provide)")}) == ["store"]


@pytest.mark.parametrize(
    "marker", ["Security(get_db)", "fastapi.Depends(get_db)", "Depends(dependency=get_db)", "Depends(get_db, use_cache=False)"]
)
def test_forms_of_depends(tmp_path: Path, marker: str) -> None:
    imports = f"import fastapi\nfrom fastapi import Security\n{SQLALCHEMY}\ndef get_db() -> Session: ..."
    assert commits(tmp_path, {PATH: route(imports, f"store={marker}")}) == ["store"]


def test_depends_without_a_provider(tmp_path: Path) -> None:
    """`store: Session = Depends()`: the annotation is the provider."""
    assert commits(tmp_path, {PATH: route("class OrdersUoW: ...", "store: OrdersUoW = Depends()")}) == ["store"]


@pytest.mark.parametrize(
    "provider", ["import httpx\ndef get_db() -> httpx.Client: ...", "def get_db():\n    return 1", "def get_db(): ..."]
)
def test_depends_on_something_else(tmp_path: Path, provider: str) -> None:
    assert commits(tmp_path, {PATH: route(provider, "store=Depends(get_db)")}) == []


@pytest.mark.parametrize(
    ("imports", "body"),
    [
        pytest.param(SQLALCHEMY, "store = Session(1)", id="constructor"),
        pytest.param("import sqlmodel", "store = sqlmodel.Session(1)", id="constructor-dotted"),
        pytest.param(SQLALCHEMY, "store: Session = object()", id="annotated-assignment"),
        pytest.param(SQLALCHEMY, "store: 'Session'\nstore = make()", id="declared-first",
                     marks=pytest.mark.xfail(reason="only the last binding is read, not the declaration", strict=True)),
        pytest.param("from sqlalchemy.orm import sessionmaker", "store = sessionmaker()()", id="maker-at-once"),
        pytest.param(MAKER, "store = SessionLocal()", id="maker"),
        pytest.param("from sqlalchemy.orm import scoped_session, sessionmaker\nScoped = scoped_session(sessionmaker())", "store = Scoped()",
                     id="scoped-session"),
        pytest.param("from sqlalchemy.orm import scoped_session, sessionmaker\nfrom elsewhere import Unread\n"
                     "kept: Unread = scoped_session(sessionmaker())", "store = kept", id="annotated-with-what-is-not-read"),
        pytest.param("from sqlalchemy import create_engine", "store = create_engine('sqlite://').connect()", id="engine-connect"),
        pytest.param("from sqlalchemy.orm import object_session", "store = object_session(row)", id="object-session"),
        pytest.param(MAKER, "if flag:\n    store = None\nelse:\n    store = SessionLocal()", id="branch"),
        pytest.param(MAKER, "store = given or SessionLocal()", id="or"),
        pytest.param(MAKER, "store = SessionLocal() if flag else None", id="conditional"),
        pytest.param(MAKER, "(store := SessionLocal()).add(1)", id="walrus"),
        pytest.param(MAKER, "other = SessionLocal()\nstore = other", id="second-name"),
        pytest.param(MAKER, "store, other = SessionLocal(), 1", id="unpacked"),
        pytest.param(MAKER, "store = 1\nstore = SessionLocal()", id="bound-again"),
        pytest.param(f"{SQLALCHEMY}\nfrom typing import cast", "store = cast(Session, thing)", id="cast"),
        pytest.param(f"{SQLALCHEMY}\nfrom typing import cast", "store = cast('Session', thing)", id="cast-string"),
        pytest.param(MAKER, "with SessionLocal() as store:\n    store.commit()", id="with"),
        pytest.param(MAKER, "with SessionLocal.begin() as store:\n    store.commit()", id="with-begin"),
        pytest.param(MAKER, "with open('x') as f, SessionLocal() as store:\n    store.commit()", id="with-second"),
        pytest.param(ASYNC_MAKER, "async with SessionLocal() as store:\n    await store.commit()", id="async-with"),
        pytest.param(SQLALCHEMY, "with Session(1) as store:\n    store.commit()", id="with-constructor"),
        pytest.param("from sqlalchemy import create_engine\nengine = create_engine('')",
                     "with engine.connect() as store:\n    store.commit()",
                     id="with-engine"),
        pytest.param("import asyncpg", "store = await asyncpg.connect()", id="asyncpg"),
        pytest.param("import sqlite3", "store = sqlite3.connect(':memory:')", id="sqlite3"),
        pytest.param("from sqlite3 import connect", "store = connect(':memory:')", id="sqlite3-name"),
        pytest.param("import sqlite3", "with sqlite3.connect('') as store:\n    store.commit()", id="sqlite3-with"),
        pytest.param("import psycopg", "store = psycopg.connect().cursor()", id="psycopg-cursor"),
        pytest.param("import psycopg", "with psycopg.connect() as c, c.cursor() as store:\n    store.commit()", id="psycopg-cursor-with"),
        pytest.param("import psycopg", "store = await psycopg.AsyncConnection.connect()", id="psycopg-async"),
        pytest.param("import psycopg2", "store = psycopg2.connect('')", id="psycopg2"),
        pytest.param("class OrdersUnitOfWork: ...", "store = OrdersUnitOfWork()", id="unit-of-work"),
        pytest.param("class OrdersUoW:\n    def __enter__(self) -> 'OrdersUoW': ...", "with OrdersUoW() as store:\n    store.commit()",
                     id="with-unit-of-work"),
        pytest.param("from typing import Self\nclass OrdersUoW:\n    async def __aenter__(self) -> Self: ...",
                     "async with OrdersUoW() as store:\n    store.commit()", id="with-self"),
        pytest.param("class OrdersUoW:\n    def __enter__(self):\n        return self", "with OrdersUoW() as store:\n    store.commit()",
                     id="with-unannotated"),
        pytest.param(f"{SQLALCHEMY}\nclass Opener:\n    def __enter__(self) -> Session: ...", "with Opener() as store:\n    store.commit()",
                     id="with-another-class"),
        pytest.param(f"{SQLALCHEMY}\ndef make() -> Session: ...", "store = make()", id="function"),
        pytest.param(f"{ASYNC}\nasync def make() -> AsyncSession: ...", "store = await make()", id="coroutine-function"),
        pytest.param(f"{MAKER}\ndef make():\n    return SessionLocal()", "store = make()", id="function-by-body"),
        pytest.param(f"{SQLALCHEMY}\ndef make() -> tuple[int, Session]: ...", "number, store = make()", id="function-of-a-pair"),
    ],
)  # fmt: skip
def test_local(tmp_path: Path, imports: str, body: str) -> None:
    assert commits(tmp_path, {PATH: route(imports, body=body)}) == ["store"]


@pytest.mark.parametrize(
    "manager",
    [
        pytest.param(f"{MAKER}\n@contextmanager\ndef opened():\n    with SessionLocal() as s:\n        yield s", id="by-body"),
        pytest.param(f"{GENERATOR}\n{SQLALCHEMY}\n@contextmanager\ndef opened() -> Iterator[Session]: ...", id="annotated"),
        pytest.param(f"{MAKER}\n@contextmanager\ndef opened():\n    s = SessionLocal()\n    try:\n        yield s\n    finally:\n"
                     "        s.close()", id="closes"),
        pytest.param(f"{SQLALCHEMY}\nfrom contextlib import AbstractContextManager\ndef opened() -> AbstractContextManager[Session]: ...",
                     id="abstract"),
        pytest.param(f"{SQLALCHEMY}\nclass opened:\n    def __enter__(self) -> Session: ...", id="class"),
        pytest.param(f"{SQLALCHEMY}\nclass Database:\n    @contextmanager\n    def open(self):\n        with Session(1) as s:\n"
                     "            yield s\n"
                     "opened = Database().open", id="method"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("elsewhere", [False, True], ids=["here", "elsewhere"])
def test_context_manager_function(tmp_path: Path, manager: str, elsewhere: bool) -> None:
    manager = f"from contextlib import contextmanager\n{manager}"
    files = {"app/db.py": manager} if elsewhere else {}
    imports = "from app.db import opened" if elsewhere else manager
    body = "with opened() as store:\n    store.commit()"
    assert commits(tmp_path, files | {PATH: route(imports, body=body)}) == ["store"]


def test_async_context_manager_function(tmp_path: Path) -> None:
    manager = f"{ASYNC_MAKER}\nfrom contextlib import asynccontextmanager\n@asynccontextmanager\nasync def opened():\n"
    manager += "    async with SessionLocal() as s:\n        yield s\n"
    body = "async with opened() as store:\n    await store.commit()"
    assert commits(tmp_path, {"app/db.py": manager, PATH: route("from app.db import opened", body=body)}) == ["store"]


# -- attributes ------------------------------------------------------------------------------------


def view(imports: str, members: str, receiver: str = "self.store", bases: str = "", after: str = "") -> str:
    """A class based view whose route commits on `receiver`."""
    lines = "\n".join(f"    {line}" for line in members.split("\n"))
    return (
        f"from fastapi import APIRouter, Depends\nfrom fastapi_utils.cbv import cbv\n{imports}\n\nrouter = APIRouter()\n\n@cbv(router)\n"
        f"class Orders({bases}):\n{lines}\n\n    @router.post('/orders')\n    def create(self):\n        {receiver}.commit()\n{after}\n"
    )


@pytest.mark.parametrize(
    ("imports", "members"),
    [
        pytest.param(SQLALCHEMY, "def __init__(self, store: Session):\n    self.store = store", id="parameter-of-init"),
        pytest.param(SQLALCHEMY, "def __init__(self, store: 'Session | None' = None):\n    self.store = store", id="optional-parameter"),
        pytest.param(SQLALCHEMY, "def __init__(self, store):\n    self.store: Session = store", id="annotated-in-init"),
        pytest.param(MAKER, "def __init__(self):\n    self.store = SessionLocal()", id="made-in-init"),
        pytest.param(MAKER, "def __init__(self, given=None):\n    self.store = given or SessionLocal()", id="given-or-made"),
        pytest.param(MAKER, "def __init__(self):\n    if True:\n        self.store = SessionLocal()", id="in-a-branch"),
        pytest.param(MAKER, "def __init__(this):\n    this.store = SessionLocal()", id="another-name-for-self"),
        pytest.param(SQLALCHEMY, "store: Session", id="class-annotation"),
        pytest.param(f"{SQLALCHEMY}\n{GET_DB}", "store: Session = Depends(get_db)", id="class-annotation-with-depends"),
        pytest.param(SQLALCHEMY, "@property\ndef store(self) -> Session: ...", id="property"),
        pytest.param(f"from functools import cached_property\n{MAKER}", "@cached_property\ndef store(self):\n    return SessionLocal()",
                     id="cached-property"),
        pytest.param(MAKER, "store = SessionLocal()", id="class-attribute"),
    ],
)  # fmt: skip
def test_attribute_of_the_view(tmp_path: Path, imports: str, members: str) -> None:
    assert commits(tmp_path, {PATH: view(imports, members)}) == ["self.store"]


def test_class_attribute_with_depends_alone(tmp_path: Path) -> None:
    """`store = Depends(get_db)` on the class: what FastAPI injects for it, as for a parameter."""
    imports = f"{SQLALCHEMY}\ndef get_db() -> Session: ..."
    assert commits(tmp_path, {PATH: view(imports, "store = Depends(get_db)")}) == ["self.store"]


@pytest.mark.parametrize("name", ["store", "session"])
def test_attribute_of_a_first_party_base_class(tmp_path: Path, name: str) -> None:
    files = {
        "app/api/root.py": f"{SQLALCHEMY}\nclass Root:\n    def __init__(self, {name}: Session):\n        self.{name} = {name}\n",
        "app/api/base.py": "from app.api import root\nclass Base(root.Root): ...\n",
        PATH: view("from app.api.base import Base as B", "pass", f"self.{name}", "B"),
    }
    assert commits(tmp_path, files) == [f"self.{name}"]


def test_attribute_that_the_base_class_sets_to_something_else(tmp_path: Path) -> None:
    files = {
        "app/api/base.py": "import requests\nclass Base:\n    def __init__(self):\n        self.session = requests.Session()\n",
        PATH: view("from app.api.base import Base", "pass", "self.session", "Base"),
    }
    assert commits(tmp_path, files) == []


def test_an_attribute_that_a_method_of_a_base_in_another_module_sets(tmp_path: Path) -> None:
    """A class of the linted file that begins on the same line has nothing to do with it."""
    own = "class Own:\n    def begin(self): self.store = Session()"
    files = {
        "app/base.py": f"{SQLALCHEMY}\n\n\n\nclass Base:\n    def begin(self): self.store = open()\n",
        PATH: view(f"{SQLALCHEMY}\nfrom app.base import Base\n{own}", "pass", bases="Base"),
    }
    assert commits(tmp_path, files) == []
    assert commits(tmp_path, {**files, PATH: files[PATH].replace("Orders(Base)", "Orders(Own)")}) == ["self.store"]


def test_the_nearest_class_that_sets_an_attribute_decides(tmp_path: Path) -> None:
    base = f"{SQLALCHEMY}\nimport requests\nclass Base:\n    def __init__(self, store: Session):\n        self.store = store\n"
    own = "def __init__(self):\n    self.store = requests.Session()"
    assert commits(tmp_path, {PATH: view(base, own, bases="Base")}) == []


@pytest.mark.parametrize(
    ("imports", "parameters", "receiver"),
    [
        pytest.param("class OrdersUoW:\n    def __init__(self, session: Session):\n        self.rows = session", "u: OrdersUoW", "u.rows",
                     id="deep"),
        pytest.param("class Context:\n    rows: Session", "c: Context", "c.rows", id="annotated"),
        pytest.param("class Inner:\n    rows: Session\nclass Outer:\n    inner: Inner", "o: Outer", "o.inner.rows", id="two-deep"),
        pytest.param("class Store:\n    def open(self) -> Session: ...", "s: Store", "s.open()", id="method"),
        pytest.param("from dataclasses import dataclass\n@dataclass\nclass Context:\n    rows: Session | None = None",
                     "c: Context", "c.rows",
                     id="dataclass"),
    ],
)  # fmt: skip
def test_attribute_of_a_parameter(tmp_path: Path, imports: str, parameters: str, receiver: str) -> None:
    source = route(f"{SQLALCHEMY}\n{imports}", parameters, f"with lock:\n    {receiver}.commit()")
    assert commits(tmp_path, {PATH: source}) == [receiver]


def test_session_of_flask_sqlalchemy_in_another_module(tmp_path: Path) -> None:
    files = {
        "app/extensions.py": "from flask_sqlalchemy import SQLAlchemy\nrows = SQLAlchemy()\n",
        PATH: "from flask import Blueprint\nfrom app.extensions import rows as r\n\nbp = Blueprint('o', __name__)\n\n"
        "@bp.route('/', methods=['POST'])\ndef create():\n    r.session.commit()\n",
    }
    assert commits(tmp_path, files) == ["r.session"]


def test_session_of_flask_sqlalchemy_under_another_name(tmp_path: Path) -> None:
    files = {
        "app/extensions.py": "from flask_sqlalchemy import SQLAlchemy\nrows = SQLAlchemy()\nstore = rows.session\n",
        PATH: route("from app.extensions import store"),
    }
    assert commits(tmp_path, files) == ["store"]


# -- what is none ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("imports", "parameters", "body"),
    [
        pytest.param("import requests", "", "session = requests.Session()", id="requests"),
        pytest.param("import requests", "", "session = requests.session()", id="requests-function"),
        pytest.param("import requests", "session: requests.Session", "", id="requests-annotated"),
        pytest.param("from requests import Session", "session: Session", "", id="requests-by-name"),
        pytest.param("import aiohttp", "session: aiohttp.ClientSession", "", id="aiohttp"),
        pytest.param("import aiohttp", "", "async with aiohttp.ClientSession() as session:\n    session.commit()", id="aiohttp-with"),
        pytest.param("from flask import session", "", "", id="flask"),
        pytest.param("from quart import session", "", "", id="quart"),
        pytest.param("from aiokafka import AIOKafkaConsumer", "session: AIOKafkaConsumer", "", id="kafka"),
        pytest.param("from confluent_kafka import Consumer", "", "session = Consumer({})", id="confluent-kafka"),
        pytest.param("from git import Repo", "", "session = Repo('.')", id="git"),
        pytest.param("import git", "session: git.Repo", "", id="git-annotated"),
        pytest.param("class Session:\n    def commit(self): ...", "session: Session", "", id="first-party-class"),
        pytest.param("class Session:\n    def commit(self): ...", "", "session = Session()", id="first-party-constructor"),
        pytest.param("class Session:\n    def commit(self): ...\nsession = Session()", "", "", id="first-party-global"),
        pytest.param("class Basket:\n    session: int\nclass Session(Basket): ...", "session: 'Session'", "", id="first-party-subclass"),
        pytest.param("import boto3", "", "session = boto3.Session()", id="boto3"),
        pytest.param("from pyramid.config import Configurator", "session: Configurator", "", id="configurator"),
        pytest.param("def session(): ...", "", "", id="function"),
        pytest.param("import requests\ndef make() -> requests.Session: ...", "", "session = make()", id="function-that-returns"),
        pytest.param("import requests\nclass Session(requests.Session): ...", "session: Session", "", id="subclass-of-requests"),
        pytest.param(f"{SQLALCHEMY}", "session: list[Session]", "", id="list"),
        pytest.param(f"{SQLALCHEMY}", "session: type[Session]", "", id="class-itself"),
    ],
)  # fmt: skip
def test_a_known_type_that_is_no_session_is_silent_whatever_its_name(tmp_path: Path, imports: str, parameters: str, body: str) -> None:
    source = route(imports, parameters, body).replace("store.commit()", "session.commit()")
    assert "session.commit()" in source
    assert commits(tmp_path, {PATH: source}) == []


def test_a_first_party_session_of_another_module_is_none(tmp_path: Path) -> None:
    files = {"app/game.py": "class Session:\n    def commit(self): ...\n", PATH: route("from app.game import Session", "store: Session")}
    assert commits(tmp_path, files) == []
    files[PATH] = files[PATH].replace("store", "session")
    assert commits(tmp_path, files) == []


@pytest.mark.parametrize("body", ["store = SessionLocal()\nstore = 1", "store = SessionLocal()\nstore = make_client()"])
def test_a_name_bound_again_to_something_else(tmp_path: Path, body: str) -> None:
    assert commits(tmp_path, {PATH: route(MAKER, body=body)}) == []


@pytest.mark.parametrize(
    ("module", "before", "expected"),
    [
        pytest.param("", "", ["store"], id="bound-by-the-function-alone"),
        pytest.param("store = None", "", ["store"], id="none-in-the-module"),
        pytest.param("store = open()", "", [], id="something-else-in-the-module"),
        pytest.param("", "store = None\n", ["store"], id="none-first"),
    ],
)
def test_a_global_that_a_function_fills_in(tmp_path: Path, module: str, before: str, expected: list[str]) -> None:
    source = route(f"{MAKER}\n{module}", body=f"global store\n{before}store = SessionLocal()")
    assert commits(tmp_path, {PATH: source}) == expected


def test_what_a_factory_keeps_as_a_global(tmp_path: Path) -> None:
    deps = f"{MAKER}\ndef make():\n    global store\n    store = SessionLocal()\n    store.begin()\n    return store\n"
    files = {"app/deps.py": deps, PATH: route("from app.deps import make", body="store = make()")}
    assert commits(tmp_path, files) == ["store"]
    nested = deps.replace("def make", "def outer():\n  store = 1\n  def make").replace("global", "nonlocal").replace("    ", "      ")
    assert commits(tmp_path, {**files, "app/deps.py": f"{nested}  return make\nmake = outer()\n"}) == []


def test_a_session_bound_after_the_call(tmp_path: Path) -> None:
    source = route(MAKER, "store", "pass") + "    store = SessionLocal()\n"
    assert commits(tmp_path, {PATH: source}) == []


# -- names, where nothing tells the type -------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    ["session", "db", "db_session", "dbsession", "async_session", "my_session", "conn", "connection", "tx", "trx", "uow", "unit_of_work",
     "_session", "Session", "read_session"],
)  # fmt: skip
@pytest.mark.parametrize("form", ["{}", "self.{}", "request.app.{}"])
def test_an_unknown_value_with_the_name_of_a_session(tmp_path: Path, name: str, form: str) -> None:
    receiver = form.format(name)
    source = view("", "pass", receiver) if form.startswith("self") else route("", name, f"with lock:\n    {receiver}.commit()")
    assert commits(tmp_path, {PATH: source}) == [receiver]


@pytest.mark.parametrize(
    "name",
    ["store", "repository", "consumer", "repo", "transaction_id", "sessions", "dbs", "http_session", "web_session", "client_session",
     "aiohttp_session", "requests_session", "user_session", "login_session", "session_id", "sessionmaker", "obsession", "config", "client"],
)  # fmt: skip
def test_an_unknown_value_with_any_other_name(tmp_path: Path, name: str) -> None:
    assert commits(tmp_path, {PATH: route("", name, f"with lock:\n    {name}.commit()")}) == []


@pytest.mark.parametrize(
    ("imports", "parameters"),
    [
        pytest.param("", "session", id="no-annotation"),
        pytest.param("from typing import Any", "session: Any", id="any"),
        pytest.param("", "session: Undefined", id="undefined"),
        pytest.param("from app.missing import SessionDep", "session: SessionDep", id="missing-module"),
        pytest.param("", "session: 'not an annotation'", id="string-that-does-not-parse"),
        pytest.param("", "session=Depends(unknown)", id="depends-on-unknown"),
    ],
)
def test_what_tells_nothing_leaves_it_to_the_name(tmp_path: Path, imports: str, parameters: str) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "__init__.py").touch()
    source = route(imports, parameters)
    assert commits(tmp_path, {PATH: source.replace("store.commit()", "session.commit()")}) == ["session"]
    assert commits(tmp_path, {PATH: source.replace("session", "store")}) == []


@pytest.mark.parametrize(("imports", "bases"), [("from app.missing import Base", "Base"), ("", "make_base()"), ("", "Undefined")])
def test_a_class_with_an_unknown_base_leaves_it_to_the_name(tmp_path: Path, imports: str, bases: str) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "__init__.py").touch()
    source = route(
        f"{imports}\nclass Thing({bases}): ...", "session: Thing, store: Thing", "with lock:\n    session.commit()\n    store.commit()"
    )
    assert commits(tmp_path, {PATH: source}) == ["session"]
