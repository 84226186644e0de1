"""Functions that make what handlers are put on: routers, blueprints and whole applications."""

from __future__ import annotations

import ast

from flake8_backend_rules.project.summary import ModuleSummary
from flake8_backend_rules.project.surfaces import FunctionNode
from flake8_backend_rules.semantics.kinds import Kind, Value
from flake8_backend_rules.semantics.paths import last_name
from flake8_backend_rules.semantics.scope import Scope, own_nodes
from flake8_backend_rules.semantics.values import Evaluator

ROUTERS = ("router", "blueprint")
"""How the names of classes end that handlers are put on, in lower case."""
_MANY_ROUTES = 3
"""So many handlers in the factory of an application are its routes."""


def makes_routes(evaluator: Evaluator, function: FunctionNode, module: ModuleSummary, inside: int) -> bool:
    """Whether a function returns a router or blueprint, or says that it takes one: handlers inside it count for its module's layer.

    So does one that returns the application, if more than a health check is `inside`; but for a package's `__init__`, from which
    other layers have more than that.
    """
    scope = Scope(module, function, evaluator.module_scope(module), None)
    if takes_router(function.args):
        return True
    for node in own_nodes(function):
        if isinstance(node, ast.Return) and node.value is not None:
            value = evaluator.value(node.value, scope)
            name = value.last_name if value is not None else node.value.id if isinstance(node.value, ast.Name) else ""
            if name.lower().endswith(ROUTERS):
                return True
            if inside >= _MANY_ROUTES and not module.is_package and is_application(evaluator, value):
                return True
    return False


def is_application(evaluator: Evaluator, value: Value | None) -> bool:
    """Whether a value is what handlers are put on."""
    if value is None or value.kind is not Kind.INSTANCE:
        return False
    return bool(evaluator.descends(value, evaluator.knowledge.any_object_decorator))


def takes_router(args: ast.arguments) -> bool:
    """Whether a function has a parameter that is annotated as a router or blueprint."""
    annotations = (arg.annotation for arg in (*args.posonlyargs, *args.args, *args.kwonlyargs) if arg.annotation is not None)
    mentioned = (node for annotation in annotations for node in ast.walk(annotation) if isinstance(node, (ast.Name, ast.Attribute)))
    return any(last_name(node).lower().endswith(ROUTERS) for node in mentioned)
