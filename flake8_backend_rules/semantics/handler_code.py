"""Handler code: a handler's body, and the functions of the same module that it calls, through one another."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from flake8_backend_rules.frameworks.schema import Role
from flake8_backend_rules.project.surfaces import FunctionNode
from flake8_backend_rules.semantics.function_roles import FunctionRole
from flake8_backend_rules.semantics.scope import PlacedFunction, Scope, all_calls_below

HANDLER_ROLES = (Role.HTTP, Role.JOB, Role.CLI)


class Handler(NamedTuple):
    """A function of handler code, and the handler that reaches it (itself, for the handler)."""

    role: FunctionRole
    handler: FunctionNode
    function: FunctionNode
    caller: FunctionNode | None = None
    call: ast.Call | None = None
    """The call in `caller` through which the function was first reached; None for the handler itself."""

    @property
    def description(self) -> str:
        """For messages: "route handler 'create'" or "'_save', called by route handler 'create',"."""
        named = f"{self.role.role.value} '{self.handler.name}'"
        return named if self.function is self.handler else f"'{self.function.name}', called by {named},"


class HandlerCode:
    """Which functions of the linted module are handler code, and of which handler."""

    def __init__(self, functions: list[PlacedFunction], roles: dict[int, FunctionRole]) -> None:
        self._by_role: dict[Role, dict[FunctionNode, Handler]] = {role: {} for role in HANDLER_ROLES}
        self.present: frozenset[Role] = frozenset()
        """The roles of which there are handlers."""
        self.own_calls: dict[FunctionNode, list[ast.Call]] = {}
        """The calls in the body of a function, nested functions left out, of those that were looked through."""
        self._around: dict[Scope, tuple[tuple[Role, Handler], ...]] = {}
        handlers = [(f, roles[f.node.lineno]) for f in functions if f.node.lineno in roles]
        handlers = [(f, role) for f, role in handlers if role.role in self._by_role]
        if not handlers:
            return
        self._module_level = {f.node.name: f for f in functions if f.owner is None and f.enclosing is None}
        self._nested = {(f.enclosing, f.node.name): f for f in functions if f.enclosing is not None and f.owner is None}
        self._methods = {(f.owner, f.node.name): f for f in functions if f.owner is not None}
        self._heirs, self._ancestors = _families(f.owner for f in functions if f.owner is not None)
        for placed, role in handlers:  # a handler is its own, whoever else calls it
            self._by_role[role.role][placed.node] = Handler(role, placed.node, placed.node)
        self.present = frozenset(role for role, reached in self._by_role.items() if reached)
        if len(handlers) < len(functions):
            for placed, role in handlers:
                self._reach(placed, role)

    def _reach(self, handler: PlacedFunction, role: FunctionRole) -> None:
        reached = self._by_role[role.role]
        pending = [handler]
        while pending:
            current = pending.pop()
            for called, call in self._called(current):
                if called.node not in reached:
                    reached[called.node] = Handler(role, handler.node, called.node, current.node, call)
                    pending.append(called)

    def _called(self, placed: PlacedFunction) -> list[tuple[PlacedFunction, ast.Call]]:
        shadowed = {a.arg for a in ast.walk(placed.node.args) if isinstance(a, ast.arg)}
        found: list[tuple[PlacedFunction, ast.Call]] = []
        calls, self.own_calls[placed.node] = all_calls_below(placed.node)
        for node in calls:
            func = node.func
            target = None
            overrides: list[PlacedFunction] = []
            if isinstance(func, ast.Name) and func.id not in shadowed:
                target = self._nested.get((placed.enclosing, func.id)) if placed.enclosing else None
                target = target or self._module_level.get(func.id)
            elif isinstance(func, ast.Attribute) and isinstance(func.value, ast.Name) and placed.owner is not None:
                if func.value.id in ("self", "cls"):
                    around = (placed.owner, *self._ancestors.get(placed.owner, ()))
                    target = next((own for cls in around if (own := self._methods.get((cls, func.attr)))), None)
                    overrides = [o for heir in self._heirs.get(placed.owner, ()) if (o := self._methods.get((heir, func.attr)))]
            if target is not None:
                found.append((target, node))
            found += ((override, node) for override in overrides)
        return found

    def at(self, scope: Scope, *roles: Role) -> Handler | None:
        """The handler code that `scope` is part of, for handlers of `roles`."""
        kept = self._around.get(scope)
        if kept is None:
            kept = self._around[scope] = self._handlers_around(scope)
        for role in roles if kept else ():
            for own, handler in kept:
                if own is role:
                    return handler
        return None

    def _handlers_around(self, scope: Scope) -> tuple[tuple[Role, Handler], ...]:
        """For each role the handler code that a scope is part of, if any; asked for many calls of a function."""
        functions = list(scope.functions())
        found = []
        for role, reached in self._by_role.items():
            if reached and (handler := next((reached[f] for f in functions if f in reached), None)) is not None:
                found.append((role, handler))
        return tuple(found)

    def reached(self, role: Role) -> Iterator[Handler]:
        """The functions that handlers of a role call, callers before what they call."""
        return (h for h in self._by_role[role].values() if h.call is not None)

    def functions(self, *roles: Role) -> Iterator[Handler]:
        """Handlers of some roles and the functions that they call, each once."""
        seen: set[FunctionNode] = set()
        for role in roles:
            for function, handler in self._by_role[role].items():
                if function not in seen:
                    seen.add(function)
                    yield handler

    def has(self, *roles: Role) -> bool:
        return not self.present.isdisjoint(roles)


_Families = dict[ast.ClassDef, list[ast.ClassDef]]


def _families(classes: Iterator[ast.ClassDef]) -> tuple[_Families, _Families]:
    """Of each class of a module its heirs, whose handlers its own are too, and its ancestors, in the same module."""
    heirs: _Families = {}
    ancestors: _Families = {}
    by_name = {cls.name: cls for cls in classes}
    for cls in by_name.values():
        pending, seen = [cls], {cls}
        while pending:
            for base in pending.pop(0).bases:
                parent = by_name.get(base.id) if isinstance(base, ast.Name) else None
                if parent is not None and parent not in seen:
                    seen.add(parent)
                    pending.append(parent)
                    heirs.setdefault(parent, []).append(cls)
                    ancestors.setdefault(cls, []).append(parent)
    return heirs, ancestors
