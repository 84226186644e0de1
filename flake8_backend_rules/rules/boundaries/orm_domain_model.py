import ast

from flake8_backend_rules.project.layers import Layer
from flake8_backend_rules.rule import Bad, Good, Rule
from flake8_backend_rules.walk import LintedFile


class OrmDomainModel(Rule):
    """A domain model is an ORM class.

    ## What it flags
    A class in a module of the domain that descends from an ORM's model base: SQLAlchemy's declarative base, SQLModel with
    `table=True`, Django's `models.Model`, Tortoise, Peewee, Beanie and the like.

    ## Why it is bad
    The rules of the business then live and die with a session: an attribute may load from the database, a test needs one,
    and a column that is renamed renames the language of the domain.

    ## How it decides
    By the bases, followed through first-party classes of any module.

    ## When to suppress it
    In a small backend that decides to let rows be its domain: better give such modules to `backend-infrastructure`.

    ## Known limits
    Classes that are mapped imperatively are plain classes and fine.
    """

    code = "KBR208"
    name = "orm-domain-model"
    message = "domain class '{name}' is an ORM class; keep the row in infrastructure and map it to a plain domain class"
    layers = (Layer.DOMAIN,)
    bad = (
        Bad(
            files={
                "app/core/base.py": """
                from sqlalchemy.orm import DeclarativeBase

                class Base(DeclarativeBase): ...
                """,
                "app/domain/orders.py": """
                from sqlmodel import SQLModel
                from app.core.base import Base

                class Order(Base):  # ! 1
                    __tablename__ = "orders"

                class Line(SQLModel, table=True): ...  # ! 1
                """,
            },
            messages=(
                "domain class 'Order' is an ORM class; keep the row in infrastructure and map it to a plain domain class",
                "domain class 'Line' is an ORM class; keep the row in infrastructure and map it to a plain domain class",
            ),
        ),
        Bad(
            files="""
            from django.db import models

            class Order(models.Model):  # ! 1
                class Status(models.TextChoices): ...
            """,
            path="shop/domain/models.py",
            messages=("domain class 'Order' is an ORM class; keep the row in infrastructure and map it to a plain domain class",),
        ),
    )
    good = (
        Good(
            files="""
            from sqlalchemy.orm import DeclarativeBase

            class Base(DeclarativeBase): ...
            """,
            path="app/models/base.py",
        ),
        Good(
            files="""
            from dataclasses import dataclass
            from sqlmodel import SQLModel
            from unknown import Base

            @dataclass
            class Order:
                id: int

            class OrderBase(SQLModel): ...

            class Line(Base): ...
            """,
            path="app/domain/orders.py",
        ),
    )

    def visit_ClassDef(self, node: ast.ClassDef, file: LintedFile) -> None:
        if any(cls.line == node.lineno and cls.name == node.name for cls in file.model.orm_classes):
            file.report(self, node, name=node.name)
