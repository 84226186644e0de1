"""The project beyond the linted file: modules found, read and kept; names followed to their definitions."""

from __future__ import annotations

import ast
import os
import pickle
import re
import sys
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple

from flake8_backend_rules.frameworks import knowledge
from flake8_backend_rules.project import roots
from flake8_backend_rules.project.folders import Folders
from flake8_backend_rules.project.inference import Inference
from flake8_backend_rules.project.outline import class_header, outline
from flake8_backend_rules.project.source import parse, read_source, size_of, words_in
from flake8_backend_rules.project.summary import ModuleSummary, summarise, summarise_outline
from flake8_backend_rules.project.surfaces import (
    ClassInfo,
    FunctionInfo,
    FunctionNode,
    ImportInfo,
    Shelf,
    Variable,
    find_function,
    named_functions,
)

_MAX_HOPS = 24
_MAX_LOOKUPS = 400
# What stays in memory between files is bounded, and packed where it can be: every live node costs time in
# each of Python's garbage collections for the rest of the run.
_MAX_LIVE_SUMMARIES = 512
_MAX_BODIES = 256
_MAX_LIVE_TREES = 2
_MAX_TEXT = 3_000_000  # characters


class External(NamedTuple):
    """A name of a third-party package or the standard library: its qualified name is all that is known."""

    name: str


Definition = ModuleSummary | ClassInfo | FunctionInfo | Variable | External


class _Kept:
    """A module as kept: live, or packed as bytes. Both None: there is no such file."""

    __slots__ = ("packed", "summary")

    def __init__(self, summary: ModuleSummary | None) -> None:
        self.summary = summary
        self.packed: bytes | None = None

    def pack(self) -> None:
        """Lets go of the live summary."""
        if self.summary is not None:
            self.packed = self.packed or pack_summary(self.summary)
            self.summary.dissolve()
            self.summary = None


def pack_summary(summary: ModuleSummary) -> bytes:
    """The summary as bytes; of one that is nested too deeply to be packed, that of a module that can't be read."""
    summary.shelf = None
    try:
        return pickle.dumps(summary, pickle.HIGHEST_PROTOCOL)
    except (RecursionError, pickle.PicklingError):
        return pickle.dumps(ModuleSummary(summary.path, summary.name, broken=True), pickle.HIGHEST_PROTOCOL)


