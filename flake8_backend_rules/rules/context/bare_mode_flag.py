import ast

from flake8_backend_rules.frameworks.schema import Role
from flake8_backend_rules.project.layers import COMMAND_LINE
from flake8_backend_rules.project.surfaces import ClassInfo
from flake8_backend_rules.rule import Bad, Good, Option, Rule, parse_identifier
from flake8_backend_rules.semantics.scope import parameters
from flake8_backend_rules.walk import LintedFile

MODE_FLAGS = Option(
    name="backend-mode-flags",
    default=(
        "dry_run", "dryrun", "is_dry_run", "dry", "simulate", "simulated", "is_simulation", "preview_only", "test_mode",
        "no_commit",
    ),
    help="Names of boolean parameters and fields that switch the mode of an operation.",
    parse=parse_identifier,
)  # fmt: skip
_RECORD_DECORATORS = frozenset({"dataclass", "dataclasses", "define", "frozen", "attrs", "s", "mutable"})
_RECORD_BASES = frozenset({
    "pydantic.BaseModel", "pydantic.main.BaseModel", "sqlmodel.SQLModel", "pydantic_settings.BaseSettings",
    "pydantic.BaseSettings", "typing.NamedTuple", "typing.TypedDict", "typing_extensions.TypedDict", "msgspec.Struct",
})  # fmt: skip


class BareModeFlag(Rule):
    """A boolean parameter or field switches the mode of an operation.

    ## What it flags
    A parameter, or a field of a dataclass, pydantic model, attrs class, NamedTuple or TypedDict, in any layer,
    whose name is in `backend-mode-flags` and that is annotated `bool` or, unannotated, defaults to `True` or `False`.

    ## Why it is bad
    `charge(order, True)` says nothing, and the second mode never stays the last: `dry_run=True, validate_only=False` is
    a state nobody tested. A typed mode names its values and can be matched exhaustively.

    ## How it decides
    By name and annotation alone.

    ## When to suppress it
    In a function that implements somebody else's interface.

    ## Known limits
    A CLI command's own `--dry-run` is the decoded edge and left alone, also in a `cleanup_cmd` or `cleanup_command` of a module of the
    command line, which a command that is declared elsewhere runs.
    """

    code = "KBR501"
    name = "bare-mode-flag"
    message = "{what} '{flag}' is a bare boolean mode; pass a typed mode value such as an enum"
    options = (MODE_FLAGS,)
    bad = (
        Bad(
            files="""
            from dataclasses import dataclass

            def charge(order: int, dry_run: bool = False) -> None: ...  # ! 24

            def refund(order, *, simulate=True): ...  # ! 22

            @dataclass
            class Import:
                dry_run: bool | None = None  # ! 5
            """,
            messages=(
                "parameter of 'charge' 'dry_run' is a bare boolean mode; pass a typed mode value such as an enum",
                "parameter of 'refund' 'simulate' is a bare boolean mode; pass a typed mode value such as an enum",
                "field of 'Import' 'dry_run' is a bare boolean mode; pass a typed mode value such as an enum",
            ),
        ),
        Bad(
            files="def charge(order: int, sandbox: bool) -> None: ...  # ! 24",
            options={"backend-mode-flags": "sandbox"},
            messages=("parameter of 'charge' 'sandbox' is a bare boolean mode; pass a typed mode value such as an enum",),
        ),
    )
    good = (
        Good(
            files="""
            import typer
            from app.modes import Mode

            cli = typer.Typer()

            @cli.command()
            def reindex(dry_run: bool = False) -> None: ...

            def charge(order: int, dry_run: Mode, is_active: bool, simulate=None) -> None: ...

            class Report:
                dry_run: bool
            """
        ),
    )

    def applies(self, file: LintedFile) -> bool:
        return file.mentions(file.settings[MODE_FLAGS.name])

    def visit_FunctionDef(self, node: ast.FunctionDef, file: LintedFile) -> None:
        self._check_parameters(node, file)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef, file: LintedFile) -> None:
        self._check_parameters(node, file)

    def _check_parameters(self, node: ast.FunctionDef | ast.AsyncFunctionDef, file: LintedFile) -> None:
        flags = file.settings[MODE_FLAGS.name]
        for arg, default in parameters(node.args):
            if arg.arg not in flags or not _is_boolean(arg.annotation, default):
                continue
            role = file.model.roles.get(node.lineno)
            if (role is None or role.role is not Role.CLI) and not _is_command_body(node, file):
                file.report(self, arg, what=f"parameter of '{node.name}'", flag=arg.arg)

    def visit_ClassDef(self, node: ast.ClassDef, file: LintedFile) -> None:
        flags = file.settings[MODE_FLAGS.name]
        for child in node.body:
            if not isinstance(child, ast.AnnAssign) or not isinstance(child.target, ast.Name):
                continue
            if child.target.id in flags and _is_boolean(child.annotation, None) and _is_record(node, file):
                file.report(self, child, what=f"field of '{node.name}'", flag=child.target.id)


def _is_command_body(node: ast.FunctionDef | ast.AsyncFunctionDef, file: LintedFile) -> bool:
    """Whether a function is what a command that is declared elsewhere runs: `cleanup_cmd` in a folder of the command line."""
    return node.name.endswith(("_cmd", "_command")) and file.model.placement.named_by in COMMAND_LINE


def _is_boolean(annotation: ast.expr | None, default: ast.expr | None) -> bool:
    if annotation is None:
        return isinstance(default, ast.Constant) and isinstance(default.value, bool)
    return _mentions_bool(annotation)


def _mentions_bool(node: ast.expr) -> bool:
    """`bool`, `Optional[bool]`, `bool | None`, `Annotated[bool, ...]`, also as text."""
    if isinstance(node, ast.Name):
        return node.id == "bool"
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value.replace(" ", "") in ("bool", "bool|None", "Optional[bool]")
    if isinstance(node, ast.BinOp):
        return _mentions_bool(node.left) or _mentions_bool(node.right)
    if isinstance(node, ast.Subscript):
        name = node.value.id if isinstance(node.value, ast.Name) else getattr(node.value, "attr", "")
        first = node.slice.elts[0] if isinstance(node.slice, ast.Tuple) and node.slice.elts else node.slice
        return name in ("Optional", "Annotated", "Union") and _mentions_bool(first)
    return False


def _is_record(node: ast.ClassDef, file: LintedFile) -> bool:
    for decorator in node.decorator_list:
        target = decorator.func if isinstance(decorator, ast.Call) else decorator
        if getattr(target, "id", getattr(target, "attr", "")) in _RECORD_DECORATORS:
            return True
    if not node.bases:
        return False
    cls = file.module.binding(node.name)
    if not isinstance(cls, ClassInfo) or cls.line != node.lineno:
        return False
    return any(name in _RECORD_BASES for name in file.model.evaluator.ancestry(cls).externals)
