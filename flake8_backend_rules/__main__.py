"""`python -m flake8_backend_rules layers PATH…`: the layer of each module and what decided it."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Sequence

from flake8_backend_rules.options import read_configuration
from flake8_backend_rules.plugin import BackendRulesPlugin, Session
from flake8_backend_rules.project.layers import Placement
from flake8_backend_rules.project.source import parse, read_source


def python_files(paths: Sequence[str]) -> Iterator[str]:
    """The Python files among `paths` and below them, in order; hidden folders are left out."""
    for path in paths:
        if not os.path.isdir(path):
            yield path
            continue
        for folder, folders, names in os.walk(path):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            yield from (os.path.join(folder, name) for name in sorted(names) if name.endswith(".py"))


def placement(session: Session, path: str) -> Placement | None:
    """The layer of the module at `path`; None if it is exempt or can't be read."""
    text = read_source(path)
    tree = None if text is None else parse(text)
    if text is None or tree is None or session.settings.is_exempt(os.path.abspath(path)):
        return None
    return session.placement(tree, path, text.splitlines(keepends=True))


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m flake8_backend_rules")
    commands = parser.add_subparsers(dest="command", required=True)
    layers = commands.add_parser("layers", help="the layer of each module, and what decided it")
    layers.add_argument("paths", nargs="+", metavar="PATH")
    paths: list[str] = parser.parse_args(arguments).paths
    read_configuration()
    session = BackendRulesPlugin.session()
    if session is None:
        raise SystemExit("flake8 does not load this pack")
    try:
        for path in python_files(paths):
            found = placement(session, path)
            print(f"{path}: {'exempt, or not readable' if found is None else f'{found.layer.value} ({found.reason})'}")
        sys.stdout.flush()
    except BrokenPipeError:  # `| head` has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


if __name__ == "__main__":
    sys.exit(main())
