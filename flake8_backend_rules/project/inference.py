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
    from flake8_backend_rules.project.summary import FunctionInfo

MAX_FUNCTIONS_PER_FILE = 12
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
    """astroid's answers for one project. Trees that it built are kept."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._modules: dict[str, Any] = {}
        self._stub_names: dict[str, set[str]] = {}

    def returned_class(self, function: FunctionInfo) -> str | None:
        """The class of what `function` returns: a qualified third-party name, or `path:Qualname` of a first-party class.

        None where astroid can't tell, or where the bounds on modules, nodes or depth are reached.
        """
        wanted = self._wanted_modules(function)
        if not wanted:
            return None
        try:
            with self._guarded(wanted):
                target = _find(self._modules[function.module.name], function)
                return None if target is None else _class_of_result(target)
        except Exception:  # astroid lets AssertionError, RecursionError and others out of inference
            return None

    def _wanted_modules(self, function: FunctionInfo) -> dict[str, tuple[str, ast.Module]]:
        """{module name: (path, tree)} of the function's module and the first-party modules of names that its body uses."""
        from flake8_backend_rules.project.summary import ImportInfo, ModuleSummary

        project, module = self._project, function.module
        own = project.tree_of(module)
        body = project.body_of(function)
        if own is None or body is None or sum(1 for _ in ast.walk(own)) > _MAX_NODES:
            return {}
        wanted = {module.name: (module.path, own)}
        names = {n.id for n in ast.walk(body) if isinstance(n, ast.Name)}
        for name in sorted(names):
            binding = module.bindings.get(name)
            found = project.imported_module(binding, module) if isinstance(binding, ImportInfo) else None
            if isinstance(found, ModuleSummary) and found.name not in wanted and len(wanted) < _MAX_MODULES:
                tree = project.tree_of(found)
                if tree is not None and sum(1 for _ in ast.walk(tree)) <= _MAX_NODES:
                    wanted[found.name] = (found.path, tree)
        return wanted

    @contextmanager
    def _guarded(self, wanted: dict[str, tuple[str, ast.Module]]) -> Iterator[None]:
        """astroid's process-wide state set for this project and put back; the wanted modules are built."""
        from astroid.builder import AstroidBuilder
        from astroid.manager import AstroidManager

        manager = AstroidManager()
        cache = manager.astroid_cache
        if "builtins" not in cache:
            manager.bootstrap()
        kept_cache, kept_deny = dict(cache), AstroidManager.brain["module_denylist"]
        builder = AstroidBuilder(manager, apply_transforms=False)
        stubs = self._stub_sources(wanted)
        allowed = frozenset({"builtins", *self._modules, *wanted, *stubs})
        AstroidManager.brain["module_denylist"] = manager.module_denylist = _DenyList(allowed)
        try:
            cache.clear()
            cache["builtins"] = kept_cache["builtins"]
            cache.update(self._modules)
            for name, source in stubs.items():
                self._modules[name] = builder.string_build(source, name)
            for name, (path, tree) in wanted.items():
                if name not in self._modules:
                    self._modules[name] = builder.string_build(ast.unparse(tree), name, path)
            yield
        finally:
            AstroidManager.brain["module_denylist"] = manager.module_denylist = kept_deny
            cache.clear()
            cache.update(kept_cache)

    def _stub_sources(self, wanted: dict[str, tuple[str, ast.Module]]) -> dict[str, str]:
        """Source of the stubs of third-party modules that lack a name which the wanted trees use."""
        grown: set[str] = set()
        for name, (_, tree) in wanted.items():
            if name in self._modules:
                continue
            for module, member in _imported_names(tree):
                names = self._stub_names.setdefault(module, set())
                if member not in names:
                    names.add(member)
                    grown.add(module)
        first_party = self._modules.keys() - self._stub_names.keys() | wanted.keys()
        return {
            module: "\n".join(f"class {name}: pass" for name in sorted(self._stub_names[module]) if name) for module in grown - first_party
        }


def _imported_names(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """(module, class name) of what a tree imports absolutely; "" for the module itself."""
    aliases: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module, ""
            yield from ((node.module, a.name) for a in node.names if a.name[:1].isupper())
        elif isinstance(node, ast.Import):
            for alias in node.names:
                aliases[alias.asname or alias.name] = alias.name
                yield alias.name, ""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.attr[:1].isupper():
            if node.value.id in aliases:
                yield aliases[node.value.id], node.attr


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
