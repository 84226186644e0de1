"""Function views by their place: which functions beside views are views, and which only help them."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from functools import cache

from flake8_backend_rules.project.project import Project
from flake8_backend_rules.project.surfaces import FunctionInfo, FunctionNode
from flake8_backend_rules.semantics.paths import last_name
from flake8_backend_rules.semantics.scope import all_nodes, own_nodes
from flake8_backend_rules.semantics.values import Evaluator

_NO_RESPONSE = (
    ast.Tuple, ast.Dict, ast.List, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp, ast.GeneratorExp, ast.Compare, ast.Constant,
    ast.JoinedStr,
)  # fmt: skip


def is_view_helper(function: FunctionInfo, project: Project, called: Callable[[], frozenset[str]]) -> bool:
    """Whether a function that takes a request returns no response: it is a helper of the views beside it.

    It says so, it answers a question, returns a tuple or what it keeps on the request, or its module calls it and it returns
    nothing or plain data (of all of which a decorator may make a response).
    Bodies are read of the linted module only. `called`: gives the names of the functions that the module calls.
    """
    if isinstance(function.returns, ast.Constant) and function.returns.value is None:
        return True
    if not project.is_current(function.module):
        return False
    body = project.body_of(function)
    if body is None:
        return False
    returned = [n.value for n in own_nodes(body) if isinstance(n, ast.Return) and n.value is not None]
    if not body.decorator_list and any(_is_answer(value) or _is_kept(value, body) for value in returned):
        return True
    if returned and (body.decorator_list or not any(isinstance(value, _NO_RESPONSE) for value in returned)):
        return False
    return body.name in called()


def names_called(tree: ast.Module) -> frozenset[str]:
    """The names that a module calls as they are: `show` of `show(request)`."""
    return frozenset(n.func.id for n in all_nodes(tree) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name))


def _is_answer(value: ast.expr) -> bool:
    if isinstance(value, ast.Constant):
        return isinstance(value.value, bool)
    if isinstance(value, ast.Call):
        return isinstance(value.func, ast.Attribute) and value.func.attr == "exists"
    return isinstance(value, (ast.Tuple, ast.Compare))


def _is_kept(value: ast.expr, body: FunctionNode) -> bool:
    """Whether an attribute of the function's first parameter is returned."""
    first = next(iter([*body.args.posonlyargs, *body.args.args]), None)
    return first is not None and isinstance(value, ast.Attribute) and isinstance(value.value, ast.Name) and value.value.id == first.arg


def is_in_registry(function: FunctionInfo, registry: str, evaluator: Evaluator) -> bool:
    """Whether `urls.py` beside the module lists the function in `urlpatterns`."""
    project = evaluator.project
    urls = project.module_at(f"{function.module.folder}/urls.py")
    if urls is None or not urls.binds(registry) or function.name not in project.text_of(urls.path):
        return False
    tree = project.tree_of(urls)
    if tree is None:
        return False
    scope = evaluator.module_scope(urls)
    for node in all_nodes(tree):
        if isinstance(node, (ast.Name, ast.Attribute)) and last_name(node) == function.name:
            value = evaluator.value(node, scope)
            found = value.definition if value is not None else None
            if isinstance(found, FunctionInfo) and found.module.path == function.module.path:
                return True
    return False


def takes_request(
    function: FunctionInfo, parameter: str, request_class: str, *, is_method: bool = False, registered: bool = False
) -> bool:
    """Whether a function's first parameter (after `self`) has a name, or is annotated as a class, named with or without its module.

    `_request` is a request that is not used; so is `_` of a function that is `registered` as a handler.
    """
    first = next(iter([*function.args.posonlyargs, *function.args.args][is_method:]), None)
    if first is None:
        return False
    annotated = first.annotation is not None and last_name(first.annotation) == request_class.rpartition(".")[2]
    return first.arg.lstrip("_") == parameter or annotated or (registered and first.arg == "_")


@cache
def taking_first(parameter: str, request_class: str) -> Callable[[str], bool]:
    """Tells whether a text may define a function of which `takes_request` is true."""
    name = request_class.rpartition(".")[2]
    pattern = re.compile(rf"def[ \t]+\w+[ \t]*(?:\[|\(\s*(?:_*{parameter}\b|_\s*[,:)])|\([^\n]*#)")
    annotated = re.compile(rf"def[ \t]+\w+[ \t]*\(\s*\w+\s*:\s*[\w.]*{name}\b")
    return lambda text: pattern.search(text) is not None or "\\\n" in text or (name in text and annotated.search(text) is not None)
