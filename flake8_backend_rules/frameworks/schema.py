"""What one file of framework knowledge can say.

Every name is a dotted qualified name as the framework's own documentation gives it. Classes match by
their top-level package and class name, so that `fastapi.routing.APIRouter` is `fastapi.APIRouter`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum


class Role(Enum):
    """What a function is for (the catalogue's roles)."""

    HTTP = "route handler"
    JOB = "job handler"
    CLI = "CLI command"
    DEPENDENCY = "dependency"
    BOUNDARY = "boundary function"


HTTP_VERBS = frozenset({"get", "post", "put", "patch", "delete", "head", "options", "trace"})


@dataclass(frozen=True, slots=True)
class ObjectDecorator:
    """`@<object>.<method>(...)` gives the decorated function a role.

    `name_endings`: where the object's class cannot be read, the endings (lower case) of the name of
    its constructor or factory that still tell.
    """

    classes: tuple[str, ...]
    methods: frozenset[str]
    role: Role
    name_endings: tuple[str, ...] = ()
    request_class: str = ""


@dataclass(frozen=True, slots=True)
class ClassHandlers:
    """Methods of the descendants of `bases` that have a role.

    `request_class`: what the first parameter after `self` is, annotated or not.
    """

    bases: tuple[str, ...]
    role: Role
    base_endings: tuple[str, ...] = ()
    """Endings of class names that tell of a third-party base whose source is not read, in a module that imports `package`."""
    package: str = ""
    methods: frozenset[str] = frozenset()
    request_class: str = ""
    row_parameters: frozenset[str] = frozenset()
    """Names of parameters that are a row of the view's model."""


@dataclass(frozen=True, slots=True)
class Registration:
    """A call that makes the function it is handed a handler: `app.add_api_route("/x", handler)`.

    `callables`: qualified names of functions and classes; `methods` of `classes`: the method form.
    The handler stands at position `argument` (0-based) or under `keyword`.
    """

    role: Role
    argument: int
    keyword: str = ""
    callables: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    methods: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ViewFunctions:
    """Plain functions that are handlers by convention (Django's function views).

    In a module that imports `package`: functions whose first parameter is named `parameter` or annotated
    with `request_class`, in a module whose stem or folder is one of `stems`, or named in `registry`.
    """

    package: str
    parameter: str
    stems: frozenset[str]
    registry: str
    request_class: str


@dataclass(frozen=True, slots=True)
class Framework:
    """All that the pack knows of one framework. `source` is where the facts come from."""

    name: str
    source: str
    packages: tuple[str, ...]
    # roles
    decorators: Mapping[str, Role] = field(default_factory=dict)
    decorator_requests: Mapping[str, str] = field(default_factory=dict)
    """Decorator -> class of the decorated function's first parameter."""
    mapping_attributes: frozenset[str] = frozenset()
    """`@<handler>.<attribute>.<verb>` makes another handler."""
    object_decorators: tuple[ObjectDecorator, ...] = ()
    class_handlers: tuple[ClassHandlers, ...] = ()
    registrations: tuple[Registration, ...] = ()
    view_functions: tuple[ViewFunctions, ...] = ()
    dependency_markers: tuple[str, ...] = ()
    injection_markers: tuple[str, ...] = ()
    server_runners: tuple[str, ...] = ()
    # types: callable or `Class.method` -> class of the value; `Class.attribute` -> class or object
    returns: Mapping[str, str] = field(default_factory=dict)
    returns_class: Mapping[str, str] = field(default_factory=dict)
    relations: tuple[str, ...] = ()
    """Field classes whose first argument is the model that an instance's attribute holds a row of."""
    model_fields: str = ""
    """Prefix of the qualified names of field classes: a class with such an attribute is an ORM class."""
    attributes: Mapping[str, str] = field(default_factory=dict)
    decorated_as: Mapping[str, str] = field(default_factory=dict)
    # persistence
    sessions: tuple[str, ...] = ()
    session_objects: tuple[str, ...] = ()
    session_makers: tuple[str, ...] = ()
    engines: tuple[str, ...] = ()
    transactions: tuple[str, ...] = ()
    write_constructs: tuple[str, ...] = ()
    orm_bases: tuple[str, ...] = ()
    table_models: tuple[str, ...] = ()
    active_record_bases: tuple[str, ...] = ()
    query_attributes: frozenset[str] = frozenset()
    queries: tuple[str, ...] = ()
    managers: tuple[str, ...] = ()
    row_lookups: tuple[str, ...] = ()
    # transport
    web_modules: tuple[str, ...] = ()
    framework_objects: tuple[str, ...] = ()
    framework_proxies: tuple[str, ...] = ()
    streaming_responses: tuple[str, ...] = ()
    background_tasks: tuple[str, ...] = ()
    background_task_items: tuple[str, ...] = ()
    http_errors: tuple[str, ...] = ()
    http_error_modules: tuple[str, ...] = ()
    http_error_functions: tuple[str, ...] = ()
    pydantic_bases: tuple[str, ...] = ()
    # outbound HTTP
    http_clients: tuple[str, ...] = ()
    http_functions: tuple[str, ...] = ()
    # work started beside the caller
    task_starters: tuple[str, ...] = ()
    event_loops: tuple[str, ...] = ()
    executors: tuple[str, ...] = ()
    threads: tuple[str, ...] = ()
    clean_up_modules: tuple[str, ...] = ()


class NameSet:
    """Qualified names; classes (capitalised) also match by top-level package and class name."""

    __slots__ = ("_exact", "_short")

    def __init__(self, names: Iterable[str]) -> None:
        self._exact = frozenset(names)
        self._short = frozenset(short for name in self._exact if (short := short_name(name)))

    def __contains__(self, name: str) -> bool:
        return name in self._exact or ((short := short_name(name)) is not None and short in self._short)

    def __iter__(self) -> Iterator[str]:
        return iter(self._exact)

    def __bool__(self) -> bool:
        return bool(self._exact)


def short_name(name: str) -> tuple[str, str] | None:
    """(top-level package, class name) of a dotted class name, None for what is not capitalised."""
    last = name.rpartition(".")[2]
    if not last[:1].isupper():
        return None
    return name.partition(".")[0], last
