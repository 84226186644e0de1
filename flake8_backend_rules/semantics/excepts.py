"""What the handlers of a `try` do with an exception: raise it again, log it, go on with a loop."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import lru_cache

from flake8_backend_rules.project.surfaces import FunctionInfo
from flake8_backend_rules.semantics.kinds import Kind
from flake8_backend_rules.semantics.paths import root_name
from flake8_backend_rules.semantics.scope import (
    FUNCTION_NODES,
    SCOPE_NODES,
    Scope,
    bound_arguments,
    children_reversed,
    own_nodes,
    parameters,
)
from flake8_backend_rules.semantics.transport import Transport

_BROAD = frozenset({"Exception", "BaseException"})
_LOG_METHODS = frozenset({
    "debug", "info", "warning", "warn", "error", "exception", "critical", "fatal", "log", "print_exc",
    "adebug", "ainfo", "awarning", "aerror", "aexception", "acritical",
})  # fmt: skip
_TRACEBACK_CALLS = frozenset({"exception", "print_exc", "format_exc", "print_exception", "format_exception", "capture_exception"})
_TRACEBACK_KEYWORDS = frozenset({"exc_info", "exception"})
_EXITS = frozenset({"exit", "_exit"})
_HANDLERS = ("handler", "listener", "subscriber", "callback", "observer", "hook", "consumer")
_LOOPS = (ast.For, ast.AsyncFor, ast.While)
_IN_BETWEEN = (ast.With, ast.AsyncWith, ast.If)
_LEAVES = (ast.Return, ast.Continue, ast.Break, ast.Pass)
_NO_LOGS = frozenset({"messages", "flash"})

# By which of their checks other linters find the same as broad excepts.
_ACCEPTED = re.compile(
    r"#\s*(?:noqa\b.*\b(?:BLE001|B902|W0703|W0718)|pylint:\s*disable=.*\b(?:broad-except|broad-exception-caught|W0703|W0718))"
)
_STARTED = re.compile(
    r"(?:create_task|ensure_future|run_coroutine_threadsafe|Thread\((?:[^()]*,)?\s*target=)"
    r"[\s(]*(?:\w+\.)*(\w+)"
)


def is_broad(node: ast.ExceptHandler) -> bool:
    """Whether an `except` catches everything: bare, `Exception`, `BaseException`, or a tuple that holds one."""
    types = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
    return any(t is None or _last_name(t) in _BROAD for t in types)


def clause(node: ast.ExceptHandler) -> str:
    """The `except` as written, for messages."""
    return "except" if node.type is None else f"except {ast.unparse(node.type)}"


class Excepts:
    """Answers about `except` clauses that need to know what is raised or called."""

    def __init__(self, transport: Transport) -> None:
        self.transport = transport
        self.evaluator = transport.evaluator

    def ends_in_raise(self, body: list[ast.stmt], scope: Scope) -> bool:
        """Whether a body always ends by raising something that is no HTTP error, or by leaving the process."""
        last = body[-1] if body else None
        if isinstance(last, ast.Raise):
            return last.exc is None or self.transport.http_error(last.exc, scope) is None
        if isinstance(last, ast.If):
            return self.ends_in_raise(last.body, scope) and self.ends_in_raise(last.orelse, scope)
        if isinstance(last, (ast.With, ast.AsyncWith)):
            return self.ends_in_raise(last.body, scope)
        if isinstance(last, (ast.Try, ast.TryStar)):
            tried = [last.orelse or last.body, *(h.body for h in last.handlers)]
            return self.ends_in_raise(last.finalbody, scope) or all(self.ends_in_raise(block, scope) for block in tried)
        value = last.value if isinstance(last, (ast.Expr, ast.Return)) else None
        value = value.value if isinstance(value, ast.Await) else value
        return isinstance(value, ast.Call) and self._never_returns(value, scope)

    def raises_later(self, node: ast.ExceptHandler, scope: Scope) -> bool:
        """Whether what is caught is kept under a name, and the function raises that, or an error that is made of it, afterwards.

        `except Exception as error: failed = error`, `finally: … raise failed`; `errors.append(error)`, `raise ExceptionGroup("", errors)`.
        """
        kept = {name for statement in node.body if (name := _kept_as(statement, node.name)) is not None} if node.name else set()
        function = scope.function
        for raised in own_nodes(function) if kept and function is not None else ():
            if isinstance(raised, ast.Raise) and raised.exc is not None and raised.lineno > node.lineno:
                names = {n.id for n in ast.walk(raised.exc) if isinstance(n, ast.Name)}
                if not kept.isdisjoint(names) and self.transport.http_error(raised.exc, scope) is None:
                    return True
        return False

    def logs_traceback(self, body: list[ast.stmt], scope: Scope) -> bool:
        """Whether a body logs the exception with its traceback, itself or one hop away in a first-party function."""
        return logs_traceback(body) or any(self._is_logger(call, scope) for call in _calls(body))

    def _is_logger(self, call: ast.Call, scope: Scope) -> bool:
        """Whether a call, as it stands, always logs a traceback in the function that it calls."""
        value = self.evaluator.value(call.func, scope)
        function = None if value is None or value.kind is not Kind.OBJECT else value.definition
        inside = self.evaluator.scope_of(function) if isinstance(function, FunctionInfo) else None
        if inside is None or not isinstance(inside.node, FUNCTION_NODES):
            return False
        given = {arg.arg: default for arg, default in parameters(inside.node.args)}
        given.update((arg.arg, argument) for arg, argument in bound_arguments(call, inside.node.args))
        constants = {name: bool(e.value) for name, e in given.items() if isinstance(e, ast.Constant)}
        return any(_hands_traceback(made) for made in _calls(list(_always_run(inside.node.body, constants))))

    def _never_returns(self, call: ast.Call, scope: Scope) -> bool:
        name = _last_name(call.func)
        if name in _EXITS or "reraise" in name or (name == "retry" and isinstance(call.func, ast.Attribute) and _is_task(call.func.value)):
            return True
        value = self.evaluator.value(call.func, scope)
        returns = value.definition.returns if value is not None and isinstance(value.definition, FunctionInfo) else None
        return returns is not None and _last_name(returns) in ("NoReturn", "Never")


def logs_traceback(body: list[ast.stmt]) -> bool:
    """Whether a body logs or reports the exception with its traceback."""
    return any(map(_hands_traceback, _calls(body)))


def _hands_traceback(call: ast.Call) -> bool:
    if _last_name(call.func) in _TRACEBACK_CALLS:
        return True
    return any(
        keyword.arg in _TRACEBACK_KEYWORDS and not (isinstance(keyword.value, ast.Constant) and not keyword.value.value)
        for keyword in call.keywords
    )


def is_accepted(line: str) -> bool:
    """Whether the line of an `except` silences another linter's check for broad excepts: it is broad on purpose."""
    return _ACCEPTED.search(line) is not None


