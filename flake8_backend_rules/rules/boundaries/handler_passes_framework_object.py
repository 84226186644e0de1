import ast

from flake8_backend_rules.frameworks.schema import Role
from flake8_backend_rules.project.layers import Layer
from flake8_backend_rules.project.summary import ClassInfo, FunctionInfo, ModuleSummary
from flake8_backend_rules.rule import Bad, Good, Rule
from flake8_backend_rules.rules.boundaries._framework_objects import FRAMEWORK_OBJECTS
from flake8_backend_rules.walk import LintedFile
from flake8_backend_rules.wording import quoted

_INNER = (Layer.APPLICATION, Layer.DOMAIN, Layer.INFRASTRUCTURE)
_CARRIERS = (ast.Name, ast.Attribute, ast.List, ast.Tuple, ast.Set, ast.Dict, ast.IfExp, ast.BoolOp, ast.Starred, ast.Call)


class HandlerPassesFrameworkObject(Rule):
    """A handler hands a framework object to core or infrastructure.

    ## What it flags
    An argument that is a framework object (request, response, upload, form, background tasks, the `request`, `g` and
    `session` proxies, `current_user`), a collection of them or a conditional that yields one, given by handler code to a
    function, method or constructor that is defined in a first-party application, domain or infrastructure module.

    ## Why it is bad
    Auth, session and request state should be converted at the edge into typed input. Handed on, the framework object leaks
    into the core, which then can be called from HTTP only.

    ## How it decides
    The argument by its type or its role (the request of a Django view needs no annotation), the callee by the module that
    defines it, after inheritance and re-exports. Values read off a framework object are fine.

    ## When to suppress it
    For an adapter that is written for this framework; better move it to the transport layer.

    ## Known limits
    Callees that a container or service locator provides are unknown and not flagged.
    """

    code = "KBR203"
    name = "handler-passes-framework-object"
    message = (
        "{where} passes the framework object {kind} ('{argument}') to '{callee}' of the {layer} layer; convert it to typed input first"
    )
    roles = (Role.HTTP, Role.JOB, Role.CLI)
    options = (FRAMEWORK_OBJECTS,)
    bad = (
        Bad(
            files={
                "app/services/orders.py": "def place_order(request, amount): ...",
                "app/services/__init__.py": "from .orders import place_order",
                "app/api/orders.py": """
                from fastapi import APIRouter, Request
                from app.services import place_order

                router = APIRouter()

                @router.post("/orders")
                def create_order(request: Request, amount: int) -> None:
                    place_order(request, amount=amount)  # ! 17
                """,
            },
            messages=(
                "route handler 'create_order' passes the framework object Request ('request') to 'place_order' of the "
                "application layer; convert it to typed input first",
            ),
        ),
        Bad(
            files={
                "shop/repositories/orders.py": """
                class OrderRepository:
                    def add(self, request): ...
                """,
                "shop/views.py": """
                from django.http import HttpResponse
                from gateway import Envelope
                from shop.repositories.orders import OrderRepository

                def create_order(request):
                    OrderRepository().add(request)  # ! 27
                    envelope = Envelope(request)
                    OrderRepository().add([envelope])  # ! 27
                    return HttpResponse()
                """,
            },
            path="shop/views.py",
            options={"backend-framework-objects": "Envelope"},
            messages=(
                "route handler 'create_order' passes the framework object HttpRequest ('request') to 'add' of the "
                "infrastructure layer; convert it to typed input first",
                "route handler 'create_order' passes the framework object Envelope ('[envelope]') to 'add' of the "
                "infrastructure layer; convert it to typed input first",
            ),
        ),
    )
    good = (
        Good(
            files={
                "app/services/orders.py": "def place_order(user_id, amount): ...",
                "app/api/orders.py": """
                from fastapi import APIRouter, Request
                from app.services.orders import place_order

                router = APIRouter()

                @router.post("/orders")
                def create_order(request: Request, amount: int) -> None:
                    place_order(request.state.user_id, amount)
                    _log(request)

                def _log(request): ...
                """,
            }
        ),
    )

    def applies(self, file: LintedFile) -> bool:
        return file.model.speaks_web and super().applies(file)

    def visit_Call(self, node: ast.Call, file: LintedFile) -> None:
        scope = file.scope
        if scope.node is None or not (node.args or node.keywords):
            return
        handler = file.model.handler_at(scope, Role.HTTP, Role.JOB, Role.CLI)
        if handler is None:
            return
        arguments = [*node.args, *(k.value for k in node.keywords)]
        arguments = [a for a in arguments if isinstance(a, _CARRIERS)]
        found = [(a, kind) for a in arguments if (kind := file.model.transport.framework_object(a, scope)) is not None]
        if not found:
            return
        callee = file.model.callee(node, scope)
        if callee is None:
            return
        layer = file.model.layer_of(self._defining_module(callee, file))
        if layer in _INNER:
            for argument, kind in found:
                file.report(self, argument, where=handler.description, kind=kind, argument=quoted(argument),
                            callee=callee.name, layer=layer.value)  # fmt: skip

    def _defining_module(self, callee: FunctionInfo | ClassInfo, file: LintedFile) -> ModuleSummary:
        if isinstance(callee, ClassInfo):
            constructor = file.model.evaluator.method(callee, "__init__")
            return callee.module if constructor is None else constructor.module
        return callee.module
