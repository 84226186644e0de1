"""Important writes: operations that change data and whose name says that somebody has to answer for it."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Collection, Iterator
from fnmatch import fnmatchcase

from flake8_backend_rules.project.summary import ModuleSummary
from flake8_backend_rules.project.surfaces import ClassInfo, FunctionNode
from flake8_backend_rules.semantics.kinds import Kind
from flake8_backend_rules.semantics.paths import last_name
from flake8_backend_rules.semantics.persistence import WRITE_NAMES, Persistence
from flake8_backend_rules.semantics.scope import FUNCTION_NODES, Scope, calls_below, parameters, scoped_nodes
from flake8_backend_rules.semantics.values import Evaluator

NamePredicate = Callable[[str], bool]
CALL_METHODS = frozenset({"execute", "__call__", "handle", "run"})
_WRITES = WRITE_NAMES | {"commit"}
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_ACTORS = frozenset({"actor", "principal", "initiator", "current"})
_TRACES = frozenset({"correlation", "trace", "traceparent", "span", "context", "ctx"})
_REFERRING = frozenset({"for", "pending", "after", "before", "on", "since", "until"})
_RUNS = frozenset({"job", "run", "task", "execution", "process", "workflow", "worker"})
_HELPER_STEMS = frozenset({"utils", "util", "helpers", "helper"})
_AGES = frozenset({"retention", "older", "cutoff", "expired", "age"})
_PLAIN_BASES = ("abc", "builtins", "typing", "typing_extensions")
_MAX_HELPERS = 20


def words_of(name: str) -> list[str]:
    """The words of a name in snake_case or CamelCase, or of a path, in lower case."""
    return [word.lower() for word in _WORD.findall(name)]


def holds_verb(name: str, verbs: Collection[str]) -> bool:
    """Whether a name has one of some words, also with the ending of a plural; not behind a word that only refers to it.

    What is pending was decided before, and a job or run that is suspended is in a state of its own.
    """
    words = words_of(name)
    return any(
        word in verbs or (len(word) > 4 and word.removesuffix("s") in verbs)
        for before, word, after in zip(["", *words], words, [*words[1:], ""], strict=False)
        if before not in _REFERRING and not (word == "suspend" and after.removesuffix("s") in _RUNS)
    ) and not ("pending" in words[:-1] and words[0] not in verbs)


class ImportantWrites:
    """Answers of one linted file about important writes."""

    def __init__(self, evaluator: Evaluator, persistence: Persistence, module: ModuleSummary) -> None:
        self.evaluator = evaluator
        self.persistence = persistence
        self.module = module

    def is_important_write(self, node: FunctionNode, scope: Scope, verbs: Collection[str]) -> bool:
        """Whether `node`, standing in `scope` (the module or a class), is a public operation that is an important write."""
        cls = scope.node
        if not (cls is None or isinstance(cls, ast.ClassDef)) or not _is_public(node, cls):
            return False
        name = cls.name if cls is not None and node.name in CALL_METHODS else node.name
        if not holds_verb(name, verbs) or _is_housekeeping(node) or not self._has_input(node, scope):
            return False
        return self._writes(node, scope) and not self._is_step(node, scope, verbs)

    def _is_step(self, node: FunctionNode, scope: Scope, verbs: Collection[str]) -> bool:
        """Whether a function is a step of an operation that is told who acts: a helper by its module, what another important operation of
        its module calls, or a removal in the transaction of its caller.
        """
        if scope.node is not None:
            return False
        if self.module.stem in _HELPER_STEMS:
            return True
        if "purge" in words_of(node.name) and self._joins_transaction(node, scope):
            return True
        callers = (f for f in self.module.functions() if f.name != node.name and holds_verb(f.name, verbs))
        bodies = (inner.node for f in callers if (inner := self.evaluator.scope_of(f)) is not None and inner.node is not None)
        return any(isinstance(c.func, ast.Name) and c.func.id == node.name for body in bodies for c in calls_below(body, nested=True))

    def _joins_transaction(self, node: FunctionNode, scope: Scope) -> bool:
        """Whether a function takes the session, and leaves the commit to whom it is from."""
        inner = Scope(scope.module, node, scope, scope.owner)
        names = (ast.copy_location(ast.Name(arg.arg, ast.Load()), arg) for arg, _ in parameters(node.args))
        is_given = any(self.persistence.is_session(name, inner) for name in names)
        return is_given and not any(last_name(call.func) == "commit" for call in calls_below(node, nested=True))

    def _has_input(self, node: FunctionNode, scope: Scope) -> bool:
        """Whether a parameter has to be given that is neither the receiver nor what the write goes through."""
        inner = Scope(scope.module, node, scope, scope.owner)
        for arg, default in own_parameters(node, scope):
            if default is None and not self.persistence.is_session(ast.copy_location(ast.Name(arg.arg, ast.Load()), arg), inner):
                return True
        return False

    def _writes(self, node: FunctionNode, scope: Scope) -> bool:
        """Whether a function writes or commits a session, itself or through methods of its class."""
        methods = {m.name: m for m in scope.node.body if isinstance(m, FUNCTION_NODES)} if isinstance(scope.node, ast.ClassDef) else {}
        pending, seen = [node], {node}
        while pending:
            function = pending.pop()
            for child, inner in scoped_nodes(Scope(scope.module, function, scope, scope.owner)):
                if not isinstance(child, ast.Call) or not isinstance(child.func, ast.Attribute):
                    continue
                if child.func.attr in _WRITES and self.persistence.changes_data(child, inner):
                    return True
                helper = methods.get(child.func.attr)
                if helper is not None and helper not in seen and _is_self(child.func.value) and len(seen) < _MAX_HELPERS:
                    seen.add(helper)
                    pending.append(helper)
        return False

    def title(self, node: FunctionNode, scope: Scope) -> str:
        """The function's name with its class's, for messages."""
        return f"{scope.node.name}.{node.name}" if isinstance(scope.node, ast.ClassDef) else node.name

    # -- what the operation is told ----------------------------------------------------------------

    def is_told(self, node: FunctionNode, scope: Scope, by_name: NamePredicate, endings: tuple[str, ...]) -> bool:
        """Whether a parameter, a field of one, or an attribute of the class says it, by its name or the ending of its type.

        True also where the class has a base that can't be read.
        """
        for arg, _ in own_parameters(node, scope):
            if by_name(arg.arg) or _is_typed(arg.annotation, endings) or self._has_field(arg, scope, by_name, endings):
                return True
        return scope.owner is not None and self._class_tells(scope.owner, by_name, endings)

    def _has_field(self, arg: ast.arg, scope: Scope, by_name: NamePredicate, endings: tuple[str, ...]) -> bool:
        """Whether a parameter is a command or context object with such a field."""
        value = self.evaluator.annotated(arg.annotation, scope)
        if value is None or value.kind is not Kind.INSTANCE or not isinstance(value.definition, ClassInfo):
            return False
        if self.persistence.session_type(value) or self.evaluator.rows.is_orm_class(value):
            return False
        return any(_attribute_tells(c, by_name, endings) for c in self.evaluator.ancestry(value.definition).classes)

    def _class_tells(self, cls: ClassInfo, by_name: NamePredicate, endings: tuple[str, ...]) -> bool:
        ancestry = self.evaluator.ancestry(cls)
        unread = not ancestry.complete or any(name.partition(".")[0] not in _PLAIN_BASES for name in ancestry.externals)
        return unread or any(_attribute_tells(c, by_name, endings) for c in ancestry.classes)


def _is_housekeeping(node: FunctionNode) -> bool:
    """Whether a function does what a clock asks for, and nobody: it takes an age."""
    return any(not _AGES.isdisjoint(words_of(arg.arg)) for arg, _ in parameters(node.args))


def names_actor(name: str, names: Collection[str]) -> bool:
    """Whether a parameter's name holds one of some names, word by word; one such as `*_by` is a pattern for the whole name.

    An id names no one (`user_id` may be whom it is done to), unless what it is the id of acts by its very name.
    """
    words = words_of(name)
    if words[-1:] in (["id"], ["ids"]):
        return "by" in words or not _ACTORS.isdisjoint(words)
    text = f"_{'_'.join(words)}_"
    return any(fnmatchcase(name, known) if "*" in known else f"_{known}_" in text for known in names)


def names_trace(name: str) -> bool:
    """Whether a parameter's name says that it carries the id of a request or trace, or a whole context."""
    words = words_of(name)
    return not _TRACES.isdisjoint(words) or "request_id" in "_".join(words)


