import ast
import re

from flake8_backend_rules.frameworks import knowledge
from flake8_backend_rules.frameworks.schema import Role
from flake8_backend_rules.project.layers import Layer
from flake8_backend_rules.rule import Bad, Good, Rule
from flake8_backend_rules.walk import LintedFile

# A class that is only constructed has to be named like an error or response; one that is raised is always looked at.
_TELLING = re.compile("Error|Exception|Http|HTTP|Response|Denied|Found|Abort|Fail|Invalid|Forbidden|Unauth|Bad|Redirect|Conflict")
_FUNCTION_NAMES = frozenset(name.rpartition(".")[2] for name in knowledge().http_error_functions)


class CoreRaisesHttpError(Rule):
    """Core or infrastructure code raises, returns or constructs an HTTP error or response.

    ## What it flags
    In application, domain and infrastructure modules: raising, returning or constructing `HTTPException` and its
    like in FastAPI, Starlette, Flask/Werkzeug, Django and DRF, calling `abort(...)`, constructing a response; first-party
    subclasses included.

    ## Why it is bad
    A status code is the answer to an HTTP client. The worker that runs the same operation gets an exception that only
    the web framework understands, and what really went wrong has no name of its own.

    ## How it decides
    By the class that is raised or constructed, followed through imports and inheritance, and the module's layer.

    ## When to suppress it
    Where a module is named like core and is a dependency: better say so with `backend-transport`, or move it.

    ## Known limits
    Errors raised by third-party helpers are not seen.
    """

    code = "KBR601"
    name = "core-raises-http-error"
    message = "{layer} code {verb} the HTTP error or response '{name}'; fail with an error of your own and map it at the edge"
    layers = (Layer.APPLICATION, Layer.DOMAIN, Layer.INFRASTRUCTURE)
    bad = (
        Bad(
            files={
                "app/errors.py": """
                from fastapi import HTTPException

                class NotFound(HTTPException): ...
                """,
                "app/services/orders.py": """
                from fastapi.responses import JSONResponse
                from app.errors import NotFound

                GONE = NotFound(410)

                def find_order(order_id):
                    if order_id < 0:
                        raise GONE  # ! 9
                    if not order_id:
                        raise NotFound(404)  # ! 9
                    return JSONResponse({})  # ! 5
                """,
            },
            path="app/services/orders.py",
            messages=(
                "application code raises the HTTP error or response 'NotFound'; fail with an error of your own and map it at the edge",
                "application code raises the HTTP error or response 'NotFound'; fail with an error of your own and map it at the edge",
                "application code returns the HTTP error or response 'JSONResponse'; fail with an error of your own and map it at the edge",
            ),
        ),
        Bad(
            files="""
            from flask import abort

            def find_order(order_id):
                abort(404)  # ! 5
            """,
            path="app/repositories/orders.py",
            messages=(
                "infrastructure code calls the HTTP error or response 'abort'; fail with an error of your own and map it at the edge",
            ),
        ),
    )
    good = (
        Good(
            files="""
            from httpx import HTTPError
            from app.domain.errors import OrderNotFound

            def find_order(order_id):
                if not order_id:
                    raise OrderNotFound(order_id)
                try:
                    return Response(order_id)
                except HTTPError:
                    raise

            class Response: ...
            """,
            path="app/services/orders.py",
        ),
        Good(
            files="""
            from fastapi import HTTPException

            def get_order():
                raise HTTPException(404)
            """,
            path="app/api/orders.py",
        ),
    )

    def calls_in(self, file: LintedFile) -> frozenset[str]:
        words = file.model.words
        return frozenset(word for word in words if word[:1].isupper() and _TELLING.search(word)) | (words & _FUNCTION_NAMES)

    def visit_Raise(self, node: ast.Raise, file: LintedFile) -> None:
        if node.exc is not None:
            self._check(node, node.exc, "raises", file)

    def visit_Return(self, node: ast.Return, file: LintedFile) -> None:
        value = node.value.value if isinstance(node.value, ast.Await) else node.value
        if isinstance(value, (ast.Call, ast.Name)) and file.model.speaks_web:
            self._check(node, value, "returns", file)

    def visit_Assign(self, node: ast.Assign, file: LintedFile) -> None:
        """A name bound to an error counts where it is raised, not here."""
        if isinstance(node.value, ast.Call):
            file.seen.add((self.code, node.value))

    def visit_Call(self, node: ast.Call, file: LintedFile) -> None:
        if (self.code, node) not in file.seen:
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            self._check(node, node, "constructs" if name[:1].isupper() else "calls", file)

    def _check(self, node: ast.AST, value: ast.expr, verb: str, file: LintedFile) -> None:
        model = file.model
        file.seen.add((self.code, value))
        # What is called tells of a call; what it returns is its own module's business.
        told = value.func if isinstance(value, ast.Call) and verb != "raises" else value
        name = model.transport.http_error(told, file.scope)
        if name is None or (verb == "returns" and isinstance(value, ast.Name) and value.id == name):
            return
        role = model.role_at(file.scope)
        if role is None or role.role not in (Role.HTTP, Role.BOUNDARY):
            file.report(self, node, layer=model.layer.value, verb=verb, name=name)
