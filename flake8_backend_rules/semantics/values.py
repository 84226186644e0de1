"""What an expression stands for: a class, function or module, or an instance of a class.

Answers come from annotations, constructors, assignments, `with` and `for`, followed through modules and
aliases; unknown is None. Nothing is imported or run. (One long module: names, attributes, calls and classes
ask one another at every step.)
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable
from typing import Any, NamedTuple

from flake8_backend_rules.frameworks import Knowledge, knowledge, member_key
from flake8_backend_rules.frameworks.schema import SELF, NameSet
from flake8_backend_rules.project.project import Definition, External, Project
from flake8_backend_rules.project.summary import ModuleSummary
from flake8_backend_rules.project.surfaces import ClassInfo, FunctionInfo, FunctionNode, Variable
from flake8_backend_rules.semantics import annotation
from flake8_backend_rules.semantics.function_results import FunctionResults
from flake8_backend_rules.semantics.instance_attributes import InstanceAttributes
from flake8_backend_rules.semantics.kinds import Kind, Value
from flake8_backend_rules.semantics.paths import is_super, last_name
from flake8_backend_rules.semantics.relations import RELATED, Relations, is_related_read, query_of_pair
from flake8_backend_rules.semantics.rows import ANY_ROW, MAPPED, RUNS_STATEMENT, SOME_ROW, Rows, query_call
from flake8_backend_rules.semantics.scope import FUNCTION_NODES, How, Local, Scope, is_none, named_parameters
from flake8_backend_rules.semantics.session_names import is_session_name

_MAX_DEPTH = 16
_MAX_ANCESTORS = 64

# What they return is called like the function that they are given.
_HAND_ON_FUNCTIONS = frozenset({"itertools.chain", "functools.partial", "contextlib.contextmanager", "contextlib.asynccontextmanager"})
_PASS_THROUGH = frozenset({"list", "tuple", "set", "sorted", "reversed", "iter", "tqdm", "track", "iterator"})


class Ancestry(NamedTuple):
    """A class with its ancestors: first-party ones, third-party names, and whether every base was found."""

    classes: tuple[ClassInfo, ...]
    externals: tuple[str, ...]
    complete: bool


_PLAIN_PACKAGES = frozenset({"builtins", *sys.stdlib_module_names})
_SESSION_QUERY = "sqlalchemy.orm.Query"
_HELD_ROWS = ("instance", "object")
_CURSOR = Value(Kind.INSTANCE, "sqlite3.Cursor")
"""What `connection.cursor()` gives where nothing but its name tells of the connection: all drivers' cursors are alike."""
_OF_SOME_MODEL = Value(Kind.QUERY, "objects", element=SOME_ROW)


