import ast
import builtins
from collections.abc import Callable, Iterable, Mapping

from flake8_backend_rules.frameworks.schema import Enqueue
from flake8_backend_rules.rule import Bad, Good, Rule
from flake8_backend_rules.semantics.enqueue import calls_in_body
from flake8_backend_rules.semantics.operations import is_side_matter
from flake8_backend_rules.semantics.paths import QUIET, Facts, Paths, applied_decorator, last_name
from flake8_backend_rules.semantics.persistence import QUERY_WRITES, ROW_WRITES, SESSION_WRITES, WRITE_NAMES
from flake8_backend_rules.semantics.scope import FUNCTION_NODES, SCOPE_NODES, Scope, children_reversed
from flake8_backend_rules.semantics.session_names import is_session_name
from flake8_backend_rules.walk import LintedFile
from flake8_backend_rules.wording import quoted

_PENDING = "written here"
_ASSUMED = "written before"
_BLOCKS = frozenset({"atomic", "begin", "begin_nested", "transaction"})
_TRIGGERS = _BLOCKS | {"commit"}
_WRITES = SESSION_WRITES | QUERY_WRITES | ROW_WRITES | {"execute"}
# `flush` sends what is pending already; the others ask for the time or a number.
_CHANGE_NOTHING = frozenset({"flush", "refresh", "expire", "expire_all", "now", "utcnow", "today", "time", "monotonic", "uuid1", "uuid4"})
_HARMLESS = QUIET | WRITE_NAMES | {"flush", "rollback", "commit", "get", "query", "filter", "join", "format", "items", "values", "keys"}
_BUILTINS = frozenset(dir(builtins))
_DELAYS = frozenset({"countdown", "eta", "delay"})
_LOGGERS = ("log", "logger", "logging")


