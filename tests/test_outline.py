"""The outline of a module: the same statements at the same places as a parser's, or none."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from flake8_backend_rules.project import outline as outlines
from flake8_backend_rules.project.outline import Piece, outline
from flake8_backend_rules.project.surfaces import named_functions

PACKAGE = Path(outlines.__file__).parent.parent
FILLER = "\n".join(f"def filler_{number}():\n    return {number}\n" for number in range(80)) + "\n"


def dumped(statements: list[ast.stmt]) -> list[tuple[int, str]]:
    return sorted((node.lineno, ast.dump(node, include_attributes=True)) for node in statements)


def in_parts(text: str) -> list[ast.stmt] | None:
    found = outline(text)
    if found is None:
        return None
    return [*found.rest.body, *(node for piece in found.pieces for node in piece.parsed() or ())]


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda p: p.relative_to(PACKAGE).as_posix())
def test_the_parts_of_a_file_are_the_whole(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    parts = in_parts(text)
    if parts is not None:
        assert dumped(parts) == dumped(ast.parse(text).body)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('"""Text.\n\nclass Order:\n    pass\n"""\n\nclass Order(Base):\n    total = 1\n', id="class-in-a-docstring"),
        pytest.param('@first(\n    1,\n)\n@second\nasync def order():\n    """Of\n# no\ndef one():\n    """\n', id="decorators"),
        pytest.param("if True:\n    def order(): ...\nelse:\n    class Order: ...\ntry:\n    import a\nexcept E:\n    a = 1", id="nested"),
        pytest.param("class Order:\n# a comment at the margin\n    total = 1\n\n    def pay(self):\n        return [\n]\n", id="margin"),
        pytest.param("def order(\n    a,\n):\n    pass\ntotal = (\n    1\n)\ndef order(): ...\n", id="bracket-at-the-margin"),
        pytest.param('class Order: x = 1\nclass Item: y = """\ndef one(): ...\n"""\n', id="on-one-line"),
        pytest.param('default("a", \'b#\', """\nclass Order: ...\n""")\nclass Item: ...\n', id="after-short-strings"),
    ],
)
def test_what_stands_at_the_margin(text: str) -> None:
    parts = in_parts(f"{text}\n{FILLER}")
    assert parts is not None
    assert dumped(parts) == dumped(ast.parse(f"{text}\n{FILLER}").body)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("total = '''\nclass Order: ...\n'''\n", id="other-quotes"),
        pytest.param("total = 'a \\\nclass Order: ...'\n", id="continued-line"),
        pytest.param("a = '\"\"\"'\nb = '\"\"\"'\n", id="quotes-in-a-string"),
        pytest.param('# """\nclass Order: ...\n# """\n', id="quotes-in-a-comment"),
        pytest.param('total = 1  # "a" """\nclass Order: ...\n# """\n', id="quotes-after-a-string-in-a-comment"),
        pytest.param('a = """ \\"""\nclass Order: ...\n"""\n', id="escaped-quotes"),
        pytest.param('a = """\n', id="no-end"),
        pytest.param("a = (\n", id="no-python"),
        pytest.param("def order():\n    return [\n1,\n]\n", id="list-at-the-margin"),
        pytest.param("class Order: ...\r\n", id="other-line-ends"),
        pytest.param("\fclass Order: ...\n", id="form-feed"),
    ],
)
def test_a_text_that_may_mislead_has_no_outline(text: str) -> None:
    assert outline(f"{text}\n{FILLER}") is None


def test_a_piece_that_does_not_parse() -> None:
    found = outline("def order(:\n    pass\n" + FILLER)
    assert found is not None
    assert (found.pieces[0].name, found.pieces[0].line, found.pieces[0].parsed()) == ("order", 1, None)
    assert found.pieces[1].parsed() is not None


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda p: p.relative_to(PACKAGE).as_posix())
def test_a_function_cut_out_of_its_piece_is_the_same(path: Path) -> None:
    found = outline(path.read_text(encoding="utf-8"))
    for piece in found.pieces if found is not None else ():
        for node, _ in named_functions(piece.parsed() or [], ""):
            own = piece.function_at(node.lineno)
            assert own is not None
            assert own.decorator_list == []
            node.decorator_list = []
            assert ast.dump(own, include_attributes=True) == ast.dump(node, include_attributes=True)


@pytest.mark.parametrize(
    ("source", "line"),
    [
        pytest.param("class Order:\n    def pay(self):\n        return [\n1,\n]\n", 8, id="dedented-in-a-bracket"),
        pytest.param("class Order:\n    def pay(self):\n        return 1 + \\\n2\n", 8, id="continued-line"),
        pytest.param("class Order:\n    def pay(self):\n        return 'a \\\n    b'\n", 8, id="continued-string"),
        pytest.param("class Order:\n    def pay(self):\n        return 'a \\\n            def b():\\\n'\n", 8, id="function-in-a-string"),
        pytest.param('class Order:\n    def pay(self): return 1  # """\n"""\n', 8, id="uncertain-quotes"),
        pytest.param("class Order:\n    total = 1\n    def pay(self): ...\n", 8, id="no-function-on-the-line"),
        pytest.param("class Order:\n    # def pay(self): ...\n    total = 1\n", 8, id="in-a-comment"),
        pytest.param("class Order:\n    def pay(self): ...\n", 20, id="beyond-the-end"),
    ],
)
def test_a_function_that_only_a_parser_can_cut_out(source: str, line: int) -> None:
    assert Piece("Order", 7, source).function_at(line) is None