def is_started(name: str, text: str) -> bool:
    """Whether a function of that name is started as a task or thread of its own somewhere in the text of its module."""
    return name in _started_in(text)


@lru_cache(maxsize=1)
def _started_in(text: str) -> frozenset[str]:
    return frozenset(_STARTED.findall(text))


def calls_listener(node: ast.ExceptHandler, ancestors: Iterator[ast.AST]) -> bool:
    """Whether the `try` of an `except` ends in a call of somebody's hook, listener or callback, whose result nobody needs."""
    around_it = next(ancestors, None)
    last = around_it.body[-1] if isinstance(around_it, ast.Try) else None
    value = last.value if isinstance(last, ast.Expr) else None
    value = value.value if isinstance(value, ast.Await) else value
    func = value.func if isinstance(value, ast.Call) else None
    while isinstance(func, (ast.Attribute, ast.Call)):
        func = func.func if isinstance(func, ast.Call) else func.value
        if _last_name(func).endswith(_HANDLERS):
            return True
    return isinstance(func, ast.Name) and func.id.endswith(_HANDLERS)


def is_step_aside(node: ast.ExceptHandler, ancestors: Iterator[ast.AST]) -> bool:
    """Whether an `except Exception` only logs with the traceback, and the function then goes on with more than a `return`.

    Names may be given values that need no call, so that what comes after knows.
    """
    if node.type is None or _last_name(node.type) != "Exception":
        return False
    return logs_traceback(node.body) and all(_is_report(s) for s in node.body) and _is_followed(ancestors)


def _is_report(statement: ast.stmt) -> bool:
    if isinstance(statement, (ast.Assign, ast.AnnAssign)):
        return not any(isinstance(n, (ast.Call, ast.Await)) for n in ast.walk(statement))
    if not isinstance(statement, ast.Expr):
        return isinstance(statement, (ast.Pass, ast.Continue))
    value = statement.value.value if isinstance(statement.value, ast.Await) else statement.value
    if not isinstance(value, ast.Call):
        return True
    name = _last_name(value.func)
    return (name in _LOG_METHODS or name in _TRACEBACK_CALLS) and root_name(value.func) not in _NO_LOGS


