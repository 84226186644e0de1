"""What one module says of itself at its surface: bindings, classes, functions, imports.

A summary is read from a stdlib `ast` tree by a shallow pass over statements. It keeps no function
bodies, so that thousands of summaries fit in memory; bodies are re-read on demand (`Project.body_of`).
"""

from __future__ import annotations

import ast
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from flake8_backend_rules.project.outline import Outline, Piece
from flake8_backend_rules.project.surfaces import (
    Binding,
    ClassInfo,
    FunctionInfo,
    FunctionNode,
    ImportInfo,
    Matters,
    Shelf,
    Surface,
    Variable,
    flat_statements,
)

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_TYPE_ALIAS: type | None = getattr(ast, "TypeAlias", None)

# A variable's value is kept only where it can tell a type; a literal of 200,000 entries can't.
_KEPT_VALUES = (
    ast.Call, ast.Name, ast.Attribute, ast.Subscript, ast.BinOp, ast.BoolOp, ast.IfExp, ast.Await, ast.Constant,
    ast.Lambda,
)  # fmt: skip
_MAX_MAPPED = 64
_CONSTRUCTORS = frozenset({"__init__", "__enter__", "__aenter__", "__post_init__", "setup", "initialize", "prepare"})


class ModuleSummary:
    """The surface of one module. `broken`: it could not be read or parsed, so its names are unknown.

    `name` is dotted, relative to its source root, and serves messages; `path` is its identity.
    """

    __slots__ = (
        "_all_classes", "_bound", "_packages", "broken", "exported", "folder", "imports", "locals", "main_calls", "name", "path", "pieces",
        "shelf", "stars",
    )  # fmt: skip

    def __init__(self, path: str, name: str, *, broken: bool = False) -> None:
        self.path = path
        self.name = name
        self.broken = broken
        self.folder = os.path.dirname(path)
        """The folder that the module's file lies in."""
        self.stars: list[ImportInfo] = []
        self.imports: list[ImportInfo] = []
        self.exported: frozenset[str] | None = None
        """The names in `__all__`, None where there is none."""
        self.main_calls: list[ast.Call] = []
        """Every call written in an `if __name__ == "__main__":` block."""
        self.pieces: dict[str, Piece] = {}
        """Functions and classes that are parsed when they are asked for, by name."""
        self.shelf: Shelf | None = None
        """None of the linted file."""
        self.locals: dict[ast.AST, Any] | None = None
        """What binds the local names of the linted file's functions, kept for `Scope`; None of other modules."""
        self._bound: dict[str, Binding | Piece] = {}
        self._packages: frozenset[str] | None = None
        self._all_classes: tuple[ClassInfo, ...] | None = None

    def bind(self, name: str, binding: Binding) -> None:
        self._bound[name] = binding

    def binding(self, name: str) -> Binding | None:
        """What the module itself binds to a name."""
        found = self._bound.get(name)
        return self._define(found) if isinstance(found, Piece) else found

    def name_in_any_case(self, name: str) -> str | None:
        """The name that the module itself binds which is `name` in lower case."""
        return next((bound for bound in self._bound if bound.lower() == name), None)

    def binds(self, name: str) -> bool:
        """Whether the module itself binds a name."""
        return name in self._bound

    @property
    def bindings(self) -> dict[str, Binding]:
        """All that the module itself binds, by name; of an imported module `binding` is the cheaper question."""
        for bound in [b for b in self._bound.values() if isinstance(b, Piece)] if self.pieces else ():
            self._define(bound)
        return self._bound  # type: ignore[return-value]

    def definitions(self, matters: Matters | None = None) -> Iterator[Binding]:
        """What the module binds, functions and classes left out of which the text says that they don't matter."""
        for bound in list(self._bound.values()) if self.pieces else self._bound.values():
            if not isinstance(bound, Piece):
                yield bound
            elif (matters is None or matters(self._with_text(bound).source)) and (found := self._define(bound)) is not None:
                yield found

    def piece(self, name: str) -> Piece | None:
        """The function or class of a name, with its text, where the module is read in pieces."""
        found = self.pieces.get(name)
        return None if found is None else self._with_text(found)

    def _with_text(self, piece: Piece) -> Piece:
        if piece.is_put_away and self.shelf is not None:
            self.shelf.take_out(piece, self.path)
        return piece

    def _define(self, piece: Piece) -> Binding | None:
        """Reads a piece; the name of one that does not parse is not bound."""
        _Reader(self).read(self._with_text(piece).surface(_CONSTRUCTORS) or ())
        found = self._bound[piece.name]
        if isinstance(found, Piece):
            del self._bound[piece.name]
            return None
        if self.shelf is not None and isinstance(found, Surface):
            self.shelf.fresh.append(found)
        return found

    @property
    def is_package(self) -> bool:
        return self.path.endswith("__init__.py") and os.path.basename(self.path) == "__init__.py"

    @property
    def stem(self) -> str:
        """The module's own name; of a package's `__init__` the package's name."""
        base = self.path if not self.is_package else os.path.dirname(self.path) + ".py"
        return os.path.basename(base).removesuffix(".py").removesuffix(".pyi")

    def top_level_packages(self) -> frozenset[str]:
        """Top-level names of everything that the module imports absolutely."""
        if self._packages is None:
            self._packages = frozenset(i.module.partition(".")[0] for i in self.imports if not i.level)
        return self._packages

    def keep_on(self, shelf: Shelf) -> None:
        """Has what was read so far packed with the linted file."""
        self.shelf = shelf
        shelf.pieces += self.pieces.values()
        shelf.fresh += (bound for bound in self._bound.values() if isinstance(bound, Surface))

    def dissolve(self) -> None:
        """Takes the summary apart, so that it is freed at once and not by a garbage collection. It is not to be used again."""
        pending = [bound for bound in self._bound.values() if isinstance(bound, ClassInfo)]
        while pending:
            cls = pending.pop()
            pending.extend(cls.classes.values())
            cls.methods.clear()
            cls.attributes.clear()
            cls.classes.clear()
        self._bound.clear()
        self._all_classes = self.locals = None

    def functions(self, matters: Matters | None = None) -> Iterator[FunctionInfo]:
        """Module-level functions and the methods of every class. `matters`: as for `definitions`."""
        yield from (b for b in self.definitions(matters) if isinstance(b, FunctionInfo))
        for cls in self.all_classes(matters):
            yield from cls.methods.values()

    def all_classes(self, matters: Matters | None = None) -> Iterable[ClassInfo]:
        """The classes at module level and inside of classes. `matters`: as for `definitions`."""
        if self.pieces:
            return self._classes(matters)
        if self._all_classes is None:
            self._all_classes = tuple(self._classes(None))
        return self._all_classes

    def _classes(self, matters: Matters | None) -> Iterator[ClassInfo]:
        for defined in self.definitions(matters):
            pending = [defined] if isinstance(defined, ClassInfo) else []
            while pending:
                cls = pending.pop()
                yield cls
                pending.extend(cls.classes.values())

    def __repr__(self) -> str:
        return f"<module {self.name}>"


