"""Tests and blocks that are the edge's own job: asking what came in, refusing it, and shaping the response."""

from __future__ import annotations

import ast
from collections.abc import Sequence

_LOG_METHODS = frozenset({"debug", "info", "warning", "warn", "error", "exception", "critical", "log"})
_VALIDITY_METHODS = frozenset({"is_valid", "validate_on_submit", "is_submitted_and_valid", "is_submitted", "is_ajax"})
_REQUEST_PARTS = frozenset({
    "GET", "POST", "FILES", "META", "COOKIES", "args", "form", "files", "values", "headers", "cookies", "query_params", "query", "htmx",
})  # fmt: skip
_REFUSALS = frozenset({"error", "warning", "danger"})
_COOKIE_METHODS = frozenset({"set_cookie", "delete_cookie", "set_signed_cookie"})


def asks_request(test: ast.expr) -> bool:
    """Whether a test only asks what came in: the request's method, which fields it has, whether its form is valid."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return asks_request(test.operand)
    if isinstance(test, ast.BoolOp):
        return all(map(asks_request, test.values))
    if isinstance(test, ast.Compare):
        sides = [test.left, *test.comparators]
        return any(map(_reads_request, sides)) and all(_reads_request(s) or _is_literal(s) for s in sides)
    if isinstance(test, ast.Call):
        if isinstance(test.func, ast.Attribute) and test.func.attr in _VALIDITY_METHODS:
            return True
        if last_name(test.func) in ("all", "any") and len(test.args) == 1 and isinstance(test.args[0], (ast.GeneratorExp, ast.ListComp)):
            return asks_request(test.args[0].elt)
    if isinstance(test, ast.Attribute) and test.attr in _VALIDITY_METHODS:
        return True
    if isinstance(test, ast.Await):
        return asks_request(test.value)
    return _reads_request(test)


def _reads_request(node: ast.expr) -> bool:
    """Whether an expression is `request.method`, `request.POST`, `request.POST["x"]` or `request.POST.get("x")`."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("get", "getlist"):
        return _is_part(node.func.value)
    if isinstance(node, ast.Subscript):
        return _is_part(node.value)
    return _is_part(node) or (isinstance(node, ast.Attribute) and node.attr == "method" and last_name(node.value) == "request")


def _is_part(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and node.attr in _REQUEST_PARTS and last_name(node.value) == "request"


def _is_literal(node: ast.expr) -> bool:
    if isinstance(node, (ast.Tuple, ast.List, ast.Set)):
        return all(map(_is_literal, node.elts))
    return isinstance(node, ast.Constant)


def shapes_response(body: Sequence[ast.stmt]) -> bool:
    """Whether a block only sets cookies and headers."""
    return all(_sets_cookie(statement) or _sets_header(statement) for statement in body)


def _sets_cookie(statement: ast.stmt) -> bool:
    call = expression_call(statement)
    return call is not None and isinstance(call.func, ast.Attribute) and call.func.attr in _COOKIE_METHODS


def _sets_header(statement: ast.stmt) -> bool:
    if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
        return False
    target = statement.targets[0]
    return isinstance(target, ast.Subscript) and last_name(target.value) == "headers"


def shows_refusal(body: Sequence[ast.stmt]) -> bool:
    """Whether a block only tells the user of an error, and goes back to a page: a server-rendered error response."""
    last = body[-1]
    notices = body[:-1] if isinstance(last, ast.Return) else body
    return any(map(_is_refusal, notices)) and all(_is_refusal(s) or is_logging(s) for s in notices)


def _is_refusal(statement: ast.stmt) -> bool:
    """`messages.error(request, ...)`, `flash(..., "danger")`, or a websocket that is closed with a code."""
    call = expression_call(statement)
    if call is None:
        return False
    if isinstance(call.func, ast.Attribute) and last_name(call.func.value) == "messages":
        return call.func.attr in _REFUSALS
    given = [*call.args[1:], *(k.value for k in call.keywords)]
    if last_name(call.func) == "flash":
        return any(isinstance(value, ast.Constant) and value.value in _REFUSALS for value in given)
    return last_name(call.func) == "close" and any(k.arg == "code" for k in call.keywords)


def is_logging(statement: ast.stmt) -> bool:
    call = expression_call(statement)
    return call is not None and isinstance(call.func, ast.Attribute) and call.func.attr in _LOG_METHODS


def expression_call(statement: ast.stmt) -> ast.Call | None:
    """The call that a statement consists of, awaited or not."""
    value = statement.value if isinstance(statement, ast.Expr) else None
    if isinstance(value, ast.Await):
        value = value.value
    return value if isinstance(value, ast.Call) else None


def last_name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
