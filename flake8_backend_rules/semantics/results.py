"""Which functions return a Result, and which values are one: a success or a failure, each of a type of its own."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import cast

from flake8_backend_rules.frameworks.schema import NameSet
from flake8_backend_rules.project.project import Definition, External
from flake8_backend_rules.project.summary import ModuleSummary
from flake8_backend_rules.project.surfaces import ClassInfo, FunctionInfo, ImportInfo, Variable
from flake8_backend_rules.semantics import annotation
from flake8_backend_rules.semantics.kinds import Kind, Value
from flake8_backend_rules.semantics.scope import Scope
from flake8_backend_rules.semantics.values import Evaluator

_MAX_HOPS = 8
_WRAPPERS = frozenset({"Optional", "Annotated", "Final"})
_AWAITED = frozenset({"Coroutine", "Awaitable", "CoroutineType"})
_OWN_CLASSES = frozenset({"Result", "Ok", "Err"})
_RETURNS = re.compile(r"->\s*([^:\n]+)")
_REEXPORT = re.compile(r"^from\s+(\.*)([\w.]*)\s+import\s+(\([^)]*\)|[^\n]+)", re.MULTILINE)
_ERR = re.compile(r"Err(?!or)")
_MARKS = ("Result[", "Err[")
_DEFINED = re.compile(r"def\s+(\w+)")


class Results:
    """Answers of one linted file about Results.

    `more`: further class and alias names, bare or qualified, of `backend-result-types`.
    """

    def __init__(self, evaluator: Evaluator, module: ModuleSummary, text: str) -> None:
        self.evaluator = evaluator
        self.project = evaluator.project
        self.types = evaluator.knowledge.result_types
        self.module = module
        self.text = text
        self._here: dict[tuple[str, ...], frozenset[str]] = {}
        self._near: dict[tuple[str, ...], frozenset[str]] = {}

    # -- types -----------------------------------------------------------------------------------

    def returned_by(self, function: FunctionInfo, more: tuple[str, ...] = ()) -> bool:
        """Whether a function's return annotation is a Result."""
        return self.is_annotation(function.returns, self.evaluator.module_scope(function.module), more)

    def is_annotation(self, node: ast.expr | None, scope: Scope, more: tuple[str, ...] = (), hops: int = 0) -> bool:
        """Whether an annotation is a Result, through aliases, Optional and coroutines."""
        if node is None or hops > _MAX_HOPS:
            return False
        if isinstance(node, ast.Constant):
            parsed = annotation.parsed(node)
            return parsed is not None and self.is_annotation(parsed, scope, more, hops + 1)
        if isinstance(node, ast.BinOp):
            return self._is_union([node.left, node.right], scope, more, hops + 1)
        if isinstance(node, ast.Subscript):
            return self._is_subscript(node, scope, more, hops + 1)
        definition = annotation.definition_of(self.evaluator, node, scope) if isinstance(node, (ast.Name, ast.Attribute)) else None
        if isinstance(definition, Variable):
            return self._is_alias(definition, 0, more, hops + 1)
        return self._is_class(definition, 0, more)

    def _is_subscript(self, node: ast.Subscript, scope: Scope, more: tuple[str, ...], hops: int) -> bool:
        items = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        definition = annotation.definition_of(self.evaluator, node.value, scope)
        if isinstance(definition, Variable):
            return self._is_alias(definition, len(items), more, hops)
        if isinstance(definition, External):
            last = definition.name.rpartition(".")[2]
            if last == "Union":
                return self._is_union(items, scope, more, hops)
            if last in _WRAPPERS or last in _AWAITED:
                return bool(items) and self.is_annotation(items[-1 if last in _AWAITED else 0], scope, more, hops)
        return self._is_class(definition, len(items), more)

    def _is_union(self, members: list[ast.expr], scope: Scope, more: tuple[str, ...], hops: int) -> bool:
        if any(self.is_annotation(member, scope, more, hops) for member in members):
            return True
        classes = [c for m in members for c in annotation.classes_in(self.evaluator, m, scope) if isinstance(c.definition, ClassInfo)]
        return {"Ok", "Err"} <= {c.last_name for c in classes}

    def _is_alias(self, variable: Variable, arity: int, more: tuple[str, ...], hops: int) -> bool:
        if variable.name in more or f"{variable.module.name}.{variable.name}" in more or (variable.name == "Result" and arity == 2):
            return True
        return self.is_annotation(variable.value, self.evaluator.module_scope(variable.module), more, hops)

    def _is_class(self, definition: Definition | None, arity: int, more: tuple[str, ...]) -> bool:
        if isinstance(definition, External):
            return definition.name in self.types or definition.name.rpartition(".")[2] in more or definition.name in _names(more)
        if not isinstance(definition, ClassInfo):
            return False
        if definition.name in more or f"{definition.module.name}.{definition.qualname}" in more:
            return True
        return definition.name == "Result" and 2 in (arity, _arity(definition))

    def is_result(self, value: Value | None, more: tuple[str, ...] = ()) -> bool:
        """Whether a value is a Result."""
        if value is None or value.kind is not Kind.INSTANCE:
            return False
        if isinstance(value.definition, ClassInfo):
            told = value.last_name in _OWN_CLASSES or value.last_name in more or value.name in more
            return told or self.evaluator.descends(value, self.types) is True
        return value.name in self.types or value.last_name in more or value.name in _names(more)

    # -- names -----------------------------------------------------------------------------------

    def functions_here(self, more: tuple[str, ...] = ()) -> frozenset[str]:
        """Names of the functions of the linted file that may return a Result by their text."""
        kept = self._here.get(more)
        if kept is None:
            kept = self._here[more] = _result_functions(self.text, more)
            self.project.memo["result functions", self.module.path, *more] = kept
        return kept

    def functions_near(self, more: tuple[str, ...] = ()) -> frozenset[str]:
        """Names of the functions, of the linted file and the modules it imports, that may return a Result by their text.

        A look that parses nothing: few files of few projects have any.
        """
        kept = self._near.get(more)
        if kept is None:
            kept = self._near[more] = self.functions_here(more).union(*self._imported(more))
        return kept

    def _imported(self, more: tuple[str, ...]) -> Iterator[frozenset[str]]:
        """Those of the modules that the linted file imports; each module is looked at once, however many names come from it."""
        done: set[tuple[int, str]] = set()
        for info in self.module.imports:
            source = info.level, info.module
            if source in done:
                continue
            path = None
            if info.level or not self.project.is_known_foreign(info.module):
                path = self.project.imported_path(ImportInfo(info.module, "", info.level, 0), self.module)
            if path is not None and (not path.endswith(".py") or path.endswith("__init__.py")):
                yield self._functions_of_member(path, info.name or "", more)
                continue
            done.add(source)
            if path is not None:
                yield self._functions_of(path, more)

    def _functions_of(self, path: str, more: tuple[str, ...]) -> frozenset[str]:
        key = "result functions", path, *more
        if key not in self.project.memo:
            self.project.memo[key] = _result_functions(self.project.text_of(path), more)
        return cast("frozenset[str]", self.project.memo[key])

    def _functions_of_member(self, package: str, name: str, more: tuple[str, ...]) -> frozenset[str]:
        """Those of the files that a name of a package may come from; each name is followed once a run."""
        key, memo = ("result functions imported", package, name, *more), self.project.memo
        if key not in memo:
            memo[key] = frozenset[str]().union(*(self._functions_of(path, more) for path in self._members(package, name)))
        return cast("frozenset[str]", memo[key])

    def _members(self, package: str, name: str) -> Iterator[str]:
        """The files that a name of a package comes from: its own, a submodule's, or one that it re-exports from."""
        folder = package.removesuffix(f"{os.sep}__init__.py")
        inside = ModuleSummary(os.path.join(folder, "__init__.py"), "")
        if package.endswith(".py"):
            yield package
        if name:
            path = self.project.imported_path(ImportInfo(name, "", 1, 0), inside)
            if path is None and (source := self._reexports(package).get(name)) is not None:
                path = self.project.imported_path(ImportInfo(source[1], "", source[0], 0), inside)
            if path is not None and path.endswith(".py"):
                yield path

    def _reexports(self, package: str) -> dict[str, tuple[int, str]]:
        """Name -> (level, module) of what a package's `__init__` imports, read from its text."""
        key = "re-exports", package
        if key not in self.project.memo:
            text = self.project.text_of(package) if package.endswith(".py") else ""
            self.project.memo[key] = {
                name: (len(dots), module) for dots, module, names in _REEXPORT.findall(text) for name in re.findall(r"\w+", names)
            }
        return cast("dict[str, tuple[int, str]]", self.project.memo[key])


