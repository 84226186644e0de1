"""Framework knowledge as data: one module a framework, merged here into one table.

A new framework is a new module of this package that binds `FRAMEWORK`; nothing else is edited.
"""

from __future__ import annotations

import pkgutil
from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from importlib import import_module

from flake8_backend_rules.frameworks.schema import Framework, NameSet, ObjectDecorator, Registration, Role, short_name

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
        self.decorator_requests: dict[str, str] = {}
        self.returns_class: dict[str, str] = {}
        self.object_decorators: defaultdict[str, list[ObjectDecorator]] = defaultdict(list)
        self.registration_methods: defaultdict[str, list[Registration]] = defaultdict(list)
        self.registration_callables: list[tuple[NameSet, Registration]] = []
        for framework in self.frameworks:
            self.decorators |= framework.decorators
            self.decorated_as |= framework.decorated_as
            self.decorator_requests |= framework.decorator_requests
            self.returns_class |= framework.returns_class
            for table, additions in ((self.returns, framework.returns), (self.attributes, framework.attributes)):
                for name, result in additions.items():
                    table[member_key(name)] = result
            for decorator in framework.object_decorators:
                for method in decorator.methods:
                    self.object_decorators[method].append(decorator)
            for registration in framework.registrations:
                for method in registration.methods:
                    self.registration_methods[method].append(registration)
                if registration.callables:
                    self.registration_callables.append((NameSet(registration.callables), registration))
        self.object_decorator_names = {d: NameSet(d.classes) for f in self.frameworks for d in f.object_decorators}
        self.any_object_decorator = NameSet(n for d in self.object_decorator_names for n in d.classes)
        registrations = [r for f in self.frameworks for r in f.registrations]
        self.registration_names = {r: NameSet(r.classes) for r in registrations}
        self.registration_callable_names = frozenset(name.rpartition(".")[2] for r in registrations for name in r.callables)
        self.registration_words = frozenset(self.registration_callable_names | self.registration_methods.keys())
        self.class_handlers = [(NameSet(c.bases), c) for f in self.frameworks for c in f.class_handlers]
        self.class_handler_methods = frozenset(m for _, c in self.class_handlers for m in c.methods)
        self.view_functions = [v for f in self.frameworks for v in f.view_functions]
        self.model_fields = tuple(f.model_fields for f in self.frameworks if f.model_fields)
        self.mapping_attributes = frozenset(name for f in self.frameworks for name in f.mapping_attributes)
        self.query_attributes = frozenset(name for f in self.frameworks for name in f.query_attributes)

        def names(field: str) -> NameSet:
            return NameSet(name for f in self.frameworks for name in getattr(f, field))

        self.dependency_markers = names("dependency_markers")
        self.injection_markers = names("injection_markers")
        self.server_runners = names("server_runners")
        self.sessions = names("sessions")
        self.session_objects = names("session_objects")
        self.session_makers = names("session_makers")
        self.engines = names("engines")
        self.transactions = names("transactions")
        self.write_constructs = names("write_constructs")
        self.orm_bases = names("orm_bases")
        self.table_models = names("table_models")
        self.active_record_bases = names("active_record_bases")
        self.queries = names("queries")
        self.managers = names("managers")
        self.relations = names("relations")
        self.row_lookups = names("row_lookups")
        self.framework_objects = names("framework_objects")
        self.framework_proxies = names("framework_proxies")
        self.streaming_responses = names("streaming_responses")
        self.background_tasks = names("background_tasks")
        self.background_task_items = names("background_task_items")
        self.http_errors = names("http_errors")
        self.http_error_modules = names("http_error_modules")
        self.http_error_functions = names("http_error_functions")
        self.pydantic_bases = names("pydantic_bases")
        self.http_clients = names("http_clients")
        self.http_functions = names("http_functions")
        self.web_modules = names("web_modules")
        edge_names = (*self.framework_objects, *self.dependency_markers, *self.injection_markers)
        self.edge_packages = frozenset({"typing", "typing_extensions", *(name.partition(".")[0] for name in edge_names)})
        self.web_packages = frozenset(name.partition(".")[0] for name in self.web_modules)
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
