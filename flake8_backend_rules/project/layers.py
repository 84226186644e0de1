"""Layer names: what a module's stem and folders say of its layer. The decision is `semantics.layering`'s."""

from __future__ import annotations

from enum import Enum
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple


class Layer(Enum):
    """Where a module stands. NONE: nothing tells, or it belongs to no layer."""

    TRANSPORT = "transport"
    APPLICATION = "application"
    DOMAIN = "domain"
    INFRASTRUCTURE = "infrastructure"
    NONE = "none"

    __hash__ = object.__hash__  # members are single; Enum's own hash is a Python call, in every look-up

    @property
    def is_core(self) -> bool:
        return self in (Layer.APPLICATION, Layer.DOMAIN)


class Placement(NamedTuple):
    """A module's layer and the reason, for people."""

    layer: Layer
    reason: str

    @property
    def is_by_folder(self) -> bool:
        """Whether only a folder names the layer."""
        return self.reason.startswith("folder ")

    @property
    def named_by(self) -> str:
        """The list entry of the stem or folder that names the layer; empty where something else does."""
        kind, _, name = self.reason.partition(" ")
        named, _, pattern = name.partition(" (")
        if kind == "stem" and pattern and " " not in pattern:  # `stem github_api (*_api)`
            named = pattern.removesuffix(")")
        return named if kind in ("folder", "stem") else ""

    @property
    def is_by_job(self) -> bool:
        """Whether only a job handler in the module names the layer."""
        return self.reason.startswith("defines a job handler")

    @property
    def is_by_folder_around(self) -> bool:
        """Whether a folder names the layer to which the module's stem yields."""
        return self.is_by_folder and self.reason.endswith("yields to it)")

    @property
    def is_by_stem(self) -> bool:
        return self.reason.startswith("stem ")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


STEMS: dict[Layer, frozenset[str]] = {
    Layer.TRANSPORT: _words(
        "api endpoint endpoints route routes router routers view views viewset viewsets controller controllers rest"
        " resolver resolvers mutation mutations webhook webhooks websocket websockets consumer consumers subscriber"
        " subscribers listener listeners task tasks job jobs worker workers celery scheduler schedulers scheduled cron"
        " periodic cli middleware middlewares deps dependencies schema schemas dto dtos serializer serializers admin"
    ),
    Layer.APPLICATION: _words(
        "service services use_case use_cases usecase usecases interactor interactors operation operations command commands flow flows"
    ),
    Layer.DOMAIN: _words("domain entity entities value_object value_objects aggregate aggregates policy policies"),
    Layer.INFRASTRUCTURE: _words("repository repositories repo repos crud dao daos db database persistence orm client clients"),
}
STEM_PATTERNS: dict[Layer, tuple[str, ...]] = {
    Layer.TRANSPORT: (
        "*consumer", "*_subscriber", "*_router", "*_routes", "*_views", "*_api", "*_endpoints", "*_controller",
        "*_tasks", "*_worker", "*_schemas", "*_middleware",
    ),
    Layer.APPLICATION: ("*_service", "*_use_case", "*_usecase", "*_interactor", "*_flow", "*_flows"),
    Layer.DOMAIN: (),
    Layer.INFRASTRUCTURE: (
        "*_repository", "*_repo", "*_crud", "crud_*", "*_dao", "*_client", "*_gateway", "*_adapter",
    ),
}  # fmt: skip
FOLDERS: dict[Layer, frozenset[str]] = {
    Layer.TRANSPORT: _words(
        "api apis endpoint endpoints route routes router routers view views viewsets controller controllers rest http"
        " web graphql resolvers mutations webhooks websockets consumers subscribers listeners tasks jobs worker workers"
        " celery schedulers cli entrypoints inbound script scripts middleware middlewares deps dependencies schema"
        " schemas dto dtos serializers request_models response_models"
    ),
    Layer.APPLICATION: _words(
        "service services service_layer use_case use_cases usecase usecases application interactors operations commands flows"
    ),
    Layer.DOMAIN: _words("domain entity entities value_object value_objects vo aggregate aggregates policy policies"),
    Layer.INFRASTRUCTURE: _words(
        "infra infrastructure repository repositories repos crud dao db database databases persistence orm adapters"
        " gateways clients integrations storage outbound"
    ),
}
FOLDER_PATTERNS: dict[Layer, tuple[str, ...]] = {Layer.INFRASTRUCTURE: ("db_*", "persistence_*")}

