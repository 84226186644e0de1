"""Decides a module's layer: configuration, its own stem, its content, its folders, in that order."""

from __future__ import annotations

import ast
import os
import re
from collections import Counter
from collections.abc import Callable
from functools import cache
from typing import NamedTuple, cast

from flake8_backend_rules.frameworks.schema import Role
from flake8_backend_rules.project import layers, roots
from flake8_backend_rules.project.globs import Glob, longest_match
from flake8_backend_rules.project.layers import Layer, Placement
from flake8_backend_rules.project.summary import ModuleSummary
from flake8_backend_rules.project.surfaces import ClassInfo, FunctionInfo, Matters
from flake8_backend_rules.semantics.function_roles import RoleMap
from flake8_backend_rules.semantics.roles import RoleFinder, is_decorated
from flake8_backend_rules.semantics.route_factories import ROUTERS, makes_routes, takes_router
from flake8_backend_rules.semantics.scope import PlacedFunction, placed_functions
from flake8_backend_rules.semantics.values import Evaluator

_INFRASTRUCTURE_CLASSES = ("Repository", "Repo", "DAO", "UnitOfWork")
_APPLICATION_CLASSES = ("Service", "UseCase", "Interactor", "CommandHandler", "QueryHandler")
_OTHER_KINDS = ("Hook", "Hooks", "Plugin", "Extension", "View", "Form", "Task", "Event", "Error", "Exception", "TypedDict", "NamedTuple")
_NO_FRAMEWORK = ("abc", "typing", "typing_extensions", "builtins", "collections")
_TRANSPORT_ROLES = (Role.HTTP, Role.JOB, Role.CLI)
_BASES = re.compile(r"class \w+[^(:\n]*\(([^)]*)\)")
_NO_TABLE = re.compile(
    r"\s*(?:(?:\w+\.)*(?:object|str|int|ABC|Protocol|TypedDict|NamedTuple|Exception|Enum|StrEnum|IntEnum|IntFlag|Flag)\s*,?\s*)*"
)
# Patterns that begin with fixed text, which `re` finds many times as fast.
_ROUTER_MAKER, _ROUTER = re.compile(r"def\s+\w*(?:router|blueprint|api)"), re.compile(r"(?:->|:)[^:=]*(?:router|blueprint)")


class LayerConfiguration(NamedTuple):
    """The globs of `backend-<layer>`, relative to `base` (the config file's folder)."""

    base: str = ""
    globs: tuple[tuple[Layer, Glob], ...] = ()
    source_roots: tuple[str, ...] = ()


class _Place(NamedTuple):
    """Where a module lies: its stem, and the folders between it and its source root, nearest first."""

    stem: str
    folders: list[str]
    root: str
    held: Callable[[str], frozenset[str]]
    siblings: Callable[[int], frozenset[str]] = lambda _: frozenset()

    def holds(self, depth: int, names: frozenset[str]) -> bool:
        """Whether a folder, by its place in `folders`, directly holds a module or package of one of some names."""
        return not names.isdisjoint(self.held(self.path(depth)))

    def holds_features(self, depth: int) -> bool:
        """Whether two folders in such a folder have models of their own."""
        path = self.path(depth)
        inside = (self.held(os.path.join(path, name)) for name in self.held(path))
        return sum(not layers.MODEL_FOLDERS.isdisjoint(names) for names in inside) > 1

    def path(self, depth: int) -> str:
        """The absolute path of a folder, by its place in `folders`."""
        return os.path.join(self.root, *reversed(self.folders[depth:]))


