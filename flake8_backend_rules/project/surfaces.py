"""What a summary says of one class, function, variable or import; and how that is packed between files."""

from __future__ import annotations

import ast
import pickle
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from flake8_backend_rules.project.outline import Piece

if TYPE_CHECKING:
    from flake8_backend_rules.project.summary import ModuleSummary

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


class ImportInfo(NamedTuple):
    """`import a.b as c` (name None) or `from ..a import b as c` (name "b", level 2)."""

    module: str
    name: str | None
    level: int
    line: int
    whole: bool = False
    """True for `import a.b` without `as`: the bound name is the top-level package."""


class Surface:
    """What a summary says of a class, a function or a variable. `line` is where it begins, 1-based.

    Between files its expressions are packed as bytes: what lies about as nodes is looked at by each of Python's garbage
    collections for the rest of the run.
    """

    __slots__ = ("_syntax", "line", "module", "name")

    def __init__(self, module: ModuleSummary, name: str, line: int, syntax: tuple[Any, ...]) -> None:
        self.module = module
        self.name = name
        self.line = line
        self._syntax: tuple[Any, ...] | bytes = syntax

    def syntax(self) -> tuple[Any, ...]:
        """The expressions, as the class says."""
        kept = self._syntax
        if kept.__class__ is bytes:
            if self.module.shelf is not None:
                self.module.shelf.unpacked.append((self, kept))
            kept = self._syntax = pickle.loads(kept)
        return kept  # type: ignore[return-value]

    def pack(self) -> None:
        """Packs the expressions; those nested too deeply for that stay as they are."""
        if self._syntax.__class__ is not bytes and any(self._syntax):
            self._syntax = _packed(self._syntax)

    def put_back(self, packed: bytes) -> None:
        """Goes back to the bytes that the expressions were unpacked from."""
        self._syntax = packed


def _packed(syntax: tuple[Any, ...] | bytes) -> tuple[Any, ...] | bytes:
    try:
        return pickle.dumps(syntax, pickle.HIGHEST_PROTOCOL)
    except (RecursionError, pickle.PicklingError):
        return syntax


class Variable(Surface):
    """A name bound by assignment. `value` is None where it was too large to keep or is not known.

    `function`: for `self.x = …`, the method in whose scope the value is to be read.
    """

    __slots__ = ("function", "owner")

    def __init__(
        self,
        module: ModuleSummary,
        name: str,
        annotation: ast.expr | None,
        value: ast.expr | None,
        line: int,
        owner: ClassInfo | None = None,
        function: FunctionInfo | None = None,
    ) -> None:
        super().__init__(module, name, line, (annotation, value))
        self.owner = owner
        self.function = function

    @property
    def annotation(self) -> ast.expr | None:
        found: ast.expr | None = self.syntax()[0]
        return found

    @property
    def value(self) -> ast.expr | None:
        found: ast.expr | None = self.syntax()[1]
        return found


class FunctionInfo(Surface):
    """A function's signature; its body is read on demand."""

    __slots__ = ("is_async", "owner", "qualname")

    def __init__(self, module: ModuleSummary, node: FunctionNode, qualname: str, owner: ClassInfo | None) -> None:
        super().__init__(module, node.name, node.lineno, (node.args, node.returns, node.decorator_list))
        self.qualname = qualname
        self.is_async = isinstance(node, ast.AsyncFunctionDef)
        self.owner = owner

    @property
    def args(self) -> ast.arguments:
        found: ast.arguments = self.syntax()[0]
        return found

    @property
    def returns(self) -> ast.expr | None:
        found: ast.expr | None = self.syntax()[1]
        return found

    @property
    def decorators(self) -> list[ast.expr]:
        found: list[ast.expr] = self.syntax()[2]
        return found

    def __repr__(self) -> str:
        return f"<function {self.module.name}:{self.qualname}>"


