"""What may hold along the paths of one function body: branches are alternatives, a return or raise ends a path, loops repeat."""

from __future__ import annotations

import ast
from collections.abc import Callable

from flake8_backend_rules.semantics.scope import SCOPE_NODES, children_reversed

Facts = frozenset[object]
Step = Callable[[ast.AST, Facts], Facts]

# Calls after which hardly anything is left that an `except` could catch.
QUIET = frozenset({
    "refresh", "expunge", "expunge_all", "close", "debug", "info", "warning", "error", "exception", "log", "append", "print", "str", "len",
})  # fmt: skip
_MAX_REPEATS = 4
"""Loops and `finally` blocks inside one another beyond this are followed once."""


class Paths:
    """Hands each call, and each simple statement after its calls, to `step` with the facts that may hold before it.

    `step` returns the facts that hold after it. Where paths meet, the facts of all of them may hold. A loop's body is
    followed twice, so that what it does at its end is known at its beginning. Nested functions are not entered.
    An `except` begins with what may hold where the body of its `try` was left; without `from_inside`, where it began.
    """

    def __init__(self, step: Step, *, from_inside: bool = True) -> None:
        self.step = step
        self.from_inside = from_inside
        self._repeats = 0
        self._raised: list[list[Facts]] = []
        self._ended: list[list[Facts]] = []
        self._breaks: list[list[Facts]] = []
        self._continues: list[list[Facts]] = []

    def follow(self, body: list[ast.stmt], facts: Facts = frozenset()) -> None:
        """Follows every path through a function's body. `facts`: what may hold at its beginning."""
        self._block(body, facts)

    def _block(self, body: list[ast.stmt], facts: Facts | None) -> Facts | None:
        """The facts at a block's end; None where no path reaches it."""
        for statement in body:
            if facts is None:
                return None
            facts = self._statement(statement, facts)
        return facts

    def _statement(self, node: ast.stmt, facts: Facts) -> Facts | None:
        if isinstance(node, SCOPE_NODES):
            return facts
        if isinstance(node, ast.If):
            facts = self._evaluated(node.test, facts)
            return _joined(self._block(node.body, facts), self._block(node.orelse, facts))
        if isinstance(node, (ast.For, ast.AsyncFor, ast.While)):
            return self._loop(node, facts)
        if isinstance(node, (ast.With, ast.AsyncWith)):
            for item in node.items:
                facts = self._evaluated(item.context_expr, facts)
            return self._block(node.body, facts)
        if isinstance(node, (ast.Try, ast.TryStar)):
            return self._try(node, facts)
        if isinstance(node, ast.Match):
            return self._match(node, facts)
        return self._simple(node, facts)

    def _simple(self, node: ast.stmt, facts: Facts) -> Facts | None:
        after = self.step(node, self._evaluated(node, facts))
        if isinstance(node, ast.Raise):
            _note(self._raised, after)
        elif isinstance(node, ast.Return):
            _note(self._ended, after)
        elif isinstance(node, ast.Break):
            _note(self._breaks, after)
        elif isinstance(node, ast.Continue):
            _note(self._continues, after)
        else:
            return after
        return None

    def _loop(self, node: ast.For | ast.AsyncFor | ast.While, facts: Facts) -> Facts | None:
        is_endless = isinstance(node, ast.While) and isinstance(node.test, ast.Constant) and bool(node.test.value)
        head = facts if isinstance(node, ast.While) else self._evaluated(node.iter, facts)
        self._breaks.append([])
        self._repeats += 1
        for _ in range(2 if self._repeats <= _MAX_REPEATS else 1):
            start = self._evaluated(node.test, head) if isinstance(node, ast.While) else head
            self._continues.append([])
            end = self._block(node.body, start)
            for left in self._continues.pop():
                end = _joined(end, left)
            head = head if end is None else head | end
        self._repeats -= 1
        after = None if is_endless else self._block(node.orelse, head)
        for left in self._breaks.pop():
            after = _joined(after, left)
        return after

    def _try(self, node: ast.Try | ast.TryStar, facts: Facts) -> Facts | None:
        self._raised.append([])
        self._ended.append([])
        self._repeats += bool(node.finalbody)
        fall = self._block(node.body, facts)
        raised = self._raised.pop()
        after = fall if fall is None else self._block(node.orelse, fall)
        caught = facts.union(*raised)
        if not node.handlers and raised:
            _note(self._raised, caught)
        for handler in node.handlers:
            after = _joined(after, self._block(handler.body, caught if self.from_inside else facts))
        ended = self._ended.pop()
        for left in ended:
            _note(self._ended, left)
        if node.finalbody and (ended or not node.handlers) and self._repeats <= _MAX_REPEATS:
            self._block(node.finalbody, caught.union(*ended))
        after = self._block(node.finalbody, after)
        self._repeats -= bool(node.finalbody)
        return after

    def _match(self, node: ast.Match, facts: Facts) -> Facts | None:
        facts = self._evaluated(node.subject, facts)
        takes_all = any(c.guard is None and isinstance(c.pattern, ast.MatchAs) and c.pattern.pattern is None for c in node.cases)
        after: Facts | None = None if takes_all else facts
        for case in node.cases:
            before = facts if case.guard is None else self._evaluated(case.guard, facts)
            after = _joined(after, self._block(case.body, before))
        return after

    def _evaluated(self, node: ast.AST, facts: Facts) -> Facts:
        """The facts after the calls that evaluating an expression or simple statement makes."""
        for call in calls_in(node):
            if last_name(call.func) not in QUIET:
                _note(self._raised, facts)
            facts = self.step(call, facts)
        return facts


def calls_in(node: ast.AST) -> list[ast.Call]:
    """The calls in an expression or simple statement in the order in which they are made, nested functions left out."""
    found: list[ast.Call] = []
    pending = [node]
    while pending:  # outermost and last first, then turned round
        current = pending.pop()
        if isinstance(current, ast.Call):
            found.append(current)
        if not isinstance(current, SCOPE_NODES):
            pending.extend(reversed(children_reversed(current)))
    found.reverse()
    return found


def is_super(node: ast.expr) -> bool:
    """Whether an expression is `super()`, with or without arguments."""
    return isinstance(node, ast.Call) and last_name(node.func) == "super"


def last_name(node: ast.expr) -> str:
    """The name that an expression ends in: `c` of `a.b.c`; "" for what is no name."""
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def applied_decorator(decorator: ast.expr) -> ast.expr:
    """What a decorator applies to the function: itself, or what Django's `method_decorator(...)` is given."""
    if isinstance(decorator, ast.Call) and last_name(decorator.func) == "method_decorator" and decorator.args:
        return decorator.args[0]
    return decorator


def root_name(node: ast.expr) -> str:
    """The name that a dotted expression begins with: `a` of `a.b.c`; "" for what is no dotted name."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _joined(one: Facts | None, other: Facts | None) -> Facts | None:
    if one is None or other is None:
        return one if other is None else other
    return one | other


def _note(stack: list[list[Facts]], facts: Facts) -> None:
    if stack:
        stack[-1].append(facts)