def _result_functions(text: str, more: tuple[str, ...]) -> frozenset[str]:
    """Names of functions whose return annotation, as text, holds the name of a Result or an alias made of one."""
    if "->" not in text or (not _may_name_one(text) and not any(name.rpartition(".")[2] in text for name in more)):
        return frozenset()
    words = _words(more)
    returned = " ".join(_RETURNS.findall(text))
    if not returned:
        return frozenset()
    told = "Result" in returned or words.search(returned) is not None
    if not told and not any(mark in text for mark in _MARKS) and (not more or words.search(text) is None):
        return frozenset()
    aliases = set(_alias(words.pattern).findall("\n" + text))
    found = set()
    for match in _RETURNS.finditer(text):
        names = re.findall(r"\w+", match[1])
        if words.search(match[1]) or not aliases.isdisjoint(names) or any("Result" in name for name in names):
            defined = _DEFINED.search(text, text.rfind("def ", 0, match.start()))
            if defined:
                found.add(defined[1])
    return frozenset(found)


def _may_name_one(text: str) -> bool:
    """Whether a text holds a part of the name of a Result, as `_words` knows them; fixed text is found many times as fast."""
    if "Result" in text or "Ok" in text or "Success" in text or "Failure" in text:
        return True
    return _ERR.search(text) is not None


@lru_cache(maxsize=16)
def _words(more: tuple[str, ...]) -> re.Pattern[str]:
    names = ("Result", "ResultE", "IOResult", "IOResultE", "FutureResult", "FutureResultE", "Ok", "Err", "Success", "Failure")
    own = sorted({name.rpartition(".")[2] for name in more} - set(names))
    return re.compile(rf"\b(?:{'|'.join((*names, *own))})\b")


@lru_cache(maxsize=16)
def _alias(words: str) -> re.Pattern[str]:
    """Finds an assignment at the margin of something that one of some words tells, by the end of the line before it."""
    return re.compile(rf"\n(?:type\s+)?(\w+)[^=\n(]*=\s*[^=\n]*?(?:{words})")


@lru_cache(maxsize=16)
def _names(more: tuple[str, ...]) -> NameSet:
    return NameSet(more)


def _arity(cls: ClassInfo) -> int:
    """How many type parameters `Generic[...]` or `Protocol[...]` gives a class; 0 where none does."""
    for base in cls.bases:
        if isinstance(base, ast.Subscript) and isinstance(base.slice, ast.Tuple):
            name = base.value.id if isinstance(base.value, ast.Name) else getattr(base.value, "attr", "")
            if name in ("Generic", "Protocol"):
                return len(base.slice.elts)
    return 0
