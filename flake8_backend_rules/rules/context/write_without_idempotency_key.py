import ast
from collections.abc import Iterator

from flake8_backend_rules.frameworks.schema import Role
from flake8_backend_rules.project.surfaces import ClassInfo
from flake8_backend_rules.rule import Bad, Good, Rule
from flake8_backend_rules.rules.context._important_verbs import IMPORTANT_VERBS
from flake8_backend_rules.semantics import annotation
from flake8_backend_rules.semantics.important_writes import holds_verb
from flake8_backend_rules.semantics.scope import parameters
from flake8_backend_rules.walk import LintedFile

_KEY = "idempot"
_WITH_METHODS = frozenset({"route", "api_route", "api_view", "action", "require_http_methods"})


class WriteWithoutIdempotencyKey(Rule):
    """An HTTP handler does an important write on POST and takes no idempotency key.

    ## What it flags
    A route handler for `POST` whose name or path holds a word of `backend-important-verbs` (of a class-based view the class's
    name counts too), and that takes no idempotency key. Opt-in.

    ## Why it is bad
    Clients retry: a time-out says nothing about whether the card was charged. Without a key the second try is a second
    charge.

    ## How it decides
    The method is read off the decorator or the view's method name. A key is anything in the handler, its decorators, its
    parameters' types or the fields of its body's class that has `idempotency` in its name.

    ## When to suppress it
    Where the operation can be repeated without harm, such as cancelling what is cancelled.

    ## Known limits
    A key that middleware demands is not seen; nor is the method of a route that is registered by a call.
    """

    code = "KBR503"
    name = "write-without-idempotency-key"
    default = False
    message = "{where} takes no idempotency key; read one from the header or the body, so that a retry does not do it twice"
    words = ("post", "POST")
    roles = (Role.HTTP,)
    options = (IMPORTANT_VERBS,)
    bad = (
        Bad(
            files="""
            from fastapi import APIRouter

            router = APIRouter()

            @router.post("/orders/{order_id}/refunds")
            def create(order_id: int) -> None: ...  # ! 1

            @router.api_route("/orders", methods=["PUT", "POST"])
            async def charge_order(order_id: int) -> None: ...  # ! 1
            """,
            messages=(
                "route handler 'create' takes no idempotency key; read one from the header or the body, "
                "so that a retry does not do it twice",
                "route handler 'charge_order' takes no idempotency key; read one from the header or the body, "
                "so that a retry does not do it twice",
            ),
        ),
        Bad(
            files="""
            from flask.views import MethodView

            class ShipmentView(MethodView):
                def post(self): ...

            class ShipView(MethodView):
                def post(self): ...  # ! 5
            """,
            options={"backend-important-verbs": "ship"},
            messages=(
                "route handler 'post' takes no idempotency key; read one from the header or the body, so that a retry does not do it twice",
            ),
        ),
    )
    good = (
        Good(
            files={
                "app/schemas.py": """
                from pydantic import BaseModel

                class Refund(BaseModel):
                    idempotency_key: str
                """,
                "app/api/orders.py": """
                from fastapi import APIRouter, Depends, Request
                from app.keys import idempotent
                from app.schemas import Refund

                router = APIRouter()

                @router.post("/orders/{order_id}/refunds")
                def refund(order_id: int, refund: Refund) -> None: ...

                @router.post("/orders/{order_id}/charge", dependencies=[Depends(idempotent)])
                def charge(order_id: int) -> None: ...

                @router.post("/orders/pay")
                def pay(request: Request) -> None:
                    pay_once(request.headers["Idempotency-Key"])

                @router.post("/orders")
                def create_order() -> None: ...

                @router.get("/orders/{order_id}/refunds")
                def refunds(order_id: int) -> None: ...
                """,
            },
        ),
    )

    def visit_FunctionDef(self, node: ast.FunctionDef, file: LintedFile) -> None:
        self._check(node, file)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef, file: LintedFile) -> None:
        self._check(node, file)

    def _check(self, node: ast.FunctionDef | ast.AsyncFunctionDef, file: LintedFile) -> None:
        role = file.model.roles.get(node.lineno)
        if role is None or role.role is not Role.HTTP:
            return
        names = [node.name, *_post_paths(node)]
        if isinstance(file.scope.node, ast.ClassDef) and node.name == "post":
            names.append(file.scope.node.name)
        elif len(names) == 1:
            return
        verbs = file.settings[IMPORTANT_VERBS.name]
        if any(holds_verb(name, verbs) for name in names) and not _takes_key(node, file):
            file.report(self, node, where=f"route handler '{node.name}'")


def _post_paths(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[str]:
    """The paths under which decorators make a function a handler of POST; "" for an unwritten one."""
    for decorator in node.decorator_list:
        target = decorator.func if isinstance(decorator, ast.Call) else decorator
        name = target.id if isinstance(target, ast.Name) else target.attr if isinstance(target, ast.Attribute) else ""
        if name in ("post", "require_POST") or (name in _WITH_METHODS and isinstance(decorator, ast.Call) and _names_post(decorator)):
            first = decorator.args[0] if isinstance(decorator, ast.Call) and decorator.args else None
            yield first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else ""


def _names_post(decorator: ast.Call) -> bool:
    lists = [*decorator.args, *(k.value for k in decorator.keywords if k.arg == "methods")]
    items = [item for given in lists if isinstance(given, (ast.List, ast.Tuple, ast.Set)) for item in given.elts]
    return any(isinstance(i, ast.Constant) and isinstance(i.value, str) and i.value.upper() == "POST" for i in items)


def _takes_key(node: ast.FunctionDef | ast.AsyncFunctionDef, file: LintedFile) -> bool:
    first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
    if any(_KEY in line.lower() for line in file.lines[first - 1 : node.end_lineno]):
        return True
    evaluator = file.model.evaluator
    for arg, _ in parameters(node.args):
        for value in annotation.classes_in(evaluator, arg.annotation, file.scope):
            if isinstance(value.definition, ClassInfo):
                if any(_KEY in name.lower() for c in evaluator.ancestry(value.definition).classes for name in c.attributes):
                    return True
    return False
