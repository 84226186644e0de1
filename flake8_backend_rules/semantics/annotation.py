"""Reads annotations: aliases, `Annotated`, unions, collections, `NewType`, injection markers, strings."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from flake8_backend_rules.project.project import Definition, External
from flake8_backend_rules.project.surfaces import ClassInfo, ImportInfo, Variable
from flake8_backend_rules.semantics.kinds import Kind, Value
from flake8_backend_rules.semantics.paths import last_name

if TYPE_CHECKING:
    from flake8_backend_rules.semantics.scope import Scope
    from flake8_backend_rules.semantics.values import Evaluator

_TYPING = frozenset({"typing", "typing_extensions", "collections", "types", "builtins", "contextlib"})
_WRAPPERS = frozenset({"Optional", "Union", "Final", "ClassVar", "Required", "NotRequired", "ReadOnly", "InitVar", "Mapped"})
_BUILTIN_COLLECTIONS = frozenset({"list", "set", "tuple", "frozenset", "dict"})
_MAPPINGS = frozenset({"dict", "Dict", "Mapping", "MutableMapping", "defaultdict", "OrderedDict"})
_GENERATORS = frozenset({"Iterator", "AsyncIterator", "Generator", "AsyncGenerator", "Iterable", "AsyncIterable"})
_HOLDING_SELF = _GENERATORS | {"Optional", "Union", "Coroutine", "Awaitable", "AbstractContextManager", "AbstractAsyncContextManager"}
_PLAIN_MODULES = frozenset({"typing", "collections.abc", "datetime", "uuid", "decimal", "pathlib", "enum"})
_TYPE_VARIABLE = re.compile(r"_?(?:[A-Z]{1,2}|\w*[a-z_]T|\w*Type|\w*_(?:co|contra))\Z")
_MAX_TEXT = 300
_MAX_HOPS = 12


class Form(Enum):
    """How a class stands in an annotation: itself, inside a collection, or as `type[...]`."""

    PLAIN = "plain"
    ELEMENT = "element"
    MAPPING = "mapping"
    TYPE = "type"


def value_of(evaluator: Evaluator, node: ast.expr, scope: Scope) -> Value | None:
    """The value of something annotated with `node`; of a union, its first member that is known."""
    for value, form in _leaves(evaluator, node, scope, Form.PLAIN, 0):
        if value.definition is None and value.name.partition(".")[0] in _TYPING:
            continue
        if form is Form.MAPPING:
            return None
        if form is Form.TYPE:
            return Value(Kind.OBJECT, value.name, value.definition)
        return Value(Kind.ROWS, "collection", element=value) if form is Form.ELEMENT else value
    return None


def is_plain(evaluator: Evaluator, node: ast.expr | None, scope: Scope, telling: re.Pattern[str]) -> bool:
    """Whether an annotation mentions nothing but builtins and first-party classes with no base that `telling` matches.

    A look that reads no module; False means that a closer one is needed.
    """
    if node is None or (isinstance(node, ast.Constant) and not isinstance(node.value, str)):
        return True
    if isinstance(node, ast.BinOp):
        return is_plain(evaluator, node.left, scope, telling) and is_plain(evaluator, node.right, scope, telling)
    if isinstance(node, ast.Subscript):
        items = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        return all(is_plain(evaluator, item, scope, telling) for item in (node.value, *items))
    if not isinstance(node, ast.Name) or (scope.node is not None and scope.lookup(node.id) is not None):
        return False
    binding = scope.module.binding(node.id)
    if isinstance(binding, ImportInfo):
        if not binding.level and binding.module in _PLAIN_MODULES:
            return binding.name != "Annotated"
        if not binding.level and evaluator.project.is_foreign(binding.module, scope.module.folder):
            return binding.module.partition(".")[0] not in evaluator.knowledge.edge_packages
        return evaluator.project.is_plain_class(binding, scope.module, telling)
    return binding is None and hasattr(builtins, node.id)


def classes_in(evaluator: Evaluator, node: ast.expr | None, scope: Scope) -> Iterator[Value]:
    """Every class that an annotation mentions, through Optional, Annotated, collections and aliases."""
    if node is not None:
        for value, _ in _leaves(evaluator, node, scope, Form.PLAIN, 0):
            yield value


def dependencies_in(evaluator: Evaluator, node: ast.expr | None, scope: Scope, hops: int = 0) -> Iterator[ast.Call]:
    """The `Depends(...)` calls in the metadata of `Annotated`, through aliases."""
    if node is None or hops > _MAX_HOPS:
        return
    if isinstance(node, ast.Subscript):
        items = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        for item in items:
            if isinstance(item, ast.Call) and evaluator.is_dependency_marker(item, scope):
                yield item
        if items:
            yield from dependencies_in(evaluator, items[0], scope, hops + 1)
    elif isinstance(node, ast.BinOp):
        yield from dependencies_in(evaluator, node.left, scope, hops + 1)
        yield from dependencies_in(evaluator, node.right, scope, hops + 1)
    elif isinstance(node, (ast.Name, ast.Attribute)):
        definition = definition_of(evaluator, node, scope)
        if isinstance(definition, Variable) and definition.value is not None:
            yield from dependencies_in(evaluator, definition.value, evaluator.module_scope(definition.module), hops + 1)


class TypeVariable(NamedTuple):
    """A type variable as an annotation names it. `within`: inside of something that is iterated."""

    name: str
    within: bool


def type_variable(node: ast.expr | None) -> TypeVariable | None:
    """`T` of `T`, `T | None`, `Iterable[T]` or `Generator[T, None, None]`; None for anything else, and for what is named like a class."""
    if isinstance(node, ast.BinOp):
        return type_variable(node.left) if isinstance(node.right, ast.Constant) and node.right.value is None else None
    if isinstance(node, ast.Name):
        return TypeVariable(node.id, False) if _TYPE_VARIABLE.match(node.id) else None
    if not isinstance(node, ast.Subscript):
        return None
    first = node.slice.elts[0] if isinstance(node.slice, ast.Tuple) and node.slice.elts else node.slice
    return TypeVariable(first.id, last_name(node.value) != "Optional") if isinstance(first, ast.Name) else None


def class_variable(node: ast.expr | None) -> str | None:
    """`T` of `type[T]`; None for anything else."""
    if not isinstance(node, ast.Subscript) or last_name(node.value) not in ("type", "Type"):
        return None
    return node.slice.id if isinstance(node.slice, ast.Name) else None


def items_of_tuple(node: ast.expr) -> list[ast.expr]:
    """What `tuple[A, B]`, or the older `(A, B)`, says of each item; nothing for any other annotation."""
    if isinstance(node, ast.Constant):
        node = parsed(node) or node
    if isinstance(node, ast.Subscript) and last_name(node.value) in ("tuple", "Tuple"):
        node = node.slice
    return node.elts if isinstance(node, ast.Tuple) else []


def says_self(node: ast.expr | None) -> bool:
    """Whether an annotation is `Self`, or an optional, awaited or yielded one."""
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str) and "Self" in node.value and says_self(parsed(node))
    if isinstance(node, ast.BinOp):
        return says_self(node.left) or says_self(node.right)
    if isinstance(node, ast.Subscript):
        items = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        return last_name(node.value) in _HOLDING_SELF and any(says_self(item) for item in items)
    return node is not None and last_name(node) == "Self"


def is_generator(node: ast.expr | None) -> bool:
    """Whether an annotation says of a function that it yields."""
    return isinstance(node, ast.Subscript) and last_name(node.value) in _GENERATORS


def definition_of(evaluator: Evaluator, node: ast.expr, scope: Scope) -> Definition | None:
    """What a name or dotted name in an annotation refers to; aliases are not followed."""
    if isinstance(node, ast.Name):
        return evaluator.definition(node.id, scope)
    if isinstance(node, ast.Attribute):
        owner = evaluator.value(node.value, scope)
        if owner is None:
            return None
        if owner.definition is None:
            return External(f"{owner.name}.{node.attr}") if owner.kind is Kind.OBJECT else None
        if isinstance(owner.definition, ClassInfo):
            return owner.definition.classes.get(node.attr) or owner.definition.attributes.get(node.attr)
        found = evaluator.attribute(owner, node.attr)
        if found is None or found.kind is not Kind.OBJECT:
            return evaluator.module_member(owner, node.attr)
        return External(found.name) if found.definition is None else found.definition
    return None


def _leaves(evaluator: Evaluator, node: ast.expr, scope: Scope, form: Form, hops: int) -> Iterator[tuple[Value, Form]]:
    if hops > _MAX_HOPS:
        return
    hops += 1
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        if (parsed := _parse(node, node.value)) is not None:
            yield from _leaves(evaluator, parsed, scope, form, hops)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        yield from _leaves(evaluator, node.left, scope, form, hops)
        yield from _leaves(evaluator, node.right, scope, form, hops)
    elif isinstance(node, ast.Subscript):
        yield from _subscript(evaluator, node, scope, form, hops)
    elif isinstance(node, (ast.Name, ast.Attribute)):
        definition = definition_of(evaluator, node, scope)
        if isinstance(definition, ClassInfo):
            yield Value(Kind.INSTANCE, f"{definition.module.name}.{definition.qualname}", definition), form
        elif isinstance(definition, External):
            yield Value(Kind.INSTANCE, definition.name), form
        elif isinstance(definition, Variable) and definition.value is not None:
            target = _alias_target(definition.value)
            yield from _leaves(evaluator, target, evaluator.module_scope(definition.module), form, hops)


def _subscript(evaluator: Evaluator, node: ast.Subscript, scope: Scope, form: Form, hops: int) -> Iterator[tuple[Value, Form]]:
    items = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    base = definition_of(evaluator, node.value, scope)
    if base is None and isinstance(node.value, ast.Name):
        if node.value.id == "type":
            base = External("typing.Type")
        elif node.value.id in _BUILTIN_COLLECTIONS:
            base = External(f"builtins.{node.value.id}")
    if isinstance(base, ClassInfo):
        yield Value(Kind.INSTANCE, f"{base.module.name}.{base.qualname}", base), form
        return
    if isinstance(base, Variable) and base.value is not None:
        yield from _leaves(evaluator, _alias_target(base.value), evaluator.module_scope(base.module), form, hops)
        return
    if not isinstance(base, External):
        return
    package, _, last = base.name.rpartition(".")
    if last == "Annotated" or base.name in evaluator.knowledge.injection_markers:
        yield from _leaves(evaluator, items[0], scope, form, hops)
    elif last in _WRAPPERS:
        for item in items:
            yield from _leaves(evaluator, item, scope, form, hops)
    elif package.partition(".")[0] in _TYPING:
        inner = Form.TYPE if last == "Type" else Form.MAPPING if last in _MAPPINGS else Form.ELEMENT
        if last == "Callable":
            return
        if last in ("Coroutine", "Awaitable"):
            inner, items = form, items[-1:]
        for item in items:
            yield from _leaves(evaluator, item, scope, inner, hops)
    else:
        yield Value(Kind.INSTANCE, base.name), form


def _alias_target(value: ast.expr) -> ast.expr:
    """The type that an alias's value names: the second argument of `NewType("X", T)`, else the value."""
    if isinstance(value, ast.Call) and len(value.args) == 2:
        name = value.func.id if isinstance(value.func, ast.Name) else getattr(value.func, "attr", "")
        if name in ("NewType", "TypeAliasType"):
            return value.args[1]
    return value


def parsed(node: ast.Constant) -> ast.expr | None:
    """The expression that an annotation written as text holds; None if it can't be read."""
    return _parse(node, node.value) if isinstance(node.value, str) else None


def _parse(node: ast.Constant, text: str) -> ast.expr | None:
    if len(text) > _MAX_TEXT:
        return None
    try:
        parsed = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return ast.copy_location(parsed, node)