class EnqueueBeforeCommit(Rule):
    """A job is enqueued before the transaction that it depends on is committed.

    ## What it flags
    A job handed to a queue inside an open transaction (`transaction.atomic`, `session.begin()`), or before a `commit()` that follows on
    the same path of the same function.

    ## Why it is bad
    A worker is quick: it looks for the row before it is there, and fails on one job in a thousand. And when the commit fails or is
    rolled back, the mail about the order that doesn't exist is already on its way.

    ## How it decides
    Enqueueing is told by the method and by what it is called on, also one hop away in a first-party function. Fine is what is handed
    to a hook: `transaction.on_commit(lambda: ...)`, `delay_on_commit`, an `after_commit` listener; and a job enqueued after a commit with
    nothing written in between, though another commit follows that stores the job's id. So is a job that enqueues itself again with a
    delay, and what a loop hands over of rows that it then deletes: after the commit, it could be lost.

    ## When to suppress it
    For a job that needs nothing of the transaction and may run although it fails.

    ## Known limits
    A transaction that the caller or the framework opened (`ATOMIC_REQUESTS`) is not seen. procrastinate under Django stores the job in the
    open transaction, and is left alone there.
    """

    code = "KBR407"
    name = "enqueue-before-commit"
    message = "'{function}' enqueues a job via '{call}' {when}; enqueue it after the commit or in an on-commit hook"
    calls = frozenset({"commit"})
    bad = (
        Bad(
            files="""
            from celery import shared_task
            from django.db import transaction

            @shared_task
            def ship(order_id) -> None: ...

            def place_order(session, order) -> None:
                session.add(order)
                session.flush()
                ship.delay(order.id)  # ! 5
                session.commit()

            def pay_order(order) -> None:
                with transaction.atomic():
                    order.save()
                    ship.delay(order.id)  # ! 9

            @transaction.atomic
            def cancel_order(order) -> None:
                order.delete()
                ship.apply_async(args=[order.id])  # ! 5
            """,
            path="app/services/orders.py",
            messages=(
                "'place_order' enqueues a job via 'ship.delay()' before 'session.commit()'; "
                "enqueue it after the commit or in an on-commit hook",
                "'pay_order' enqueues a job via 'ship.delay()' inside of 'transaction.atomic()'; "
                "enqueue it after the commit or in an on-commit hook",
                "'cancel_order' enqueues a job via 'ship.apply_async()' inside of 'transaction.atomic'; "
                "enqueue it after the commit or in an on-commit hook",
            ),
        ),
        Bad(
            files={
                "app/mail.py": """
                async def send_receipt(queue, order_id) -> None:
                    await queue.enqueue_job("receipt", order_id)
                """,
                "app/services/orders.py": """
                from app.mail import send_receipt

                async def place_order(session, queue, order) -> None:
                    async with session.begin():
                        session.add(order)
                        await send_receipt(queue, order.id)  # ! 15
                """,
            },
            messages=(
                "'place_order' enqueues a job via 'send_receipt()' inside of 'session.begin()'; "
                "enqueue it after the commit or in an on-commit hook",
            ),
        ),
    )
    good = (
        Good(
            files="""
            from celery import shared_task
            from django.db import transaction

            @shared_task
            def ship(order_id) -> None: ...

            def place_order(session, order) -> None:
                if order.is_draft:
                    ship.delay(order.id)
                    return
                session.add(order)
                session.commit()
                job = ship.delay(order.id)
                order.job_id = job.id
                session.commit()

            def pay_order(order) -> None:
                with transaction.atomic():
                    order.save()
                    transaction.on_commit(lambda: ship.delay(order.id))
                    ship.delay_on_commit(order.id)
                ship.delay(order.id)
            """,
            path="app/services/orders.py",
        ),
        Good(
            files={
                "app/outbox.py": """
                pending: list = []

                def enqueue(name, *args) -> None:
                    pending.append((name, args))
                """,
                "app/services/orders.py": """
                from app.outbox import enqueue

                def place_order(session, order) -> None:
                    session.add(order)
                    enqueue("ship", order.id)
                    session.commit()
                """,
            },
        ),
    )

    def applies(self, file: LintedFile) -> bool:
        return not _TRIGGERS.isdisjoint(file.model.words)

    def visit_Call(self, node: ast.Call, file: LintedFile) -> None:
        scope, function = file.scope, file.scope.node
        if not isinstance(function, FUNCTION_NODES) or (self.code, function) in file.seen:
            return
        if not isinstance(node.func, ast.Attribute) or not file.model.persistence.is_session(node.func.value, scope):
            return
        file.seen.add((self.code, function))
        enqueues = {call: found for call in calls_in_body(function) if (found := self._enqueued(call, file))}
        if enqueues:
            for call, commit in _before_commits(function.body, enqueues, lambda c: file.model.persistence.ends_transaction(c, scope)):
                self._report(call, f"before '{quoted(commit)}'", file)

    def visit_With(self, node: ast.With, file: LintedFile) -> None:
        self._visit_with(node, file)

    def visit_AsyncWith(self, node: ast.AsyncWith, file: LintedFile) -> None:
        self._visit_with(node, file)

    def _visit_with(self, node: ast.With | ast.AsyncWith, file: LintedFile) -> None:
        if file.scope.function is None:
            return
        block = next((i.context_expr for i in node.items if self._is_transaction(i.context_expr, file.scope, file)), None)
        if block is not None:
            self._check_block(node.body, block, file)

    def visit_FunctionDef(self, node: ast.FunctionDef, file: LintedFile) -> None:
        self._visit_function(node, file)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef, file: LintedFile) -> None:
        self._visit_function(node, file)

    def _visit_function(self, node: ast.FunctionDef | ast.AsyncFunctionDef, file: LintedFile) -> None:
        for decorator in node.decorator_list:
            block = applied_decorator(decorator)
            if self._is_transaction(block, file.scope, file):
                file.scope, outer = Scope(file.module, node, file.scope, file.scope.owner), file.scope
                try:
                    self._check_block(node.body, block, file)
                finally:
                    file.scope = outer

    def _is_transaction(self, node: ast.expr, scope: Scope, file: LintedFile) -> bool:
        """Whether entering an expression opens a transaction that is committed when it is left."""
        func = node.func if isinstance(node, ast.Call) else node
        if last_name(func) not in _BLOCKS:
            return False
        persistence = file.model.persistence
        if persistence.is_transaction(node, scope) or persistence.opened(node, scope, entered=True):
            return True
        return isinstance(func, ast.Attribute) and func.attr in ("atomic", "transaction") and persistence.is_session(func.value, scope)

    def _check_block(self, body: Iterable[ast.stmt], block: ast.expr, file: LintedFile) -> None:
        for statement in body:
            for node in _own(statement):
                if not isinstance(node, ast.Call) or (self.code, node) in file.seen:
                    continue
                found = self._enqueued(node, file)
                if found and not all(entry.joins_transaction for entry in found):
                    file.seen.add((self.code, node))
                    self._report(node, f"inside of '{quoted(block)}'", file)

    def _enqueued(self, call: ast.Call, file: LintedFile) -> tuple[Enqueue, ...]:
        """How a call hands jobs to a queue, itself or in a first-party function; () where it doesn't."""
        entry = file.model.enqueues.entry(call, file.scope)
        if entry is not None:
            return (entry,)
        wrapper = file.model.enqueues.wrapper(call, file.scope) if _may_be_wrapper(call.func, file) else None
        return () if wrapper is None or wrapper.commits_before else tuple(e for _, e in wrapper.calls)

    def _report(self, call: ast.Call, when: str, file: LintedFile) -> None:
        function = file.scope.function
        assert function is not None  # asked for before
        if _is_own_retry(call, function.name) or _is_handed_over(file.model.ancestors(call, file.scope)):
            return
        file.report(self, call, function=function.name, call=quoted(call), when=when)


