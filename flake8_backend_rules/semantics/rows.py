"""ORM classes, their queries and rows: as managers, relations, statements, forms, views and tables of models hand them out."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

from flake8_backend_rules.project.surfaces import ClassInfo, Variable
from flake8_backend_rules.semantics.kinds import Kind, Value
from flake8_backend_rules.semantics.paths import last_name
from flake8_backend_rules.semantics.scope import How, Local, Scope, own_nodes

if TYPE_CHECKING:
    from flake8_backend_rules.semantics.values import Ancestry, Evaluator

_MAX_MODELS = 32
_SEQUENCES = (ast.Tuple, ast.List, ast.Set)
ANY_ROW = "django.db.models.Model"
"""The class of a row of which only that is known that it is a row of an active-record model."""
SOME_ROW = Value(Kind.INSTANCE, ANY_ROW)
_OF_VIEWS = ("queryset", "model", "serializer_class", "form_class")
_QUERY_CLASSES = frozenset({"QuerySet", "Manager", "RelatedManager", "ManyRelatedManager"})
# Terminal methods of a query, and those that leave it for something that is no row.
ROW_METHODS = frozenset({
    "get", "first", "last", "one", "one_or_none", "earliest", "latest", "create", "scalar", "get_or_404",
    "first_or_404", "one_or_404", "aget", "afirst", "alast", "acreate", "get_or_none", "get_by_id", "first_or_none",
})  # fmt: skip
NO_ROW_METHODS = frozenset({
    "count", "exists", "aggregate", "values", "values_list", "update", "delete", "bulk_create", "bulk_update",
    "acount", "aexists", "adelete", "aupdate", "explain", "in_bulk", "get_or_create", "update_or_create",
})  # fmt: skip
_STATEMENT, _RESULT, _SCALARS = "sqlalchemy.Select", "sqlalchemy.Result", "sqlalchemy.ScalarResult"
# What a session's method gives for a SELECT of one model; "" for the row itself.
RUNS_STATEMENT = {
    "execute": _RESULT, "stream": _RESULT, "scalars": _SCALARS, "stream_scalars": _SCALARS, "exec": _SCALARS, "scalar": "",
}  # fmt: skip
_FORMSET = "django.forms.BaseModelFormSet"
MAPPED = "mapped"
"""The name of what holds rows by some key."""
_OTHER_STATEMENTS = frozenset({
    "subquery", "cte", "alias", "lateral", "exists", "scalar_subquery", "with_only_columns", "add_columns", "union", "union_all",
})  # fmt: skip
_SAME_ROWS = {
    _RESULT: frozenset({"unique"}),
    _SCALARS: frozenset({"all", "unique", "fetchall", "fetchmany", "partitions", "yield_per"}),
}
_ROW_OF = {
    _RESULT: frozenset({"scalar", "scalar_one", "scalar_one_or_none"}),
    _SCALARS: frozenset({"first", "one", "one_or_none"}),
}


class Rows:
    """Answers about the models and rows that an evaluator comes across."""

    def __init__(self, evaluator: Evaluator) -> None:
        self.evaluator = evaluator
        self._of_views: dict[ClassInfo, Value | None] = {}
        self._gathered: dict[tuple[ast.AST, str], Value | None] = {}
        self._appended: dict[ast.AST, dict[str, list[ast.expr]]] = {}

    # -- models ----------------------------------------------------------------------------------

    def is_orm_class(self, value: Value | None) -> bool | None:
        """Whether a class (or an instance's class) is an ORM class; None if its ancestry is not fully known."""
        if value is None:
            return None
        cls = value.definition
        if not isinstance(cls, ClassInfo):
            return self.evaluator.descends(value, self.evaluator.knowledge.orm_bases) is True
        key, memo = ("is ORM class", cls.module.path, cls.qualname, str(cls.line)), self.evaluator.project.memo
        if key in memo:
            return cast("bool | None", memo[key])
        found = True if self.evaluator.descends(value, self.evaluator.knowledge.orm_bases) else self._is_orm_descendant(cls)
        if not self.evaluator.depth and not any(self.evaluator.project.is_current(c.module) for c in self.evaluator.ancestry(cls).classes):
            memo[key] = found
        return found

    def _is_orm_descendant(self, cls: ClassInfo) -> bool | None:
        ancestry = self.evaluator.ancestry(cls)
        if any(name in self.evaluator.knowledge.table_models for name in ancestry.externals):
            return any("table" in c.keywords for c in ancestry.classes)
        if self._has_model_field(ancestry):
            return True
        return False if ancestry.complete else None

    def is_active_record(self, value: Value) -> bool:
        """Whether a row has methods that write it: by its bases, or where one is not read by a field of an ORM that has such rows."""
        if self.evaluator.descends(value, self.evaluator.knowledge.active_record_bases):
            return True
        ancestry = self.evaluator.ancestry(value.definition) if isinstance(value.definition, ClassInfo) else None
        return ancestry is not None and self._has_model_field(ancestry)

    def _has_model_field(self, ancestry: Ancestry) -> bool:
        """Whether a class with a base that is not read has a field of an ORM: `title = models.CharField(...)`.

        The ORM's own bases are known: a class of one that is no model is an expression, which may have an `output_field`.
        """
        if all(name.startswith(self.evaluator.knowledge.model_fields) for name in ancestry.externals):
            return False
        return any(self._sets_model_field(cls) for cls in ancestry.classes)

    def _sets_model_field(self, cls: ClassInfo) -> bool:
        scope = self.evaluator.module_scope(cls.module)
        for attribute in cls.attributes.values():
            if isinstance(attribute.value, ast.Call) and last_name(attribute.value.func).endswith(("Field", "ForeignKey")):
                value = self.evaluator.value(attribute.value.func, scope)
                if value is not None and value.name.startswith(self.evaluator.knowledge.model_fields):
                    return True
        return False

    def has_queries(self, owner: Value, name: str) -> bool:
        if name == "query":
            return self.is_orm_class(owner) is True
        if isinstance(owner.definition, ClassInfo):
            if self.is_orm_class(owner) is not False:
                return True
            ancestry = self.evaluator.ancestry(owner.definition)  # not its own, so a third-party base's
            unread = any(n.partition(".")[0] not in ("builtins", "typing", "abc", "enum") for n in ancestry.externals)
            declared = next((c.attributes[name] for c in ancestry.classes if name in c.attributes), None)
            if declared is not None:  # `objects: ClassVar[QuerySet]`, for type checkers
                return unread and declared.value is None and declared.annotation is not None and names_query(declared.annotation)
            return unread and not any(name in c.methods for c in ancestry.classes)
        return owner.last_name[:1].isupper()

    def queried(self, owner: Value, name: str) -> Value:
        """A row of the model: of a third-party model, or one whose ancestry is unknown, `objects` tells that it is Django's."""
        if name == "query" or (owner.definition is not None and self.is_orm_class(owner)):
            return Value(Kind.INSTANCE, owner.name, owner.definition)
        return SOME_ROW

    def of_manager(self, query: Value, method: str) -> Value | None:
        """What a method of a first-party manager says it returns: `Profile.objects.for_user(user)`."""
        model = query.element.definition if query.element is not None else None
        if method in ROW_METHODS or method in NO_ROW_METHODS or not isinstance(model, ClassInfo):
            return None
        manager = next((c.attributes["objects"] for c in self.evaluator.ancestry(model).classes if "objects" in c.attributes), None)
        value = self.evaluator.variable(manager) if manager is not None else None
        if value is None or not isinstance(value.definition, ClassInfo):
            return None
        function = self.evaluator.method(value.definition, method)
        return None if function is None or function.returns is None else self.evaluator.results.of(function)

    def selected(self, call: ast.Call, scope: Scope) -> Value | None:
        """The statement that `select(Order)` makes; None if it is not of one model."""
        model = self.evaluator.value(call.args[0], scope) if len(call.args) == 1 else None
        return Value(Kind.INSTANCE, _STATEMENT, element=self.evaluator.instance_of(model)) if self.is_model(model) else None

    def run(self, call: ast.Call, method: str, scope: Scope) -> Value | None:
        """What a session's `method` gives for the statement that it is handed: `session.scalars(select(Order))`."""
        statement = self.evaluator.value(call.args[0], scope) if call.args else None
        if statement is None or statement.name != _STATEMENT:
            return None
        given = RUNS_STATEMENT[method]
        if not given:
            return statement.element
        return Value(Kind.ROWS if given == _SCALARS else Kind.INSTANCE, given, element=statement.element)

    def read_from(self, owner: Value, method: str) -> Value | None:
        """What a method of a statement or of its result gives."""
        if owner.name == MAPPED and method in ("get", "pop"):
            return owner.element
        if owner.name == MAPPED:
            return Value(Kind.ROWS, "values", element=owner.element) if method == "values" else None
        if owner.name == _FORMSET:
            return Value(Kind.ROWS, "saved", element=owner.element) if method == "save" else None
        if owner.name == _STATEMENT:
            return None if method in _OTHER_STATEMENTS else owner
        if method in _ROW_OF.get(owner.name, ()):
            return owner.element
        if owner.name == _RESULT and method == "scalars":
            return Value(Kind.ROWS, _SCALARS, element=owner.element)
        return owner if method in _SAME_ROWS.get(owner.name, ()) else None

    def saved_by(self, form: Value) -> Value | None:
        """The row that a form or serializer of a model saves."""
        if not isinstance(form.definition, ClassInfo) or not self.evaluator.descends(form, self.evaluator.knowledge.model_forms):
            return None
        return self._of_meta(form.definition)

    def formset(self, call: ast.Call, place: int, scope: Scope) -> Value | None:
        """The class of forms that a call makes for the rows of a model, which is the argument at a position."""
        row = self.evaluator.instance_of(self.evaluator.value(call.args[place], scope)) if len(call.args) > place else None
        return None if row is None else Value(Kind.OBJECT, _FORMSET, element=row)

    def _of_meta(self, form: ClassInfo) -> Value | None:
        for cls in self.evaluator.ancestry(form).classes:
            if (meta := cls.classes.get("Meta")) is not None and "model" in meta.attributes:
                model = self.evaluator.value(meta.attributes["model"].value, self.evaluator.module_scope(cls.module))
                return self.evaluator.instance_of(model)
        return None

    def found_by_view(self, view: object) -> Value | None:
        """The row that a class-based view finds, by the model, the query or the serializer that the class names; None of no class."""
        if not isinstance(view, ClassInfo):
            return None
        if view not in self._of_views:
            self._of_views[view] = None  # recursion ends here
            self._of_views[view] = self._of_view(view) or self._of_mixing(view)
        return self._of_views[view]

    def _of_view(self, view: ClassInfo) -> Value | None:
        return next((row for row in self._named_by_view(view) if row is not None and row.definition is not None), None)

    def _of_mixing(self, mixin: ClassInfo) -> Value | None:
        """The row that the views of the linted file find which a class is mixed into; some row where they find several kinds."""
        if not self.evaluator.project.is_current(mixin.module):
            return None
        views = [cls for cls in mixin.module.all_classes() if cls is not mixin and mixin in self.evaluator.ancestry(cls).classes]
        found = list(dict.fromkeys(map(self._of_view, views)))
        return None if None in found or not found else found[0] if len(found) == 1 else SOME_ROW

    def _named_by_view(self, view: ClassInfo) -> Iterator[Value | None]:
        for cls in self.evaluator.ancestry(view).classes:
            scope = self.evaluator.module_scope(cls.module)
            named = {name: self.evaluator.value(cls.attributes[name].value, scope) for name in _OF_VIEWS if name in cls.attributes}
            finder = cls.methods.get("get_queryset")
            queries = [named.get("queryset"), None if finder is None else self.evaluator.results.of(finder)]
            yield from (query.element for query in queries if query is not None and query.kind is Kind.QUERY)
            yield self.evaluator.instance_of(named.get("model")) if self.is_model(named.get("model")) else None
            serializer = named.get("serializer_class") or named.get("form_class")
            if serializer is not None and isinstance(serializer.definition, ClassInfo):
                yield self._of_meta(serializer.definition)

    def gathered(self, node: ast.Name, scope: Scope) -> Value | None:
        """The rows that a function puts into a list that it begins empty: `late = []`, `late.append(order)`."""
        found = scope.lookup(node.id)
        if found is None or found[1].node is None or not any(_begins_list(local) for local in found[0]):
            return None
        key = found[1].node, node.id
        if key not in self._gathered:
            self._gathered[key] = None  # recursion ends here
            self._gathered[key] = self._put_in(node.id, found[1])
        return self._gathered[key]

    def _put_in(self, name: str, scope: Scope) -> Value | None:
        assert scope.node is not None
        if scope.node not in self._appended:
            self._appended[scope.node] = _appended_in(scope.node)
        values = {self.evaluator.value(item, scope) for item in self._appended[scope.node].get(name, ())}
        if not values or not all(v is not None and v.kind is Kind.INSTANCE and self.is_orm_class(v) for v in values):
            return None
        return Value(Kind.ROWS, "gathered", element=values.pop() if len(values) == 1 else SOME_ROW)

    def model_among(self, node: ast.expr, scope: Scope) -> Value | None:
        """One of the models that a mapping or sequence written out holds (`MODELS[kind]`, `for model in (Order, Line)`).

        Of a list that is begun empty and filled with rows, one of the rows.
        """
        if isinstance(node, ast.Name):
            if (rows := self.gathered(node, scope)) is not None:
                return rows.element
            written, scope = self._written_out(node.id, scope)
        else:
            written = node
        items = written.values if isinstance(written, ast.Dict) else written.elts if isinstance(written, _SEQUENCES) else []
        values = [self.evaluator.value(item, scope) for item in items[:_MAX_MODELS]]
        if not values or not all(map(self.is_model, values)):
            return None
        return values[0] if len(set(values)) == 1 else Value(Kind.OBJECT, ANY_ROW)

    def is_model(self, value: Value | None) -> bool:
        """Whether a value is a first-party ORM class."""
        if value is None or value.kind is not Kind.OBJECT or value.definition is None:
            return False
        return self.is_orm_class(value) is True

    def _written_out(self, name: str, scope: Scope) -> tuple[ast.expr | None, Scope]:
        """What a name was bound to, and where that is to be read."""
        found = scope.lookup(name)
        if found is not None:
            bound = (b.expression for b in reversed(found[0]) if b.how is How.VALUE and b.position is None)
            return next(bound, None), found[1]
        definition = self.evaluator.project.resolve(scope.module, name)
        if not isinstance(definition, Variable) or definition.owner is not None:
            return None, scope
        return definition.value, self.evaluator.module_scope(definition.module)


def _begins_list(local: Local) -> bool:
    """Whether a name is bound to an empty list."""
    return isinstance(local.expression, ast.List) and not local.expression.elts and local.how is How.VALUE and local.position is None


def _appended_in(function: ast.AST) -> dict[str, list[ast.expr]]:
    """What a function appends to lists, by their local names."""
    found: dict[str, list[ast.expr]] = {}
    for node in own_nodes(function):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "append" and len(node.args) == 1:
            if isinstance(node.func.value, ast.Name):
                found.setdefault(node.func.value.id, []).append(node.args[0])
    return found


def query_call(owner: Value, method: str) -> Value | None:
    """What a method of a query gives: a row, a query, or something else."""
    if method in ROW_METHODS:
        return owner.element
    if method in NO_ROW_METHODS:
        return Value(Kind.MEMBER, f"{owner.name}.{method}()")
    return owner


def names_query(annotated: ast.expr) -> bool:
    """Whether an annotation says that something is a query or manager: `QuerySet[Line]`, `"RelatedManager"`, `ClassVar[Manager]`."""
    if isinstance(annotated, ast.Subscript) and last_name(annotated.value) == "ClassVar":
        annotated = annotated.slice
    named = annotated.value if isinstance(annotated, ast.Subscript) else annotated
    quoted = named.value if isinstance(named, ast.Constant) else None
    name = quoted.partition("[")[0].rpartition(".")[2] if isinstance(quoted, str) else last_name(named)
    return name in _QUERY_CLASSES