def _is_followed(ancestors: Iterator[ast.AST]) -> bool:
    """Whether more than a `return` comes after a `try`, in its block or one around it, up to the loop or function.

    `ancestors`: the `try` and the nodes around it.
    """
    child: ast.AST | None = None
    for ancestor in ancestors:
        blocks = [getattr(ancestor, name, None) for name in ("body", "orelse", "finalbody")]
        block = next((b for b in blocks if isinstance(b, list) and child in b), [])
        if block and not all(isinstance(s, _LEAVES) for s in block[block.index(child) + 1 :]):
            return True
        if isinstance(ancestor, (*_LOOPS, *SCOPE_NODES)):
            return False
        child = ancestor
    return False


def goes_on_in_loop(node: ast.ExceptHandler, ancestors: Iterator[ast.AST]) -> ast.For | ast.AsyncFor | ast.While | None:
    """The loop directly around a `try` whose `except` logs and goes on with the next item."""
    if not any(isinstance(c.func, ast.Attribute) and c.func.attr in _LOG_METHODS for c in _calls(node.body)):
        return None
    if any(isinstance(n, (ast.Return, ast.Break)) for n in _own(node.body)):
        return None
    for ancestor in ancestors:
        if isinstance(ancestor, _LOOPS):
            return ancestor
        if not isinstance(ancestor, (ast.Try, ast.TryStar, ast.ExceptHandler, *_IN_BETWEEN)):
            return None
    return None


def is_dispatch_loop(loop: ast.For | ast.AsyncFor | ast.While) -> bool:
    """Whether a loop runs without end, or hands something to each of the handlers that it goes through."""
    if isinstance(loop, ast.While):
        return True
    targets = {n.id for n in ast.walk(loop.target) if isinstance(n, ast.Name)}
    handlers = {name for name in targets if name.endswith(_HANDLERS)}
    return any((isinstance(c.func, ast.Name) and c.func.id in targets) or root_name(c.func) in handlers for c in _calls(loop.body))


def around(ancestors: Iterator[ast.AST]) -> ast.ExceptHandler | None:
    """The `except` that a node stands in."""
    return next((ancestor for ancestor in ancestors if isinstance(ancestor, ast.ExceptHandler)), None)


def _kept_as(statement: ast.stmt, name: str | None) -> str | None:
    """The name under which a statement keeps an exception called `name`, or the list that it adds it to."""
    if isinstance(statement, ast.Assign):
        kept, target = statement.value, statement.targets[0]
    elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call) and _last_name(statement.value.func) == "append":
        kept, target = next(iter(statement.value.args), statement.value), getattr(statement.value.func, "value", statement.value)
    else:
        return None
    return target.id if isinstance(kept, ast.Name) and kept.id == name and isinstance(target, ast.Name) else None


def _calls(body: list[ast.stmt]) -> Iterator[ast.Call]:
    return (node for node in _own(body) if isinstance(node, ast.Call))


def _own(body: list[ast.stmt]) -> Iterator[ast.AST]:
    """The nodes of statements, nested functions left out."""
    pending: list[ast.AST] = list(reversed(body))
    while pending:
        node = pending.pop()
        yield node
        if not isinstance(node, SCOPE_NODES):
            pending.extend(children_reversed(node))


def _always_run(body: list[ast.stmt], constants: dict[str, bool]) -> Iterator[ast.stmt]:
    """The simple statements of a body that run whatever happens, where some names are known to be true or false."""
    for statement in body:
        if isinstance(statement, ast.If):
            test, turned = statement.test, False
            if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
                test, turned = test.operand, True
            known = constants.get(test.id) if isinstance(test, ast.Name) else None
            if known is not None:
                yield from _always_run(statement.body if known is not turned else statement.orelse, constants)
        elif isinstance(statement, (ast.With, ast.AsyncWith)):
            yield from _always_run(statement.body, constants)
        elif isinstance(statement, (ast.Expr, ast.Assign, ast.AnnAssign, ast.Return)):
            yield statement


def _is_task(node: ast.expr) -> bool:
    return _last_name(node) == "self" or _last_name(node).endswith("task")


def _last_name(node: ast.expr | None) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
