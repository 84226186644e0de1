import ast
from collections.abc import Iterator

from flake8_backend_rules.frameworks.schema import NameSet, Role
from flake8_backend_rules.rule import Bad, Good, Rule
from flake8_backend_rules.semantics.kinds import Kind
from flake8_backend_rules.semantics.scope import all_nodes, parameters
from flake8_backend_rules.walk import LintedFile
from flake8_backend_rules.wording import quoted

_LOOP_METHODS = frozenset({"create_task", "run_in_executor"})
# What takes charge of a task that was started: it is awaited, joined, cancelled or its result is read.
_TAKES_CHARGE = frozenset({"result", "join", "cancel"})


class FireAndForgetTask(Rule):
    """A route handler starts work that it never waits for.

    ## What it flags
    `asyncio.create_task`, `ensure_future`, `run_coroutine_threadsafe`, `loop.create_task`, `loop.run_in_executor`,
    `Thread(...).start()` and `executor.submit` in the code of an HTTP handler, when nothing in the function awaits,
    returns, gathers, joins or cancels what was started.

    ## Why it is bad
    The work dies with the process, at every deployment, and nobody hears of its errors. It has no payload to look at, no
    retry, no limit, and the garbage collector may end it before it ran.

    ## How it decides
    By what is called: module functions by qualified name, methods by the receiver's type (for loops also by the name
    `loop`). The result counts as waited for when it, or a name, attribute or collection that holds it, is awaited, returned, waited
    for, iterated or cancelled in the same function.

    ## When to suppress it
    For work that may be lost at any time without anybody noticing.

    ## Known limits
    A task kept in `app.state` and awaited at shutdown looks abandoned here.
    """

    code = "KBR401"
    name = "fire-and-forget-task"
    message = "{where} starts '{call}' and never waits for it; hand the work to a job queue, or await it"
    roles = (Role.HTTP,)
    calls = frozenset({"create_task", "ensure_future", "run_coroutine_threadsafe", "run_in_executor", "start", "submit"})
    bad = (
        Bad(
            files="""
            import asyncio
            import threading
            from fastapi import APIRouter
            from app.mail import send

            router = APIRouter()

            @router.post("/orders")
            async def create_order() -> None:
                asyncio.create_task(send())  # ! 5
                threading.Thread(target=send).start()  # ! 5
                task = asyncio.get_running_loop().create_task(send())  # ! 12
                print(task)
            """,
            messages=(
                "route handler 'create_order' starts 'asyncio.create_task()' and never waits for it; "
                "hand the work to a job queue, or await it",
                "route handler 'create_order' starts 'threading.Thread(target=send).start()' and never waits for it; "
                "hand the work to a job queue, or await it",
                "route handler 'create_order' starts 'asyncio.get_running_loop().create_task()' and never waits for it; "
                "hand the work to a job queue, or await it",
            ),
        ),
    )
    good = (
        Good(
            files="""
            import asyncio
            from fastapi import APIRouter
            from app.jobs import queue
            from app.mail import send

            router = APIRouter()

            @router.post("/orders")
            async def create_order() -> None:
                first = asyncio.create_task(send())
                others = [asyncio.create_task(send()) for _ in range(3)]
                await asyncio.gather(first, *others)
                async with asyncio.TaskGroup() as group:
                    group.create_task(send())
                queue.create_task("mail")
                return await asyncio.get_running_loop().run_in_executor(None, send)

            async def warm_up() -> None:
                asyncio.create_task(send())
            """
        ),
    )

    def visit_Call(self, node: ast.Call, file: LintedFile) -> None:
        handler = file.model.handler_at(file.scope, Role.HTTP)
        if handler is None or not self._starts_work(node, file) or self._is_waited_for(node, file):
            return
        file.report(self, node, where=handler.description, call=quoted(node))

    def _starts_work(self, node: ast.Call, file: LintedFile) -> bool:
        func, known = node.func, file.model.evaluator.knowledge
        value = file.model.value(func, file.scope)
        if value is not None and value.definition is None and value.name in known.task_starters:
            return True
        if not isinstance(func, ast.Attribute):
            return False
        if func.attr in _LOOP_METHODS:
            return self._is_loop(func.value, file)
        if func.attr == "submit":
            return self._is_a(func.value, known.executors, file)
        return func.attr == "start" and self._is_a(func.value, known.threads, file)

    def _is_loop(self, receiver: ast.expr, file: LintedFile) -> bool:
        value = file.model.value(receiver, file.scope)
        if value is not None and value.kind is not Kind.MEMBER:
            return self._is_a(receiver, file.model.evaluator.knowledge.event_loops, file)
        name = receiver.id if isinstance(receiver, ast.Name) else getattr(receiver, "attr", "")
        return name.strip("_") in ("loop", "event_loop")

    def _is_a(self, receiver: ast.expr, names: NameSet, file: LintedFile) -> bool:
        value = file.model.value(receiver, file.scope)
        return value is not None and value.kind is Kind.INSTANCE and bool(file.model.evaluator.descends(value, names))

    def _is_waited_for(self, node: ast.Call, file: LintedFile) -> bool:
        function = file.scope.node
        assert function is not None  # a handler's scope
        holders: set[str] = set()
        if isinstance(node.func, ast.Attribute) and node.func.attr == "start":
            holders.add(ast.unparse(node.func.value))
        child: ast.AST = node
        for parent in file.model.ancestors(node, file.scope):
            if isinstance(parent, (ast.Await, ast.Return, ast.Yield, ast.YieldFrom)):
                return True
            if isinstance(parent, (ast.Attribute,)) and parent.attr in _TAKES_CHARGE:
                return True
            if isinstance(parent, (ast.For, ast.AsyncFor)) and child is parent.iter:
                return True
            if isinstance(parent, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
                break
            if isinstance(parent, ast.stmt) and not isinstance(parent, (ast.With, ast.AsyncWith, ast.If, ast.For, ast.Try)):
                holders.update(_holders(parent, node))
            if isinstance(parent, (ast.With, ast.AsyncWith)) and self._is_submitted_inside(node, parent):
                return True
            child = parent
        return bool(holders) and _takes_charge(function, holders)

    def _is_submitted_inside(self, node: ast.Call, block: ast.With | ast.AsyncWith) -> bool:
        """Whether the block is that of the executor or group itself, which waits at its end."""
        if not isinstance(node.func, ast.Attribute):
            return False
        receiver = ast.unparse(node.func.value)
        return any(i.optional_vars is not None and ast.unparse(i.optional_vars) == receiver for i in block.items)


def _holders(statement: ast.stmt, call: ast.Call) -> Iterator[str]:
    """The names, attributes and collections in which a statement keeps what a call returns."""
    if isinstance(statement, ast.Assign):
        targets = statement.targets
    elif isinstance(statement, (ast.AnnAssign, ast.AugAssign)):
        targets = [statement.target]
    else:
        targets = []
    for target in targets:
        base = target.value if isinstance(target, ast.Subscript) else target
        yield ast.unparse(base)
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call) and statement.value is not call:
        func = statement.value.func
        if isinstance(func, ast.Attribute) and func.attr in ("append", "add", "extend", "insert", "put", "put_nowait"):
            yield ast.unparse(func.value)
    for node in ast.walk(statement):
        if isinstance(node, ast.NamedExpr) and call in ast.walk(node.value):
            yield node.target.id


