import ast

from flake8_backend_rules.frameworks.schema import Role
from flake8_backend_rules.rule import Bad, Good, Rule
from flake8_backend_rules.rules.failures._result_types import RESULT_TYPES
from flake8_backend_rules.semantics.scope import all_nodes
from flake8_backend_rules.walk import LintedFile
from flake8_backend_rules.wording import quoted

_UNWRAPPING = frozenset({"unwrap", "expect", "unwrap_or_raise", "ok_value", "value_or_raise"})


class ResultUnwrapped(Rule):
    """A Result is unwrapped without a look whether it is a failure.

    ## What it flags
    In handler and core code: `.unwrap()`, `.expect()`, `.unwrap_or_raise()`, `.ok_value` and `.value_or_raise` on a Result.

    ## Why it is bad
    It turns an expected failure back into an exception, and the one that is raised says nothing of what failed.

    ## How it decides
    By the receiver's type; what a Result is, KBR604 says. A name that was tested before in the function, in an `if`, `while`,
    `assert`, conditional expression or `match`, is fine, and so is `unwrap_or(...)`.

    ## When to suppress it
    Where a failure would be a bug.

    ## Known limits
    Results whose type can't be told are left alone. Whether the test was the right one is not looked at.
    """

    code = "KBR605"
    name = "result-unwrapped"
    message = "'{call}' turns an expected failure into an exception; match the Result, or return it to the caller"
    words = tuple(sorted(_UNWRAPPING))
    attributes = _UNWRAPPING
    options = (RESULT_TYPES,)
    bad = (
        Bad(
            files={
                "app/services/orders.py": """
                from returns.result import Result

                def place(order) -> Result[int, str]: ...

                def place_twice(order):
                    first = place(order)
                    return first.unwrap(), place(order).unwrap()  # ! 12 ! 28
                """,
                "app/api/orders.py": """
                from fastapi import APIRouter
                from app.services.orders import place

                router = APIRouter()

                @router.post("/orders")
                def create(order: int):
                    return place(order).unwrap()  # ! 12
                """,
            },
            messages=(
                "'first.unwrap()' turns an expected failure into an exception; match the Result, or return it to the caller",
                "'place(order).unwrap()' turns an expected failure into an exception; match the Result, or return it to the caller",
                "'place(order).unwrap()' turns an expected failure into an exception; match the Result, or return it to the caller",
            ),
        ),
        Bad(
            files="""
            class Outcome: ...

            def place(order) -> Outcome: ...

            def place_order(order):
                return place(order).ok_value  # ! 12
            """,
            path="app/services/orders.py",
            options={"backend-result-types": "Outcome"},
            messages=("'place(order).ok_value' turns an expected failure into an exception; match the Result, or return it to the caller",),
        ),
    )
    good = (
        Good(
            files="""
            from result import Result, is_ok

            class Box:
                def unwrap(self): ...

            def place(order) -> Result[int, str]: ...

            def place_order(order, box: Box, given):
                result = place(order)
                if is_ok(result):
                    return result.ok_value
                again = place(order)
                if again.is_err():
                    return None
                return again.unwrap(), place(order).unwrap_or(0), box.unwrap(), given.unwrap()
            """,
            path="app/services/orders.py",
        ),
        Good(
            files="""
            from result import Result

            def place(order) -> Result[int, str]: ...

            def order_in_wiring(order):
                return place(order).unwrap()
            """,
            path="app/wiring.py",
        ),
    )

    def visit_Attribute(self, node: ast.Attribute, file: LintedFile) -> None:
        model = file.model
        if not model.layer.is_core and model.handler_at(file.scope, Role.HTTP, Role.JOB) is None:
            return
        if not model.results.is_result(model.value(node.value, file.scope), file.settings[RESULT_TYPES.name]):
            return
        if not self._is_tested(node, file):
            is_call = isinstance(next(model.ancestors(node, file.scope), None), ast.Call)
            file.report(self, node, call=quoted(node) + ("()" if is_call else ""))

    def _is_tested(self, node: ast.Attribute, file: LintedFile) -> bool:
        """Whether the function tests or matches the same name, attribute or item before."""
        kind = type(node.value)
        if kind not in (ast.Name, ast.Attribute, ast.Subscript):
            return False
        tested = ast.unparse(node.value)
        around = file.scope.function or file.model.tree
        for child in all_nodes(around):
            test = child.subject if isinstance(child, ast.Match) else getattr(child, "test", None)
            if isinstance(test, ast.expr) and test.lineno <= node.lineno:
                if any(type(n) is kind and ast.unparse(n) == tested for n in (test, *all_nodes(test))):
                    return True
        return False
