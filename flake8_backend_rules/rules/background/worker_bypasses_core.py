import ast

from flake8_backend_rules.frameworks.schema import Role
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

    A module that its name or folder puts into the core (`services/orders.py`) holds the use-cases themselves, decorated or not, and is
    left alone.

    ## When to suppress it
    For housekeeping that only the job does, such as a purge of expired rows or of the queue's own tables, and for a job that stores
    nothing but its own result.

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
        Bad(
            files="""
            from celery import shared_task
            from app import models

            @shared_task(bind=True)
            def purge_login_codes(self) -> None:
                self.db.query(models.LoginCode).filter_by(expired=True).delete()  # ! 5
            """,
            path="app/tasks.py",
            messages=(
                "job handler 'purge_login_codes' bypasses the core via 'self.db.query(...).filter_by(...).delete()'; "
                "call the use-case that the routes use",
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
    )

    def visit_Call(self, node: ast.Call, file: LintedFile) -> None:
        handler = file.model.handler_at(file.scope, Role.JOB)
        if handler is None or not file.model.persistence.changes_data(node, file.scope):
            return
        if not file.model.layering.is_named_core(file.module):
            file.report(self, node, once_per=handler.function, where=handler.description, call=quoted(node))
