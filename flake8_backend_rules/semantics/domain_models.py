"""Pydantic classes among the domain's models, with the families they found."""

from __future__ import annotations

import ast
import os
from collections import Counter
from collections.abc import Callable, Iterator
from typing import cast

from flake8_backend_rules.project import layers
from flake8_backend_rules.project.layers import Layer
from flake8_backend_rules.project.summary import ModuleSummary
from flake8_backend_rules.project.surfaces import ClassInfo
from flake8_backend_rules.semantics.values import Evaluator

_INPUT_NAMES = frozenset({"command", "commands", "dto", "dtos", "schema", "schemas"})
_SKIPPED_FOLDERS = frozenset({"node_modules", "venv", "site-packages", "tests", "test", "migrations", "alembic"})
_MAX_FOLDERS = 4000
_MAX_MODULES = 400
Place = tuple[str, str]
"""(path, qualified name) of a class."""


class DomainModels:
    """Answers about the classes of one linted file that lies in the domain."""

    def __init__(self, evaluator: Evaluator, module: ModuleSummary, layer_of: Callable[[ModuleSummary], Layer]) -> None:
        self.evaluator = evaluator
        self.module = module
        self._layer_of = layer_of

    def heads_family(self, node: ast.ClassDef) -> ClassInfo | None:
        """The pydantic domain class that a statement defines, if none of its own bases is one."""
        cls = next((c for c in self.module.all_classes() if c.line == node.lineno and c.name == node.name), None)
        if cls is None or not self.is_pydantic(cls):
            return None
        return None if any(self.is_pydantic(base) for base in self.evaluator.ancestry(cls).classes[1:]) else cls

    def is_pydantic(self, cls: ClassInfo) -> bool:
        """Whether a class is a pydantic model of the domain, and neither its input nor an ORM class."""
        if not cls.bases or self._layer_of(cls.module) is not Layer.DOMAIN or _holds_input(cls.module):
            return False
        value, bases = self.evaluator.describe(cls), self.evaluator.knowledge.pydantic_bases
        return self.evaluator.descends(value, bases) is True and not self.evaluator.rows.is_orm_class(value)

    def heirs(self, cls: ClassInfo) -> int:
        """How many other pydantic classes of the project's domain descend from a class."""
        place = cls.module.path, cls.qualname
        elsewhere = sum(counts[place] for path, counts in self._families().items() if path != self.module.path)
        return self._descents(self.module)[place] + elsewhere

    def _families(self) -> dict[str, Counter[Place]]:
        """The descents in every module of the project's domain, by path; read once a run."""
        project, root = self.evaluator.project, _root(self.module)
        kept = project.memo.get(("domain families", root))
        if kept is None:
            modules = (project.module_at(path) for path in _domain_files(root))
            kept = project.memo["domain families", root] = {m.path: self._descents(m) for m in modules if m is not None}
        return cast("dict[str, Counter[Place]]", kept)

    def _descents(self, module: ModuleSummary) -> Counter[Place]:
        """How many pydantic classes of a module descend from each class."""
        found: Counter[Place] = Counter()
        for cls in module.all_classes():
            if self.is_pydantic(cls):
                found.update((c.module.path, c.qualname) for c in self.evaluator.ancestry(cls).classes[1:])
        return found


def _holds_input(module: ModuleSummary) -> bool:
    """Whether a module holds what the core takes in, by its stem or the folder it lies in."""
    parts = module.name.split(".")
    return not _INPUT_NAMES.isdisjoint(parts[-2:])


def _root(module: ModuleSummary) -> str:
    folder = module.folder
    for _ in range(module.name.count(".") + (1 if module.is_package else 0)):
        folder = os.path.dirname(folder)
    return folder


def _domain_files(root: str) -> Iterator[str]:
    """Files that lie in a folder of the domain, or are named like the domain."""
    count = 0
    for number, (folder, folders, files) in enumerate(os.walk(root)):
        if number >= _MAX_FOLDERS:
            return
        folders[:] = sorted(f for f in folders if f.isidentifier() and f not in _SKIPPED_FOLDERS)
        inside = not layers.FOLDERS[Layer.DOMAIN].isdisjoint(os.path.relpath(folder, root).split(os.sep))
        for file in sorted(files):
            stem, extension = os.path.splitext(file)
            if extension == ".py" and (inside or stem in layers.STEMS[Layer.DOMAIN]):
                count += 1
                if count > _MAX_MODULES:
                    return
                yield os.path.join(folder, file)
