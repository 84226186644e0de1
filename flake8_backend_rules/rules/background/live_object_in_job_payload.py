import ast
from collections.abc import Iterable, Iterator
from functools import lru_cache

from flake8_backend_rules.frameworks import knowledge
from flake8_backend_rules.rule import Bad, Good, Rule
from flake8_backend_rules.semantics.kinds import Kind
from flake8_backend_rules.semantics.paths import last_name
from flake8_backend_rules.semantics.scope import FUNCTION_NODES, How
from flake8_backend_rules.semantics.started_work import is_waited_for
from flake8_backend_rules.walk import LintedFile
from flake8_backend_rules.wording import quoted

_TASK_STARTERS = frozenset({"create_task", "ensure_future", "run_coroutine_threadsafe"})
_IN_PROCESS = _TASK_STARTERS | {"add_task", "submit"}
_DIRECT = knowledge().enqueue_names | _IN_PROCESS
# Words in the names of functions that may hand on what they are given to a queue.
_WRAPPER_WORDS = ("enqueue", "queue", "schedule", "dispatch", "background", "defer", "_job", "_task", "run_async")


class LiveObjectInJobPayload(Rule):
    """A session, request or row is handed to a job.

    ## What it flags
    A session, an object of the web framework or an ORM row in the payload of a job, or handed to a task in the process
    (`add_task`, `create_task(f(...))`, `submit`) that outlives the function; a lambda or nested function in the payload of a job.

    ## Why it is bad
    The job runs elsewhere and later. A row is pickled as it was, and saved over what others changed since; a session is closed, or
    shared by two threads; a request is over. A lambda can't be imported by the worker at all.

    ## How it decides
    Enqueueing is told by the method and by what it is called on. Arguments are typed; only a session may also be told by its name
    (in a task's payload, by one that holds `db`).
    A call of a first-party function counts for the arguments that it hands into a payload unchanged. A row may be enqueued where the
    project's own task class, given as `base=` or made by its own queue, turns the payload into something else.

    ## When to suppress it
    For an in-process task that owns what it is handed, and closes it.

    ## Known limits
    Lists that a comprehension makes are not looked into. A wrapper is looked at if its name speaks of queues, jobs, tasks or
    the background.
    """

    code = "KBR404"
    name = "live-object-in-job-payload"
    message = "'{call}' hands {what} to a {receiver}; hand over an id or plain values and load the rest there"
    calls = frozenset(_DIRECT)
    bad = (
        Bad(
            files="""
            from celery import shared_task
            from fastapi import BackgroundTasks, Request
            from sqlalchemy.orm import DeclarativeBase, Session

            class Base(DeclarativeBase): ...
            class Order(Base):
                __tablename__ = "order"

            @shared_task
            def ship(order) -> None: ...

            def place(order: Order, session: Session, request: Request, tasks: BackgroundTasks) -> None:
                ship.delay(order)  # ! 16
                ship.apply_async(args=[order.id, session])  # ! 38
                ship.s(order).delay()  # ! 12
                ship.delay(lambda: order.id)  # ! 16
                tasks.add_task(ship, request=request)  # ! 34
            """,
            path="app/services/orders.py",
            messages=(
                "'ship.delay()' hands the row 'order' to a job; hand over an id or plain values and load the rest there",
                "'ship.apply_async()' hands the session 'session' to a job; hand over an id or plain values and load the rest there",
                "'ship.s(order).delay()' hands the row 'order' to a job; hand over an id or plain values and load the rest there",
                "'ship.delay()' hands a lambda to a job; hand over an id or plain values and load the rest there",
                "'tasks.add_task()' hands the framework object 'request' to a task; "
                "hand over an id or plain values and load the rest there",
            ),
        ),
        Bad(
            files={
                "app/jobs.py": """
                def enqueue(queue, function, *args, note=None):
                    queue.enqueue(function, *args, note=str(note))
                """,
                "app/services/orders.py": """
                import asyncio
                from app.jobs import enqueue
                from app.ship import ship

                def place(db, queue, order) -> None:
                    enqueue(queue, ship, order.id, db, note=db)  # ! 36

                    def later() -> None: ...

                    queue.enqueue(later)  # ! 19

                async def watch(db) -> None:
                    asyncio.create_task(ship(db))  # ! 30
                """,
            },
            messages=(
                "'enqueue()' hands the session 'db' to a job; hand over an id or plain values and load the rest there",
                "'queue.enqueue()' hands the nested function 'later' to a job; hand over an id or plain values and load the rest there",
                "'asyncio.create_task()' hands the session 'db' to a task; hand over an id or plain values and load the rest there",
            ),
        ),
    )
    good = (
        Good(
            files="""
            import asyncio
            from celery import shared_task
            from confkit import Configuration
            from django.dispatch import Signal
            from fastapi import BackgroundTasks
            from sqlalchemy.orm import DeclarativeBase, Session

            class Base(DeclarativeBase): ...
            class Order(Base):
                __tablename__ = "order"

            shipped = Signal()

            @shared_task
            def ship(order_id) -> None: ...

            async def place(order: Order, session: Session, board) -> None:
                ship.delay(order.id)
                ship.apply_async(args=[order.id], link=lambda: None)
                shipped.send(sender=Order, instance=order)
                board.send(order)
                await asyncio.gather(asyncio.create_task(board.load(session)))

            def clean(request, tasks: BackgroundTasks) -> None:
                tasks.add_task(ship, request.app.state.db)

            configuration = Configuration("SHOP_")

            class Settings:
                key = settings.delay(lambda: "")
                folder = configuration.delay(lambda key="": key)
            """,
            path="app/services/orders.py",
        ),
        Good(
            files={
                "app/jobs.py": """
                def enqueue_shipping(session, queue, order):
                    queue.enqueue("ship", order.id)
                """,
                "app/services/orders.py": """
                from app.jobs import enqueue_shipping

                def place(session, queue, order) -> None:
                    enqueue_shipping(session, queue, order)
                """,
            },
        ),
    )

    def applies(self, file: LintedFile) -> bool:
        return not _DIRECT.isdisjoint(file.model.words) or file.mentions(_WRAPPER_WORDS)

    def visit_Call(self, node: ast.Call, file: LintedFile) -> None:
        entry = file.model.enqueues.entry(node, file.scope)
        if entry is not None:
            self._check(node, file.model.enqueues.payload(node, entry), file)
        elif last_name(node.func) in _IN_PROCESS and self._starts(node, file):
            found = list(self._travelling(node, _handed_to_task(node), "task", file))
            if found and (last_name(node.func) == "add_task" or self._outlives(node, file)):
                self._report(node, found, "task", file)

    def visit_Expr(self, node: ast.Expr, file: LintedFile) -> None:
        self._visit_value(node.value, file)

    def visit_Assign(self, node: ast.Assign, file: LintedFile) -> None:
        self._visit_value(node.value, file)

    def visit_Return(self, node: ast.Return, file: LintedFile) -> None:
        self._visit_value(node.value, file)

    def _visit_value(self, value: ast.expr | None, file: LintedFile) -> None:
        """Looks at a call of what may be a first-party wrapper."""
        call = value.value if isinstance(value, ast.Await) else value
        if not isinstance(call, ast.Call) or not (call.args or call.keywords):
            return
        if not _may_enqueue(last_name(call.func)) or file.model.enqueues.entry(call, file.scope) is not None:
            return
        wrapper = file.model.enqueues.wrapper(call, file.scope)
        if wrapper is not None:
            self._check(call, file.model.enqueues.handed_through(call, wrapper), file)

    def _starts(self, node: ast.Call, file: LintedFile) -> bool:
        """Whether a call hands work to a task."""
        scope, func = file.scope, node.func
        if scope.node is None:
            return False
        if last_name(func) == "add_task":
            if not isinstance(func, ast.Attribute):
                return False
            typed = file.model.transport.is_background_tasks(func.value, scope)
            return typed or (typed is None and "background" in last_name(func.value))
        return file.model.started_work.starts(node, scope)

    def _outlives(self, node: ast.Call, file: LintedFile) -> bool:
        """Whether the function does not wait for the task that a call starts; the dear question, so asked last."""
        return not is_waited_for(node, file.scope, file.model.ancestors(node, file.scope))

    def _check(self, call: ast.Call, payload: Iterator[ast.expr], file: LintedFile) -> None:
        self._report(call, self._travelling(call, payload, "job", file), "job", file)

    def _travelling(self, call: ast.Call, payload: Iterator[ast.expr], receiver: str, file: LintedFile) -> Iterator[tuple[ast.expr, str]]:
        """The live objects and rows in a payload, and what each is."""
        for argument in payload:
            what = self._live(argument, receiver, file) or self._row(argument, call, receiver, file)
            if what:
                yield argument, what

    def _report(self, call: ast.Call, found: Iterable[tuple[ast.expr, str]], receiver: str, file: LintedFile) -> None:
        for argument, what in found:
            file.report(self, argument, call=quoted(call), what=what, receiver=receiver)

    def _live(self, node: ast.expr, receiver: str, file: LintedFile) -> str:
        """What a live object in a payload is, for the message; "" for a value that may travel."""
        model, scope = file.model, file.scope
        if isinstance(node, ast.Lambda):
            return "a lambda" if receiver == "job" else ""
        if not isinstance(node, (ast.Name, ast.Attribute)):
            return ""
        if receiver == "job" and isinstance(node, ast.Name) and _is_nested_function(node, file):
            return f"the nested function '{node.id}'"
        if model.persistence.is_session(node, scope) and (
            receiver == "job" or (isinstance(node, ast.Name) and "db" in node.id) or model.persistence.is_typed_session(node, scope)
        ):
            return f"the session '{quoted(node)}'"
        if model.transport.framework_object(node, scope) is not None:
            return f"the framework object '{quoted(node)}'"
        return ""

    def _row(self, node: ast.expr, call: ast.Call, receiver: str, file: LintedFile) -> str:
        """What a row in a payload is, for the message; "" where it is none, or the queue makes something else of it."""
        if not isinstance(node, (ast.Name, ast.Attribute)):
            return ""
        model = file.model
        value = model.value(node, file.scope)
        if value is not None and value.kind is Kind.ROWS:
            value = value.element
        if value is None or value.kind is not Kind.INSTANCE or not model.evaluator.rows.is_orm_class(value):
            return ""
        is_sound = receiver == "job" and model.enqueues.converts_payload(call, file.scope)
        return "" if is_sound else f"the row '{quoted(node)}'"


