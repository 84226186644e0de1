"""Every name in the frameworks' data exists in the real package; a decorator that is renamed upstream turns this red.

Needs the packages of the extra `frameworks`; of each framework, the names of the packages that are installed are looked at.
"""

from __future__ import annotations

import ast
import importlib
import importlib.util
import inspect
import textwrap
import warnings
from collections.abc import Callable, Iterator, Mapping
from functools import cache

import pytest

from flake8_backend_rules.frameworks import load_frameworks
from flake8_backend_rules.frameworks.schema import SELF, Framework, Registration, Role

# Fields whose entries are looked at apart; texts and sets hold bare words, all others qualified names.
APART = {"object_decorators", "class_handlers", "registrations", "handler_lists", "view_functions", "module_responders", "enqueues"}
FRAMEWORKS = load_frameworks()
pytestmark = pytest.mark.filterwarnings("ignore")
MISSING, UNKNOWN = object(), object()
_DJANGO = {
    "INSTALLED_APPS": ["django.contrib.contenttypes", "django.contrib.auth", "rest_framework", "rest_framework.authtoken"],
    "HUEY": {"immediate": True},
    "USE_TZ": True,
    "SECRET_KEY": "x",
}


def is_installed(name: str) -> bool:
    return importlib.util.find_spec(name.partition(".")[0]) is not None


@cache
def configure_django() -> None:
    """Django's modules want settings when they are imported."""
    if not is_installed("django"):
        return
    import django
    from django.conf import settings

    if not settings.configured:
        apps = [app for app in _DJANGO["INSTALLED_APPS"] if is_installed(app)]  # type: ignore[attr-defined]
        settings.configure(**{**_DJANGO, "INSTALLED_APPS": apps})
        django.setup()


@cache
def resolved(name: str) -> object:
    """What a dotted name stands for, its class for an attribute that only instances have.

    MISSING if there is no such thing; UNKNOWN if its module can't be imported here (it needs a package that is not installed, say).
    """
    parts = name.split(".")
    found: object = MISSING
    rest: list[str] = []
    for length in range(len(parts), 0, -1):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                found, rest = importlib.import_module(".".join(parts[:length])), parts[length:]
            break
        except Exception as error:
            if not (isinstance(error, ModuleNotFoundError) and error.name and f"{name}.".startswith(f"{error.name}.")):
                return UNKNOWN
    for part in rest:
        if hasattr(found, part):
            found = getattr(found, part)
        elif not (inspect.isclass(found) and part in instance_attributes(found)):
            return MISSING
    return found


@cache
def instance_attributes(cls: type) -> frozenset[str]:
    """What instances have beside their class's attributes: what is annotated, and what methods assign to `self`."""
    names: set[str] = set()
    for ancestor in cls.__mro__[:-1]:
        names.update(inspect.get_annotations(ancestor))
        try:
            tree = ast.parse(textwrap.dedent(inspect.getsource(ancestor)))
        except (OSError, TypeError, SyntaxError):
            continue
        names.update(
            node.attr
            for node in ast.walk(tree)
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self"
        )
    return frozenset(names)


def plain_names(framework: Framework) -> Iterator[str]:
    """The qualified names in the fields that hold nothing else."""
    for field, value in framework._asdict().items():
        if field in APART or isinstance(value, (str, frozenset)):
            continue
        names = [*value, *value.values()] if isinstance(value, Mapping) else list(value)
        assert all(isinstance(name, (str, int, Role, frozenset)) for name in names), f"{field}: say in this test what it holds"
        yield from (name for name in names if isinstance(name, str))


def handler_names(framework: Framework) -> Iterator[str]:
    """The classes and functions of entries that make handlers, their packages and their requests."""
    for entry in (*framework.object_decorators, *framework.registrations, *framework.enqueues):
        yield from entry.classes
    for registration in framework.registrations:
        yield from (*registration.callables, *registration.packages, registration.request_class)
    for handlers in framework.class_handlers:
        yield from (*handlers.bases, handlers.package, handlers.request_class)
    for decorator in framework.object_decorators:
        yield decorator.request_class
    for views in framework.view_functions:
        yield from (views.package, views.request_class)
    yield from (entry.package for entry in framework.handler_lists)
    yield from (responders.request_class for responders in framework.module_responders)


