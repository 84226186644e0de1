import ast
import re
from collections.abc import Iterator

from flake8_backend_rules.frameworks.schema import Role
from flake8_backend_rules.project.layers import Layer
from flake8_backend_rules.rule import Bad, Good, Rule
from flake8_backend_rules.semantics.outside_clients import is_named_client
from flake8_backend_rules.semantics.scope import SCOPE_NODES, Scope
from flake8_backend_rules.semantics.statuses import ATTRIBUTES, PARAMETERS, is_error_number, nodes_on, status_defaults
from flake8_backend_rules.walk import LintedFile
from flake8_backend_rules.wording import quoted

_TELLING = re.compile(r"HTTPStatus|\bHTTP_[1-5]\d\d|(?<![\w.])[45]\d\d(?![\w.])")
_CONSTANTS = ("HTTPStatus", "HTTP_")
_ERROR_NUMBERS = frozenset(map(str, range(400, 600)))
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_COLLECTIONS = (ast.Set, ast.List, ast.Tuple)


class CoreSpeaksHttpStatus(Rule):
    """Application or domain code uses an HTTP status.

    ## What it flags
    In application and domain modules: `status.HTTP_...` and `HTTPStatus...`, a literal 4xx or 5xx that is given to, or is the default of,
    a first-party parameter named `status_code`, `status` or `http_status`, and one bound to a class attribute `status_code`,
    `http_status` or `code` of an exception class.

    ## Why it is bad
    404 is what an HTTP client is told, not what went wrong. The worker that runs the same operation has no use for it, and a second
    endpoint that wants another status for the same failure can't have it.

    ## How it decides
    Constants by their qualified name; numbers by the parameter or attribute that they end up in.

    ## When to suppress it
    In an application module that builds what is sent to another system over HTTP.

    ## Known limits
    Looking at a status is fine: comparisons and constant collections of statuses are left alone, and so is what KBR601
    reports. A client of another system speaks of that system's statuses: what is given to an error such as `BankAPIError`, and modules,
    folders and classes whose name ends in client, provider, connector, gateway, adapter or integration, are left alone too. Numbers
    given to third-party functions are not seen.
    """

    code = "KBR602"
    name = "core-speaks-http-status"
    message = "{layer} code speaks the HTTP status '{status}'; name the failure, and map it to a status at the edge"
    layers = (Layer.APPLICATION, Layer.DOMAIN)
    bad = (
        Bad(
            files={
                "app/errors.py": """
                class AppError(Exception):
                    def __init__(self, message, status_code=500): ...
                """,
                "app/services/orders.py": """
                from http import HTTPStatus
                from fastapi import status
                from starlette.status import HTTP_410_GONE
                from app.errors import AppError

                class OrderMissing(AppError):
                    code = 404  # ! 12

                    def __init__(self):
                        super().__init__("missing", status_code=404)  # ! 49

                def find_order(order_id, status=400):  # ! 33
                    if not order_id:
                        raise AppError("missing", 404)  # ! 35
                    raise AppError("gone", HTTP_410_GONE if order_id else HTTPStatus.CONFLICT)  # ! 28 ! 59

                def outcome():
                    return {"status": status.HTTP_202_ACCEPTED}  # ! 23
                """,
            },
            path="app/services/orders.py",
            messages=(
                "application code speaks the HTTP status '404'; name the failure, and map it to a status at the edge",
                "application code speaks the HTTP status '404'; name the failure, and map it to a status at the edge",
                "application code speaks the HTTP status '400'; name the failure, and map it to a status at the edge",
                "application code speaks the HTTP status '404'; name the failure, and map it to a status at the edge",
                "application code speaks the HTTP status 'HTTP_410_GONE'; name the failure, and map it to a status at the edge",
                "application code speaks the HTTP status 'HTTPStatus.CONFLICT'; name the failure, and map it to a status at the edge",
                "application code speaks the HTTP status 'status.HTTP_202_ACCEPTED'; name the failure, and map it to a status at the edge",
            ),
        ),
    )
    good = (
        Good(
            files="""
            from http import HTTPStatus
            from fastapi import HTTPException, status

            _RETRIED = {HTTPStatus.BAD_GATEWAY, HTTPStatus.GATEWAY_TIMEOUT}

            class Order:
                code = 404

            def place_order(client, total=400, status="open"):
                response = client.send(total, 500)
                if response.status_code == HTTPStatus.NOT_FOUND or response.status_code in _RETRIED:
                    return None
                raise HTTPException(status.HTTP_400_BAD_REQUEST)
            """,
            path="app/services/orders.py",
        ),
        Good(
            files="""
            from fastapi import status

            class AppError(Exception):
                status_code = 400

            CREATED = status.HTTP_201_CREATED
            """,
            path="app/api/orders.py",
        ),
    )

    def applies(self, file: LintedFile) -> bool:
        told = file.mentions(_CONSTANTS) or not _ERROR_NUMBERS.isdisjoint(file.model.words)
        return told and super().applies(file) and _TELLING.search(file.model.text) is not None

    def finish(self, file: LintedFile) -> None:
        """Looks at what stands on the lines that tell; a visit of every call and attribute would cost more."""
        lines = [number for number, line in enumerate(file.lines, 1) if _TELLING.search(line)]
        names = file.model.statuses.imported_constants()
        for node, scope in nodes_on(lines, file.model.evaluator.module_scope(file.module), file.model.tree):
            for found in self._statuses(node, scope, names, file):
                file.report(self, found, layer=file.model.layer.value, status=quoted(found))

    def _statuses(self, node: ast.AST, scope: Scope, names: frozenset[str], file: LintedFile) -> Iterator[ast.expr]:
        """The statuses that a node is, gives to what it calls, or binds."""
        statuses = file.model.statuses
        if isinstance(node, ast.Call):
            yield from (number for number in statuses.given_numbers(node, scope) if self._counts(number, scope, file))
        elif isinstance(node, (ast.Attribute, ast.Name)):
            is_constant = statuses.is_constant(node, scope) if isinstance(node, ast.Attribute) else node.id in names
            if is_constant and self._counts(node, scope, file):
                yield node
        elif isinstance(node, _FUNCTIONS):
            yield from status_defaults(node.args)
        elif isinstance(node, ast.ClassDef):
            yield from self._bound(node, file)

    def _bound(self, node: ast.ClassDef, file: LintedFile) -> Iterator[ast.expr]:
        """The numbers that class attributes are bound to."""
        for child in node.body:
            if isinstance(child, (ast.Assign, ast.AnnAssign)) and child.value is not None and is_error_number(child.value):
                targets = child.targets if isinstance(child, ast.Assign) else [child.target]
                names = {t.id for t in targets if isinstance(t, ast.Name)}
                is_field = isinstance(child, ast.AnnAssign) and bool(node.decorator_list) and not PARAMETERS.isdisjoint(names)
                if is_field or (not ATTRIBUTES.isdisjoint(names) and self._is_error(node, file)):
                    yield child.value

    def _is_error(self, node: ast.ClassDef, file: LintedFile) -> bool:
        found = next((c for c in file.module.all_classes() if c.line == node.lineno and c.name == node.name), None)
        return found is not None and file.model.statuses.is_error_class(found)

    def _counts(self, node: ast.expr, scope: Scope, file: LintedFile) -> bool:
        """Leaves out statuses that are looked at, and those inside of what KBR601 reports."""
        model = file.model
        role = model.role_at(scope)
        if (role is not None and role.role in (Role.HTTP, Role.BOUNDARY)) or is_named_client(file.module, scope.owner):
            return False
        in_collection = False
        for ancestor in model.ancestors(node, scope):
            if isinstance(ancestor, (ast.Compare, ast.match_case)):
                return False
            if isinstance(ancestor, ast.Call):
                if model.transport.http_error(ancestor.func, scope) is not None:
                    return False
            elif isinstance(ancestor, _COLLECTIONS):
                in_collection = True
            elif isinstance(ancestor, (ast.Assign, ast.AnnAssign)) and in_collection:
                return scope.function is not None
            elif isinstance(ancestor, SCOPE_NODES):
                return not (isinstance(ancestor, _FUNCTIONS) and ancestor.lineno in model.roles)
        return True
