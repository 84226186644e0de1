"""What the functions of a module hand on to one another: the values of parameters that nothing annotates."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import NamedTuple

from flake8_backend_rules.project.summary import ModuleSummary
from flake8_backend_rules.project.surfaces import FunctionNode
from flake8_backend_rules.semantics.handler_code import HandlerCode
from flake8_backend_rules.semantics.kinds import Value
from flake8_backend_rules.semantics.scope import PlacedFunction, Scope, bound_arguments, class_at


class _Argument(NamedTuple):
    expression: ast.expr
    caller: FunctionNode


class HandedOn:
    """The values that handlers, and the helpers that they call, hand on to helpers of the same module.

    By the call through which a helper was first reached; that another one hands on something else makes that call no less true.
    """

    def __init__(
        self, module: ModuleSummary, functions: list[PlacedFunction], code: HandlerCode, value: Callable[[ast.expr, Scope], Value | None]
    ) -> None:
        self.module = module
        self.functions = functions
        self.code = code
        self._value = value
        self._found: dict[ast.arg, Value | None] = {}

    def value_of(self, parameter: ast.arg) -> Value | None:
        """What a helper is called with; None if that is unknown."""
        if parameter in self._found:
            return self._found[parameter]
        argument = self._arguments.get(parameter)
        if argument is None:
            return None
        self._found[parameter] = None  # recursion ends here
        found = self._found[parameter] = self._value(argument.expression, self._scope_of(self._placed[argument.caller]))
        return found

    @cached_property
    def _arguments(self) -> dict[ast.arg, _Argument]:
        found: dict[ast.arg, _Argument] = {}
        for caller, call, function in self._calls():
            for parameter, expression in bound_arguments(call, function.args):
                found.setdefault(parameter, _Argument(expression, caller))
        return found

    def _calls(self) -> Iterator[tuple[FunctionNode, ast.Call, FunctionNode]]:
        """(caller, call, called function): of functions beside a handler, and of those nested in one."""
        for reached in self.code.functions(*self.code.present):
            if reached.call is not None and reached.caller is not None:
                yield reached.caller, reached.call, reached.function
        for placed in self.functions:
            around = placed.enclosing
            if around is None:
                continue
            for call in self.code.own_calls.get(around, ()):
                if isinstance(call.func, ast.Name) and call.func.id == placed.node.name:
                    yield around, call, placed.node

    @cached_property
    def _placed(self) -> dict[FunctionNode, PlacedFunction]:
        return {placed.node: placed for placed in self.functions}

    def _scope_of(self, placed: PlacedFunction) -> Scope:
        around = None if placed.enclosing is None else self._placed.get(placed.enclosing)
        parent = Scope(self.module, None, None, None) if around is None else self._scope_of(around)
        return Scope(self.module, placed.node, parent, parent.owner if placed.owner is None else class_at(placed.owner, parent))
