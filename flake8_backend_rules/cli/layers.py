"""`backend-rules layers`: the layer of each module and what decided it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence

from flake8_backend_rules.cli.files import python_files, read
from flake8_backend_rules.cli.flake8_run import configured_session
from flake8_backend_rules.cli.terminal import tracked
from flake8_backend_rules.plugin import Session
from flake8_backend_rules.project.layers import Placement


def placement(session: Session, path: str) -> Placement | None:
    """The layer of the module at `path`; None if it is exempt or can't be read."""
    source = None if session.settings.is_exempt(os.path.abspath(path)) else read(path)
    return None if source is None else session.placement(source.tree, path, source.lines)


def print_layers(paths: Sequence[str], form: str, arguments: Sequence[str]) -> int:
    """Prints the layers of all modules below `paths`; `form`: "text" or "json". Returns the exit status."""
    session = configured_session(arguments)
    found = ((path, placement(session, path)) for path in tracked(list(python_files(paths)), "Reading modules"))
    if form == "json":
        print(json.dumps(list(_records(found)), indent=2))
        return 0
    for path, placed in found:
        print(f"{path}: {'exempt, or not readable' if placed is None else f'{placed.layer.value} ({placed.reason})'}")
    return 0


def _records(found: Iterator[tuple[str, Placement | None]]) -> Iterator[dict[str, str | None]]:
    for path, placed in found:
        layer, reason = (None, "exempt, or not readable") if placed is None else (placed.layer.value, placed.reason)
        yield {"path": path, "layer": layer, "reason": reason}
