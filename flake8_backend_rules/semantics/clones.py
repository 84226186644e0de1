"""Runs of statements that two functions have in common, local names apart."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from flake8_backend_rules.project.surfaces import FunctionNode
from flake8_backend_rules.semantics.scope import FUNCTION_NODES

_LOG_METHODS = frozenset({"debug", "info", "warning", "warn", "error", "exception", "critical", "log"})
_LOGGERS = ("log", "logger", "logging")
_BLOCKS = frozenset({"body", "orelse", "finalbody", "handlers", "cases"})
_WORD = re.compile(r"[^\W\d]\w*")
_PLAIN_TEXT = re.compile(r"[A-Za-z0-9_ .,;!?-]{1,60}\Z")
_PYTHONS_OWN = frozenset(name for owner in (builtins, str, bytes, int, list, dict, set, tuple) for name in dir(owner))
_LEAST_WORDS = 3
_BINDERS = (ast.arg, ast.ExceptHandler, ast.MatchAs, ast.MatchStar, ast.MatchMapping, *FUNCTION_NODES, ast.ClassDef)
_DROPPED_FIELDS = frozenset({"annotation", "returns", "ctx", "type_comment", "type_params", "kind"})


class Step(NamedTuple):
    """A statement's own head (of a compound one without its blocks), or the mark where another block of it begins.

    `size`: the steps of the whole statement, this one included; `statements`: how many of them are no marks, 0 for a mark.
    `shape`: the head with local names left out; `names`: those, as they appear; `words`: the others, and those of plain texts.
    """

    depth: int
    size: int
    statements: int
    shape: str
    names: tuple[str, ...]
    words: frozenset[str]
    calls: bool
    node: ast.stmt | None


class Window(NamedTuple):
    """The shortest run of at least so many statements that begins at a step, with the words that any copy of it mentions.

    `shapes`: those of its steps, joined; `lines`: how many lines of source it takes.
    """

    start: int
    shapes: str
    words: frozenset[str]
    lines: int


def steps_of(function: FunctionNode, *, keep_nodes: bool = False) -> tuple[Step, ...]:
    """The statements of a function in source order. Docstrings, logging calls, imports and annotations are dropped."""
    reader = _Reader()
    reader.block(function.body, 0)
    local_names = reader.local_names(function)
    steps = tuple(place.step(local_names, keep_nodes) for place in reader.places)
    reader.places.clear()  # they know the reader: the nodes would stay until the next garbage collection
    return steps


def windows(steps: tuple[Step, ...], minimum: int) -> Iterator[Window]:
    """The windows of `minimum` statements in a function that call something and speak of more than Python's own types.

    `steps`: with their nodes.
    """
    for start, step in enumerate(steps):
        if not step.statements:
            continue
        end, statements = start, 0
        while statements < minimum and end < len(steps) and steps[end].statements and steps[end].depth == step.depth:
            statements += steps[end].statements
            end += steps[end].size
        inside = steps[start:end]
        words = frozenset[str]().union(*(s.words for s in inside))
        if statements >= minimum and any(s.calls for s in inside) and len(words - _PYTHONS_OWN) >= _LEAST_WORDS:
            nodes = [s.node for s in inside if s.node is not None]
            lines = max((n.end_lineno or n.lineno for n in nodes), default=0) - min((n.lineno for n in nodes), default=0) + 1
            yield Window(start, joined_shapes(inside), words, lines)


def joined_shapes(steps: Iterable[Step]) -> str:
    """The shapes of some steps, such that those of a run of them are a part of it."""
    return "".join(f"\n{step.shape}\r" for step in steps)


def common_run(ours: tuple[Step, ...], start: int, theirs: tuple[Step, ...], other: int) -> tuple[int, int]:
    """(steps, statements) of the run of whole statements of one block that begins at two places alike."""
    forth: dict[str, str] = {}
    back: dict[str, str] = {}
    depth, begin, statements = ours[start].depth, start, 0
    shift = theirs[other].depth - depth
    while start < len(ours) and other < len(theirs):
        one, two = ours[start], theirs[other]
        if not one.statements or one.depth != depth or two.depth != depth + shift or one.size != two.size:
            break
        bound = dict(forth), dict(back)
        pairs = zip(ours[start : start + one.size], theirs[other : other + one.size], strict=True)
        if not all(_alike(a, b, shift, *bound) for a, b in pairs):
            break
        forth, back = bound
        statements += one.statements
        start += one.size
        other += one.size
    return start - begin, statements


def _alike(one: Step, two: Step, shift: int, forth: dict[str, str], back: dict[str, str]) -> bool:
    """Whether two heads are equal under a renaming of local names, which is extended."""
    if one.shape != two.shape or one.depth + shift != two.depth or len(one.names) != len(two.names):
        return False
    return all(forth.setdefault(a, b) == b and back.setdefault(b, a) == a for a, b in zip(one.names, two.names, strict=True))


class _Reader:
    """Reads the heads of a function's statements in one pass, and which names the function binds on the way."""

    def __init__(self) -> None:
        self.places: list[_Place] = []
        self.bound: set[str] = set()
        self.outer: set[str] = set()

    def local_names(self, function: FunctionNode) -> set[str]:
        """The names that the function and what is nested in it bind, imports and `global` left out. To be asked at the end."""
        _Head(self).read_fields(function.args)
        return self.bound - self.outer

    def block(self, body: list[ast.stmt], depth: int) -> None:
        for statement in body:
            if not _is_dropped(statement):
                self._statement(statement, depth)

    def _statement(self, node: ast.stmt, depth: int) -> None:
        place = _Place(depth, _Head(self), node)
        self.places.append(place)
        start = len(self.places)
        place.head.read_statement(node)
        for name in node._fields:
            if name not in _BLOCKS:
                continue
            inner = getattr(node, name)
            if name in ("handlers", "cases"):
                for part in inner:
                    self._mark(part, depth)
                    self.block(part.body, depth + 1)
            elif inner:
                if name != "body":
                    self._mark(name, depth)
                self.block(inner, depth + 1)
        place.size += len(self.places) - start
        place.statements = 1 + sum(inside.node is not None for inside in self.places[start:])

    def _mark(self, part: ast.ExceptHandler | ast.match_case | str, depth: int) -> None:
        place = _Place(depth, _Head(self))
        self.places.append(place)
        if isinstance(part, str):
            place.head.parts.append(part)
        else:
            place.head.read_fields(part)