class Layering:
    """The layers of modules. Kept per linted file, as content may depend on any module."""

    def __init__(self, configuration: LayerConfiguration, evaluator: Evaluator, roles: RoleFinder) -> None:
        self.configuration = configuration
        self.evaluator = evaluator
        self.roles = roles
        self._kept: dict[str, Placement] = {}
        self._complete: dict[str, RoleMap] = {}
        self._given: dict[str, Callable[[], tuple[Callable[[], list[PlacedFunction]], RoleMap]]] = {}

    def give_roles(self, module: ModuleSummary, roles: Callable[[], tuple[Callable[[], list[PlacedFunction]], RoleMap]]) -> None:
        """Says how to get the functions and complete roles of the linted module, if they are asked for."""
        self._given[module.path] = roles

    def of(self, module: ModuleSummary) -> Placement:
        """The module's layer, with the reason."""
        kept = self._kept.get(module.path)
        if kept is not None:
            return kept
        project, key = self.evaluator.project, ("layer", module.path)
        if not project.is_current(module) and isinstance(known := project.memo.get(key), Placement):
            kept = self._kept[module.path] = known
            return kept
        self._kept[module.path] = Placement(Layer.NONE, "being decided")  # import cycles end here
        kept = self._kept[module.path] = self._decide(module)
        if not project.is_current(module):
            project.memo[key] = kept
        return kept

    def is_named_core(self, module: ModuleSummary) -> bool:
        """Whether configuration, stem or nearest folder put a module into the core, whatever it defines."""
        configured = self._configured(module)
        if configured is not None:
            return configured.layer.is_core
        place = self._place(module)
        nearest = layers.stem_layer(place.stem) or self._nearest_folder(place, module)
        return nearest is not None and nearest[0].is_core

    def lies_in_core(self, module: ModuleSummary) -> bool:
        """Whether the nearest folder that names a layer names one of the core, whatever the module is called."""
        nearest = self._nearest_folder(self._place(module), module)
        return nearest is not None and nearest[0].is_core

    def _decide(self, module: ModuleSummary) -> Placement:
        return self._configured(module) or self._by_name_and_content(module)

    def _configured(self, module: ModuleSummary) -> Placement | None:
        if not self.configuration.globs:
            return None
        relative = os.path.relpath(module.path, self.configuration.base).replace(os.sep, "/")
        found = longest_match(relative, self.configuration.globs)
        return None if found is None else Placement(found[0], f"configured by {found[1].text!r}")

    def _by_name_and_content(self, module: ModuleSummary) -> Placement:
        place = self._place(module)
        found = self._by_stem(place, self._nearest_folder(place, module), module)
        if module.is_package:  # its name is a folder's too
            place = self._place(module, with_own=True)
            found = None if self._is_feature(place, 0) else found
        nearest = self._nearest_folder(place, module) if found is None else None
        return (
            found
            or self._by_content(module, nearest)
            or (Placement(nearest[0], f"folder {nearest[1]}") if nearest else None)
            or Placement(Layer.NONE, "no rule names a layer for it")
        )

    def _place(self, module: ModuleSummary, *, with_own: bool = False) -> _Place:
        """Where a module lies. `with_own`: a package's own folder is the nearest one, as for the modules in it."""
        folder = module.folder
        root = roots.layer_root(folder, self.configuration.source_roots)
        parts = list(reversed(roots.folders_below_root(folder, self.configuration.source_roots)))
        if module.is_package and not with_own:
            parts = parts[1:]

        def siblings(depth: int) -> frozenset[str]:
            parent = os.path.join(root, *reversed(parts[depth + 1 :]))
            try:
                return frozenset(entry.name for entry in os.scandir(parent) if entry.is_dir())
            except OSError:
                return frozenset()

        return _Place(module.stem, parts, root, self._held, siblings)

    def _held(self, folder: str) -> frozenset[str]:
        """The names of the modules and folders in a folder."""
        project, key = self.evaluator.project, ("held", folder)
        if key not in project.memo:
            project.memo[key] = frozenset(name.removesuffix(".py") for name in project.folders.names_in(folder))
        return cast("frozenset[str]", project.memo[key])

    def _nearest_folder(self, place: _Place, module: ModuleSummary) -> tuple[Layer, str] | None:
        """The layer named by the nearest folder that names one, with the folder."""
        for depth, folder in enumerate(place.folders):
            parent = place.folders[depth + 1] if depth + 1 < len(place.folders) else ""
            siblings = place.siblings(depth) if folder == "queries" else frozenset()
            found = layers.folder_layer(folder, siblings, parent)
            if found is None:
                continue
            if self._yields(place, depth):
                continue
            if folder in layers.NEED_A_JOB_HANDLER and not self._defines(module, Role.JOB):
                return Layer.NONE, f"{folder}, which counts only with a job handler in the module"
            return found
        return None

    def _yields(self, place: _Place, depth: int) -> bool:
        """Whether a folder that names a layer leaves the decision to those around it."""
        folder = place.folders[depth]
        if self._is_feature(place, depth):
            return True
        if folder in layers.FEATURES and (place.holds(depth, layers.VIEW_MODULES) or self._is_served(place.path(depth))):
            return True
        if folder == "queries" and place.holds(depth, frozenset({"api"})):
            return True
        if folder in layers.BACKENDS and self._is_whole_backend(place, depth):
            return True
        if folder not in layers.CONDITIONAL_FOLDERS:
            return False
        outer = place.folders[depth + 1 :]
        around = next((found[0] for name in outer if (found := layers.folder_layer(name)) is not None), None)
        if folder in layers.DTO_STEMS:  # what the core takes in
            return around is not None and around.is_core and not place.holds(depth + 1, layers.ROUTE_MODULES)
        return around is Layer.INFRASTRUCTURE or (around is Layer.TRANSPORT and folder in layers.POLICIES)

    def _is_served(self, folder: str) -> bool:
        """Whether a folder has URLs of its own: Django's list, or beside a folder `api`; else a module `urls` may be one of helpers."""
        key, project = ("is served", folder), self.evaluator.project
        if key not in project.memo:
            path = os.path.join(folder, "urls.py")
            is_list = not os.path.isfile(path) or "urlpatterns" in project.text_of(path) or os.path.isdir(os.path.join(folder, "api"))
            project.memo[key] = is_list and "urls" in self._held(folder)
        return project.memo[key] is True

    def _is_whole_backend(self, place: _Place, depth: int) -> bool:
        """Whether a folder named like one of the transport holds all layers: services and storage, or features with models."""
        key, project = ("backend", place.path(depth)), self.evaluator.project
        if key not in project.memo:
            project.memo[key] = all(place.holds(depth, names) for names in layers.INNER_PARTS) or place.holds_features(depth)
        return project.memo[key] is True

    def _is_feature(self, place: _Place, depth: int) -> bool:
        """Whether a folder that is named like one of the domain is a feature with all of its layers."""
        named = depth < len(place.folders) and place.folders[depth] in layers.FOLDERS[Layer.DOMAIN]
        return named and place.holds(depth, layers.ROUTE_MODULES)

    def _by_stem(self, place: _Place, nearest: tuple[Layer, str] | None, module: ModuleSummary) -> Placement | None:
        stem, folders = place.stem, place.folders
        parent = folders[0] if folders else ""
        near_layer, near_folder = nearest or (Layer.NONE, "")
        if stem in layers.STORAGE_STEMS and parent in layers.STORAGE_FOLDERS:
            return Placement(Layer.INFRASTRUCTURE, f"stem {stem} directly below {parent}")
        found = layers.stem_layer(stem)
        if found is None:
            return None
        layer, entry = found
        if entry in ("command", "commands") and "management" in folders:
            return None
        if entry in layers.NEED_A_JOB_HANDLER and not self._defines(module, Role.JOB):
            return None
        if entry in ("command", "commands") and self._defines(module, Role.CLI):
            return None
        if entry == "api" and near_folder in layers.CLIENT_FOLDERS and self._defined_role(module) is None:
            return Placement(Layer.INFRASTRUCTURE, f"folder {near_folder} (the stem {stem} yields to it)")
        if near_layer is Layer.DOMAIN and entry in layers.YIELD_TO_DOMAIN:
            return Placement(Layer.DOMAIN, f"folder {near_folder} (the stem {stem} yields to it)")
        if entry in layers.DTO_STEMS and layers.folder_layer(parent) == (Layer.APPLICATION, parent):
            return Placement(Layer.APPLICATION, f"stem {stem} directly below {parent}")
        if near_layer is not layer and self._stem_yields(entry, layer, near_layer, near_folder, place):
            return Placement(near_layer, f"folder {near_folder} (the stem {stem} yields to it)")
        if entry in layers.POLICIES and near_layer is not Layer.DOMAIN and self._orm_class(module) is not None:
            return None
        if entry in layers.AGGREGATES and near_layer is not Layer.DOMAIN and self._is_of_framework(module):
            return None
        if layer is Layer.TRANSPORT and parent in layers.MODEL_FOLDERS and self._defined_role(module) is None:
            if (row := self._orm_class(module)) is not None:
                return Placement(Layer.INFRASTRUCTURE, f"defines the ORM class {row.name} below {parent} (the stem {stem} yields to it)")
        if (defined := self._entry_point(module, layer)) is not None:
            return Placement(Layer.TRANSPORT, f"defines a {defined.value} (the stem {stem} yields to it)")
        return Placement(layer, f"stem {stem}" + (f" ({entry})" if entry != stem else ""))

    def _is_of_framework(self, module: ModuleSummary) -> bool:
        """Whether a module imports a web framework or what speaks to a database."""
        known = self.evaluator.knowledge
        return not module.top_level_packages().isdisjoint(known.web_packages | known.driver_packages)

    def _stem_yields(self, entry: str, layer: Layer, near_layer: Layer, near_folder: str, place: _Place) -> bool:
        """Whether a stem leaves the decision to the nearest folder of another layer."""
        if entry == "*_service" and near_folder in layers.VIEW_FOLDERS:  # a view of what the backend calls a service
            return True
        if entry in layers.DTO_STEMS:  # what the core takes in
            return near_layer is Layer.APPLICATION and not place.holds(0, layers.ROUTE_MODULES)
        if entry in layers.POLICIES:
            return near_layer in (Layer.TRANSPORT, Layer.INFRASTRUCTURE)
        if entry in layers.ENTITIES:
            return near_layer is Layer.INFRASTRUCTURE
        if layer in (Layer.APPLICATION, Layer.INFRASTRUCTURE) and near_folder in layers.EDGE_FOLDERS:
            return entry not in layers.CLIENT_STEMS
        return entry in ("service", "services") and near_folder in layers.OUTBOUND_FOLDERS

    def _entry_point(self, module: ModuleSummary, layer: Layer) -> Role | None:
        """What a module of an inner layer's name defines that moves it to the edge; None if nothing does."""
        if layer is Layer.INFRASTRUCTURE:
            return self._defined_role(module)
        if not layer.is_core or module.top_level_packages().isdisjoint(self.evaluator.knowledge.web_packages):
            return None
        return Role.HTTP if self._defines(module, Role.HTTP) else None

    def _by_content(self, module: ModuleSummary, nearest: tuple[Layer, str] | None) -> Placement | None:
        role = self._defined_role(module)
        if role is not None:
            return Placement(Layer.TRANSPORT, f"defines a {role.value}")
        in_domain = nearest is not None and nearest[0] is Layer.DOMAIN
        if not in_domain and (row := self._orm_class(module)) is not None:
            return Placement(Layer.INFRASTRUCTURE, f"defines the ORM class {row.name}")
        if nearest is not None and nearest[0] is Layer.NONE:
            return None  # a helper of the workers, whatever its classes are called
        for endings, layer in (
            (_INFRASTRUCTURE_CLASSES, Layer.INFRASTRUCTURE),
            (_APPLICATION_CLASSES, Layer.APPLICATION),
        ):
            for cls in module.all_classes(_naming(endings)):
                if cls.name.endswith(endings) and self._name_counts(cls):
                    return Placement(layer, f"defines the class {cls.name}")
        return None

    def _orm_class(self, module: ModuleSummary) -> ClassInfo | None:
        """The first ORM class that a module defines."""
        return next(filter(self._is_persistent, module.all_classes(_may_persist)), None)

    def _is_persistent(self, cls: ClassInfo) -> bool:
        for attribute in cls.attributes.values():
            annotation = attribute.annotation
            if isinstance(annotation, ast.Subscript) and _last_name(annotation.value) == "Mapped":
                return True
            if isinstance(attribute.value, ast.Call) and _last_name(attribute.value.func) == "mapped_column":
                return True
        if any(_last_name(d) == "declared_attr" for m in cls.methods.values() for d in m.decorators):
            return True
        if not cls.bases and not cls.decorators:
            return False
        value = self.evaluator.describe(cls)
        return self.evaluator.rows.is_orm_class(value) is True

    def _name_counts(self, cls: ClassInfo) -> bool:
        """Names count neither for what is a shape of data nor for subclasses of third-party classes or of hooks and such."""
        if any(_last_name(d.func if isinstance(d, ast.Call) else d) in ("dataclass", "define", "frozen", "attrs") for d in cls.decorators):
            return False
        if not cls.bases:
            return True
        if any(_last_name(base).endswith(_OTHER_KINDS) for base in cls.bases):
            return False
        externals = self.evaluator.ancestry(cls).externals
        return all(name.partition(".")[0] in _NO_FRAMEWORK for name in externals)

    # -- roles in content ------------------------------------------------------------------------

    def _defines(self, module: ModuleSummary, role: Role) -> bool:
        return any(r.role is role for r in self._content_roles(module).values())

    def _defined_role(self, module: ModuleSummary) -> Role | None:
        return next((r.role for r in self._content_roles(module).values() if r.role in _TRANSPORT_ROLES), None)

    def _content_roles(self, module: ModuleSummary) -> RoleMap:
        """Roles of definitions at module or class level, or inside a function that returns a router."""
        kept = self._complete.get(module.path)
        if kept is None:
            kept = self._complete[module.path] = self._read_content_roles(module)
        return kept

    def _read_content_roles(self, module: ModuleSummary) -> RoleMap:
        if (given := self._given.get(module.path)) is not None:
            return self._counted(module, *given())
        surface = self.roles.surface(module)
        if surface:
            return surface
        if not self.roles.registrations.packages(module):
            frameworks = module.top_level_packages() & self.roles.knowledge.packages
            if not frameworks or not any(map(_may_make_routes, module.functions(_tells_router))):
                return surface
        project = self.evaluator.project
        if not self.roles.has_more(module, project.text_of(module.path)) or (tree := project.tree_of(module)) is None:
            return surface
        return self._counted(module, lambda: placed_functions(tree), self.roles.complete(module, tree, lambda: placed_functions(tree)))

    def _counted(self, module: ModuleSummary, functions: Callable[[], list[PlacedFunction]], roles: RoleMap) -> RoleMap:
        """Of all roles of a module, those that say something of its layer."""
        counted = dict(self.roles.surface(module))
        if len(roles) <= len(counted):
            return counted
        more = [placed for placed in functions() if placed.node.lineno in roles and placed.node.lineno not in counted]
        inside = Counter(placed.enclosing for placed in more)
        for placed in more:
            role, around = roles[placed.node.lineno], placed.enclosing
            if around is None or role.role is Role.CLI or makes_routes(self.evaluator, around, module, inside[around]):
                counted[placed.node.lineno] = role
        return counted


def _may_persist(text: str) -> bool:
    """Whether a text may define an ORM class: by a mapped attribute, a decorator, or a base that is not known to have no table."""
    if "apped" in text or "declared_attr" in text or is_decorated(text):
        return True
    return any(_NO_TABLE.fullmatch(bases) is None for bases in _BASES.findall(text))


@cache
def _naming(endings: tuple[str, ...]) -> Matters:
    """Tells whether a text defines a class whose name has one of some endings."""
    named = re.compile(rf"class \w*(?:{'|'.join(endings)})\b")
    return lambda text: named.search(text) is not None


def _tells_router(text: str) -> bool:
    """Whether a function in a text may be one that returns or takes a router, by its name or its annotations."""
    lowered = text.lower()
    if not any(word in lowered for word in ROUTERS):
        return "api" in lowered and _ROUTER_MAKER.search(lowered) is not None
    return _ROUTER_MAKER.search(lowered) is not None or _ROUTER.search(lowered) is not None


def _may_make_routes(function: FunctionInfo) -> bool:
    if takes_router(function.args):
        return True
    if function.returns is None:
        return "router" in function.name or "blueprint" in function.name or "api" in function.name
    return _last_name(function.returns).lower().endswith(ROUTERS)


def _last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else ""
