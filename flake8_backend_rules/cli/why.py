"""`backend-rules why PATH:LINE`: the facts that each finding of a line rests on."""

from __future__ import annotations

import ast
import os
import sys
from collections.abc import Iterator, Sequence

from flake8_backend_rules.baseline import qualified_name
from flake8_backend_rules.cli.files import Source, read
from flake8_backend_rules.cli.flake8_run import configured_session
from flake8_backend_rules.options import read_configured_baseline
from flake8_backend_rules.project.project import Project
from flake8_backend_rules.project.summary import ModuleSummary
from flake8_backend_rules.project.surfaces import ClassInfo, FunctionInfo, ImportInfo, Variable
from flake8_backend_rules.rule import Finding, Rule
from flake8_backend_rules.semantics.handler_code import HANDLER_ROLES, Handler
from flake8_backend_rules.semantics.kinds import Kind, Value
from flake8_backend_rules.semantics.scope import SCOPE_NODES, How, Local, Scope, all_nodes
from flake8_backend_rules.walk import LintedFile, walk

_MAX_FACTS = 8
_MAX_CALLS = 12


class _TracedFile(LintedFile):
    """A linted file that keeps the scope in which each finding was reported."""

    __slots__ = ("scopes",)

    def __init__(self, file: LintedFile) -> None:
        super().__init__(file.model, file.lines, file.settings, file.scope)
        self.scopes: dict[ast.AST, Scope] = {}

    def report(self, rule: Rule, node: ast.AST, *, once_per: object = None, line: int = 0, **fields: object) -> None:
        super().report(rule, node, once_per=once_per, line=line, **fields)
        self.scopes.setdefault(node, self.scope)


def print_why(place: str, arguments: Sequence[str]) -> int:
    """Prints the facts behind the findings of a line. `place`: `PATH:LINE`, a column may follow. Returns 1 if there are none."""
    path, line = _parsed(place)
    session = configured_session(arguments)
    source = read(path)
    if source is None:
        raise SystemExit(f"backend-rules: {path!r} can't be read as Python")
    if session.settings.is_exempt(os.path.abspath(path)):
        print(f"{path}: no rule looks at it (backend-exempt)")
        return 1
    session.baseline = read_configured_baseline(session.settings)
    shown = {(f.line, f.column, f.code, f.text) for f in session.lint(source.tree, path, source.lines)}
    with session.opened(source.tree, os.path.abspath(path), source.lines, source.text) as opened:
        file = _TracedFile(opened)
        walk(source.tree, file, session.dispatch)
        found = [finding for finding in file.findings() if finding.line == line]
        for finding in found:
            silenced = "" if (finding.line, finding.column, finding.code, finding.text) in shown else "  (left out: baseline or pragma)"
            print(f"{path}:{line}:{finding.column + 1}: {finding.text}{silenced}")
            _print_facts(_finding_facts(finding, file, source))
        if not found:
            print(f"{path}:{line}: no finding of the rules that are on")
            _print_facts(_place_facts(file, _scope_at(file, source.tree, line), None))
    return 0 if found else 1


def _parsed(place: str) -> tuple[str, int]:
    parts = place.split(":")
    while len(parts) > 2 and parts[-1].strip().isdigit() and parts[-2].strip().isdigit():
        del parts[-1]  # the column of flake8's own output
    path, line = ":".join(parts[:-1]), parts[-1].strip()
    if not path or not line.isdigit():
        raise SystemExit(f"backend-rules: {place!r} is not PATH:LINE")
    return path, int(line)


def _print_facts(facts: Iterator[tuple[str, str]]) -> None:
    for title, text in facts:
        print(f"    {title:<10} {text}")
    sys.stdout.flush()


# -- facts -----------------------------------------------------------------------------------------


def _finding_facts(finding: Finding, file: _TracedFile, source: Source) -> Iterator[tuple[str, str]]:
    node = finding.node
    scope = None if node is None else file.scopes.get(node)
    if scope is None or scope.node is None:
        scope = _scope_at(file, source.tree, finding.line)
    yield from _place_facts(file, scope, None if node is None else qualified_name(node, source.tree))
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        yield from _import_facts(node, file)
    elif isinstance(node, (ast.expr, ast.Expr, ast.Assign, ast.Raise, ast.Return)):
        yield from list(_value_facts(node, scope, file))[:_MAX_FACTS]
    yield "rule", f"backend-rules explain {finding.code}"


def _place_facts(file: LintedFile, scope: Scope, qualname: str | None) -> Iterator[tuple[str, str]]:
    placement = file.model.placement
    yield "layer", f"{placement.layer.value}: {placement.reason}"
    if qualname:
        yield "in", qualname
    handler = file.model.handler_at(scope, *HANDLER_ROLES)
    if handler is not None:
        yield "role", f"{handler.role.role.value} {handler.handler.name!r} (line {handler.handler.lineno}): {handler.role.reason}"
        yield from (("called", f"{call} (line {line})") for call, line in _way_to(handler, file))


