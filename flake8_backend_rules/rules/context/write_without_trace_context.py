import ast

from flake8_backend_rules.project.layers import Layer
from flake8_backend_rules.rule import Bad, Good, Rule
from flake8_backend_rules.rules.context._important_verbs import IMPORTANT_VERBS, defines_one
from flake8_backend_rules.semantics.important_writes import names_trace
from flake8_backend_rules.walk import LintedFile

_TYPE_ENDINGS = ("Context", "Trace", "Ctx")


class WriteWithoutTraceContext(Rule):
    """An important write is not told which request it belongs to.

    ## What it flags
    An important write (see KBR502) that takes no request, correlation or trace id and no context object, and whose
    class holds none. Opt-in.

    ## Why it is bad
    When a refund went wrong, its log lines, its jobs and its calls to the provider have to be found again, across processes. What does
    not carry the id of the request can't be followed.

    ## How it decides
    By the names of parameters, fields of a command object and attributes of the class (`request_id`, `correlation_id`,
    `trace_id`, `context` and the like), and by types whose name ends in Context.

    ## When to suppress it
    Where tracing rides on context variables, leave the rule off.

    ## Known limits
    Ids that are read from context variables in the body are not seen.
    """

    code = "KBR505"
    name = "write-without-trace-context"
    default = False
    message = "important write '{name}' takes no request, correlation or trace id; pass one, or a context object that holds it"
    layers = (Layer.APPLICATION,)
    options = (IMPORTANT_VERBS,)
    bad = (
        Bad(
            files="""
            from sqlalchemy.orm import Session

            def refund_order(session: Session, order_id: int, actor) -> None:  # ! 1
                session.commit()
            """,
            path="app/services/orders.py",
            messages=(
                "important write 'refund_order' takes no request, correlation or trace id; pass one, or a context object that holds it",
            ),
        ),
        Bad(
            files="""
            class ShipOrder:
                def execute(self, session, order_id: int) -> None:  # ! 5
                    session.commit()
            """,
            path="app/services/orders.py",
            options={"backend-important-verbs": "ship"},
            messages=(
                "important write 'ShipOrder.execute' takes no request, correlation or trace id; "
                "pass one, or a context object that holds it",
            ),
        ),
    )
    good = (
        Good(
            files="""
            from sqlalchemy.orm import Session
            from app.context import OperationContext

            def refund_order(session: Session, order_id: int, correlation_id: str) -> None:
                session.commit()

            def cancel_order(session: Session, order_id: int, operation: OperationContext) -> None:
                session.commit()

            def rename_order(session: Session, order_id: int) -> None:
                session.commit()

            class ChargeOrder:
                def __init__(self, session, request_id: str) -> None:
                    self.session = session
                    self.request_id = request_id

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
        writes = file.model.important_writes
        if not writes.is_important_write(node, file.scope, file.settings[IMPORTANT_VERBS.name]):
            return
        if not writes.is_told(node, file.scope, names_trace, _TYPE_ENDINGS):
            file.report(self, node, name=writes.title(node, file.scope))
