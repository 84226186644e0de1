"""Where a name is defined, after re-exports, with what that says of its layer."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from enum import Enum
from functools import cache
from typing import NamedTuple, cast

from flake8_backend_rules.frameworks import knowledge
from flake8_backend_rules.frameworks.schema import Role
from flake8_backend_rules.project import layers
from flake8_backend_rules.project.layers import Layer, Placement
from flake8_backend_rules.project.project import Definition, External
from flake8_backend_rules.project.summary import ModuleSummary
from flake8_backend_rules.project.surfaces import ClassInfo, FunctionInfo, ImportInfo
from flake8_backend_rules.semantics.dto import is_dto, is_dto_module, is_dto_name
from flake8_backend_rules.semantics.function_roles import RoleMap
from flake8_backend_rules.semantics.values import Evaluator

_DEFINING = frozenset({"", "class", "def", "async def"})
"""What stands before a name in the line that defines it."""
_AFTER = ("=", ":", "(", "[")
_ROOM = 80
"""So many blanks may stand between a name and what follows."""


class What(Enum):
    """What an imported name is."""

    MODULE = "module"
    CLASS = "class"
    FUNCTION = "function"
    VARIABLE = "variable"
    UNREAD = "something of a first-party module that can't be read"
    EXTERNAL = "something of a third-party package or the standard library"


class Origin(NamedTuple):
    """Where a name is defined. `name`: in the defining module, "" for a module itself; `module`: its dotted name.

    `layer_folder`: the folder that alone says the module's layer, "" if something else does. `is_edge`: the module is of
    the transport layer and shows it: it defines a route or job handler, or imports a framework of the edge. Of a module
    that only a job handler in it makes one of the transport layer, what is no handler is none of the edge.
    """

    what: What
    name: str
    module: str
    path: str = ""
    layer: Layer = Layer.NONE
    layer_folder: str = ""
    is_edge: bool = False
    is_dto: bool = False

    @property
    def title(self) -> str:
        """The name with its module and layer, for messages."""
        module = f"the {self.layer.value} module '{self.module}'"
        return f"'{self.name}' from {module}" if self.name else module


class Origins:
    """Finds origins for one linted file; each is found once a run.

    `thorough`: for every name. Otherwise only for those that may be DTOs or of the transport layer, which modules' names and
    texts rule out at a fraction of the cost of reading them; of others the origin is None, or a module of no layer.
    """

    def __init__(
        self,
        evaluator: Evaluator,
        module: ModuleSummary,
        placement_of: Callable[[ModuleSummary], Placement],
        roles_of: Callable[[ModuleSummary], RoleMap],
        *,
        thorough: bool,
    ) -> None:
        self.evaluator = evaluator
        self.project = evaluator.project
        self.module = module
        self.thorough = thorough
        self._placement_of = placement_of
        self._roles_of = roles_of

    def member(self, path: str, name: str) -> Origin | None:
        """The origin of a name of the module at `path`; with the name "", of the module itself. None if unknown."""
        key, memo = ("origin" if self.thorough else "edge origin", path, name), self.project.memo
        if key in memo:
            return cast("Origin | None", memo[key])
        memo[key] = None  # import cycles end here
        origin = self._found(path, name) if self.thorough else self._followed(path, name)
        memo[key] = origin
        if origin is not None and origin.path == self.module.path:
            del memo[key]
        return origin

    # -- the quick way ---------------------------------------------------------------------------

    def _followed(self, path: str, name: str) -> Origin | None:
        """The origin, packages' re-exports followed hop by hop, and read only if it may be a DTO or of the edge."""
        if not name:
            return self._found(path, "") if self._may_be_edge(path) else Origin(What.MODULE, "", "", path)
        if path.endswith(".py") and os.path.basename(path) != "__init__.py":
            return self._found(path, name) if self._may_be_edge(path) or self._may_be_dto(path, name) else None
        package = self.project.module_or_namespace(path)
        binding = None if package is None else package.binding(name)
        if package is None or (binding is None and (package.stars or package.broken)):
            return self._found(path, name)
        if binding is None:
            submodule = self.project.submodule_path(package, name)
            return None if submodule is None else self.member(submodule, "")
        if not isinstance(binding, ImportInfo) or binding.name is None:
            return self._found(path, name)
        source = self.project.imported_path(binding, package)
        if source == path:  # `from . import name`: a package that brings in its own submodule
            source = self.project.submodule_path(package, binding.name)
            return None if source is None else self.member(source, "")
        return None if source is None else self.member(source, binding.name)

    def _may_be_dto(self, path: str, name: str) -> bool:
        """Whether a module of no telling name may hold a DTO of this name, or has the name from elsewhere."""
        key, memo = ("may be dto", path, name), self.project.memo
        if key not in memo:
            keyword = _defined_by(self.project.text_of(path), name)
            memo[key] = keyword is None or (keyword == "class" and is_dto_name(name))
        return memo[key] is True

    def _may_be_edge(self, path: str) -> bool:
        """Whether a module's name, a folder's or the text leave open that it is of the transport layer."""
        key, memo = ("may be edge", path), self.project.memo
        if key not in memo:
            *folders, file = path.split(os.sep)
            stem = folders[-1] if file == "__init__.py" else file.removesuffix(".py")
            named = layers.stem_layer(stem)
            memo[key] = (
                (named is not None and named[0] is Layer.TRANSPORT)
                or not layers.FOLDERS[Layer.TRANSPORT].isdisjoint(folders)
                or (path.endswith(".py") and any(imported.search(self.project.text_of(path)) for imported in _edge_imports()))
            )
        return memo[key] is True

    # -- the thorough way ------------------------------------------------------------------------

    def _found(self, path: str, name: str) -> Origin | None:
        source = self.project.module_or_namespace(path)
        if source is None:
            return None
        if not name:
            return self._placed(What.MODULE, "", source)
        definition = self.project.member(source, name)
        if definition is None:
            return self._placed(What.UNREAD, name, source) if source.broken else None
        return self._defined(definition)

    def _defined(self, definition: Definition) -> Origin:
        if isinstance(definition, External):
            module, _, name = definition.name.rpartition(".")
            return Origin(What.EXTERNAL, name, module)
        if isinstance(definition, ModuleSummary):
            return self._placed(What.MODULE, "", definition)
        if isinstance(definition, ClassInfo):
            return self._placed(What.CLASS, definition.name, definition.module, definition)
        if isinstance(definition, FunctionInfo):
            return self._placed(What.FUNCTION, definition.name, definition.module, definition)
        return self._placed(What.VARIABLE, definition.name, definition.module)

    def _placed(self, what: What, name: str, module: ModuleSummary, definition: ClassInfo | FunctionInfo | None = None) -> Origin:
        placement = self._placement_of(module)
        cls = definition if isinstance(definition, ClassInfo) else None
        if what is What.UNREAD:
            dto = is_dto_module(module.name) and is_class_name(name) and not placement.layer.is_core
        else:
            dto = cls is not None and is_dto(self.evaluator, cls, placement.layer)
        edge = placement.layer is Layer.TRANSPORT
        if edge and placement.is_by_job and what is not What.MODULE:
            edge = self._holds_role(definition, module)
        elif edge:
            edge = self._shows_edge(module)
        return Origin(what, name, module.name, module.path, placement.layer, layer_folder(module, placement), edge, dto)

    def _holds_role(self, definition: ClassInfo | FunctionInfo | None, module: ModuleSummary) -> bool:
        """Whether a function, or a method of a class, is a handler."""
        functions = definition.methods.values() if isinstance(definition, ClassInfo) else [definition] if definition else []
        return any(function.line in self._roles_of(module) for function in functions)

    def _shows_edge(self, module: ModuleSummary) -> bool:
        return imports_web(module) or any(role.role in (Role.HTTP, Role.JOB) for role in self._roles_of(module).values())


