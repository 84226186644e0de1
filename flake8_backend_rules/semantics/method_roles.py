"""Roles of methods by their names: of descendants of a framework's class, of their mixins and templates, or beside its imports."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from functools import lru_cache

from flake8_backend_rules.frameworks import knowledge
from flake8_backend_rules.frameworks.schema import ClassHandlers, NameSet, Role
from flake8_backend_rules.project.summary import ModuleSummary
from flake8_backend_rules.project.surfaces import ClassInfo
from flake8_backend_rules.semantics.function_roles import FunctionRole, RoleMap
from flake8_backend_rules.semantics.template_methods import may_be_transport, may_hold_jobs, own_methods_called
from flake8_backend_rules.semantics.values import Evaluator

_AROUND_HANDLERS = frozenset({"dispatch"})
"""What runs before a handler of the verb; what it calls of an heir are guards and look-ups for all verbs."""
_FRAMEWORK_HOOKS = frozenset({
    "get_queryset", "filter_queryset", "get_object", "get_serializer", "get_serializer_class", "get_serializer_context", "get_context_data",
    "get_form", "get_form_class", "get_form_kwargs", "get_initial", "get_success_url", "get_template_names", "get_permissions",
})  # fmt: skip
"""Methods that the frameworks' own views call as well, of which an override says what the view is about."""


class MethodRoles:
    """Gives roles to the methods of one module after another."""

    def __init__(self, evaluator: Evaluator) -> None:
        self.evaluator = evaluator
        self.knowledge = evaluator.knowledge

    def give(self, module: ModuleSummary, roles: RoleMap) -> None:
        """Adds the roles of a module's methods."""
        entries, by_name, prefixes, names = _class_handlers(self.knowledge.class_handler_packages & module.top_level_packages())
        for cls in module.all_classes(_defining(names)):
            for entry in by_name:
                _give_role(cls, entry, f"method of a class beside {entry.package}", roles)
            if not cls.bases:
                continue
            if (
                not self.knowledge.class_handler_methods.isdisjoint(cls.methods)
                or (prefixes and any(name.startswith(prefixes) for name in cls.methods))
                or any(isinstance(base, ast.Name) and isinstance(module.binding(base.id), ClassInfo) for base in cls.bases)
            ):  # its own methods, or those of a mixin beside it
                self._inherited(cls, [e for e in entries if e[0]], roles)
        told_by_name = {Role.HTTP: may_be_transport(module), Role.JOB: may_hold_jobs(module)}
        edges = [e for e in entries if e[0] and told_by_name.get(e[1].role)]
        for cls in module.all_classes(_has_base) if edges else ():
            if cls.bases and cls.methods:
                self._by_template(cls, edges, roles)

    def _by_template(self, cls: ClassInfo, entries: list[tuple[NameSet, ClassHandlers]], roles: RoleMap) -> None:
        """Methods that the handler of a first-party base in another module calls: `BaseView.post` calls `self.perform`."""
        ancestry = self.evaluator.ancestry(cls)
        for bases, entry in entries:
            if not any(name in bases for name in ancestry.externals):
                continue
            for ancestor in ancestry.classes[1:]:
                templates = entry.methods.intersection(ancestor.methods) if ancestor.module is not cls.module else frozenset()
                for name in templates.difference(cls.methods, _AROUND_HANDLERS):
                    hooks = own_methods_called(ancestor.methods[name], self.evaluator.project) - _FRAMEWORK_HOOKS
                    for called in hooks.intersection(cls.methods):
                        line = cls.methods[called].line
                        roles.setdefault(line, FunctionRole(entry.role, f"called by {ancestor.name}.{name}"))

    def _inherited(self, cls: ClassInfo, entries: list[tuple[NameSet, ClassHandlers]], roles: RoleMap) -> None:
        ancestry = self.evaluator.ancestry(cls)
        for bases, entry in entries:
            base = next((name for name in ancestry.externals if name in bases), None)
            if base is None and entry.base_endings:
                base = self._unread_base(ancestry.externals, entry, cls.module)
            if base is not None:
                for own in ancestry.classes if entry.role is Role.HTTP else ancestry.classes[:1]:
                    if own.module is cls.module:
                        _give_role(own, entry, f"method of a {base}", roles)

    def _unread_base(self, externals: tuple[str, ...], handlers: ClassHandlers, module: ModuleSummary) -> str | None:
        """A third-party base that is not read but whose name tells."""
        if handlers.package not in module.top_level_packages():
            return None
        return next(
            (n for n in externals if n.endswith(handlers.base_endings) and n.partition(".")[0] not in self.knowledge.packages), None
        )


@lru_cache(maxsize=64)
def _class_handlers(
    packages: frozenset[str],
) -> tuple[list[tuple[NameSet, ClassHandlers]], list[ClassHandlers], tuple[str, ...], frozenset[str]]:
    """What makes handlers of methods beside imports of some packages: all ways, those by name alone, prefixes, names to look for."""
    known = knowledge()
    entries = [(b, e) for b, e in known.class_handlers if (b and not e.prefixes) or e.package in packages]
    by_name = [e for bases, e in entries if not bases]
    prefixes = tuple(p for bases, e in entries if bases for p in e.prefixes)
    return entries, by_name, prefixes, known.class_handler_methods.union(prefixes, *((*e.methods, *e.prefixes) for e in by_name))


def _has_base(text: str) -> bool:
    """Whether a text, that of a class, names a base."""
    return "(" in text.partition(":")[0]


def _give_role(cls: ClassInfo, entry: ClassHandlers, reason: str, roles: RoleMap) -> None:
    for method in cls.methods.values():
        if method.line in roles or not (method.name in entry.methods or (entry.prefixes and method.name.startswith(entry.prefixes))):
            continue
        if len(method.args.posonlyargs) + len(method.args.args) >= entry.parameters:
            roles[method.line] = FunctionRole(entry.role, reason, entry.request_class, entry.typed_parameters)


@lru_cache(maxsize=64)
def _defining(names: frozenset[str]) -> Callable[[str], bool]:
    """Tells whether a text defines functions whose names begin with one of some words."""
    search = re.compile(rf"def (?:{'|'.join(sorted(names))})").search
    return lambda text: search(text) is not None
