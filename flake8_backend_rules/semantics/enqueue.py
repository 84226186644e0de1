"""Which calls hand a job to a queue, themselves or one hop away in a first-party function, and what goes into the payload."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

from flake8_backend_rules.frameworks.schema import Enqueue
from flake8_backend_rules.project.summary import ModuleSummary
from flake8_backend_rules.project.surfaces import ClassInfo, FunctionInfo, FunctionNode, ImportInfo
from flake8_backend_rules.semantics.kinds import Kind, Value
from flake8_backend_rules.semantics.paths import calls_in, last_name
from flake8_backend_rules.semantics.scope import FUNCTION_NODES, How, Scope, ScopeNode, all_nodes, bound_arguments, calls_below
from flake8_backend_rules.semantics.values import Evaluator

_FUNCTION = Enqueue(frozenset())
_OF_TASKS = frozenset({
    "delay", "delay_on_commit", "apply_async", "apply_async_on_commit", "s", "si", "signature", "kiq", "send_with_options",
})  # fmt: skip
_COLLECTION_MAKERS = frozenset({"dict", "list", "tuple", "set"})


class Wrapper(NamedTuple):
    """A first-party function that hands jobs to a queue: its calls that do so."""

    node: FunctionNode
    scope: Scope
    calls: tuple[tuple[ast.Call, Enqueue], ...]

    @property
    def commits_before(self) -> bool:
        """Whether the function commits before it hands over the first job."""
        first = min(call.lineno for call, _ in self.calls)
        return any(c.lineno < first and last_name(c.func) == "commit" for c in calls_in_body(self.node))


class Enqueues:
    """Answers of one linted file about jobs. `text`: its source; `words`: the words in it."""

    def __init__(self, evaluator: Evaluator, module: ModuleSummary, text: str, words: frozenset[str]) -> None:
        self.evaluator = evaluator
        self.knowledge = evaluator.knowledge
        self.module = module
        self.text = text
        self.words = words
        self._wrappers: dict[tuple[str, str, int], Wrapper | None] = {}
        self._called: dict[tuple[ast.Call, ScopeNode | None], Wrapper | None] = {}

    def is_only_enqueued(self, name: str, tree: ast.Module, *, is_function: bool) -> bool:
        """Whether a file uses an imported name for nothing but to enqueue a job: `task.delay(...)`, `tasks.ship.s(...)`.

        What is no function may have a method `send` for another reason.
        """
        enqueueing = self.knowledge.enqueue_names | _OF_TASKS if is_function else _OF_TASKS
        uses = {node for node in all_nodes(tree) if isinstance(node, ast.Name) and node.id == name}
        enqueued = set()
        for node in all_nodes(tree) if uses else ():
            if isinstance(node, ast.Attribute) and node.attr in enqueueing:
                root = node.value
                while isinstance(root, ast.Attribute):
                    root = root.value
                enqueued.add(root)
            elif isinstance(node, ast.Call) and node.args and last_name(node.func) in self.knowledge.enqueue_names:
                enqueued.add(node.args[0])
        return bool(uses) and uses <= enqueued

    # -- which calls -----------------------------------------------------------------------------

    def entry(self, call: ast.Call, scope: Scope) -> Enqueue | None:
        """How a call hands a job to a queue; None for one that doesn't, or not itself."""
        func = call.func
        name = last_name(func)
        if name not in self.knowledge.enqueue_names:
            return None
        entries = self.knowledge.enqueues.get(name)
        if isinstance(func, ast.Attribute) and entries and (found := self._method(func, entries, scope)) is not None:
            return found
        value = self.evaluator.value(func, scope)
        is_function = value is not None and value.definition is None and value.name in self.knowledge.enqueue_functions
        return _FUNCTION if is_function else None

    def _method(self, func: ast.Attribute, entries: list[Enqueue], scope: Scope) -> Enqueue | None:
        receiver = func.value
        task = self._task(receiver, scope)
        if task is not None:
            return None if self._waits_for_commit(task, func.attr) else self._of_task(task, entries)
        value = self.evaluator.value(receiver, scope)
        in_function = scope.function is not None  # what is only named like a job's call makes none at import
        if value is None:
            return next((e for e in entries if (e.tells and in_function) or _is_named(receiver, e)), None)
        if value.kind is Kind.QUERY or isinstance(value.definition, (ModuleSummary, FunctionInfo)):
            return None
        if isinstance(value.definition, ClassInfo):
            return self._of_class(value, value.definition, func.attr, entries)
        package = value.name.partition(".")[0]
        for entry in entries:
            if value.name in self.knowledge.enqueue_classes[entry] or package in self.knowledge.enqueue_packages[entry]:
                return entry
        is_kept = value.name.rpartition(".")[0] in self.knowledge.application_proxies
        if not is_kept and (package in self.knowledge.packages or package in sys.stdlib_module_names):
            return None
        return next((e for e in entries if (e.tells and in_function) or _is_named(receiver, e)), None)

    def _of_class(self, value: Value, cls: ClassInfo, method: str, entries: list[Enqueue]) -> Enqueue | None:
        if self.evaluator.method(cls, method) is not None:
            return None  # its body tells
        known = next((e for e in entries if self.evaluator.descends(value, self.knowledge.enqueue_classes[e])), None)
        if known is not None:
            return known
        ancestry = self.evaluator.ancestry(cls)
        is_open = not ancestry.complete or bool(ancestry.externals)
        return next((e for e in entries if e.tells and is_open), None)

    def _task(self, receiver: ast.expr, scope: Scope) -> FunctionInfo | None:
        """The decorated first-party function on which, or on what its methods return, a method is called."""
        while isinstance(receiver, ast.Call) and isinstance(receiver.func, ast.Attribute):
            receiver = receiver.func.value
        if not isinstance(receiver, (ast.Name, ast.Attribute)):
            return None
        value = self.evaluator.value(receiver, scope)
        if value is None or value.kind is not Kind.OBJECT or not isinstance(value.definition, FunctionInfo):
            return None
        return value.definition if value.definition.decorators else None

    def _waits_for_commit(self, task: FunctionInfo, method: str) -> bool:
        """Whether a task is of a first-party class that hands its jobs over after the commit: `@app.task(base=OnCommitTask)`."""
        return any("on_commit" in last_name(call.func) for body in self._overrides(task, method) for call in calls_in_body(body))

    def converts_payload(self, call: ast.Call, scope: Scope) -> bool:
        """Whether a job is of a first-party class, or made by a first-party queue with a class in it, that gives the payload another form.

        Told by its `apply_async` or the method that is called, which bind `args` or `kwargs` anew.
        """
        task = self._task(call.func.value, scope) if isinstance(call.func, ast.Attribute) else None
        if task is None:
            return False
        method = last_name(call.func)
        return any(_binds_payload(body) for body in (*self._overrides(task, method), *self._patches(task, method)))

    def _overrides(self, task: FunctionInfo, method: str) -> Iterator[ast.AST]:
        """The bodies of the methods that a task's first-party `base=` class hands its jobs over by."""
        bases = (k.value for d in task.decorators if isinstance(d, ast.Call) for k in d.keywords if k.arg == "base")
        for base in bases:
            value = self.evaluator.value(base, self.evaluator.module_scope(task.module))
            if value is None or not isinstance(value.definition, ClassInfo):
                continue
            for name in (method, "apply_async"):  # what the others call in the end
                override = self.evaluator.method(value.definition, name)
                scope = None if override is None else self.evaluator.scope_of(override)
                if scope is not None and scope.node is not None:
                    yield scope.node

    def _patches(self, task: FunctionInfo, method: str) -> Iterator[ast.AST]:
        """The same of the task class that a method of a task's first-party queue makes: `class Tasks(Celery): def __init__ ...`."""
        for decorator in task.decorators:
            func = decorator.func if isinstance(decorator, ast.Call) else decorator
            if not isinstance(func, ast.Attribute):
                continue
            queue = self.evaluator.value(func.value, self.evaluator.module_scope(task.module))
            if queue is None or not isinstance(queue.definition, ClassInfo):
                continue
            for maker in (m for c in self.evaluator.ancestry(queue.definition).classes for m in c.methods.values()):
                scope = self.evaluator.scope_of(maker)
                nodes = all_nodes(scope.node) if scope is not None and scope.node is not None else ()
                yield from (n for n in nodes if isinstance(n, FUNCTION_NODES) and n.name in (method, "apply_async"))

    def _of_task(self, task: FunctionInfo, entries: list[Enqueue]) -> Enqueue | None:
        """The entry of the package that a task's decorator comes from; None where its jobs have no such method of that package."""
        scope = self.evaluator.module_scope(task.module)
        packages = {package for decorator in task.decorators for package in self._packages_of(decorator, scope)}
        for entry in entries:
            if not packages.isdisjoint(self.knowledge.enqueue_packages[entry]):
                return entry
        is_known = any(not packages.isdisjoint(found) for found in self.knowledge.enqueue_packages.values())
        return None if is_known else entries[0]

    def _packages_of(self, decorator: ast.expr, scope: Scope) -> Iterator[str]:
        """The packages that a decorator comes from, or the class of what it is a method of."""
        func = decorator.func if isinstance(decorator, ast.Call) else decorator
        value = self.evaluator.value(func, scope)
        if value is not None:
            yield value.name.partition(".")[0]
        elif isinstance(func, ast.Attribute):
            owner = self.evaluator.value(func.value, scope)
            if owner is not None and isinstance(owner.definition, ClassInfo):
                yield from (name.partition(".")[0] for name in self.evaluator.ancestry(owner.definition).externals)

    def wrapper(self, call: ast.Call, scope: Scope) -> Wrapper | None:
        """The first-party function that a call calls, if its own body hands a job to a queue."""
        key = call, scope.node
        if key not in self._called:
            self._called[key] = self._wrapper(call, scope)
        return self._called[key]

    def _wrapper(self, call: ast.Call, scope: Scope) -> Wrapper | None:
        if not self._may_be_wrapper(call.func, scope):
            return None
        value = self.evaluator.value(call.func, scope)
        if value is None:
            return None
        function = value.definition
        if value.kind is Kind.INSTANCE and isinstance(function, ClassInfo):
            function = self.evaluator.method(function, "__call__")
        elif value.kind is not Kind.OBJECT:
            return None
        if not isinstance(function, FunctionInfo) or not self._mentions(function.module):
            return None
        key = function.module.path, function.qualname, function.line
        if key not in self._wrappers:
            self._wrappers[key] = None  # recursion ends here
            self._wrappers[key] = self._read(function)
        return self._wrappers[key]

    def _may_be_wrapper(self, func: ast.expr, scope: Scope) -> bool:
        """Whether a called name leaves open that its function enqueues, told by the text of the module that it comes from.

        Only asked of what imports bind: reading a text costs a fraction of reading a module.
        """
        root = func.value if isinstance(func, ast.Attribute) else func
        if not isinstance(root, ast.Name) or scope.lookup(root.id) is not None:
            return True
        binding = self.module.binding(root.id)
        if isinstance(binding, FunctionInfo):
            return not self.knowledge.enqueue_names.isdisjoint(self.words)
        if not isinstance(binding, ImportInfo):
            return True
        path = self.evaluator.project.home_of(binding, self.module)
        return path is not None and (not path.endswith(".py") or path.endswith("__init__.py") or self._enqueues(path))

    def _mentions(self, module: ModuleSummary) -> bool:
        """Whether a module's text holds the name of a call that enqueues."""
        return self._mentions_here if module.path == self.module.path else self._enqueues(module.path)

    @cached_property
    def _mentions_here(self) -> bool:
        return _calls_one(self.text, self.knowledge.enqueue_names & self.words)

    def _enqueues(self, path: str) -> bool:
        project, key = self.evaluator.project, ("enqueues", path)
        if key not in project.memo:
            named = self.knowledge.enqueue_names & project.telling_words(path)
            project.memo[key] = bool(named) and _calls_one(project.text_of(path), named)
        return project.memo[key] is True

    def _read(self, function: FunctionInfo) -> Wrapper | None:
        scope = self.evaluator.scope_of(function)
        if scope is None or not isinstance(scope.node, FUNCTION_NODES):
            return None
        found = tuple((call, entry) for call in calls_in_body(scope.node) if (entry := self.entry(call, scope)) is not None)
        return Wrapper(scope.node, scope, found) if found else None

    # -- payload ---------------------------------------------------------------------------------

    def payload(self, call: ast.Call, entry: Enqueue) -> Iterator[ast.expr]:
        """What goes into the payload, collections taken apart; signatures that the call enqueues included."""
        if entry.packed:
            if call.args and isinstance(call.args[0], ast.Call) and last_name(call.args[0].func) == "partial":
                yield from (leaf for argument in _arguments(call.args[0])[1:] for leaf in _opened(argument))
            for position, name in entry.packed:
                given = call.args[position] if 0 <= position < len(call.args) else None
                yield from _opened(given or next((k.value for k in call.keywords if k.arg == name), None))
        else:
            for argument in call.args[entry.first :]:
                yield from _opened(argument)
            for keyword in call.keywords:
                if keyword.arg not in entry.options:
                    yield from _opened(keyword.value)
        if isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Call):
            for inner in calls_in(call.func.value):
                if isinstance(inner.func, ast.Attribute) and inner.func.attr in self.knowledge.signature_methods:
                    for argument in _arguments(inner):
                        yield from _opened(argument)

    def handed_through(self, call: ast.Call, wrapper: Wrapper) -> Iterator[ast.expr]:
        """The arguments of a wrapper's call that it hands into a payload unchanged."""
        handed = {
            leaf.id for inner, entry in wrapper.calls for leaf in self.payload(inner, entry)
            if isinstance(leaf, ast.Name) and _is_unchanged(leaf.id, wrapper.scope)
        }  # fmt: skip
        if not handed:
            return
        arguments = wrapper.node.args
        bound = list(bound_arguments(call, wrapper.node.args))
        for parameter, argument in bound:
            if parameter.arg in handed:
                yield from _opened(argument)
        taken = {id(argument) for _, argument in bound}
        if arguments.vararg is not None and arguments.vararg.arg in handed:
            yield from (leaf for a in call.args if id(a) not in taken for leaf in _opened(a))
        if arguments.kwarg is not None and arguments.kwarg.arg in handed:
            yield from (leaf for k in call.keywords if id(k.value) not in taken for leaf in _opened(k.value))


