"""`backend-rules map`: one HTML page with the modules in bands by layer, and arrows for what they import and call."""

from __future__ import annotations

import ast
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from importlib import resources

from flake8_backend_rules.cli.files import python_files, read
from flake8_backend_rules.cli.flake8_run import configured_session
from flake8_backend_rules.cli.terminal import tracked
from flake8_backend_rules.plugin import Session
from flake8_backend_rules.project.layers import Layer
from flake8_backend_rules.project.project import External
from flake8_backend_rules.project.summary import ModuleSummary
from flake8_backend_rules.project.surfaces import ImportInfo
from flake8_backend_rules.rule import Finding
from flake8_backend_rules.semantics.imports import ImportNode
from flake8_backend_rules.semantics.scope import all_nodes
from flake8_backend_rules.walk import LintedFile, walk

BANDS = (Layer.TRANSPORT, Layer.APPLICATION, Layer.DOMAIN, Layer.INFRASTRUCTURE, Layer.NONE)
# pixels; as wide as the page leaves on a usual screen
_WIDTH, _ROW, _BAND_GAP, _LETTER = 1080, 22, 46, 6
_LONGEST_LABEL = 42
_PAGE = "map_page.html"


@dataclass(slots=True)
class Module:
    """A module on the map.

    `label`: the name, or its end; `x` and `y` are in pixels, `y` downwards; `findings` as flake8 prints them, without the path.
    """

    path: str
    name: str
    layer: str
    reason: str
    findings: list[str]
    label: str = ""
    x: int = 0
    y: int = 0


@dataclass(slots=True)
class Arrow:
    """What one module takes from another: the imported names, the calls through them, the findings about either."""

    source: int
    target: int
    names: list[str] = field(default_factory=list)
    calls: int = 0
    findings: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Map:
    """Modules with their places, the arrows between them (by index), and the bands: layer, top and bottom in pixels."""

    modules: list[Module] = field(default_factory=list)
    arrows: list[Arrow] = field(default_factory=list)
    bands: list[tuple[str, int, int]] = field(default_factory=list)
    width: int = _WIDTH


def write_map(paths: Sequence[str], output: str, arguments: Sequence[str]) -> int:
    """Writes the page for the modules below `paths`. Returns the exit status. Raises SystemExit with one line."""
    try:
        from plotly.offline import get_plotlyjs
    except ImportError:
        raise SystemExit("backend-rules: the map is drawn by plotly: python -m pip install 'flake8-backend-rules[map]'") from None
    drawn = read_map(configured_session(arguments), list(python_files(paths)))
    if not drawn.modules:
        raise SystemExit(f"backend-rules: no module below {', '.join(paths)}")
    page = resources.files(__package__).joinpath(_PAGE).read_text(encoding="utf-8")
    data = json.dumps(asdict(drawn)).replace("<", "\\u003c")
    try:
        with open(output, "w", encoding="utf-8") as stream:
            stream.write(page.replace("/* plotly.js */", get_plotlyjs()).replace("/* data */", data))
    except OSError as error:
        raise SystemExit(f"backend-rules: {output!r} can't be written: {error.strerror}") from None
    red = sum(bool(arrow.findings) for arrow in drawn.arrows)
    print(f"{len(drawn.modules)} modules, {len(drawn.arrows)} arrows, {red} of them red: {output}")
    return 0


def read_map(session: Session, files: Sequence[str]) -> Map:
    """The modules of `files` that can be read, with what they take from one another, placed in bands."""
    drawn = Map()
    taken: list[tuple[int, str, str, int, list[str]]] = []
    index: dict[str, int] = {}
    for path in tracked(files, "Reading modules"):
        source = None if session.settings.is_exempt(os.path.abspath(path)) else read(path)
        if source is None:
            continue
        with session.opened(source.tree, os.path.abspath(path), source.lines, source.text) as file:
            walk(source.tree, file, session.dispatch)
            found = file.findings()
            module, placement = file.module, file.model.placement
            number = index[module.path] = len(drawn.modules)
            texts = [_shown(finding) for finding in found]
            drawn.modules.append(Module(path, module.name, placement.layer.value, placement.reason, texts))
            taken += ((number, *use) for use in _uses(file, source.tree, found))
    arrows: dict[tuple[int, int], Arrow] = {}
    for number, target, name, calls, findings in taken:
        if (other := index.get(target, number)) != number:
            arrow = arrows.setdefault((number, other), Arrow(number, other))
            arrow.names.append(name)
            arrow.calls += calls
            arrow.findings += (text for text in findings if text not in arrow.findings)
    drawn.arrows = list(arrows.values())
    _drop_empty_packages(drawn)
    _place(drawn)
    return drawn


