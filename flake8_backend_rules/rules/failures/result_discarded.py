import ast

from flake8_backend_rules.project.surfaces import FunctionInfo
from flake8_backend_rules.rule import Bad, Good, Rule
from flake8_backend_rules.rules.failures._result_types import RESULT_TYPES
from flake8_backend_rules.walk import LintedFile
from flake8_backend_rules.wording import quoted


class ResultDiscarded(Rule):
    """A Result is not looked at.

    ## What it flags
    A call, awaited or not, that stands as a statement of its own, of a function whose return annotation is a Result.

    ## Why it is bad
    The failure is in the Result and nowhere else: nothing is raised, nothing is logged, and the code below goes on as
    if it had worked.

    ## How it decides
    A Result is `result.Result`, the Results of `returns`, a first-party class or alias named `Result` with two parameters,
    a union of first-party `Ok` and `Err`, or what `backend-result-types` names. The function is followed through imports and types.

    ## When to suppress it
    Where a failure changes nothing, say so: `_ = notify(order)`.

    ## Known limits
    Functions without an annotation, third-party ones included, are not known to return a Result.
    """

    code = "KBR604"
    name = "result-discarded"
    message = "the Result of '{call}' is discarded; match it, or return it to the caller"
    options = (RESULT_TYPES,)
    bad = (
        Bad(
            files={
                "app/services/orders.py": """
                from result import Err, Ok, Result

                class Orders:
                    async def place(self, order) -> Result[int, str]: ...

                def cancel(order) -> "Ok[int] | Err[str]": ...
                """,
                "app/api/orders.py": """
                from app.services.orders import Orders, cancel

                async def place_order(orders: Orders, order):
                    await orders.place(order)  # ! 5
                    cancel(order)  # ! 5
                """,
            },
            messages=(
                "the Result of 'orders.place()' is discarded; match it, or return it to the caller",
                "the Result of 'cancel()' is discarded; match it, or return it to the caller",
            ),
        ),
        Bad(
            files="""
            class Outcome: ...

            def place(order) -> Outcome: ...

            def place_order(order):
                place(order)  # ! 5
            """,
            options={"backend-result-types": "Outcome"},
            messages=("the Result of 'place()' is discarded; match it, or return it to the caller",),
        ),
    )
    good = (
        Good(
            files="""
            from typing import Generic, TypeVar, Union
            from sqlalchemy import Result as Rows

            T = TypeVar("T")
            E = TypeVar("E")

            class Ok(Generic[T]): ...
            class Err(Generic[E]): ...

            Result = Union[Ok[T], Err[E]]

            def place(order) -> Result[int, str]: ...
            def read(order) -> Rows[int]: ...
            def report(order) -> list[Result[int, str]]: ...

            def place_order(order) -> Result[int, str]:
                result = place(order)
                _ = place(order)
                read(order)
                report(order)
                return place(order)
            """,
            path="app/services/orders.py",
        ),
    )

    def applies(self, file: LintedFile) -> bool:
        return bool(file.model.results.functions_near(file.settings[RESULT_TYPES.name]))

    def visit_Expr(self, node: ast.Expr, file: LintedFile) -> None:
        call = node.value.value if isinstance(node.value, ast.Await) else node.value
        if not isinstance(call, ast.Call):
            return
        name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
        results, more = file.model.results, file.settings[RESULT_TYPES.name]
        if name not in results.functions_near(more):
            return
        callee = file.model.callee(call, file.scope)
        if isinstance(callee, FunctionInfo) and results.returned_by(callee, more):
            file.report(self, node, call=quoted(call))
