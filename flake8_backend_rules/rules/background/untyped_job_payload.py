import ast
from collections.abc import Iterator

from flake8_backend_rules.frameworks.schema import Role
from flake8_backend_rules.project.surfaces import FunctionNode, Variable
from flake8_backend_rules.rule import Bad, Good, Rule
from flake8_backend_rules.semantics.annotation import definition_of
from flake8_backend_rules.semantics.scope import Scope, parameters
from flake8_backend_rules.semantics.session_names import names_session
from flake8_backend_rules.walk import LintedFile
from flake8_backend_rules.wording import quoted

_RUNNER_PARAMETERS = frozenset({"ctx", "context", "request", "task", "job", "message"})
_SHAPELESS = frozenset({"Any", "object", "dict", "Dict", "list", "List"})
_MAPPINGS = frozenset({"dict", "Dict", "Mapping", "MutableMapping"})
_SEQUENCES = frozenset({"list", "List", "Sequence", "Iterable", "tuple", "Tuple", "set", "Set"})
_WRAPPERS = frozenset({"Optional", "Union"})
_MAX_HOPS = 4
_MAX_NAMED = 3


class UntypedJobPayload(Rule):
    """A job handler's parameters don't say what the job is about.

    ## What it flags
    A job handler with a parameter that has no annotation, with `*args` or `**kwargs`, or with one annotated `Any`,
    `object`, bare `dict` or `list`, or `dict[str, Any]`. Once per handler.

    ## Why it is bad
    The payload crosses a process boundary and a deployment: yesterday's producer fills the queue of today's worker. A
    payload that is spelt out can be checked when it is enqueued; one that isn't fails hours later, in the worker.

    ## How it decides
    By the annotations, through Optional, Annotated and aliases. Not counted: `self`, the task of a bound task, then a
    first parameter named ctx, context, request, task, job or message; injected parameters, and those named like a
    session, which no queue hands over; `*args` and `**kwargs` beside a typed payload parameter, or spelt by `Unpack[...]`; what a text,
    number or boolean as its default tells; a wrapper marked with `@wraps`, whose payload is the wrapped function's.

    ## When to suppress it
    On a handler that forwards whatever it is given, such as a dead-letter queue's.

    ## Known limits
    Whether the producer sends what the parameters say is not checked.
    """

    code = "KBR403"
    name = "untyped-job-payload"
    message = "{where} takes an untyped payload ({what}); spell it in annotated parameters or a payload class"
    roles = (Role.JOB,)
    bad = (
        Bad(
            files="""
            from typing import Any, Optional
            from celery import shared_task

            Row = dict[str, Any]

            @shared_task
            def charge(order_id, retries: int = 3, note=None):  # ! 1
                ...

            @shared_task(bind=True)
            def refund(self, ctx, rows: Optional[Row]) -> None:  # ! 1
                ...

            @shared_task
            def replay(*args, **kwargs: str) -> None:  # ! 1
                ...
            """,
            path="app/tasks.py",
            messages=(
                "job handler 'charge' takes an untyped payload ('order_id' and 'note' without annotation); "
                "spell it in annotated parameters or a payload class",
                "job handler 'refund' takes an untyped payload ('rows' annotated Optional[Row]); "
                "spell it in annotated parameters or a payload class",
                "job handler 'replay' takes an untyped payload ('*args' and '**kwargs'); "
                "spell it in annotated parameters or a payload class",
            ),
        ),
        Bad(
            files="""
            import dramatiq

            @dramatiq.actor
            async def charge(payload: dict) -> None:  # ! 1
                ...
            """,
            path="app/worker.py",
            messages=(
                "job handler 'charge' takes an untyped payload ('payload' annotated dict); "
                "spell it in annotated parameters or a payload class",
            ),
        ),
    )
    good = (
        Good(
            files="""
            from celery import shared_task
            from app.payloads import Charge

            @shared_task(bind=True)
            def charge(task, context, payload: Charge, **kwargs) -> None:
                ...

            @shared_task
            @with_session
            def refund(db_session, order_ids: list[int], totals: dict[str, int] | None = None) -> None:
                ...

            @shared_task
            def sweep(days=30 * 3, offset=-1, full=False) -> None:
                helper(1)

            def helper(number): ...
            """,
            path="app/tasks.py",
        ),
    )

    def visit_FunctionDef(self, node: ast.FunctionDef, file: LintedFile) -> None:
        self._check(node, file)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef, file: LintedFile) -> None:
        self._check(node, file)

    def _check(self, node: FunctionNode, file: LintedFile) -> None:
        role = file.model.roles.get(node.lineno)
        if role is None or role.role is not Role.JOB or _stands_in(node, file.scope):
            return
        payload = list(_payload(node, file.scope))
        bare = [arg.arg for arg in payload if arg.annotation is None]
        shapeless = [arg for arg in payload if arg.annotation is not None and _is_shapeless(arg.annotation, file.scope, file)]
        given = (("*", node.args.vararg), ("**", node.args.kwarg))
        rest = [f"{stars}{arg.arg}" for stars, arg in given if arg is not None and not _is_unpacked(arg.annotation)]
        if rest and (len(payload) > len(bare) + len(shapeless) or _is_wrapper(node, payload, file.scope)):
            rest = []
        what = [_named(bare) + " without annotation"] if bare else []
        what += [f"'{arg.arg}' annotated {quoted(arg.annotation)}" for arg in shapeless[:_MAX_NAMED] if arg.annotation is not None]
        what += [_named(rest)] if rest else []
        if what:
            file.report(self, node, where=f"job handler '{node.name}'", what=", ".join(what))