class ClassInfo(Surface):
    """A class: bases, keywords and decorators as expressions, its own attributes, methods and classes by name."""

    __slots__ = ("attributes", "classes", "methods", "qualname")

    def __init__(self, module: ModuleSummary, node: ast.ClassDef, qualname: str) -> None:
        keywords = {k.arg: k.value for k in node.keywords if k.arg}
        super().__init__(module, node.name, node.lineno, (node.bases, keywords, node.decorator_list))
        self.qualname = qualname
        self.attributes: dict[str, Variable] = {}
        self.methods: dict[str, FunctionInfo] = {}
        self.classes: dict[str, ClassInfo] = {}

    @property
    def bases(self) -> list[ast.expr]:
        found: list[ast.expr] = self.syntax()[0]
        return found

    @property
    def keywords(self) -> dict[str, ast.expr]:
        found: dict[str, ast.expr] = self.syntax()[1]
        return found

    @property
    def decorators(self) -> list[ast.expr]:
        found: list[ast.expr] = self.syntax()[2]
        return found

    def pack(self) -> None:
        """Packs the class with all that is in it."""
        super().pack()
        for inside in (*self.attributes.values(), *self.methods.values(), *self.classes.values()):
            inside.pack()

    def __repr__(self) -> str:
        return f"<class {self.module.name}:{self.qualname}>"


Binding = ImportInfo | Variable | FunctionInfo | ClassInfo
Matters = Callable[[str], bool]
"""Tells by the text of a function or class at module level whether it has to be read."""


class Shelf:
    """What was read and unpacked for the linted file, to be packed when that is done. One for all modules of a project."""

    def __init__(self, text_of: Callable[[str], str]) -> None:
        """`text_of`: gives the text of a file by its path."""
        self._text_of = text_of
        self.pieces: list[Piece] = []
        """Those whose text is at hand."""
        self.fresh: list[Surface] = []
        self.unpacked: list[tuple[Surface, bytes]] = []
        self._parsed: dict[Piece, list[ast.stmt] | None] = {}

    def statements_of(self, piece: Piece) -> list[ast.stmt] | None:
        """A piece of a module, parsed once for the linted file; None if it does not parse."""
        if piece not in self._parsed:
            self._parsed[piece] = piece.parsed()
        return self._parsed[piece]

    def take_out(self, piece: Piece, path: str) -> None:
        """Gives a piece of the module at `path` its text back, until the linted file is done."""
        piece.take_out(self._text_of(path))
        self.pieces.append(piece)

    def clear(self) -> None:
        """Packs everything, and puts texts away."""
        for piece in self.pieces:
            piece.put_away()
        for surface in self.fresh:
            surface.pack()
        for surface, packed in self.unpacked:
            surface.put_back(packed)
        self.pieces.clear()
        self.fresh.clear()
        self.unpacked.clear()
        self._parsed.clear()


_TRY = (ast.Try, ast.TryStar)
_COMPOUND = frozenset({ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Match, *_TRY})


def flat_statements(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements of a body in order, those inside `if`, `try`, `with` and loops included."""
    pending = list(reversed(body))
    while pending:
        node = pending.pop()
        yield node
        if node.__class__ not in _COMPOUND:
            continue
        if isinstance(node, (ast.If, ast.For, ast.AsyncFor, ast.While)):
            pending.extend(reversed(node.body + node.orelse))
        elif isinstance(node, (ast.With, ast.AsyncWith)):
            pending.extend(reversed(node.body))
        elif isinstance(node, ast.Match):
            pending.extend(reversed([s for case in node.cases for s in case.body]))
        elif isinstance(node, _TRY):
            handlers = [s for h in node.handlers for s in h.body]
            pending.extend(reversed(handlers + node.body + node.orelse + node.finalbody))


def find_function(body: list[ast.stmt], qualname: str, line: int) -> FunctionNode | None:
    """The function of a qualified name (`Class.method`) that begins at `line`."""
    for node, name in named_functions(body, ""):
        if name == qualname and node.lineno == line:
            return node
    return None


def named_functions(body: list[ast.stmt], prefix: str) -> Iterator[tuple[FunctionNode, str]]:
    """Module-level functions and methods with their qualified names."""
    for node in flat_statements(body):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node, prefix + node.name
        elif isinstance(node, ast.ClassDef):
            yield from named_functions(node.body, f"{prefix}{node.name}.")
