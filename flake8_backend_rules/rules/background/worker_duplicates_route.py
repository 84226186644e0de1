import ast
import os
from collections.abc import Iterator

from flake8_backend_rules.frameworks.schema import Role
from flake8_backend_rules.project import roots
from flake8_backend_rules.rule import Bad, Good, Option, Rule, parse_count
from flake8_backend_rules.semantics.clones import Step, common_run, steps_of, windows
from flake8_backend_rules.semantics.route_code import Route, outermost, routes_in, routes_near
from flake8_backend_rules.walk import LintedFile

DUPLICATE_STATEMENTS = Option(
    name="backend-duplicate-statements",
    default=("5",),
    help="How many consecutive statements a worker or command may not have in common with a route.",
    parse=parse_count,
    metavar="NUMBER",
)
_WORKERS = (Role.JOB, Role.CLI)


class WorkerDuplicatesRoute(Rule):
    """A worker or command repeats the statements of a route.

    ## What it flags
    A run of at least `backend-duplicate-statements` (5) consecutive statements in the code of a job handler or CLI
    command that stands in the code of an HTTP handler of the project as well, but for the names of local variables. Each
    run once, at its first statement.

    ## Why it is bad
    Two copies of an operation drift apart: the check that was added to the route after an incident is missing in the
    worker, and nobody knows which of the two is right.

    ## How it decides
    Statements are whole and stand in one block; those inside of a compound statement count too. Local names are renamed
    in order of appearance, literals are kept, and docstrings, logging calls, imports and type annotations don't matter. A
    run that calls nothing, or speaks of little more than Python's own types, is none. All files of the project around the
    linted one are searched, whichever are linted; tests, migrations and other exempt files hold no routes.

    ## When to suppress it
    While an endpoint moves to a worker, until the route is gone.

    ## Known limits
    A copy that awaits what the other only calls, or that reorders statements, is not found.
    """

    code = "KBR406"
    name = "worker-duplicates-route"
    message = "{where} repeats {count} statements of the route code '{route}'; move them into one operation that both call"
    roles = _WORKERS
    options = (DUPLICATE_STATEMENTS,)
    bad = (
        Bad(
            files={
                "app/api/orders.py": """
                from fastapi import APIRouter
                from app.store import store

                router = APIRouter()

                @router.post("/orders/{number}/expiry")
                def expire_order(number: int) -> None:
                    order = store.load(number)
                    if order.paid:
                        return None
                    order.status = "expired"
                    store.save(order)
                    store.notify(order.customer)
                """,
                "app/tasks.py": """
                import logging
                from celery import shared_task
                from app.store import store

                logger = logging.getLogger(__name__)

                @shared_task
                def expire(order_id: int) -> None:
                    logger.info("expiring")
                    found: object = store.load(order_id)  # ! 5
                    if found.paid:
                        return None
                    logger.info("open")
                    found.status = "expired"
                    store.save(found)
                    store.notify(found.customer)
                """,
            },
            messages=(
                "job handler 'expire' repeats 6 statements of the route code 'app/api/orders.py:expire_order'; "
                "move them into one operation that both call",
            ),
        ),
        Bad(
            files={
                "app/views.py": """
                from flask.views import MethodView
                from app.store import store

                class OrderView(MethodView):
                    def post(self, number):
                        order = store.load(number)
                        store.close(order)
                        return "closed"
                """,
                "app/commands.py": """
                import click
                from app.store import store

                @click.command()
                def close(number: int) -> None:
                    order = store.load(number)  # ! 5
                    store.close(order)
                    click.echo("closed")
                """,
            },
            options={"backend-duplicate-statements": "2"},
            messages=(
                "CLI command 'close' repeats 2 statements of the route code 'app/views.py:OrderView.post'; "
                "move them into one operation that both call",
            ),
        ),
    )
    good = (
        Good(
            files={
                "tests/api.py": """
                from fastapi import FastAPI
                from app.store import store

                app = FastAPI()

                @app.post("/orders")
                def expire_order(number: int) -> None:
                    order = store.load(number)
                    order.status = "expired"
                    order.open = False
                    store.save(order)
                    store.notify(order.customer)
                """,
                "app/api/orders.py": """
                from fastapi import APIRouter
                from app.store import store

                router = APIRouter()

                @router.post("/orders/{number}/expiry")
                def expire_order(number: int, other: int) -> None:
                    order = store.load(number)
                    order.status = "closed"
                    order.open = False
                    store.save(order)
                    store.notify(order.customer)

                @router.post("/orders/{number}/close")
                def close_order(number: int, customer: int) -> None:
                    order = store.load(number)
                    order.status = "expired"
                    order.open = False
                    store.save(number)
                    store.notify(order.customer)
                """,
                "app/tasks.py": """
                from celery import shared_task
                from app.store import store

                @shared_task
                def expire(number: int) -> None:
                    order = store.load(number)
                    order.status = "expired"
                    order.open = False
                    store.save(order)
                    store.notify(order.customer)
                """,
            },
        ),
    )

    def finish(self, file: LintedFile) -> None:
        model = file.model
        minimum = max(file.number(DUPLICATE_STATEMENTS), 1)
        handlers = {h.function: h for h in model.handler_code.functions(*_WORKERS)}
        nodes = outermost(handlers, {f.node: f for f in model.functions})
        long_enough = [node for node in nodes if (node.end_lineno or node.lineno) - node.lineno >= minimum]
        workers = [(node, steps_of(node, keep_nodes=True)) for node in long_enough]
        wanted = {node: list(windows(steps, minimum)) for node, steps in workers}
        every = [window for found in wanted.values() for window in found]
        if not every:
            return
        own = list(routes_in(model.functions, model.handler_code))
        others = list(routes_near(model.project, model.role_finder, file.module.path, every))
        for node, steps in workers if own or others else ():
            routes = [*((file.module.path, route) for route in own if not route.overlaps(node)), *others]
            for first, count, path, route in _runs(steps, [w.start for w in wanted[node]], routes, minimum):
                name = f"{_from_project(path, file)}:{route.name}"
                file.report(self, first, where=handlers[node].description, count=count, route=name)


def _runs(
    steps: tuple[Step, ...], starts: list[int], routes: list[tuple[str, Route]], minimum: int
) -> Iterator[tuple[ast.stmt, int, str, Route]]:
    """(first statement, number of statements, path, route) of each maximal run that a function shares with a route."""
    end = 0
    for start in starts:
        if start < end:
            continue
        best, length, found = 0, 0, None
        for path, route in routes:
            for other, step in enumerate(route.steps):
                if step.shape == steps[start].shape and step.size == steps[start].size:
                    taken, count = common_run(steps, start, route.steps, other)
                    if count > best:
                        best, length, found = count, taken, (path, route)
        first = steps[start].node
        if best >= minimum and found is not None and first is not None:
            end = start + length
            yield first, best, *found


def _from_project(path: str, file: LintedFile) -> str:
    """A path relative to the root of the linted file's project, wherever flake8 runs."""
    base = roots.project_root(file.module.folder) or file.module.folder
    return os.path.relpath(path, base).replace(os.sep, "/")