def is_class_name(name: str) -> bool:
    """Whether a name is spelled like a class."""
    return name[:1].isupper() and not name.isupper()


def is_web_module(dotted: str) -> bool:
    """Whether a dotted name is, or lies in, a module of a web framework or another framework of the edge."""
    known = knowledge()
    parts = dotted.split(".")
    if parts[0] not in known.web_packages:
        return False
    return any(".".join(parts[:length]) in known.web_modules for length in range(1, len(parts) + 1))


def imports_web(module: ModuleSummary) -> bool:
    """Whether a module imports a framework of the edge."""
    for info in module.imports:
        if not info.level and (is_web_module(info.module) or (info.name and is_web_module(f"{info.module}.{info.name}"))):
            return True
    return False


def layer_folder(module: ModuleSummary, placement: Placement) -> str:
    """The folder that alone says a module's layer, "" if something else does."""
    if placement.is_by_stem:
        return module.folder if module.is_package else ""
    if not placement.is_by_folder:
        return ""
    folder = os.path.dirname(module.folder) if module.is_package and placement.is_by_folder_around else module.folder
    while (name := os.path.basename(folder)) and layers.folder_layer(name, parent=os.path.basename(os.path.dirname(folder))) is None:
        folder = os.path.dirname(folder)
    return folder if name else ""


def _defined_by(text: str, name: str) -> str | None:
    """The keyword of the first line of a text that defines a name, "" for an assignment; None where no line does."""
    position = text.find(name)
    while position >= 0:
        before = text[text.rfind("\n", 0, position) + 1 : position]
        end = position + len(name)
        keyword = " ".join(before.split())
        if keyword in _DEFINING and before[-1:] in ("", " ", "\t") and text[end : end + _ROOM].lstrip(" \t")[:1] in _AFTER:
            return keyword
        position = text.find(name, end)
    return None


@cache
def _edge_imports() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Find an import of a framework that makes a module one of the edge, of routes, jobs or commands; each begins with fixed text."""
    known = knowledge()
    jobs = {name.partition(".")[0] for name in (*known.decorators, *known.any_object_decorator)}
    modules = sorted(known.web_modules) + sorted(package for package in jobs if package not in known.web_packages)
    names = "|".join(re.escape(name).replace(r"\.", r"(?:\.|[ \t]+import[ \t]+\(?)") for name in modules)
    return re.compile(rf"from[ \t]+(?:{names})\b"), re.compile(rf"import[ \t]+(?:{names})\b")
