"""Where a project begins: source roots, found from the linted file upwards."""

from __future__ import annotations

import os
import re
import sys
from functools import lru_cache

from flake8_backend_rules.project.source import read_source

_PROJECT_MARKERS = ("pyproject.toml", "setup.cfg", "tox.ini", ".flake8", "manage.py", ".git", ".hg")
_SCRIPTS = ("main.py", "app.py", "run.py", "server.py", "wsgi.py", "asgi.py")
_IMPORTED = re.compile(r"^(?:from|import) +(\w+)", re.MULTILINE)
_MAX_ASCENT = 24


def project_root(folder: str) -> str | None:
    """The nearest folder at or above `folder` that holds a project marker; where none does, that which flake8 runs in, if around it."""
    return _project_root(folder, _MAX_ASCENT) or _working_folder_around(folder)


@lru_cache(maxsize=4096)
def _project_root(folder: str, ascent: int) -> str | None:
    if any(os.path.exists(os.path.join(folder, marker)) for marker in _PROJECT_MARKERS):
        return folder
    if os.path.exists(os.path.join(folder, "setup.py")) and not is_package(folder):  # in a package it is a module about setting up
        return folder
    parent = os.path.dirname(folder)
    return None if parent == folder or not ascent else _project_root(parent, ascent - 1)


def _working_folder_around(folder: str) -> str | None:
    working = os.getcwd()
    return working if _is_inside(folder, working) and os.path.dirname(working) != working else None


@lru_cache(maxsize=4096)
def is_package(folder: str) -> bool:
    """Whether the folder holds an `__init__.py`."""
    return os.path.isfile(os.path.join(folder, "__init__.py"))


@lru_cache(maxsize=4096)
def package_parent(folder: str) -> str:
    """The first folder at or above `folder` that is no package."""
    for _ in range(_MAX_ASCENT):
        if not is_package(folder):
            break
        folder = os.path.dirname(folder)
    return folder


def _outermost_package_parent(folder: str, project: str | None) -> str:
    """The folder above the outermost package around `folder`; a folder without an `__init__.py` inside of a package belongs to it."""
    parent = package_parent(folder)
    around = parent
    while project is not None and around != project and _is_inside(around, project):
        if is_package(around):
            parent = package_parent(around)
            around = parent
        else:
            around = os.path.dirname(around)
    return parent


@lru_cache(maxsize=4096)
def _starts(folder: str, parent: str) -> tuple[str, ...]:
    """The packages from `folder` up to `parent` that something is run or installed from.

    They hold `manage.py`, `pyproject.toml` or a script that imports what lies beside it without the package's name.
    """
    if folder == parent or not _is_inside(folder, parent):
        return ()
    is_one = any(os.path.isfile(os.path.join(folder, name)) for name in ("manage.py", "pyproject.toml")) or _holds_script(folder)
    return (*((folder,) if is_one else ()), *_starts(os.path.dirname(folder), parent))


@lru_cache(maxsize=4096)
def _holds_script(folder: str) -> bool:
    """Whether a package is where a script begins: `from database import session` in `main.py`, with `database.py` beside it."""
    imported: set[str] = set()
    for name in _SCRIPTS:
        if os.path.isfile(path := os.path.join(folder, name)):
            imported.update(_IMPORTED.findall(read_source(path) or ""))
    imported -= sys.stdlib_module_names
    if not imported or os.path.basename(folder) in imported:
        return False
    return any(os.path.isfile(os.path.join(folder, f"{n}.py")) or os.path.isdir(os.path.join(folder, n)) for n in imported)


@lru_cache(maxsize=4096)
def layer_root(folder: str, configured: tuple[str, ...]) -> str:
    """The source root whose inner folders may name a layer for modules in `folder`.

    A configured root wins; then a `src` folder inside the project; then the folder above the outermost
    package; for modules in no package, the project's root.
    """
    for root in sorted(configured, key=len, reverse=True):
        if _is_inside(folder, root):
            return root
    project = project_root(folder)
    if project is not None:
        current = folder
        while current != project and _is_inside(current, project):
            if os.path.basename(current) == "src" and not is_package(current):
                return current
            current = os.path.dirname(current)
    if is_package(folder):
        return _outermost_package_parent(folder, project)
    return project or folder


@lru_cache(maxsize=4096)
def folders_below_root(folder: str, configured: tuple[str, ...]) -> tuple[str, ...]:
    """The names of the folders from the source root down to `folder`, the root left out."""
    root = layer_root(folder, configured)
    return tuple(folder[len(root) :].strip(os.sep).split(os.sep)) if folder != root and _is_inside(folder, root) else ()


@lru_cache(maxsize=4096)
def search_roots(folder: str, configured: tuple[str, ...]) -> tuple[str, ...]:
    """The folders in which absolute imports of a module in `folder` are looked up, first match wins.

    Of the configured roots the one that holds the module comes first: applications may have packages of one name.
    """
    roots = sorted(configured, key=lambda root: -len(root) if _is_inside(folder, root) else 0)
    parent = package_parent(folder)
    roots.append(parent)
    roots += _starts(folder, parent)
    project = project_root(parent)
    if project is not None:
        current = parent
        while current != project and _is_inside(current, project):
            current = os.path.dirname(current)
            if not is_package(current):
                roots.append(current)
        roots += [project, os.path.join(project, "src")]
        outer = project_root(os.path.dirname(project))
        if outer is not None and is_package(project):
            roots.append(package_parent(project))
    return tuple(dict.fromkeys(root for root in roots if os.path.isdir(root)))


def _is_inside(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def forget() -> None:
    """Drops what was remembered of the file system; an editor's process outlives changes to it."""
    for function in (_project_root, is_package, package_parent, _starts, _holds_script, layer_root, folders_below_root, search_roots):
        function.cache_clear()
