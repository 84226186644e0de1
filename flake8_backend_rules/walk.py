"""The only walk: one iterative pass over the tree that flake8 hands over, dispatching by node type.

Handlers of rules that are switched off are not in the table. A call or attribute is handed only to the
rules that name what is called or accessed (or that name nothing).
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Any, NamedTuple

from flake8_backend_rules.own_findings import INTERNAL_ERROR
from flake8_backend_rules.project.summary import ModuleSummary
from flake8_backend_rules.project.surfaces import ClassInfo
from flake8_backend_rules.rule import BadDeclarationError, Finding, Option, Rule
from flake8_backend_rules.semantics.model import FileModel
from flake8_backend_rules.semantics.scope import SCOPE_NODES, Scope

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
_CHILD_FIELDS: dict[type[ast.AST], tuple[str, ...]] = {
    cls: () if issubclass(cls, _LEAVES) else tuple(f for f in reversed(cls._fields) if f not in _NO_NODES) for cls in _node_classes()
}
_BRANCHES = frozenset(cls for cls in _CHILD_FIELDS if _CHILD_FIELDS[cls])
_STATEMENTS = frozenset(cls for cls in _CHILD_FIELDS if issubclass(cls, (ast.stmt, ast.mod, ast.ExceptHandler, ast.match_case)))
_SCOPE_CLASSES = frozenset(SCOPE_NODES)
_BLOCKS = frozenset({"body", "orelse", "handlers", "finalbody", "cases"})
_STATEMENT_FIELDS = {cls: tuple(f for f in fields if cls in _STATEMENTS and f in _BLOCKS) for cls, fields in _CHILD_FIELDS.items()}


class _Reported(NamedTuple):
    line: int
    column: int
    code: str
    text: str
    group: object
    node: ast.AST | None = None


class LintedFile:
    """The linted file as rules see it during the walk.

    `scope`: the scope in which the node at hand stands. `settings`: option values by name.
    """

    __slots__ = ("_names_of", "_reported", "lines", "model", "scope", "seen", "settings")

    def __init__(self, model: FileModel, lines: list[str], settings: dict[str, tuple[str, ...]], scope: Scope) -> None:
        self.model = model
        self.lines = lines
        self.settings = settings
        self.scope = scope
        self.seen: set[object] = set()
        """For rules: nodes already dealt with, as `(code, node)`."""
        self._reported: list[_Reported] = []
        self._names_of: dict[frozenset[str], frozenset[str]] = {}

    @property
    def module(self) -> ModuleSummary:
        return self.model.module

    @property
    def packages(self) -> frozenset[str]:
        """Top-level packages that the file imports, those of Django's ecosystem counted as Django."""
        packages = self.model.module.top_level_packages()
        return packages | {"django"} if "rest_framework" in packages else packages

    def mentions(self, words: tuple[str, ...] | frozenset[str]) -> bool:
        """Whether the file's text holds one of some identifiers, inside of others too."""
        return self.model.mentions(words)

    def source_of(self, node: ast.stmt) -> str:
        """The lines of a statement, without its decorators."""
        return "".join(self.lines[node.lineno - 1 : node.end_lineno])

    def number(self, option: Option) -> int:
        """The value of an option that counts."""
        return int(self.settings[option.name][0])

    def is_on(self, option: Option) -> bool:
        """The value of an option that is true or false."""
        return self.settings[option.name][0] == "true"

    def imports_any(self, packages: frozenset[str]) -> bool:
        """Whether the file imports one of some top-level packages, at any level of nesting."""
        return bool(self.names_of(packages))

    def names_of(self, packages: frozenset[str]) -> frozenset[str]:
        """The names that the file's imports bind from some top-level packages."""
        kept = self._names_of.get(packages)
        if kept is None:
            kept = self._names_of[packages] = self.model.names_from(packages)
        return kept

    def report(self, rule: Rule, node: ast.AST, *, once_per: object = None, line: int = 0, **fields: object) -> None:
        """Records a finding at `node`. Of those with the same `once_per`, the first stands and counts the rest."""
        text = " ".join(rule.message.format(**fields).split())
        self._reported.append(
            _Reported(line or node.lineno, node.col_offset, rule.code, f"{rule.code} {text}", once_per, node)  # type: ignore[attr-defined]
        )

    def internal_error(self, rule_name: str, error: Exception, line: int) -> None:
        """Records a KBR000 finding, once a rule."""
        kind = type(error).__name__
        detail = " ".join(str(error).split())[:200].replace(":", " ")
        code = INTERNAL_ERROR.code
        text = f"{code} internal error in {rule_name}: {kind} {detail}; other findings stand, please report this"
        self._reported.append(_Reported(max(line, 1), 0, code, text, (code, rule_name)))

    def findings(self) -> list[Finding]:
        """All findings in order of place, once-per-function ones merged, columns in characters."""
        ordered = sorted(self._reported, key=lambda r: (r.line, r.column, r.code))
        counts: defaultdict[tuple[str, object], int] = defaultdict(int)
        for item in ordered:
            counts[item.code, item.group] += 1
        found: list[Finding] = []
        done: set[tuple[str, object]] = set()
        for item in ordered:
            key = (item.code, item.group)
            text = item.text
            if item.group is not None:
                if key in done:
                    continue
                done.add(key)
                if counts[key] > 1 and item.code != INTERNAL_ERROR.code:
                    text += f" (and {counts[key] - 1} more)"
            found.append(Finding(item.line, self._characters(item.line, item.column), item.code, text, item.node, item.group))
        return found

    def _characters(self, line: int, offset: int) -> int:
        """A UTF-8 byte offset within a line, in characters."""
        text = self.lines[line - 1] if 0 < line <= len(self.lines) else ""
        if text.isascii():
            return offset
        return len(text.encode("utf-8", "surrogatepass")[:offset].decode("utf-8", "ignore"))


