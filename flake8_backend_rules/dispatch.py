"""The tables of handlers that the walk goes by, for all rules and for those that apply to a file."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from flake8_backend_rules.places import Places
from flake8_backend_rules.project.surfaces import FunctionNode
from flake8_backend_rules.rule import BadDeclarationError, Rule
from flake8_backend_rules.semantics.scope import SCOPE_NODES

if TYPE_CHECKING:
    from flake8_backend_rules.walk import LintedFile

Handler = Callable[[Any, "LintedFile"], None]

_LEAVES: tuple[type[ast.AST], ...] = (
    ast.Constant, ast.expr_context, ast.operator, ast.boolop, ast.unaryop, ast.cmpop, ast.alias, ast.Pass, ast.Break,
    ast.Continue, ast.Global, ast.Nonlocal, ast.Name,
)  # fmt: skip


def _node_classes(base: type[ast.AST] = ast.AST) -> Iterable[type[ast.AST]]:
    for cls in base.__subclasses__():
        yield cls
        yield from _node_classes(cls)


_NO_NODES = frozenset({"ctx", "op", "ops", "id", "attr", "name", "arg", "type_comment", "kind", "lineno"})
# Fields that hold nodes, by node class, last first (the stack turns them round). Names and constants are leaves.
CHILD_FIELDS: dict[type[ast.AST], tuple[str, ...]] = {
    cls: () if issubclass(cls, _LEAVES) else tuple(f for f in reversed(cls._fields) if f not in _NO_NODES) for cls in _node_classes()
}
BRANCHES = frozenset(cls for cls in CHILD_FIELDS if CHILD_FIELDS[cls])
_STATEMENTS = frozenset(cls for cls in CHILD_FIELDS if issubclass(cls, (ast.stmt, ast.mod, ast.ExceptHandler, ast.match_case)))
SCOPE_CLASSES = frozenset(SCOPE_NODES)
_BLOCKS = frozenset({"body", "orelse", "handlers", "finalbody", "cases"})
# Statements that can be told from their lines whether their own expressions hold a word.
TOLD_BY_LINES = _STATEMENTS - {ast.Module, ast.Interactive, ast.Expression, ast.FunctionType, ast.Match, ast.match_case}
SIMPLE = frozenset(cls for cls in TOLD_BY_LINES if issubclass(cls, ast.stmt) and _BLOCKS.isdisjoint(cls._fields))
STATEMENT_FIELDS = {cls: tuple(f for f in fields if cls in _STATEMENTS and f in _BLOCKS) for cls, fields in CHILD_FIELDS.items()}


_Fields = dict[type[ast.AST], tuple[str, ...]]


@cache
def _unheard(heard: frozenset[type[ast.AST]], *, in_full: bool) -> tuple[_Fields, _Fields]:
    """The fields to go into of the node classes that are nothing but gone into: of all, and of those that no line tells of."""
    fields = CHILD_FIELDS if in_full else STATEMENT_FIELDS
    plain = {cls: fields[cls] for cls in fields if cls not in heard and cls not in SCOPE_CLASSES and cls not in (ast.Call, ast.Attribute)}
    return plain, {cls: names for cls, names in plain.items() if cls not in TOLD_BY_LINES}


Entry = tuple[Rule, Handler]
Entries = tuple[Entry, ...]


class Dispatch:
    """Handlers of some rules by event, node class and name. Built once a process for each set of rules."""

    __slots__ = (
        "_handling", "_narrowed", "_shared", "attributes", "calls", "enter", "fields", "finish", "leave", "plain", "plain_expressions",
        "rules",
    )  # fmt: skip

    def __init__(self, chosen: list[tuple[_Handling, bool]], shared: dict[Entries, Entries], *, in_full: bool = True) -> None:
        """The table of some rules' handlers. With False, those for expressions are left out. `in_full`: expressions are entered."""
        tables: dict[str, dict[Any, list[Entry]]] = {"enter": {}, "leave": {}, "calls": {}, "attributes": {}}
        for handling, seeing in chosen:
            for kind, key, is_statement, entry in handling.entries:
                if seeing or is_statement:
                    tables[kind].setdefault(key, []).append(entry)

        def closed(kind: str) -> dict[Any, Entries]:
            return {key: shared.setdefault(entries, entries) for key, found in tables[kind].items() for entries in (tuple(found),)}

        self.rules = tuple(handling.rule for handling, _ in chosen)
        self.enter: dict[type[ast.AST], Entries] = closed("enter")
        self.leave: dict[type[ast.AST], Entries] = closed("leave")
        self.calls: dict[str, Entries] = closed("calls")
        self.attributes: dict[str, Entries] = closed("attributes")
        self.finish: Entries = tuple(h.finish for h, _ in chosen if h.finish is not None)
        self.fields = CHILD_FIELDS if in_full else STATEMENT_FIELDS
        """The fields to go into, by node class, last first: without those of expressions if no handler is for expressions."""
        self.plain, self.plain_expressions = _unheard(frozenset({*self.enter, *self.leave}), in_full=in_full)
        """Of these, those of the node classes that no handler is for; without the statements that are told by their lines."""
        self._handling: tuple[_Handling, ...] = ()
        self._narrowed: dict[tuple[object, ...], Dispatch] = {}
        self._shared = shared
        """One tuple for equal ones: what the tables of all sets of rules hold would else be looked at by each garbage collection."""

    @classmethod
    def of(cls, rules: Iterable[Rule]) -> Dispatch:
        """The table of all rules that are on."""
        handling = tuple(_Handling.of(rule) for rule in rules)
        table = cls([(h, True) for h in handling], {})
        table._handling = handling
        return table

    def sets(self) -> Iterable[tuple[Rule, ...]]:
        """The sets of rules that applied to some file so far."""
        return (table.rules for table in self._narrowed.values())

    def narrowed(self, file: LintedFile, failed: set[Rule]) -> _Narrowed:
        """The table of the rules that apply to a file. A rule that fails at the question is added to `failed`."""
        words = file.model.words
        chosen: list[tuple[_Handling, bool]] = []
        called: list[tuple[frozenset[str], Entry]] = []
        wanted: set[str] = set()
        handlers: set[FunctionNode] = set()
        anywhere = False
        for handling in self._handling:
            rule = handling.rule
            names = None if handling.names is None else handling.names & words
            if names is not None and not names and not handling.statements:
                continue
            try:
                if not rule.applies(file):
                    continue
                if handling.asked is not None and (asked := rule.calls_in(file)) is not None:
                    names = asked & words
                    called.append((names, handling.asked))
                    chosen.append((handling, False))
                else:
                    chosen.append((handling, names is None or bool(names)))
            except Exception as error:
                failed.add(rule)
                file.internal_error(f"{rule.code} {rule.name}", error, 1)
                continue
            if names is None and rule.in_handlers:
                handlers.update(h.function for h in file.model.handler_code.functions(*rule.roles))
            else:
                anywhere = anywhere or names is None
                wanted.update(names or ())
        in_full = anywhere or bool(wanted) or bool(handlers)
        key = (*(h.rule for h, _ in chosen), in_full, *(h.rule for h, seeing in chosen if not seeing))
        table = self._narrowed.get(key)
        if table is None:
            table = self._narrowed[key] = Dispatch(chosen, self._shared, in_full=in_full)
        calls = table.calls
        for names, entry in called:
            calls = calls | {name: (*calls.get(name, ()), entry) for name in names}
        return _Narrowed(table, calls, None if anywhere or not in_full else Places.of(wanted, handlers, file.model.text, file.lines))


