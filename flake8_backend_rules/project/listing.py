"""The Python files of the project around a linted file: which there are, whatever the command line names."""

from __future__ import annotations

import os

from flake8_backend_rules.project import roots

_MAX_FILES = 6000
_MAX_FOLDERS = 6000
_FOREIGN_FOLDERS = frozenset({"node_modules", "site-packages", "__pycache__", "venv", "env", "build", "dist"})


def listing_roots(folder: str, configured: tuple[str, ...]) -> tuple[str, ...]:
    """The folders that hold the project of a file in `folder`, none inside another.

    The configured source roots and the nearest folder with a project marker; without a marker the outermost package.
    """
    project = roots.project_root(folder)
    if project is not None and roots.is_package(project):
        project = roots.package_parent(project)
    if project is None:
        project = folder
        while roots.is_package(os.path.dirname(project)):
            project = os.path.dirname(project)
    found = sorted({*configured, project}, key=lambda path: (len(path), path))
    return tuple(f for i, f in enumerate(found) if not any(f.startswith(outer.rstrip(os.sep) + os.sep) for outer in found[:i]))


def python_files(folders: tuple[str, ...]) -> list[str]:
    """The `.py` files below some folders, sorted within each folder; hidden folders, virtual environments and links are left out.

    At most a few thousand: a folder that is no project ends there.
    """
    found: list[str] = []
    pending = list(reversed(folders))
    visited = 0
    while pending and visited < _MAX_FOLDERS and len(found) < _MAX_FILES:
        folder = pending.pop()
        visited += 1
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError:
            continue
        if any(entry.name == "pyvenv.cfg" for entry in entries):
            continue
        inner = []
        for entry in entries:
            if entry.name.startswith(".") or entry.is_symlink():
                continue
            if entry.name.endswith(".py"):
                found.append(entry.path)
            elif entry.name not in _FOREIGN_FOLDERS and entry.is_dir(follow_symlinks=False):
                inner.append(entry.path)
        pending.extend(reversed(inner))
    return found[:_MAX_FILES]
