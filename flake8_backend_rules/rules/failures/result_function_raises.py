import ast

from flake8_backend_rules.project.layers import Layer
from flake8_backend_rules.project.surfaces import ClassInfo
from flake8_backend_rules.rule import Bad, Good, Option, Rule, parse_flag
from flake8_backend_rules.rules.failures._result_types import RESULT_TYPES
from flake8_backend_rules.semantics.kinds import Value
from flake8_backend_rules.semantics.scope import Scope
from flake8_backend_rules.walk import LintedFile

STRICT_RESULTS = Option(
    name="backend-strict-results",
    default=("false",),
    help="Whether any core function that raises a first-party exception is flagged, not only those that return a Result (KBR606).",
    parse=parse_flag,
    metavar="BOOLEAN",
)
_BUILTIN = frozenset({"ValueError", "KeyError", "LookupError", "PermissionError"})


class ResultFunctionRaises(Rule):
    """A core function that returns a Result also raises for expected failures.

    ## What it flags
    In application and domain modules: a `raise` of a first-party exception, or of `ValueError`, `KeyError`, `LookupError` or
    `PermissionError`, in a function whose return annotation is a Result. With `backend-strict-results`, a `raise` of a first-party
    exception in any function there.

    ## Why it is bad
    The signature promises that failures come back as values. A caller who handles them all still gets an exception for one.

    ## How it decides
    By the annotation of the function that holds the `raise` (what a Result is, KBR604 says) and the class that is raised.

    ## When to suppress it
    Where the exception stands for a bug, raise `AssertionError` or `RuntimeError` instead.

    ## Known limits
    Exceptions of functions that it calls are not followed. Re-raising what was caught is left alone.
    """

    code = "KBR606"
    name = "result-function-raises"
    message = "{layer} function '{function}' {returns} raises '{error}'; return the failure as a Result"
    layers = (Layer.APPLICATION, Layer.DOMAIN)
    words = ("raise",)
    options = (RESULT_TYPES, STRICT_RESULTS)
    bad = (
        Bad(
            files="""
            from result import Result

            class OrderMissing(Exception): ...

            def place(order) -> Result[int, str]:
                if order < 0:
                    raise ValueError("negative")  # ! 9
                raise OrderMissing  # ! 5
            """,
            path="app/services/orders.py",
            messages=(
                "application function 'place' returns a Result and raises 'ValueError'; return the failure as a Result",
                "application function 'place' returns a Result and raises 'OrderMissing'; return the failure as a Result",
            ),
        ),
        Bad(
            files="""
            class Outcome: ...

            def place(order) -> Outcome:
                raise KeyError(order)  # ! 5
            """,
            path="app/domain/orders.py",
            options={"backend-result-types": "app.domain.orders.Outcome"},
            messages=("domain function 'place' returns a Result and raises 'KeyError'; return the failure as a Result",),
        ),
        Bad(
            files="""
            class OrderMissing(Exception): ...

            def place(order) -> int:
                if order < 0:
                    raise ValueError("negative")
                raise OrderMissing(order)  # ! 5
            """,
            path="app/services/orders.py",
            options={"backend-strict-results": "true"},
            messages=("application function 'place' raises 'OrderMissing'; return the failure as a Result",),
        ),
    )
    good = (
        Good(
            files="""
            from result import Result

            class OrderMissing(Exception): ...

            def place(order) -> Result[int, str]:
                try:
                    return load(order)
                except OrderMissing as missing:
                    raise missing
                except KeyError:
                    raise
                raise NotImplementedError

            def find(order) -> int:
                raise OrderMissing(order)
            """,
            path="app/services/orders.py",
        ),
    )

    def applies(self, file: LintedFile) -> bool:
        if not file.is_on(STRICT_RESULTS) and not file.model.results.functions_here(file.settings[RESULT_TYPES.name]):
            return False
        return super().applies(file)

    def visit_Raise(self, node: ast.Raise, file: LintedFile) -> None:
        function = file.scope.function
        if node.exc is None or function is None:
            return
        raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
        results, more = file.model.results, file.settings[RESULT_TYPES.name]
        returns = function.name in results.functions_here(more) and results.is_annotation(function.returns, _outside(file.scope), more)
        if not returns and not file.is_on(STRICT_RESULTS):
            return
        name = self._expected(file.model.value(raised, file.scope), raised, builtin=returns)
        if name:
            told = "returns a Result and" if returns else ""
            file.report(self, node, layer=file.model.layer.value, function=function.name, returns=told, error=name)

    def _expected(self, value: Value | None, raised: ast.expr, *, builtin: bool) -> str:
        """The name of the expected failure that is raised; "" if it is none."""
        if value is not None and isinstance(value.definition, ClassInfo):
            return value.definition.name
        if value is None and builtin and isinstance(raised, ast.Name) and raised.id in _BUILTIN:
            return raised.id
        return ""


def _outside(scope: Scope) -> Scope:
    """The scope in which the annotations of the innermost function are read."""
    while scope.node is not scope.function and scope.parent is not None:
        scope = scope.parent
    return scope.parent or scope
