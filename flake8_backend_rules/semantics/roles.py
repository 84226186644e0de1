"""The role of each function of a module: route handler, job handler, CLI command, boundary."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Callable
from functools import cache, cached_property

from flake8_backend_rules.frameworks import knowledge
from flake8_backend_rules.frameworks.schema import HTTP_VERBS, ObjectDecorator, Registration, Role
from flake8_backend_rules.project.summary import ModuleSummary
from flake8_backend_rules.project.surfaces import ClassInfo, FunctionInfo, Variable
from flake8_backend_rules.semantics.function_roles import FunctionRole, RoleMap
from flake8_backend_rules.semantics.kinds import Kind, Value
from flake8_backend_rules.semantics.method_roles import MethodRoles
from flake8_backend_rules.semantics.registered import EXCEPTION_HANDLERS, Registrations
from flake8_backend_rules.semantics.route_factories import is_application
from flake8_backend_rules.semantics.scope import FUNCTION_NODES, How, PlacedFunction, Scope, scoped_nodes
from flake8_backend_rules.semantics.values import Evaluator
from flake8_backend_rules.semantics.view_functions import is_in_registry, is_view_helper, names_called, takes_request, taking_first

_MAX_DECORATOR_HOPS = 3
# Decorators that give no role: Python's own, and those of the fields of models.
_PLAIN_DECORATORS = frozenset(
    {"property", "staticmethod", "classmethod", "setter", "getter", "deleter", "overload", "abstractmethod", "cached_property"}
    | {"field_validator", "model_validator", "validator", "root_validator", "field_serializer", "model_serializer", "computed_field"}
    | {"hybrid_property", "declared_attr", "validates"}
    | {"dataclass", "define", "total_ordering", "unique", "runtime_checkable", "final", "override"}
    | {"wraps", "cache", "lru_cache", "contextmanager", "asynccontextmanager"}
)
# They begin with fixed text, which `re` finds many times as fast as the beginning of a line; an operator does no harm.
_INNER_DECORATOR = re.compile(r"@(?<=[ \t]@)(?!property\b|staticmethod\b|classmethod\b|abstractmethod\b|\w+\.setter\b)")
_COROUTINE_STEMS = ("consumer", "worker", "subscriber", "listener")
_DATA_FOLDERS = frozenset({"models", "model", "orm", "db", "crud", "dao", "repositories", "repository", "schemas"})
"""What is called workers there are rows about workers."""
# Methods by which a consumer, or a handle of a job, is looked after.
_LIFECYCLE = frozenset({"start", "stop", "close", "shutdown", "connect", "disconnect", "wait", "join", "cancel"})
_APPLIED = re.compile(r"\)\((?=\w[\w.]*\))")
_COMMAND_DECORATORS = frozenset({"command", "callback", "group"})
_TELLING_DECORATOR = re.compile(rf"@(?<!\w@)(?!(?:\w+\.)*(?:{'|'.join(sorted(_PLAIN_DECORATORS))})\b(?!\.))")


class RoleFinder:
    """Finds the roles of functions, of the linted module and of the modules it leads to."""

    def __init__(self, evaluator: Evaluator) -> None:
        self.evaluator = evaluator
        self.knowledge = knowledge()
        self.registrations = Registrations(evaluator)
        self._method_roles = MethodRoles(evaluator)
        self._surfaces: dict[str, RoleMap] = {}
        self._wrappers: dict[FunctionInfo, FunctionRole | None] = {}
        self._hops = 0

    @cached_property
    def _names_called(self) -> frozenset[str]:
        """The names that the linted file calls."""
        tree = self.evaluator.project.current_tree
        return frozenset() if tree is None else names_called(tree)

    # -- a module's surface ----------------------------------------------------------------------

    def surface(self, module: ModuleSummary) -> RoleMap:
        """Roles of module-level functions and methods, as far as decorators, classes and conventions tell."""
        kept = self._surfaces.get(module.path)
        if kept is not None:
            return kept
        project = self.evaluator.project
        known = None if project.is_current(module) else project.memo.get(("surface", module.path))
        if known is None:
            known = self._read_surface(module)
            if not project.is_current(module):
                project.memo["surface", module.path] = known
        self._surfaces[module.path] = known  # type: ignore[assignment]
        return known  # type: ignore[return-value]

    def _read_surface(self, module: ModuleSummary) -> RoleMap:
        roles: RoleMap = {}
        self._surfaces[module.path] = roles  # import cycles end here
        for function in module.functions(is_decorated):
            role = self._decorated(function)
            if role is not None:
                roles[function.line] = role
        self._method_roles.give(module, roles)
        self._view_functions(module, roles)
        self._module_responders(module, roles)
        for function, entry in self.registrations.listed(module):
            roles.setdefault(function.line, FunctionRole(entry.role, f"named in a list of {entry.package}"))
        for function, way, name in (*self.registrations.registered_around(module), *self.registrations.wired_around(module)):
            roles.setdefault(function.line, _registered(way, name))
        self._main_block(module, roles)
        self._coroutine_consumers(module, roles)
        return roles

    def _decorated(self, function: FunctionInfo) -> FunctionRole | None:
        if not function.decorators:
            return None
        scope = self.evaluator.module_scope(function.module)
        return next((r for d in function.decorators if (r := self.decorator_role(d, scope)) is not None), None)

    def _view_functions(self, module: ModuleSummary, roles: RoleMap) -> None:
        packages = module.top_level_packages()
        for views in self.knowledge.view_functions:
            if views.package not in packages:
                continue
            names = os.path.basename(module.folder), *module.name.split("."), module.stem, module.stem.rpartition("_")[2]
            in_views = not views.stems.isdisjoint(names)
            for function in module.definitions(taking_first(views.parameter, views.request_class)):
                if not isinstance(function, FunctionInfo) or function.line in roles:
                    continue
                by_place = in_views and not function.name.startswith("_") and takes_request(function, views.parameter, views.request_class)
                if by_place and is_view_helper(function, self.evaluator.project, lambda: self._names_called):
                    by_place = False
                may_be_listed = takes_request(function, views.parameter, views.request_class, registered=True)
                if by_place or (may_be_listed and is_in_registry(function, views.registry, self.evaluator)):
                    roles[function.line] = FunctionRole(Role.HTTP, "function view", views.request_class)

    def _module_responders(self, module: ModuleSummary, roles: RoleMap) -> None:
        for responders in self.knowledge.module_responders:
            for name in filter(module.binds, responders.names):
                function = module.binding(name)
                if isinstance(function, FunctionInfo) and function.line not in roles:
                    given = tuple(arg.arg for arg in (*function.args.posonlyargs, *function.args.args))
                    if given[: len(responders.parameters)] == responders.parameters:
                        roles[function.line] = FunctionRole(Role.HTTP, "responder of a module", responders.request_class)

    def _main_block(self, module: ModuleSummary, roles: RoleMap) -> None:
        handed: set[str] = set()
        scope = self.evaluator.module_scope(module)
        for call in module.main_calls:
            value = self.evaluator.value(call.func, scope)
            if value is not None and value.definition is None and value.name in self.knowledge.server_runners:
                given = (*call.args, *(keyword.value for keyword in call.keywords))
                handed.update(ast.unparse(a.func) for a in given if isinstance(a, ast.Call))
        for call in module.main_calls:
            if isinstance(call.func, ast.Name) and call.func.id not in handed:
                found = module.binding(call.func.id)
                if not isinstance(found, FunctionInfo) or found.line in roles:
                    continue
                if not is_application(self.evaluator, self.evaluator.results.of(found)):
                    roles[found.line] = FunctionRole(Role.CLI, "called in the __main__ block")

    def _coroutine_consumers(self, module: ModuleSummary, roles: RoleMap) -> None:
        if module.stem.removesuffix("s") not in _COROUTINE_STEMS or os.path.basename(module.folder) in _DATA_FOLDERS:
            return
        if any(r.role in (Role.JOB, Role.HTTP) for r in roles.values()):  # of the others the routes of what is called workers
            return
        for function in module.functions():
            is_command = any(_called_attribute(d) in _COMMAND_DECORATORS for d in function.decorators)
            if function.is_async and function.line not in roles and not is_command and _may_consume(function):
                roles[function.line] = FunctionRole(Role.JOB, f"public coroutine of a {module.stem} module")

    # -- decorators ------------------------------------------------------------------------------

    def decorator_role(self, decorator: ast.expr, scope: Scope) -> FunctionRole | None:
        """The role that a decorator gives; None for those that give none or can't be read."""
        target = decorator.func if isinstance(decorator, ast.Call) else decorator
        if isinstance(target, ast.Name):
            if target.id in _PLAIN_DECORATORS:
                return None
        elif not isinstance(target, ast.Attribute) or target.attr in _PLAIN_DECORATORS:
            return None
        if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Attribute):
            if target.value.attr in self.knowledge.mapping_attributes and target.attr in HTTP_VERBS:
                return FunctionRole(Role.HTTP, f"@{ast.unparse(target)}")
        if isinstance(target, ast.Attribute) and target.attr in self.knowledge.object_decorators:
            role = self._object_decorator(target, decorator, scope)
            if role is not None:
                return role
        value = self.evaluator.value(target, scope)
        if value is None:
            return None
        if isinstance(value.definition, FunctionInfo):
            return self._wrapped(value.definition)
        if isinstance(value.definition, ClassInfo):
            return self._decorator_class(value.definition)
        return self._external_decorator(value.name)

    def _external_decorator(self, name: str) -> FunctionRole | None:
        role = self.knowledge.decorators.get(name)
        return None if role is None else FunctionRole(role, f"@{name}", self.knowledge.decorator_requests.get(name, ""))

    def _decorator_class(self, cls: ClassInfo) -> FunctionRole | None:
        """The role that a class hands on whose instances are decorators: by a base of its, or by its `__call__`."""
        for name in self.evaluator.ancestry(cls).externals:
            if (role := self._external_decorator(name)) is not None:
                return role
        method = self.evaluator.method(cls, "__call__")
        return None if method is None else self._wrapped(method)

    def _object_decorator(self, target: ast.Attribute, decorator: ast.expr, scope: Scope) -> FunctionRole | None:
        owner = self.evaluator.value(target.value, scope)
        if owner is None and _has_path(decorator):
            owner = self.evaluator.deep_value(target.value, scope)
        if owner is not None and isinstance(owner.definition, FunctionInfo):
            known = self.evaluator.results.made_of(owner.definition)
            owner = None if known is None else Value(Kind.INSTANCE, known)
        for entry in self.knowledge.object_decorators[target.attr]:
            if owner is not None and self._has_class(owner, entry):
                return FunctionRole(entry.role, f"@{ast.unparse(target)} on {owner.name}", entry.request_class)
        for entry in self.knowledge.object_decorators[target.attr]:
            if entry.name_endings and self._looks_like(owner, target.value, decorator, entry, scope):
                return FunctionRole(entry.role, f"@{ast.unparse(target)}", entry.request_class)
        return None

    def _has_class(self, owner: Value, entry: ObjectDecorator) -> bool:
        if owner.kind not in (Kind.INSTANCE, Kind.OBJECT):
            return False
        return bool(self.evaluator.descends(owner, self.knowledge.object_decorator_names[entry]))

    def _looks_like(self, owner: Value | None, node: ast.expr, decorator: ast.expr, entry: ObjectDecorator, scope: Scope) -> bool:
        """Whether the constructor or factory of the object has a telling name."""
        if owner is not None:
            if owner.kind is Kind.INSTANCE and not isinstance(owner.definition, ModuleSummary):
                if self.evaluator.descends(owner, self.knowledge.any_object_decorator):
                    return False  # another framework's object
                return owner.last_name.lower().removesuffix("()").endswith(entry.name_endings)
            return False
        origin = self._origin(node, scope)
        if origin:
            return origin.lower().endswith(entry.name_endings)
        if self._is_resolved(node, scope, entry):
            return False
        if entry.role is Role.HTTP and isinstance(node, ast.Name) and _is_bound_nowhere(node.id, scope):
            return _has_path(decorator)  # what loads the module puts its router there
        # The object can't be read at all: its own name, and for routes a path literal, must tell.
        name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
        if not name.lower().endswith(entry.name_endings):
            return False
        if entry.role is not Role.HTTP:
            return True
        return _has_path(decorator)

    def _origin(self, node: ast.expr, scope: Scope) -> str:
        """The last name of the call that made an object: `create_router` of `router = create_router()`."""
        value: ast.expr | None = None
        if isinstance(node, ast.Name):
            found = scope.lookup(node.id)
            if found is not None:
                value = next((b.expression for b in found[0] if b.how is How.VALUE), None)
            else:
                definition = self.evaluator.project.resolve(scope.module, node.id)
                value = definition.value if isinstance(definition, Variable) else None
        elif isinstance(node, ast.Call):
            value = node
        func = value.func if isinstance(value, ast.Call) else None
        return func.id if isinstance(func, ast.Name) else func.attr if isinstance(func, ast.Attribute) else ""

    def _is_resolved(self, node: ast.expr, scope: Scope, entry: ObjectDecorator) -> bool:
        """Whether a name is bound to what would tell.

        In a module that imports the framework, what comes out of a mapping does not, nor a parameter without an annotation.
        """
        if not isinstance(node, ast.Name):
            return False
        found = scope.lookup(node.id)
        if found is None:
            return self.evaluator.project.resolve(scope.module, node.id) is not None
        packages = {name.partition(".")[0] for name in entry.classes}
        is_untold = all(b.annotation is None and (b.how is How.PARAMETER or isinstance(b.expression, ast.Subscript)) for b in found[0])
        return not is_untold or packages.isdisjoint(scope.module.top_level_packages())

    # -- first-party decorators ------------------------------------------------------------------

    def _wrapped(self, function: FunctionInfo) -> FunctionRole | None:
        """The role that a first-party decorator hands on: it registers its function with a framework."""
        key = "wrapped", function.module.path, function.qualname, str(function.line)
        project = self.evaluator.project
        if function in self._wrappers:
            return self._wrappers[function]
        if key in project.memo:
            return project.memo[key]  # type: ignore[return-value]
        self._wrappers[function] = None
        if self._hops >= _MAX_DECORATOR_HOPS:
            return None
        self._hops += 1
        try:
            role = self._role_in_body(function)
        finally:
            self._hops -= 1
        self._wrappers[function] = role
        if self._hops == 0 and not project.is_current(function.module):
            project.memo[key] = role
        return role

    def _role_in_body(self, function: FunctionInfo) -> FunctionRole | None:
        scope = self.evaluator.scope_of(function)
        if scope is None or scope.node is None:
            return None
        for node, inner in scoped_nodes(scope):
            if isinstance(node, FUNCTION_NODES):
                for decorator in node.decorator_list:
                    if (role := self.decorator_role(decorator, inner)) is not None:
                        return role
            elif isinstance(node, ast.Call):
                role = self.decorator_role(node, inner) or self.registered_role(node, inner)
                if role and role.role is not Role.BOUNDARY:
                    return role
        return None

    # -- registrations and nested functions ------------------------------------------------------

    def registered_role(self, call: ast.Call, scope: Scope) -> FunctionRole | None:
        """The role that a call gives to the handler that it registers; None for other calls."""
        return next((_registered(entry, name) for _, entry, name in self.registrations.of(call, scope)), None)

    def complete(
        self,
        module: ModuleSummary,
        tree: ast.Module,
        functions: Callable[[], list[PlacedFunction]],
        text: str | None = None,
        present: frozenset[str] | None = None,
    ) -> RoleMap:
        """The surface, with functions nested in functions and functions registered by a call.

        `text`: the module's source, if at hand, and `present`: the words in it; what can't be in there is not looked for.
        """
        roles = dict(self.surface(module))
        base = self.evaluator.module_scope(module)
        for placed in functions() if text is None or _INNER_DECORATOR.search(text) else ():
            if placed.enclosing is None or not placed.node.decorator_list or placed.node.lineno in roles:
                continue
            scope = Scope(module, placed.enclosing, base, None)
            role = next((r for d in placed.node.decorator_list if (r := self.decorator_role(d, scope))), None)
            if role is not None:
                roles[placed.node.lineno] = role
        words = self.registrations.words(module)
        if text is None or any(f"{word}(" in text for word in (words if present is None else words & present)):
            for function, entry, name in self.registrations.handlers_in(tree, base, words):
                if function.module.path == module.path:
                    roles.setdefault(function.line, _registered(entry, name))
        if _applies_decorator(self.evaluator.project.text_of(module.path) if text is None else text):
            self._applied_by_calls(module, tree, base, roles)
        if text is not None and EXCEPTION_HANDLERS in text:
            for function in self.registrations.by_exception(tree, base):
                roles.setdefault(function.line, FunctionRole(Role.BOUNDARY, f"named in {EXCEPTION_HANDLERS}"))
        return roles

    def _applied_by_calls(self, module: ModuleSummary, tree: ast.Module, base: Scope, roles: RoleMap) -> None:
        """Adds what a decorator applied by a call makes a handler: `router.post("/x")(handler)`."""
        for node, inner in scoped_nodes(base, tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Call) and len(node.args) == 1:
                value = self.evaluator.value(node.args[0], inner)
                function = value.definition if value is not None else None
                if isinstance(function, FunctionInfo) and function.module.path == module.path and function.line not in roles:
                    role = self.decorator_role(node.func, inner)
                    if role is not None:
                        roles[function.line] = role

    def has_more(self, module: ModuleSummary, text: str) -> bool:
        """Whether `complete` may find more roles than `surface` in a module of some text."""
        return _INNER_DECORATOR.search(text) is not None or _applies_decorator(text) or self.registrations.may_be_in(text, module)


