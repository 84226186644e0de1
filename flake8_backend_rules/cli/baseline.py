"""`backend-rules baseline`: writes, checks and prunes the file of recorded findings."""

from __future__ import annotations

import os
import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from flake8_backend_rules.baseline import BadBaselineError, Baseline, Entry, flagged, keyed, read_baseline, relative_to, shown
from flake8_backend_rules.cli.files import read
from flake8_backend_rules.cli.flake8_run import Place, configured_session, reported
from flake8_backend_rules.cli.terminal import busy, tracked
from flake8_backend_rules.options import BASELINE
from flake8_backend_rules.own_findings import INTERNAL_ERROR
from flake8_backend_rules.plugin import BackendRulesPlugin, Session


@dataclass(frozen=True, slots=True)
class _Current:
    """What a run of flake8 reports now. `unknown`: absolute paths of files that could not be looked at in full."""

    entries: frozenset[Entry]
    unknown: frozenset[str]


def write(file: str | None, paths: Sequence[str], arguments: Sequence[str]) -> int:
    """Records what flake8 reports below `paths`; entries of other files stay. Returns the exit status."""
    target = _target(file, arguments)
    folders = [os.path.abspath(path) for path in paths]
    others = [] if not os.path.exists(target) else [e for e in _readable(target, folders) if not _is_below(target, e, folders)]
    current = _current(target, paths, arguments)
    _save(Baseline(target, [*others, *current.entries]))
    for path in sorted(current.unknown):
        print(f"{os.path.relpath(path)}: not recorded, it could not be checked", file=sys.stderr)
    count = len({entry.path for entry in current.entries})
    print(f"{_counted(len(current.entries), 'finding')} in {_counted(count, 'file')} recorded in {os.path.relpath(target)}")
    return 0


def check(file: str | None, paths: Sequence[str], arguments: Sequence[str]) -> int:
    """Prints the entries below `paths` that flake8 does not report any more. Returns 1 if there are some."""
    target = _target(file, arguments)
    baseline, stale = _stale(target, paths, arguments)
    for entry in stale:
        print(f"{entry.path}: {entry.key.scope or 'module level'}: {entry.key.code} {entry.source}")
    if stale:
        print(f"{_counted(len(stale), 'recorded finding')} gone; 'backend-rules baseline prune' removes them", file=sys.stderr)
        return 1
    print(f"{_counted(len(baseline.entries), 'finding')} recorded, none of those looked at is gone")
    return 0


def prune(file: str | None, paths: Sequence[str], arguments: Sequence[str]) -> int:
    """Removes the entries below `paths` that flake8 does not report any more. Returns the exit status."""
    target = _target(file, arguments)
    baseline, stale = _stale(target, paths, arguments)
    if stale:
        _save(Baseline(target, set(baseline.entries).difference(stale)))
    print(f"{_counted(len(stale), 'entry')} removed, {len(baseline.entries) - len(stale)} left")
    return 0


def _target(file: str | None, arguments: Sequence[str]) -> str:
    if file is not None:
        return os.path.abspath(file)
    configured = configured_session(arguments).settings.baseline_file
    if configured is None:
        raise SystemExit(
            f"backend-rules: no baseline is configured; put '{BASELINE.name} = .backend-baseline' under [flake8], or use --file"
        )
    return configured


def _entries(target: str) -> tuple[Entry, ...]:
    try:
        return read_baseline(target).entries
    except BadBaselineError as error:
        raise SystemExit(f"backend-rules: {target!r} can't be used as a baseline: {error}") from None


def _readable(target: str, folders: Sequence[str]) -> tuple[Entry, ...]:
    """The entries of the file; none of a broken one that is written anew as a whole."""
    is_whole = any(os.path.dirname(target) == folder or os.path.dirname(target).startswith(folder + os.sep) for folder in folders)
    try:
        return read_baseline(target).entries
    except BadBaselineError:
        return () if is_whole else _entries(target)


def _stale(target: str, paths: Sequence[str], arguments: Sequence[str]) -> tuple[Baseline, list[Entry]]:
    baseline = Baseline(target, _entries(target))
    current = _current(target, paths, arguments)
    there = {(entry.path, entry.key) for entry in current.entries}
    folders = [os.path.abspath(path) for path in paths]
    looked_at = [e for e in baseline.entries if _is_below(target, e, folders) and not _is_unknown(_file_of(target, e), current)]
    return baseline, [entry for entry in looked_at if (entry.path, entry.key) not in there]


def _is_unknown(path: str, current: _Current) -> bool:
    """Whether nothing can be said of a file: it is there, but flake8 or the pack could not look at it."""
    return path in current.unknown or (os.path.exists(path) and read(path) is None)


def _file_of(target: str, entry: Entry) -> str:
    return os.path.normpath(os.path.join(os.path.dirname(target), entry.path))


def _is_below(target: str, entry: Entry, folders: Sequence[str]) -> bool:
    path = _file_of(target, entry)
    return any(path == folder or path.startswith(folder.rstrip(os.sep) + os.sep) for folder in folders)


def _current(target: str, paths: Sequence[str], arguments: Sequence[str]) -> _Current:
    with busy("Running flake8"):
        places = reported(arguments, paths)
    session = BackendRulesPlugin.session()
    assert session is not None
    by_path: defaultdict[str, set[Place]] = defaultdict(set)
    for place in places:
        by_path[place.path].add(place)
    entries: set[Entry] = set()
    unknown = {place.path for place in places if place.code == INTERNAL_ERROR.code}
    for path in tracked(sorted(by_path), "Recording"):
        found = _recorded(session, target, path, by_path[path])
        if found is None:
            unknown.add(path)
        else:
            entries |= found
    return _Current(frozenset(entries), frozenset(unknown))


def _recorded(session: Session, target: str, path: str, places: set[Place]) -> set[Entry] | None:
    """The entries of a file's findings that flake8 reports; None if the file can't be read."""
    source = read(path)
    if source is None:
        return None
    entries: set[Entry] = set()
    for finding, key in keyed(session.found(source.tree, path, source.lines), source.tree):
        node = flagged(finding)
        if key is not None and node is not None and Place(path, finding.line, finding.column + 1, finding.code) in places:
            entries.add(Entry(relative_to(target, path), key, shown(node)))
    return entries


def _save(baseline: Baseline) -> None:
    try:
        baseline.write()
    except OSError as error:
        raise SystemExit(f"backend-rules: {baseline.file!r} can't be written: {error.strerror}") from None


def _counted(count: int, noun: str) -> str:
    plural = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{count} {noun if count == 1 else plural}"
