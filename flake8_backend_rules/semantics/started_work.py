"""Work started beside the caller: which calls start it, and whether the function that starts it also waits for it."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from flake8_backend_rules.frameworks.schema import NameSet
from flake8_backend_rules.semantics.kinds import Kind
from flake8_backend_rules.semantics.scope import Scope, all_nodes, parameters
from flake8_backend_rules.semantics.values import Evaluator

_LOOP_METHODS = frozenset({"create_task", "run_in_executor"})

# What takes charge of a task that was started: it is awaited, joined, cancelled or its result is read.
_TAKES_CHARGE = frozenset({"result", "join", "cancel"})


class StartedWork:
    """Answers of one linted file about tasks, threads and executors."""

    def __init__(self, evaluator: Evaluator) -> None:
        self.evaluator = evaluator
        self.knowledge = evaluator.knowledge

    def starts(self, node: ast.Call, scope: Scope) -> bool:
        """Whether a call starts work that runs beside its caller."""
        func = node.func
        value = self.evaluator.value(func, scope)
        if value is not None and value.definition is None and value.name in self.knowledge.task_starters:
            return True
        if not isinstance(func, ast.Attribute):
            return False
        if func.attr in _LOOP_METHODS:
            return self._is_loop(func.value, scope)
        if func.attr == "submit":
            return self._is_a(func.value, self.knowledge.executors, scope)
        return func.attr == "start" and self._is_a(func.value, self.knowledge.threads, scope)

    def _is_loop(self, receiver: ast.expr, scope: Scope) -> bool:
        value = self.evaluator.value(receiver, scope)
        if value is not None and value.kind is not Kind.MEMBER:
            return self._is_a(receiver, self.knowledge.event_loops, scope)
        name = receiver.id if isinstance(receiver, ast.Name) else getattr(receiver, "attr", "")
        return name.strip("_") in ("loop", "event_loop")

    def _is_a(self, receiver: ast.expr, names: NameSet, scope: Scope) -> bool:
        value = self.evaluator.value(receiver, scope)
        return value is not None and value.kind is Kind.INSTANCE and bool(self.evaluator.descends(value, names))


def is_waited_for(node: ast.Call, function: ast.AST, ancestors: Iterable[ast.AST]) -> bool:
    """Whether what `node` starts is awaited, returned, gathered, iterated, joined or cancelled in `function`.

    `ancestors`: the nodes around `node`, innermost first.
    """
    holders: set[str] = set()
    if isinstance(node.func, ast.Attribute) and node.func.attr == "start":
        holders.add(ast.unparse(node.func.value))
    child: ast.AST = node
    for parent in ancestors:
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
        if isinstance(parent, (ast.With, ast.AsyncWith)) and _is_submitted_inside(node, parent):
            return True
        child = parent
    return bool(holders) and _takes_charge(function, holders)


def _is_submitted_inside(node: ast.Call, block: ast.With | ast.AsyncWith) -> bool:
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
