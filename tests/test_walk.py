"""The engine: what is visited, in which scope, how a failing rule is contained, how findings are merged."""

from __future__ import annotations

import ast
import textwrap
from pathlib import Path
from typing import Any

import pytest

from flake8_backend_rules.catalogue import all_rules
from flake8_backend_rules.dispatch import Dispatch
from flake8_backend_rules.frameworks.schema import Role
from flake8_backend_rules.plugin import BackendRulesPlugin
from flake8_backend_rules.rule import BadDeclarationError, Rule
from flake8_backend_rules.walk import LintedFile
from tests.harness import codes, lint, places, session, write
from tests.test_catalogue import declare

LEAVES = (ast.Name, ast.Constant, ast.Pass, ast.Break, ast.Continue, ast.Global, ast.MatchStar)
SOURCE = """
@deco(1)
def outer(x: note(2) = default(3)) -> ret(4):
    inner(5)
    class C(base(6)):
        field = value(7)
    f = lambda y=dflt(8): body(9)
last(10)
"""


def recorder(**attributes: Any) -> tuple[type[Rule], list[tuple[str, str]]]:
    """A rule that records what it is called with: (name called, name of the function around it)."""
    seen: list[tuple[str, str]] = []

    def visit_Call(self: Rule, node: ast.Call, file: LintedFile) -> None:
        function = file.scope.function
        seen.append((ast.unparse(node.func), function.name if function else ""))

    return declare(visit_Call=visit_Call, **attributes), seen


def test_calls_come_in_source_order_in_their_scope(tmp_path: Path) -> None:
    rule, seen = recorder()
    lint(tmp_path, SOURCE, [rule])
    assert seen == [
        ("note", ""),
        ("default", ""),
        ("deco", ""),
        ("ret", ""),
        ("inner", "outer"),
        ("base", "outer"),
        ("value", "outer"),
        ("dflt", "outer"),
        ("body", "outer"),
        ("last", ""),
    ]


def test_a_rule_that_names_calls_sees_these_only(tmp_path: Path) -> None:
    rule, seen = recorder(calls=frozenset({"inner", "value"}))
    lint(tmp_path, SOURCE, [rule])
    assert seen == [("inner", "outer"), ("value", "outer")]


def test_leave_comes_after_the_body_and_in_the_outer_scope(tmp_path: Path) -> None:
    seen: list[str] = []
    rule = declare(
        visit_Call=lambda self, node, file: seen.append(ast.unparse(node.func)),
        leave_FunctionDef=lambda self, node, file: seen.append(f"left {node.name} into {file.scope.function}"),
    )
    lint(tmp_path, "def f():\n    a()\n\n\nb()\n", [rule])
    assert seen == ["a", "left f into None", "b"]


def test_every_node_class_of_this_python_is_walked(tmp_path: Path) -> None:
    """Each class that `ast.walk` meets in a source with all kinds of syntax is visited as often by the one walk."""
    source = Path(__file__).read_text(encoding="utf-8") + (
        "\nasync def g():\n    async for x in y:\n        await x\n    async with a as b: pass\n    return [i async for i in z]\n"
        "match q:\n    case [1, *rest] if rest: pass\n    case {'k': v, **kw}: pass\n    case C(a=None) | -1: pass\n    case _: pass\n"
        "try:\n    raise E from e\nexcept* A: pass\nx: int = 1\nx += (yield_ := 3)\ndel x\nglobal zz\nf'{x!r:>{w}}'\nwhile 1: break\n"
    )
    classes = {type(n) for n in ast.walk(ast.parse(source))}
    counted = [c for c in classes if issubclass(c, (ast.stmt, ast.expr, ast.excepthandler, ast.comprehension, ast.match_case, ast.pattern))]
    counted = [c for c in counted if c not in LEAVES]
    seen: dict[str, int] = {}

    def visit(self: Rule, node: ast.AST, file: LintedFile) -> None:
        seen[type(node).__name__] = seen.get(type(node).__name__, 0) + 1

    rule = declare(**{f"visit_{c.__name__}": visit for c in counted})
    lint(tmp_path, source, [rule], path="app/x.py")
    expected = {c.__name__: sum(type(n) is c for n in ast.walk(ast.parse(source))) for c in counted}
    assert seen == expected


def failing(error: Exception) -> type[Rule]:
    def visit_Call(self: Rule, node: ast.Call, file: LintedFile) -> None:
        raise error

    return declare(visit_Call=visit_Call, name="failing-rule", code="KBR998")


@pytest.mark.parametrize("error", [ValueError("a\nb.py:1:2: c"), RecursionError(), KeyError("x"), AssertionError()])
def test_a_failing_rule_is_one_finding_and_the_others_stand(tmp_path: Path, error: Exception) -> None:
    reporting = declare(visit_Call=lambda self, node, file: file.report(self, node, what="it"), name="other-rule", code="KBR997")
    found = lint(tmp_path, "a()\nb()\n", [failing(error), reporting])
    assert codes(found) == ["KBR000", "KBR997", "KBR997"]
    text = found["app/api/orders.py"][0].text
    assert text.startswith(f"KBR000 internal error in KBR998 failing-rule: {type(error).__name__}")
    assert "\n" not in text
    assert ":1:2:" not in text


