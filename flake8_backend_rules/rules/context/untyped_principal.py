import ast

from flake8_backend_rules.project.layers import Layer
from flake8_backend_rules.rule import Bad, Good, Option, Rule, parse_identifier
from flake8_backend_rules.semantics.important_writes import words_of
from flake8_backend_rules.semantics.scope import parameters
from flake8_backend_rules.walk import LintedFile

PRINCIPAL_NAMES = Option(
    name="backend-principal-names",
    default=("actor", "principal", "current_user", "auth", "identity"),
    help="Names of parameters that say who acts and have to be typed (KBR504).",
    parse=parse_identifier,
)
_UNTYPED = frozenset({"Any", "object", "str", "dict", "Dict", "Mapping", "MutableMapping"})
# Of these text is an id, and fine.
_IDS = frozenset({"identity"})
# By which words in a function's name such a parameter is whom it is done to.
_ACCOUNTS = frozenset({"user", "users", "account", "accounts", "identity", "identities"})


class UntypedPrincipal(Rule):
    """A core function takes the one who acts untyped.

    ## What it flags
    In application and domain modules: a parameter named as in `backend-principal-names` (actor, principal, current_user, auth,
    identity) that has no annotation, or is annotated `Any`, `object`, `str`, `dict` or `dict[...]`. An `identity: str` is an id, and the
    `identity` of `create_user` or `link_account` whom it is done to.

    ## Why it is bad
    `actor["role"] == "admin"` is a permission check that a typo passes or breaks, and each transport fills the dict its
    own way. A typed principal is converted once, at the edge.

    ## How it decides
    By name and annotation alone, through Optional and Annotated.

    ## When to suppress it
    In a function that implements somebody else's interface.

    ## Known limits
    Other names are not looked at, nor is what is inside a typed principal. `actor_id: str` is an id and fine.
    """

    code = "KBR504"
    name = "untyped-principal"
    message = "{layer} function '{function}' takes the principal '{parameter}' {how}; pass a typed principal"
    layers = (Layer.APPLICATION, Layer.DOMAIN)
    options = (PRINCIPAL_NAMES,)
    bad = (
        Bad(
            files="""
            from typing import Any

            def place_order(order, actor): ...  # ! 24

            def cancel_order(order, *, current_user: dict[str, Any] | None = None): ...  # ! 28

            class OrderService:
                def approve(self, auth: "str"): ...  # ! 23
            """,
            path="app/services/orders.py",
            messages=(
                "application function 'place_order' takes the principal 'actor' without a type; pass a typed principal",
                "application function 'cancel_order' takes the principal 'current_user' as 'dict[str, Any] | None'; pass a typed principal",
                "application function 'approve' takes the principal 'auth' as 'str'; pass a typed principal",
            ),
        ),
        Bad(
            files="def place_order(order, member, actor): ...  # ! 24",
            path="app/domain/orders.py",
            options={"backend-principal-names": "member"},
            messages=("domain function 'place_order' takes the principal 'member' without a type; pass a typed principal",),
        ),
    )
    good = (
        Good(
            files="""
            from app.auth import Principal

            def place_order(order, actor: Principal, actor_id: str, user=None): ...

            def ship_order(order, current_user: Principal | None, auth=True): ...

            def find_account(identity: str | None = None): ...

            def pick(rows, identity=lambda row: row.id): ...
            """,
            path="app/services/orders.py",
        ),
        Good(
            files="def place_order(order, actor): ...",
            path="app/api/orders.py",
        ),
    )

    def applies(self, file: LintedFile) -> bool:
        return file.mentions(file.settings[PRINCIPAL_NAMES.name]) and super().applies(file)

    def visit_FunctionDef(self, node: ast.FunctionDef, file: LintedFile) -> None:
        self._check(node, file)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef, file: LintedFile) -> None:
        self._check(node, file)

    def _check(self, node: ast.FunctionDef | ast.AsyncFunctionDef, file: LintedFile) -> None:
        names = file.settings[PRINCIPAL_NAMES.name]
        for arg, default in parameters(node.args):
            if arg.arg in _IDS and not _ACCOUNTS.isdisjoint(words_of(node.name)):
                continue
            untyped = _UNTYPED - {"str"} if arg.arg in _IDS else _UNTYPED
            if arg.arg in names and _is_untyped(arg.annotation, default, untyped) and node.lineno not in file.model.roles:
                how = "without a type" if arg.annotation is None else f"as '{_written(arg.annotation)}'"
                file.report(self, arg, layer=file.model.layer.value, function=node.name, parameter=arg.arg, how=how)


def _is_untyped(annotation: ast.expr | None, default: ast.expr | None, untyped: frozenset[str]) -> bool:
    """Whether an annotation names but `untyped`. A default that is neither None nor text tells that it is no principal."""
    if annotation is None:
        return default is None or (isinstance(default, ast.Constant) and (default.value is None or isinstance(default.value, str)))
    if isinstance(annotation, ast.Constant):
        return isinstance(annotation.value, str) and annotation.value.partition("[")[0].partition("|")[0].strip() in untyped
    if isinstance(annotation, ast.BinOp):
        sides = [side for side in (annotation.left, annotation.right) if not (isinstance(side, ast.Constant) and side.value is None)]
        return bool(sides) and all(_is_untyped(side, None, untyped) for side in sides)
    if isinstance(annotation, ast.Subscript):
        if _last_name(annotation.value) in ("Optional", "Annotated"):
            inner = annotation.slice
            return _is_untyped(inner.elts[0] if isinstance(inner, ast.Tuple) and inner.elts else inner, None, untyped)
        return _last_name(annotation.value) in untyped
    return _last_name(annotation) in untyped


def _last_name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _written(annotation: ast.expr) -> str:
    return annotation.value if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str) else ast.unparse(annotation)
