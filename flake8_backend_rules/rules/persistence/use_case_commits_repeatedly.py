import ast

from flake8_backend_rules.project.layers import Layer
from flake8_backend_rules.project.summary import FunctionNode
from flake8_backend_rules.rule import Bad, Good, Rule
from flake8_backend_rules.semantics.excepts import around
from flake8_backend_rules.semantics.operations import words_of
from flake8_backend_rules.semantics.paths import Facts, Paths
from flake8_backend_rules.semantics.scope import FUNCTION_NODES, Scope
from flake8_backend_rules.walk import LintedFile
from flake8_backend_rules.wording import quoted

_COMMITTED = "committed"
# Words of what has to commit each batch on its own.
_HOUSEKEEPING = frozenset({"prune", "purge", "cleanup", "clean", "backfill", "migrate", "batch", "chunk", "vacuum"})


class UseCaseCommitsRepeatedly(Rule):
    """A use-case commits more than once.

    ## What it flags
    A function of the application layer that itself commits a session twice on one path, or in a loop. The finding stands at
    the second commit, or at the one in the loop.

    ## Why it is bad
    What was committed first stays when the rest fails: an order without its payment, half of an import. Nobody can tell
    from the data which half it is, and a second attempt does the first half twice.

    ## How it decides
    By following the paths through the function: branches are alternatives, `return` and `raise` end a path, an `except` begins
    where the body of its `try` was left. The session is recognised as for KBR301. A loop that is left right after the commit
    (an attempt that succeeded) commits once.

    ## When to suppress it
    Where steps are separate transactions on purpose: batches of a long import that can be resumed, a state that others must see
    before a slow call.

    ## Known limits
    Calls are not followed: a use-case that calls two functions which commit is not seen.
    """

    code = "KBR306"
    name = "use-case-commits-repeatedly"
    message = "use-case '{function}' commits {how} via '{call}'; make the operation one transaction with one commit at its end"
    words = ("commit",)
    layers = (Layer.APPLICATION,)
    calls = frozenset({"commit"})
    bad = (
        Bad(
            files="""
            from sqlalchemy.orm import Session

            def place_order(session: Session, order) -> None:
                session.add(order)
                session.commit()
                if order.is_paid:
                    order.status = "paid"
                    session.commit()  # ! 9

            async def import_orders(session, orders) -> None:
                for order in orders:
                    session.add(order)
                    await session.commit()  # ! 15
            """,
            path="app/services/orders.py",
            messages=(
                "use-case 'place_order' commits a second time via 'session.commit()'; "
                "make the operation one transaction with one commit at its end",
                "use-case 'import_orders' commits in a loop via 'session.commit()'; "
                "make the operation one transaction with one commit at its end",
            ),
        ),
    )
    good = (
        Good(
            files="""
            from sqlalchemy.exc import IntegrityError

            def place_order(session, order) -> None:
                if order.is_draft:
                    session.add(order)
                    session.commit()
                    return
                try:
                    session.add(order)
                    session.commit()
                    session.refresh(order)
                except IntegrityError:
                    session.rollback()
                    session.add(order.as_conflict())
                    session.commit()

            def prune_orders(session, batches) -> None:
                for batch in batches:
                    session.execute(batch)
                    session.commit()

            def submit(session, order, carrier) -> None:
                session.add(order)
                session.commit()
                try:
                    carrier.announce(order)
                except OSError:
                    session.delete(order)
                    session.commit()
                    raise

            def reserve_number(session, order) -> None:
                for attempt in range(3):
                    try:
                        order.number = attempt
                        session.commit()
                        return
                    except IntegrityError:
                        session.rollback()
            """,
            path="app/services/orders.py",
        ),
        Good(
            files="""
            def save_all(session, orders) -> None:
                for order in orders:
                    session.commit()
            """,
            path="app/repositories/orders.py",
        ),
    )

    def visit_Call(self, node: ast.Call, file: LintedFile) -> None:
        scope = file.scope
        function = scope.node
        if not isinstance(function, FUNCTION_NODES) or (self.code, function) in file.seen:
            return
        file.seen.add((self.code, function))
        if not _HOUSEKEEPING.isdisjoint(words_of(function.name)) or not _may_repeat(function, file):
            return
        repeated = _first_repeated(function.body, scope, file)
        if repeated is not None and not self._takes_back(repeated, file):
            again = any(isinstance(a, (ast.For, ast.AsyncFor, ast.While)) for a in file.model.ancestors(repeated, scope))
            file.report(self, repeated, function=function.name, how="in a loop" if again else "a second time", call=quoted(repeated))


    def _takes_back(self, commit: ast.Call, file: LintedFile) -> bool:
        """Whether a commit stands in an `except` that raises: it takes back what is left of what failed."""
        handler = around(file.model.ancestors(commit, file.scope))
        return handler is not None and file.model.excepts.ends_in_raise(handler.body, file.scope)


def _may_repeat(function: FunctionNode, file: LintedFile) -> bool:
    """Whether a function's text leaves open that it commits twice: it says so twice, or has a loop."""
    text = "".join(file.lines[function.lineno - 1 : function.end_lineno])
    return text.count("commit") > 1 or "for " in text or "while " in text


def _first_repeated(body: list[ast.stmt], scope: Scope, file: LintedFile) -> ast.Call | None:
    """The first call in source order that commits when a commit may have been made before."""
    found: list[ast.Call] = []

    def step(node: ast.AST, facts: Facts) -> Facts:
        if not isinstance(node, ast.Call) or getattr(node.func, "attr", "") != "commit":
            return facts
        if not file.model.persistence.ends_transaction(node, scope):
            return facts
        if _COMMITTED in facts:
            found.append(node)
        return facts | {_COMMITTED}

    Paths(step).follow(body)
    return min(found, key=lambda call: (call.lineno, call.col_offset), default=None)
