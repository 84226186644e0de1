import ast
from collections.abc import Callable

from flake8_backend_rules.frameworks.schema import Role
from flake8_backend_rules.project.surfaces import FunctionNode
from flake8_backend_rules.rule import Bad, Good, Rule
from flake8_backend_rules.semantics.important_writes import words_of
from flake8_backend_rules.semantics.kinds import Kind
from flake8_backend_rules.semantics.paths import last_name
from flake8_backend_rules.semantics.persistence import STATEMENT_METHODS, WRITE_NAMES
from flake8_backend_rules.semantics.scope import Scope, all_nodes, own_nodes, parameters
from flake8_backend_rules.walk import LintedFile
from flake8_backend_rules.wording import quoted

_RUNNER_PARAMETERS = frozenset({"self", "cls", "ctx", "context", "task", "job"})
_CLEAN_UPS = frozenset({"cleanup", "clean", "purge", "prune", "sweep"})
_FILTERS = frozenset({"filter", "filter_by", "exclude", "where"})


class WorkerBypassesCore(Rule):
    """A job handler writes to or commits the database itself.

    ## What it flags
    A write or `commit()` on a session in the code of a job handler (Celery, Dramatiq, RQ and the like). Once per
    function, with a count of the rest.

    ## Why it is bad
    A worker is an edge like a route: it decodes a payload and calls one core operation. What it writes itself is a second
    implementation of the operation, without its checks, and it is the one that runs unattended.

    ## How it decides
    Job handlers by the decorators and classes of the task queues. Sessions and writes as for KBR301 and KBR303.

    A module that its name or folder puts into the core (`services/orders.py`) holds the use-cases themselves, decorated or not, and is
    left alone. So is housekeeping: a job without a payload, or named `cleanup_...`, `purge_...` or `prune_...`, all of whose writes
    delete what a filter selects.

    ## When to suppress it
    For other housekeeping of the queue's own tables, and for a job that stores nothing but its own result.

    ## Known limits
    Writes behind a helper of another module are that module's.
    """

    code = "KBR405"
    name = "worker-bypasses-core"
    message = "{where} bypasses the core via '{call}'; call the use-case that the routes use"
    roles = (Role.JOB,)
    calls = WRITE_NAMES | {"commit"}
    bad = (
        Bad(
            files="""
            from celery import shared_task
            from app.db import SessionLocal
            from app.models import Order

            @shared_task
            def expire_order(order_id: int) -> None:
                with SessionLocal() as session:
                    session.delete(session.get(Order, order_id))  # ! 9
                    session.commit()
            """,
            path="app/tasks.py",
            messages=(
                "job handler 'expire_order' bypasses the core via 'session.delete()'; call the use-case that the routes use (and 1 more)",
            ),
        ),
    )
    good = (
        Good(
            files="""
            from celery import shared_task
            from app.cache import redis
            from app.services.orders import expire

            @shared_task
            def expire_order(order_id: int) -> None:
                redis.delete("order")
                expire(order_id)

            def update_order(session) -> None:
                session.commit()
            """,
            path="app/tasks.py",
        ),
        Good(
            files="""
            from celery import shared_task
            from app.db import SessionLocal
            from app.models import Order

            @shared_task
            def expire_order(order_id: int) -> None:
                with SessionLocal() as session:
                    session.delete(session.get(Order, order_id))
                    session.commit()
            """,
            path="app/services/orders.py",
        ),
        Good(
            files="""
            from celery import shared_task
            from sqlalchemy import delete
            from app.db import SessionLocal
            from app.models import LoginCode

            @shared_task
            def purge_login_codes() -> None:
                with SessionLocal() as session:
                    session.execute(delete(LoginCode).where(LoginCode.is_expired))
                    session.commit()
            """,
            path="app/tasks.py",
        ),
    )

    def visit_Call(self, node: ast.Call, file: LintedFile) -> None:
        handler = file.model.handler_at(file.scope, Role.JOB)
        if handler is None or not file.model.persistence.changes_data(node, file.scope):
            return
        if not file.model.layering.is_named_core(file.module) and not self._only_purges(handler.function, file):
            file.report(self, node, once_per=handler.function, where=handler.description, call=quoted(node))

    def _only_purges(self, function: FunctionNode, file: LintedFile) -> bool:
        """Whether a job without a payload, or with a name that says so, does no more than delete what a filter selects."""
        if file.scope.node is not function:
            return False
        is_named = not _CLEAN_UPS.isdisjoint(words_of(function.name)[:1])
        if not is_named and any(arg.arg not in _RUNNER_PARAMETERS for arg, _ in parameters(function.args)):
            return False
        writes = [n for n in own_nodes(function) if isinstance(n, ast.Call) and file.model.persistence.is_write(n, file.scope)]
        return bool(writes) and all(self._purges(call, file) for call in writes)

    def _purges(self, call: ast.Call, file: LintedFile) -> bool:
        func = call.func
        if not isinstance(func, ast.Attribute):
            return False
        if func.attr in STATEMENT_METHODS:
            return bool(call.args) and _is_selective(call.args[0], file.scope) and _has(call.args[0], file.scope, _is_delete)
        value = file.model.value(func.value, file.scope)
        is_query = value is not None and value.kind is Kind.QUERY
        return is_query and func.attr == "delete" and _is_selective(func.value, file.scope)


def _is_selective(node: ast.expr, scope: Scope) -> bool:
    return _has(node, scope, lambda call: last_name(call.func) in _FILTERS)


def _is_delete(call: ast.Call) -> bool:
    return last_name(call.func) == "delete"


def _has(node: ast.expr, scope: Scope, wanted: Callable[[ast.Call], bool]) -> bool:
    """Whether an expression, or the local value that it names, is a chain of calls with one that is wanted."""
    found = scope.bindings(node.id) if isinstance(node, ast.Name) else None
    start = node if found is None or found[-1].expression is None else found[-1].expression
    return any(isinstance(n, ast.Call) and wanted(n) for n in (start, *all_nodes(start)))