def _payload(node: FunctionNode, scope: Scope) -> Iterator[ast.arg]:
    """The parameters that the job's payload fills."""
    given = list(parameters(node.args))
    is_method = isinstance(scope.node, ast.ClassDef) and not _is_decorated(node, "staticmethod")
    if given and (is_method or _is_bound(node) or given[0][0].arg == "self"):
        given = given[1:]
    if given and given[0][0].arg in _RUNNER_PARAMETERS:
        given = given[1:]
    for arg, default in given:
        if arg.annotation is None and ((default is not None and _is_literal(default)) or names_session(arg.arg)):
            continue  # its default tells the type, or it comes from no queue
        injected = isinstance(default, ast.Call) and _last_name(default.func).endswith(("Depends", "Context", "Inject", "Provide"))
        if not injected:
            yield arg


def _is_literal(node: ast.expr) -> bool:
    """Whether a default is a text, number or boolean, also reckoned from such: `days=30 * 3`."""
    if isinstance(node, ast.BinOp):
        return _is_literal(node.left) and _is_literal(node.right)
    if isinstance(node, ast.UnaryOp):
        return _is_literal(node.operand)
    return isinstance(node, ast.Constant) and node.value is not None


def _is_bound(node: FunctionNode) -> bool:
    """Whether the task itself is handed to its function: `@task(bind=True)`, `@task(pass_context=True)`."""
    return any(
        keyword.arg in ("bind", "pass_context", "context") and isinstance(keyword.value, ast.Constant) and keyword.value.value is True
        for decorator in node.decorator_list
        if isinstance(decorator, ast.Call)
        for keyword in decorator.keywords
    )


def _is_wrapper(node: FunctionNode, payload: list[ast.arg], scope: Scope) -> bool:
    """Whether a function stands for another that a decorator was given: nested, and it only hands on."""
    return scope.function is not None and not payload


def _stands_in(node: FunctionNode, scope: Scope) -> bool:
    """Whether a function is what a decorator makes of another, and says so by `@wraps(function)`: the payload is the other's."""
    return scope.function is not None and any(isinstance(d, ast.Call) and _last_name(d.func) == "wraps" for d in node.decorator_list)


def _is_unpacked(node: ast.expr | None) -> bool:
    """Whether `**kwargs: Unpack[Payload]` spells them."""
    return isinstance(node, ast.Starred) or (isinstance(node, ast.Subscript) and _last_name(node.value) == "Unpack")


def _is_decorated(node: FunctionNode, name: str) -> bool:
    return any(_last_name(decorator) == name for decorator in node.decorator_list)


def _is_shapeless(node: ast.expr, scope: Scope, file: LintedFile, hops: int = 0) -> bool:
    """Whether an annotation leaves open what is in there."""
    if hops > _MAX_HOPS:
        return False
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        try:
            return _is_shapeless(ast.parse(node.value.strip(), mode="eval").body, scope, file, hops + 1)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return False
    if isinstance(node, ast.BinOp):
        return any(_is_shapeless(side, scope, file, hops + 1) for side in (node.left, node.right))
    if isinstance(node, ast.Subscript):
        return _is_shapeless_generic(node, scope, file, hops)
    name = _last_name(node)
    if name in _SHAPELESS:
        return True
    definition = definition_of(file.model.evaluator, node, scope) if name else None
    if not isinstance(definition, Variable) or definition.value is None:
        return False
    alias = definition.value
    return isinstance(alias, (ast.Name, ast.Attribute, ast.Subscript, ast.BinOp)) and _is_shapeless(
        alias, file.model.evaluator.module_scope(definition.module), file, hops + 1
    )


def _is_shapeless_generic(node: ast.Subscript, scope: Scope, file: LintedFile, hops: int) -> bool:
    name = _last_name(node.value)
    items = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    if name in _WRAPPERS:
        return any(_is_shapeless(item, scope, file, hops + 1) for item in items)
    if name == "Annotated":
        return _is_shapeless(items[0], scope, file, hops + 1)
    if name in _MAPPINGS:
        return len(items) == 2 and _last_name(items[1]) in ("Any", "object")
    return name in _SEQUENCES and _is_shapeless(items[0], scope, file, hops + 1)


def _named(names: list[str]) -> str:
    """`'a', 'b' and 'c'`, cut short where they are many."""
    shown = [f"'{name}'" for name in names[:_MAX_NAMED]]
    if len(names) > _MAX_NAMED:
        shown.append(f"{len(names) - _MAX_NAMED} more")
    return shown[0] if len(shown) == 1 else ", ".join(shown[:-1]) + f" and {shown[-1]}"


def _last_name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
