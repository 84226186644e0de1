import ast
import os
import re
from itertools import zip_longest

from flake8_backend_rules.frameworks import knowledge
from flake8_backend_rules.frameworks.schema import Role
from flake8_backend_rules.project.layers import Layer
from flake8_backend_rules.rule import Bad, Good, Rule
from flake8_backend_rules.semantics.dto import is_dto_module
from flake8_backend_rules.semantics.imports import ImportNode
from flake8_backend_rules.semantics.origins import Origin
from flake8_backend_rules.semantics.paths import last_name
from flake8_backend_rules.walk import LintedFile

_MAX_NAMED = 4
_ADAPTER = re.compile(r"(?:^|_)connectors?$|_providers?$")
_OWN_API = re.compile(r"(?:Create|Update|Patch|Read|Public|Request|Response|DTO|Dto)$")


class DtoInCore(Rule):
    """An application or domain module imports DTOs.

    ## What it flags
    An import of a DTO in a module of the application or domain layer, `if TYPE_CHECKING` included, once a module. Where the
    imported module can't be read: an import of a class from a module named like one of DTOs (`schemas`, `dto`,
    `serializers` ...).

    ## Why it is bad
    A DTO is the shape of one version of one endpoint. A core that takes it in changes with every field of the API, and
    worker, command and test have to dress up as a client.

    ## How it decides
    A DTO descends from pydantic's `BaseModel` (settings left out), `SQLModel` without a table, a DRF serializer, a
    marshmallow schema or a msgspec struct, and is defined in a transport module, or outside of the core under a name such
    as `OrderCreate` or `OrderRead`. What the core itself defines, in a module `schemas` of its services too, is its own
    input. A class with a method such as `to_order_response`, and a `...Config` or `...Settings`, is none, nor is the schema of a file
    (`ImportOrderSchema`).

    A module that its name or folder calls a connector or provider (`mail_provider.py`, `connectors/`) has another system's shapes
    to write down, and is left alone. Where an HTTP client is imported, the backend's own API must be told by the DTO's name (it ends
    in Create, Update, Patch, Read, Public, Request, Response or DTO), and a class of the module must not descend from it. Left alone
    are modules of DTOs themselves, too, and what a package re-exports from its own modules.

    ## When to suppress it
    In a small backend that decides to share them; better move them to `commands` or `dto` of the application.

    ## Known limits
    Enums, aliases and constants beside DTOs are no DTOs. Of a whole module (`from app import schemas`) the DTOs that are
    named in the file count. A file that defines routes itself belongs to the edge, whatever its name.
    """

    code = "KBR206"
    name = "dto-in-core"
    message = "{layer} module imports {dtos}; take plain values or an input type of the core's own, and convert at the edge"
    layers = (Layer.APPLICATION, Layer.DOMAIN)
    bad = (
        Bad(
            files={
                "app/schemas/order.py": """
                from pydantic import BaseModel
                from .line import LineCreate

                class Order(BaseModel): ...

                class OrderPage(Order): ...
                """,
                "app/schemas/line.py": """
                from pydantic import BaseModel

                class LineCreate(BaseModel): ...
                """,
                "app/models.py": """
                from sqlmodel import SQLModel

                class RefundUpdate(SQLModel): ...

                class Refund(SQLModel, table=True): ...
                """,
                "app/services/orders.py": """
                from app.models import Refund, RefundUpdate  # ! 1
                from app.schemas.order import LineCreate, Order, OrderPage

                def ship() -> None:
                    from app.schemas import line as lines

                    lines.LineCreate()
                """,
            },
            messages=(
                "application module imports the DTOs 'RefundUpdate' (app.models), 'LineCreate' (app.schemas.line), "
                "'Order', 'OrderPage' (app.schemas.order); "
                "take plain values or an input type of the core's own, and convert at the edge",
            ),
        ),
        Bad(
            files={
                "app/__init__.py": "",
                "app/domain/orders.py": """
                from app.schemas import OrderCreate  # ! 1
                from .serializers import order_fields
                """,
            },
            messages=(
                "domain module imports the DTO 'OrderCreate' (app.schemas); "
                "take plain values or an input type of the core's own, and convert at the edge",
            ),
        ),
    )
    good = (
        Good(
            files={
                "app/schemas/order.py": """
                from enum import Enum
                from pydantic import BaseModel
                from pydantic_settings import BaseSettings

                class Status(str, Enum):
                    OPEN = "open"

                class Limits(BaseSettings): ...

                class Order(BaseModel): ...

                Lines = list[int]
                """,
                "app/services/orders.py": "from app.schemas.order import Lines, Limits, Status",
                "app/repositories/orders.py": "from app.schemas.order import Order",
                "app/services/payments.py": """
                import httpx
                from app.schemas.order import Order

                def charge(order: Order) -> None: ...
                """,
                "app/schemas/charge.py": """
                from pydantic import BaseModel

                class ChargeResponse(BaseModel): ...
                """,
                "app/services/charges.py": """
                import httpx
                from app.schemas.charge import ChargeResponse

                class BankResponse(ChargeResponse): ...
                """,
                "app/services/refunds.py": """
                from app.schemas import order

                LIMITS = order.Limits()
                """,
            },
        ),
        Good(
            files={
                "app/orders/application/dto.py": """
                from pydantic import BaseModel

                class OrderCreate(BaseModel): ...
                """,
                "app/orders/application/place.py": "from .dto import OrderCreate",
            },
        ),
        Good(
            files={
                "app/shared.py": """
                from pydantic import BaseModel

                class Money(BaseModel): ...
                """,
                "app/services/orders.py": "from app.shared import Money",
            },
        ),
    )

    def applies(self, file: LintedFile) -> bool:
        return (
            super().applies(file)
            and not is_dto_module(file.module.name)
            and not _speaks_to_others(file)
            and not file.model.handler_code.has(Role.HTTP)
        )

    def visit_Import(self, node: ast.Import, file: LintedFile) -> None:
        self._collect(node, file)

    def visit_ImportFrom(self, node: ast.ImportFrom, file: LintedFile) -> None:
        self._collect(node, file)

    def _collect(self, node: ImportNode, file: LintedFile) -> None:
        if self._dtos(node, file):
            file.seen.add((self.code, node))

    def _dtos(self, node: ImportNode, file: LintedFile) -> list[Origin]:
        found = file.model.imports.dtos(node)
        if not file.module.is_package:
            calls_others = not knowledge().http_packages.isdisjoint(file.packages)
            return [dto for dto in found if _is_of_own_api(dto.name, file)] if calls_others else found
        return [dto for dto in found if not dto.path.startswith(file.module.folder + os.sep)]

    def finish(self, file: LintedFile) -> None:
        nodes = [entry[1] for entry in file.seen if isinstance(entry, tuple) and entry[0] == self.code]
        if not nodes:
            return
        nodes.sort(key=lambda node: (node.lineno, node.col_offset))
        dtos = dict.fromkeys(dto for node in nodes for dto in self._dtos(node, file))
        file.report(self, nodes[0], once_per=file.model.tree, layer=file.model.layer.value, dtos=_listed(list(dtos)))


def _speaks_to_others(file: LintedFile) -> bool:
    """Whether a module's name or folder says that it is a client of another system."""
    names = (file.module.stem, os.path.basename(file.module.folder))
    return any(map(_ADAPTER.search, names))


def _is_of_own_api(name: str, file: LintedFile) -> bool:
    """Whether a DTO in a module that calls other systems is of the own API: by its name, and no class here descends from it."""
    if not _OWN_API.search(name):
        return False
    return not any(last_name(base) == name for cls in file.module.all_classes() for base in cls.bases)


def _listed(dtos: list[Origin]) -> str:
    """The first few DTOs, each followed by its module where the next one's is another, and how many more there are."""
    named, rest = dtos[:_MAX_NAMED], len(dtos) - _MAX_NAMED
    parts = []
    for dto, following in zip_longest(named, named[1:]):
        ends = following is None or following.module != dto.module
        parts.append(f"'{dto.name}'" + (f" ({dto.module})" if ends else ""))
    return f"the DTO{'s' if len(dtos) > 1 else ''} {', '.join(parts)}" + (f" and {rest} more" if rest > 0 else "")
