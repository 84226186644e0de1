"""What one file of framework knowledge can say.

Every name is a dotted qualified name as the framework's own documentation gives it. Classes match by
their top-level package and class name, so that `fastapi.routing.APIRouter` is `fastapi.APIRouter`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from types import MappingProxyType
from typing import NamedTuple


class Role(Enum):
    """What a function is for (the catalogue's roles)."""

    HTTP = "route handler"
    JOB = "job handler"
    CLI = "CLI command"
    DEPENDENCY = "dependency"
    BOUNDARY = "boundary function"

    __hash__ = object.__hash__  # members are single; Enum's own hash is a Python call, in every look-up


SELF = "typing.Self"
HTTP_VERBS = frozenset({"get", "post", "put", "patch", "delete", "head", "options", "trace"})


class ObjectDecorator(NamedTuple):
    """`@<object>.<method>(...)` gives the decorated function a role.

    `name_endings`: where the object's class cannot be read, the endings (lower case) of the name of
    its constructor or factory that still tell.
    """

    classes: tuple[str, ...]
    methods: frozenset[str]
    role: Role
    name_endings: tuple[str, ...] = ()
    request_class: str = ""


class ClassHandlers(NamedTuple):
    """Methods of the descendants of `bases` that have a role; without `bases`, of any class in a module that imports `package`.

    `methods`: their names; `prefixes`: how their names begin, in a module that imports `package`. They take at least
    `parameters` positional parameters. `request_class`: what the parameter named `request` or `req`, else the first
    after `self`, is, annotated or not; of a method that takes none, the constructor's `request`.
    """

    bases: tuple[str, ...]
    role: Role
    base_endings: tuple[str, ...] = ()
    """Endings of class names that tell of a third-party base whose source is not read, in a module that imports `package`."""
    package: str = ""
    methods: frozenset[str] = frozenset()
    prefixes: tuple[str, ...] = ()
    parameters: int = 0
    request_class: str = ""
    typed_parameters: tuple[tuple[str, str], ...] = ()
    """Names of other parameters, with what they are where nothing annotates them: a row of the view's model, say."""


class Registration(NamedTuple):
    """A call that makes the function it is handed a handler: `app.add_api_route("/x", handler)`.

    `callables`: qualified names of functions and classes; `methods` of `classes`: the method form.
    The handler stands at position `argument` (0-based) or under `keyword`. `packages`: only in modules that import one
    of these packages or `package.module`s (common names need it). `name_endings`: of an object whose class can't be read,
    endings (lower case) of its own name; none given, any such object counts.
    """

    role: Role
    argument: int
    keyword: str = ""
    callables: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    methods: frozenset[str] = frozenset()
    packages: tuple[str, ...] = ()
    name_endings: tuple[str, ...] = ()
    request_class: str = ""
    members: tuple[str, ...] = ()
    """Where a class or an instance is handed over: how the names of its methods begin that become handlers."""
    elsewhere: tuple[str, ...] = ()
    """Packages beside `packages`: who imports one may have its functions registered by a module around it."""


class HandlerLists(NamedTuple):
    """Lists called one of `names` whose entries are handlers, in a module that imports `package`.

    An attribute of a settings class (`functions = [send_mail]`), an entry of a settings dict, or a keyword argument. An
    entry may be a call, whose first argument or the one under one of `keywords` is the handler (`cron(send_mail, hour=3)`),
    or a pair of a name and the handler.
    """

    package: str
    role: Role
    names: frozenset[str]
    keywords: tuple[str, ...] = ()
    marker: str = ""
    """Text by which a list is found in the modules around that of a handler."""
    parameter: str = ""
    """The usual name of the first parameter of a handler, by which one is told that may be listed in another module."""


class ViewFunctions(NamedTuple):
    """Plain functions that are handlers by convention (Django's function views).

    In a module that imports `package`: functions whose first parameter is named `parameter` or annotated
    with `request_class`, in a module whose stem or folder is one of `stems`, or named in `registry`.
    """

    package: str
    parameter: str
    stems: frozenset[str]
    registry: str
    request_class: str


class ModuleResponders(NamedTuple):
    """Functions of a module that is itself handed to the framework as a resource: by their names and those of their first parameters."""

    names: frozenset[str]
    parameters: tuple[str, ...]
    request_class: str


class Enqueue(NamedTuple):
    """Methods that hand a job to a queue: of a function that is a job handler, and of instances of `classes`.

    `tells`: where the receiver can't be read, the method's name tells by itself; else the receiver's name must have one of
    `name_endings` (lower case).
    """

    methods: frozenset[str]
    classes: tuple[str, ...] = ()
    tells: bool = False
    name_endings: tuple[str, ...] = ()
    first: int = 0
    """The position of the first argument that goes into the payload."""
    packed: tuple[tuple[int, str], ...] = ()
    """Position and keyword of the collections that hold the payload; no other argument goes into it. -1: keyword only."""
    options: frozenset[str] = frozenset()
    """Keywords that stay with the caller."""
    joins_transaction: bool = False
    """Whether the job is stored through Django's own connection, and so is part of the transaction that is open there."""
    waits: bool = False
    """Whether the call returns what the job returns."""


class Framework(NamedTuple):
    """All that the pack knows of one framework. `source` is where the facts come from."""

    name: str
    source: str
    packages: tuple[str, ...]
    unseen: frozenset[str] = frozenset()
    """Names below that an installed package does not show: of older or coming versions, or set at run time."""
    # roles
    decorators: Mapping[str, Role] = MappingProxyType({})
    decorator_requests: Mapping[str, str] = MappingProxyType({})
    """Decorator -> class of the decorated function's first parameter."""
    mapping_attributes: frozenset[str] = frozenset()
    """`@<handler>.<attribute>.<verb>` makes another handler."""
    object_decorators: tuple[ObjectDecorator, ...] = ()
    class_handlers: tuple[ClassHandlers, ...] = ()
    registrations: tuple[Registration, ...] = ()
    handler_lists: tuple[HandlerLists, ...] = ()
    view_functions: tuple[ViewFunctions, ...] = ()
    module_responders: tuple[ModuleResponders, ...] = ()
    dependency_markers: tuple[str, ...] = ()
    injection_markers: tuple[str, ...] = ()
    server_runners: tuple[str, ...] = ()
    # types: callable or `Class.method` -> class of the value (SELF: the class it is called on); `Class.attribute` -> class or object
    returns: Mapping[str, str] = MappingProxyType({})
    returns_class: Mapping[str, str] = MappingProxyType({})
    relations: tuple[str, ...] = ()
    """Field classes whose first argument is the model that an instance's attribute holds a row of."""
    links: tuple[str, ...] = ()
    """Field classes that hold a query of rows on an instance, and whose `through` is the model of the rows in between."""
    model_formsets: Mapping[str, int] = MappingProxyType({})
    """Functions that make a class of forms for the rows of a model, with the position of the model among their arguments."""
    model_fields: str = ""
    """Prefix of the qualified names of field classes: a class with such an attribute is an ORM class."""
    attributes: Mapping[str, str] = MappingProxyType({})
    decorated_as: Mapping[str, str] = MappingProxyType({})
    # persistence
    sessions: tuple[str, ...] = ()
    session_objects: tuple[str, ...] = ()
    session_makers: tuple[str, ...] = ()
    engines: tuple[str, ...] = ()
    transactions: tuple[str, ...] = ()
    write_constructs: tuple[str, ...] = ()
    orm_bases: tuple[str, ...] = ()
    orm_decorators: Mapping[str, str] = MappingProxyType({})
    """Decorator of a class -> the ORM's base class that it stands for."""
    table_models: tuple[str, ...] = ()
    active_record_bases: tuple[str, ...] = ()
    query_attributes: frozenset[str] = frozenset()
    telling_query_attributes: frozenset[str] = frozenset()
    """Those of `query_attributes` that nothing but a model has."""
    queries: tuple[str, ...] = ()
    managers: tuple[str, ...] = ()
    row_lookups: tuple[str, ...] = ()
    selects: tuple[str, ...] = ()
    """Functions that make a SELECT of the model that they are handed."""
    model_forms: tuple[str, ...] = ()
    """Classes of forms and serializers that save a row of `Meta.model`."""
    reads: tuple[str, ...] = ()
    """Methods (`Class.method`) of models and engines that begin a query or read from the database."""
    writes: tuple[str, ...] = ()
    """Methods (`Class.method`) of models, queries and engines that write to the database."""
    schema_creators: tuple[str, ...] = ()
    """Classes whose `create_all` makes tables from models."""
    base_makers: tuple[str, ...] = ()
    """Functions that return a base class of ORM models."""
    columns: tuple[str, ...] = ()
    """Classes of columns that tell a type checker nothing."""
    # transport
    web_modules: tuple[str, ...] = ()
    framework_objects: tuple[str, ...] = ()
    framework_proxies: tuple[str, ...] = ()
    application_proxies: tuple[str, ...] = ()
    """Objects on which applications keep what they like: of their attributes only the name tells."""
    streaming_responses: tuple[str, ...] = ()
    background_tasks: tuple[str, ...] = ()
    background_task_items: tuple[str, ...] = ()
    http_errors: tuple[str, ...] = ()
    http_error_modules: tuple[str, ...] = ()
    http_error_functions: tuple[str, ...] = ()
    pydantic_bases: tuple[str, ...] = ()
    dto_bases: tuple[str, ...] = ()
    """Classes whose descendants describe what goes over the wire, where their name or module says so (settings left out)."""
    serialising_packages: tuple[str, ...] = ()
    """Packages whose route decorators turn what a handler returns into the response."""
    drivers: tuple[str, ...] = ()
    """Modules that speak to a database, broker, cache or foreign service."""
    # outbound HTTP
    http_clients: tuple[str, ...] = ()
    http_functions: tuple[str, ...] = ()
    http_libraries: tuple[str, ...] = ()
    """Modules of HTTP clients other than httpx."""
    # failures
    result_types: tuple[str, ...] = ()
    """Classes that are a success or a failure, each of a type of its own."""
    http_status_modules: tuple[str, ...] = ()
    """Modules of `HTTP_404_NOT_FOUND` and the like."""
    http_status_classes: tuple[str, ...] = ()
    """Enums of HTTP statuses."""
    # infrastructure clients
    infrastructure_clients: tuple[str, ...] = ()
    """Classes and functions whose call makes a client of a cache, broker, cloud, search engine, document store or mail server."""
    client_sessions: Mapping[str, frozenset[str]] = MappingProxyType({})
    """Class -> methods of an instance that make such a client."""
    # jobs
    enqueues: tuple[Enqueue, ...] = ()
    enqueue_functions: tuple[str, ...] = ()
    """Functions that hand a job to a queue: the function to run, then its arguments."""
    signature_methods: frozenset[str] = frozenset()
    """`task.<method>(...)` holds a payload that is enqueued later."""
    # work started beside the caller
    task_starters: tuple[str, ...] = ()
    event_loops: tuple[str, ...] = ()
    executors: tuple[str, ...] = ()
    threads: tuple[str, ...] = ()
    clean_up_modules: tuple[str, ...] = ()
    # classes of keys that are made with the type of what a mapping holds under them
    typed_keys: tuple[str, ...] = ()


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