def _is_own_retry(call: ast.Call, function: str) -> bool:
    """Whether a job enqueues itself again, to run later."""
    own = isinstance(call.func, ast.Attribute) and last_name(call.func.value) == function
    return own and any(keyword.arg in _DELAYS for keyword in call.keywords)


def _is_handed_over(ancestors: Iterable[ast.AST]) -> bool:
    """Whether the innermost loop around deletes the row that it is at: a stored job becomes a job of the queue."""
    loop = next((node for node in ancestors if isinstance(node, (ast.For, ast.AsyncFor, *FUNCTION_NODES))), None)
    if not isinstance(loop, (ast.For, ast.AsyncFor)) or not isinstance(loop.target, ast.Name):
        return False
    row = loop.target.id
    deletions = (n for s in loop.body for n in _own(s) if isinstance(n, ast.Call) and last_name(n.func) in ("delete", "adelete"))
    return any(row in map(last_name, (*call.args, getattr(call.func, "value", call))) for call in deletions)


def _may_be_wrapper(func: ast.expr, file: LintedFile) -> bool:
    """Whether a called name can be that of a first-party function that enqueues, told without reading a module."""
    name = last_name(func)
    if not name or name[:1].isupper() or name in _HARMLESS:
        return False
    if isinstance(func, ast.Name):
        return name not in _BUILTINS and file.module.binds(name)
    assert isinstance(func, ast.Attribute)
    return last_name(func.value) not in _LOGGERS and not is_session_name(func.value)


def _before_commits(
    body: list[ast.stmt], enqueues: Mapping[ast.Call, tuple[Enqueue, ...]], is_commit: Callable[[ast.Call], bool]
) -> list[tuple[ast.Call, ast.Call]]:
    """(enqueueing call, commit that follows it on some path) in order; not for jobs enqueued when nothing can be pending."""
    found: dict[ast.Call, ast.Call] = {}

    def step(node: ast.AST, facts: Facts) -> Facts:
        if isinstance(node, (ast.Assign, ast.AugAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            return facts | {_PENDING} if any(isinstance(t, ast.Attribute) for t in targets) else facts
        if not isinstance(node, ast.Call):
            return facts
        if node in enqueues:
            waits = all(entry.waits for entry in enqueues[node])
            return facts | {node} if _PENDING in facts or (_ASSUMED in facts and not waits) else facts
        if last_name(node.func) == "commit" and is_commit(node):
            for call in facts:
                if isinstance(call, ast.Call):
                    found.setdefault(call, node)
            return frozenset()
        return facts | {_PENDING} if _may_write(node) else facts

    # Where enqueueing fails, an `except` that commits records just that.
    Paths(step, from_inside=False).follow(body, frozenset({_ASSUMED}))
    return sorted(found.items(), key=lambda pair: (pair[0].lineno, pair[0].col_offset))


def _may_write(call: ast.Call) -> bool:
    """Whether a called name can be that of a function that changes data, told by the name alone."""
    name = last_name(call.func)
    if not name or name[:1].isupper() or name in _BUILTINS or name in QUIET or name in _CHANGE_NOTHING:
        return False
    if last_name(getattr(call.func, "value", call)) in _LOGGERS:
        return False
    return name in _WRITES or not is_side_matter(name)


def _own(statement: ast.stmt) -> Iterable[ast.AST]:
    """A statement's nodes, nested functions and lambdas left out."""
    pending: list[ast.AST] = [statement]
    while pending:
        node = pending.pop()
        if not isinstance(node, SCOPE_NODES):
            yield node
            pending.extend(children_reversed(node))
