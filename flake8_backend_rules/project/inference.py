"""What only a function's body tells, asked of astroid. The only module that imports astroid.

astroid by default imports and runs project code. Here it sees only trees that this pack built from
source it read itself: the asked module, the first-party modules that it imports, and stub modules for
every third-party name (a class of that name, so that a third-party name stays its qualified name).
Everything else is on the deny list. Nothing is loaded, imported or run.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flake8_backend_rules.project.project import Project
    from flake8_backend_rules.project.summary import FunctionInfo, ModuleSummary

MAX_FUNCTIONS_PER_FILE = 12
_MAX_MODULES = 6
_MAX_NODES = 20_000
_MAX_INFERRED = 20
_ALLOWED = frozenset({"builtins", "typing", "_typing", "typing_extensions", "collections", "abc"})


class _DenyList:
    """Says of every module name that it is denied, but for the prepared ones."""

    def __init__(self, allowed: frozenset[str]) -> None:
        self._allowed = allowed

    def __contains__(self, name: object) -> bool:
        return name not in self._allowed


def returned_class(project: Project, function: FunctionInfo) -> str | None:
    """The class of what `function` returns: a qualified third-party name, or `path:Qualname` of a first-party class.

    None where astroid can't tell, or where the bounds on modules, nodes or depth are reached.
    """
    prepared = _prepare(project, function.module)
    if prepared is None:
        return None
    try:
        with _guarded(prepared) as modules:
            root = modules[function.module.path]
            target = _find(root, function)
            return None if target is None else _class_of_result(target)
    except Exception:  # astroid lets AssertionError, RecursionError and others out of inference
        return None


def _prepare(project: Project, module: ModuleSummary) -> dict[str, tuple[str, ast.Module]] | None:
    """{path: (module name, tree)} of the module and the first-party modules it imports, breadth first."""
    from flake8_backend_rules.project.summary import ModuleSummary

    trees: dict[str, tuple[str, ast.Module]] = {}
    pending = [module]
    while pending and len(trees) < _MAX_MODULES:
        current = pending.pop(0)
        if current.path in trees:
            continue
        tree = project.tree_of(current)
        if tree is None:
            continue
        if sum(1 for _ in ast.walk(tree)) > _MAX_NODES:
            if current is module:
                return None
            continue
        trees[current.path] = (current.name, tree)
        for info in current.imports:
            found = project.imported_module(info, current)
            if isinstance(found, ModuleSummary):
                pending.append(found)
    return trees if module.path in trees else None


@contextmanager
def _guarded(prepared: dict[str, tuple[str, ast.Module]]) -> Iterator[dict[str, Any]]:
    """astroid modules of the prepared trees by path, with astroid's process-wide state set and put back."""
    from astroid.builder import AstroidBuilder
    from astroid.manager import AstroidManager

    manager = AstroidManager()
    cache = manager.astroid_cache
    names = {name for name, _ in prepared.values()}
    stubs = _stub_sources(prepared, names)
    deny = _DenyList(_ALLOWED | names | frozenset(stubs))
    kept_cache, kept_deny = dict(cache), AstroidManager.brain["module_denylist"]
    AstroidManager.brain["module_denylist"] = manager.module_denylist = deny
    builder = AstroidBuilder(manager, apply_transforms=False)
    try:
        for name in [*names, *stubs]:
            cache.pop(name, None)
        for name, source in stubs.items():
            builder.string_build(source, name)
        yield {
            path: builder.string_build(ast.unparse(tree), name, path) for path, (name, tree) in prepared.items()
        }
    finally:
        AstroidManager.brain["module_denylist"] = manager.module_denylist = kept_deny
        cache.clear()
        cache.update(kept_cache)


def _stub_sources(prepared: dict[str, tuple[str, ast.Module]], own: set[str]) -> dict[str, str]:
    """Source of a stub for each third-party module that the prepared trees import names from."""
    wanted: dict[str, set[str]] = {}
    for _, tree in prepared.values():
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module and not node.level and node.module not in own:
                wanted.setdefault(node.module, set()).update(a.name for a in node.names if a.name[:1].isupper())
            elif isinstance(node, ast.Import):
                for alias in node.names:
                    if alias.name not in own:
                        wanted.setdefault(alias.name, set())
            elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.attr[:1].isupper():
                if node.value.id in wanted:
                    wanted[node.value.id].add(node.attr)
    return {
        module: "\n".join(f"class {name}: pass" for name in sorted(names))
        for module, names in wanted.items()
        if module.partition(".")[0] not in _ALLOWED
    }


def _find(root: Any, function: FunctionInfo) -> Any:
    target = root
    for part in function.qualname.split("."):
        target = next((n for n in target.values() if getattr(n, "name", None) == part and hasattr(n, "body")), None)
        if target is None:
            return None
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
