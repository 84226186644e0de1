"""The HTTP handler code of the whole project, read only where it may hold a copy of what is looked for."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple, cast

from flake8_backend_rules.frameworks import knowledge
from flake8_backend_rules.frameworks.schema import Role
from flake8_backend_rules.project.listing import listing_roots, python_files
from flake8_backend_rules.project.outline import outermost_functions
from flake8_backend_rules.project.project import Project
from flake8_backend_rules.project.source import parse, read_source, words_in
from flake8_backend_rules.project.surfaces import FunctionNode
from flake8_backend_rules.semantics.clones import Step, Window, joined_shapes, steps_of
from flake8_backend_rules.semantics.handler_code import HandlerCode
from flake8_backend_rules.semantics.roles import RoleFinder
from flake8_backend_rules.semantics.scope import FUNCTION_NODES, PlacedFunction, placed_functions

_MAX_READ = 40
_LINE, _ROOM = 100, 600
_IMPORTED, _IMPORTED_FROM = re.compile(r"import (\w+(?:, \w+)*)"), re.compile(r"from (\w+)")
_NESTED = re.compile(r"^[ \t]+(?:async[ \t]+)?def ", re.MULTILINE)


class Route(NamedTuple):
    """A function of HTTP handler code, as steps. `name`: of a method with its class; `line`, `end`: its first and last line."""

    name: str
    line: int
    end: int
    steps: tuple[Step, ...]

    def overlaps(self, node: FunctionNode) -> bool:
        """Whether a function of the same module contains this one or lies in it."""
        return self.line <= (node.end_lineno or node.lineno) and node.lineno <= self.end


_Place = tuple[str, int, int]
"""The name of a route (of a method with its class), its first and last line."""


class _Index:
    """The project's files that may define routes, and for each word the files that hold it, as bits."""

    __slots__ = ("holders", "paths")

    def __init__(self) -> None:
        self.paths: list[str] = []
        self.holders: dict[str, int] = {}

    def add(self, path: str, words: Iterable[str]) -> None:
        bit = 1 << len(self.paths)
        self.paths.append(path)
        holders = self.holders
        for word in words:
            holders[word] = holders[word] | bit if word in holders else bit  # most words are one file's: one number for all of these

    def rarest(self, words: Iterable[str]) -> str:
        """The word that the fewest files hold."""
        return min(words, key=lambda word: (self.holders[word].bit_count(), -len(word), word))

    def holding(self, words: Iterable[str]) -> int:
        """The files that hold all of some words."""
        found = (1 << len(self.paths)) - 1
        for word in words:
            found &= self.holders.get(word, 0)
            if not found:
                break
        return found


def routes_near(project: Project, roles: RoleFinder, path: str, wanted: Iterable[Window]) -> Iterator[tuple[str, Route]]:
    """(path, route) of the files around that at `path` which may hold a copy of a window; a bounded number of them."""
    index = _index(project, os.path.dirname(path))
    windows = [(window, found) for window in wanted if (found := index.holding(window.words))]
    read = 0
    for position, other in enumerate(index.paths):
        chosen = [window for window, found in windows if found >> position & 1]
        if not chosen or other == path or read >= _MAX_READ:
            continue
        text = read_source(other) or ""
        near = [window for window in chosen if _stand_together(window, index.rarest(window.words), text)]
        if near and _may_repeat(text, near):
            read += 1
            lines = text.splitlines(keepends=True)
            for place in _places_of(project, roles, other):
                route = _route_at(place, lines, near)
                if route is not None:
                    yield other, route


def _stand_together(window: Window, rarest: str, text: str) -> bool:
    """Whether all words of a window stand close together somewhere in a text, with room for comments and logging."""
    span = _ROOM + window.lines * _LINE
    position = text.find(rarest)
    while position >= 0:
        start = max(position - span, 0)
        if all(text.find(word, start, position + span) >= 0 for word in window.words):
            return True
        position = text.find(rarest, position + 1)
    return False


def _may_repeat(text: str, windows: list[Window]) -> bool:
    """Whether a function in a text may hold a copy of a window: it has statements of those shapes, or it can't be told so simply."""
    functions = outermost_functions(text)
    for block in functions or ():
        near = [window for window in windows if all(word in block for word in window.words)]
        if not near:
            continue
        node = _parsed_function(block)
        if node is None or _NESTED.search(block, block.index("\n")):
            return True
        shapes = joined_shapes(steps_of(node))
        if any(window.shapes in shapes for window in near):
            return True
    return functions is None


def routes_in(functions: list[PlacedFunction], code: HandlerCode) -> Iterator[Route]:
    """The HTTP handler code among the functions of a module; what is nested in it is part of it."""
    for name, node in _nodes_in(functions, code):
        yield Route(name, node.lineno, node.end_lineno or node.lineno, steps_of(node))