def _handed_to_task(node: ast.Call) -> Iterator[ast.expr]:
    """What a call hands to a task in the process: the arguments of the callable, or of the coroutine function called."""
    if last_name(node.func) in _TASK_STARTERS:
        work = node.args[0] if node.args else None
        arguments = [*work.args, *(k.value for k in work.keywords)] if isinstance(work, ast.Call) else []
    else:
        arguments = [*node.args[1:], *(k.value for k in node.keywords)]
    for argument in arguments:
        yield argument.value if isinstance(argument, ast.Starred) else argument


def _is_nested_function(node: ast.Name, file: LintedFile) -> bool:
    """Whether a name is bound to a function defined inside of the function around, or to a lambda there."""
    found = file.scope.lookup(node.id)
    if found is None or len(found[0]) != 1:
        return False
    binding = found[0][0]
    if binding.how is How.DEFINITION:
        return isinstance(binding.definition, FUNCTION_NODES) and not binding.definition.decorator_list
    return binding.how is How.VALUE and isinstance(binding.expression, ast.Lambda)


@lru_cache(maxsize=4096)
def _may_enqueue(name: str) -> bool:
    """Whether a function of some name may hand a job to a queue; names recur all over a project."""
    lowered = name.lower()
    return any(word in lowered for word in _WRAPPER_WORDS)
