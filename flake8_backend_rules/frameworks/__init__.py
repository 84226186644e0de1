"""Framework knowledge as data: one module a framework, merged here into one table.

A new framework is a new module of this package that binds `FRAMEWORK`; nothing else is edited.
"""

from __future__ import annotations

import pkgutil
from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from importlib import import_module

from flake8_backend_rules.frameworks.schema import Enqueue, Framework, NameSet, ObjectDecorator, Registration, Role, short_name

_NOT_FRAMEWORKS = {"schema"}


def load_frameworks() -> tuple[Framework, ...]:
    """Every framework described in this package, by module name."""
    names = sorted(info.name for info in pkgutil.iter_modules(__path__) if info.name not in _NOT_FRAMEWORKS)
    return tuple(import_module(f"{__name__}.{name}").FRAMEWORK for name in names)


class Knowledge:
    """All frameworks merged, in the shapes that look-ups want. Build once a process: `knowledge()`."""

    def __init__(self, frameworks: Iterable[Framework]) -> None:
        self.frameworks = tuple(frameworks)
        self.packages = frozenset(package for f in self.frameworks for package in f.packages)
        self.decorators: dict[str, Role] = {}
        self.returns: dict[str, str] = {}
        self.attributes: dict[str, str] = {}
        self.decorated_as: dict[str, str] = {}
        self.orm_decorators: dict[str, str] = {}
        self.decorator_requests: dict[str, str] = {}
        self.returns_class: dict[str, str] = {}
        self.object_decorators: defaultdict[str, list[ObjectDecorator]] = defaultdict(list)
        for framework in self.frameworks:
            self.decorators |= framework.decorators
            self.decorated_as |= framework.decorated_as
            self.orm_decorators |= framework.orm_decorators
            self.decorator_requests |= framework.decorator_requests
            self.returns_class |= framework.returns_class
            for table, additions in ((self.returns, framework.returns), (self.attributes, framework.attributes)):
                for name, result in additions.items():
                    table[member_key(name)] = result
            for decorator in framework.object_decorators:
                for method in decorator.methods:
                    self.object_decorators[method].append(decorator)
        self.object_decorator_names = {d: NameSet(d.classes) for f in self.frameworks for d in f.object_decorators}
        self.any_object_decorator = NameSet(n for d in self.object_decorator_names for n in d.classes)
        self.registrations: defaultdict[str, list[tuple[NameSet, Registration]]] = defaultdict(list)
        """The ways to register a handler by the last name of what is called."""
        self.registering_words: defaultdict[str, set[str]] = defaultdict(set)
        """The same names by the package or `package.module` that a module has to import for them; "" for those that count anywhere."""
        self.registered_elsewhere: defaultdict[str, set[str]] = defaultdict(set)
        """Those of route handlers by what a module imports of which another one may register functions so."""
        for registration in (r for f in self.frameworks for r in f.registrations):
            callables = NameSet(registration.callables)
            names_of_it = dict.fromkeys((name.rpartition(".")[2] for name in registration.callables), callables)
            for name, owners in (names_of_it | dict.fromkeys(registration.methods, NameSet(registration.classes))).items():
                self.registrations[name].append((owners, registration))
                for package in registration.packages or ("",):
                    self.registering_words[package].add(name)
                for package in (*registration.packages, *registration.elsewhere) if registration.role is Role.HTTP else ():
                    self.registered_elsewhere[package].add(name)
        self.registering_packages = frozenset(package.partition(".")[0] for package in self.registering_words)
        self.handler_lists = [entry for f in self.frameworks for entry in f.handler_lists]
        self.class_handlers = [(NameSet(c.bases), c) for f in self.frameworks for c in f.class_handlers]
        self.class_handler_packages = frozenset(c.package for _, c in self.class_handlers if c.package)
        self.class_handler_methods = frozenset(m for bases, c in self.class_handlers if bases for m in c.methods)
        self.view_functions = [v for f in self.frameworks for v in f.view_functions]
        self.module_responders = [r for f in self.frameworks for r in f.module_responders]
        self.model_formsets = {name: place for f in self.frameworks for name, place in f.model_formsets.items()}
        self.model_fields = tuple(f.model_fields for f in self.frameworks if f.model_fields)
        self.mapping_attributes = frozenset(name for f in self.frameworks for name in f.mapping_attributes)
        self.query_attributes = frozenset(name for f in self.frameworks for name in f.query_attributes)
        self.telling_query_attributes = frozenset(name for f in self.frameworks for name in f.telling_query_attributes)

        def names(field: str) -> NameSet:
            return NameSet(name for f in self.frameworks for name in getattr(f, field))

        def methods(field: str) -> dict[str, NameSet]:
            """Classes by the name of their method."""
            found: defaultdict[str, set[str]] = defaultdict(set)
            for f in self.frameworks:
                for name in getattr(f, field):
                    found[name.rpartition(".")[2]].add(name.rpartition(".")[0])
            return {method: NameSet(classes) for method, classes in found.items()}

        self.reads = methods("reads")
        self.writes = methods("writes")
        self.dependency_markers = names("dependency_markers")
        self.dependency_marker_names = frozenset(name.rpartition(".")[2] for name in self.dependency_markers)
        self.injection_markers = names("injection_markers")
        self.server_runners = names("server_runners")
        self.sessions = names("sessions")
        self.session_objects = names("session_objects")
        self.session_makers = names("session_makers")
        self.engines = names("engines")
        self.transactions = names("transactions")
        self.write_constructs = names("write_constructs")
        self.orm_bases = names("orm_bases")
        self.orm_decorator_names = frozenset(name.rpartition(".")[2] for name in self.orm_decorators)
        self.table_models = names("table_models")
        self.active_record_bases = names("active_record_bases")
        self.queries = names("queries")
        self.managers = names("managers")
        self.relations = names("relations")
        self.links = names("links")
        self.row_lookups = frozenset(name for f in self.frameworks for name in f.row_lookups)
        self.selects = frozenset(names("selects"))
        self.model_forms = names("model_forms")
        self.schema_creators = names("schema_creators")
        self.base_makers = names("base_makers")
        self.columns = names("columns")
        self.framework_objects = names("framework_objects")
        self.framework_proxies = names("framework_proxies")
        self.application_proxies = names("application_proxies")
        self.typed_keys = names("typed_keys")
        self.streaming_responses = names("streaming_responses")
        self.background_tasks = names("background_tasks")
        self.background_task_items = names("background_task_items")
        self.http_errors = names("http_errors")
        self.http_error_modules = names("http_error_modules")
        self.http_error_functions = names("http_error_functions")
        self.pydantic_bases = names("pydantic_bases")
        self.dto_bases = names("dto_bases")
        self.serialising_packages = frozenset(names("serialising_packages"))
        self.drivers = frozenset(names("drivers"))
        self.driver_packages = frozenset(name.partition(".")[0] for name in self.drivers)
        self.http_clients = names("http_clients")
        self.http_packages = frozenset(package for f in self.frameworks if f.http_clients for package in f.packages)
        self.http_functions = names("http_functions")
        self.http_libraries = frozenset(names("http_libraries"))
        self.result_types = names("result_types")
        self.http_status_modules = frozenset(names("http_status_modules"))
        self.http_status_classes = names("http_status_classes")
        self.infrastructure_clients = names("infrastructure_clients")
        self.client_sessions = {name: methods for f in self.frameworks for name, methods in f.client_sessions.items()}
        self.web_modules = names("web_modules")
        edge_names = (*self.framework_objects, *self.dependency_markers, *self.injection_markers)
        self.edge_packages = frozenset({"typing", "typing_extensions", *(name.partition(".")[0] for name in edge_names)})
        self.web_packages = frozenset(name.partition(".")[0] for name in self.web_modules)
        self.enqueues: defaultdict[str, list[Enqueue]] = defaultdict(list)
        for enqueue in (e for f in self.frameworks for e in f.enqueues):
            for method in enqueue.methods:
                self.enqueues[method].append(enqueue)
        self.enqueue_classes = {e: NameSet(e.classes) for f in self.frameworks for e in f.enqueues}
        self.enqueue_packages = {e: frozenset(name.partition(".")[0] for name in e.classes) for e in self.enqueue_classes}
        self.enqueue_functions = names("enqueue_functions")
        self.enqueue_names = frozenset({*self.enqueues, *(name.rpartition(".")[2] for name in self.enqueue_functions)})
        self.telling_words = self.enqueue_names
        self.signature_methods = frozenset(name for f in self.frameworks for name in f.signature_methods)
        self.task_starters = names("task_starters")
        self.event_loops = names("event_loops")
        self.executors = names("executors")
        self.threads = names("threads")
        self.clean_up_modules = names("clean_up_modules")


def member_key(name: str) -> str:
    """The look-up key of `package.module.Class.member`: `package:Class.member`; else the name itself."""
    owner, _, member = name.rpartition(".")
    short = short_name(owner)
    return f"{short[0]}:{short[1]}.{member}" if short else name


@cache
def knowledge() -> Knowledge:
    """The merged knowledge of all frameworks."""
    return Knowledge(load_frameworks())