def _takes_charge(function: ast.AST, holders: set[str]) -> bool:
    """Whether the function awaits, returns, iterates, joins or cancels one of the holders."""
    held = set(holders)
    for node in _nodes_that_see(function, held):
        if isinstance(node, (ast.Await, ast.Return, ast.Yield, ast.YieldFrom)) and node.value is not None:
            if _mentions(node.value, held):
                return True
        elif isinstance(node, (ast.For, ast.AsyncFor, ast.comprehension)):
            if _mentions(node.iter, held):
                if isinstance(node, ast.AsyncFor) or _is_call(node.iter, "as_completed"):
                    return True
                held.add(ast.unparse(node.target))
        elif isinstance(node, ast.Attribute) and node.attr in _TAKES_CHARGE:
            if _mentions(node.value, held):
                return True
        elif isinstance(node, ast.Call) and _is_call(node, "wait", "as_completed", "gather") and _mentions(node, held):
            return True
        elif isinstance(node, ast.Assign) and _mentions(node.value, held):
            held.update(ast.unparse(t) for t in node.targets)
    return False


def _nodes_that_see(function: ast.AST, names: set[str]) -> Iterator[ast.AST]:
    """Every node inside a function, but for nested functions with a parameter of one of the names."""
    pending = list(reversed(list(ast.iter_child_nodes(function))))
    while pending:
        node = pending.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            if any(arg.arg in names for arg, _ in parameters(node.args)):
                continue
        yield node
        pending.extend(reversed(list(ast.iter_child_nodes(node))))


def _mentions(node: ast.AST, holders: set[str]) -> bool:
    return any(isinstance(n, (ast.Name, ast.Attribute)) and ast.unparse(n) in holders for n in (node, *all_nodes(node)))


def _is_call(node: ast.AST, *names: str) -> bool:
    if not isinstance(node, ast.Call):
        return False
    return getattr(node.func, "attr", getattr(node.func, "id", "")) in names
