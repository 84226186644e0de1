"""Where modules lie below a folder; what a folder holds is looked up once a run."""

from __future__ import annotations

import os


class Folders:
    """The names in the folders that were asked about so far."""

    def __init__(self) -> None:
        self._names: dict[str, frozenset[str]] = {}

    def names_in(self, folder: str) -> frozenset[str]:
        """The names of the files and folders in a folder; none where it can't be read."""
        names = self._names.get(folder)
        if names is None:
            try:
                names = frozenset(os.listdir(folder))
            except OSError:
                names = frozenset()
            self._names[folder] = names
        return names

    def module_path(self, root: str, dotted: str) -> str | None:
        """The file of the module `dotted` below `root`: `…/__init__.py` of a package, the folder itself of a namespace package."""
        *folders, name = dotted.split(".")
        parent = os.path.join(root, *folders)
        held = self.names_in(parent)  # most names that are asked for are not there
        base = os.path.join(parent, name)
        if name in held and os.path.isfile(package := os.path.join(base, "__init__.py")):
            return package
        if f"{name}.py" in held and os.path.isfile(base + ".py"):
            return base + ".py"
        return base if name in held and os.path.isdir(base) else None

    def package_path(self, folder: str) -> str | None:
        """The `__init__.py` of a folder, the folder itself where it has none; None where it is no folder."""
        init = os.path.join(folder, "__init__.py")
        return init if os.path.isfile(init) else folder if os.path.isdir(folder) else None
