import ast

from flake8_backend_rules.frameworks.schema import Role
from flake8_backend_rules.rule import Bad, Good, Rule
from flake8_backend_rules.walk import LintedFile
from flake8_backend_rules.wording import quoted


class HandlerBypassesApplication(Rule):
    """A handler calls the infrastructure directly.

    ## What it flags
    A call, in the code of an HTTP, job or CLI handler, of a function or method that is defined in an
    infrastructure-layer module: a repository, a crud function, a client. Once per function, with a count of the rest.

    ## Why it is bad
    Each handler that reaches past the application layer repeats a piece of it: which repository, in which order, with
    which checks. A rule that is added to the use-case later does not hold for them.

    ## How it decides
    The called function is found through imports, annotations, constructors and `Depends`; the layer of the module that
    defines it, after inheritance, decides. Constructing a class and the methods of a loaded row are no calls of the
    infrastructure, nor is a function, static method or classmethod that only computes (`utc_now()`): no name in its body is
    one that storage or another system is asked by.

    ## When to suppress it
    For health checks and other questions to the infrastructure itself. The rule is opt-in: a small backend may do
    without an application layer.

    ## Known limits
    What hides behind a first-party interface counts for the layer of the interface. Third-party clients are KBR701's
    and KBR703's.
    """

    code = "KBR104"
    name = "handler-bypasses-application"
    message = "{where} calls the infrastructure directly via '{call}'; call a use-case of the application layer"
    default = False
    roles = (Role.HTTP, Role.JOB, Role.CLI)
    in_handlers = True
    bad = (
        Bad(
            files={
                "app/repositories/orders.py": """
                class OrderRepository:
                    def get(self, number: int) -> None: ...
                    def add(self, number: int) -> None: ...

                def count_orders() -> int: ...
                """,
                "app/api/orders.py": """
                from typing import Annotated
                from fastapi import APIRouter, Depends
                from app.repositories.orders import OrderRepository, count_orders

                router = APIRouter()

                @router.post("/orders/{number}")
                def place_order(number: int, repository: Annotated[OrderRepository, Depends()]) -> None:
                    if repository.get(number) is None:  # ! 8
                        repository.add(number)

                @router.get("/orders/count")
                def count() -> int:
                    return _count()

                def _count() -> int:
                    return count_orders()  # ! 12
                """,
            },
            messages=(
                "route handler 'place_order' calls the infrastructure directly via 'repository.get()'; "
                "call a use-case of the application layer (and 1 more)",
                "'_count', called by route handler 'count', calls the infrastructure directly via 'count_orders()'; "
                "call a use-case of the application layer",
            ),
        ),
    )
    good = (
        Good(
            files={
                "app/repositories/orders.py": """
                class OrderRepository:
                    def add(self, number: int) -> None: ...

                def normalized(code: str) -> str:
                    return code.strip().upper()
                """,
                "app/services/orders.py": """
                from app.repositories.orders import OrderRepository

                class OrderService:
                    def __init__(self, repository: OrderRepository) -> None:
                        self.repository = repository

                    def place(self, number: int) -> None:
                        self.repository.add(number)
                """,
                "app/api/orders.py": """
                from fastapi import APIRouter
                from app.repositories.orders import OrderRepository, normalized
                from app.services.orders import OrderService

                router = APIRouter()

                @router.post("/orders/{number}")
                def place_order(number: int) -> None:
                    normalized(str(number))
                    OrderService(OrderRepository()).place(number)

                def fill() -> None:
                    OrderRepository().add(1)
                """,
            },
        ),
    )

    def visit_Call(self, node: ast.Call, file: LintedFile) -> None:
        handler = file.model.handler_at(file.scope, *self.roles)
        if handler is not None and file.model.operations.is_infrastructure(node, file.scope):
            file.report(self, node, once_per=handler.function, where=handler.description, call=quoted(node))