def _shown(finding: Finding) -> str:
    return f"{finding.line}:{finding.column + 1}: {finding.text}"


# -- what a module takes from others -----------------------------------------------------------------


def _uses(file: LintedFile, tree: ast.Module, found: Sequence[Finding]) -> Iterator[tuple[str, str, int, list[str]]]:
    """Each first-party name that a module imports: the path it comes from, the name, the calls through it, the findings about it."""
    nodes = list(all_nodes(tree))
    imported: dict[str, tuple[str, str]] = {}
    findings: dict[str, list[str]] = {}
    for node in nodes:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            for written, name, path in _imported(node, file):
                imported[written] = path, name
                findings.setdefault(written, []).extend(_shown(f) for f in found if f.node is node)
    for finding in found:
        through = _used(finding.node, imported)
        if through is not None:
            findings[through].append(_shown(finding))
    calls = dict.fromkeys(imported, 0)
    for node in nodes:
        if isinstance(node, ast.Call) and (through := _used(node, imported)) is not None:
            calls[through] += 1
    for written, (path, name) in imported.items():
        yield path, name, calls[written], findings[written]


def _imported(node: ImportNode, file: LintedFile) -> Iterator[tuple[str, str, str]]:
    """The first-party names of a statement: as written in the file, as defined, and the path of the module that defines it."""
    project = file.model.project
    for alias in node.names:
        if isinstance(node, ast.Import):
            info = ImportInfo(alias.name, None, 0, node.lineno)
        else:
            info = ImportInfo(node.module or "", None if alias.name == "*" else alias.name, node.level, node.lineno)
        module = project.imported_module(info, file.module)
        if not isinstance(module, ModuleSummary):
            continue
        definition = module if info.name is None else project.member(module, info.name)
        if not isinstance(definition, External):
            home = module if definition is None else definition if isinstance(definition, ModuleSummary) else definition.module
            yield alias.asname or alias.name, alias.name, home.path


def _used(node: ast.AST | None, imported: dict[str, tuple[str, str]]) -> str | None:
    """The imported name that a call goes through: `orders` of `orders.place()`, `app.orders` of `app.orders.place()`."""
    while isinstance(node, (ast.Call, ast.Await, ast.Expr)):
        node = node.func if isinstance(node, ast.Call) else node.value
    parts: list[str] = []
    while isinstance(node, (ast.Attribute, ast.Call)):
        if isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        else:
            node = node.func
    if not isinstance(node, ast.Name):
        return None
    written = node.id
    for part in reversed(parts):
        if written in imported:
            break
        written += f".{part}"
    return written if written in imported else None


# -- places ------------------------------------------------------------------------------------------


def _drop_empty_packages(drawn: Map) -> None:
    """Leaves out the `__init__` files that nothing is said about: no layer, no finding, no arrow."""
    linked = {end for arrow in drawn.arrows for end in (arrow.source, arrow.target)}
    kept = [
        number
        for number, module in enumerate(drawn.modules)
        if number in linked or module.findings or os.path.basename(module.path) != "__init__.py"
    ]
    moved = {old: new for new, old in enumerate(kept)}
    drawn.modules = [drawn.modules[number] for number in kept]
    for arrow in drawn.arrows:
        arrow.source, arrow.target = moved[arrow.source], moved[arrow.target]


def _place(drawn: Map) -> None:
    """Puts each band's modules in columns as wide as their names, by name from top to bottom, the bands one below the other."""
    top = 0
    for layer in BANDS:
        members = sorted((m for m in drawn.modules if m.layer == layer.value), key=lambda m: m.name)
        if not members:
            continue
        for module in members:
            module.label = module.name if len(module.name) <= _LONGEST_LABEL else "…" + module.name[1 - _LONGEST_LABEL :]
        column = max(len(m.label) for m in members) * _LETTER + 34
        rows = -(-len(members) // max(1, _WIDTH // column))
        for number, module in enumerate(members):
            module.x = number // rows * column + 16
            module.y = top + _BAND_GAP + number % rows * _ROW
            drawn.width = max(drawn.width, module.x + column)
        bottom = top + _BAND_GAP + rows * _ROW
        drawn.bands.append((layer.value, top, bottom))
        top = bottom + _ROW