class Evaluator:
    """Evaluates expressions of one linted file, and of whatever modules they lead to."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.knowledge: Knowledge = knowledge()
        self.rows = Rows(self)
        self.relations = Relations(self)
        self.results = FunctionResults(self)
        self.instance_attributes = InstanceAttributes(self)
        self._ancestries: dict[ClassInfo, Ancestry] = {}
        self._scopes: dict[FunctionInfo, Scope | None] = {}
        self._variables: dict[Variable, Value | None] = {}
        self.depth = 0
        """How many questions wait for the one at hand: an answer that is found at depth 0 is whole."""
        self.parameter_classes: dict[ast.arg, str] = {}
        """The classes of parameters that their function's role tells, annotated or not: of a framework's request, say."""
        self.request_owners: dict[int, str] = {}
        """The class of what is `request` on instances of the linted file's classes of handlers, by the lines of the classes."""
        self.handed_on: Callable[[ast.arg], Value | None] | None = None
        """What a helper is called with by the handlers of the linted file; set when these are known."""
        self._globals: dict[tuple[str, str, bool], Value | None] = {}
        self._annotated: dict[tuple[str, str], Value | None] = {}
        self.deep = False
        """Whether astroid is asked for what only a function's body tells."""

    # -- entry points ----------------------------------------------------------------------------

    def value(self, node: ast.expr | None, scope: Scope) -> Value | None:
        """What `node`, standing in `scope`, evaluates to; None where that is unknown."""
        if node is None or self.depth >= _MAX_DEPTH:
            return None
        evaluate = _EVALUATORS.get(node.__class__)
        if evaluate is None:
            return None
        self.depth += 1
        try:
            return evaluate(self, node, scope)
        finally:
            self.depth -= 1

    def deep_value(self, node: ast.expr, scope: Scope) -> Value | None:
        """As `value`, but asks astroid for what only a function's body tells. For the few candidates that need it."""
        value = self.value(node, scope)
        if value is not None or self.deep:
            return value
        self.deep = True
        kept, self._variables = self._variables, {}
        try:
            return self.value(node, scope)
        finally:
            self.deep, self._variables = False, kept

    def annotated(self, node: ast.expr | None, scope: Scope) -> Value | None:
        """The value of something annotated with `node`; None where the annotation tells nothing."""
        if node is None or self.depth >= _MAX_DEPTH:
            return None
        key = None
        if isinstance(node, ast.Name) and (scope.node is None or scope.lookup(node.id) is None):
            key = scope.module.path, node.id
            if key in self._annotated:
                return self._annotated[key]
        self.depth += 1
        try:
            value = annotation.value_of(self, node, scope)
        finally:
            self.depth -= 1
        if key is not None:
            self._annotated[key] = value
        return value

    def describe(self, definition: Definition | None) -> Value | None:
        """The value of a definition found by name."""
        if definition is None:
            return None
        if isinstance(definition, Variable):
            return self.variable(definition)
        if isinstance(definition, External):
            return Value(Kind.OBJECT, definition.name)
        if isinstance(definition, ModuleSummary):
            return Value(Kind.OBJECT, definition.name, definition)
        return Value(Kind.OBJECT, f"{definition.module.name}.{definition.qualname}", definition)

    def module_scope(self, module: ModuleSummary) -> Scope:
        return Scope(module, None, None, None)

    def scope_of(self, function: FunctionInfo) -> Scope | None:
        """The scope inside a function of any module; None if its body can't be read."""
        if function not in self._scopes:
            node = self.project.body_of(function)
            base = self.module_scope(function.module)
            self._scopes[function] = None if node is None else Scope(function.module, node, base, function.owner)
        return self._scopes[function]

    def definition(self, name: str, scope: Scope) -> Definition | None:
        """What a bare name refers to at module level or by a local import; None for local variables."""
        found = scope.lookup(name)
        if found is None:
            return self.project.resolve(scope.module, name)
        for local in found[0]:
            if local.imported is not None:
                return self._imported(local, scope.module)
        return None

    # -- classes ---------------------------------------------------------------------------------

    def ancestry(self, cls: ClassInfo) -> Ancestry:
        """The class and all its ancestors, nearest first."""
        kept = self._ancestries.get(cls)
        if kept is not None:
            return kept
        classes: list[ClassInfo] = []
        externals: list[str] = []
        complete = True
        pending = [cls]
        while pending:
            current = pending.pop(0)
            if current in classes:
                continue
            classes.append(current)
            if len(classes) > _MAX_ANCESTORS:
                complete = False
                break
            scope = self.module_scope(current.module)
            for decorator in current.decorators:
                if (base_class := self._orm_decorator(decorator, scope)) is not None:
                    externals.append(base_class)
            for base in current.bases:
                value = self._base(base, scope, current)
                if value is None:
                    complete = False
                elif isinstance(value.definition, ClassInfo):
                    pending.append(value.definition)
                elif value.definition is None:
                    externals.append(value.name)
        result = Ancestry(tuple(classes), tuple(externals), complete)
        self._ancestries[cls] = result
        return result

    def _base(self, node: ast.expr, scope: Scope, cls: ClassInfo) -> Value | None:
        if isinstance(node, ast.Subscript):
            node = node.value
        if isinstance(node, ast.Call) and last_name(node.func) == "with_metaclass" and len(node.args) > 1:  # six's, Django's
            node = node.args[1]
        if isinstance(node, ast.Name) and node.id == cls.name and scope.module.binding(node.id) is cls:
            return None  # `class job(job)`: the outer name is gone
        if isinstance(node, ast.Name) and node.id in ("object", "Exception", "ValueError", "dict", "str", "type"):
            return Value(Kind.OBJECT, f"builtins.{node.id}")
        value = self.value(node, scope)
        if value is not None:
            return value
        # `db.Model` tells itself even where `db` can't be read.
        if isinstance(node, ast.Attribute) and node.attr == "Model" and isinstance(node.value, ast.Name) and node.value.id == "db":
            return Value(Kind.OBJECT, "flask_sqlalchemy.SQLAlchemy.Model")
        return None

    def _orm_decorator(self, node: ast.expr, scope: Scope) -> str | None:
        """The ORM's base class that a decorator of a class stands for: `@as_declarative()`."""
        target = node.func if isinstance(node, ast.Call) else node
        if last_name(target) not in self.knowledge.orm_decorator_names:
            return None
        value = self.value(target, scope)
        return None if value is None else self.knowledge.orm_decorators.get(value.name)

    def descends(self, value: Value | None, names: NameSet) -> bool | None:
        """Whether the class that `value` is (an instance of) is one of `names` or descends from one; None if unknown."""
        if value is None:
            return None
        if isinstance(value.definition, ClassInfo):
            ancestry = self.ancestry(value.definition)
            if any(name in names for name in ancestry.externals):
                return True
            return False if ancestry.complete else None
        return value.definition is None and value.name in names

    def method(self, cls: ClassInfo, name: str) -> FunctionInfo | None:
        """The method that `name` means on instances of `cls`, after inheritance, if first-party."""
        return next((c.methods[name] for c in self.ancestry(cls).classes if name in c.methods), None)

    # -- names and attributes --------------------------------------------------------------------

    def _name(self, node: ast.Name, scope: Scope) -> Value | None:
        found = scope.lookup(node.id)
        if found is None:
            return self._global(node.id, scope.module)
        locals_, where = found
        chosen = _binding_before(locals_, node, inside=where is scope)
        return None if chosen is None else self._local(chosen, where)

    def _global(self, name: str, module: ModuleSummary) -> Value | None:
        """The value of a module-level name, looked up once a file."""
        key = module.path, name, self.deep
        if key not in self._globals:
            self._globals[key] = None  # cycles end here
            self._globals[key] = self.describe(self.project.resolve(module, name))
        return self._globals[key]

    def _local(self, local: Local, scope: Scope) -> Value | None:
        if local.how is How.PARAMETER:
            return self._parameter(local, scope)
        if local.annotation is not None and (value := self.annotated(local.annotation, scope)) is not None:
            return value
        if local.how is How.VALUE:
            return self.value(local.expression, scope) if local.position is None else self._unpacked(local, scope)
        if local.how is How.WITH:
            return self.entered(local.expression, scope)
        if local.how is How.ITERATION:
            return self._iterated(local.expression, scope)
        if local.how is How.IMPORT:
            return self.describe(self._imported(local, scope.module))
        if isinstance(local.definition, FUNCTION_NODES):
            return self.describe(nested_function(local.definition, scope))
        return None

    def _unpacked(self, local: Local, scope: Scope) -> Value | None:
        """`check, writable = find(...)`, one of the two."""
        assert local.position is not None
        return None if local.expression is None else self.item(local.expression, local.position, scope)

    def item(self, node: ast.expr, index: int, scope: Scope) -> Value | None:
        """The value of one item of a tuple: one written out, or one that a first-party function says or shows that it returns."""
        if isinstance(node, ast.Await):
            node = node.value
        if isinstance(node, ast.Tuple):
            return self.results.shown(node.elts[index], scope) if index < len(node.elts) else None
        if (query := query_of_pair(node)) is not None:
            return self.relations.found_or_created(query, scope) if index == 0 else None
        function = self._called_function(node, scope)
        if function is None:
            return None
        if function.returns is None:
            return self.results.item(function, index)
        items = annotation.items_of_tuple(function.returns)
        return self.annotated(items[index], self.module_scope(function.module)) if index < len(items) else None

    def _says_tuple(self, node: ast.expr, scope: Scope) -> bool:
        """Whether a call is of a first-party function that says what each item of the tuple is that it returns."""
        function = self._called_function(node, scope)
        return function is not None and function.returns is not None and bool(annotation.items_of_tuple(function.returns))

    def _called_function(self, node: ast.expr, scope: Scope) -> FunctionInfo | None:
        """The first-party function that an expression calls."""
        callee = self.value(node.func, scope) if isinstance(node, ast.Call) else None
        return callee.definition if callee is not None and isinstance(callee.definition, FunctionInfo) else None

    def _imported(self, local: Local, module: ModuleSummary) -> Definition | None:
        assert local.imported is not None
        holder = ModuleSummary(module.path, module.name)
        holder.bind("it", local.imported)
        return self.project.resolve(holder, "it")

    def _parameter(self, local: Local, scope: Scope) -> Value | None:
        if (value := self.annotated(local.annotation, scope)) is not None:
            return value
        arg = local.parameter
        if arg is not None and arg in self.parameter_classes:
            given = Value(Kind.INSTANCE, self.parameter_classes[arg])
            return (self.rows.found_by_view(scope.owner) if given == SOME_ROW else None) or given
        if arg is not None and _is_receiver(arg, scope):
            assert scope.owner is not None
            kind = Kind.OBJECT if arg.arg == "cls" else Kind.INSTANCE
            return Value(kind, f"{scope.module.name}.{scope.owner.qualname}", scope.owner)
        if isinstance(local.expression, ast.Call) and self.is_dependency_marker(local.expression, scope):
            return self.injected(local.expression, scope)
        if arg is not None and local.annotation is None and self.handed_on is not None:
            return self.handed_on(arg)
        return None

    def _attribute(self, node: ast.Attribute, scope: Scope) -> Value | None:
        owner = self.value(node.value, scope)
        if owner is None or (node.attr == "objects" and _is_untold(owner)):
            is_named = node.attr == "objects" and _is_named_model(_name_or_key(node.value))
            return _OF_SOME_MODEL if is_named or node.attr in self.knowledge.telling_query_attributes else None
        return self.attribute(owner, node.attr)

    def attribute(self, owner: Value, name: str) -> Value | None:
        """The value of `owner.name`."""
        if name == "through" and owner.name in self.knowledge.links:  # the model of the rows between two others
            return Value(Kind.OBJECT, ANY_ROW)
        definition = owner.definition
        if isinstance(definition, ModuleSummary):
            return self.describe(self.project.member(definition, name))
        if owner.kind is Kind.OBJECT:
            if name in self.knowledge.query_attributes and self.rows.has_queries(owner, name):
                return Value(Kind.QUERY, owner.name, element=self.rows.queried(owner, name))
            if isinstance(definition, ClassInfo):
                return self._class_attribute(owner, definition, name)
            if definition is None:
                return Value(Kind.OBJECT, f"{owner.name}.{name}")
            return None
        if owner.kind is Kind.INSTANCE:
            if name.endswith("_set") and self.descends(owner, self.knowledge.active_record_bases):
                return Value(Kind.QUERY, f"{owner.name}.{name}", element=self.relations.referring_by(name.removesuffix("_set"), owner))
            if isinstance(definition, ClassInfo):
                return self._class_attribute(owner, definition, name)
            return self._external_attribute(owner.name, name)
        return None

    def module_member(self, owner: Value, name: str) -> Definition | None:
        """The definition of `module.name`, aliases not followed."""
        if isinstance(owner.definition, ModuleSummary):
            return self.project.member(owner.definition, name)
        return None

    def _class_attribute(self, owner: Value, cls: ClassInfo, name: str) -> Value | None:
        ancestry = self.ancestry(cls)
        for ancestor in ancestry.classes:
            if name in ancestor.methods:
                method = ancestor.methods[name]
                if any(_is_property(d) for d in method.decorators) and (owner.kind is Kind.INSTANCE or _is_of_class(method)):
                    return self.results.of(method)
                return self.describe(method)
            if name in ancestor.attributes:
                if owner.kind is Kind.INSTANCE and (row := self.relations.held_by(ancestor.attributes[name])) is not None:
                    return row
                value = self.variable(ancestor.attributes[name])
                if owner.kind is Kind.OBJECT and value is not None and self.descends(value, self.knowledge.managers):
                    return Value(Kind.QUERY, owner.name, element=Value(Kind.INSTANCE, owner.name, cls))
                return value or self._request_of(owner, cls, name)
            if name in ancestor.classes:
                return self.describe(ancestor.classes[name])
        for external in ancestry.externals:
            value = self._external_attribute(external, name)
            if value is not None and value.kind is not Kind.MEMBER:
                return value
            if member_key(f"{external}.{name}") in self.knowledge.returns:
                return value
        if owner.kind is Kind.INSTANCE and (value := self.instance_attributes.value_of(ancestry.classes, name)) is not None:
            return value
        if name in _HELD_ROWS:
            return self.rows.saved_by(owner) if name == "instance" else self.rows.found_by_view(cls)
        return self._request_of(owner, cls, name)

    def _request_of(self, owner: Value, cls: ClassInfo, name: str) -> Value | None:
        """The `request` of a class of handlers that nothing else tells of."""
        known = self.request_owners.get(cls.line) if name == "request" and owner.kind is Kind.INSTANCE else None
        return None if known is None or not self.project.is_current(cls.module) else Value(Kind.INSTANCE, known)

    def _external_attribute(self, owner: str, name: str) -> Value:
        if name in self.knowledge.telling_query_attributes:
            return _OF_SOME_MODEL
        known = self.knowledge.attributes.get(member_key(f"{owner}.{name}"))
        if known is None:
            return Value(Kind.MEMBER, f"{owner}.{name}")
        kind = Kind.OBJECT if known.endswith(".Model") and known == f"{owner}.{name}" else Kind.INSTANCE
        return Value(kind, known)

    def variable(self, variable: Variable) -> Value | None:
        """The value of a module's or a class's variable: as annotated, injected or assigned."""
        if variable in self._variables:
            return self._variables[variable]
        self._variables[variable] = None  # cycles end here
        scope: Scope | None = self.module_scope(variable.module)
        if variable.function is not None:
            scope = self.scope_of(variable.function)
        value = None
        if scope is not None:
            value = self.annotated(variable.annotation, scope)
            if value is None and variable.owner is not None and isinstance(variable.value, ast.Call):
                if self.is_dependency_marker(variable.value, scope):  # an attribute of a class-based view
                    value = self.injected(variable.value, scope)
            if value is None or (variable.value is not None and self._says_nothing(value)):
                value = self.value(variable.value, scope) or value
        self._variables[variable] = value
        return value

    def _says_nothing(self, annotated: Value) -> bool:
        """Whether an annotation names a class of a package of which nothing is known."""
        if annotated.kind is not Kind.INSTANCE or annotated.definition is not None:
            return False
        package = annotated.name.partition(".")[0]
        return package not in self.knowledge.packages and package not in _PLAIN_PACKAGES

    # -- calls -----------------------------------------------------------------------------------

    def _call(self, node: ast.Call, scope: Scope) -> Value | None:
        func = node.func
        if isinstance(func, ast.Name) and func.id in _PASS_THROUGH and node.args:
            if scope.lookup(func.id) is None and not scope.module.binds(func.id):
                value = self.value(node.args[0], scope)
                if value is not None and value.kind is Kind.QUERY:
                    return Value(Kind.ROWS, "listed", element=value.element)
                return value
        if isinstance(func, ast.Attribute):
            owner = self.value(func.value, scope)
            if func.attr == "get_object" and scope.owner is not None and is_super(func.value):
                return self.rows.found_by_view(scope.owner)
            if func.attr == "cursor" and (owner is None or owner.kind is Kind.MEMBER) and is_session_name(func.value):
                return _CURSOR
            if owner is not None and owner.kind is Kind.QUERY:
                return self.rows.of_manager(owner, func.attr) or query_call(owner, func.attr)
            if is_related_read(node) and self.relations.is_related_manager(func.value, scope, read=True):
                return query_call(RELATED, func.attr)
            if owner is None:
                return self._queried_by_name(func, node, scope)
            if owner.element is not None:
                return self.rows.read_from(owner, func.attr)
            callee = self.attribute(owner, func.attr)
            if callee is None and func.attr == "save":
                return self.rows.saved_by(owner)
            result = None if callee is None else self._of_receiver(self.called(callee, node, scope), callee, owner)
            if func.attr == "get_object" and (result is None or result == SOME_ROW):
                return self.rows.found_by_view(owner.definition) or result
            return result
        callee = self.value(func, scope)
        return None if callee is None else self.called(callee, node, scope)

    def _queried_by_name(self, func: ast.Attribute, node: ast.Call, scope: Scope) -> Value | None:
        """`request.db.query(Order)`: a query by the name of the session, where nothing tells its type."""
        if func.attr in RUNS_STATEMENT and is_session_name(func.value):
            return self.rows.run(node, func.attr, scope)
        if func.attr != "query" or not node.args or not last_name(node.args[0])[:1].isupper() or not is_session_name(func.value):
            return None
        return Value(Kind.QUERY, _SESSION_QUERY, element=self.instance_of(self.value(node.args[0], scope)))

    def _of_receiver(self, result: Value | None, callee: Value, owner: Value) -> Value | None:
        """The result of a method, `Self` being the class that it is called on and not the one that defines it."""
        method = callee.definition
        if result is None or not isinstance(method, FunctionInfo) or method.owner is None or not isinstance(owner.definition, ClassInfo):
            return result
        own = result.element if result.kind is Kind.ROWS else result
        if own is None or own.kind is not Kind.INSTANCE or own.definition is not method.owner or owner.definition is method.owner:
            return result
        if not self.results.are_self(method):
            return result
        bound = Value(Kind.INSTANCE, owner.name, owner.definition)
        return Value(Kind.ROWS, result.name, element=bound) if result.kind is Kind.ROWS else bound

    def called(self, callee: Value, node: ast.Call, scope: Scope) -> Value | None:
        """The value of calling `callee`."""
        definition = callee.definition
        if isinstance(definition, FunctionInfo):
            return self.results.of_call(definition, node, scope) or self.results.of(definition)
        if callee.kind is Kind.OBJECT and isinstance(definition, ClassInfo):
            return Value(Kind.INSTANCE, callee.name, definition)
        if callee.kind is Kind.QUERY:  # Order.objects(open=True)
            return callee
        if callee.kind is Kind.INSTANCE:
            if isinstance(definition, ClassInfo):
                call = self.method(definition, "__call__")
                return None if call is None else self.results.of(call)
            known = self.knowledge.returns.get(member_key(f"{callee.name}.__call__"))
            return None if known is None else self._known_result(known, node, scope)
        if callee.definition is not None or callee.kind not in (Kind.OBJECT, Kind.MEMBER):
            return None
        return self._external_call(callee, node, scope)

    def _external_call(self, callee: Value, node: ast.Call, scope: Scope) -> Value | None:
        if callee.name in self.knowledge.row_lookups and node.args:
            looked_up = self.value(node.args[0], scope)
            row = looked_up.element if looked_up is not None and looked_up.kind is Kind.QUERY else self.instance_of(looked_up)
            if row is not None and row.definition is not None:
                return row
        if callee.kind is Kind.OBJECT and callee.element is not None:  # the class that `modelformset_factory(Order)` makes
            return Value(Kind.INSTANCE, callee.name, element=callee.element)
        if (place := self.knowledge.model_formsets.get(callee.name)) is not None:
            return self.rows.formset(node, place, scope)
        known = self.knowledge.returns.get(member_key(callee.name))
        if known is not None:
            return self._known_result(known, node, scope)
        owner, _, last = callee.name.rpartition(".")
        if callee.kind is Kind.MEMBER:
            return self.rows.run(node, last, scope) if last in RUNS_STATEMENT and owner in self.knowledge.sessions else None
        if callee.name in self.knowledge.selects:
            return self.rows.selected(node, scope)
        if (known_class := self.knowledge.returns_class.get(callee.name)) is not None:
            return Value(Kind.OBJECT, known_class)
        if callee.name in ("typing.cast", "typing_extensions.cast") and node.args:
            return self.annotated(node.args[0], scope)
        if callee.name in _HAND_ON_FUNCTIONS and node.args:
            return self.value(node.args[0], scope)
        if last[:1].isupper():
            is_key = len(node.args) > 1 and callee.name in self.knowledge.typed_keys
            return Value(Kind.INSTANCE, callee.name, element=self.instance_of(self.value(node.args[1], scope)) if is_key else None)
        if owner.rpartition(".")[2][:1].isupper() and last.startswith(("from_", "create", "connect", "open")):
            return Value(Kind.INSTANCE, owner)  # an alternative constructor: Redis.from_url(...)
        return Value(Kind.INSTANCE, f"{callee.name}()")

    def _known_result(self, known: str, node: ast.Call, scope: Scope) -> Value | None:
        if known != SELF and known not in self.knowledge.queries:
            return Value(Kind.INSTANCE, known)
        owner = self.value(node.func.value, scope) if isinstance(node.func, ast.Attribute) else None
        is_class = owner is not None and (isinstance(owner.definition, ClassInfo) or owner.last_name[:1].isupper())
        row = self.instance_of(owner) if is_class else None  # Order.get(...), Order.filter(...)
        if known == SELF:
            return owner if owner is not None and owner.kind is Kind.INSTANCE else row
        model = self.value(node.args[0], scope) if node.args and row is None else None
        element = Value(Kind.INSTANCE, model.name, model.definition) if model is not None else row
        return Value(Kind.QUERY, known, element=element)

    # -- with, for, Depends ----------------------------------------------------------------------

    def entered(self, node: ast.expr | None, scope: Scope) -> Value | None:
        """What `with node as x` binds to x."""
        value = self.value(node, scope)
        if value is None:
            return None
        if value.kind is Kind.ROWS:  # a generator function made a context manager
            return value.element
        if isinstance(value.definition, ClassInfo):
            for name in ("__enter__", "__aenter__"):
                method = self.method(value.definition, name)
                if method is not None:
                    return self._of_receiver(self.results.of(method), Value(Kind.OBJECT, method.qualname, method), value)
        return value

    def _iterated(self, node: ast.expr | None, scope: Scope) -> Value | None:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "enumerate":
            return None
        value = self.value(node, scope)
        if value is None and node is not None:
            unpacked = [e.value for e in node.elts if isinstance(e, ast.Starred)] if isinstance(node, (ast.List, ast.Tuple)) else []
            return self._iterated(unpacked[0], scope) if unpacked else self.rows.model_among(node, scope)
        return value.element if value is not None and value.kind in (Kind.QUERY, Kind.ROWS) and value.name != MAPPED else None

    def is_dependency_marker(self, call: ast.Call, scope: Scope) -> bool:
        """Whether a call is `Depends(...)` or `Security(...)`."""
        name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
        if name not in self.knowledge.dependency_marker_names:
            return False
        value = self.value(call.func, scope)
        return value is None or (value.definition is None and value.name in self.knowledge.dependency_markers)

    def injected(self, call: ast.Call, scope: Scope) -> Value | None:
        """What `Depends(provider)` injects: the provider's result, or what it yields."""
        given = call.args[0] if call.args else next((k.value for k in call.keywords if k.arg == "dependency"), None)
        provider = self.value(given, scope)
        if provider is None:
            return None
        result = self.called(provider, call, scope)
        return result.element if result is not None and result.kind is Kind.ROWS else result

    def instance_of(self, value: Value | None) -> Value | None:
        """An instance of a class."""
        if value is None or value.kind is not Kind.OBJECT or isinstance(value.definition, (FunctionInfo, ModuleSummary)):
            return None
        return Value(Kind.INSTANCE, value.name, value.definition)

    # -- other expressions -----------------------------------------------------------------------

    def _await(self, node: ast.Await, scope: Scope) -> Value | None:
        return self.value(node.value, scope)

    def _first_known(self, node: ast.BoolOp | ast.IfExp, scope: Scope) -> Value | None:
        options = node.values if isinstance(node, ast.BoolOp) else [node.body, node.orelse]
        return next((v for option in options if (v := self.value(option, scope)) is not None), None)

    def _concatenation(self, node: ast.BinOp, scope: Scope) -> Value | None:
        """`orders + more`, `orders | more` of rows."""
        if not isinstance(node.op, (ast.Add, ast.BitOr)):
            return None
        value = self.value(node.left, scope)
        if value is None:
            value = self.value(node.right, scope)
        return value if value is not None and value.kind in (Kind.ROWS, Kind.QUERY) else None

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp, scope: Scope) -> Value | None:
        """Those of some rows that are picked, or made: `[order for order in orders if order.open]`, `[Order(n) for n in names]`."""
        is_made = isinstance(node.elt, ast.Call)
        row = self.value(node.elt, scope) if is_made else self._picked(node.elt, node.generators, scope)
        return None if row is None else Value(Kind.ROWS, "picked", element=row)

    def _mapping(self, node: ast.DictComp, scope: Scope) -> Value | None:
        """Rows by some key: `{order.id: order for order in orders}`."""
        row = self._picked(node.value, node.generators, scope)
        return None if row is None else Value(Kind.ROWS, MAPPED, element=row)

    def _picked(self, item: ast.expr, loops: list[ast.comprehension], scope: Scope) -> Value | None:
        """A row of those that the one loop of a comprehension goes over, where it keeps them as they are."""
        target = loops[0].target
        if len(loops) > 1 or not (isinstance(item, ast.Name) and isinstance(target, ast.Name) and item.id == target.id):
            return None
        value = self.value(loops[0].iter, scope)
        return value.element if value is not None and value.kind in (Kind.ROWS, Kind.QUERY) else None

    def _subscript(self, node: ast.Subscript, scope: Scope) -> Value | None:
        if isinstance(node.slice, (ast.Name, ast.Attribute)):
            key = self.value(node.slice, scope)
            if key is not None and key.element is not None and key.name in self.knowledge.typed_keys:
                return key.element
        if isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, int):
            item = self.item(node.value, node.slice.value, scope)
            if item is not None or self._says_tuple(node.value, scope):
                return item
        value = self.value(node.value, scope)
        if value is None:
            return self.rows.model_among(node.value, scope)
        if value.kind in (Kind.ROWS, Kind.QUERY):
            return value if isinstance(node.slice, ast.Slice) else value.element
        if value.kind is not Kind.OBJECT:
            return None
        if value.definition is None:
            known = self.knowledge.returns.get(member_key(f"{value.name}.__getitem__"))
            return None if known is None else Value(Kind.INSTANCE, known)
        return value if isinstance(value.definition, ClassInfo) else None

    def _named_expression(self, node: ast.NamedExpr, scope: Scope) -> Value | None:
        return self.value(node.value, scope)