@cache
def _unheard(heard: frozenset[type[ast.AST]], *, in_full: bool) -> dict[type[ast.AST], tuple[str, ...]]:
    """The fields to go into of the node classes that are nothing but gone into."""
    fields = _CHILD_FIELDS if in_full else _STATEMENT_FIELDS
    return {cls: fields[cls] for cls in fields if cls not in heard and cls not in _SCOPE_CLASSES and cls not in (ast.Call, ast.Attribute)}


Entry = tuple[Rule, Handler]
_Entries = tuple[Entry, ...]


class Dispatch:
    """Handlers of some rules by event, node class and name. Built once a process for each set of rules."""

    __slots__ = ("_handling", "_narrowed", "_shared", "attributes", "calls", "enter", "fields", "finish", "leave", "plain", "rules")

    def __init__(self, chosen: list[tuple[_Handling, bool]], shared: dict[_Entries, _Entries]) -> None:
        """The table of some rules' handlers. With False, those for expressions are left out."""
        tables: dict[str, dict[Any, list[Entry]]] = {"enter": {}, "leave": {}, "calls": {}, "attributes": {}}
        for handling, seeing in chosen:
            for kind, key, is_statement, entry in handling.entries:
                if seeing or is_statement:
                    tables[kind].setdefault(key, []).append(entry)

        def closed(kind: str) -> dict[Any, _Entries]:
            return {key: shared.setdefault(entries, entries) for key, found in tables[kind].items() for entries in (tuple(found),)}

        classes = {*tables["enter"], *tables["leave"]} | ({ast.expr} if tables["calls"] or tables["attributes"] else set())
        self.rules = tuple(handling.rule for handling, _ in chosen)
        self.enter: dict[type[ast.AST], _Entries] = closed("enter")
        self.leave: dict[type[ast.AST], _Entries] = closed("leave")
        self.calls: dict[str, _Entries] = closed("calls")
        self.attributes: dict[str, _Entries] = closed("attributes")
        self.finish: _Entries = tuple(h.finish for h, _ in chosen if h.finish is not None)
        self.fields = _STATEMENT_FIELDS if classes <= _STATEMENTS else _CHILD_FIELDS
        """The fields to go into, by node class, last first: without those of expressions if no handler is for expressions."""
        self.plain = _unheard(frozenset(classes), in_full=self.fields is _CHILD_FIELDS)
        """Of these, those of the node classes that no handler is for."""
        self._handling: tuple[_Handling, ...] = ()
        self._narrowed: dict[tuple[Rule | None, ...], Dispatch] = {}
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

    def narrowed(self, file: LintedFile, failed: set[Rule]) -> Dispatch:
        """The table of the rules that apply to a file. A rule that fails at the question is added to `failed`."""
        words = file.model.words
        chosen: list[tuple[_Handling, bool]] = []
        for handling in self._handling:
            rule = handling.rule
            named = handling.names is None or not handling.names.isdisjoint(words)
            try:
                if (named or handling.statements) and rule.applies(file):
                    chosen.append((handling, not handling.expressions or (named and rule.sees_expressions(file))))
            except Exception as error:
                failed.add(rule)
                file.internal_error(f"{rule.code} {rule.name}", error, 1)
        key = (*(h.rule for h, _ in chosen), None, *(h.rule for h, seeing in chosen if not seeing))
        found = self._narrowed.get(key)
        if found is None:
            found = self._narrowed[key] = Dispatch(chosen, self._shared)
        return found


