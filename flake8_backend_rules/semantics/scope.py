"""Lexical scopes and the names that a function binds, read once per function that is asked about."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator
from enum import Enum
from typing import Any, NamedTuple

from flake8_backend_rules.project.summary import ModuleSummary
from flake8_backend_rules.project.surfaces import ClassInfo, FunctionNode, ImportInfo, Variable, flat_statements

ScopeNode = FunctionNode | ast.ClassDef | ast.Lambda
SCOPE_NODES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
FUNCTION_NODES = (ast.FunctionDef, ast.AsyncFunctionDef)
_SCOPES = frozenset(SCOPE_NODES)


class How(Enum):
    """How a local name was bound."""

    VALUE = "assigned"
    PARAMETER = "parameter"
    WITH = "with"
    ITERATION = "for"
    DEFINITION = "def"
    IMPORT = "import"
    UNKNOWN = "unknown"


class Local(NamedTuple):
    """One binding of a local name. `expression`: the value, context manager, iterable or default."""

    how: How
    line: int
    expression: ast.expr | None = None
    annotation: ast.expr | None = None
    definition: FunctionNode | ast.ClassDef | None = None
    imported: ImportInfo | None = None
    parameter: ast.arg | None = None
    position: int | None = None
    """In the tuple that was unpacked."""

    def is_before(self, node: ast.expr) -> bool:
        """Whether this binding is in force where `node` stands (in the same function)."""
        value = self.expression
        if self.how is not How.VALUE or value is None or value.end_lineno is None:
            return self.line <= node.lineno
        end = (value.end_lineno, value.end_col_offset or 0)
        return end <= (node.lineno, node.col_offset)


class _Locals(dict[str, list[Local]]):
    """The bindings of one function by name. `has_expressions`: walruses and comprehensions are among them."""

    has_expressions = False


class Scope:
    """A module, class, function or lambda, with its enclosing scope."""

    __slots__ = ("_locals", "module", "node", "owner", "parent")

    def __init__(self, module: ModuleSummary, node: ScopeNode | None, parent: Scope | None, owner: ClassInfo | None) -> None:
        self.module = module
        self.node = node
        self.parent = parent
        self.owner = owner
        """The class of which the nearest enclosing function is a method, or the class itself."""
        self._locals: _Locals | None = None

    @property
    def function(self) -> FunctionNode | None:
        """The innermost enclosing function, lambdas passed over."""
        return next(self.functions(), None)

    def functions(self) -> Iterator[FunctionNode]:
        """The enclosing functions, innermost first."""
        scope: Scope | None = self
        while scope is not None:
            if isinstance(scope.node, FUNCTION_NODES):
                yield scope.node
            scope = scope.parent

    def bindings(self, name: str) -> list[Local] | None:
        """The bindings of a name in this very scope.

        Statements are read first; walruses and comprehensions only for a name that is bound nowhere else and no builtin.
        """
        bound = self._locals
        if bound is None:
            bound = self._locals = self._read_locals()
        found = bound.get(name)
        if found is None and not bound.has_expressions and self.node is not None and name not in _BUILTINS and not self.module.binds(name):
            bound.has_expressions = True
            for target, local in _bound_by_expressions(self.node):
                bound.setdefault(target, []).append(local)
            found = bound.get(name)
        return found

    def _read_locals(self) -> _Locals:
        """Those of a function of the linted file are read once, as several scopes stand for it."""
        node, kept = self.node, self.module.locals
        if node is None:
            return _Locals()
        if kept is None:
            return _Locals(_bound_by_statements(node, self.module))
        found: _Locals | None = kept.get(node)
        if found is None:
            found = kept[node] = _Locals(_bound_by_statements(node, self.module))
        return found

    def lookup(self, name: str) -> tuple[list[Local], Scope] | None:
        """The bindings of a name in the nearest enclosing function that binds it; None if it is module-level."""
        scope: Scope | None = self
        while scope is not None and scope.node is not None:
            if scope is self or not isinstance(scope.node, ast.ClassDef):
                if (found := scope.bindings(name)) is not None:
                    return found, scope
            scope = scope.parent
        return None


def parameters(args: ast.arguments) -> Iterator[tuple[ast.arg, ast.expr | None]]:
    """Every named parameter with its default, in order (`*args` and `**kwargs` left out)."""
    positional = [*args.posonlyargs, *args.args]
    defaults: list[ast.expr | None] = [None] * (len(positional) - len(args.defaults))
    yield from zip(positional, [*defaults, *args.defaults], strict=True)
    yield from zip(args.kwonlyargs, args.kw_defaults, strict=True)


def named_parameters(args: ast.arguments) -> list[ast.arg]:
    """Every named parameter in order."""
    return [*args.posonlyargs, *args.args, *args.kwonlyargs]


def is_none(node: ast.expr | None) -> bool:
    """Whether an expression is missing or None."""
    return node is None or (isinstance(node, ast.Constant) and node.value is None)


def bound_arguments(call: ast.Call, taken: ast.arguments) -> Iterator[tuple[ast.arg, ast.expr]]:
    """(parameter, argument) of a call of a function or of a method through `self`; what stands after a `*` is left out."""
    positional = [*taken.posonlyargs, *taken.args]
    if isinstance(call.func, ast.Attribute) and positional and positional[0].arg in ("self", "cls"):
        positional = positional[1:]
    for parameter, argument in zip(positional, call.args, strict=False):
        if isinstance(argument, ast.Starred):
            break
        yield parameter, argument
    named = {arg.arg: arg for arg in (*positional, *taken.kwonlyargs)}
    for keyword in call.keywords:
        if keyword.arg in named:
            yield named[keyword.arg], keyword.value


def _node_fields(cls: type[ast.AST] = ast.AST) -> Iterator[tuple[type[ast.AST], tuple[str, ...]]]:
    for child in cls.__subclasses__():
        yield child, tuple(f for f in reversed(child._fields) if f not in _NO_NODES)
        yield from _node_fields(child)


_NO_NODES = frozenset({"ctx", "op", "ops", "id", "attr", "name", "arg", "type_comment", "kind", "module", "level", "asname"})
_FIELDS: dict[type[ast.AST], tuple[str, ...]] = {**dict(_node_fields()), ast.Constant: ()}
_WITH_GAPS = frozenset({"keys", "kw_defaults", "names", "kwd_attrs"})
"""Fields of lists that hold other things than nodes."""


def children_reversed(node: ast.AST) -> list[ast.AST]:
    """The child nodes, last first, without operators and contexts."""
    found: list[ast.AST] = []
    for name in _FIELDS[node.__class__]:
        child = getattr(node, name, None)
        if child.__class__ is list:
            found += child[::-1] if name not in _WITH_GAPS else [c for c in reversed(child) if isinstance(c, ast.AST)]
        elif child.__class__ in _FIELDS:
            found.append(child)
    return found


_BUILTINS = frozenset(dir(builtins))
_LEAVES = (ast.Name, ast.Constant, ast.alias, ast.expr_context, ast.operator, ast.unaryop, ast.cmpop, ast.boolop, ast.Pass)
# Classes of nodes that can hold a call, with the fields to look at, last first.
_HOLDERS = {cls: fields for cls, fields in _FIELDS.items() if fields and not issubclass(cls, _LEAVES)}


def all_calls_below(function: FunctionNode) -> tuple[list[ast.Call], list[ast.Call]]:
    """The calls in the body of a function in source order, outer ones first: all, and those in nothing with a scope of its own."""
    inner: list[ast.AST] = []
    own = calls_below(function, nested=False, left=inner)
    if not inner:
        return own, own
    return calls_below(function, nested=True), own


def calls_below(root: ast.AST, *, nested: bool, left: list[ast.AST] | None = None) -> list[ast.Call]:
    """The calls in the body of a function (or below any other node) in source order, outer ones first.

    `nested`: those in functions, classes and lambdas inside of it too; else these are added to `left`.
    """
    body = getattr(root, "body", None)
    pending: list[Any] = list(reversed(body)) if isinstance(body, list) else [body if isinstance(body, ast.AST) else root]
    pop, push = pending.pop, pending.append
    found: list[ast.Call] = []
    while pending:
        node = pop()
        kind = node.__class__
        if kind is ast.Call:
            found.append(node)
        elif not nested and kind in _SCOPES:
            if left is not None:
                left.append(node)
            continue
        for name in _HOLDERS.get(kind, ()):
            child = getattr(node, name, None)
            if child.__class__ is list:
                for item in reversed(child):
                    if item.__class__ in _HOLDERS:
                        push(item)
            elif child.__class__ in _HOLDERS:
                push(child)
    return found


def own_nodes(node: ast.AST) -> Iterator[ast.AST]:
    """Every node in the body of a function (or below any node), nested functions, classes and lambdas left out.

    A nested function is yielded itself, not entered.
    """
    body = getattr(node, "body", None)
    pending: list[ast.AST] = list(reversed(body)) if isinstance(body, list) else [body] if isinstance(body, ast.AST) else []
    while pending:
        child = pending.pop()
        yield child
        if not isinstance(child, SCOPE_NODES):
            pending.extend(children_reversed(child))


def all_nodes(node: ast.AST) -> Iterator[ast.AST]:
    """Every node below `node`, nested functions included, in source order."""
    pending = children_reversed(node)
    while pending:
        child = pending.pop()
        yield child
        pending.extend(children_reversed(child))


def scoped_nodes(scope: Scope, root: ast.AST | None = None) -> Iterator[tuple[ast.AST, Scope]]:
    """Every node inside a scope with the scope it stands in, nested functions included."""
    start = root if root is not None else scope.node
    assert start is not None
    pending: list[tuple[ast.AST, Scope]] = [(n, scope) for n in children_reversed(start)]
    while pending:
        node, where = pending.pop()
        yield node, where
        inner = where
        if isinstance(node, ast.ClassDef):
            inner = Scope(where.module, node, where, class_at(node, where))
        elif isinstance(node, (*FUNCTION_NODES, ast.Lambda)):
            inner = Scope(where.module, node, where, where.owner)
        pending.extend((n, inner) for n in children_reversed(node))


def class_at(node: ast.ClassDef, scope: Scope) -> ClassInfo | None:
    """The class that a node in a scope defines; the one around where it is none that the module's summary knows."""
    return next((c for c in scope.module.all_classes() if c.line == node.lineno and c.name == node.name), scope.owner)


