"""What only a function's body tells, asked of astroid. The only module that imports astroid.

astroid by default imports and runs project code. Here it sees only trees that this pack built from
source it read itself: the asked module, the first-party modules that it imports, and stub modules for
every third-party name (a class of that name, so that a third-party name stays its qualified name).
Everything else is on the deny list. Nothing is loaded, imported or run.
"""

from __future__ import annotations

import ast
import copy
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from flake8_backend_rules.project.summary import ModuleSummary
from flake8_backend_rules.project.surfaces import FunctionInfo, ImportInfo, flat_statements

if TYPE_CHECKING:
    from flake8_backend_rules.project.project import Project

_MAX_MODULES = 6
_MAX_NODES = 20_000
_MAX_INFERRED = 20


class _DenyList:
    """Says of every module name that it is denied, but for the prepared ones."""

    def __init__(self, allowed: frozenset[str]) -> None:
        self._allowed = allowed

    def __contains__(self, name: object) -> bool:
        return name not in self._allowed


class Inference:
    """astroid's answers for one project. Each question sees modules built for it alone, so that none colours another."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._answers: dict[tuple[str, str, int], str | None] = {}

    def returned_class(self, function: FunctionInfo) -> str | None:
        """The class of what `function` returns: a qualified third-party name, or `path:Qualname` of a first-party class.

        None where astroid can't tell, or where the bounds on modules, nodes or depth are reached.
        """
        key = function.module.path, function.qualname, function.line
        if key in self._answers:
            return self._answers[key]
        answer = self._ask(function)
        if not self._project.is_current(function.module):
            self._answers[key] = answer
        return answer

    def _ask(self, function: FunctionInfo) -> str | None:
        try:
            wanted, first_party = self._wanted_modules(function)
            if not wanted:
                return None
            with _guarded(wanted, _stub_sources(wanted, first_party)) as modules:
                target = _find(modules[function.module.name], function)
                return None if target is None else _class_of_result(target)
        except Exception:  # astroid lets AssertionError, RecursionError and others out of inference
            return None

    def _wanted_modules(self, function: FunctionInfo) -> tuple[dict[str, tuple[str, ast.Module]], frozenset[str]]:
        """({module name: (path, tree)} of what the function's body leads to, the names of all first-party modules imported there)."""
        project, module = self._project, function.module
        own, body = project.tree_of(module), project.body_of(function)
        if own is None or body is None or sum(1 for _ in ast.walk(own)) > _MAX_NODES:
            return {}, frozenset()
        wanted = {module.name: (module.path, own)}
        reached = _names_reached(own, body)
        first_party = {module.name}
        for name, info in module.bindings.items():
            if not isinstance(info, ImportInfo):
                continue
            for found in (project.imported_module(info, module), project.resolve(module, name)):
                if isinstance(found, ModuleSummary):
                    first_party.add(found.name)
                    if name in reached and found.name not in wanted and len(wanted) < _MAX_MODULES:
                        tree = project.tree_of(found)
                        if tree is not None and sum(1 for _ in ast.walk(tree)) <= _MAX_NODES:
                            wanted[found.name] = (found.path, tree)
        for path, tree in wanted.values():
            folder = os.path.dirname(path)
            first_party.update(name for name, _ in _imported_names(tree) if project.is_first_party(name, folder))
        return wanted, frozenset(first_party)


def _names_reached(tree: ast.Module, body: ast.AST) -> set[str]:
    """The names that a body uses, and those that the values of the module's variables among them use."""
    values: dict[str, list[ast.expr]] = {}
    for statement in flat_statements(tree.body):
        for target in statement.targets if isinstance(statement, ast.Assign) else ():
            if isinstance(target, ast.Name) and isinstance(statement, ast.Assign):
                values.setdefault(target.id, []).append(statement.value)
    reached: set[str] = set()
    pending: list[ast.AST] = [body]
    while pending:
        for node in ast.walk(pending.pop()):
            if isinstance(node, ast.Name) and node.id not in reached:
                reached.add(node.id)
                pending.extend(values.get(node.id, ()))
    return reached


@contextmanager
def _guarded(wanted: dict[str, tuple[str, ast.Module]], stubs: dict[str, str]) -> Iterator[dict[str, Any]]:
    """astroid's process-wide state set for one question and put back; yields the modules built for it, by name."""
    from astroid.builder import AstroidBuilder
    from astroid.manager import AstroidManager

    manager = AstroidManager()
    cache = manager.astroid_cache
    if "builtins" not in cache:
        manager.bootstrap()
    kept_cache, kept_deny = dict(cache), AstroidManager.brain["module_denylist"]
    builder = AstroidBuilder(manager, apply_transforms=False)
    AstroidManager.brain["module_denylist"] = manager.module_denylist = _DenyList(frozenset({"builtins", *wanted, *stubs}))
    try:
        cache.clear()
        cache["builtins"] = kept_cache["builtins"]
        modules = {name: builder.string_build(source, name) for name, source in stubs.items()}
        for stub in modules.values():
            stub.package = True  # so that `sqlalchemy.orm` is looked for among the stubs
        for name, (path, tree) in wanted.items():
            modules[name] = builder.string_build(ast.unparse(_without_arithmetic(tree)), name, path)
        yield modules
    finally:
        AstroidManager.brain["module_denylist"] = manager.module_denylist = kept_deny
        cache.clear()
        cache.update(kept_cache)


class _Arithmetic(ast.NodeTransformer):
    """Takes out what astroid would compute: `[0] * 10**8` would be built, `a + a` of large lists too."""

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        return ast.Call(ast.Name("unknown", ast.Load()), [], [])

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.stmt:
        return ast.Pass()


def _without_arithmetic(tree: ast.Module) -> ast.Module:
    changed: ast.Module = _Arithmetic().visit(copy.deepcopy(tree))
    return changed


def _stub_sources(wanted: dict[str, tuple[str, ast.Module]], first_party: frozenset[str]) -> dict[str, str]:
    """Sources of stubs for the third-party modules that the wanted trees import: the classes that they name."""
    names: dict[str, set[str]] = {}
    for _, tree in wanted.values():
        for module, member in _imported_names(tree):
            if module not in first_party and module != "builtins":
                names.setdefault(module, set()).add(member)
    return {module: "\n".join(f"class {name}: pass" for name in sorted(members) if name) for module, members in names.items()}


def _imported_names(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """(module, class name) of what a tree imports absolutely; "" for the module itself."""
    aliases: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from _with_parents(node.module)
            for alias in node.names:
                if alias.name[:1].isupper():
                    yield node.module, alias.name
                else:
                    aliases[alias.asname or alias.name] = f"{node.module}.{alias.name}"
        elif isinstance(node, ast.Import):
            for alias in node.names:
                aliases[alias.asname or alias.name.partition(".")[0]] = alias.name if alias.asname else alias.name.partition(".")[0]
                yield from _with_parents(alias.name)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr[:1].isupper() and (dotted := _dotted(node.value)):
            first, _, rest = dotted.partition(".")
            if first in aliases:
                module = f"{aliases[first]}.{rest}".rstrip(".")
                yield from _with_parents(module)
                yield module, node.attr


def _with_parents(module: str) -> Iterator[tuple[str, str]]:
    parts = module.split(".")
    yield from ((".".join(parts[: i + 1]), "") for i in range(len(parts)))


def _dotted(node: ast.expr) -> str:
    """`a.b.c` as text, "" for anything else."""
    if isinstance(node, ast.Attribute):
        inner = _dotted(node.value)
        return f"{inner}.{node.attr}" if inner else ""
    return node.id if isinstance(node, ast.Name) else ""


def _find(root: Any, function: FunctionInfo) -> Any:
    target = root
    for part in function.qualname.split("."):
        found = [n for n in target.body if getattr(n, "name", None) == part and hasattr(n, "body")]
        if not found:
            return None
        target = found[-1]  # the last definition is the one in force
    return target if hasattr(target, "infer_call_result") else None


def _class_of_result(target: Any) -> str | None:
    from astroid.bases import Instance
    from astroid.util import Uninferable

    found: set[str] = set()
    for count, result in enumerate(target.infer_call_result(None)):
        if result is Uninferable or count > _MAX_INFERRED:
            return None
        if getattr(result, "value", 0) is None:
            continue
        if not isinstance(result, Instance):
            return None
        cls = result._proxied
        root = cls.root()
        qualname = cls.qname().removeprefix(f"{root.name}.")
        found.add(f"{root.file}:{qualname}" if root.file and root.file.endswith(".py") else f"{root.name}.{qualname}")
    return found.pop() if len(found) == 1 else None