def summarise(tree: ast.Module, path: str, name: str) -> ModuleSummary:
    """The summary of a module's tree. Looks into `if`, `try`, `with` and loops at module and class level."""
    module = ModuleSummary(path, sys.intern(name))
    _Reader(module).read(tree.body)
    return module


def summarise_outline(outline: Outline, path: str, name: str) -> ModuleSummary:
    """The summary of a module of which the functions and classes are read when they are asked for."""
    module = ModuleSummary(path, sys.intern(name))
    reader = _Reader(module)
    parts: list[ast.stmt | Piece] = [*outline.rest.body, *outline.pieces]
    for part in sorted(parts, key=_line_of):
        if isinstance(part, Piece):
            module._bound[part.name] = module.pieces[part.name] = part
        else:
            reader.read([part])
    return module


def _line_of(part: ast.stmt | Piece) -> int:
    return part.line if isinstance(part, Piece) else part.lineno


class _Reader:
    def __init__(self, module: ModuleSummary) -> None:
        self.module = module
        self.bound = module._bound

    def read(self, body: Sequence[ast.stmt]) -> None:
        for node in flat_statements(body):
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                self._import(node)
            elif isinstance(node, _FUNCTIONS):
                self.bound[node.name] = self._function(node, "", None)
            elif isinstance(node, ast.ClassDef):
                self.bound[node.name] = self._class(node, "")
            else:
                for variable in self._variables(node, None):
                    _bind(self.bound, variable)
                if isinstance(node, (ast.Assign, ast.AugAssign, ast.Expr)):
                    self._exported(node)
                elif isinstance(node, ast.If) and _is_main_test(node.test):
                    calls = (n for s in node.body for n in ast.walk(s) if isinstance(n, ast.Call))
                    self.module.main_calls.extend(calls)

    def _import(self, node: ast.Import | ast.ImportFrom) -> None:
        module = self.module
        if isinstance(node, ast.Import):
            for alias in node.names:
                info = ImportInfo(alias.name, None, 0, node.lineno, whole=alias.asname is None)
                module.imports.append(info)
                self.bound[alias.asname or alias.name.partition(".")[0]] = info
            return
        for alias in node.names:
            info = ImportInfo(node.module or "", alias.name, node.level, node.lineno)
            module.imports.append(info)
            if alias.name == "*":
                module.stars.append(info)
            else:
                self.bound[alias.asname or alias.name] = info

    def _function(self, node: FunctionNode, prefix: str, owner: ClassInfo | None) -> FunctionInfo:
        return FunctionInfo(self.module, node, prefix + node.name, owner)

    def _class(self, node: ast.ClassDef, prefix: str) -> ClassInfo:
        qualname = prefix + node.name
        cls = ClassInfo(self.module, node, qualname)
        for child in flat_statements(node.body):
            if isinstance(child, _FUNCTIONS):
                method = self._function(child, f"{qualname}.", cls)
                cls.methods[child.name] = method
                if child.name in _CONSTRUCTORS:
                    for variable in instance_attributes(child, method, cls):
                        cls.attributes.setdefault(variable.name, variable)
            elif isinstance(child, ast.ClassDef):
                cls.classes[child.name] = self._class(child, f"{qualname}.")
            else:
                for variable in self._variables(child, cls):
                    cls.attributes.setdefault(variable.name, variable)
        return cls

    def _variables(self, node: ast.stmt, owner: ClassInfo | None) -> Iterator[Variable]:
        if isinstance(node, ast.Assign):
            for target, value in _assigned(node.targets, node.value):
                if isinstance(target, ast.Name):
                    yield Variable(self.module, target.id, None, _kept(value), node.lineno, owner)
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield Variable(self.module, node.target.id, node.annotation, _kept(node.value), node.lineno, owner)
        elif _TYPE_ALIAS is not None and isinstance(node, _TYPE_ALIAS):
            name: ast.Name = node.name  # type: ignore[attr-defined]
            yield Variable(self.module, name.id, None, node.value, node.lineno, owner)  # type: ignore[attr-defined]
        elif isinstance(node, (ast.With, ast.AsyncWith)):
            for entered in node.items:
                if isinstance(entered.optional_vars, ast.Name):
                    yield Variable(self.module, entered.optional_vars.id, None, None, node.lineno, owner)

    def _exported(self, node: ast.Assign | ast.AugAssign | ast.Expr) -> None:
        """`__all__ = [...]`, and what is added to it; what can't be read leaves every name exported."""
        module, value = self.module, node.value
        if isinstance(node, ast.Expr):
            if not (isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and len(value.args) == 1):
                return
            target, value = value.func.value, value.args[0]
        else:
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
        if not (isinstance(target, ast.Name) and target.id == "__all__"):
            return
        items = value.elts if isinstance(value, (ast.List, ast.Tuple, ast.Set)) else [value]
        if not all(isinstance(e, ast.Constant) and isinstance(e.value, str) for e in items):
            module.exported = None
            return
        names = frozenset(e.value for e in items)  # type: ignore[attr-defined]
        if isinstance(node, ast.Assign):
            module.exported = names
        elif module.exported is not None:
            module.exported |= names


