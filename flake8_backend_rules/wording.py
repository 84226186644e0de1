"""How findings quote code."""

from __future__ import annotations

import ast

_MAX_QUOTED = 60


def quoted(node: ast.AST) -> str:
    """A short one-line quotation of an expression; of a call only what is called: `session.commit()`."""
    text = ast.unparse(node.func) + "()" if isinstance(node, ast.Call) else ast.unparse(node)
    text = " ".join(text.split())
    if len(text) > _MAX_QUOTED and isinstance(node, ast.Call):
        text = _without_arguments(node.func) + "()"
    if len(text) > _MAX_QUOTED:
        text = "..." + text[-_MAX_QUOTED:]
    return text.replace(":", " ")


def _without_arguments(node: ast.expr) -> str:
    """A chain of attributes and calls, the arguments of its calls left out: `threading.Thread(...).start`."""
    parts: list[str] = []
    while isinstance(node, (ast.Attribute, ast.Call)):
        if isinstance(node, ast.Attribute):
            parts.append(f".{node.attr}")
            node = node.value
        else:
            parts.append("(...)" if node.args or node.keywords else "()")
            node = node.func
    head = f"(await {_without_arguments(node.value)})" if isinstance(node, ast.Await) else " ".join(ast.unparse(node).split())
    return head + "".join(reversed(parts))
