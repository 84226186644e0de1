"""What calling a function gives, where the function is the project's own: by its annotation, its decorators or its body."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from flake8_backend_rules.project.surfaces import FunctionInfo, Variable
from flake8_backend_rules.semantics import annotation
from flake8_backend_rules.semantics.kinds import Kind, Value
from flake8_backend_rules.semantics.paths import last_name
from flake8_backend_rules.semantics.relations import query_of_pair
from flake8_backend_rules.semantics.scope import How, Scope, bound_arguments, is_none, named_parameters, own_nodes

if TYPE_CHECKING:
    from flake8_backend_rules.semantics.values import Evaluator

_MAX_INFERRED_FUNCTIONS = 8
_MAX_SHOWN = 4
_OF_GROUPS = frozenset({"group", "command"})
_UNTELLING_RETURNS = frozenset({"Exception", "BaseException"})
"""Annotations of which a body may return something that tells more."""


class FunctionResults:
    """Answers about what the functions give that an evaluator comes across."""

    def __init__(self, evaluator: Evaluator) -> None:
        self.evaluator = evaluator
        self._kept: dict[tuple[FunctionInfo, bool], Value | None] = {}
        self._asked_inference: set[FunctionInfo] = set()

    def of(self, function: FunctionInfo) -> Value | None:
        """What calling (and awaiting) a first-party function gives; of a generator, ROWS of what it yields."""
        key = function, self.evaluator.deep
        if key in self._kept:
            return self._kept[key]
        self._kept[key] = None  # recursion ends here
        value = None
        if (known := self.made_of(function)) is not None:
            value = Value(Kind.INSTANCE, known)
        if value is None:
            scope = self.evaluator.module_scope(function.module)
            value = self._self_type(function) or self.evaluator.annotated(function.returns, scope)
        if value is None and (function.returns is None or last_name(function.returns) in _UNTELLING_RETURNS):
            value = self._returned_by_body(function)
        self._kept[key] = value
        return value

    def _self_type(self, function: FunctionInfo) -> Value | None:
        """An instance of a method's own class where it says that it returns `Self`; of a generator, ROWS of them."""
        own = None if function.owner is None else Value(Kind.INSTANCE, function.owner.qualname, function.owner)
        if own is None or not annotation.says_self(function.returns):
            return None
        return Value(Kind.ROWS, "yielded", element=own) if annotation.is_generator(function.returns) else own

    def are_self(self, function: FunctionInfo) -> bool:
        """Whether a method says that it returns `Self`, or says nothing and returns or yields `self`, `cls()` or their like.

        What a class method makes with the help of `cls` is of that class too: `db.get(cls, pk)`.
        """
        if function.returns is not None:
            return annotation.says_self(function.returns)
        scope = self.evaluator.scope_of(function)
        first = next(iter(named_parameters(function.args)), None)
        if scope is None or scope.node is None or first is None:
            return False
        given = [n.value for n in own_nodes(scope.node) if isinstance(n, (ast.Yield, ast.Return))]
        if any(last_name(d) == "classmethod" for d in function.decorators):
            return any(_comes_of(value, first.arg, scope) for value in given if value is not None)
        made = [value.func if isinstance(value, ast.Call) else value for value in given]
        return any(isinstance(value, ast.Name) and value.id == first.arg for value in made)

    def decorated_as(self, decorator: ast.expr, function: FunctionInfo) -> str | None:
        """The class that a decorator makes of its function (`@click.group` makes a `click.Group`)."""
        target = decorator.func if isinstance(decorator, ast.Call) else decorator
        if not self.evaluator.knowledge.decorated_as or not isinstance(target, (ast.Name, ast.Attribute)):
            return None
        scope = self.evaluator.module_scope(function.module)
        value = self.evaluator.value(target, scope)
        if value is not None or not isinstance(target, ast.Attribute) or target.attr not in _OF_GROUPS:
            return None if value is None else self.evaluator.knowledge.decorated_as.get(value.name)
        owner = self.evaluator.value(target.value, scope)  # `@main.group()`, where `main` is a function that has become a group
        made = self.made_of(owner.definition) if owner is not None and isinstance(owner.definition, FunctionInfo) else None
        return None if made is None else self.evaluator.knowledge.decorated_as.get(f"{made}.{target.attr}")

    def made_of(self, function: FunctionInfo) -> str | None:
        """The class that the decorators of a function make of it."""
        return next((known for d in function.decorators if (known := self.decorated_as(d, function)) is not None), None)

    def _returned_by_body(self, function: FunctionInfo) -> Value | None:
        scope = self.evaluator.scope_of(function)
        if scope is None or scope.node is None:
            return None
        given = [n for n in own_nodes(scope.node) if isinstance(n, (ast.Yield, ast.Return))]
        yielded = [n.value for n in given if isinstance(n, ast.Yield) and n.value is not None]
        if yielded:
            element = next((v for expression in yielded[:_MAX_SHOWN] if (v := self.evaluator.value(expression, scope)) is not None), None)
            return None if element is None else Value(Kind.ROWS, "yielded", element=element)
        returned = [n.value for n in given if isinstance(n, ast.Return) and not is_none(n.value)]
        values = {self.shown(expression, scope) for expression in returned[:_MAX_SHOWN]}
        if len(values) > 1:  # the caller of `get_order` returns the response at once, and goes on with the order
            values -= {value for value in values if value is not None and _is_response(value)}
        if len(values) == 1 and (value := values.pop()) is not None:
            return value
        if self.evaluator.deep and returned and not values - {None} and any(self._may_be_told(e, scope) for e in returned if e is not None):
            return self._inferred(function)
        return None

    def shown(self, expression: ast.expr | None, scope: Scope) -> Value | None:
        """The value of an expression that a body returns, a list that it fills with rows included."""
        value = self.evaluator.value(expression, scope)
        return self.evaluator.rows.gathered(expression, scope) if value is None and isinstance(expression, ast.Name) else value

    def _may_be_told(self, expression: ast.expr, scope: Scope) -> bool:
        """Whether astroid, which is dear to import, can know more: not of what callers hand over, nor of a third party's attributes."""
        root = expression
        while not isinstance(root, ast.Name):
            inner = root.func if isinstance(root, ast.Call) else getattr(root, "value", None)
            if not isinstance(inner, ast.expr):
                return True
            root = inner
        found = scope.lookup(root.id)
        if found is not None and all(local.how is How.PARAMETER for local in found[0]):
            return False
        value = self.evaluator.value(root, scope)
        return value is None or value.definition is not None or root is expression

    def _inferred(self, function: FunctionInfo) -> Value | None:
        """What astroid makes of a function's body. At most a few functions a file, so that no file costs much."""
        self._asked_inference.add(function)
        if len(self._asked_inference) > _MAX_INFERRED_FUNCTIONS:
            return None
        name = self.evaluator.project.inference.returned_class(function)
        if name is None:
            return None
        path, _, qualname = name.rpartition(":")
        if not path:
            return Value(Kind.INSTANCE, name)
        module = self.evaluator.project.module_at(path)
        cls = None if module is None else next((c for c in module.all_classes() if c.qualname == qualname), None)
        return None if cls is None else Value(Kind.INSTANCE, f"{cls.module.name}.{qualname}", cls)

    def item(self, function: FunctionInfo, index: int) -> Value | None:
        """One item of the tuples that a function without an annotation returns, where all of them agree on it."""
        scope = self.evaluator.scope_of(function)
        if scope is None or scope.node is None:
            return None
        returned = [n.value for n in own_nodes(scope.node) if isinstance(n, ast.Return)]
        if not all(isinstance(value, ast.Tuple) or query_of_pair(value) is not None for value in returned):
            return None
        items = [self.evaluator.item(value, index, scope) for value in returned[:_MAX_SHOWN] if value is not None]
        return items[0] if items and all(item == items[0] for item in items) else None

    def of_call(self, function: FunctionInfo, node: ast.Call, scope: Scope) -> Value | None:
        """What a call gives by its arguments: `def track(items: Iterable[T]) -> Iterator[T]` hands on what it iterates.

        So does `def patch(row: T) -> T`; `def load(model: type[T]) -> T` makes one of what it is handed.
        """
        returned = annotation.type_variable(function.returns)
        if returned is None or not self._is_type_variable(returned.name, function):
            return None
        for arg, given in bound_arguments(node, function.args):
            if annotation.class_variable(arg.annotation) == returned.name:
                made = self.evaluator.instance_of(self.evaluator.value(given, scope))
                return Value(Kind.ROWS, "made", element=made) if returned.within and made is not None else made
            taken = annotation.type_variable(arg.annotation)
            if taken is not None and taken.name == returned.name and taken.within >= returned.within:
                value = self.evaluator.value(given, scope)
                return value if taken.within == returned.within or value is None else value.element
        return None

    def _is_type_variable(self, name: str, function: FunctionInfo) -> bool:
        definition = self.evaluator.project.resolve(function.module, name)
        made = definition.value if isinstance(definition, Variable) else None
        return isinstance(made, ast.Call) and last_name(made.func) == "TypeVar"


def _is_response(value: Value) -> bool:
    """Whether a value is a framework's response, by its name."""
    return value.kind is Kind.INSTANCE and value.definition is None and value.last_name.endswith("Response")


def _comes_of(value: ast.expr, name: str, scope: Scope) -> bool:
    """Whether an expression, or what is bound to it, mentions a name."""
    found = scope.lookup(value.id) if isinstance(value, ast.Name) and value.id != name else None
    made = [value] if found is None else [local.expression for local in found[0] if local.expression is not None]
    return any(isinstance(n, ast.Name) and n.id == name for expression in made for n in ast.walk(expression))