class PlacedFunction(NamedTuple):
    """A function of a module with the class and function around it."""

    node: FunctionNode
    owner: ast.ClassDef | None
    enclosing: FunctionNode | None


def placed_functions(tree: ast.Module) -> list[PlacedFunction]:
    """Every function of a module, nested ones included, in source order."""
    found: list[PlacedFunction] = []
    pending: list[tuple[list[ast.stmt], ast.ClassDef | None, FunctionNode | None]] = [(tree.body, None, None)]
    while pending:
        body, owner, enclosing = pending.pop()
        for statement in flat_statements(body):
            if isinstance(statement, FUNCTION_NODES):
                found.append(PlacedFunction(statement, owner, enclosing))
                pending.append((statement.body, None, statement))
            elif isinstance(statement, ast.ClassDef):
                pending.append((statement.body, statement, enclosing))
    found.sort(key=lambda f: f.node.lineno)
    return found


def _bound_by_statements(node: ScopeNode, module: ModuleSummary) -> dict[str, list[Local]]:
    """The bindings by name; of a `global` that the module itself leaves open, what is assigned here."""
    found: dict[str, list[Local]] = {}
    if not isinstance(node, ast.ClassDef):
        for arg, default in parameters(node.args):
            found[arg.arg] = [Local(How.PARAMETER, arg.lineno, default, arg.annotation, parameter=arg)]
        for rest in (node.args.vararg, node.args.kwarg):
            if rest is not None:
                found[rest.arg] = [Local(How.UNKNOWN, rest.lineno)]
    if isinstance(node, ast.Lambda):
        return found
    outer: dict[str, bool] = {}
    for child in flat_statements(node.body):
        for name, local in _statement_bindings(child):
            found.setdefault(name, []).append(local)
        if isinstance(child, (ast.Global, ast.Nonlocal)):
            outer |= dict.fromkeys(child.names, isinstance(child, ast.Global))
    for name, is_global in outer.items():
        bound = [b for b in found.pop(name, ()) if is_global and b.how is How.VALUE and not is_none(b.expression)]
        if bound and _is_open(module, name):
            found[name] = bound
    for bindings in found.values():
        bindings.sort(key=lambda b: b.line)
    return found