def test_a_failing_model_is_one_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    running = session(tmp_path, all_rules()) if _ready(tmp_path) else None
    monkeypatch.setattr(BackendRulesPlugin, "_session", running)
    monkeypatch.setattr("flake8_backend_rules.plugin.FileModel", None)
    findings = list(BackendRulesPlugin(ast.parse("x = 1"), str(tmp_path / "app/api/x.py"), ["x = 1\n"]).run())
    assert [(f[0], f[1], f[2].split(";")[0]) for f in findings] == [
        (1, 0, "KBR000 internal error: TypeError 'NoneType' object is not callable")
    ]


def _ready(folder: Path) -> bool:
    write(folder, {})
    return True


def test_findings_of_one_group_are_merged_and_counted(tmp_path: Path) -> None:
    rule = declare(visit_Call=lambda self, node, file: file.report(self, node, what="call", once_per=file.scope.function))
    found = lint(tmp_path, "def f():\n    b(); a()\n    c()\n\n\ndef g():\n    d()\n", [rule])
    assert [(f.line, f.column, f.text) for f in found["app/api/orders.py"]] == [
        (2, 4, "KBR999 call is wrong (and 2 more)"),
        (7, 4, "KBR999 call is wrong"),
    ]


def test_columns_are_characters(tmp_path: Path) -> None:
    rule = declare(visit_Call=lambda self, node, file: file.report(self, node, what="call"))
    assert places(lint(tmp_path, "'€𝄞ä', a()\n", [rule])) == [("app/api/orders.py", 1, 8)]


@pytest.mark.parametrize(
    "source",
    [
        "x = " + "f(" * 80 + ")" * 80,
        "x" + ".a()" * 900,
        "x = " + " + ".join(["1"] * 900),
        "".join(f"{'if' if i == 0 else 'elif'} a == {i}:\n    b()\n" for i in range(900)),
    ],
    ids=["nested", "chained", "operands", "elif"],
)
def test_depth_is_no_matter(tmp_path: Path, source: str) -> None:
    """Deeper than a recursive visitor goes."""
    route = "from fastapi import APIRouter\nrouter = APIRouter()\n@router.get('/')\ndef handler(request, session):\n"
    body = "".join(f"    {line}\n" for line in source.splitlines())
    assert set(codes(lint(tmp_path, route + body, all_rules()))) <= {"KBR102"}  # 900 decisions are what it is about


@pytest.mark.parametrize("leaf", LEAVES)
def test_a_rule_cannot_visit_what_is_not_walked(leaf: type[ast.AST]) -> None:
    rule = declare(**{f"visit_{leaf.__name__}": lambda self, node, file: None})
    with pytest.raises(BadDeclarationError, match="is a leaf of the walk"):
        Dispatch.of([rule()])


def test_a_rule_that_names_calls_by_file_hears_no_other_expressions() -> None:
    rule = declare(calls_in=lambda self, file: frozenset({"commit"}), visit_Attribute=lambda self, node, file: None)
    with pytest.raises(BadDeclarationError, match="names calls file by file and hears other expressions too"):
        Dispatch.of([rule()])


@pytest.mark.parametrize(
    ("how", "lines"),
    [
        ({"calls_in": lambda self, file: frozenset({"save"})}, [6, 8]),
        ({"calls": frozenset({"save"})}, [6, 8]),
        ({"in_handlers": True, "roles": (Role.HTTP,)}, [4, 6]),
        ({"calls_in": lambda self, file: None}, [2, 4, 6, 8]),
        ({}, [2, 4, 6, 8]),
    ],
)
def test_calls_are_handed_to_the_rules_that_name_them(tmp_path: Path, how: dict[str, Any], lines: list[int]) -> None:
    """Nested and on a line of their own; `saved` is another word; a handler's decorator comes with its header."""
    seen: list[int] = []
    source = """\
        from fastapi import APIRouter
        router = APIRouter()

        @router.post("/orders")
        def place(order):
            return [log(line) for line in order.save(
                now=True)]
        saved = print(lambda: save())
    """
    rule = declare(visit_Call=lambda self, node, file: seen.append(node.lineno), **how)
    lint(tmp_path, textwrap.dedent(source), [rule])
    assert sorted(set(seen)) == lines


def test_rules_that_are_off_are_not_in_the_table() -> None:
    first = all_rules()[0]()
    table = Dispatch.of([first])
    listed = [*table.enter.values(), *table.leave.values(), *table.calls.values(), *table.attributes.values()]
    assert {rule for entries in listed for rule, _ in entries} == {first}