def test_a_function_in_a_branch_and_a_coroutine() -> None:
    piece = Piece("Order", 7, 'class Order:\n    if DEBUG:\n        async  def pay(self):\n            """\nOdd\n"""\n        total = 1\n')
    own = piece.function_at(9)
    assert isinstance(own, ast.AsyncFunctionDef)
    assert (own.name, own.lineno, own.col_offset, own.end_lineno, len(own.body)) == ("pay", 9, 8, 12, 1)


def test_a_continued_line_within_a_body_does_no_harm() -> None:
    lines = "        total = 1 + \\\n            2\n" * 20
    piece = Piece("Order", 7, f"class Order:\n    def pay(self):\n{lines}\n    def ship(self): ...\n")
    surface = piece.surface(frozenset())
    assert surface is not None
    assert ast.unparse(surface[0]) == "class Order:\n\n    def pay(self):\n        pass\n\n    def ship(self):\n        ..."
    own = piece.function_at(8)
    assert own is not None
    assert len(own.body) == 20


def test_a_long_line_of_quotes_costs_no_more_than_its_length() -> None:
    assert outline('a = [' + '"""b""", ' * 20_000 + "]\n" + FILLER) is None


CONSTRUCTORS = frozenset({"__init__"})


def signatures(statements: list[ast.stmt] | None) -> list[str]:
    """Everything but the bodies of functions, those of constructors excepted."""
    found = []
    for node in statements or ():
        classes = [node] if isinstance(node, ast.ClassDef) else []
        for cls in classes:
            classes += (s for s in cls.body if isinstance(s, ast.ClassDef))
            found.append(f"{cls.lineno} class {cls.name} {[ast.dump(b, include_attributes=True) for b in cls.bases]}")
            found += [ast.dump(s, include_attributes=True) for s in cls.body if isinstance(s, (ast.Assign, ast.AnnAssign))]
        for body in [[node], *(cls.body for cls in classes)]:
            functions = [s for s in body if isinstance(s, (ast.FunctionDef, ast.AsyncFunctionDef))]
            for function in functions:
                parts = [function.args, function.returns, *function.decorator_list]
                parts += function.body if function.name in CONSTRUCTORS else []
                found.append(f"{function.lineno} def {function.name}")
                found += [ast.dump(part, include_attributes=True) for part in parts if part is not None]
    return found


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda p: p.relative_to(PACKAGE).as_posix())
def test_surfaces_of_a_file_are_its_signatures(path: Path) -> None:
    found = outline(path.read_text(encoding="utf-8"))
    for piece in found.pieces if found is not None else ():
        assert signatures(piece.surface(CONSTRUCTORS)) == signatures(piece.parsed())


LONG_BODY = "\n".join(f"        total += {number}" for number in range(30))


CUT = {
    "methods": f"class A:\n    def f(self, a=1) -> int:\n{LONG_BODY}\n\n    b = 2\n\n    @c\n    async def g(self): ...\n",
    "header-of-many-lines": f"def f(\n    a: int,\n    b: str,\n) -> None:  # all of it\n{LONG_BODY}\n",
    "margin": f"class A:\n    def f(self):\n# margin\n{LONG_BODY}\n        x = [\n]\n    b: int = 2\n",
    "docstring-further-out": f'class A:\n    def f(self):\n        """Of\n    b = 3\n        """\n{LONG_BODY}\n    b = 2\n',
    "constructor": f"class A:\n    def f(self):\n{LONG_BODY}\n    def __init__(self):\n        self.b = 1\n    c = 1\n",
}
WHOLE = {
    "one-line": f"class A:\n    def f(self): return (1)\n    def __init__(self):\n        self.b = 1\n{LONG_BODY}\n",
    "brackets-in-strings": f"class A:\n    def f(self): return '('\n    if d:\n        e = ')'\n{LONG_BODY}\n",
    "colon-in-a-comment": f"def f(a, b=(  # so:\n    1, 2)):\n{LONG_BODY}\n",
    "contents-further-out": f"class A:\n    def f(self):\n        x = (\n    1,\n        )\n{LONG_BODY}\n    b = 2\n",
    "continued-line": f"class A:\n    def f(self):\n{LONG_BODY}\n        x = \\\n    y = 2\n    b = 2\n",
    "tabs": f"class A:\n\tdef f(self):\n\t\tpass\n\tb = 1\n{LONG_BODY.replace('        ', chr(9))}\n",
    "short": "def f(a):\n    total = a\n",
}


@pytest.mark.parametrize(
    ("text", "is_cut"),
    [pytest.param(text, name in CUT, id=name) for name, text in {**CUT, **WHOLE}.items()],
)
def test_surface_of_a_piece(text: str, is_cut: bool) -> None:
    piece = outlines.Piece("f", 7, text)
    surface, whole = piece.surface(CONSTRUCTORS), piece.parsed()
    assert whole is not None
    assert signatures(surface) == signatures(whole)
    assert ("total" in "".join(map(ast.dump, surface or ()))) is not is_cut


def test_a_body_that_does_not_parse_hides_no_signature() -> None:
    piece = outlines.Piece("f", 1, f"def f(a) -> int:\n{LONG_BODY}\n        except ?\n")
    assert piece.parsed() is None
    assert signatures(piece.surface(CONSTRUCTORS)) == signatures(ast.parse("def f(a) -> int: ...").body)