class _Narrowed(NamedTuple):
    """A table for one file. `calls`: those of the table, and of rules that name them file by file.

    `places`: the lines on which expressions have something for a handler, None where any may have.
    """

    table: Dispatch
    calls: dict[str, Entries]
    places: Places | None


class _Handling(NamedTuple):
    """A rule's handlers, and what they need to be called.

    `entries`: (table, key in it, whether it is for statements, handler). `names`: all that its handlers for expressions ask
    for, None where they ask for any. `statements`: whether something else than these can have a finding. `asked`: the handler
    of calls that the rule names file by file.
    """

    rule: Rule
    entries: tuple[tuple[str, type[ast.AST] | str, bool, Entry], ...]
    finish: Entry | None
    names: frozenset[str] | None
    statements: bool
    asked: Entry | None

    @classmethod
    def of(cls, rule: Rule) -> _Handling:
        expressions = [(event, node) for event, node in rule.handlers() if node not in _STATEMENTS]
        narrow = {("visit", ast.Call): rule.calls, ("visit", ast.Attribute): rule.attributes}
        open_ended = any(not narrow.get(handler) for handler in expressions)
        finish = (rule, _finisher(rule)) if type(rule).finish is not Rule.finish else None
        statements = len(expressions) < len(rule.handlers()) or finish is not None
        names = None if open_ended else rule.calls | rule.attributes
        asked = None
        if type(rule).calls_in is not Rule.calls_in:
            if expressions != [("visit", ast.Call)] or rule.calls:
                raise BadDeclarationError(f"{rule.code}: it names calls file by file and hears other expressions too")
            asked = (rule, rule.visit_Call)  # type: ignore[attr-defined]
        return cls(rule, tuple(_entries(rule)), finish, names, statements, asked)


def _entries(rule: Rule) -> Iterator[tuple[str, type[ast.AST] | str, bool, Entry]]:
    for (event, node), method in rule.handlers().items():
        if node not in BRANCHES and node is not ast.Module:
            raise BadDeclarationError(f"{rule.code}: {method} is never called, {node.__name__} is a leaf of the walk")
        entry = (rule, getattr(rule, method))
        if event == "visit" and node is ast.Call and rule.calls:
            yield from (("calls", name, False, entry) for name in rule.calls)
        elif event == "visit" and node is ast.Attribute and rule.attributes:
            yield from (("attributes", name, False, entry) for name in rule.attributes)
        else:
            yield "enter" if event == "visit" else "leave", node, node in _STATEMENTS, entry


def _finisher(rule: Rule) -> Handler:
    return lambda _, file: rule.finish(file)
