import ast

from flake8_backend_rules.frameworks.schema import Role
from flake8_backend_rules.project.layers import Layer
from flake8_backend_rules.rule import Bad, Good, Rule
from flake8_backend_rules.semantics.persistence import WRITE_NAMES
from flake8_backend_rules.walk import LintedFile
from flake8_backend_rules.wording import quoted


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

    ## When to suppress it
    For housekeeping of the queue's own tables, such as purging old results.

    ## Known limits
    Writes behind a helper of another module are that module's; in a folder of services also those behind one of the same module.
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

            def _expire(session, order) -> None:
                session.delete(order)
                session.commit()

            @shared_task
            def expire_order(order_id: int) -> None:
                with SessionLocal() as session:
                    _expire(session, order_id)
            """,
            path="app/services/orders.py",
        ),
    )

    def visit_Call(self, node: ast.Call, file: LintedFile) -> None:
        handler = file.model.handler_at(file.scope, Role.JOB)
        if handler is None or not file.model.persistence.changes_data(node, file.scope):
            return
        # Among services, the job is a service's function that is a task too, and its helpers are the core.
        if handler.function is handler.handler or file.model.layering.folder_layer(file.module) is not Layer.APPLICATION:
            file.report(self, node, once_per=handler.function, where=handler.description, call=quoted(node))
