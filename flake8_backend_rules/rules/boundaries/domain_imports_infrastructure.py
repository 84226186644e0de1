import ast
import re

from flake8_backend_rules.frameworks import knowledge
from flake8_backend_rules.project.layers import Layer
from flake8_backend_rules.rule import Bad, Good, Rule
from flake8_backend_rules.semantics.imports import ImportNode
from flake8_backend_rules.semantics.origins import Origin, What, is_web_module
from flake8_backend_rules.semantics.scope import FUNCTION_NODES, all_nodes
from flake8_backend_rules.walk import LintedFile


class DomainImportsInfrastructure(Rule):
    """A domain module imports infrastructure or a driver.

    ## What it flags
    An import, in a module of the domain, of a first-party infrastructure module or of a driver: SQLAlchemy, SQLModel,
    `django.db`, Tortoise, Peewee, pymongo, Motor, Beanie, psycopg, asyncpg, Redis, Celery, Dramatiq, RQ, Kafka,
    aio-pika, boto3, and the HTTP clients.

    ## Why it is bad
    The domain states the rules of the business. What it imports, its every test and every reader needs too; and a
    change of the database becomes a change of the rules.

    ## How it decides
    A first-party name by the layer of the module that defines it, after re-exports; a driver by its package. A module that imports
    pluggy, such as `policies.py` with the hooks that plug-ins implement, is an interface for plug-ins, and left alone.

    ## When to suppress it
    For a type that is only named in a signature and can't be had elsewhere.

    ## Known limits
    What an ORM class of this module is made of, or a class with a base that can't be read, is not reported: the class is, by KBR208,
    where its bases are known. Modules of one `domain`
    package may import each other, whatever their names (the port of a repository lives there). A `policy` inside of
    `api`, `schemas`, `database` and the like is not of the domain.
    """

    code = "KBR205"
    name = "domain-imports-infrastructure"
    message = "domain module imports {what}; define what the domain needs as a port and implement it outside"
    layers = (Layer.DOMAIN,)
    bad = (
        Bad(
            files={
                "app/__init__.py": "",
                "app/db/session.py": "def open_session(): ...",
                "app/db/__init__.py": "from .session import open_session",
                "app/domain/orders.py": """
                import redis.asyncio as redis  # ! 1
                from sqlalchemy.orm import Session, joinedload  # ! 1
                from django import db  # ! 1
                from app.db import open_session  # ! 1
                """,
            },
            messages=(
                "domain module imports the driver 'redis'; define what the domain needs as a port and implement it outside",
                "domain module imports the driver 'sqlalchemy'; define what the domain needs as a port and implement it outside",
                "domain module imports the driver 'django.db'; define what the domain needs as a port and implement it outside",
                "domain module imports 'open_session' from the infrastructure module 'app.db.session'; "
                "define what the domain needs as a port and implement it outside",
            ),
        ),
        Bad(
            files="""
            from sqlalchemy import Column, Integer
            from sqlalchemy.orm import DeclarativeBase, Session  # ! 1

            class Base(DeclarativeBase): ...

            class Order(Base):
                __tablename__ = "orders"
                id = Column(Integer, primary_key=True)

            def total(session: Session) -> int: ...
            """,
            path="app/domain/orders.py",
            messages=("domain module imports the driver 'sqlalchemy'; define what the domain needs as a port and implement it outside",),
        ),
    )
    good = (
        Good(
            files={
                "app/db/base.py": """
                from sqlalchemy.orm import DeclarativeBase

                class Base(DeclarativeBase): ...
                """,
                "app/domain/entity.py": """
                from sqlalchemy import BigInteger
                from sqlalchemy.orm import Mapped, mapped_column
                from app.db.base import Base

                class Order(Base):
                    __tablename__ = "orders"
                    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
                """,
            },
        ),
        Good(
            files={
                "app/__init__.py": "",
                "app/domain/order.py": """
                from sqlalchemy.orm import Mapped, mapped_column
                from app.db.not_here import Base

                class Order(Base):
                    id: Mapped[int] = mapped_column(primary_key=True)
                """,
            },
        ),
        Good(
            files={
                "app/orders/domain/repository/order.py": "class OrderRepo: ...",
                "app/orders/domain/service/order.py": "from app.orders.domain.repository.order import OrderRepo",
            },
        ),
        Good(
            files="""
            from aiohttp import web
            from pydantic import BaseModel
            """,
            path="app/domain/orders.py",
        ),
        Good(files={"redis/__init__.py": "", "redis/keys.py": "PREFIX = 'o'", "app/domain/orders.py": "from redis import keys"}),
        Good(files="from sqlalchemy.orm import Session", path="app/services/orders.py"),
    )

    def visit_Import(self, node: ast.Import, file: LintedFile) -> None:
        self._check(node, file)

    def visit_ImportFrom(self, node: ast.ImportFrom, file: LintedFile) -> None:
        self._check(node, file)

    def _check(self, node: ImportNode, file: LintedFile) -> None:
        if "pluggy" in file.module.top_level_packages():
            return
        for name in file.model.imports.names(node):
            what = _offence(name.origin, file)
            if what and not _is_material(name.bound, file):
                file.report(self, node, once_per=node, what=what)
                return


def _offence(origin: Origin | None, file: LintedFile) -> str:
    if origin is None:
        return ""
    if origin.what is What.EXTERNAL:
        driver = _driver(f"{origin.module}.{origin.name}" if origin.name else origin.module)
        return f"the driver '{driver}'" if driver else ""
    imports = file.model.imports
    if origin.layer is not Layer.INFRASTRUCTURE or imports.shares_layer_folder(origin) or imports.shares_domain_package(origin):
        return ""
    return origin.title


def _driver(dotted: str) -> str:
    """The driver that a name belongs to; the web part of one (`aiohttp.web`) is KBR201's."""
    parts = dotted.split(".")
    prefixes = (".".join(parts[:length]) for length in range(1, len(parts) + 1))
    return "" if is_web_module(dotted) else next((p for p in prefixes if p in knowledge().drivers), "")


def _is_material(name: str, file: LintedFile) -> bool:
    """Whether an ORM class of the file with its bases, or a table or alias beside it, is made of an imported name."""
    model = file.model
    families = (ancestor for cls in model.orm_classes for ancestor in model.evaluator.ancestry(cls).classes)
    lines = {ancestor.line for ancestor in families if ancestor.module is model.module}
    # a class whose base can't be read may be an ORM class; where it can, KBR208 has it
    lines |= {cls.line for cls in model.module.all_classes() if not model.evaluator.ancestry(cls).complete}
    if not lines:
        return False
    if name == "*":
        return True
    for statement in file.model.tree.body:
        if isinstance(statement, ast.ClassDef) and statement.lineno not in lines:
            continue
        if not isinstance(statement, (*FUNCTION_NODES, ast.Import, ast.ImportFrom)) and _mentions(statement, name):
            return True
    return False


def _mentions(statement: ast.stmt, name: str) -> bool:
    for node in all_nodes(statement):
        if isinstance(node, ast.Name) and node.id == name:
            return True
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and re.search(rf"\b{re.escape(name)}\b", node.value):
            return True
    return False
