import ast

from flake8_backend_rules.project.layers import Layer
from flake8_backend_rules.rule import Bad, Good, Rule
from flake8_backend_rules.walk import LintedFile


class PydanticDomainModel(Rule):
    """A domain model is a pydantic class.

    ## What it flags
    A class in a module of the domain that descends from pydantic's `BaseModel` or from `SQLModel`. Where one of its own
    domain bases is such a class, that one is reported and its message counts the heirs.

    ## Why it is bad
    A DTO says what a client may send; a domain model says what may be true. One class for both validates, coerces and
    serialises at every step of the business, and the next field of the API becomes a field of the domain.

    ## How it decides
    By the bases, followed through first-party classes of any module. A dataclass is a plain class, pydantic's included.

    ## When to suppress it
    For a value object whose validation is meant to be pydantic's, if the team has decided so.

    ## Known limits
    Modules `command(s)`, `dto(s)` and `schema(s)` hold what the core takes in, and are left alone. An ORM class is
    KBR208's alone. Third-party bases are not read: what is pydantic inside of them is not seen.
    """

    code = "KBR207"
    name = "pydantic-domain-model"
    message = "domain class '{name}'{heirs} is a pydantic model; use a dataclass or plain class, and keep pydantic at the edge"
    layers = (Layer.DOMAIN,)
    bad = (
        Bad(
            files={
                "app/domain/base.py": """
                from pydantic import BaseModel

                class Entity(BaseModel):  # ! 1
                    class Config: ...
                """,
                "app/domain/orders.py": """
                from pydantic import BaseModel
                from sqlmodel import SQLModel
                from app.domain.base import Entity

                class Order(Entity): ...

                class Refund(Order): ...

                class Money(BaseModel): ...  # ! 1

                class Line(SQLModel): ...  # ! 1
                """,
            },
            messages=(
                "domain class 'Entity' (and 2 heirs) is a pydantic model; use a dataclass or plain class, and keep pydantic at the edge",
                "domain class 'Money' is a pydantic model; use a dataclass or plain class, and keep pydantic at the edge",
                "domain class 'Line' is a pydantic model; use a dataclass or plain class, and keep pydantic at the edge",
            ),
        ),
        Bad(
            files={
                "app/common.py": """
                from pydantic import BaseModel

                class Model(BaseModel): ...
                """,
                "app/entities/orders.py": """
                from app.common import Model

                class Order(Model): ...  # ! 1

                class Refund(Order): ...
                """,
            },
            messages=(
                "domain class 'Order' (and 1 heir) is a pydantic model; use a dataclass or plain class, and keep pydantic at the edge",
            ),
        ),
    )
    good = (
        Good(
            files="""
            from dataclasses import dataclass
            from pydantic import Field
            from pydantic_settings import BaseSettings

            @dataclass
            class Order:
                id: int

            class Settings(BaseSettings): ...
            """,
            path="app/domain/orders.py",
        ),
        Good(
            files="""
            from pydantic import BaseModel

            class PlaceOrder(BaseModel): ...
            """,
            path="app/domain/commands.py",
        ),
        Good(
            files="""
            from sqlmodel import SQLModel

            class Order(SQLModel, table=True): ...
            """,
            path="app/domain/orders.py",
        ),
        Good(
            files="""
            from pydantic import BaseModel

            class Order(BaseModel): ...
            """,
            path="app/schemas/orders.py",
        ),
    )

    def visit_ClassDef(self, node: ast.ClassDef, file: LintedFile) -> None:
        if not node.bases:
            return
        models = file.model.domain_models
        cls = models.heads_family(node)
        if cls is None:
            return
        count = models.heirs(cls)
        heirs = f" (and {count} heir{'s' if count > 1 else ''})" if count else ""
        file.report(self, node, name=node.name, heirs=heirs)