class Project:
    """Modules of the projects around the linted files, read on demand and kept for one run of flake8.

    `source_roots`: absolute folders given by `backend-source-roots`. Every run has a Project of its own, so
    that an editor's long-lived process sees what changed in between; within a run a file is read once.
    """

    def __init__(self, source_roots: tuple[str, ...] = (), is_exempt: Callable[[str], bool] | None = None) -> None:
        self.source_roots = source_roots
        self.is_exempt = is_exempt or _never
        """Whether no rule looks at a file (absolute path)."""
        self.memo: dict[tuple[str, ...], object] = {}
        """Facts about modules on disk that are dear to find."""
        self._modules: dict[str, _Kept] = {}
        self._live: OrderedDict[str, None] = OrderedDict()
        self._shelf = Shelf(self.text_of)
        self._finds: dict[tuple[tuple[str, ...], str], str | None] = {}
        self.folders = Folders()
        self._current: tuple[str, ast.Module] | None = None
        self._current_functions: dict[tuple[str, int], FunctionNode] | None = None
        self._trees: OrderedDict[str, ast.Module | None] = OrderedDict()
        self._texts: OrderedDict[str, str] = OrderedDict()
        self._text_size = 0
        self._bodies: dict[tuple[str, str, int], FunctionNode | None] = {}
        self._packed_bodies: OrderedDict[tuple[str, str, int], bytes] = OrderedDict()
        self._stdlib = sys.stdlib_module_names
        self._third_party = knowledge().packages
        self._told_by = knowledge().telling_words
        self._telling: dict[str, frozenset[str]] = {}
        self._inference: Inference | None = None
        roots.forget()

    @property
    def inference(self) -> Inference:
        """astroid's answers; astroid itself is imported with the first question."""
        if self._inference is None:
            self._inference = Inference(self)
        return self._inference

    def end_file(self) -> None:
        """Lets go of the linted file's tree, of what was read for it alone, and of what is live beyond a bound."""
        self._current = self._current_functions = None
        self._trees.clear()
        self._shelf.clear()
        self._forget_texts()
        self._pack_bodies()
        while len(self._live) > _MAX_LIVE_SUMMARIES:
            self._modules[self._live.popitem(last=False)[0]].pack()

    @property
    def current_tree(self) -> ast.Module | None:
        """The tree of the linted file."""
        return None if self._current is None else self._current[1]

    def is_current(self, module: ModuleSummary) -> bool:
        """Whether a module is the linted file, whose tree is at hand (and may differ from what is on disk)."""
        return self._current is not None and self._current[0] == module.path

    # -- modules ---------------------------------------------------------------------------------

    def adopt(self, path: str, tree: ast.Module) -> ModuleSummary:
        """The summary of the linted file, from the tree at hand. Not kept: few of a project's files are ever asked for by others."""
        self._current, self._current_functions = (path, tree), None
        module = summarise(tree, path, self.module_name(path))
        module.locals = {}
        return module

    def module_at(self, path: str) -> ModuleSummary | None:
        """The summary of a file, None if there is no such regular file; `broken` if it can't be read."""
        kept = self._modules.get(path)
        if kept is not None:
            return self._alive(path, kept)
        kept = self._modules[path] = _Kept(None if size_of(path) is None else self._read(path))
        if kept.summary is not None:
            kept.summary.keep_on(self._shelf)
            self._live[path] = None
        return kept.summary

    def _alive(self, path: str, kept: _Kept) -> ModuleSummary | None:
        if kept.summary is None and kept.packed is not None:
            kept.summary = pickle.loads(kept.packed)
            kept.summary.shelf = self._shelf
            self._live[path] = None
        elif kept.summary is not None:
            self._live.move_to_end(path)
        return kept.summary

    def _read(self, path: str) -> ModuleSummary:
        name = self.module_name(path)
        if path not in self._trees and (parts := outline(self.text_of(path))) is not None:
            return summarise_outline(parts, path, name)
        tree = self._parsed(path)
        return ModuleSummary(path, name, broken=True) if tree is None else summarise(tree, path, name)

    def module_name(self, path: str) -> str:
        """Dotted name of the module at `path`, from its source root."""
        folder, name = os.path.split(path)
        parts = roots.folders_below_root(folder, self.source_roots)
        stem = name.removesuffix(".py")
        return ".".join((*parts, stem)) if stem != "__init__" or not parts else ".".join(parts)

    def find(self, dotted: str, folder: str) -> str | None:
        """The file of an absolutely imported module, or the folder of a namespace package; None if not first-party."""
        search = roots.search_roots(folder, self.source_roots)
        key = (search, dotted)
        if key in self._finds:
            return self._finds[key]
        top = dotted.partition(".")[0]
        path = None
        if top not in self._stdlib and top not in self._third_party:
            path = next((p for root in search if (p := self.folders.module_path(root, dotted)) is not None), None)
        self._finds[key] = path
        return path

    def is_foreign(self, dotted: str, folder: str) -> bool:
        """Whether a dotted name belongs to a third-party package or the standard library."""
        return self.is_known_foreign(dotted) or not self.is_first_party(dotted, folder)

    def is_known_foreign(self, dotted: str) -> bool:
        """Whether a dotted name is of the standard library or a package that the frameworks' data names: never first-party."""
        top = dotted.partition(".")[0]
        return top in self._third_party or top in self._stdlib

    def is_first_party(self, dotted: str, folder: str) -> bool:
        """Whether the top-level package of a dotted name lies in a source root."""
        return self.find(dotted.partition(".")[0], folder) is not None

    def imported_module(self, info: ImportInfo, importer: ModuleSummary) -> ModuleSummary | External | None:
        """The module that an import statement names (the part after `from`); None if first-party but unknown."""
        if info.level:
            return self.module_or_namespace(self._relative_path(info, importer))
        path = self.find(info.module, importer.folder)
        if path is None:
            return None if self.is_first_party(info.module, importer.folder) else External(info.module)
        return self.module_or_namespace(path)

    def imported_path(self, info: ImportInfo, importer: ModuleSummary) -> str | None:
        """The file, or the namespace package's folder, of the module that an import names; None if it is not first-party."""
        return self._relative_path(info, importer) if info.level else self.find(info.module, importer.folder)

    def submodule_path(self, package: ModuleSummary, name: str) -> str | None:
        """The file, or the namespace package's folder, of a package's submodule; None if there is none."""
        return self.folders.module_path(package.folder, name)

    def home_of(self, info: ImportInfo, importer: ModuleSummary) -> str | None:
        """The file that an imported name is looked for in first: of `from package import name` the submodule, if there is one.

        None if it is not first-party. A package's `__init__`, or a namespace package's folder, may have the name from elsewhere.
        """
        path = self.imported_path(info, importer)
        if path is None or info.name is None or (path.endswith(".py") and not path.endswith("__init__.py")):
            return path
        key = (path,), info.name
        if key not in self._finds:
            self._finds[key] = self.folders.module_path(os.path.dirname(path) if path.endswith(".py") else path, info.name)
        return self._finds[key] or path

    def _relative_path(self, info: ImportInfo, importer: ModuleSummary) -> str | None:
        folder = importer.folder
        for _ in range(info.level - 1):
            folder = os.path.dirname(folder)
        key = (folder,), "." + info.module
        if key not in self._finds:
            self._finds[key] = self.folders.module_path(folder, info.module) if info.module else self.folders.package_path(folder)
        return self._finds[key]

    def module_or_namespace(self, path: str | None) -> ModuleSummary | None:
        """The summary of a file, or an empty one of a namespace package's folder."""
        if path is None:
            return None
        if path.endswith(".py"):
            return self.module_at(path)
        return ModuleSummary(os.path.join(path, "__init__.py"), os.path.basename(path))

    def is_plain_class(self, info: ImportInfo, importer: ModuleSummary, telling: re.Pattern[str]) -> bool:
        """Whether `from m import C` names a class that `m` defines with no base that `telling` matches.

        Decided from the text of `m`, without parsing it: what most annotations name, and what needs no more.
        """
        if info.name is None:
            return False
        path = self.imported_path(info, importer)
        if path is None or not path.endswith(".py"):
            return False
        key = "plain", path, info.name, telling.pattern
        kept = self.memo.get(key)
        if kept is None:
            bases = class_header(self.text_of(path), info.name)
            kept = self.memo[key] = bases is not None and not telling.search(bases)
        return kept is True

    def text_of(self, path: str) -> str:
        """A file's source; "" if it can't be read. Kept while a file is linted, and a bounded part of it for the next one."""
        text = self._texts.get(path)
        if text is None:
            text = self._texts[path] = read_source(path) or ""
            self._text_size += len(text)
        return text

    def _forget_texts(self) -> None:
        while self._text_size > _MAX_TEXT:
            self._text_size -= len(self._texts.popitem(last=False)[1])

    def telling_words(self, path: str) -> frozenset[str]:
        """Those of a file's words that the knowledge of frameworks asks for; kept for the run."""
        found = self._telling.get(path)
        if found is None:
            found = self._telling[path] = words_in(self.text_of(path)) & self._told_by
        return found

    # -- names -----------------------------------------------------------------------------------

    def resolve(self, module: ModuleSummary, name: str) -> Definition | None:
        """What a module-level name of `module` stands for, through imports, re-exports and star imports."""
        return self._resolve(module, name, set(), 0)

    def _resolve(self, module: ModuleSummary, name: str, seen: set[tuple[str, str]], hops: int) -> Definition | None:
        if (module.path, name) in seen or hops > _MAX_HOPS or len(seen) > _MAX_LOOKUPS:
            return None
        seen.add((module.path, name))
        binding = module.binding(name)
        if binding is None:
            return self._resolve_star(module, name, seen, hops)
        if not isinstance(binding, ImportInfo):
            return binding
        if binding.name is None:
            if binding.whole:
                top = binding.module.partition(".")[0]
                return self.imported_module(ImportInfo(top, None, 0, binding.line), module)
            return self.imported_module(binding, module)
        source = self.imported_module(binding, module)
        if isinstance(source, External):
            return External(f"{source.name}.{binding.name}")
        return None if source is None else self._member(source, binding.name, seen, hops + 1)

    def _resolve_star(self, module: ModuleSummary, name: str, seen: set[tuple[str, str]], hops: int) -> Definition | None:
        for star in reversed(module.stars):
            source = self.imported_module(star, module)
            if not isinstance(source, ModuleSummary):
                continue
            if source.exported is not None and name not in source.exported:
                continue
            if name.startswith("_") and source.exported is None:
                continue
            if (found := self._resolve(source, name, seen, hops + 1)) is not None:
                return found
        return None

    def member(self, module: ModuleSummary, name: str) -> Definition | None:
        """`module.name`: a binding of the module or one of its submodules."""
        return self._member(module, name, set(), 0)

    def _member(self, module: ModuleSummary, name: str, seen: set[tuple[str, str]], hops: int) -> Definition | None:
        if (found := self._resolve(module, name, seen, hops)) is not None:
            return found
        if module.is_package and (module.binding(name) is None or not module.broken):
            return self.module_or_namespace(self.folders.module_path(module.folder, name))
        return None

    # -- bodies ----------------------------------------------------------------------------------

    def tree_of(self, module: ModuleSummary) -> ast.Module | None:
        """The whole tree of a module: of the linted file the one at hand, of others read again."""
        if self._current is not None and self._current[0] == module.path:
            return self._current[1]
        return self._parsed(module.path)

    def _parsed(self, path: str) -> ast.Module | None:
        """The tree of a file as it is on disk. The last few are kept while a file is linted: bodies are asked for after names."""
        if path in self._trees:
            self._trees.move_to_end(path)
            return self._trees[path]
        text = self._texts.get(path) or read_source(path)
        tree = self._trees[path] = None if text is None else parse(text)
        if len(self._trees) > _MAX_LIVE_TREES:
            self._trees.popitem(last=False)
        return tree

    def body_of(self, function: FunctionInfo) -> FunctionNode | None:
        """The function's own node with its body, None if its file changed or can't be read."""
        key = function.module.path, function.qualname, function.line
        if self.is_current(function.module):
            return self._functions_here().get((function.qualname, function.line))
        if key not in self._bodies:
            packed = self._packed_bodies.get(key)
            if packed is not None:
                self._packed_bodies.move_to_end(key)
                self._bodies[key] = pickle.loads(packed)
            else:
                self._bodies[key] = self._find_body(function)
        return self._bodies[key]

    def _functions_here(self) -> dict[tuple[str, int], FunctionNode]:
        """The functions and methods of the linted file by qualified name and line, the first of several."""
        if self._current_functions is None:
            assert self._current is not None
            self._current_functions = {}
            for node, name in named_functions(self._current[1].body, ""):
                self._current_functions.setdefault((name, node.lineno), node)
        return self._current_functions

    def _find_body(self, function: FunctionInfo) -> FunctionNode | None:
        piece = function.module.piece(function.qualname.partition(".")[0])
        if piece is not None:
            own = piece.function_at(function.line)
            if own is not None and own.name == function.name:
                own.decorator_list = function.decorators
                return own
            found = find_function(self._shelf.statements_of(piece) or [], function.qualname, function.line)
            if found is not None:
                return found
        tree = self.tree_of(function.module)
        return None if tree is None else find_function(tree.body, function.qualname, function.line)

    def _pack_bodies(self) -> None:
        """Packs the bodies read for the linted file, all but those nested too deeply for that."""
        for key, body in self._bodies.items():
            if key not in self._packed_bodies:
                with suppress(RecursionError, pickle.PicklingError):
                    self._packed_bodies[key] = pickle.dumps(body, pickle.HIGHEST_PROTOCOL)
        self._bodies.clear()
        while len(self._packed_bodies) > _MAX_BODIES:
            self._packed_bodies.popitem(last=False)


def _never(_: str) -> bool:
    return False
