"""Work started beside the caller: which calls start it, and whether the function that starts it also waits for it."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from flake8_backend_rules.frameworks.schema import NameSet
from flake8_backend_rules.project.surfaces import FunctionInfo
from flake8_backend_rules.semantics.kinds import Kind
from flake8_backend_rules.semantics.paths import last_name
from flake8_backend_rules.semantics.scope import FUNCTION_NODES, How, Scope, all_nodes, children_reversed, own_nodes, parameters
from flake8_backend_rules.semantics.values import Evaluator

_LOOP_METHODS = frozenset({"create_task", "run_in_executor"})

# What takes charge of a task that was started: it is awaited, joined, cancelled or its result is read.
_TAKES_CHARGE = frozenset({"result", "join", "cancel"})

# Through which work and who started it speak, and the methods by which one listens.
_CHANNELS = frozenset({"Queue", "SimpleQueue", "LifoQueue", "PriorityQueue", "Event", "Future", "create_future"})
_LISTENS = frozenset({"get", "get_nowait", "wait", "join", "result"})
_SPEAKS = frozenset({"put", "put_nowait", "set", "set_result", "set_exception", "task_done"})
_WRITES_RESPONSE = frozenset({"write", "write_message", "flush"})


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

    def writes_response(self, node: ast.Call, scope: Scope) -> bool:
        """Whether the work is a method of the handler's own class that writes the response, such as a keep-alive."""
        work = node.args[0] if node.args else None
        if not isinstance(work, ast.Call) or not isinstance(work.func, ast.Attribute) or not _is_self(work.func.value):
            return False
        value = self.evaluator.value(work.func, scope)
        body = self.evaluator.scope_of(value.definition) if value is not None and isinstance(value.definition, FunctionInfo) else None
        calls = (n.func for n in own_nodes(body.node) if isinstance(n, ast.Call)) if body is not None and body.node is not None else ()
        return any(isinstance(f, ast.Attribute) and f.attr in _WRITES_RESPONSE and _is_self(f.value) for f in calls)

    def _is_loop(self, receiver: ast.expr, scope: Scope) -> bool:
        value = self.evaluator.value(receiver, scope)
        if value is not None and value.kind is not Kind.MEMBER:
            return self._is_a(receiver, self.knowledge.event_loops, scope)
        name = receiver.id if isinstance(receiver, ast.Name) else getattr(receiver, "attr", "")
        return name.strip("_") in ("loop", "event_loop")

    def _is_a(self, receiver: ast.expr, names: NameSet, scope: Scope) -> bool:
        value = self.evaluator.value(receiver, scope)
        return value is not None and value.kind is Kind.INSTANCE and bool(self.evaluator.descends(value, names))


def is_waited_for(node: ast.Call, scope: Scope, ancestors: Iterable[ast.AST]) -> bool:
    """Whether what `node` starts is awaited, returned, gathered, iterated, joined or cancelled in the function of `scope`.

    `ancestors`: the nodes around `node`, innermost first. What an attribute holds may be waited for anywhere in the outermost function
    or class, under any name of the object; so may what comes through a queue, event or future that the work was given.
    """
    holders: set[str] = set()
    collections: set[str] = set()
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
            collections.update(_collections(parent, node))
            holders.update(_holders(parent, node), collections)
        if isinstance(parent, (ast.With, ast.AsyncWith)) and _is_submitted_inside(node, parent):
            return True
        child = parent
    if scope.node is None:
        return False
    if any(_is_cared_for(holder, scope, is_collection=holder in collections) for holder in holders):
        return True
    kept = {"." + holder.rpartition(".")[2] for holder in holders if "." in holder}
    return bool(kept and _takes_charge(_outermost(scope), kept)) or _is_listened_to(node, scope)


def _is_cared_for(holder: str, scope: Scope, *, is_collection: bool) -> bool:
    """Whether the function that binds a holder takes charge of it; what is put into a caller's collection is the caller's."""
    found = scope.lookup(holder)
    place = scope.node if found is None else found[1].node
    if is_collection and found is not None and any(local.how is How.PARAMETER for local in found[0]):
        return True
    return place is not None and _takes_charge(place, {holder})


def _outermost(scope: Scope) -> ast.AST:
    """The outermost function or class around a function."""
    top = scope
    while top.parent is not None and top.parent.node is not None:
        top = top.parent
    assert top.node is not None
    return top.node


