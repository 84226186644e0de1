"""Decision points of a body, without those that are the edge's own job: turning failures into HTTP errors."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Sequence
from http import HTTPStatus

from flake8_backend_rules.project.surfaces import ClassInfo, FunctionNode
from flake8_backend_rules.semantics.edge_blocks import asks_request, is_logging, last_name, shapes_response, shows_refusal
from flake8_backend_rules.semantics.results import Results
from flake8_backend_rules.semantics.scope import SCOPE_NODES, Scope, children_reversed
from flake8_backend_rules.semantics.transport import Transport

_RESULT_CLASSES = frozenset({"Ok", "Err", "Success", "Failure"})
_RESULT_TESTS = frozenset({"is_ok", "is_err", "is_successful"})
_STATUS_ATTRIBUTES = frozenset({"status_code", "status", "http_status", "code"})
_ERROR_NAME = re.compile(
    "bad_?request|not_?found|forbidden|not_?allowed|error|exception|unauthori[sz]ed|gone|conflict|denied|unprocessable|abort", re.IGNORECASE
)
_STATUS_NAME = re.compile(r"HTTP_(\d{3})")
_FIRST_ERROR = 400


class Decisions:
    """Counts the decision points of one function's own body. `scope`: the function's own; `more`: of `backend-result-types`."""

    def __init__(self, transport: Transport, results: Results, scope: Scope, more: tuple[str, ...] = ()) -> None:
        self.transport = transport
        self.results = results
        self.more = more
        self.evaluator = transport.evaluator
        self.scope = scope
        self._all = False

    def count(self, function: FunctionNode, limit: int) -> int:
        """The decision points that count; 0 where they are no more than `limit`, told without types if possible."""
        try:
            self._all = True
            if self._block(function.body) <= limit:
                return 0
            self._all = False
            found = self._block(function.body)
        except RecursionError:  # a ladder of thousands: generated code, which nobody is to simplify
            return 0
        return found if found > limit else 0

    # -- statements ------------------------------------------------------------------------------

    def _block(self, body: Sequence[ast.stmt]) -> int:
        return sum(self._statement(statement) for statement in body)

    def _statement(self, node: ast.stmt) -> int:
        if isinstance(node, SCOPE_NODES):
            return 0
        if isinstance(node, ast.If):
            return self._if(node, in_ladder=False)
        if isinstance(node, (ast.For, ast.AsyncFor)):
            return 1 + self._expressions(node.iter) + self._block(node.body) + self._block(node.orelse)
        if isinstance(node, ast.While):
            return 1 + self._expressions(node.test) + self._block(node.body) + self._block(node.orelse)
        if isinstance(node, (ast.With, ast.AsyncWith)):
            return sum(self._expressions(item.context_expr) for item in node.items) + self._block(node.body)
        if isinstance(node, (ast.Try, ast.TryStar)):
            caught = sum(0 if self._is_mapping(h.body) else 1 + self._block(h.body) for h in node.handlers)
            return self._block(node.body) + caught + self._block(node.orelse) + self._block(node.finalbody)
        if isinstance(node, ast.Match):
            return self._match(node)
        return self._expressions(node)

    def _if(self, node: ast.If, *, in_ladder: bool) -> int:
        in_ladder = in_ladder or self._is_result_ladder(node)
        chained = node.orelse[0] if len(node.orelse) == 1 and isinstance(node.orelse[0], ast.If) else None
        rest = self._block(node.orelse) if chained is None else self._if(chained, in_ladder=in_ladder)
        if self._is_mapping(node.body):
            return rest
        if chained is None and node.orelse and self._is_mapping(node.orelse):  # the same guard, written the other way round
            return self._block(node.body)
        is_edge = (in_ladder and _is_type_test(node.test)) or (not self._all and asks_request(node.test))
        own = 0 if is_edge else 1 + self._expressions(node.test)
        return own + self._block(node.body) + rest

    def _match(self, node: ast.Match) -> int:
        inside = self._expressions(node.subject)
        inside += sum(self._block(c.body) + (self._expressions(c.guard) if c.guard is not None else 0) for c in node.cases)
        if not self._all and (any(_names_result(case.pattern) for case in node.cases) or self._is_result(node.subject)):
            return inside
        return inside + sum(not self._is_mapping(case.body) for case in node.cases[1:])

    def _expressions(self, node: ast.AST) -> int:
        """The decision points in an expression or simple statement, nested functions left out."""
        found, pending = 0, [node]
        while pending:
            child = pending.pop()
            if isinstance(child, SCOPE_NODES):
                continue
            if isinstance(child, ast.IfExp):
                found += self._all or not asks_request(child.test)
            elif isinstance(child, ast.BoolOp):
                deciding = child.values if self._all else [value for value in child.values if not asks_request(value)]
                found += max(len(deciding) - 1, 0)
            elif isinstance(child, ast.comprehension):
                found += len(child.ifs)
            pending.extend(children_reversed(child))
        return found

    # -- the edge's own job ----------------------------------------------------------------------

    def _is_mapping(self, body: Sequence[ast.stmt]) -> bool:
        """Whether a block only raises an HTTP error, returns or shows an error response (and logs it), or sets its headers."""
        if self._all:
            return False
        if shapes_response(body) or shows_refusal(body):
            return True
        *before, last = body
        if not all(is_logging(statement) for statement in before):
            return False
        if isinstance(last, ast.Raise):
            return last.exc is None or self._is_http_error(last.exc)
        if isinstance(last, ast.Return) and last.value is not None:
            return _is_error_response(last.value)
        return isinstance(last, ast.Expr) and isinstance(last.value, ast.Call) and last_name(last.value.func) == "abort"

    def _is_http_error(self, node: ast.expr) -> bool:
        """Whether what is raised is an HTTP error, or may be one: third-party, or with a status of its own."""
        called = node.func if isinstance(node, ast.Call) else node
        if isinstance(called, ast.Name) and hasattr(builtins, called.id):
            return False
        if self.transport.http_error(node, self.scope) is not None:
            return True
        value = self.evaluator.value(node, self.scope)
        if value is None or not isinstance(value.definition, ClassInfo):
            return True
        ancestry = self.evaluator.ancestry(value.definition)
        return any(not _STATUS_ATTRIBUTES.isdisjoint(cls.attributes) for cls in ancestry.classes)

    # -- results ---------------------------------------------------------------------------------

    def _is_result_ladder(self, node: ast.If) -> bool:
        """Whether an `if` is the head of a ladder that looks at a Result."""
        current: ast.If | None = None if self._all else node
        while current is not None:
            test = _positive(current.test)
            if isinstance(test, ast.Call):
                if last_name(test.func) in _RESULT_TESTS:
                    return True
                if _is_type_test(test) and len(test.args) == 2:
                    classes = test.args[1].elts if isinstance(test.args[1], ast.Tuple) else [test.args[1]]
                    if any(last_name(cls) in _RESULT_CLASSES for cls in classes) or self._is_result(test.args[0]):
                        return True
            following = current.orelse
            current = following[0] if len(following) == 1 and isinstance(following[0], ast.If) else None
        return False

    def _is_result(self, node: ast.expr) -> bool:
        return self.results.is_result(self.evaluator.value(node, self.scope), self.more)


def _is_type_test(test: ast.expr) -> bool:
    test = _positive(test)
    return isinstance(test, ast.Call) and last_name(test.func) in {"isinstance", *_RESULT_TESTS}


def _positive(test: ast.expr) -> ast.expr:
    return test.operand if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not) else test


def _names_result(pattern: ast.pattern) -> bool:
    return any(isinstance(n, ast.MatchClass) and last_name(n.cls) in _RESULT_CLASSES for n in ast.walk(pattern))


def _is_error_response(node: ast.expr) -> bool:
    """Whether a returned expression says by its status or its name that it is an error."""
    if isinstance(node, ast.Await):
        node = node.value
    if isinstance(node, ast.Tuple):
        return any(_is_error_status(item) for item in node.elts[1:])
    if not isinstance(node, ast.Call):
        return False
    given = [*node.args, *(k.value for k in node.keywords)]
    return any(_is_error_status(item) for item in given) or _ERROR_NAME.search(last_name(node.func)) is not None


def _is_error_status(node: ast.expr) -> bool:
    """Whether an expression is a 4xx or 5xx: a number, `status.HTTP_404_NOT_FOUND`, `HTTPStatus.NOT_FOUND`."""
    if isinstance(node, ast.Constant):
        return isinstance(node.value, int) and not isinstance(node.value, bool) and _FIRST_ERROR <= node.value < _FIRST_ERROR + 200
    if isinstance(node, ast.Attribute) and node.attr == "value":
        node = node.value
    name = last_name(node)
    if match := _STATUS_NAME.match(name):
        return int(match[1]) >= _FIRST_ERROR
    return isinstance(node, ast.Attribute) and name in HTTPStatus.__members__ and HTTPStatus[name] >= _FIRST_ERROR