_EVALUATORS: dict[type[ast.AST], Callable[[Evaluator, Any, Scope], Value | None]] = {
    ast.Name: Evaluator._name,
    ast.Attribute: Evaluator._attribute,
    ast.Call: Evaluator._call,
    ast.Await: Evaluator._await,
    ast.BinOp: Evaluator._concatenation,
    ast.BoolOp: Evaluator._first_known,
    ast.IfExp: Evaluator._first_known,
    ast.Subscript: Evaluator._subscript,
    ast.NamedExpr: Evaluator._named_expression,
    ast.ListComp: Evaluator._comprehension,
    ast.SetComp: Evaluator._comprehension,
    ast.GeneratorExp: Evaluator._comprehension,
    ast.DictComp: Evaluator._mapping,
}


def nested_function(node: FunctionNode, scope: Scope) -> FunctionInfo:
    """The signature of a function defined inside another; its body is not read again."""
    return FunctionInfo(scope.module, node, f"<locals>.{node.name}", None)


def _is_receiver(arg: ast.arg, scope: Scope) -> bool:
    """Whether a parameter is the `self` or `cls` of a method."""
    function = scope.node
    if scope.owner is None or not isinstance(function, FUNCTION_NODES) or _is_static(function):
        return False
    around = scope.parent.node if scope.parent is not None else None
    return (around is None or isinstance(around, ast.ClassDef)) and arg is next(iter(named_parameters(function.args)), None)