NEED_A_JOB_HANDLER = _words("task tasks job jobs worker workers celery scheduler schedulers scheduled cron periodic")
"""Stems and folders that name a layer only for a module that defines a job handler."""
ROUTE_MODULES = _words("endpoints router routers routes view views viewsets controller controllers")
"""Modules and packages that no folder of the domain holds: one that does is a feature named `entity` or `policies`."""
VIEW_MODULES = _words("routes routers views viewsets controllers endpoints")
"""Modules and packages that no folder of services holds, as little as URLs of its own: one that does is a feature with all layers."""
VIEW_FOLDERS = _words("view views viewsets")
"""Folders of one module a view, each named after what it shows."""
MODEL_FOLDERS = _words("model models documents tables")
"""Folders of one module a model, each named after what it keeps."""
FEATURES = _words("service services operations commands flows queries")
"""Folders of the application that are a feature's name as well."""
BACKENDS = _words("api apis web")
"""Folders of the transport that are a whole backend's name as well."""
INNER_PARTS = (
    _words("service services use_cases usecases application domain"),
    _words("db database repository repositories crud dao persistence"),
)
"""Folders of the inner layers: who holds some of both is a backend, and no layer."""
POLICIES = _words("policy policies")
"""Stems and folders that are rows, rights or schemas inside of a folder of the transport or infrastructure."""
ENTITIES = _words("entity entities")
"""Stems and folders that are rows inside of a folder of the infrastructure."""
AGGREGATES = _words("aggregate aggregates")
"""Stems that are sums over rows, and no part of a domain, in a module outside of its folder that imports a framework."""
YIELD_TO_DOMAIN = _words("command commands service services repository repositories operation operations dto dtos schema schemas")
STORAGE_FOLDERS = _words("repositories crud dao db database persistence")
STORAGE_STEMS = _words("service services utils core")
EDGE_FOLDERS = _words("dependencies deps middleware cli cli/commands management/commands")
"""Folders to which the stems of the application and infrastructure yield, those of clients left out."""
CLIENT_STEMS = _words("client clients *_client *_gateway *_adapter")
DEPENDENCY_NAMES = _words("dependency dependencies deps")
"""Stems and folders of modules whose functions are dependencies."""
DTO_STEMS = _words("dto dtos schema schemas")
CONDITIONAL_FOLDERS = DTO_STEMS | ENTITIES | POLICIES
"""Folders whose layer may be that of the folders around them."""
OUTBOUND_FOLDERS = _words("outbound infrastructure adapters")
CLIENT_FOLDERS = _words("client clients integrations adapters gateways outbound")
"""Where a module `api` that defines no route is somebody else's API."""
COMMAND_LINE = frozenset({"cli", "script", "scripts", "cli/commands", "console/commands", "management/commands"})
"""Entries that put a module among the command line."""
PERSISTENCE_NAMES = _words("repository repositories repo repos crud dao daos db database persistence")
"""Stems and folders of KBR305 (b)."""


def _matches(name: str, pattern: str) -> bool:
    """Whether a name matches a pattern with a star at one end."""
    return name.endswith(pattern[1:]) if pattern.startswith("*") else name.startswith(pattern[:-1])


@lru_cache(maxsize=4096)
def stem_layer(stem: str) -> tuple[Layer, str] | None:
    """The layer that a stem names, with the list entry that says so."""
    for layer, names in STEMS.items():
        if stem in names:
            return layer, stem
    for layer, patterns in STEM_PATTERNS.items():
        for pattern in patterns:
            if _matches(stem, pattern) and len(stem) >= len(pattern):  # the star stands for something
                return layer, pattern
    return None


def is_script(module: str) -> bool:
    """Whether a module, by its dotted name, lies among a backend's own scripts or management commands."""
    folders = module.split(".")[:-1]
    return "scripts" in folders or any(pair == ("management", "commands") for pair in pairwise(folders))


# A `commands` folder directly below one of these holds commands of the command line, no use-cases.
_COMMAND_LINE_FOLDERS = frozenset({"management", "cli", "console"})


@lru_cache(maxsize=4096)
def folder_layer(folder: str, siblings: frozenset[str] = frozenset(), parent: str = "") -> tuple[Layer, str] | None:
    """The layer that a folder names. `siblings`: the folders beside it; `parent`: the folder it lies in."""
    if folder == "commands" and parent in _COMMAND_LINE_FOLDERS:
        return Layer.TRANSPORT, f"{parent}/commands"
    if folder == "queries":
        return (Layer.APPLICATION, "queries beside commands") if "commands" in siblings else None
    for layer, names in FOLDERS.items():
        if folder in names:
            return layer, folder
    for layer, patterns in FOLDER_PATTERNS.items():
        for pattern in patterns:
            if _matches(folder, pattern):
                return layer, pattern
    return None
