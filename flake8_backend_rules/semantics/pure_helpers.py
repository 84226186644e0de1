"""Functions of infrastructure modules that ask no storage and no other system for anything: the time, a name, an address."""

from __future__ import annotations

import ast
import re

from flake8_backend_rules.project.project import Project
from flake8_backend_rules.project.surfaces import FunctionInfo
from flake8_backend_rules.semantics.scope import own_nodes

_STORAGE = re.compile(
    r"(?:^|_)(?:session|db|database|conn|connection|cursor|engine|execute|quer(?:y|ies)|select|insert|update|delete|commit|rollback"
    r"|objects|filter|exists|add|save|create|fetch\w*|scalars?|first|merge|row|rows|record|redis|cache|mongo|collection|clients?|http"
    r"|https|requests?|send|upload|download|bucket|open|read|write|load|store|storage|publish|submit|enqueue|repo|repository|dao"
    r"|crud|uow|scheduler|jobs?|tx|stmt|statement|manager|set|put|post|patch|call|run|sync|handle\w*|process)(?:_|$)|_set$",
    re.IGNORECASE,
)

_STORES = re.compile(r"(?:Adapter|Repository|Repo|DAO|Dao|CRUD|Gateway|Client|Store)s?$")


def is_pure_helper(function: FunctionInfo, project: Project) -> bool:
    """Whether a function or static method only computes: no name in it is one that storage or a client is asked by.

    A coroutine waits for something, and a body that can't be read or is a stub may do anything.
    """
    if function.owner is not None and _STORES.search(function.owner.name):
        return False
    if function.is_async or any(_STORAGE.search(arg.arg) for arg in function.args.args):
        return False
    body = project.body_of(function)
    if body is None:
        return False
    last = body.body[-1]
    if not isinstance(last, (ast.Return, ast.If, ast.Try, ast.With, ast.Match)):
        return False
    for node in own_nodes(body):
        name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
        if name and name != "set" and _STORAGE.search(name):
            return False
    return True