def _calls_one(text: str, names: frozenset[str]) -> bool:
    """Whether a text calls a function of one of some names, by the parenthesis."""
    return any(f"{name}(" in text for name in names)


def calls_in_body(function: ast.AST) -> list[ast.Call]:
    """The calls that a function's own body makes."""
    return calls_below(function, nested=False)


def _binds_payload(function: ast.AST) -> bool:
    """Whether a function binds its payload, `args` or `kwargs`, to what a call returns."""
    bound = (n for n in all_nodes(function) if isinstance(n, ast.Assign) and isinstance(n.value, ast.Call))
    return any(isinstance(target, ast.Name) and target.id in ("args", "kwargs") for n in bound for target in n.targets)


def _is_named(receiver: ast.expr, entry: Enqueue) -> bool:
    """Whether the name of a receiver tells: `email_queue`, `get_queue("email")`."""
    name = last_name(receiver.func if isinstance(receiver, ast.Call) else receiver)
    return bool(entry.name_endings) and name.lower().endswith(entry.name_endings)


def _is_unchanged(name: str, scope: Scope) -> bool:
    """Whether a name is a parameter that the function doesn't bind again."""
    bindings = scope.bindings(name)
    return bindings is not None and len(bindings) == 1 and bindings[0].how in (How.PARAMETER, How.UNKNOWN)


def _arguments(call: ast.Call) -> list[ast.expr]:
    """What a call is handed, by position and by name."""
    return [*call.args, *(keyword.value for keyword in call.keywords)]


def _opened(node: ast.expr | None) -> Iterator[ast.expr]:
    """An expression; of a collection that is written out, what it holds."""
    pending = [node]
    while pending:
        current = pending.pop()
        if current is None:
            continue
        if isinstance(current, ast.Starred):
            pending.append(current.value)
        elif isinstance(current, (ast.List, ast.Tuple, ast.Set)):
            pending.extend(reversed(current.elts))
        elif isinstance(current, ast.Dict):
            pending.extend(reversed(current.values))
        elif isinstance(current, ast.Call) and isinstance(current.func, ast.Name) and current.func.id in _COLLECTION_MAKERS:
            pending.extend(reversed(_arguments(current)))
        else:
            yield current
