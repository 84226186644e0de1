"""What the role of a function is, as all of the semantic model speaks of it."""

from __future__ import annotations

from typing import NamedTuple

from flake8_backend_rules.frameworks.schema import Role


class FunctionRole(NamedTuple):
    """A function's role, why it has it, and what its request parameter is (a qualified class name, or "")."""

    role: Role
    reason: str
    request_class: str = ""
    row_parameters: frozenset[str] = frozenset()


RoleMap = dict[int, FunctionRole]
"""Roles by the line of the `def` (1-based)."""
