"""The names that sessions usually have, for receivers of which nothing tells the type."""

from __future__ import annotations

import ast

from flake8_backend_rules.semantics.paths import last_name

SESSION_NAMES = frozenset(
    {"session", "db", "db_session", "dbsession", "async_session", "conn", "connection", "tx", "trx", "uow", "unit_of_work"}
)
# `http_session` and the like end in `_session` and are none.
_OTHER_SESSIONS = ("http_session", "web_session", "client_session", "requests_session", "aiohttp_session",
                   "user_session", "login_session", "chat_session", "boto_session", "browser_session", "ssh_session",
                   "boto3_session", "game_session")  # fmt: skip


def is_session_name(node: ast.expr) -> bool:
    """Whether the last name of a receiver is one that a session usually has."""
    return isinstance(node, (ast.Name, ast.Attribute)) and names_session(last_name(node))


def names_session(name: str) -> bool:
    """Whether a name is one that a session usually has."""
    name = name.lstrip("_").lower()
    if name in SESSION_NAMES:
        return True
    return name.endswith("_session") and not name.endswith(_OTHER_SESSIONS)
