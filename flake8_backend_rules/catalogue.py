"""Finds the rules: a rule exists because its file exists below `rules/`."""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module
from types import ModuleType

from flake8_backend_rules import rules as rules_package
from flake8_backend_rules.own_findings import OWN_FINDINGS
from flake8_backend_rules.rule import BadDeclarationError, Option, Rule


@cache
def all_rules() -> tuple[type[Rule], ...]:
    """Every rule class, by code. Raises BadDeclarationError for two with one code or name."""
    found: dict[str, type[Rule]] = {}
    names: set[str] = set()
    for module in _modules(rules_package):
        for rule in vars(module).values():
            if isinstance(rule, type) and issubclass(rule, Rule) and rule.__module__ == module.__name__:
                if rule.code in found or rule.name in names:
                    raise BadDeclarationError(f"{module.__name__}: {rule.code} {rule.name} stands twice")
                found[rule.code] = rule
                names.add(rule.name)
    return tuple(found[code] for code in sorted(found))


def _modules(package: ModuleType) -> list[ModuleType]:
    modules: list[ModuleType] = []
    for info in sorted(pkgutil.iter_modules(package.__path__), key=lambda i: i.name):
        module = import_module(f"{package.__name__}.{info.name}")
        modules += _modules(module) if info.ispkg else [module]
    return modules


@cache
def known_codes() -> frozenset[str]:
    """Every code that a finding can carry."""
    return frozenset({*(rule.code for rule in all_rules()), *(finding.code for finding in OWN_FINDINGS)})


def rule_options() -> tuple[Option, ...]:
    """The options that rules declare, by name; rules that share an option declare the same object."""
    options: dict[str, Option] = {}
    for rule in all_rules():
        for option in rule.options:
            if options.setdefault(option.name, option) is not option:
                raise BadDeclarationError(f"{rule.code}: option {option.name} is declared twice")
    return tuple(options[name] for name in sorted(options))
