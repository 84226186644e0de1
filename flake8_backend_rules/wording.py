"""How findings quote code."""

from __future__ import annotations

import ast

_MAX_QUOTED = 60


def quoted(node: ast.AST) -> str:
    """A short one-line quotation of an expression; of a call only what is called: `session.commit()`."""
    text = ast.unparse(node.func) + "()" if isinstance(node, ast.Call) else ast.unparse(node)
    text = " ".join(text.split())
    if len(text) > _MAX_QUOTED:
        text = "..." + text[-_MAX_QUOTED:]
    return text.replace(":", " ")
