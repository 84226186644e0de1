"""The command line of `backend-rules`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence


def parser() -> argparse.ArgumentParser:
    """The commands with their arguments. Each sets `run`: from the parsed arguments to the exit status."""
    whole = argparse.ArgumentParser(
        prog="backend-rules", description="What flake8-backend-rules knows, and the baseline of an old codebase."
    )
    commands = whole.add_subparsers(dest="command", required=True, metavar="COMMAND")
    rules = commands.add_parser("rules", help="every rule: code, name, default, what it flags")
    rules.set_defaults(run=_rules)
    explain = commands.add_parser("explain", help="the page of a rule")
    explain.add_argument("code", metavar="CODE", help="a code or name, such as KBR301 or handler-commits")
    explain.set_defaults(run=_explain)
    layers = commands.add_parser("layers", help="the layer of each module, and what decided it")
    layers.add_argument("paths", nargs="+", metavar="PATH")
    layers.add_argument("--format", choices=("text", "json"), default="text")
    layers.set_defaults(run=_layers)
    why = commands.add_parser("why", help="the facts that the findings of a line rest on")
    why.add_argument("place", metavar="PATH:LINE", help="as flake8 prints it; a column may follow")
    why.set_defaults(run=_why)
    picture = commands.add_parser("map", help="an HTML page: the modules in bands by layer, with what they import and call")
    picture.add_argument("paths", nargs="+", metavar="PATH")
    picture.add_argument("--output", default="map.html", metavar="FILE", help="default: map.html")
    picture.set_defaults(run=_map)
    baseline = commands.add_parser("baseline", help="record the findings of today, so that only new ones are reported")
    actions = baseline.add_subparsers(dest="action", required=True, metavar="ACTION")
    configured = [layers, why, picture]
    for name, text in (
        ("write", "record what flake8 reports now"),
        ("check", "fail if something recorded is gone"),
        ("prune", "remove what is gone"),
    ):
        action = actions.add_parser(name, help=text)
        action.add_argument("paths", nargs="*", metavar="PATH", default=["."], help="default: the current folder")
        action.add_argument("--file", metavar="FILE", help="the baseline, instead of the configured one")
        action.set_defaults(run=_baseline)
        configured.append(action)
    for command in configured:
        command.add_argument("--config", metavar="FILE", help="flake8's configuration file, instead of the one it finds")
    return whole


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line; returns the exit status. Raises SystemExit with one line where something is wrong."""
    given = parser().parse_args(arguments)
    run: Callable[[argparse.Namespace], int] = given.run
    try:
        status = run(given)
        sys.stdout.flush()
        return status
    except BrokenPipeError:  # `| head` has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 130


def _rules(given: argparse.Namespace) -> int:
    from flake8_backend_rules.cli.rules import print_rules

    return print_rules()


def _explain(given: argparse.Namespace) -> int:
    from flake8_backend_rules.cli.rules import explain

    return explain(given.code)


def _layers(given: argparse.Namespace) -> int:
    from flake8_backend_rules.cli.layers import print_layers

    return print_layers(given.paths, given.format, _flake8_arguments(given))


def _why(given: argparse.Namespace) -> int:
    from flake8_backend_rules.cli.why import print_why

    return print_why(given.place, _flake8_arguments(given))


def _map(given: argparse.Namespace) -> int:
    from flake8_backend_rules.cli.map import write_map

    return write_map(given.paths, given.output, _flake8_arguments(given))


def _baseline(given: argparse.Namespace) -> int:
    from flake8_backend_rules.cli import baseline

    action: Callable[[str | None, Sequence[str], Sequence[str]], int] = getattr(baseline, given.action)
    return action(given.file, given.paths, _flake8_arguments(given))


def _flake8_arguments(given: argparse.Namespace) -> list[str]:
    return [] if given.config is None else [f"--config={given.config}"]
