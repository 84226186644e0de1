"""The flake8 entry point: options in, findings out. Nothing that fails here may reach flake8."""

from __future__ import annotations

import ast
import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, ClassVar

from flake8_backend_rules import __version__
from flake8_backend_rules.baseline import Baseline
from flake8_backend_rules.catalogue import known_codes
from flake8_backend_rules.dispatch import Dispatch
from flake8_backend_rules.options import BadOptionError, Settings, add_options, enabled_rules, read_configured_baseline, read_settings
from flake8_backend_rules.own_findings import INTERNAL_ERROR
from flake8_backend_rules.pragma import WORD, read_pragmas
from flake8_backend_rules.project.layers import Placement
from flake8_backend_rules.project.project import Project
from flake8_backend_rules.project.source import is_generated, original
from flake8_backend_rules.rule import Finding, Rule
from flake8_backend_rules.semantics.model import FileModel
from flake8_backend_rules.semantics.scope import Scope
from flake8_backend_rules.walk import LintedFile, walk

FlakeFinding = tuple[int, int, str, type]
_STDIN_NAMES = ("stdin", "-", "(none)", "")


class Session:
    """What lives for the process: settings, the dispatch table of the rules that are on, the project read so far."""

    def __init__(self, settings: Settings, rules: tuple[Rule, ...], baseline: Baseline | None = None) -> None:
        self.settings = settings
        self.baseline = baseline
        self.rules = rules
        self.dispatch = Dispatch.of(rules)
        self.project = Project(settings.layers.source_roots, settings.is_exempt)

    def lint(self, tree: ast.Module, filename: str, lines: list[str]) -> list[Finding]:
        """The findings of one file that neither baseline nor pragma silences. `lines`: its physical lines with their ends."""
        path, text = self.path_of(filename), "".join(lines)
        found = self._found(tree, path, lines, text)
        if self.baseline is not None:
            found = self.baseline.unrecorded(found, path, tree)
        if WORD in text and self._is_linted(path, lines):
            found = read_pragmas(lines, known_codes()).applied(found)
        return found

    def found(self, tree: ast.Module, filename: str, lines: list[str]) -> list[Finding]:
        """All findings of one file in order of place, silenced ones too."""
        return self._found(tree, self.path_of(filename), lines, "".join(lines))

    def path_of(self, filename: str) -> str:
        """The absolute path of a file by flake8's name for it."""
        return original(os.path.abspath(self.settings.stdin_name if filename in _STDIN_NAMES else filename))

    def placement(self, tree: ast.Module, filename: str, lines: list[str]) -> Placement:
        """The layer of one file, with the reason."""
        with self.opened(tree, os.path.abspath(filename), lines, "".join(lines)) as file:
            return file.model.placement

    @contextmanager
    def opened(self, tree: ast.Module, path: str, lines: list[str], text: str) -> Iterator[LintedFile]:
        """A file with its model, to be walked or asked; taken apart at the end. `path` is absolute, `text` all of `lines`."""
        file = self._linted_file(tree, path, lines, text)
        try:
            yield file
        finally:
            file.model.dispose()
            self.project.end_file()

    def _linted_file(self, tree: ast.Module, path: str, lines: list[str], text: str) -> LintedFile:
        module = self.project.adopt(path, tree)
        model = FileModel(self.project, module, tree, text, self.settings.layers, self.settings.framework_objects)
        return LintedFile(model, lines, self.settings.values, Scope(module, None, None, None))

    def _is_linted(self, path: str, lines: list[str]) -> bool:
        return bool(self.rules) and not self.settings.is_exempt(path) and not is_generated(lines)

    def _found(self, tree: ast.Module, path: str, lines: list[str], text: str) -> list[Finding]:
        if not tree.body or not self._is_linted(path, lines):
            return []
        collects = gc.isenabled()
        # What is built here is freed by reference count when the file is done; collections in between would only look again
        # and again at flake8's trees and tokens (a quarter of the pack's time on a large checkout).
        gc.disable()
        try:
            with self.opened(tree, path, lines, text) as file:
                walk(tree, file, self.dispatch)
                return file.findings()
        finally:
            if collects:
                gc.enable()


_COLLECT_AFTER = 10_000
"""New objects between two collections: over 84,000 lines no more memory, and up to a fiftieth of flake8's own time given back."""


@cache
def _ease_collector() -> None:
    """Has the garbage collector look less often, and never at what start-up made (modules, classes, functions).

    A host that has set its own, wider threshold or has switched the collector off keeps that.
    """
    gc.freeze()
    first, *older = gc.get_threshold()
    if 0 < first < _COLLECT_AFTER:
        gc.set_threshold(_COLLECT_AFTER, *older)


class BackendRulesPlugin:
    """flake8's view of the pack: constructed once a file with its tree, name and lines."""

    name = "flake8-backend-rules"
    version = __version__
    reads_baseline: ClassVar[bool] = True
    """Whether parse_options reads the configured baseline; the commands that write it don't want it to exist."""
    _session: ClassVar[Session | None] = None
    _failure: ClassVar[Exception | None] = None
    """What kept the pack from starting."""

    def __init__(self, tree: ast.Module, filename: str, lines: list[str]) -> None:
        self._tree = tree
        self._filename = filename
        self._lines = lines

    @classmethod
    def session(cls) -> Session | None:
        """The session of the process, once options are parsed."""
        return cls._session

    @classmethod
    def add_options(cls, parser: Any) -> None:
        """Declares the pack's options to flake8's option manager."""
        cls._failure = None
        try:
            add_options(parser)
        except Exception as error:
            cls._failure = error

    @classmethod
    def parse_options(cls, options: Any) -> None:
        """Takes the options of a run. A bad value ends the run with one line, before any file is read."""
        cls._session = None
        if cls._failure is not None:
            return
        try:
            settings = read_settings(options)
            baseline = read_configured_baseline(settings) if cls.reads_baseline else None
            cls._session = Session(settings, enabled_rules(options), baseline)
            _ease_collector()
        except BadOptionError as error:
            raise SystemExit(f"flake8-backend-rules: {error}") from None
        except Exception as error:
            cls._failure = error

    def run(self) -> Iterator[FlakeFinding]:
        """The findings as flake8 wants them: line (1-based), column (0-based, characters), text, type."""
        for finding in self._findings():
            yield finding.line, finding.column, finding.text, type(self)

    def _findings(self) -> list[Finding]:
        session, failure = type(self)._session, type(self)._failure
        if failure is not None:
            return [_internal_error(failure, "no file was checked")]
        if session is None:
            return []
        try:
            return session.lint(self._tree, self._filename, self._lines)
        except Exception as error:  # what is outside of every rule: the model's own start, a merge of findings
            return [_internal_error(error, "this file was not checked")]


def _internal_error(error: Exception, consequence: str) -> Finding:
    detail = " ".join(str(error).split())[:200].replace(":", " ")
    code = INTERNAL_ERROR.code
    return Finding(1, 0, code, f"{code} internal error: {type(error).__name__} {detail}; {consequence}, please report this")
