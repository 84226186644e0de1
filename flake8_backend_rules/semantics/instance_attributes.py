"""What classes of the linted file keep on their instances by other methods than those that are called at the beginning."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from flake8_backend_rules.project.summary import instance_attributes
from flake8_backend_rules.project.surfaces import ClassInfo, Variable, flat_statements
from flake8_backend_rules.semantics.kinds import Value
from flake8_backend_rules.semantics.scope import FUNCTION_NODES, is_none

if TYPE_CHECKING:
    from flake8_backend_rules.semantics.values import Evaluator


class InstanceAttributes:
    """Attributes that a constructor does not set: `self.order = Order.objects.get(...)` in the method that it calls, or in a hook."""

    def __init__(self, evaluator: Evaluator) -> None:
        self.evaluator = evaluator
        self._set: dict[ClassInfo, dict[str, list[Variable]]] = {}

    def value_of(self, classes: Sequence[ClassInfo], name: str) -> Value | None:
        """The value that every assignment to the attribute gives, in the first of some classes that has any; None where they differ."""
        for cls in classes:
            variables = self._of(cls).get(name)
            if variables:
                values = list(dict.fromkeys(map(self.evaluator.variable, variables)))
                return values[0] if len(values) == 1 else None
        return None

    def _of(self, cls: ClassInfo) -> dict[str, list[Variable]]:
        if cls not in self._set:
            found: dict[str, list[Variable]] = {}
            for variable in self._assigned(cls) if self.evaluator.project.is_current(cls.module) else ():
                found.setdefault(variable.name, []).append(variable)
            self._set[cls] = found
        return self._set[cls]

    def _assigned(self, cls: ClassInfo) -> Iterator[Variable]:
        """All that the methods of a class assign to attributes, but for None."""
        node = self._nodes.get(cls.line)
        for child in () if node is None else flat_statements(node.body):
            if isinstance(child, FUNCTION_NODES) and (method := cls.methods.get(child.name)) is not None and method.line == child.lineno:
                yield from (v for v in instance_attributes(child, method, cls) if v.annotation is not None or not is_none(v.value))

    @cached_property
    def _nodes(self) -> dict[int, ast.ClassDef]:
        """The classes of the linted file by their lines."""
        tree = self.evaluator.project.current_tree
        found: dict[int, ast.ClassDef] = {}
        pending = [] if tree is None else [tree.body]
        while pending:
            for child in flat_statements(pending.pop()):
                if isinstance(child, ast.ClassDef):
                    found[child.lineno] = child
                    pending.append(child.body)
        return found