def own_parameters(node: FunctionNode, scope: Scope) -> Iterator[tuple[ast.arg, ast.expr | None]]:
    """The parameters of a function with their defaults, without a method's receiver."""
    given = list(parameters(node.args))
    is_method = isinstance(scope.node, ast.ClassDef) and not any(
        isinstance(d, ast.Name) and d.id == "staticmethod" for d in node.decorator_list
    )
    yield from given[1:] if is_method else given


def _attribute_tells(cls: ClassInfo, by_name: NamePredicate, endings: tuple[str, ...]) -> bool:
    for attribute in cls.attributes.values():
        if by_name(attribute.name) or _is_typed(attribute.annotation, endings):
            return True
    constructor = cls.methods.get("__init__")
    return constructor is not None and any(_is_typed(arg.annotation, endings) for arg, _ in parameters(constructor.args))


def _is_typed(annotation: ast.expr | None, endings: tuple[str, ...]) -> bool:
    """Whether an annotation mentions a class whose name ends so."""
    if annotation is None:
        return False
    for node in ast.walk(annotation):
        name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
        text = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
        if name.endswith(endings) or any(word.endswith(endings) for word in re.findall(r"\w+", text)):
            return True
    return False


def _is_public(node: FunctionNode, cls: ast.ClassDef | None) -> bool:
    if cls is not None and cls.name.startswith("_"):
        return False
    return node.name in CALL_METHODS or not node.name.startswith("_")


def _is_self(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id in ("self", "cls")