def instance_attributes(node: FunctionNode, method: FunctionInfo, cls: ClassInfo) -> Iterator[Variable]:
    """What a method assigns to attributes of its instance, in source order."""
    first = next((a.arg for a in (*node.args.posonlyargs, *node.args.args)), None)
    for child in flat_statements(node.body):
        targets: list[ast.expr]
        annotation: ast.expr | None = None
        if isinstance(child, ast.Assign):
            targets = child.targets
        elif isinstance(child, ast.AnnAssign):
            targets, annotation = [child.target], child.annotation
        else:
            continue
        for target, value in _assigned(targets, child.value):
            if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name) and target.value.id == first:
                yield Variable(cls.module, target.attr, annotation, _kept(value), child.lineno, cls, method)


def _assigned(targets: Sequence[ast.expr], value: ast.expr | None) -> Iterator[tuple[ast.expr, ast.expr | None]]:
    """(target, value) of an assignment, tuples taken apart; None for a value that is not told."""
    for target in targets:
        if isinstance(target, (ast.Tuple, ast.List)):
            has_rest = any(isinstance(item, ast.Starred) for item in target.elts)
            for index, item in enumerate(target.elts):
                yield from _assigned([item], None if has_rest or value is None else _item(value, index))
        else:
            yield target.value if isinstance(target, ast.Starred) else target, value


