"""flake8 as the command runs it: in this process, with the user's own configuration, findings collected and not printed."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any, NamedTuple

from flake8_backend_rules.options import BASELINE, read_configuration
from flake8_backend_rules.plugin import BackendRulesPlugin, Session


class Place(NamedTuple):
    """Where flake8 reports a finding. `path` is absolute, `line` and `column` are 1-based."""

    path: str
    line: int
    column: int
    code: str


def configured_session(arguments: Sequence[str] = ()) -> Session:
    """The pack's session with the configuration of the current folder, the baseline not read. Raises SystemExit with one line."""
    BackendRulesPlugin.reads_baseline = False
    try:
        read_configuration(arguments)
    finally:
        BackendRulesPlugin.reads_baseline = True
    session = BackendRulesPlugin.session()
    if session is None:
        raise SystemExit("backend-rules: flake8 does not load this pack")
    return session


def reported(arguments: Sequence[str], paths: Sequence[str]) -> set[Place]:
    """Where a flake8 run over `paths` without a baseline reports findings of the pack. Raises SystemExit where flake8 fails."""
    from flake8.exceptions import EarlyQuit, ExecutionError
    from flake8.formatting.base import BaseFormatter
    from flake8.main.application import Application

    places: set[Place] = set()

    class Collector(BaseFormatter):  # type: ignore[misc]
        def start(self) -> None: ...

        def stop(self) -> None: ...

        def handle(self, error: Any) -> None:
            if error.code.startswith("KBR"):
                places.add(Place(os.path.abspath(error.filename), error.line_number, error.column_number, error.code))

    class Run(Application):  # type: ignore[misc]
        def make_formatter(self) -> None:
            self.formatter = Collector(self.options)

    run = Run()
    try:
        run.initialize([*arguments, f"--{BASELINE.name}=", *paths])
        run.run_checks()
        run.report_errors()
    except (ExecutionError, EarlyQuit) as error:
        raise SystemExit(f"backend-rules: flake8 failed: {error}") from None
    if run.catastrophic_failure:
        raise SystemExit("backend-rules: flake8 failed, see above")
    return places
