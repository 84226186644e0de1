import ast
import re

from flake8_backend_rules.frameworks.schema import Role
from flake8_backend_rules.project.surfaces import FunctionNode
from flake8_backend_rules.rule import Bad, Good, Option, Rule, parse_count
from flake8_backend_rules.rules.failures._result_types import RESULT_TYPES
from flake8_backend_rules.semantics.decisions import Decisions
from flake8_backend_rules.semantics.scope import Scope
from flake8_backend_rules.walk import LintedFile

MAX_COMPLEXITY = Option(
    name="backend-max-handler-complexity",
    default=("5",),
    help="How many decision points a handler's own body may have.",
    parse=parse_count,
    metavar="NUMBER",
)
_DECIDING = re.compile(r"(?:if|elif|for|while|except|and|or|case)\b")


class HandlerTooComplex(Rule):
    """A handler's own body decides too much.

    ## What it flags
    An HTTP or job handler with more than `backend-max-handler-complexity` (5) decision points in its own body: `if` and
    `elif`, conditional expressions, loops, the `if` of a comprehension, `and` and `or`, each `case` after the first, and
    `except`.

    ## Why it is bad
    Decisions are what a backend is for, and what its tests should reach without a web server. A handler that decodes
    input, calls one operation and maps the result outward has next to none. What is decided about a page or a file that
    is put together in the handler is no rule of the core, but as hard to test there: a function of its own holds it.

    ## How it decides
    By counting. Not counted, as they are the edge's own job:

    - an `if`, `case` or `except` that only raises an HTTP error or returns an error response (with logging at most). An
      exception of the project counts as an HTTP error if it carries a status; one that can't be read is given the
      benefit of the doubt. Where pages are rendered, an error message (`messages.error()`, `flash(..., "danger")`) and
      the way back to a page are the error response; of a websocket, `close(code=...)`;
    - a question to the request alone: its method, a field of it (`"name" in request.POST`), whether its form is valid;
    - an `if` that only sets cookies or headers of the response;
    - a `match` or `isinstance` ladder over a Result.

    ## When to suppress it
    In a webhook that sorts somebody else's events, where the branches are the decoding.

    ## Known limits
    Nested functions and helpers are not counted: moving the decisions to a helper in the same module hides them.
    """

    code = "KBR102"
    name = "handler-too-complex"
    message = "{where} has {count} decision points of its own (at most {limit}); move the decisions out of the handler"
    roles = (Role.HTTP, Role.JOB)
    options = (MAX_COMPLEXITY, RESULT_TYPES)
    bad = (
        Bad(
            files="""
            from fastapi import APIRouter, HTTPException
            from app.services.orders import place

            router = APIRouter()

            @router.post("/orders")
            async def create_order(order: dict, coupon: str = "") -> dict:  # ! 1
                if not order:
                    raise HTTPException(422)
                total = 0
                for line in order["lines"]:
                    if line["gift"] or line["free"]:
                        continue
                    total += line["price"]
                discount = 10 if coupon else 0
                try:
                    await place(order, total - discount)
                except ValueError:
                    total = 0
                return {"total": total, "gifts": [line for line in order["lines"] if line["gift"]]}
            """,
            messages=("route handler 'create_order' has 6 decision points of its own (at most 5); move the decisions out of the handler",),
        ),
        Bad(
            files="""
            from celery import shared_task

            @shared_task
            def expire(order_id: int, kind: str) -> None:  # ! 1
                match kind:
                    case "soft":
                        print("soft")
                    case "hard":
                        print("hard")
                while order_id:
                    order_id -= 1
            """,
            path="app/tasks.py",
            options={"backend-max-handler-complexity": "1"},
            messages=("job handler 'expire' has 2 decision points of its own (at most 1); move the decisions out of the handler",),
        ),
    )
    good = (
        Good(
            files={
                "app/errors.py": """
                class AppError(Exception):
                    status_code = 500

                class Missing(AppError):
                    status_code = 404
                """,
                "app/api/orders.py": """
                import logging
                from http import HTTPStatus
                from fastapi import APIRouter, HTTPException
                from fastapi.responses import JSONResponse
                from result import Err, Ok
                from app.errors import Missing
                from app.services.orders import Closed, Gone, NotPaid, place

                router = APIRouter()
                logger = logging.getLogger(__name__)

                @router.post("/orders")
                async def create_order(order: dict, admin: bool, user: str | None):
                    if not order or not order["lines"]:
                        raise HTTPException(422)
                    if not user and not admin:
                        raise Missing()
                    if user == "root":
                        return JSONResponse({}, status_code=HTTPStatus.FORBIDDEN)
                    try:
                        result = await place(order)
                    except ValueError as error:
                        logger.warning("refused")
                        raise HTTPException(409) from error
                    except HTTPException:
                        raise
                    if isinstance(result, Closed):
                        return result
                    elif isinstance(result, Err):
                        return result
                    match result:
                        case Ok(value):
                            return value
                        case Err(NotPaid()):
                            return {}
                        case Err(Gone()):
                            return []

                @router.api_route("/orders/form", methods=["GET", "POST"])
                async def order_form(request, form, lang: str = ""):
                    response = JSONResponse({})
                    if lang:
                        response.set_cookie("lang", lang)
                    if request.method == "POST" and form.is_valid():
                        if "cancel" in request.form:
                            flash("Cancelled orders stay cancelled", "danger")
                            return response
                        await place(form.data)
                    elif request.method == "DELETE" or request.args.get("draft"):
                        form.clear()
                    return response

                async def helper(number: int) -> int:
                    return number if number else 1 if number else 2 if number else 3 if number else 4 if number else 5 if number else 6
                """,
            },
        ),
        Good(
            files={
                "app/services/orders.py": """
                class Outcome: ...
                class Placed(Outcome): ...
                class Refused(Outcome): ...

                def place(number: int) -> Outcome: ...
                """,
                "app/api/orders.py": """
                from fastapi import APIRouter
                from app.services.orders import Outcome, Placed, Refused, place

                router = APIRouter()

                @router.post("/orders/{number}")
                def create_order(number: int) -> dict:
                    outcome: Outcome = place(number)
                    match outcome:
                        case Placed():
                            return {"placed": number}
                        case Refused():
                            return {"placed": None}
                """,
            },
            options={"backend-max-handler-complexity": "0", "backend-result-types": "Outcome"},
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
        limit = file.number(MAX_COMPLEXITY)
        if len(_DECIDING.findall(file.source_of(node))) <= limit:  # there can't be more decisions than such words
            return
        scope = Scope(file.module, node, file.scope, file.scope.owner)
        more = file.settings[RESULT_TYPES.name]
        count = Decisions(file.model.transport, file.model.results, scope, more).count(node, limit)
        if count:
            file.report(self, node, where=f"{role.role.value} '{node.name}'", count=count, limit=limit)