def _is_listened_to(node: ast.Call, scope: Scope) -> bool:
    """Whether somebody in the outermost function, but for the work itself, listens to a channel made there that the work was given."""
    given: list[ast.AST] = [node]
    if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):  # thread.start()
        found = scope.lookup(node.func.value.id)
        given += [b.expression for b in found[0] if b.expression is not None] if found is not None else []
    channels: set[str] = set()
    work: set[ast.AST] = set(given)
    for name in _names_in(given):
        found = scope.lookup(name)
        for binding in found[0] if found is not None else ():
            if binding.definition is not None and isinstance(binding.definition, FUNCTION_NODES):
                work.add(binding.definition)
                channels.update(n for n in _names_in([binding.definition]) if _is_channel(n, scope))
        if _is_channel(name, scope):
            channels.add(name)
    return bool(channels) and _listens(_outermost(scope), channels, work)


def _names_in(nodes: Iterable[ast.AST]) -> set[str]:
    return {n.id for node in nodes for n in all_nodes(node) if isinstance(n, ast.Name)}


def _is_channel(name: str, scope: Scope) -> bool:
    found = scope.lookup(name)
    made = [b.expression for b in found[0]] if found is not None else []
    return any(isinstance(call, ast.Call) and last_name(call.func) in _CHANNELS for call in made)


def _listens(function: ast.AST, channels: set[str], work: set[ast.AST]) -> bool:
    pending = children_reversed(function)
    while pending:
        node = pending.pop()
        if node in work:
            continue
        if isinstance(node, ast.Attribute) and node.attr in _LISTENS and last_name(node.value) in channels:
            return True
        if isinstance(node, ast.Await) and _mentions(node.value, channels):
            called = node.value.func if isinstance(node.value, ast.Call) else None
            if not isinstance(called, ast.Attribute) or called.attr not in _SPEAKS:
                return True
        pending.extend(children_reversed(node))
    return False


def _is_self(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == "self"


def _is_submitted_inside(node: ast.Call, block: ast.With | ast.AsyncWith) -> bool:
    """Whether the block is that of the executor or group itself, which waits at its end."""
    if not isinstance(node.func, ast.Attribute):
        return False
    receiver = ast.unparse(node.func.value)
    return any(i.optional_vars is not None and ast.unparse(i.optional_vars) == receiver for i in block.items)


def _holders(statement: ast.stmt, call: ast.Call) -> Iterator[str]:
    """The names and attributes to which a statement binds what a call returns."""
    if isinstance(statement, ast.Assign):
        targets = statement.targets
    elif isinstance(statement, (ast.AnnAssign, ast.AugAssign)):
        targets = [statement.target]
    else:
        targets = []
    for target in targets:
        base = target.value if isinstance(target, ast.Subscript) else target
        yield ast.unparse(base)
    for node in ast.walk(statement):
        if isinstance(node, ast.NamedExpr) and call in ast.walk(node.value):
            yield node.target.id


def _collections(statement: ast.stmt, call: ast.Call) -> Iterator[str]:
    """The collections to which a statement adds what a call returns: `tasks.append(create_task(...))`."""
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call) and statement.value is not call:
        func = statement.value.func
        if isinstance(func, ast.Attribute) and func.attr in ("append", "add", "extend", "insert", "put", "put_nowait"):
            yield ast.unparse(func.value)


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
    pending = children_reversed(function)
    while pending:
        node = pending.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            if any(arg.arg in names for arg, _ in parameters(node.args)):
                continue
        yield node
        pending.extend(children_reversed(node))


def _mentions(node: ast.AST, holders: set[str]) -> bool:
    """Whether an expression holds one of some names or dotted names; `.name` stands for an attribute of any object."""
    for n in (node, *all_nodes(node)):
        if isinstance(n, ast.Name):
            if n.id in holders:
                return True
        elif isinstance(n, ast.Attribute) and any(holder.endswith("." + n.attr) for holder in holders):
            if f".{n.attr}" in holders or ast.unparse(n) in holders:
                return True
    return False


def _is_call(node: ast.AST, *names: str) -> bool:
    if not isinstance(node, ast.Call):
        return False
    return getattr(node.func, "attr", getattr(node.func, "id", "")) in names