class _Handling(NamedTuple):
    """A rule's handlers, and what they need to be called.

    `entries`: (table, key in it, whether it is for statements, handler). `names`: all that its handlers for expressions ask
    for, None where they ask for any. `statements`: whether something else than these can have a finding.
    """

    rule: Rule
    entries: tuple[tuple[str, type[ast.AST] | str, bool, Entry], ...]
    finish: Entry | None
    names: frozenset[str] | None
    statements: bool
    expressions: bool

    @classmethod
    def of(cls, rule: Rule) -> _Handling:
        expressions = [(event, node) for event, node in rule.handlers() if node not in _STATEMENTS]
        narrow = {("visit", ast.Call): rule.calls, ("visit", ast.Attribute): rule.attributes}
        open_ended = any(not narrow.get(handler) for handler in expressions)
        finish = (rule, _finisher(rule)) if type(rule).finish is not Rule.finish else None
        statements = len(expressions) < len(rule.handlers()) or finish is not None
        names = None if open_ended or not expressions else rule.calls | rule.attributes
        return cls(rule, tuple(_entries(rule)), finish, names, statements, bool(expressions))


def _entries(rule: Rule) -> Iterator[tuple[str, type[ast.AST] | str, bool, Entry]]:
    for (event, node), method in rule.handlers().items():
        if node not in _BRANCHES and node is not ast.Module:
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


class _Leave:
    __slots__ = ("node", "scope")

    def __init__(self, node: ast.AST, scope: Scope) -> None:
        self.node = node
        self.scope = scope


class _Inside:
    __slots__ = ("scope",)

    def __init__(self, scope: Scope) -> None:
        self.scope = scope


def walk(tree: ast.Module, file: LintedFile, dispatch: Dispatch) -> None:
    """Walks the tree once. A rule that fails is reported as KBR000 and stays silent for the rest of the file."""
    failed: set[Rule] = set()
    dispatch = dispatch.narrowed(file, failed)
    if not dispatch.rules:
        return
    enter, leave, calls, attributes, fields = dispatch.enter, dispatch.leave, dispatch.calls, dispatch.attributes, dispatch.fields
    plain = dispatch.plain
    in_full = fields is _CHILD_FIELDS

    def call_handlers(entries: _Entries, node: ast.AST) -> None:
        for rule, handler in entries:
            if rule in failed:
                continue
            try:
                handler(node, file)
            except Exception as error:  # with `narrowed`, the place where a rule's failure is contained
                failed.add(rule)
                file.internal_error(f"{rule.code} {rule.name}", error, getattr(node, "lineno", 1))

    stack: list[Any] = [tree]
    pop, push = stack.pop, stack.append
    while stack:
        node = pop()
        kind = node.__class__
        if kind in plain:  # no handler: most nodes
            names = plain[kind]
        elif kind is _Leave:
            file.scope = node.scope
            if entries := leave.get(node.node.__class__):
                call_handlers(entries, node.node)
            continue
        elif kind is _Inside:
            file.scope = node.scope
            continue
        else:
            if kind is ast.Call:
                func = node.func
                name = func.attr if func.__class__ is ast.Attribute else func.id if func.__class__ is ast.Name else ""
                if named := calls.get(name):
                    call_handlers(named, node)
            elif kind is ast.Attribute and (named := attributes.get(node.attr)):
                call_handlers(named, node)
            if entries := enter.get(kind):
                call_handlers(entries, node)
            if kind in _SCOPE_CLASSES:
                _push_scope(node, file.scope, push, in_full)
                continue
            if kind in leave:
                push(_Leave(node, file.scope))
            names = fields[kind]
        for name in names:
            child = getattr(node, name, None)
            if child.__class__ is list:
                for item in reversed(child):
                    if item.__class__ in _BRANCHES:
                        push(item)
            elif child.__class__ in _BRANCHES:
                push(child)
    if dispatch.finish:
        call_handlers(dispatch.finish, tree)


def _push_scope(node: Any, scope: Scope, push: Callable[[Any], None], in_full: bool) -> None:
    """Pushes a function, class or lambda: what stands outside of its scope first (if `in_full`), then its body inside."""
    inner = Scope(scope.module, node, scope, _owner(node, scope))
    push(_Leave(node, scope))
    body = node.body if isinstance(node.body, list) else [node.body]
    for statement in reversed(body):
        push(statement)
    push(_Inside(inner))
    if not in_full:
        return
    if isinstance(node, ast.ClassDef):
        outside = [*node.decorator_list, *node.bases, *(k.value for k in node.keywords)]
    else:
        outside = [node.args]
        if not isinstance(node, ast.Lambda):
            outside += node.decorator_list
            if node.returns is not None:
                outside.append(node.returns)
    for item in reversed(outside):
        push(item)


def _owner(node: ast.AST, scope: Scope) -> ClassInfo | None:
    if not isinstance(node, ast.ClassDef):
        return scope.owner
    if scope.node is None:
        found = scope.module.binding(node.name)
        return found if isinstance(found, ClassInfo) and found.line == node.lineno else None
    if isinstance(scope.node, ast.ClassDef) and scope.owner is not None:
        return scope.owner.classes.get(node.name)
    return None
