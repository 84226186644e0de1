import ast
import re

from flake8_backend_rules.frameworks.schema import Role
from flake8_backend_rules.project.layers import Layer
from flake8_backend_rules.project.summary import ModuleSummary
from flake8_backend_rules.project.surfaces import ClassInfo, FunctionInfo
from flake8_backend_rules.rule import Bad, Good, Rule
from flake8_backend_rules.rules.boundaries._framework_objects import FRAMEWORK_OBJECTS
from flake8_backend_rules.semantics.origins import is_web_module
from flake8_backend_rules.walk import LintedFile
from flake8_backend_rules.wording import quoted

_INNER = (Layer.APPLICATION, Layer.DOMAIN, Layer.INFRASTRUCTURE)
_EDGE_WORK = re.compile(
    r"(?:^|_)(?:rate_?limit(?:ed|er|s)?|limiter|throttled?|cookies?|csrf|(?:client|remote)_(?:ip|addr(?:ess)?|host)|forwarded"
    r"|current_user)(?:_|$)",
    re.IGNORECASE,
)
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

    What by its name is the edge's own work is left alone, though its module lies further in (KBR202 reports it there, once): a rate
    limit, a cookie, a CSRF token, the client's address, the user of a request or websocket (`check_rate_limit`, `session_cookie`,
    `current_user_of`). So is an object of a framework's class that is called, such as a security scheme.

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
    in_handlers = True
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
                "app/services/limits.py": "def check_rate_limit(request): ...",
                "app/services/orders.py": "def place_order(user_id, amount): ...",
                "app/api/orders.py": """
                from fastapi import APIRouter, Request
                from app.services.limits import check_rate_limit
                from app.services.orders import place_order

                router = APIRouter()

                @router.post("/orders")
                def create_order(request: Request, amount: int) -> None:
                    check_rate_limit(request)
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
        if _EDGE_WORK.search(callee.name) or self._is_called_object(callee, file):
            return
        layer = file.model.layer_of(self._defining_module(callee, file))
        if layer in _INNER:
            for argument, kind in found:
                file.report(self, argument, where=handler.description, kind=kind, argument=quoted(argument),
                            callee=callee.name, layer=layer.value)  # fmt: skip

    def _is_called_object(self, callee: FunctionInfo | ClassInfo, file: LintedFile) -> bool:
        """Whether `__call__` of a class that descends from a web framework's is called: the framework calls it the same way."""
        if callee.name != "__call__" or not isinstance(callee, FunctionInfo) or callee.owner is None:
            return False
        externals = file.model.evaluator.ancestry(callee.owner).externals
        return any(map(is_web_module, externals))

    def _defining_module(self, callee: FunctionInfo | ClassInfo, file: LintedFile) -> ModuleSummary:
        if isinstance(callee, ClassInfo):
            constructor = file.model.evaluator.method(callee, "__init__")
            return callee.module if constructor is None else constructor.module
        return callee.module