class _Head:
    """One head: `parts` of its shape, of which those at `named` are names that may turn out to be local."""

    __slots__ = ("calls", "named", "parts", "reader", "words")

    def __init__(self, reader: _Reader) -> None:
        self.reader = reader
        self.parts: list[str] = []
        self.named: list[int] = []
        self.words: set[str] = set()
        self.calls = False

    def read_statement(self, node: ast.stmt) -> None:
        if isinstance(node, ast.AnnAssign):
            node = ast.copy_location(ast.Assign([node.target], node.value or ast.Constant(None)), node)
        elif isinstance(node, (ast.Global, ast.Nonlocal)):
            self.reader.outer.update(node.names)
        self.read_fields(node)

    def read_fields(self, node: ast.AST) -> None:
        parts = self.parts
        parts.append(node.__class__.__name__)
        for name in node._fields:
            if name in _DROPPED_FIELDS:
                continue
            value = getattr(node, name, None)
            if isinstance(value, str):
                self._text(value, binds=isinstance(node, _BINDERS))
            elif not (name in _BLOCKS and isinstance(value, list)):
                self._value(value)
            parts.append(",")
        parts.append(";")

    def _text(self, name: str, *, binds: bool) -> None:
        """The name of an attribute or keyword, or one that a definition, an argument or a pattern binds."""
        if binds:
            self.reader.bound.add(name)
            self.named.append(len(self.parts))
        else:
            self.words.add(name)
        self.parts.append(name)

    def _value(self, value: object) -> None:
        kind = value.__class__
        if kind is ast.Name:
            assert isinstance(value, ast.Name)
            if not isinstance(value.ctx, ast.Load):
                self.reader.bound.add(value.id)
            self.named.append(len(self.parts))
            self.parts.append(value.id)
        elif kind is ast.Constant:
            assert isinstance(value, ast.Constant)
            self.parts.append(repr(value.value))
            if isinstance(value.value, str) and _PLAIN_TEXT.match(value.value):
                self.words.update(_WORD.findall(value.value))
        elif isinstance(value, list):
            self.parts.append("[")
            for item in value:
                self._value(item)
                self.parts.append(",")
        elif isinstance(value, ast.AST):
            self.calls = self.calls or kind is ast.Call
            self.read_fields(value)
        else:
            self.parts.append(repr(value))


class _Place:
    """A step being read: without a node, a mark."""

    __slots__ = ("depth", "head", "node", "size", "statements")

    def __init__(self, depth: int, head: _Head, node: ast.stmt | None = None) -> None:
        self.depth = depth
        self.head = head
        self.node = node
        self.size = 1
        self.statements = 0

    def step(self, local_names: set[str], keep_node: bool) -> Step:
        """The step, once it is known which names are local."""
        parts, words, names = self.head.parts, self.head.words, []
        for index in self.head.named:
            name = parts[index]
            if name in local_names:
                names.append(name)
                parts[index] = "$"
            else:
                words.add(name)
        shape, node = "".join(parts), self.node if keep_node else None
        return Step(self.depth, self.size, self.statements, shape, tuple(names), frozenset(words), self.head.calls, node)


def _is_dropped(node: ast.stmt) -> bool:
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return True
    if isinstance(node, ast.AnnAssign):
        return node.value is None
    if not isinstance(node, ast.Expr):
        return False
    value = node.value.value if isinstance(node.value, ast.Await) else node.value
    if isinstance(value, ast.Constant):
        return True
    func = value.func if isinstance(value, ast.Call) else None
    return isinstance(func, ast.Attribute) and func.attr in _LOG_METHODS and _is_logger(func.value)


def _is_logger(node: ast.expr) -> bool:
    if isinstance(node, ast.Call):  # logging.getLogger(__name__).info(...)
        return _is_logger(node.func)
    name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
    return name.lower().strip("_").endswith(_LOGGERS) or name == "getLogger"