def methods_by_classes(framework: Framework) -> Iterator[tuple[tuple[str, ...], str]]:
    """(classes, a method that one of them has at least)."""
    for entry in (*framework.object_decorators, *framework.registrations):
        for method in entry.methods:
            yield entry.classes, method
    for name, methods in framework.client_sessions.items():
        yield from (((name,), method) for method in methods)


def parameter_at(function: Callable[..., object], position: int) -> str:
    """The name of the parameter that takes an argument given by position, `self` not counted; "" if it can't be told."""
    target = function.__init__ if inspect.isclass(function) else function  # type: ignore[misc]
    names = [name for name in inspect.signature(target).parameters if name != "self"]
    return names[position] if position < len(names) else ""


def registering(entry: Registration) -> list[Callable[..., object]]:
    """The functions that an entry stands for, of installed packages."""
    names = [*entry.callables, *(f"{cls}.{method}" for cls in entry.classes for method in entry.methods)]
    found = [resolved(name) for name in names if is_installed(name)]
    return [function for function in found if callable(function)]


def cases(names: Callable[[Framework], Iterator[str]]) -> list[object]:
    return [pytest.param(f, id=f.name) for f in FRAMEWORKS if any(names(f))]


@pytest.mark.parametrize("framework", cases(lambda f: iter([*plain_names(f), *handler_names(f)])))
def test_names_exist(framework: Framework) -> None:
    names = {name for name in (*plain_names(framework), *handler_names(framework)) if name and name != SELF}
    installed = sorted(name for name in names if is_installed(name))
    if not installed:
        pytest.skip("not installed")
    configure_django()
    wrong = [name for name in installed if name not in framework.unseen and resolved(name) is MISSING]
    assert wrong == [], "\n".join(wrong)


@pytest.mark.parametrize("framework", cases(lambda f: (m for _, m in methods_by_classes(f))))
def test_decorating_and_registering_methods_exist(framework: Framework) -> None:
    configure_django()
    checked = [(c, m) for c, m in methods_by_classes(framework) if any(is_installed(name) for name in c)]
    if not checked:
        pytest.skip("not installed")
    wrong = [
        (classes, method)
        for classes, method in checked
        if all(f"{name}.{method}" not in framework.unseen and resolved(f"{name}.{method}") is MISSING
               for name in classes if is_installed(name))
    ]  # fmt: skip
    assert wrong == []


@pytest.mark.parametrize("framework", cases(lambda f: (e.keyword for e in f.registrations)))
def test_handlers_stand_where_the_data_says(framework: Framework) -> None:
    configure_django()
    found = [(entry, registering(entry)) for entry in framework.registrations]
    if not any(functions for _, functions in found):
        pytest.skip("not installed")
    for entry, functions in found:
        keywords = {parameter_at(function, entry.argument) for function in functions}
        assert not functions or entry.keyword in keywords, (entry, keywords)


@pytest.mark.parametrize("framework", [pytest.param(f, id=f.name) for f in FRAMEWORKS if f.unseen])
def test_unseen_names_stand_in_the_data(framework: Framework) -> None:
    """A name that is gone from the data goes from the exceptions too."""
    names = {*plain_names(framework), *handler_names(framework)}
    names |= {f"{cls}.{method}" for classes, method in methods_by_classes(framework) for cls in classes}
    assert framework.unseen <= names


def test_a_name_that_is_none_is_found_out() -> None:
    assert resolved("ast.NodeVisitor.visit") is not MISSING
    assert resolved("argparse.ArgumentParser.prog") is not MISSING
    assert resolved("argparse.ArgumentParser.program") is MISSING
    assert resolved("ast.Visitor") is MISSING
    assert resolved("ast.visitors.Visitor") is MISSING
