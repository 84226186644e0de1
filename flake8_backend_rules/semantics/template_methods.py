"""Handlers of first-party base classes that leave the work to methods of their heirs, in whatever module these are."""

from __future__ import annotations

import ast
from typing import cast

from flake8_backend_rules.project import layers
from flake8_backend_rules.project.layers import Layer
from flake8_backend_rules.project.project import Project
from flake8_backend_rules.project.summary import ModuleSummary
from flake8_backend_rules.project.surfaces import FunctionInfo
from flake8_backend_rules.semantics.scope import calls_below


def may_be_transport(module: ModuleSummary) -> bool:
    """Whether the stem or a folder of a module is named like one of the transport layer: a look at names alone."""
    named = layers.stem_layer(module.stem)
    if named is not None:
        return named[0] is Layer.TRANSPORT
    folders = module.name.split(".")
    return not layers.FOLDERS[Layer.TRANSPORT].isdisjoint(folders if module.is_package else folders[:-1])


def may_hold_jobs(module: ModuleSummary) -> bool:
    """Whether the stem or a folder of a module is named like one of jobs: a look at names alone."""
    return not layers.NEED_A_JOB_HANDLER.isdisjoint(module.name.split(".")) or module.stem.endswith(("_task", "_job", "_worker"))


def own_methods_called(method: FunctionInfo, project: Project) -> frozenset[str]:
    """The names of the methods that a method calls on `self` or `cls`, those of its class followed; found once a run."""
    key, memo = ("own methods called", method.module.path, method.qualname, str(method.line)), project.memo
    if key not in memo:
        found: set[str] = set()
        pending = [method]
        while pending:
            body = project.body_of(pending.pop())
            for call in calls_below(body, nested=True) if body is not None else ():
                func = call.func
                if isinstance(func, ast.Attribute) and isinstance(func.value, ast.Name) and func.value.id in ("self", "cls"):
                    own = method.owner.methods.get(func.attr) if method.owner is not None else None
                    if own is not None and func.attr not in found:
                        pending.append(own)
                    found.add(func.attr)
        memo[key] = frozenset(found)
    return cast("frozenset[str]", memo[key])
