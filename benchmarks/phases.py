"""Where the pack's time goes: flake8 in this process, sampled each millisecond of CPU.

    python -m benchmarks.phases CHECKOUT        (with the interpreter that has the pack)

Prints JSON: seconds by phase (of the innermost function of the pack), by rule (with all it asks for), and two floors: a bare
iterative walk over all trees, and the `ast.parse` of what the pack reads in other modules.
"""

from __future__ import annotations

import ast
import collections
import contextlib
import importlib.util
import io
import json
import os
import signal
import sys
import time
from pathlib import Path
from types import FrameType

_INTERVAL = 0.001
_AREAS = (
    ("flake8_backend_rules/project/source", "reading and parsing other modules"),
    ("flake8_backend_rules/project/inference", "astroid"),
    ("flake8_backend_rules/project", "summaries of other modules, names, layers by path"),
    ("flake8_backend_rules/frameworks", "frameworks' data"),
    ("flake8_backend_rules/semantics", "types, roles, layers by content"),
    ("flake8_backend_rules/rules", "rules' own code"),
    ("flake8_backend_rules/walk", "the walk"),
    ("flake8_backend_rules/options", "options"),
)


class Sampler:
    """Counts samples by phase and by rule."""

    def __init__(self, package: str) -> None:
        self.package = package
        self.samples = 0
        self.phases: collections.Counter[str] = collections.Counter()
        self.rules: collections.Counter[str] = collections.Counter()

    def __call__(self, _: int, frame: FrameType | None) -> None:
        self.samples += 1
        innermost = rule = ""
        importing = False
        while frame is not None:
            path = frame.f_code.co_filename
            if path.startswith(self.package):
                innermost = innermost or path
                if "/rules/" in path and not path.endswith("__init__.py"):
                    rule = Path(path).stem
            elif not innermost and path.startswith("<frozen importlib"):
                importing = True
            frame = frame.f_back
        if innermost:
            below = "flake8_backend_rules" + innermost.removeprefix(self.package)
            area = next((title for start, title in _AREAS if below.startswith(start)), "the rest")
            self.phases["importing the pack" if importing else area] += 1
        if rule:
            self.rules[rule] += 1


def bare_walk(folder: Path) -> float:
    """Seconds of CPU of a plain iterative walk over the trees of all files."""
    trees = []
    for path in folder.rglob("*.py"):
        with contextlib.suppress(SyntaxError, ValueError, OSError):
            trees.append(ast.parse(path.read_bytes()))
    started = time.process_time()
    for tree in trees:
        stack: list[ast.AST] = [tree]
        while stack:
            node = stack.pop()
            for name in node._fields:
                child = getattr(node, name, None)
                if isinstance(child, ast.AST):
                    stack.append(child)
                elif isinstance(child, list):
                    stack += [item for item in child if isinstance(item, ast.AST)]
    return time.process_time() - started


def main() -> None:
    folder = Path(sys.argv[1]).resolve()
    spec = importlib.util.find_spec("flake8_backend_rules")
    assert spec is not None
    assert spec.origin is not None
    sampler = Sampler(os.path.dirname(spec.origin))
    os.chdir(folder)
    parsed = 0.0
    parse = ast.parse

    from flake8.main import application

    def timed(source: object, *arguments: object, **options: object) -> ast.AST:
        nonlocal parsed
        inside = sys._getframe(1).f_code.co_filename.startswith(sampler.package)
        started = time.process_time()
        try:
            return parse(source, *arguments, **options)  # type: ignore[call-overload, no-any-return]
        finally:
            if inside:
                parsed += time.process_time() - started

    ast.parse = timed  # type: ignore[assignment]
    signal.signal(signal.SIGPROF, sampler)
    signal.setitimer(signal.ITIMER_PROF, _INTERVAL, _INTERVAL)
    started = time.process_time()
    with contextlib.redirect_stdout(io.StringIO()):
        application.Application().run(["--isolated", "--exit-zero", "-q", "-j1", "--extend-select=KBR", f"--output-file={os.devnull}", "."])
    whole = time.process_time() - started
    signal.setitimer(signal.ITIMER_PROF, 0)
    ast.parse = parse
    second = whole / max(1, sampler.samples)

    def seconds(counts: collections.Counter[str]) -> dict[str, float]:
        return {name: round(number * second, 4) for name, number in counts.most_common()}

    json.dump(
        {
            "whole": round(whole, 4),
            "phases": seconds(sampler.phases),
            "rules": seconds(sampler.rules),
            "floors": {"a bare walk of all trees": round(bare_walk(folder), 4), "ast.parse of what is read": round(parsed, 4)},
            "astroid": "astroid" in sys.modules,
        },
        sys.stdout,
    )


if __name__ == "__main__":
    main()
