import ast

from flake8_backend_rules.frameworks.schema import Role
from flake8_backend_rules.rule import Bad, Good, Rule
from flake8_backend_rules.semantics.scope import FUNCTION_NODES, How, Scope
from flake8_backend_rules.walk import LintedFile
from flake8_backend_rules.wording import quoted


class InProcessBackgroundTask(Rule):
    """Work is handed to the web process itself, to run after the response.

    ## What it flags
    `BackgroundTasks.add_task(...)` and `BackgroundTask(...)` given to a response, in HTTP handlers and dependencies; in any
    layer, `add_task` on a value typed `BackgroundTasks`. Once per function, with a count of the rest.

    ## Why it is bad
    The task has no payload, no retry and no trace, and a deployment or a crash between response and task loses it. The
    client was already told that all is well.

    ## How it decides
    By the type of the receiver; in handler code also by the name `background_tasks`.

    Left alone is what nobody would miss. Clean-up: callables of os, shutil, pathlib and tempfile, callables named close, unlink,
    cleanup or release, and functions of the project that call nothing else, or only fetch something and keep none of it. Telemetry:
    callables whose name speaks of it, of analytics or of metrics. Nor does a helper count that hands on what it is given as a parameter.

    ## When to suppress it
    For other work whose loss nobody would notice, such as warming a cache.

    ## Known limits
    Work that only this very process can do, such as closing what it holds open under another name, is not told apart.
    """

    code = "KBR402"
    name = "in-process-background-task"
    message = "{where} hands work to the web process itself via '{call}'; enqueue a job with an explicit payload"
    words = ("add_task", "BackgroundTask")
    calls = frozenset({"add_task", "BackgroundTask", "BackgroundTasks"})
    bad = (
        Bad(
            files="""
            from fastapi import APIRouter, BackgroundTasks
            from app.mail import send

            router = APIRouter()

            @router.post("/orders")
            async def create_order(tasks: BackgroundTasks) -> None:
                tasks.add_task(send, 1)  # ! 5
                tasks.add_task(send, 2)
            """,
            messages=(
                "route handler 'create_order' hands work to the web process itself via 'tasks.add_task()'; "
                "enqueue a job with an explicit payload (and 1 more)",
            ),
        ),
        Bad(
            files="""
            from fastapi import BackgroundTasks
            from app.mail import send

            class Mailer:
                def __init__(self, tasks: BackgroundTasks) -> None:
                    tasks.add_task(send)  # ! 9
            """,
            path="app/mailer.py",
            messages=("'__init__' hands work to the web process itself via 'tasks.add_task()'; enqueue a job with an explicit payload",),
        ),
    )
    good = (
        Good(
            files="""
            import os
            from fastapi import APIRouter, BackgroundTasks
            from app.board import Board
            from app.telemetry import telemetry

            router = APIRouter()

            @router.get("/report")
            async def report(tasks: BackgroundTasks, board: Board, pool) -> None:
                def clean_up() -> None:
                    if os.path.exists("report.csv"):
                        os.unlink("report.csv")
                    pool.release()

                tasks.add_task(clean_up)
                tasks.add_task(telemetry.log_report, 1)
                board.add_task("review the report")
            """
        ),
    )

    def visit_Call(self, node: ast.Call, file: LintedFile) -> None:
        scope, model = file.scope, file.model
        function = scope.function
        if function is None:
            return
        handler = model.handler_at(scope, Role.HTTP)
        if isinstance(node.func, ast.Attribute) and node.func.attr == "add_task":
            typed = model.transport.is_background_tasks(node.func.value, scope)
            if typed is None and handler is not None:
                typed = getattr(node.func.value, "id", "") in ("background_tasks", "background")
            found = bool(typed)
        else:
            in_edge = handler is not None or model.is_dependency(function)
            has_work = bool(node.args or node.keywords)  # of an empty `BackgroundTasks()` its `add_task` tells
            found = has_work and in_edge and model.transport.is_background_item(node, scope)
        work = node.args[0] if node.args else next((k.value for k in node.keywords if k.arg == "func"), None)
        if not found or (work is not None and (_is_given(work, scope) or model.transport.may_be_lost(work, scope))):
            return
        where = handler.description if handler else f"'{function.name}'"
        outermost = [f for f in scope.functions() if isinstance(f, FUNCTION_NODES)][-1]
        file.report(self, node, once_per=handler.function if handler else outermost, where=where, call=quoted(node))


def _is_given(work: ast.expr, scope: Scope) -> bool:
    """Whether work is a parameter: a helper that hands on what its caller decides."""
    found = scope.lookup(work.id) if isinstance(work, ast.Name) else None
    return found is not None and all(binding.how is How.PARAMETER for binding in found[0])