def _nodes_in(functions: list[PlacedFunction], code: HandlerCode) -> Iterator[tuple[str, FunctionNode]]:
    owners = {f.node: f for f in functions}
    for node in outermost((h.function for h in code.functions(Role.HTTP)), owners):
        owner = owners[node].owner
        yield f"{owner.name}.{node.name}" if owner is not None else node.name, node


def outermost(nodes: Iterable[FunctionNode], placed: dict[FunctionNode, PlacedFunction]) -> list[FunctionNode]:
    """Those of some functions that are nested in none of the others, in source order."""
    chosen = set(nodes)
    found = []
    for node in chosen:
        around = placed[node].enclosing
        while around is not None and around not in chosen:
            around = placed[around].enclosing
        if around is None:
            found.append(node)
    return sorted(found, key=lambda node: node.lineno)


def _route_at(place: _Place, lines: list[str], windows: Iterable[Window]) -> Route | None:
    """The route at a place of a file, None where its text lacks a word of every window: most are not worth reading."""
    name, line, end = place
    text = "".join(lines[line - 1 : end])
    if not any(all(word in text for word in window.words) for window in windows):
        return None
    node = _parsed_function(text)
    return None if node is None else Route(name, line, end, steps_of(node))


def _parsed_function(text: str) -> FunctionNode | None:
    """The function that a text, indented or not, consists of."""
    tree = parse(f"if 1:\n{text}" if text[:1].isspace() else text)
    body = [] if tree is None else tree.body
    node = body[0].body[0] if body and isinstance(body[0], ast.If) else body[0] if body else None
    return node if isinstance(node, FUNCTION_NODES) else None


def _places_of(project: Project, roles: RoleFinder, path: str) -> tuple[_Place, ...]:
    key = "routes", path
    if key not in project.memo:
        project.memo[key] = tuple(_read_places(project, roles, path))
    return cast("tuple[_Place, ...]", project.memo[key])


def _read_places(project: Project, roles: RoleFinder, path: str) -> Iterator[_Place]:
    module = project.module_at(path)
    tree = project.tree_of(module) if module is not None else None
    if module is None or tree is None:
        return
    functions = placed_functions(tree)
    code = HandlerCode(functions, roles.complete(module, tree, lambda: functions, read_source(path)))
    for name, node in _nodes_in(functions, code):
        yield name, node.lineno, node.end_lineno or node.lineno


def _index(project: Project, folder: str) -> _Index:
    folders = listing_roots(folder, project.source_roots)
    key = "route index", *folders
    if key not in project.memo:
        index = project.memo[key] = _Index()
        for path in python_files(folders):
            text = None if project.is_exempt(path) else read_source(path)
            if text is not None and _may_define_routes(text):
                index.add(path, words_in(text))
    return cast("_Index", project.memo[key])


def _may_define_routes(text: str) -> bool:
    """Whether the text of a module holds a route decorator, a verb method or a view, or registers one with a package it names."""
    decorated, defined, registered = _route_markers()
    if decorated.search(text) or defined.search(text):
        return True
    imported = {name for names in _IMPORTED.findall(text) for name in names.split(", ")}.union(_IMPORTED_FROM.findall(text))
    return any(call in text for package in imported & registered.keys() for call in registered[package])


@cache
def _route_markers() -> tuple[re.Pattern[str], re.Pattern[str], dict[str, tuple[str, ...]]]:
    """Patterns of decorators and of functions, which begin with fixed text that `re` finds fast; texts of registering calls by package."""
    known = knowledge()
    decorators = {m for m, entries in known.object_decorators.items() if any(e.role is Role.HTTP for e in entries)}
    decorators |= {name.rpartition(".")[2] for name, role in known.decorators.items() if role is Role.HTTP}
    handlers = [entry for _, entry in known.class_handlers if entry.role is Role.HTTP]
    methods = {name for entry in handlers for name in entry.methods}
    prefixes = {prefix for entry in handlers for prefix in entry.prefixes}
    views = {v.parameter for v in known.view_functions} | {r.parameters[0] for r in known.module_responders}
    registering: dict[str, set[str]] = {}
    for registration in (r for f in known.frameworks for r in f.registrations if r.role is Role.HTTP):
        names = {*registration.methods, *(c.rpartition(".")[2] for c in registration.callables)}
        for owner in (*registration.packages, *registration.callables, *registration.classes):
            registering.setdefault(owner.partition(".")[0], set()).update(names)
    return (
        re.compile(rf"@(?:[\w.]*\b(?:{_any(decorators)})\b|[\w.]+\(\s*f?[\"']/)"),
        re.compile(rf"def (?:(?:{_any(methods)}|(?:{_any(prefixes)})\w*)\(\s*(?:self|root|parent)\b|\w+\(\s*(?:{_any(views)})\b)"),
        {package: tuple(f"{name}(" for name in sorted(names)) for package, names in registering.items()},
    )


def _any(words: Iterable[str]) -> str:
    return "|".join(sorted(map(re.escape, words))) or r"\b\B"
