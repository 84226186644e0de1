"""HTTP statuses in code: constants of the frameworks, numbers, and what they are given to."""

from __future__ import annotations

import ast
import re
from bisect import bisect_left
from collections.abc import Iterator

from flake8_backend_rules.project.project import External
from flake8_backend_rules.project.summary import ModuleSummary
from flake8_backend_rules.project.surfaces import ClassInfo, FunctionInfo, ImportInfo
from flake8_backend_rules.semantics.kinds import Kind
from flake8_backend_rules.semantics.outside_clients import is_api_error
from flake8_backend_rules.semantics.scope import SCOPE_NODES, Scope, children_reversed, parameters
from flake8_backend_rules.semantics.values import Evaluator

CONSTANT = re.compile(r"HTTP_[1-5]\d\d(_\w+)?\Z")
PARAMETERS = frozenset({"status_code", "status", "http_status"})
ATTRIBUTES = frozenset({"status_code", "http_status", "code"})
_ERROR_ENDINGS = ("Error", "Exception", "Warning")


def is_error_number(node: ast.expr | None) -> bool:
    """Whether a literal is a 4xx or 5xx status."""
    return isinstance(node, ast.Constant) and type(node.value) is int and 400 <= node.value <= 599


class Statuses:
    """Answers of one linted file about HTTP statuses."""

    def __init__(self, evaluator: Evaluator, module: ModuleSummary) -> None:
        self.evaluator = evaluator
        self.module = module
        self.knowledge = evaluator.knowledge

    def is_constant(self, node: ast.Attribute, scope: Scope) -> bool:
        """Whether an attribute is `status.HTTP_404_NOT_FOUND` or a member of `HTTPStatus`."""
        of_module = CONSTANT.match(node.attr) is not None
        if not (of_module or node.attr.isupper()):
            return False
        value = self.evaluator.value(node.value, scope)
        if value is None or value.kind is not Kind.OBJECT or value.definition is not None:
            return False
        return value.name in (self.knowledge.http_status_modules if of_module else self.knowledge.http_status_classes)

    def imported_constants(self) -> frozenset[str]:
        """Names of constants that the file imports one by one."""
        found = set()
        for name, binding in self.module.bindings.items():
            if isinstance(binding, ImportInfo) and binding.name and CONSTANT.match(binding.name):
                definition = self.evaluator.project.resolve(self.module, name)
                if isinstance(definition, External) and definition.name.rpartition(".")[0] in self.knowledge.http_status_modules:
                    found.add(name)
        return frozenset(found)

    def given_numbers(self, call: ast.Call, scope: Scope) -> Iterator[ast.expr]:
        """The literal 4xx and 5xx arguments of a call that a first-party function or class takes as a status."""
        if not any(is_error_number(a) for a in (*call.args, *(k.value for k in call.keywords))):
            return
        for name, value in self._parameters(call, scope):
            if name in PARAMETERS and is_error_number(value):
                yield value

    def _parameters(self, call: ast.Call, scope: Scope) -> Iterator[tuple[str, ast.expr]]:
        """(parameter name, argument) of a call of something first-party; none for the error of another system's API."""
        callee = self._callee(call, scope)
        if isinstance(callee, ClassInfo):
            if is_api_error(callee.name):
                return
            constructor = self.evaluator.method(callee, "__init__")
            if constructor is None:
                yield from self._fields(call, callee)
                return
            callee = constructor
        if callee is not None:
            names = [arg.arg for arg in (*callee.args.posonlyargs, *callee.args.args)]
            names = names[1:] if callee.owner is not None and not _is_static(callee) else names
            yield from _bound(call, names, [arg.arg for arg in callee.args.kwonlyargs])

    def _fields(self, call: ast.Call, cls: ClassInfo) -> Iterator[tuple[str, ast.expr]]:
        """Arguments of the constructor that annotated class attributes make (dataclasses, pydantic models, NamedTuples)."""
        names = [a.name for c in reversed(self.evaluator.ancestry(cls).classes) for a in c.attributes.values() if a.annotation is not None]
        yield from _bound(call, names, [])

    def _callee(self, call: ast.Call, scope: Scope) -> FunctionInfo | ClassInfo | None:
        func = call.func
        if isinstance(func, ast.Attribute) and isinstance(func.value, ast.Call) and isinstance(func.value.func, ast.Name):
            if func.value.func.id != "super" or scope.owner is None:
                return None
            ancestors = self.evaluator.ancestry(scope.owner).classes[1:]
            return next((c.methods[func.attr] for c in ancestors if func.attr in c.methods), None)
        value = self.evaluator.value(func, scope)
        if value is None or value.kind is not Kind.OBJECT or not isinstance(value.definition, (FunctionInfo, ClassInfo)):
            return None
        return value.definition

    def is_error_class(self, cls: ClassInfo) -> bool:
        """Whether a class is an exception: by its own name, or that of an ancestor."""
        ancestry = self.evaluator.ancestry(cls)
        names = [c.name for c in ancestry.classes] + [n.rpartition(".")[2] for n in ancestry.externals]
        names += [b.id for c in ancestry.classes for b in c.bases if isinstance(b, ast.Name)]
        return any(name.endswith(_ERROR_ENDINGS) for name in names)


def status_defaults(args: ast.arguments) -> Iterator[ast.expr]:
    """The literal 4xx and 5xx defaults of parameters that take a status."""
    for arg, default in parameters(args):
        if arg.arg in PARAMETERS and default is not None and is_error_number(default):
            yield default


def nodes_on(lines: list[int], scope: Scope, tree: ast.Module) -> Iterator[tuple[ast.AST, Scope]]:
    """The nodes that stand on, or around, some lines (in order), each with its scope."""
    classes = {(c.line, c.name): c for c in scope.module.all_classes()}
    pending: list[tuple[ast.AST, Scope]] = [(node, scope) for node in children_reversed(tree)]
    while pending:
        node, where = pending.pop()
        first = getattr(node, "lineno", None)
        if first is not None:
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) and node.decorator_list:
                first = node.decorator_list[0].lineno
            index = bisect_left(lines, first)
            if index == len(lines) or lines[index] > (getattr(node, "end_lineno", None) or first):
                continue
        yield node, where
        inner = where
        if isinstance(node, SCOPE_NODES):
            owner = classes.get((node.lineno, node.name)) if isinstance(node, ast.ClassDef) else where.owner
            inner = Scope(where.module, node, where, owner)
        pending.extend((child, inner) for child in children_reversed(node))


def _bound(call: ast.Call, positional: list[str], keywords: list[str]) -> Iterator[tuple[str, ast.expr]]:
    for name, value in zip(positional, call.args, strict=False):
        if isinstance(value, ast.Starred):
            break
        yield name, value
    known = {*positional, *keywords}
    yield from ((k.arg, k.value) for k in call.keywords if k.arg in known and k.arg is not None)


def _is_static(function: FunctionInfo) -> bool:
    return any(isinstance(d, ast.Name) and d.id == "staticmethod" for d in function.decorators)
