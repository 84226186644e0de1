import ast

from flake8_backend_rules.project.layers import Layer
from flake8_backend_rules.rule import Bad, Good, Option, Rule
from flake8_backend_rules.rules.context._important_verbs import IMPORTANT_VERBS, defines_one
from flake8_backend_rules.semantics.important_writes import names_actor
from flake8_backend_rules.walk import LintedFile


def _parse_actor_name(text: str) -> str:
    if not text.replace("*", "x").isidentifier():
        raise ValueError("it is neither a Python identifier nor a pattern of one such as *_by")
    return text


ACTOR_NAMES = Option(
    name="backend-actor-names",
    default=(
        "actor", "principal", "user", "current_user", "account", "role", "auth", "auth_subject", "identity", "ctx", "context",
        "initiator", "notifier", "source", "triggered_by", "*_by",
    ),
    help="Words in the names of parameters and attributes that say who acts; with a star, patterns of whole names (KBR502).",
    parse=_parse_actor_name,
)  # fmt: skip
_TYPE_ENDINGS = ("Actor", "Principal", "User", "Role", "Context", "Subject", "Identity")


class WriteWithoutActor(Rule):
    """An important write is not told who acts.

    ## What it flags
    A public function or method of the application layer that writes or commits, itself or through methods of its class,
    whose name holds a word of `backend-important-verbs` (of `execute`, `handle`, `run` and `__call__` the class's name counts),
    that has to be given input, and that takes nothing that says who acts. By default such words are charge, refund, transfer, cancel,
    approve, revoke, merge, import and their like.

    ## Why it is bad
    Somebody will ask who refunded that order. If the operation does not know, neither does the audit log, and the permission check
    stands in one of the routes that call it.

    ## How it decides
    Who acts is a parameter, a field of a command object, or an attribute of the class whose name holds a word of
    `backend-actor-names`, or whose type's name ends in Actor, Principal, User, Role, Context, Subject or Identity.
    An id such as `user_id` may be whom it is done to and does not count; `actor_id` and `cancelled_by_id` do.
    Steps of another operation are left alone: functions of a module named utils or helpers, what another function with such a word in
    its name calls in the same module, and a purge in its caller's transaction. So is what goes through with pending decisions, and the
    suspension of a job or run.

    ## When to suppress it
    Where only the system itself does this, e.g. on a provider's webhook: or pass an actor that says so.

    ## Known limits
    Writes behind a repository are not seen; a commit is. Nothing is said about classes with a base that can't be read.
    """

    code = "KBR502"
    name = "write-without-actor"
    message = "important write '{name}' is not told who acts; pass a typed actor or principal into it"
    layers = (Layer.APPLICATION,)
    options = (IMPORTANT_VERBS, ACTOR_NAMES)
    bad = (
        Bad(
            files="""
            from sqlalchemy.orm import Session

            def refund_order(session: Session, order_id: int, user_id: int) -> None:  # ! 1
                session.commit()

            class CancelSubscription:
                def __init__(self, uow) -> None:
                    self.uow = uow

                async def execute(self, subscription_id: int) -> None:  # ! 5
                    await self._store(subscription_id)

                async def _store(self, subscription_id: int) -> None:
                    await self.uow.commit()
            """,
            path="app/services/orders.py",
            messages=(
                "important write 'refund_order' is not told who acts; pass a typed actor or principal into it",
                "important write 'CancelSubscription.execute' is not told who acts; pass a typed actor or principal into it",
            ),
        ),
        Bad(
            files="""
            def ship_order(session, order_id: int, user) -> None:  # ! 1
                session.commit()
            """,
            path="app/services/orders.py",
            options={"backend-important-verbs": "ship", "backend-actor-names": "operator"},
            messages=("important write 'ship_order' is not told who acts; pass a typed actor or principal into it",),
        ),
    )
    good = (
        Good(
            files={
                "app/commands.py": """
                from dataclasses import dataclass

                @dataclass
                class Refund:
                    order_id: int
                    requested_by: int
                """,
                "app/services/orders.py": """
                from sqlalchemy.orm import Session
                from app.commands import Refund
                from app.models import AdminUser

                def refund_order(session: Session, order_id: int, actor_id: int) -> None:
                    session.commit()

                def cancel_order(session: Session, order_id: int, by: AdminUser) -> None:
                    session.commit()

                def refund(session: Session, command: Refund) -> None:
                    session.commit()

                def rename_order(session: Session, order_id: int) -> None:
                    session.commit()

                def purge_orders(session: Session, days: int = 30) -> None:
                    session.commit()

                def purge_payments(session: Session, retention_days: int) -> None:
                    session.commit()

                def claim_orders_for_refund(session: Session, count: int) -> None:
                    session.commit()

                def cancel_quote(quote: dict, reason: str) -> None:
                    quote.update(reason=reason)
                """,
            },
            path="app/services/orders.py",
        ),
        Good(
            files="""
            class CancelOrder:
                def __init__(self, session, current_user) -> None:
                    self.session = session
                    self.current_user = current_user

                def execute(self, order_id: int) -> None:
                    self.session.commit()
            """,
            path="app/services/orders.py",
        ),
    )

    def applies(self, file: LintedFile) -> bool:
        return defines_one(file.model, file.settings[IMPORTANT_VERBS.name]) and super().applies(file)

    def visit_FunctionDef(self, node: ast.FunctionDef, file: LintedFile) -> None:
        self._check(node, file)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef, file: LintedFile) -> None:
        self._check(node, file)

    def _check(self, node: ast.FunctionDef | ast.AsyncFunctionDef, file: LintedFile) -> None:
        writes, names = file.model.important_writes, file.settings[ACTOR_NAMES.name]
        if not writes.is_important_write(node, file.scope, file.settings[IMPORTANT_VERBS.name]):
            return
        if not writes.is_told(node, file.scope, lambda name: names_actor(name, names), _TYPE_ENDINGS):
            file.report(self, node, name=writes.title(node, file.scope))
