"""What hangs on rows: the rows that they refer to, and the managers of those that refer to them."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from flake8_backend_rules.project.surfaces import ClassInfo, Variable
from flake8_backend_rules.semantics.kinds import Kind, Value
from flake8_backend_rules.semantics.paths import last_name
from flake8_backend_rules.semantics.rows import NO_ROW_METHODS, ROW_METHODS, SOME_ROW, names_query
from flake8_backend_rules.semantics.scope import How, Scope

if TYPE_CHECKING:
    from flake8_backend_rules.semantics.values import Evaluator

RELATED = Value(Kind.QUERY, "related", element=SOME_ROW)
"""What the manager of related rows is."""

RELATED_QUERIES = frozenset({
    "all", "filter", "get", "exclude", "first", "last", "count", "exists", "values", "values_list", "order_by",
    "select_related", "prefetch_related", "annotate", "aggregate", "distinct", "only", "latest", "earliest",
})  # fmt: skip
QUERYSET_READS = RELATED_QUERIES - {"get", "count", "values", "only"}  # which mappings, lists and fields may have too
_OR_CREATES = frozenset({"get_or_create", "aget_or_create", "update_or_create", "aupdate_or_create"})
RELATED_WRITES = _OR_CREATES | {"create", "acreate", "bulk_create", "abulk_create"}

_QUERY_METHODS = RELATED_QUERIES | ROW_METHODS | NO_ROW_METHODS


class Relations:
    """Answers about the attributes of rows that lead to other rows."""

    def __init__(self, evaluator: Evaluator) -> None:
        self.evaluator = evaluator

    def is_related_manager(self, node: ast.expr, scope: Scope, *, read: bool = False) -> bool:
        """Whether `node` is an attribute of a row that no class declares: the manager of rows that refer to it (`related_name`).

        `read`: a method is called on it that only managers have, so that a base which is not read makes no doubt, nor a field that
        a third party calls a manager.
        """
        if isinstance(node, ast.Name) and (found := scope.lookup(node.id)) is not None:
            bound = [b.expression for b in found[0] if b.how is How.VALUE and b.position is None and b.is_before(node)]
            return bool(bound) and self._binds_manager(bound[-1], found[1], read=read)
        if not isinstance(node, ast.Attribute):
            return False
        row = self.evaluator.value(node.value, scope)
        if row is None or row.kind is not Kind.INSTANCE or not self.evaluator.rows.is_active_record(row):
            return False
        held = self.evaluator.attribute(row, node.attr)
        if not isinstance(row.definition, ClassInfo):
            return held is not None and held.kind is Kind.MEMBER
        ancestry = self.evaluator.ancestry(row.definition)
        is_declared = any(node.attr in c.attributes or node.attr in c.methods for c in ancestry.classes)
        if read and held is not None and held.definition is None and held.last_name.endswith("Manager"):
            return True
        return held is None and (read or ancestry.complete) and not is_declared

    def is_related_query(self, call: ast.Call, scope: Scope) -> bool:
        """Whether a call queries a relation of a row, or a manager that a model calls other than `objects`: `Order.open.filter()`.

        Methods of the project's own managers may come before: `order.line_set.open_ones().first()`.
        """
        func = call.func
        if not isinstance(func, ast.Attribute) or func.attr not in RELATED_QUERIES:
            return False
        receiver = _manager_of(func.value)
        if isinstance(receiver, ast.Name):
            return is_related_read(call) and self.is_related_manager(receiver, scope, read=receiver is func.value)
        if not isinstance(receiver, ast.Attribute):
            return False
        if receiver.attr in self.evaluator.knowledge.query_attributes:
            return False  # `is_query_root` tells it
        if receiver.attr.endswith("_set"):
            return self._may_be_set(receiver, scope)
        value = self.evaluator.value(receiver, scope)
        if value is None or value.kind is not Kind.QUERY:
            return is_related_read(call) and self.is_related_manager(receiver, scope, read=receiver is func.value)
        if value.name == RELATED.name or value.name in self.evaluator.knowledge.links:
            return True
        owner = self.evaluator.value(receiver.value, scope)
        return owner is not None and owner.kind is Kind.OBJECT

    def _binds_manager(self, bound: ast.expr | None, scope: Scope, *, read: bool) -> bool:
        """Whether what a name is bound to is a related manager, or what the project's own methods make of it."""
        receiver = _manager_of(bound)
        if isinstance(receiver, ast.Attribute) and receiver.attr.endswith("_set"):
            return self._may_be_set(receiver, scope)
        if receiver is None or (isinstance(receiver, ast.Name) and receiver is bound):
            return False
        return self.is_related_manager(receiver, scope, read=read and receiver is bound)

    def _may_be_set(self, node: ast.Attribute, scope: Scope) -> bool:
        """Whether `order.line_set` may be what its name says."""
        value = self.evaluator.value(node, scope)
        return value is None or value.kind in (Kind.QUERY, Kind.MEMBER)

    def found_or_created(self, query: ast.expr, scope: Scope) -> Value | None:
        """The row that `get_or_create` or its like, called on a query, finds or makes."""
        value = self.evaluator.value(query, scope)
        if value is not None:
            return value.element
        return SOME_ROW if self.is_related_manager(query, scope) else None

    def referring_by(self, name: str, row: Value) -> Value:
        """A row that refers to `row` (`order.line_set`): of the model beside it whose name in lower case is `name`, if there is one."""
        module = row.definition.module if isinstance(row.definition, ClassInfo) else None
        beside = None if module is None else module.name_in_any_case(name)
        if module is None or beside is None:
            return SOME_ROW
        model = self.evaluator.describe(self.evaluator.project.resolve(module, beside))
        return (self.evaluator.instance_of(model) if self.evaluator.rows.is_model(model) else None) or SOME_ROW

    def held_by(self, variable: Variable) -> Value | None:
        """The row that `project = models.ForeignKey(Project, ...)` holds on instances, or the query that a many-to-many field is.

        So is what a model only declares, for type checkers, to be one: `lines: QuerySet[Line]`.
        """
        call = variable.value
        if call is None and variable.owner is not None and variable.annotation is not None:
            return RELATED if self._is_declared_query(variable.annotation, variable.owner) else None
        if not isinstance(call, ast.Call) or variable.owner is None:
            return None
        scope = self.evaluator.module_scope(variable.module)
        field = self.evaluator.value(call.func, scope)
        if field is None or field.definition is not None:
            return None
        if field.name in self.evaluator.knowledge.links:
            return Value(Kind.QUERY, field.name, element=SOME_ROW)
        if field.name not in self.evaluator.knowledge.relations:
            return None
        target = call.args[0] if call.args else next((k.value for k in call.keywords if k.arg == "to"), None)
        if isinstance(target, ast.Constant) and target.value == "self":
            return self.evaluator.instance_of(self.evaluator.describe(variable.owner))
        if isinstance(target, ast.Constant) and isinstance(target.value, str) and target.value.isidentifier():
            named = self.evaluator.project.resolve(variable.module, target.value)
            return self.evaluator.instance_of(self.evaluator.describe(named)) or SOME_ROW
        return self.evaluator.instance_of(self.evaluator.value(target, scope)) or SOME_ROW

    def _is_declared_query(self, annotated: ast.expr, owner: ClassInfo) -> bool:
        return names_query(annotated) and self.evaluator.rows.is_active_record(Value(Kind.INSTANCE, owner.qualname, owner))


def query_of_pair(node: ast.expr | None) -> ast.expr | None:
    """The query by which an expression gives a row and whether it is new (`Order.objects.get_or_create(number=1)`); None of others."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _OR_CREATES:
        return node.func.value
    return None


def _manager_of(node: ast.expr | None) -> ast.expr | None:
    """What may be the manager on which methods are called that no ORM has: `order.lines` of `order.lines.open_ones()`.

    None where they are called on what is named like a single row.
    """
    receiver = node
    while isinstance(receiver, ast.Call) and isinstance(receiver.func, ast.Attribute) and receiver.func.attr not in _QUERY_METHODS:
        receiver = receiver.func.value
    return receiver if receiver is node or receiver is None or last_name(receiver).endswith(("s", "_set")) else None


def is_related_read(call: ast.Call) -> bool:
    """Whether a call is of a method that, of all that hangs on a row, only the manager of related rows has: `all()`, `get(open=True)`."""
    name = last_name(call.func)
    if name == "get":
        return bool(call.keywords) and not call.args
    if name in ("values", "only") and call.args:  # a mapping's `values()` takes nothing
        return True
    return name in QUERYSET_READS or (name == "count" and not call.args)