def _item(value: ast.expr, index: int) -> ast.expr | None:
    """An item of what is unpacked: itself where it is written out, else `value[index]`; None where that tells nothing."""
    if isinstance(value, (ast.Tuple, ast.List)):
        return value.elts[index] if index < len(value.elts) and not any(isinstance(e, ast.Starred) for e in value.elts) else None
    if not isinstance(value, ast.Call):
        return None
    return ast.copy_location(ast.Subscript(value, ast.copy_location(ast.Constant(index), value), ast.Load()), value)


def _is_main_test(test: ast.expr) -> bool:
    if not (isinstance(test, ast.Compare) and len(test.comparators) == 1):
        return False
    sides = (test.left, test.comparators[0])
    return any(isinstance(s, ast.Name) and s.id == "__name__" for s in sides) and any(
        isinstance(s, ast.Constant) and s.value == "__main__" for s in sides
    )


def _bind(bindings: dict[str, Binding | Piece], variable: Variable) -> None:
    """`x = None`, an unknown value and an assignment without a type do not displace what an earlier branch bound, or declared.

    Of `if TYPE_CHECKING: app: App` and `else: app = Holder()` the declaration holds, as for type checkers. A class that is decorated by
    a call (`View = documented(View)`) stays what it is.
    """
    earlier = bindings.get(variable.name)
    if isinstance(earlier, (ClassInfo, Piece)) and _decorates(variable, earlier):
        return
    if isinstance(earlier, Variable) and earlier.annotation is not None and variable.annotation is None:
        return
    if earlier is not None and (variable.value is None or isinstance(variable.value, ast.Constant)):
        if variable.annotation is None:
            return
    bindings[variable.name] = variable


def _decorates(variable: Variable, earlier: ClassInfo | Piece) -> bool:
    """Whether a variable is bound to a call that is handed the class of the same name."""
    call = variable.value
    if not isinstance(call, ast.Call) or not any(isinstance(a, ast.Name) and a.id == variable.name for a in call.args):
        return False
    return isinstance(earlier, ClassInfo) or f"class {variable.name}" in earlier.source


def _kept(value: ast.expr | None) -> ast.expr | None:
    if isinstance(value, ast.Subscript) and isinstance(value.slice, ast.Tuple) and len(value.slice.elts) > _MAX_MAPPED:
        return None  # `Literal["aed", "afn", …]`
    return value if isinstance(value, _KEPT_VALUES) or (isinstance(value, ast.Dict) and _maps_to_classes(value)) else None


def _maps_to_classes(mapping: ast.Dict) -> bool:
    """Whether every value is a name that begins as those of classes do: `{"order": Order}`."""
    names = [n.id if isinstance(n, ast.Name) else n.attr if isinstance(n, ast.Attribute) else "" for n in mapping.values]
    return 0 < len(names) <= _MAX_MAPPED and all(name[:1].isupper() for name in names)