def _way_to(handler: Handler, file: LintedFile) -> list[tuple[str, int]]:
    """The calls by which a handler reaches a function, the handler's own first."""
    reached = {known.function: known for known in file.model.handler_code.functions(*HANDLER_ROLES)}
    way: list[tuple[str, int]] = []
    current: Handler | None = handler
    while current is not None and current.call is not None and current.caller is not None and len(way) < _MAX_CALLS:
        way.append((f"{current.caller.name!r} calls {current.function.name!r}", current.call.lineno))
        current = reached.get(current.caller)
    return way[::-1]


def _import_facts(node: ast.Import | ast.ImportFrom, file: LintedFile) -> Iterator[tuple[str, str]]:
    for name in file.model.imports.names(node):
        origin = name.origin
        if origin is not None:
            where = f", {os.path.relpath(origin.path)}" if origin.path else ""
            kind = f"{origin.what.value} of {origin.module or origin.name}" + (", a DTO" if origin.is_dto else "")
            yield "imports", f"{name.written}: {kind}, layer {origin.layer.value}{where}"


def _value_facts(flagged: ast.AST, scope: Scope, file: LintedFile) -> Iterator[tuple[str, str]]:
    """What the names and attributes in a flagged expression stand for, and where that is known from."""
    seen: set[str] = set()
    for node in (flagged, *all_nodes(flagged)):
        if not isinstance(node, (ast.Name, ast.Attribute)):
            continue
        written = ast.unparse(node)
        value = file.model.value(node, scope)
        if value is None or written in seen:
            continue
        seen.add(written)
        yield "value", f"{written}: {_described(value)}"
        if isinstance(node, ast.Name):
            yield from _bindings(node.id, scope, file.model.project)


def _described(value: Value) -> str:
    definition = value.definition
    named = value.name or (definition.name if definition is not None else "")
    text = {
        Kind.OBJECT: named,
        Kind.INSTANCE: f"an instance of {named}",
        Kind.MEMBER: f"{named}, of a third-party class",
        Kind.QUERY: f"a query ({named})",
        Kind.ROWS: f"several of {named}",
    }[value.kind]
    if value.element is not None:
        text += f", of {value.element.name}"
    if isinstance(definition, ModuleSummary):
        text += f" ({os.path.relpath(definition.path)})"
    elif isinstance(definition, (ClassInfo, FunctionInfo)):
        text += f" ({os.path.relpath(definition.module.path)}:{definition.line})"
    return text


def _bindings(name: str, scope: Scope, project: Project) -> Iterator[tuple[str, str]]:
    """How a name is bound: as a local one, with the aliases that its annotation names, or by an import of the module."""
    found = scope.lookup(name)
    for local in found[0] if found is not None else ():
        yield "  bound", f"line {local.line}, {_how(local)}"
        for part in (local.annotation, *all_nodes(local.annotation)) if local.annotation is not None else ():
            alias = project.resolve(scope.module, part.id) if isinstance(part, ast.Name) else None
            if isinstance(alias, (Variable, ClassInfo)) and alias.module.path != scope.module.path:
                yield "  through", f"{alias.name} ({os.path.relpath(alias.module.path)}:{alias.line})"
    imported = scope.module.binding(name) if found is None else None
    if isinstance(imported, ImportInfo):
        yield "  bound", f"line {imported.line}, imported from {'.' * imported.level}{imported.module}"


def _how(local: Local) -> str:
    parts = [{How.VALUE: "assigned", How.WITH: "by with", How.ITERATION: "by a loop"}.get(local.how, local.how.value)]
    if local.annotation is not None:
        parts.append(f"annotated {ast.unparse(local.annotation)}")
    if local.expression is not None:
        parts.append(("default " if local.how is How.PARAMETER else "") + ast.unparse(local.expression).partition("\n")[0][:100])
    return ": ".join(parts)


def _scope_at(file: LintedFile, tree: ast.Module, line: int) -> Scope:
    """The innermost scope around a line, for questions about handlers: without the classes that methods belong to."""
    scope = Scope(file.module, None, None, None)
    for node in sorted((n for n in all_nodes(tree) if isinstance(n, SCOPE_NODES)), key=lambda n: (n.lineno, n.col_offset)):
        decorators = [] if isinstance(node, ast.Lambda) else node.decorator_list
        first = min([node.lineno, *(d.lineno for d in decorators)])
        if not isinstance(node, ast.Lambda) and first <= line <= (node.end_lineno or node.lineno):
            scope = Scope(file.module, node, scope, None)
    return scope