def _binding_before(locals_: list[Local], node: ast.expr, *, inside: bool) -> Local | None:
    """The last binding at or before a line that is no bare None; from a nested function, the last of all."""
    told = [b for b in locals_ if not (b.how is How.VALUE and b.annotation is None and is_none(b.expression))] or locals_
    before = [b for b in told if b.is_before(node)] if inside else told
    return (before or told)[-1]


def _is_untold(value: Value) -> bool:
    """Whether of a value only that is known that a third party gave it."""
    return value.kind is Kind.MEMBER or (value.kind is Kind.INSTANCE and value.definition is None and value.name.endswith("()"))


def _name_or_key(node: ast.expr) -> str:
    """The name that an expression ends in, or the key by which it is taken out of a mapping."""
    key = node.slice if isinstance(node, ast.Subscript) else None
    return key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else last_name(node)


def _is_named_model(name: str) -> bool:
    """Whether a value that can't be read is a model by its name: `Order`, `model`, `history_model`, `model_class`."""
    return name[:1].isupper() or name.endswith("model") or name in ("model_class", "model_cls")


def _is_static(function: FunctionNode) -> bool:
    return any(isinstance(d, ast.Name) and d.id == "staticmethod" for d in function.decorator_list)


def _is_of_class(method: FunctionInfo) -> bool:
    """Whether a property is read from the class as well: `@classmethod` around `@property`."""
    return any(last_name(d) in ("classmethod", "classproperty", "cached_classproperty") for d in method.decorators)


def _is_property(decorator: ast.expr) -> bool:
    name = decorator.id if isinstance(decorator, ast.Name) else getattr(decorator, "attr", "")
    return "property" in name
