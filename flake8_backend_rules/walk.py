"""The only walk: one iterative pass over the tree that flake8 hands over, dispatching by node type.

Handlers of rules that are switched off are not in the table. A call or attribute is handed only to the
rules that name what is called or accessed (or that name nothing), and where all that handle expressions say
which words they go by, only statements that hold one are entered.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Callable
from typing import Any, NamedTuple

from flake8_backend_rules.dispatch import BRANCHES, CHILD_FIELDS, SCOPE_CLASSES, SIMPLE, STATEMENT_FIELDS, TOLD_BY_LINES, Dispatch, Entries
from flake8_backend_rules.own_findings import INTERNAL_ERROR
from flake8_backend_rules.project.summary import ModuleSummary
from flake8_backend_rules.project.surfaces import ClassInfo
from flake8_backend_rules.rule import Finding, Option, Rule
from flake8_backend_rules.semantics.model import FileModel
from flake8_backend_rules.semantics.scope import Scope


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
    table, calls, places = dispatch.narrowed(file, failed)
    if not table.rules:
        return
    enter, leave, attributes, fields, all_plain = table.enter, table.leave, table.attributes, table.fields, table.plain
    plain = all_plain if places is None else table.plain_expressions
    in_full = fields is CHILD_FIELDS
    before = None if places is None else places.before

    def call_handlers(entries: Entries, node: ast.AST) -> None:
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
        elif before is not None and kind in all_plain:
            if kind not in SIMPLE:
                names = all_plain[kind] if places.in_expressions_of(node) else STATEMENT_FIELDS[kind]  # type: ignore[union-attr]
            elif before[node.end_lineno] == before[node.lineno - 1]:
                continue
            else:
                names = all_plain[kind]
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
            if kind in SCOPE_CLASSES:
                _push_scope(node, file.scope, push, in_full and (places is None or kind is ast.Lambda or places.in_expressions_of(node)))
                continue
            if kind in leave:
                push(_Leave(node, file.scope))
            names = fields[kind]
            if places is not None and kind in TOLD_BY_LINES and not places.in_expressions_of(node):
                names = STATEMENT_FIELDS[kind]
        for name in names:
            child = getattr(node, name, None)
            if child.__class__ is list:
                for item in reversed(child):
                    if item.__class__ in BRANCHES:
                        push(item)
            elif child.__class__ in BRANCHES:
                push(child)
    if table.finish:
        call_handlers(table.finish, tree)


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
