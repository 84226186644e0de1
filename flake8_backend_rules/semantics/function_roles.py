"""What the role of a function is, as all of the semantic model speaks of it."""

from __future__ import annotations

from typing import NamedTuple

from flake8_backend_rules.frameworks.schema import Role


class FunctionRole(NamedTuple):
    """A function's role, why it has it, and what its request parameter is (a qualified class name, or "").

    `typed_parameters`: the classes of other parameters, by name, where nothing annotates them.
    """

    role: Role
    reason: str
    request_class: str = ""
    typed_parameters: tuple[tuple[str, str], ...] = ()


RoleMap = dict[int, FunctionRole]
"""Roles by the line of the `def` (1-based)."""
