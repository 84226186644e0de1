import ast

from flake8_backend_rules.frameworks import knowledge
from flake8_backend_rules.frameworks.schema import Role
from flake8_backend_rules.rule import Bad, Good, Rule
from flake8_backend_rules.semantics.scope import all_nodes
from flake8_backend_rules.walk import LintedFile
from flake8_backend_rules.wording import quoted

_VERBS = {"commit": "commits", "rollback": "rolls back"}

_STREAMS = tuple(name.rpartition(".")[2] for name in knowledge().streaming_responses)


class HandlerCommits(Rule):
    """A route handler commits or rolls back a transaction.

    ## What it flags
    `commit()` or `rollback()` on a session, connection or unit of work in the code of an HTTP handler: its
    body, its nested functions, and the functions of the same module that it calls. Each call is a finding.

    ## Why it is bad
    The transaction boundary belongs to the use-case. A handler that commits can't be called from a worker or a
    script, two use-cases can't share one transaction, and an error between two commits leaves half of an
    operation in the database, which somebody repairs by hand at night.

    ## How it decides
    The receiver is a session by its annotation (aliases and `Annotated[..., Depends(...)]` followed through
    modules), its constructor, the `with` that bound it or the attribute it was stored in. Where nothing tells the type,
    its last name decides (`session`, `db`, `*_session`, `conn`, `uow` and the like). A type that is known and
    is no session is never flagged.

    ## When to suppress it
    In a prototype, or in a CRUD admin where the handler is the whole application.

    ## Known limits
    A handler that writes nothing and returns a streaming response may commit to free its connection. Commits
    behind a function of another module are not followed; they belong to that function.
    """

    code = "KBR301"
    name = "handler-commits"
    message = "{where} {verb} its own transaction via '{call}'; move it into the use-case that the route calls"
    calls = frozenset(_VERBS)
    words = ("commit", "rollback")
    roles = (Role.HTTP,)
    bad = (
        Bad(
            files={
                "app/api/deps.py": """
                from typing import Annotated
                from fastapi import Depends
                from sqlalchemy.orm import Session

                def get_db(): ...

                SessionDep = Annotated[Session, Depends(get_db)]
                """,
                "app/api/orders.py": """
                from fastapi import APIRouter
                from app.api.deps import SessionDep

                router = APIRouter()

                @router.post("/orders")
                def create_order(store: SessionDep) -> None:
                    place(store)
                    store.commit()  # ! 5
                """,
            },
            messages=(
                "route handler 'create_order' commits its own transaction via 'store.commit()'; "
                "move it into the use-case that the route calls",
            ),
        ),
        Bad(
            files="""
            from flask import Blueprint
            from app.extensions import db

            blueprint = Blueprint("orders", __name__)

            @blueprint.route("/orders", methods=["POST"])
            def create_order():
                try:
                    _save()
                except ValueError:
                    db.session.rollback()  # ! 9

            def _save():
                db.session.commit()  # ! 5
            """,
            messages=(
                "route handler 'create_order' rolls back its own transaction via 'db.session.rollback()'; "
                "move it into the use-case that the route calls",
                "'_save', called by route handler 'create_order', commits its own transaction via "
                "'db.session.commit()'; move it into the use-case that the route calls",
            ),
        ),
    )
    good = (
        Good(
            files="""
            from fastapi import APIRouter
            from sqlalchemy.orm import Session

            router = APIRouter()

            @router.post("/orders")
            def create_order(session: Session) -> None:
                place_order(session)

            def place_order(session: Session) -> None: ...

            def close_month(session: Session) -> None:
                session.commit()
            """
        ),
        Good(
            files="""
            from aiokafka import AIOKafkaConsumer
            from fastapi import APIRouter

            router = APIRouter()

            @router.post("/offsets")
            async def store_offsets(session: AIOKafkaConsumer) -> None:
                await session.commit()
            """
        ),
    )

    def visit_Call(self, node: ast.Call, file: LintedFile) -> None:
        model = file.model
        handler = model.handler_at(file.scope, Role.HTTP)
        if handler is None or not isinstance(node.func, ast.Attribute):
            return
        if not model.persistence.ends_transaction(node, file.scope):
            return
        if self._only_frees_connection(handler.handler, file):
            return
        file.report(self, node, where=handler.description, verb=_VERBS[node.func.attr], call=quoted(node))

    def _only_frees_connection(self, handler: ast.AST, file: LintedFile) -> bool:
        """Whether the handler writes nothing and returns a stream."""
        if not file.mentions(_STREAMS):
            return False
        persistence, transport, scope = file.model.persistence, file.model.transport, file.scope
        streams = any(isinstance(n, ast.Return) and transport.is_streaming_response(n.value, scope) for n in all_nodes(handler))
        return streams and not any(isinstance(n, ast.Call) and persistence.is_write(n, scope) for n in all_nodes(handler))