def is_decorated(text: str) -> bool:
    """Whether a text has a decorator that may give a role."""
    return _TELLING_DECORATOR.search(text) is not None


def _may_consume(function: FunctionInfo) -> bool:
    """Whether a coroutine of a consumer module can be what a queue calls: none hands it a session."""
    if function.name.startswith("_") or function.name in _LIFECYCLE:
        return False
    arguments = (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)
    return not any(arg.arg == "db" or arg.arg.endswith("session") for arg in arguments)


def _is_bound_nowhere(name: str, scope: Scope) -> bool:
    return not scope.module.stars and not scope.module.binds(name) and scope.lookup(name) is None


def _has_path(decorator: ast.expr) -> bool:
    """Whether a decorator's first argument is a URL path written as text."""
    first = decorator.args[0] if isinstance(decorator, ast.Call) and decorator.args else None
    return isinstance(first, ast.Constant) and isinstance(first.value, str) and first.value[:1] in ("/", "")


def _called_attribute(decorator: ast.expr) -> str:
    target = decorator.func if isinstance(decorator, ast.Call) else decorator
    return target.attr if isinstance(target, ast.Attribute) else ""


def _applies_decorator(text: str) -> bool:
    """Whether a text may apply a decorator by a call: `router.post("/x")(handler)`."""
    lines = (text[text.rfind("\n", 0, match.start()) + 1 : match.start()] for match in _APPLIED.finditer(text))
    return any(_decorators().search(line) is not None for line in lines)


@cache
def _decorators() -> re.Pattern[str]:
    """Finds the call of what may be a decorator that gives a role, by its last name."""
    known = knowledge()
    names = {*known.object_decorators, *(name.rpartition(".")[2] for name in known.decorators)}
    return re.compile(rf"\b(?:{'|'.join(sorted(names))})\(")


def _registered(entry: Registration, name: str) -> FunctionRole:
    return FunctionRole(entry.role, f"registered by {name}()", entry.request_class)