def _is_open(module: ModuleSummary, name: str) -> bool:
    """Whether a module binds a name to nothing but None, if at all: a function fills it in."""
    bound = module.binding(name)
    return bound is None or (isinstance(bound, Variable) and bound.annotation is None and is_none(bound.value))


def _statement_bindings(child: ast.stmt) -> Iterator[tuple[str, Local]]:
    if isinstance(child, ast.Assign):
        for target in child.targets:
            yield from _targets(target, Local(How.VALUE, child.lineno, child.value))
    elif isinstance(child, ast.AnnAssign):
        yield from _targets(child.target, Local(How.VALUE, child.lineno, child.value, child.annotation))
    elif isinstance(child, (ast.With, ast.AsyncWith)):
        for item in child.items:
            if item.optional_vars is not None:
                yield from _targets(item.optional_vars, Local(How.WITH, child.lineno, item.context_expr))
    elif isinstance(child, (ast.For, ast.AsyncFor)):
        yield from _targets(child.target, Local(How.ITERATION, child.lineno, child.iter))
    elif isinstance(child, (*FUNCTION_NODES, ast.ClassDef)):
        yield child.name, Local(How.DEFINITION, child.lineno, definition=child)
    elif isinstance(child, (ast.Import, ast.ImportFrom)):
        for alias in child.names:
            if isinstance(child, ast.Import):
                info = ImportInfo(alias.name, None, 0, child.lineno, whole=alias.asname is None)
                name = alias.asname or alias.name.partition(".")[0]
            else:
                info = ImportInfo(child.module or "", alias.name, child.level, child.lineno)
                name = alias.asname or alias.name
            yield name, Local(How.IMPORT, child.lineno, imported=info)
    elif isinstance(child, ast.Try):
        for handler in child.handlers:
            if handler.name:
                yield handler.name, Local(How.UNKNOWN, handler.lineno)


def _bound_by_expressions(node: ScopeNode) -> Iterator[tuple[str, Local]]:
    for child in own_nodes(node):
        if isinstance(child, ast.NamedExpr):
            yield from _targets(child.target, Local(How.VALUE, child.lineno, child.value))
        elif isinstance(child, ast.comprehension):
            yield from _targets(child.target, Local(How.ITERATION, child.target.lineno, child.iter))


def _targets(target: ast.expr, local: Local) -> Iterator[tuple[str, Local]]:
    if isinstance(target, ast.Name):
        yield target.id, local
    elif isinstance(target, (ast.Tuple, ast.List)):
        for index, item in enumerate(target.elts):
            inner = local if local.how is How.VALUE and local.position is None else Local(How.UNKNOWN, local.line)
            yield from _targets(item, inner._replace(position=index) if inner is local else inner)
    elif isinstance(target, ast.Starred):
        yield from _targets(target.value, Local(How.UNKNOWN, local.line))
