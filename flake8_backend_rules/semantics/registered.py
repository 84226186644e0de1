"""Handlers that no decorator and no base class makes: functions handed to a registering call, or named in a list."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterable, Iterator
from typing import cast

from flake8_backend_rules.frameworks.schema import HandlerLists, Registration, Role
from flake8_backend_rules.project.summary import ModuleSummary
from flake8_backend_rules.project.surfaces import ClassInfo, FunctionInfo
from flake8_backend_rules.semantics.paths import last_name
from flake8_backend_rules.semantics.scope import FUNCTION_NODES, Scope, all_nodes, scoped_nodes
from flake8_backend_rules.semantics.values import Evaluator
from flake8_backend_rules.semantics.view_functions import takes_request

_MAX_MODULES = 40
EXCEPTION_HANDLERS = "exception_handlers"
"""What Starlette, FastAPI and Litestar call the functions that answer for exceptions, by exception or status."""
_JOB_WORDS = frozenset({"add_job", "add_schedule", "do"})
_WIRING = frozenset(
    f"{stem}.py"
    for stem in (
        "__init__", "main", "app", "application", "server", "scheduler", "schedulers", "scheduling", "apscheduler", "schedule", "cron",
        "periodic", "jobs", "tasks", "worker",
        "background", "startup", "lifespan", "events",
    )
)  # fmt: skip


class Registrations:
    """Answers about registering calls and lists of handlers, for the linted file and the modules it leads to."""

    def __init__(self, evaluator: Evaluator) -> None:
        self.evaluator = evaluator
        self.knowledge = evaluator.knowledge
        self._packages: dict[str, frozenset[str]] = {}

    # -- calls -----------------------------------------------------------------------------------

    def words(self, module: ModuleSummary) -> set[str]:
        """The names of what can register a handler in a module, by what it imports."""
        words = self.knowledge.registering_words
        return words[""].union(*(words[package] for package in self.packages(module)))

    def may_be_in(self, text: str, module: ModuleSummary) -> bool:
        """Whether the text of a module holds a call that may register a handler."""
        return any(f"{word}(" in text for word in self.words(module))

    def packages(self, module: ModuleSummary) -> frozenset[str]:
        """The packages and modules that a module imports and that bring ways to register a handler."""
        if module.path not in self._packages:
            if module.top_level_packages().isdisjoint(self.knowledge.registering_packages):
                return self._packages.setdefault(module.path, frozenset())
            dotted = (f"{i.module}.{i.name}".split(".") for i in module.imports if not i.level)
            found = {prefix for parts in dotted for prefix in (parts[0], ".".join(parts[:2]))}
            self._packages[module.path] = frozenset(found.intersection(self.knowledge.registering_words))
        return self._packages[module.path]

    def of(self, call: ast.Call, scope: Scope, packages: frozenset[str] | None = None) -> Iterator[tuple[ast.expr, Registration, str]]:
        """(what is handed over, the way it is registered, the name of what is called) of a call that registers a handler.

        `packages`: the packages that count as imported, those of the scope's module by default.
        """
        func = call.func
        name = func.attr if isinstance(func, ast.Attribute) else func.id if isinstance(func, ast.Name) else ""
        imported = self.packages(scope.module) if packages is None else packages
        for owners, entry in self.knowledge.registrations.get(name, ()):
            handler = _argument(call, entry.argument, (entry.keyword,))
            if handler is None or (entry.packages and imported.isdisjoint(entry.packages)):
                continue
            if entry.callables and self.evaluator.descends(self.evaluator.value(func, scope), owners):
                yield handler, entry, name
            elif entry.methods and isinstance(func, ast.Attribute):
                owner = self.evaluator.value(func.value, scope)
                if self.evaluator.descends(owner, owners) or (owner is None and _may_be(func.value, entry)):
                    yield handler, entry, name

    def handlers(
        self, call: ast.Call, scope: Scope, packages: frozenset[str] | None = None
    ) -> Iterator[tuple[FunctionInfo, Registration, str]]:
        """The functions and methods that a call registers. `packages`: as for `of`."""
        for handed, entry, name in self.of(call, scope, packages):
            value = self.evaluator.value(handed, scope)
            definition = value.definition if value is not None else None
            if isinstance(definition, FunctionInfo):
                yield definition, entry, name
            elif isinstance(definition, ClassInfo) and entry.members:
                for method in definition.methods.values():
                    if method.name.startswith(entry.members):
                        yield method, entry, name

    def handlers_in(
        self, tree: ast.Module, base: Scope, words: set[str]
    ) -> Iterator[tuple[FunctionInfo, Registration, str]]:
        """The functions and methods that the calls of some names in a module register, themselves or through a function of the module.

        That is one that hands on a parameter of its own: `def add(router, handler): router.add_api_route("/", handler)`.
        """
        helpers: dict[str, tuple[int, str, Registration]] = {}
        calls = [(node, inner) for node, inner in scoped_nodes(base, tree) if isinstance(node, ast.Call)]
        for call, inner in calls:
            if last_name(call.func) in words:
                yield from self.handlers(call, inner)
                for handed, entry, _ in self.of(call, inner):
                    if isinstance(handed, ast.Name) and (place := _parameter(handed.id, inner)) is not None:
                        helpers[inner.node.name] = (place, handed.id, entry)  # type: ignore[union-attr]
        for call, inner in calls if helpers else ():
            if isinstance(call.func, ast.Name) and call.func.id in helpers:
                place, keyword, entry = helpers[call.func.id]
                value = self.evaluator.value(_argument(call, place, (keyword,)), inner)
                if value is not None and isinstance(value.definition, FunctionInfo):
                    yield value.definition, entry, call.func.id

    def registered_around(self, module: ModuleSummary) -> Iterator[tuple[FunctionInfo, Registration, str]]:
        """The module's functions and methods that a module beside it, or beside its folder, registers as HTTP handlers.

        `add_get("/", index)`, `add_get("/", Orders().index)`. Only asked of a module that imports a framework with such calls and has
        one that takes a request first.
        """
        packages = self.packages(module)
        imported = packages | module.top_level_packages()
        words = frozenset(word for package in imported for word in self.knowledge.registered_elsewhere.get(package, ()))
        found = module.definitions(lambda text: "req" in text) if words else ()
        functions = (function for binding in found for function in _functions_of(binding))
        if not any(takes_request(f, name, "Request", is_method=f.owner is not None) for f in functions for name in ("request", "req")):
            return
        for holder in self._holders_around(module, words):
            yield from self._of_module(module, self._registered_by(holder, words, packages, Role.HTTP))

    def wired_around(self, module: ModuleSummary) -> Iterator[tuple[FunctionInfo, Registration, str]]:
        """The module's functions that a module beside it, or beside its folder, hands to a scheduler: `scheduler.add_job(add_up)`.

        Only modules are looked at whose name says that they put things together.
        """
        for holder in self._wiring_around(module):
            yield from self._of_module(module, self._registered_by(holder, _JOB_WORDS, self.packages(holder), Role.JOB))

    def _of_module(
        self, module: ModuleSummary, registered: tuple[tuple[str, str, Registration, str], ...]
    ) -> Iterator[tuple[FunctionInfo, Registration, str]]:
        for path, qualname, entry, name in registered:
            outer, _, inner = qualname.partition(".")
            own = module.binding(outer) if path == module.path else None
            if isinstance(own, ClassInfo):
                own = own.methods.get(inner)
            if isinstance(own, FunctionInfo):
                yield own, entry, name

    def _wiring_around(self, module: ModuleSummary) -> Iterator[ModuleSummary]:
        project = self.evaluator.project
        for folder in (module.folder, os.path.dirname(module.folder)):
            key = "wiring", folder
            if key not in project.memo:
                names = sorted(_WIRING.intersection(project.folders.names_in(folder)))
                paths = (os.path.join(folder, name) for name in names)
                project.memo[key] = tuple(p for p in paths if any(f".{word}(" in project.text_of(p) for word in _JOB_WORDS))
            for path in cast("tuple[str, ...]", project.memo[key]):
                holder = None if path == module.path else project.module_at(path)
                if holder is not None:
                    yield holder

    def _registered_by(
        self, holder: ModuleSummary, words: Iterable[str], packages: frozenset[str], role: Role
    ) -> tuple[tuple[str, str, Registration, str], ...]:
        """(module's path, qualified name, way it is registered, by what) of each handler of a role that a module registers; read once."""
        key, project = ("registered by", holder.path, role.value, *sorted(packages)), self.evaluator.project
        if key not in project.memo:
            tree, scope = project.tree_of(holder), self.evaluator.module_scope(holder)
            project.memo[key] = tuple(
                (function.module.path, function.qualname, entry, name)
                for node, inner in (scoped_nodes(scope, tree) if tree is not None else ())
                if isinstance(node, ast.Call) and last_name(node.func) in words
                for function, entry, name in self.handlers(node, inner, packages)
                if entry.role is role
            )
        return cast("tuple[tuple[str, str, Registration, str], ...]", project.memo[key])

    def _holders_around(self, module: ModuleSummary, words: frozenset[str]) -> Iterator[ModuleSummary]:
        """The modules around a module that call something by one of some names."""
        project = self.evaluator.project
        for folder in (module.folder, os.path.dirname(module.folder)):
            key = "registering modules", folder, *sorted(words)
            if key not in project.memo:
                calls = [f"{word}(" for word in words]
                project.memo[key] = tuple(p for p in _python_files(folder) if any(c in project.text_of(p) for c in calls))
            for path in cast("tuple[str, ...]", project.memo[key]):
                holder = None if path == module.path else project.module_at(path)
                if holder is not None:
                    yield holder

    def by_exception(self, tree: ast.Module, base: Scope) -> Iterator[FunctionInfo]:
        """The functions of a module that it hands over as exception handlers: `FastAPI(exception_handlers={Failed: answer})`."""
        for node, inner in scoped_nodes(base, tree):
            for handler in _handlers_by_exception(node):
                value = self.evaluator.value(handler, inner)
                function = value.definition if value is not None else None
                if isinstance(function, FunctionInfo) and function.module.path == base.module.path:
                    yield function

    # -- lists -----------------------------------------------------------------------------------

    def listed(self, module: ModuleSummary) -> Iterator[tuple[FunctionInfo, HandlerLists]]:
        """The module's functions that are named in a list of handlers, of its own or of a module around it."""
        packages = module.top_level_packages()
        for entry in self.knowledge.handler_lists:
            holders = [module] if entry.package in packages else []
            if entry.marker and self._holds_one(module, entry):
                holders += self._modules_around(module, entry)
            for holder in holders:
                for function in self._named_in(holder, entry):
                    own = module.binding(function.name)
                    if function.module.path == module.path and isinstance(own, FunctionInfo):
                        yield own, entry

    def _holds_one(self, module: ModuleSummary, entry: HandlerLists) -> bool:
        """Whether a module has a function that may be named in a list elsewhere."""
        found = module.definitions(lambda text: "async" in text and entry.parameter in text)
        return any(_looks_like_handler(binding, entry) for binding in found)

    def _modules_around(self, module: ModuleSummary, entry: HandlerLists) -> Iterator[ModuleSummary]:
        """The modules beside a module, and beside its folder, that may hold such a list."""
        project = self.evaluator.project
        for folder in (module.folder, os.path.dirname(module.folder)):
            key = "handler lists", folder, entry.marker
            if key not in project.memo:
                project.memo[key] = tuple(p for p in _python_files(folder) if entry.marker in project.text_of(p))
            for path in cast("tuple[str, ...]", project.memo[key]):
                holder = None if path == module.path else project.module_at(path)
                if holder is not None and entry.package in holder.top_level_packages():
                    yield holder

    def _named_in(self, holder: ModuleSummary, entry: HandlerLists) -> Iterator[FunctionInfo]:
        tree = self.evaluator.project.tree_of(holder)
        scope = self.evaluator.module_scope(holder)
        nodes = [] if tree is None else list(all_nodes(tree))
        for node in nodes:
            for item in _items(node, entry.names, nodes):
                handler = _argument(item, 0, entry.keywords) if isinstance(item, ast.Call) else item
                handler = item.elts[-1] if isinstance(item, ast.Tuple) and item.elts else handler
                value = self.evaluator.value(handler, scope)
                if value is not None and isinstance(value.definition, FunctionInfo):
                    yield value.definition


def _handlers_by_exception(node: ast.AST) -> Iterator[ast.expr]:
    """The functions in a mapping called `exception_handlers` that a node writes out, hands over or adds to."""
    mapping: ast.expr | None = None
    if isinstance(node, ast.keyword) and node.arg == EXCEPTION_HANDLERS:
        mapping = node.value
    elif isinstance(node, ast.Assign):
        target = node.targets[0]
        if isinstance(target, ast.Subscript) and last_name(target.value) == EXCEPTION_HANDLERS:
            yield node.value
        elif last_name(target) == EXCEPTION_HANDLERS:
            mapping = node.value
    yield from mapping.values if isinstance(mapping, ast.Dict) else ()


def _items(node: ast.AST, names: frozenset[str], nodes: list[ast.AST]) -> Iterator[ast.expr]:
    """The entries of the lists of some names that a node holds: `functions = [...]`, `{"functions": [...]}`, `f(functions=[...])`.

    `nodes`: all of the module, which may bind the list to another name first (`functions = FUNCTIONS`) and add to it.
    """
    held: list[ast.expr | None] = []
    if isinstance(node, ast.Assign):
        held = [node.value] if any(isinstance(t, ast.Name) and t.id in names for t in node.targets) else []
    elif isinstance(node, ast.AnnAssign):
        held = [node.value] if isinstance(node.target, ast.Name) and node.target.id in names else []
    elif isinstance(node, ast.keyword):
        held = [node.value] if node.arg in names else []
    elif isinstance(node, ast.Dict):
        held = [v for k, v in zip(node.keys, node.values, strict=True) if isinstance(k, ast.Constant) and k.value in names]
    for value in held:
        if isinstance(value, (ast.List, ast.Tuple)):
            yield from value.elts
        elif isinstance(value, ast.Name):
            yield from _put_into(value.id, nodes)


def _put_into(name: str, nodes: list[ast.AST]) -> Iterator[ast.expr]:
    """What a module puts into a list of some name: `NAME = [...]`, `NAME += [...]`, `NAME.append(...)`."""
    for node in nodes:
        if isinstance(node, (ast.Assign, ast.AugAssign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if isinstance(node.value, (ast.List, ast.Tuple)) and any(isinstance(t, ast.Name) and t.id == name for t in targets):
                yield from node.value.elts
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "append":
            if isinstance(node.func.value, ast.Name) and node.func.value.id == name:
                yield from node.args


def _functions_of(binding: object) -> Iterable[FunctionInfo]:
    """A function itself, the methods of a class; nothing of what is bound otherwise."""
    if isinstance(binding, ClassInfo):
        return binding.methods.values()
    return (binding,) if isinstance(binding, FunctionInfo) else ()


def _looks_like_handler(binding: object, entry: HandlerLists) -> bool:
    """Whether a function may be named in a settings class elsewhere: an undecorated coroutine with the usual first parameter."""
    if not isinstance(binding, FunctionInfo) or not binding.is_async or binding.decorators:
        return False
    first = next(iter([*binding.args.posonlyargs, *binding.args.args]), None)
    return first is not None and first.arg == entry.parameter


def _may_be(node: ast.expr, entry: Registration) -> bool:
    """Whether an object whose class can't be read may be one that registers, by its own name."""
    name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
    return not entry.name_endings or name.lower().endswith(entry.name_endings)


def _argument(call: ast.Call, position: int, keywords: tuple[str, ...]) -> ast.expr | None:
    if len(call.args) > position:
        return call.args[position]
    return next((k.value for k in call.keywords if k.arg and k.arg in keywords), None)


def _parameter(name: str, scope: Scope) -> int | None:
    """The position of a parameter of a module's function, None if there is none of the name or a class is around."""
    function = scope.node
    if not isinstance(function, FUNCTION_NODES) or scope.owner is not None or scope.parent is None or scope.parent.node is not None:
        return None
    names = [arg.arg for arg in (*function.args.posonlyargs, *function.args.args)]
    return names.index(name) if name in names else None


def _python_files(folder: str) -> list[str]:
    try:
        names = sorted(name for name in os.listdir(folder) if name.endswith(".py"))
    except OSError:
        return []
    return [os.path.join(folder, name) for name in names[:_MAX_MODULES]]
