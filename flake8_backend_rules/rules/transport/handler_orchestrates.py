import ast

from flake8_backend_rules.frameworks.schema import Role
from flake8_backend_rules.project.surfaces import FunctionNode
from flake8_backend_rules.rule import Bad, Good, Option, Rule, parse_count, parse_flag
from flake8_backend_rules.semantics.scope import Scope
from flake8_backend_rules.walk import LintedFile
from flake8_backend_rules.wording import quoted

MAX_OPERATIONS = Option(
    name="backend-max-operations",
    default=("1",),
    help="How many calls to core operations a handler may make on one path.",
    parse=parse_count,
    metavar="NUMBER",
)
COUNT_LOOKUPS = Option(
    name="backend-count-lookups",
    default=("false",),
    help="Whether lookups (get_..., find_..., a dispatched query) count as core operations too.",
    parse=parse_flag,
    metavar="YES_OR_NO",
)
_MAX_NAMED = 3


class HandlerOrchestrates(Rule):
    """A handler makes several calls to core operations in a row.

    ## What it flags
    An HTTP or job handler whose own body makes, on one path, more than `backend-max-operations` (1) calls to core
    operations: functions and methods that are defined in application-layer modules.

    ## Why it is bad
    The order of the calls, and what happens when the second one fails, is business logic. In the handler it has no
    transaction, no test without a web server, and no second user: the worker that needs the same sequence gets a copy.

    ## How it decides
    The called function is found through imports, annotations, constructors and `Depends`, and its module's layer
    decides. Branches are alternatives, an early `return` or `raise` ends a path, and a call in a loop is one call.

    An operation is named by a verb of doing (`place_order`), or its result is not used. So a name that begins with
    another word and whose result is used (`order_overview`) is taken for a lookup. Not counted either: lookups and
    helpers by name (`get_order`, `check_stock`, `authenticate`, `send_receipt`, `order_url`, `set_cache`; but
    `get_or_create_order` and `rotate_key` count), functions of auth, permission, audit and notification modules and
    folders, methods of value objects, classes being constructed, classmethods that return their class, context managers
    being entered, the dispatch of a `...Query`, and what is set on a response (`set_hint(response, ...)`). Of
    `PlaceOrder.execute()` the class's name tells. `backend-count-lookups` counts lookups too.

    A loop of the core's own, which is a `worker` module below `services` or the like and is called by no queue, has nobody to hand
    its sequence to and is left alone.

    ## When to suppress it
    Where two operations are independent and the request is no more than their sum.

    ## Known limits
    A verb that the rule does not know, with its result used, is not counted. An operation handed to a thread pool
    (`run_in_threadpool(place_order)`) or reached through a service locator is not seen.
    """

    code = "KBR101"
    name = "handler-orchestrates"
    message = "{where} makes {count} calls to core operations on one path ({calls}); move the sequence into one operation"
    roles = (Role.HTTP, Role.JOB)
    options = (MAX_OPERATIONS, COUNT_LOOKUPS)
    bad = (
        Bad(
            files={
                "app/services/orders.py": """
                class OrderService:
                    async def place(self, number: int) -> None: ...
                    async def charge(self, number: int) -> None: ...
                """,
                "app/api/orders.py": """
                from typing import Annotated
                from fastapi import APIRouter, Depends
                from app.services.orders import OrderService

                router = APIRouter()

                @router.post("/orders/{number}")
                async def place_order(number: int, service: Annotated[OrderService, Depends()]) -> None:  # ! 1
                    if number < 0:
                        return await service.charge(number)
                    await service.place(number)
                    await service.charge(number)
                """,
            },
            messages=(
                "route handler 'place_order' makes 2 calls to core operations on one path ('service.place()', 'service.charge()'); "
                "move the sequence into one operation",
            ),
        ),
        Bad(
            files={
                "app/services/orders.py": """
                def get_order(number: int) -> None: ...
                def get_or_create_invoice(number: int) -> None: ...
                def close_order(number: int) -> None: ...
                """,
                "app/tasks.py": """
                from celery import shared_task
                from app.services import orders

                @shared_task
                def close(number: int) -> None:  # ! 1
                    try:
                        orders.get_or_create_invoice(number)
                    finally:
                        orders.close_order(number)

                @shared_task
                def reopen(number: int) -> None:  # ! 1
                    orders.get_order(number)
                    for line in range(number):
                        orders.close_order(line)
                """,
            },
            options={"backend-count-lookups": "true"},
            messages=(
                "job handler 'close' makes 2 calls to core operations on one path ('orders.get_or_create_invoice()', "
                "'orders.close_order()'); move the sequence into one operation",
                "job handler 'reopen' makes 2 calls to core operations on one path ('orders.get_order()', "
                "'orders.close_order()'); move the sequence into one operation",
            ),
        ),
    )
    good = (
        Good(
            files={
                "app/services/orders.py": """
                from contextlib import contextmanager
                from dataclasses import dataclass
                from typing import Self

                class Bus:
                    def handle(self, message: object) -> None: ...

                @dataclass
                class Order:
                    def cancel(self) -> None: ...

                class Orders:
                    def __contains__(self, order: Order) -> bool: ...
                    def __len__(self) -> int: ...
                    def add(self, order: Order) -> None: ...
                    def discard(self, order: Order) -> None: ...

                class OrderService:
                    @classmethod
                    def create(cls) -> Self: ...
                    def place(self) -> Order: ...
                    def cancel(self) -> None: ...

                @contextmanager
                def locked(): ...

                def get_order(number: int) -> Order: ...
                def check_stock(order: Order) -> None: ...
                def invoice_url(order: Order) -> str: ...
                def order_summary(number: int) -> str: ...
                """,
                "app/api/orders.py": """
                from fastapi import APIRouter
                from app.messages import OrderQuery, PlaceOrder
                from app.services.orders import Bus, Orders, OrderService, check_stock, get_order, invoice_url, locked, order_summary

                router = APIRouter()

                @router.post("/orders")
                def place_order(number: int, bus: Bus, seen: Orders) -> str:
                    seen.add(number)
                    seen.discard(number)
                    service = OrderService.create()
                    check_stock(get_order(number))
                    summary = order_summary(number)
                    if number:
                        service.cancel()
                        return "cancelled"
                    with locked():
                        order = service.place() if number else service.cancel()
                    order.cancel()
                    return summary + invoice_url(order)

                @router.post("/orders/by-message")
                def place_by_message(bus: Bus) -> None:
                    bus.handle(OrderQuery())
                    bus.handle(PlaceOrder())
                """,
            },
        ),
        Good(
            files={
                "app/services/orders.py": """
                def place(number: int) -> None: ...
                def charge(number: int) -> None: ...
                """,
                "app/api/orders.py": """
                from fastapi import APIRouter
                from app.services.orders import charge, place

                router = APIRouter()

                @router.post("/orders/{number}")
                def place_order(number: int) -> None:
                    place(number)
                    charge(number)
                """,
            },
            options={"backend-max-operations": "2"},
        ),
    )

    def visit_FunctionDef(self, node: ast.FunctionDef, file: LintedFile) -> None:
        self._check(node, file)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef, file: LintedFile) -> None:
        self._check(node, file)

    def _check(self, node: FunctionNode, file: LintedFile) -> None:
        role = file.model.roles.get(node.lineno)
        if role is None or role.role not in self.roles:
            return
        if role.role is Role.JOB and not node.decorator_list and file.model.layering.lies_in_core(file.module):
            return
        scope = Scope(file.module, node, file.scope, file.scope.owner)
        at_least = file.number(MAX_OPERATIONS) + 1
        operations, own = file.model.operations, file.model.handler_code.own_calls.get(node)
        calls = operations.on_heaviest_path(node, scope, at_least, count_lookups=file.is_on(COUNT_LOOKUPS), calls=own)
        if calls:
            named = ", ".join(f"'{quoted(call)}'" for call in calls[:_MAX_NAMED]) + (", ..." if len(calls) > _MAX_NAMED else "")
            file.report(self, node, where=f"{role.role.value} '{node.name}'", count=len(calls), calls=named)
