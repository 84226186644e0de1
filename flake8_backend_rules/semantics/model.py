"""The semantic model of one linted file: what rules ask. Every fact is computed when first asked, once."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator
from functools import cache, cached_property

from flake8_backend_rules.frameworks.schema import Role
from flake8_backend_rules.project.layers import DEPENDENCY_NAMES, PERSISTENCE_NAMES, Layer, Placement
from flake8_backend_rules.project.project import Project
from flake8_backend_rules.project.source import words_in
from flake8_backend_rules.project.summary import ModuleSummary
from flake8_backend_rules.project.surfaces import ClassInfo, FunctionInfo, FunctionNode
from flake8_backend_rules.semantics.domain_models import DomainModels
from flake8_backend_rules.semantics.enqueue import Enqueues
from flake8_backend_rules.semantics.excepts import Excepts
from flake8_backend_rules.semantics.function_roles import FunctionRole, RoleMap
from flake8_backend_rules.semantics.handed_on import HandedOn
from flake8_backend_rules.semantics.handler_code import Handler, HandlerCode
from flake8_backend_rules.semantics.import_statements import names_imported
from flake8_backend_rules.semantics.important_writes import ImportantWrites
from flake8_backend_rules.semantics.imports import Imports
from flake8_backend_rules.semantics.kinds import Kind, Value
from flake8_backend_rules.semantics.layering import LayerConfiguration, Layering
from flake8_backend_rules.semantics.operations import Operations
from flake8_backend_rules.semantics.origins import Origins
from flake8_backend_rules.semantics.persistence import Persistence
from flake8_backend_rules.semantics.results import Results
from flake8_backend_rules.semantics.roles import RoleFinder
from flake8_backend_rules.semantics.scope import (
    PlacedFunction,
    Scope,
    all_nodes,
    children_reversed,
    own_nodes,
    placed_functions,
)
from flake8_backend_rules.semantics.started_work import StartedWork
from flake8_backend_rules.semantics.statuses import Statuses
from flake8_backend_rules.semantics.transport import Transport
from flake8_backend_rules.semantics.values import Evaluator

_REQUEST_NAMES = ("request", "req")
_WEB_WORDS = ("equest", "UploadFile", "BackgroundTask", "WebSocket", "HTTPAuth", "HTTPBasic", "HTTPConn")


class FileModel:
    """What the linted file means. `text`: its source; `module`: its summary."""

    def __init__(
        self,
        project: Project,
        module: ModuleSummary,
        tree: ast.Module,
        text: str,
        layer_configuration: LayerConfiguration,
        framework_objects: frozenset[str] = frozenset(),
    ) -> None:
        self.project = project
        self.module = module
        self.tree = tree
        self.text = text
        self.evaluator = Evaluator(project)
        self.role_finder = RoleFinder(self.evaluator)
        self.layering = Layering(layer_configuration, self.evaluator, self.role_finder)
        self.persistence = Persistence(self.evaluator)
        self.transport = Transport(self.evaluator, framework_objects)
        self._mentioned: dict[tuple[str, ...] | frozenset[str], bool] = {}
        self._defined: dict[tuple[str, ...], bool] = {}
        self._dependency_code: dict[FunctionNode, bool] = {}
        self._uses: dict[FunctionNode, dict[str, list[ast.Name]]] = {}
        self._parents: dict[ast.AST, dict[ast.AST, ast.AST]] = {}

    @cached_property
    def words(self) -> frozenset[str]:
        """The identifiers and other words of the file's text."""
        return words_in(self.text)

    @cached_property
    def vocabulary(self) -> str:
        """The words in one string, for a look inside of them: a fraction of the text."""
        return " ".join(self.words)

    def mentions(self, words: tuple[str, ...] | frozenset[str]) -> bool:
        """Whether the file's text holds one of some identifiers, inside of others too."""
        kept = self._mentioned.get(words)
        if kept is None:
            kept = self._mentioned[words] = self._holds_any(words)
        return kept

    def _holds_any(self, words: tuple[str, ...] | frozenset[str]) -> bool:
        vocabulary = self.vocabulary
        for word in words:  # a generator would cost more than the search
            if word in vocabulary:
                return True
        return False

    def dispose(self) -> None:
        """Takes the model apart after the walk, so that it is freed at once and not by a garbage collection. It is not to be used again."""
        self.module.dissolve()
        for hub in (self.evaluator, self):  # what all the others know, and are known to
            hub.__dict__.clear()

    # -- layer, roles, handler code --------------------------------------------------------------

    @cached_property
    def placement(self) -> Placement:
        """The file's layer with the reason."""
        self.layering.give_roles(self.module, lambda: (lambda: self.functions, self.roles))
        return self.layering.of(self.module)

    @property
    def layer(self) -> Layer:
        return self.placement.layer

    def layer_of(self, module: ModuleSummary) -> Layer:
        return self.placement_of(module).layer

    def placement_of(self, module: ModuleSummary) -> Placement:
        return self.placement if module.path == self.module.path else self.layering.of(module)

    @cached_property
    def is_persistence_module(self) -> bool:
        """Whether the file is infrastructure whose stem or one of whose folders is a name of KBR305 (b)."""
        if self.layer is not Layer.INFRASTRUCTURE:
            return False
        parts = self.module.path.replace("\\", "/").split("/")[:-1]
        depth = self.module.name.count(".") + (1 if self.module.is_package else 0)
        return self.module.stem in PERSISTENCE_NAMES or bool(PERSISTENCE_NAMES.intersection(parts[-max(depth, 1) :]))

    @cached_property
    def roles(self) -> RoleMap:
        """Roles by the line of the `def`. The request parameters of handlers are known from here on."""
        roles = self.role_finder.complete(self.module, self.tree, lambda: self.functions, self.text, self.words)
        for placed in self.functions if roles else ():
            role = roles.get(placed.node.lineno)
            for name, given in role.typed_parameters if role is not None else ():
                arg = next((a for a in placed.node.args.args if a.arg == name and a.annotation is None), None)
                if arg is not None:
                    self.evaluator.parameter_classes[arg] = given
            if role is not None and role.request_class:
                request = _request_parameter(placed, self.functions)
                if request is not None:
                    self.evaluator.parameter_classes[request] = role.request_class
                elif placed.owner is not None:  # handed to the constructor of a base
                    self.evaluator.request_owners[placed.owner.lineno] = role.request_class
        return roles

    @cached_property
    def functions(self) -> list[PlacedFunction]:
        return placed_functions(self.tree)

    @cached_property
    def handler_code(self) -> HandlerCode:
        code = HandlerCode(self.functions if self.roles else [], self.roles)
        if code.present:
            handed_on = HandedOn(self.module, self.functions, code, self.evaluator.value)
            self.evaluator.handed_on = handed_on.value_of
        return code

    @cached_property
    def speaks_web(self) -> bool:
        """Whether the file can hold a framework object, error or response: by its imports, or a word that tells."""
        if not self.module.top_level_packages().isdisjoint(self.evaluator.knowledge.web_packages):
            return True
        return self.mentions(_WEB_WORDS)

    def handler_at(self, scope: Scope, *roles: Role) -> Handler | None:
        """The handler code of one of `roles` that `scope` is part of; None outside of handler code."""
        if scope.node is None:
            return None
        return self.handler_code.at(scope, *roles)

    def role_at(self, scope: Scope) -> FunctionRole | None:
        """The role of the innermost enclosing function that has one."""
        return next((self.roles[f.lineno] for f in scope.functions() if f.lineno in self.roles), None)

    def is_dependency(self, function: FunctionNode) -> bool:
        """Whether a function stands in a `Depends(...)` or `Security(...)` of this module."""
        return function.name in self._depended_on

    def is_dependency_code(self, function: FunctionNode, scope: Scope) -> bool:
        """Whether a function, around or at `scope`, is a dependency: by `Depends`, its module's name, or the session that it yields."""
        kept = self._dependency_code.get(function)
        if kept is None:
            kept = self._dependency_code[function] = self._is_dependency_code(function, scope)
        return kept

    def _is_dependency_code(self, function: FunctionNode, scope: Scope) -> bool:
        module = self.module
        named = module.stem in DEPENDENCY_NAMES or os.path.basename(module.folder) in DEPENDENCY_NAMES
        if self.is_dependency(function) or (named and self.layer is Layer.TRANSPORT):
            return True
        if "yield" not in self.words:
            return False
        yielded = [n.value for n in own_nodes(function) if isinstance(n, ast.Yield) and n.value is not None]
        return any(self.persistence.is_session(value, scope) for value in yielded)

    @cached_property
    def _depended_on(self) -> frozenset[str]:
        markers = self.evaluator.knowledge.dependency_marker_names
        if markers.isdisjoint(self.words):
            return frozenset()
        return frozenset(name.rpartition(".")[2] for name in _injected(markers).findall(self.text))

    # -- calls -----------------------------------------------------------------------------------

    def callee(self, call: ast.Call, scope: Scope) -> FunctionInfo | ClassInfo | None:
        """The first-party function, method or class that a call calls; None if unknown or third-party."""
        value = self.evaluator.value(call.func, scope)
        if value is None:
            return None
        if value.kind is Kind.INSTANCE and isinstance(value.definition, ClassInfo):
            return self.evaluator.method(value.definition, "__call__")
        if isinstance(value.definition, (FunctionInfo, ClassInfo)) and value.kind is Kind.OBJECT:
            return value.definition
        return None

    @cached_property
    def operations(self) -> Operations:
        """What is a core operation for the file."""
        return Operations(self.evaluator, self.module, self.layering)

    # -- work beside the caller ------------------------------------------------------------------

    @cached_property
    def enqueues(self) -> Enqueues:
        """Which calls of the file hand a job to a queue, and its payload."""
        return Enqueues(self.evaluator, self.module, self.text, self.words)

    @cached_property
    def started_work(self) -> StartedWork:
        """What starts tasks, threads and the like in the file."""
        return StartedWork(self.evaluator)

    # -- imports ---------------------------------------------------------------------------------

    def names_from(self, packages: frozenset[str]) -> frozenset[str]:
        """The names that the file's imports bind from some top-level packages."""
        return frozenset() if packages.isdisjoint(self.words) else frozenset(names_imported(packages, self.tree, self.text))

    @cached_property
    def imports(self) -> Imports:
        """What the file's import statements bring in."""
        thorough = self.layer is Layer.DOMAIN or bool(self.layering.configuration.globs)
        origins = Origins(self.evaluator, self.module, self.placement_of, self.role_finder.surface, thorough=thorough)
        return Imports(self.module, self.text, origins, self.placement)

    # -- classes ---------------------------------------------------------------------------------

    @cached_property
    def defined_names(self) -> str:
        """The names of the file's functions, methods and classes, in one string of lower case."""
        return " ".join((*(f.name for f in self.module.functions()), *(c.name for c in self.module.all_classes()))).lower()

    def defines_name_with(self, words: tuple[str, ...]) -> bool:
        """Whether the name of a function, method or class of the file holds one of some words; asked by several rules, answered once."""
        kept = self._defined.get(words)
        if kept is None:
            names = self.defined_names
            kept = self._defined[words] = any(word in names for word in words)
        return kept

    @cached_property
    def orm_classes(self) -> list[ClassInfo]:
        """The ORM classes that the file defines."""
        evaluator = self.evaluator
        derived = (c for c in self.module.all_classes() if c.bases or c.keywords or c.decorators)
        return [c for c in derived if evaluator.rows.is_orm_class(evaluator.describe(c))]

    @cached_property
    def domain_models(self) -> DomainModels:
        return DomainModels(self.evaluator, self.module, self.layer_of)

    # -- operations ------------------------------------------------------------------------------

    @cached_property
    def excepts(self) -> Excepts:
        return Excepts(self.transport)

    @cached_property
    def statuses(self) -> Statuses:
        return Statuses(self.evaluator, self.module)

    @cached_property
    def results(self) -> Results:
        return Results(self.evaluator, self.module, self.text)

    @cached_property
    def important_writes(self) -> ImportantWrites:
        return ImportantWrites(self.evaluator, self.persistence, self.module)

    # -- structure -------------------------------------------------------------------------------

    def ancestors(self, node: ast.AST, scope: Scope) -> Iterator[ast.AST]:
        """The nodes around `node`, innermost first, up to its outermost function (or the module)."""
        top: ast.AST = self.tree
        for function in scope.functions():
            top = function
        parents = self._parents.get(top)
        if parents is None:
            parents = self._parents[top] = {child: parent for parent in (top, *all_nodes(top)) for child in children_reversed(parent)}
        current = parents.get(node)
        while current is not None:
            yield current
            current = parents.get(current)

    def uses(self, name: str, function: FunctionNode) -> list[ast.Name]:
        """Where a function itself names something, in no certain order."""
        if function not in self._uses:
            found: dict[str, list[ast.Name]] = {}
            for node in own_nodes(function):
                if isinstance(node, ast.Name):
                    found.setdefault(node.id, []).append(node)
            self._uses[function] = found
        return self._uses[function].get(name, [])

    def chain_top(self, node: ast.expr, scope: Scope) -> tuple[ast.expr, list[str]]:
        """The whole of a method chain that begins with `node`, and the names of the methods called on the way."""
        methods: list[str] = []
        top = node
        for parent in self.ancestors(node, scope):
            if isinstance(parent, ast.Attribute) and parent.value is top:
                methods.append(parent.attr)
            elif not (isinstance(parent, ast.Call) and parent.func is top) and not (
                isinstance(parent, ast.Subscript) and parent.value is top
            ):
                break
            top = parent
        return top, methods

    def value(self, node: ast.expr | None, scope: Scope) -> Value | None:
        """What an expression stands for; None if unknown."""
        return self.evaluator.value(node, scope)


@cache
def _injected(markers: frozenset[str]) -> re.Pattern[str]:
    """Finds `Depends(name)` in a text: a fraction of what a look at all calls costs, and a comment does no harm."""
    return re.compile(rf"(?:{'|'.join(sorted(markers))})\(\s*([^\W\d][\w.]*)")


def _request_parameter(placed: PlacedFunction, functions: list[PlacedFunction]) -> ast.arg | None:
    """The parameter of a handler that is the request, of a method that takes nothing the constructor's; None if there is none."""
    positional = [*placed.node.args.posonlyargs, *placed.node.args.args]
    own = positional if placed.owner is None else positional[1:]
    named = next((arg for arg in own if arg.arg in _REQUEST_NAMES), None)
    if own or placed.owner is None:
        return named or next(iter(own), None)
    constructor = next((f.node for f in functions if f.owner is placed.owner and f.node.name == "__init__"), None)
    return None if constructor is None else next((a for a in constructor.args.args if a.arg in _REQUEST_NAMES), None)
