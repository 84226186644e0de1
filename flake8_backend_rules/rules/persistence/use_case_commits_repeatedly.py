import ast
import re

from flake8_backend_rules.project.layers import Layer
from flake8_backend_rules.project.surfaces import FunctionNode
from flake8_backend_rules.rule import Bad, Good, Rule
from flake8_backend_rules.semantics.operations import words_of
from flake8_backend_rules.semantics.paths import Facts, Paths, last_name
from flake8_backend_rules.semantics.scope import FUNCTION_NODES, Scope
from flake8_backend_rules.walk import LintedFile
from flake8_backend_rules.wording import quoted

_ANY = ast.Constant("any session that no `with` of the function opens")
_BATCH = re.compile("batch|chunk", re.IGNORECASE)
# Words of what has to commit each batch on its own.
_HOUSEKEEPING = frozenset({"prune", "purge", "cleanup", "clean", "backfill", "migrate", "batch", "chunk", "vacuum"})
_LOOPS = (ast.For, ast.AsyncFor, ast.While)
_STEPPING = 3
"""The arguments of a `range` with a step."""


class UseCaseCommitsRepeatedly(Rule):
    """A use-case commits more than once.

    ## What it flags
    A function of the application layer that itself commits one session twice on one path, or in a loop. The finding stands at
    the second commit, or at the one in the loop.

    ## Why it is bad
    What was committed first stays when the rest fails: an order without its payment, half of an import. Nobody can tell
    from the data which half it is, and a second attempt does the first half twice.

    ## How it decides
    By following the paths through the function: branches are alternatives, `return` and `raise` end a path, an `except` begins
    where the body of its `try` was left. The session is recognised as for KBR301. A loop that is left right after the commit
    (an attempt that succeeded) commits once.

    What is taken apart on purpose is left alone: a session that is opened by a `with` of its own, again for each item or step; a
    commit in an `except`, which notes or undoes what failed; one in a loop for each batch (`batch` or `chunk` in the loop's names,
    a `range` with a step, an `if` that counts), or for each item where the loop rolls back a failed one and goes on. So are
    functions whose name speaks of housekeeping (prune, purge, clean, backfill, migrate, batch, chunk, vacuum).

    ## When to suppress it
    Where steps are separate transactions on purpose: a state that others must see before a slow call.

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
            from app.db import SessionLocal

            def renew_orders(store, ids) -> None:
                for id in ids:
                    store.renew(id)
                    with SessionLocal() as session:
                        session.get(Order, id).renewed = True
                        session.commit()

            def forget_orders(session, ids, size) -> None:
                for start in range(0, len(ids), size):
                    session.execute(delete(Order).where(Order.id.in_(ids[start : start + size])))
                    session.commit()

            def purge_orders(session, customers) -> None:
                for customer in customers:
                    session.execute(delete(Order).where(Order.customer == customer))
                    session.commit()

            def import_orders(session, orders) -> list:
                failed = []
                for order in orders:
                    try:
                        session.add(order)
                        session.commit()
                    except ValueError:
                        session.rollback()
                        failed.append(order)
                return failed

            def place_order(session, order, store) -> None:
                session.add(order)
                session.commit()
                try:
                    store.reserve(order)
                except TimeoutError:
                    session.delete(order)
                    session.commit()
                    raise
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
        if repeated is not None:
            again = any(isinstance(a, _LOOPS) for a in file.model.ancestors(repeated, scope))
            file.report(self, repeated, function=function.name, how="in a loop" if again else "a second time", call=quoted(repeated))


def _may_repeat(function: FunctionNode, file: LintedFile) -> bool:
    """Whether a function's text leaves open that it commits twice: it says so twice, or has a loop."""
    text = file.source_of(function)
    return text.count("commit") > 1 or "for " in text or "while " in text


def _first_repeated(body: list[ast.stmt], scope: Scope, file: LintedFile) -> ast.Call | None:
    """The first call in source order that commits a session when a commit of it may have been made before."""
    found: list[ast.Call] = []
    sessions: dict[ast.Call, ast.expr | None] = {}

    def step(node: ast.AST, facts: Facts) -> Facts:
        if node in facts:
            return facts - {node}  # a `with` opens its session anew
        if not isinstance(node, ast.Call) or getattr(node.func, "attr", "") != "commit":
            return facts
        if node not in sessions:
            counts = file.model.persistence.ends_transaction(node, scope) and not _is_on_purpose(node, scope, file)
            sessions[node] = _opening(node, scope, file) if counts else None
        session = sessions[node]
        if session is None:
            return facts
        if session in facts:
            found.append(node)
        return facts | {session}

    Paths(step).follow(body)
    return min(found, key=lambda call: (call.lineno, call.col_offset), default=None)


def _opening(commit: ast.Call, scope: Scope, file: LintedFile) -> ast.expr:
    """What opens the session that is committed, where a `with` around the commit does; any other session is `_ANY`."""
    receiver = getattr(commit.func, "value", None)
    for around in file.model.ancestors(commit, scope) if isinstance(receiver, ast.Name) else ():
        for item in around.items if isinstance(around, (ast.With, ast.AsyncWith)) else ():
            if isinstance(item.optional_vars, ast.Name) and item.optional_vars.id == getattr(receiver, "id", ""):
                return item.context_expr
    return _ANY


def _is_on_purpose(commit: ast.Call, scope: Scope, file: LintedFile) -> bool:
    """Whether a commit ends a batch or an item that may fail by itself, or notes or undoes what failed."""
    inner: ast.AST = commit
    tries = tests = False
    for around in file.model.ancestors(commit, scope):
        if isinstance(around, ast.ExceptHandler):
            return True
        if isinstance(around, ast.Try):
            tries = tries or (inner in around.body and any(_goes_on(handler) for handler in around.handlers))
        elif isinstance(around, ast.If):
            tests = tests or (inner in around.body and _counts(around.test))
        elif isinstance(around, _LOOPS):
            return tries or tests or _takes_batches(around)
        inner = around
    return False


def _goes_on(handler: ast.ExceptHandler) -> bool:
    """Whether an `except` rolls back and lets its loop go on."""
    calls = (n for n in ast.walk(handler) if isinstance(n, ast.Call))
    return not isinstance(handler.body[-1], (ast.Raise, ast.Return, ast.Break)) and any(last_name(c.func) == "rollback" for c in calls)


def _counts(test: ast.expr) -> bool:
    """`number % 100 == 0` or `len(rows) >= size`."""
    return _names_batch(test) or any(
        isinstance(n, ast.Mod) or (isinstance(n, ast.Call) and last_name(n.func) == "len") for n in ast.walk(test)
    )


def _takes_batches(loop: ast.For | ast.AsyncFor | ast.While) -> bool:
    if isinstance(loop, ast.While):
        return _names_batch(loop)
    is_stepping = isinstance(loop.iter, ast.Call) and last_name(loop.iter.func) == "range" and len(loop.iter.args) == _STEPPING
    return is_stepping or _names_batch(loop.iter) or _names_batch(loop.target)


def _names_batch(node: ast.AST) -> bool:
    return any(isinstance(n, (ast.Name, ast.Attribute)) and _BATCH.search(last_name(n)) for n in ast.walk(node))
