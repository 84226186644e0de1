import ast
import re

from flake8_backend_rules.frameworks.schema import Role
from flake8_backend_rules.project.layers import Layer
from flake8_backend_rules.rule import Bad, Good, Rule
from flake8_backend_rules.semantics import excepts
from flake8_backend_rules.semantics.handler_code import Handler
from flake8_backend_rules.semantics.important_writes import words_of
from flake8_backend_rules.walk import LintedFile

_BROAD_EXCEPT = re.compile(r"except(?:\s*:|[^\n]*(?:Exception\b|\(\s*(?:#[^\n]*)?$))", re.MULTILINE)


_PROBES = frozenset({"health", "healthz", "healthcheck", "readiness", "liveness", "readyz", "livez", "ping"})
_OF_PROBES = frozenset({
    "check", "checks", "probe", "status", "all", "api", "db", "database", "view", "handler", "endpoint", "route", "resource",
})  # fmt: skip


class BroadExceptOutsideBoundary(Rule):
    """Handler or core code catches every exception and does not raise it again.

    ## What it flags
    `except:`, `except Exception` and `except BaseException`, also in a tuple, in HTTP and job handler code, dependencies, and
    application and domain modules, if the body does not end in a `raise`. Raising or returning an HTTP error or response does not
    count as raising again.

    ## Why it is bad
    A broad except turns every bug into an expected failure: a typo becomes a 400, a lost connection an empty list. Exceptions are bugs or
    infrastructure escapes; they belong to the one boundary that logs and counts them.

    ## How it decides
    By the last statement of the body: a `raise` (bare, of the caught name, of an error that is no HTTP error), a call that never
    returns, or branches that all end so. What is kept under a name, or in a list, that the function raises afterwards is raised too;
    what is tried in an `except` that ends so itself may fail quietly. Job handler code may log the exception with its traceback, itself
    or by a function of the project, or log it inside a loop and go on with the next item; so may loops of the application that run
    without end or call each of a list of handlers. Outside of routes a step beside the work may fail too: an `except Exception` that
    only logs the traceback, where the function then goes on with more than a `return`; and so may, if the traceback is logged, the call
    of a hook, listener or callback, and in core code a task or thread that the module starts. A comment that silences the same check of
    another linter (`noqa: BLE001`, `pylint: disable=broad-except`) counts here as well.

    ## When to suppress it
    Where any failure at all means the same, such as a batch of which each item stands for itself.

    ## Known limits
    Exception handlers, middleware, life span functions, CLI commands and handlers of health checks are left alone.
    `contextlib.suppress` is not seen.
    """

    code = "KBR603"
    name = "broad-except-outside-boundary"
    message = "{where} catches everything with '{clause}'; catch the failures you expect and leave the rest to the global boundary"
    bad = (
        Bad(
            files="""
            from fastapi import APIRouter, Depends, HTTPException

            router = APIRouter()

            def current_user(token: str):
                try:
                    return decode(token)
                except Exception:  # ! 5
                    return None

            @router.get("/orders", dependencies=[Depends(current_user)])
            def orders():
                try:
                    return load()
                except (ValueError, Exception) as error:  # ! 5
                    raise HTTPException(400) from error

            def load():
                try:
                    return []
                except:  # ! 5
                    pass

            @router.post("/insurance")
            def health_insurance():
                try:
                    insure()
                except Exception:  # ! 5
                    return None
            """,
            messages=(
                "dependency 'current_user' catches everything with 'except Exception'; "
                "catch the failures you expect and leave the rest to the global boundary",
                "route handler 'orders' catches everything with 'except (ValueError, Exception)'; "
                "catch the failures you expect and leave the rest to the global boundary",
                "'load', called by route handler 'orders', catches everything with 'except'; "
                "catch the failures you expect and leave the rest to the global boundary",
                "route handler 'health_insurance' catches everything with 'except Exception'; "
                "catch the failures you expect and leave the rest to the global boundary",
            ),
        ),
        Bad(
            files="""
            import logging

            logger = logging.getLogger(__name__)

            def place_orders(orders):
                for order in orders:
                    try:
                        place(order)
                    except Exception:  # ! 9
                        logger.exception("failed")
            """,
            path="app/services/orders.py",
            messages=(
                "application function 'place_orders' catches everything with 'except Exception'; "
                "catch the failures you expect and leave the rest to the global boundary",
            ),
        ),
        Bad(
            files="""
            from celery import shared_task

            @shared_task
            def place_order(order):
                try:
                    place(order)
                except Exception as error:  # ! 5
                    logger.error("failed %s", error)
                try:
                    report(order)
                except Exception as error:  # ! 5
                    log_exception(error, warning=True)
                try:
                    report(order)
                except Exception as error:  # ! 5
                    log_in_debug_mode(error)

            def log_exception(error, warning=False):
                if warning:
                    logger.warning(str(error))
                else:
                    logger.exception(error)

            def log_in_debug_mode(error):
                if settings.DEBUG:
                    logger.exception(error)
            """,
            path="app/tasks.py",
            messages=(
                "job handler 'place_order' catches everything with 'except Exception'; "
                "catch the failures you expect and leave the rest to the global boundary",
                "job handler 'place_order' catches everything with 'except Exception'; "
                "catch the failures you expect and leave the rest to the global boundary",
                "job handler 'place_order' catches everything with 'except Exception'; "
                "catch the failures you expect and leave the rest to the global boundary",
            ),
        ),
    )
    good = (
        Good(
            files="""
            from app.domain.errors import OrderError

            def place_order(order, session):
                try:
                    order.place()
                except OrderError:
                    return None
                except Exception as error:
                    session.rollback()
                    if order.is_paid:
                        raise
                    else:
                        raise OrderError("unpaid") from error

            async def publish(event, handlers):
                for handle in handlers:
                    try:
                        await handle(event)
                    except Exception:
                        logger.exception("failed %s", event)
                        continue

            def find_order(number, cache, orders):
                try:
                    cache.warm(number)
                except Exception:
                    logger.warning("cold cache", exc_info=True)
                order = orders.load(number)
                return order.with_items()
            """,
            path="app/services/orders.py",
        ),
        Good(
            files="""
            from celery import shared_task

            @shared_task(bind=True)
            def place_order(self, order):
                try:
                    place(order)
                except Exception as error:
                    self.retry(exc=error)

            @shared_task
            def place_orders(orders):
                for order in orders:
                    try:
                        place(order)
                    except Exception as error:
                        logger.warning("failed %s", error)
                try:
                    report(orders)
                except Exception:
                    logger.error("no report", exc_info=True)
                try:
                    report(orders)
                except Exception as error:
                    log_exception(error)

            def log_exception(error, warning=False):
                if warning:
                    logger.warning(str(error))
                else:
                    logger.exception(error)
            """,
            path="app/tasks.py",
        ),
        Good(
            files="""
            from fastapi import FastAPI

            app = FastAPI()

            @app.exception_handler(ValueError)
            def on_error(request, error):
                try:
                    return report(error)
                except Exception:
                    return None

            def report(error):
                try:
                    return str(error)
                except Exception:
                    return ""
            """,
            path="app/main.py",
        ),
        Good(
            files="""
            def load(number: int) -> Order:
                failed = None
                try:
                    order = read(number)
                except Exception as error:
                    failed = error
                finally:
                    check_rights(number)
                    if failed is not None:
                        raise failed
                return order

            def load_all(numbers: list[int]) -> None:
                errors = []
                for number in numbers:
                    try:
                        load(number)
                    except Exception as error:
                        errors.append(error)
                if errors:
                    raise ExceptionGroup("orders", errors)
            """,
            path="app/services/orders.py",
        ),
        Good(
            files="""
            from fastapi import APIRouter

            router = APIRouter()

            @router.get("/health")
            def get_health_status():
                try:
                    ping()
                except Exception:
                    return {"status": "down"}
            """,
            path="app/main.py",
        ),
    )

    def applies(self, file: LintedFile) -> bool:
        return "except" in file.model.words and _BROAD_EXCEPT.search(file.model.text) is not None

    def visit_ExceptHandler(self, node: ast.ExceptHandler, file: LintedFile) -> None:
        if not excepts.is_broad(node):
            return
        model = file.model
        where = self._place(node, file)
        if not where or model.excepts.ends_in_raise(node.body, file.scope):
            return
        outer = excepts.around(model.ancestors(node, file.scope))
        if outer is not None and model.excepts.ends_in_raise(outer.body, file.scope):
            return
        if model.excepts.raises_later(node, file.scope):
            return
        if not excepts.is_accepted(file.lines[node.lineno - 1]) and not self._is_contained(node, file):
            file.report(self, node, where=where, clause=excepts.clause(node))

    def _place(self, node: ast.ExceptHandler, file: LintedFile) -> str:
        """Where the `except` stands, if it should not stand there."""
        model, scope = file.model, file.scope
        function = scope.function
        role = model.role_at(scope)
        if role is not None and role.role in (Role.BOUNDARY, Role.CLI):
            return ""
        handler = model.handler_at(scope, Role.HTTP, Role.JOB)
        if handler is not None:
            excused = self._is_reported(node, file) if handler.role.role is Role.JOB else _is_probe(handler, file)
            return "" if excused else handler.description
        if model.layer.is_core:
            if model.layer is Layer.APPLICATION and self._is_dispatch(node, file):
                return ""
            return f"{model.layer.value} function '{function.name}'" if function is not None else f"{model.layer.value} module"
        dependency = next((f for f in scope.functions() if model.is_dependency_code(f, scope)), None)
        return f"dependency '{dependency.name}'" if dependency is not None else ""

    def _is_contained(self, node: ast.ExceptHandler, file: LintedFile) -> bool:
        """Whether what is caught is logged with its traceback, beside the work or at the end of a task of its own."""
        model = file.model
        if not excepts.logs_traceback(node.body):
            return False
        if model.layer.is_core and any(excepts.is_started(function.name, model.text) for function in file.scope.functions()):
            return True
        if excepts.calls_listener(node, model.ancestors(node, file.scope)):
            return True
        is_of_route = model.handler_at(file.scope, Role.HTTP) is not None
        return not is_of_route and excepts.is_step_aside(node, model.ancestors(node, file.scope))

    def _is_reported(self, node: ast.ExceptHandler, file: LintedFile) -> bool:
        if file.model.excepts.logs_traceback(node.body, file.scope):
            return True
        return excepts.goes_on_in_loop(node, file.model.ancestors(node, file.scope)) is not None

    def _is_dispatch(self, node: ast.ExceptHandler, file: LintedFile) -> bool:
        loop = excepts.goes_on_in_loop(node, file.model.ancestors(node, file.scope))
        return loop is not None and excepts.is_dispatch_loop(loop)


def _is_probe(handler: Handler, file: LintedFile) -> bool:
    """Whether a handler answers whether something works: whatever fails is the answer."""
    owner = file.scope.owner
    return any(_names_probe(words_of(name)) for name in (handler.handler.name, owner.name if owner is not None else ""))


def _names_probe(words: list[str]) -> bool:
    """Whether a name ends in a probe's, as `get_health` and `HealthCheckView` do and `health_insurance` does not."""
    while words and words[-1] in _OF_PROBES:
        words.pop()
    return bool(words) and words[-1] in _PROBES
