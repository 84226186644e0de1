"""What belongs to the edge: framework objects, background tasks, HTTP errors and responses, HTTP clients."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from flake8_backend_rules.frameworks.schema import NameSet
from flake8_backend_rules.project.summary import ModuleSummary
from flake8_backend_rules.project.surfaces import ClassInfo, FunctionInfo, ImportInfo
from flake8_backend_rules.semantics import annotation
from flake8_backend_rules.semantics.kinds import Kind, Value
from flake8_backend_rules.semantics.paths import last_name
from flake8_backend_rules.semantics.scope import FUNCTION_NODES, How, Local, Scope, own_nodes
from flake8_backend_rules.semantics.values import Evaluator

# Words in the names of framework objects: a first-party class with none of them among its bases is none.
_TELLING_BASES = re.compile("Request|Response|Socket|Connection|Background|Upload|Scopes|Credentials|Form|Http")

# Attributes that may hold one: `self.request`, `info.context`, `flask.session`, `flask.g`.
_TELLING_ATTRIBUTE = re.compile(
    "request|response|session|socket|context|current_user|background|file|form|scopes|credentials|^g$", re.IGNORECASE
)

_CLEAN_UPS = frozenset({"close", "aclose", "unlink", "cleanup", "clean_up", "release"})
_FETCHES = re.compile(r"(?!\w*_(?:and|or)_)(?:get|fetch|prefetch|read|warm)_")
_QUIET = frozenset({"log", "logger", "logging", "contextlib"})
_TELEMETRY = frozenset({"telemetry", "analytics", "metric", "metrics", "statsd"})

_TELLING_ERRORS = re.compile("Error|Exception|Http|HTTP|Response|404|Denied|Found|Abort|Fail|Invalid|Forbidden|Unauth|Bad")


class Transport:
    """Answers of one linted file about the framework's own objects.

    `extra_objects`: class names of `backend-framework-objects`, qualified or bare.
    """

    def __init__(self, evaluator: Evaluator, extra_objects: frozenset[str]) -> None:
        self.evaluator = evaluator
        self.knowledge = evaluator.knowledge
        self.extra_objects = NameSet(extra_objects)
        self._names: dict[tuple[ast.AST | None, str], str | None] = {}
        self.extra_names = frozenset(name for name in extra_objects if "." not in name)

    # -- framework objects -----------------------------------------------------------------------

    def is_framework_class(self, value: Value) -> bool:
        """Whether a class (or an instance's class) is one of the framework's request-bound objects."""
        if self.evaluator.descends(value, self.knowledge.framework_objects):
            return True
        if value.last_name in self.extra_names or value.name in self.extra_objects:
            return True
        return bool(self.extra_objects) and self.evaluator.descends(value, self.extra_objects) is True

    def framework_object(self, node: ast.expr, scope: Scope) -> str | None:
        """The class name of the framework object that `node` is, or holds in a collection or conditional; None if none."""
        if isinstance(node, ast.Starred):
            return self.framework_object(node.value, scope)
        if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
            return self._first(node.elts, scope)
        if isinstance(node, ast.Dict):
            return self._first(node.values, scope)
        if isinstance(node, ast.IfExp):
            return self._first([node.body, node.orelse], scope)
        if isinstance(node, ast.BoolOp):
            return self._first(node.values, scope)
        if isinstance(node, ast.Name):
            key = scope.node, node.id
            if key not in self._names:
                self._names[key] = self._framework_value(node, scope)
            return self._names[key]
        return self._framework_value(node, scope)

    def _framework_value(self, node: ast.expr, scope: Scope) -> str | None:
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            if not name[:1].isupper() or (isinstance(node.func, ast.Name) and self._is_plain_import(node.func, scope)):
                return None
        elif isinstance(node, ast.Attribute):
            if not self.extra_objects and not _TELLING_ATTRIBUTE.search(node.attr):
                return None
        elif not isinstance(node, ast.Name) or self._is_plainly_none(node, scope):
            return None
        value = self.evaluator.value(node, scope)
        if value is not None and value.kind is Kind.ROWS:
            value = value.element
        if value is None:
            return None
        if value.kind is Kind.OBJECT:
            return value.last_name if value.definition is None and value.name in self.knowledge.framework_proxies else None
        return value.last_name if value.kind is Kind.INSTANCE and self.is_framework_class(value) else None

    def _first(self, nodes: list[ast.expr], scope: Scope) -> str | None:
        return next((name for n in nodes if (name := self.framework_object(n, scope)) is not None), None)

    def _is_plainly_none(self, node: ast.expr, scope: Scope) -> bool:
        """Told without reading a module: a computed value, or a parameter with a plain annotation."""
        found = scope.lookup(node.id) if isinstance(node, ast.Name) else None
        if found is None:
            return False
        locals_, where = found
        if len(locals_) == 1 and locals_[0].annotation is not None and where.parent is not None:
            arg = locals_[0].parameter
            if arg is None or arg not in self.evaluator.parameter_classes:
                return not self.extra_objects and self.is_plain_annotation(locals_[0].annotation, where.parent)
        return all(_is_computed(local) for local in locals_)

    def annotated_framework_classes(self, node: ast.expr | None, scope: Scope) -> Iterator[Value]:
        """The framework classes that an annotation mentions."""
        if not self.extra_objects and self.is_plain_annotation(node, scope):
            return
        for value in annotation.classes_in(self.evaluator, node, scope):
            if self.is_framework_class(value):
                yield value

    def is_plain_annotation(self, node: ast.expr | None, scope: Scope) -> bool:
        """Whether an annotation plainly mentions no framework object nor alias, told without reading a module."""
        return annotation.is_plain(self.evaluator, node, scope, _TELLING_BASES)

    # -- background tasks ------------------------------------------------------------------------

    def is_background_tasks(self, node: ast.expr, scope: Scope) -> bool | None:
        """Whether a value is typed `BackgroundTasks`; None if its type is unknown."""
        value = self.evaluator.value(node, scope)
        if value is None or value.kind is Kind.MEMBER:
            return None
        return bool(self.evaluator.descends(value, self.knowledge.background_tasks)) and value.kind is Kind.INSTANCE

    def is_background_item(self, call: ast.Call, scope: Scope) -> bool:
        """Whether a call constructs a `BackgroundTask` or `BackgroundTasks`."""
        value = self.evaluator.value(call.func, scope)
        return value is not None and value.kind is Kind.OBJECT and value.name in self.knowledge.background_task_items

    def may_be_lost(self, node: ast.expr, scope: Scope) -> bool:
        """Whether nobody would miss what a callable does: it cleans up, or its name speaks of telemetry."""
        if not _TELEMETRY.isdisjoint(re.split(r"[^a-z]+", ast.unparse(node).lower())):
            return True
        return self._is_clean_up(node, scope) or self._only_cleans_up(node, scope)

    def _is_clean_up(self, node: ast.expr, scope: Scope) -> bool:
        """Whether a callable is one of os, shutil, pathlib, tempfile, or called close, unlink, cleanup or release."""
        if isinstance(node, (ast.Attribute, ast.Name)) and last_name(node).strip("_") in _CLEAN_UPS:
            return True
        value = self.evaluator.value(node, scope)
        return value is not None and value.name.partition(".")[0] in self.knowledge.clean_up_modules

    def _only_cleans_up(self, node: ast.expr, scope: Scope) -> bool:
        """Whether all that the body of a first-party function calls cleans up, or fetches what a cache is then warm with."""
        inside = self._body_of(node, scope)
        if inside is None or inside.node is None:
            return False
        nodes = list(own_nodes(inside.node))
        called = [n.func for n in nodes if isinstance(n, ast.Call)]
        called = [f for f in called if last_name(getattr(f, "value", f)).lower() not in _QUIET and last_name(f) not in ("str", "repr")]
        keeps = any(isinstance(n, (ast.Attribute, ast.Subscript)) and isinstance(n.ctx, ast.Store) for n in nodes)
        if not called or keeps:
            return False
        return all(last_name(f) == "suppress" or _FETCHES.match(last_name(f)) or self._is_clean_up(f, inside) for f in called)

    def _body_of(self, node: ast.expr, scope: Scope) -> Scope | None:
        if isinstance(node, ast.Lambda):
            return Scope(scope.module, node, scope, scope.owner)
        found = scope.lookup(node.id) if isinstance(node, ast.Name) else None
        if found is not None:
            nested = found[0][-1].definition
            return Scope(scope.module, nested, found[1], found[1].owner) if isinstance(nested, FUNCTION_NODES) else None
        value = self.evaluator.value(node, scope)
        is_function = value is not None and value.kind is Kind.OBJECT and isinstance(value.definition, FunctionInfo)
        return self.evaluator.scope_of(value.definition) if is_function else None  # type: ignore[union-attr, arg-type]

    # -- HTTP errors and responses ---------------------------------------------------------------

    def http_error(self, node: ast.expr, scope: Scope) -> str | None:
        """The name of the HTTP error or response that `node` (a class, a call, a name bound to one) is; None if none."""
        if isinstance(node, ast.Name) and self._is_plain_import(node, scope):
            return None
        value = self.evaluator.value(node, scope)
        if value is None or isinstance(value.definition, (FunctionInfo, ModuleSummary)):
            return None
        if isinstance(value.definition, ClassInfo):
            return value.last_name if self._is_http_error_class(value) else None
        name = value.name.removesuffix("()")
        if name in self.knowledge.http_error_functions or self._is_http_name(name):
            return name.rpartition(".")[2]
        return None

    def _is_plain_import(self, node: ast.Name, scope: Scope) -> bool:
        """Whether a name is an imported first-party class whose bases can be no HTTP error's, told without reading it."""
        binding = scope.module.binding(node.id)
        if not isinstance(binding, ImportInfo) or (scope.node is not None and scope.lookup(node.id) is not None):
            return False
        return self.evaluator.project.is_plain_class(binding, scope.module, _TELLING_ERRORS)

    def _is_http_error_class(self, value: Value) -> bool:
        if self.evaluator.descends(value, self.knowledge.http_errors):
            return True
        assert isinstance(value.definition, ClassInfo)
        return any(self._is_http_name(name) for name in self.evaluator.ancestry(value.definition).externals)

    def _is_http_name(self, name: str) -> bool:
        if name in self.knowledge.http_errors:
            return True
        module, _, last = name.rpartition(".")
        return module in self.knowledge.http_error_modules and last[:1].isupper()

    def is_streaming_response(self, node: ast.expr | None, scope: Scope) -> bool:
        """Whether a returned expression is a streaming response."""
        value = self.evaluator.value(node, scope)
        return self.evaluator.descends(value, self.knowledge.streaming_responses) is True

    # -- outbound HTTP ---------------------------------------------------------------------------

    def is_http_client(self, node: ast.expr, scope: Scope) -> bool:
        """Whether a value is typed as a client of an HTTP library."""
        value = self.evaluator.value(node, scope)
        if value is None or value.kind is not Kind.INSTANCE:
            return False
        return self.evaluator.descends(value, self.knowledge.http_clients) is True

    def http_call(self, func: ast.expr, scope: Scope) -> str | None:
        """The qualified name of a request function or client constructor of an HTTP library; None for others."""
        value = self.evaluator.value(func, scope)
        if value is None or value.kind is not Kind.OBJECT or value.definition is not None:
            return None
        known = value.name in self.knowledge.http_functions or value.name in self.knowledge.http_clients
        return value.name if known else None


def _is_computed(local: Local) -> bool:
    """Whether a name holds what a function (and no constructor) returned or an attribute of something: dear to follow."""
    if local.how not in (How.VALUE, How.ITERATION, How.WITH) or local.annotation is not None:
        return False
    value = local.expression.value if isinstance(local.expression, ast.Await) else local.expression
    if isinstance(value, ast.Attribute):
        return not _TELLING_ATTRIBUTE.search(value.attr)
    if not isinstance(value, ast.Call):
        return False
    name = value.func.id if isinstance(value.func, ast.Name) else getattr(value.func, "attr", "")
    return not name[:1].isupper()
