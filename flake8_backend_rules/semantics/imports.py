"""What import statements bring in: each name with the module that defines it, after re-exports."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

from flake8_backend_rules.project import layers
from flake8_backend_rules.project.layers import Layer, Placement
from flake8_backend_rules.project.summary import ModuleSummary
from flake8_backend_rules.project.surfaces import ImportInfo
from flake8_backend_rules.semantics.dto import is_dto_module
from flake8_backend_rules.semantics.origins import Origin, Origins, What, is_class_name, layer_folder

ImportNode = ast.Import | ast.ImportFrom
_MEMBER = re.compile(r"\.([A-Z]\w*)")
_DOTTED_END = re.compile(r"(?<![\w.])[^\W\d][\w.]*\Z")
_MAX_DOTTED = 120


class ImportedName(NamedTuple):
    """One name that an import statement brings in. `origin` is None where it is unknown.

    `written`: the name as the file uses it: bound, dotted (`import a.b`), or `*`.
    """

    written: str
    origin: Origin | None

    @property
    def bound(self) -> str:
        return self.written.partition(".")[0]


class Imports:
    """Answers about the import statements of one linted file."""

    def __init__(self, module: ModuleSummary, text: str, origins: Origins, placement: Placement) -> None:
        self.project = origins.project
        self.module = module
        self.text = text
        self.origins = origins
        self.placement = placement
        self._names: dict[ImportNode, list[ImportedName]] = {}

    def names(self, node: ImportNode) -> list[ImportedName]:
        """What a statement imports, in order."""
        kept = self._names.get(node)
        if kept is None:
            kept = self._names[node] = list(self._read(node))
        return kept

    def _read(self, node: ImportNode) -> Iterator[ImportedName]:
        for alias in node.names:
            if isinstance(node, ast.Import):
                info = ImportInfo(alias.name, None, 0, node.lineno)
            else:
                info = ImportInfo(node.module or "", alias.name if alias.name != "*" else None, node.level, node.lineno)
            path = self.project.imported_path(info, self.module)
            origin = self._outside(info) if path is None else self.origins.member(path, info.name or "")
            yield ImportedName(alias.asname or alias.name, origin)

    def _outside(self, info: ImportInfo) -> Origin | None:
        """A third-party name, or one of a first-party module that does not exist (yet)."""
        name = info.name or ""
        if info.level or self.project.is_first_party(info.module, self.module.folder):
            dto = is_dto_module(info.module) and is_class_name(name)
            return Origin(What.UNREAD, name, info.module, is_dto=dto) if info.module else None
        return Origin(What.EXTERNAL, name, info.module)

    # -- DTOs ------------------------------------------------------------------------------------

    def dtos(self, node: ImportNode) -> list[Origin]:
        """The DTOs that a statement imports; of a whole module those that the file names."""
        found: list[Origin] = []
        for name in self.names(node):
            if name.origin is not None and name.origin.what is What.MODULE:
                found += self._named_dtos(name.written, name.origin)
            elif name.origin is not None and name.origin.is_dto:
                found.append(name.origin)
        return found

    def _named_dtos(self, written: str, module: Origin) -> Iterator[Origin]:
        if module.layer.is_core or written == "*":
            return
        for name in self._named_members.get(written, ()):
            origin = self.origins.member(module.path, name)
            if origin is not None and origin.is_dto:
                yield origin

    @cached_property
    def _named_members(self) -> dict[str, list[str]]:
        """What the file's text names as `module.Class`: the names of classes by what stands before the dot."""
        found: dict[str, dict[str, None]] = {}
        for match in _MEMBER.finditer(self.text):
            before = _DOTTED_END.search(self.text, max(0, match.start() - _MAX_DOTTED), match.start())
            if before is not None:
                found.setdefault(before[0], {})[match[1]] = None
        return {written: list(names) for written, names in found.items()}

    # -- folders ---------------------------------------------------------------------------------

    def shares_layer_folder(self, origin: Origin) -> bool:
        """Whether the folder that alone says the layer of one, origin or linted file, is around the other too.

        Such a folder doesn't tell them apart. A package and its own submodules are one as well.
        """
        own = layer_folder(self.module, self.placement) or (self.module.folder if self.module.is_package else "")
        return _lies_in(self.module.path, origin.layer_folder) or _lies_in(origin.path, own)

    def shares_domain_package(self, origin: Origin) -> bool:
        """Whether the linted file and the origin lie in one folder of the domain."""
        module = self.module
        folder = module.folder
        for _ in range(module.name.count(".") + (1 if module.is_package else 0)):
            if os.path.basename(folder) in layers.FOLDERS[Layer.DOMAIN] and origin.path.startswith(folder + os.sep):
                return True
            folder = os.path.dirname(folder)
        return False


def _lies_in(path: str, folder: str) -> bool:
    return bool(folder) and path.startswith(folder + os.sep)
