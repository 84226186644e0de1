"""What the pack computes over the example backends, counted: bytecode instructions run in its own code.

A clock can't tell a slow change from a busy machine; this can. What C code does meanwhile (parsing, regular expressions) is not
counted; benchmarks/ measures it. After a change that is meant to cost something else: python -m tests.test_cost
"""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path
from types import FrameType
from typing import Any

import flake8_backend_rules
from flake8_backend_rules.catalogue import all_rules
from tests.harness import session

RECORDED = Path(__file__).with_name("instructions.json")
EXAMPLES = Path(__file__).resolve().parent.parent / "docs" / "examples"
PACKAGE = os.path.dirname(flake8_backend_rules.__file__)
VERSION = "{}.{}".format(*sys.version_info)
TOLERANCE = 0.03


def instructions() -> int:
    """How many bytecode instructions of the pack it takes to lint the examples, every rule on, what is kept for a process kept."""
    count = 0

    def counted(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal count
        if event == "call":
            if not frame.f_code.co_filename.startswith(PACKAGE):
                return None
            frame.f_trace_opcodes, frame.f_trace_lines = True, False
        elif event == "opcode":
            count += 1
        return counted

    for backend in sorted(path for path in EXAMPLES.iterdir() if path.is_dir()):
        files = [(str(path), path.read_text(encoding="utf-8")) for path in sorted(backend.rglob("*.py"))]
        given = [(ast.parse(text), path, text.splitlines(keepends=True)) for path, text in files]
        linter = session(backend, all_rules())
        sys.settrace(counted)
        try:
            for file in given:
                linter.lint(*file)
        finally:
            sys.settrace(None)
    return count


def measured() -> int:
    """The number in a process of its own: nothing is warm, and hashing is the same each time."""
    command = [sys.executable, "-c", "from tests.test_cost import instructions; print(instructions())"]
    environment = os.environ | {"PYTHONHASHSEED": "0", "COVERAGE_PROCESS_START": ""}
    done = subprocess.run(command, cwd=Path(__file__).resolve().parent.parent, env=environment, capture_output=True, text=True, check=True)
    return int(done.stdout)


def test_no_more_is_computed_than_recorded() -> None:
    recorded = json.loads(RECORDED.read_text(encoding="utf-8"))[VERSION]
    now = measured()
    assert abs(now / recorded - 1) <= TOLERANCE, f"{now} instructions, {recorded} recorded ({now / recorded - 1:+.1%}): see above"


if __name__ == "__main__":
    known = json.loads(RECORDED.read_text(encoding="utf-8")) if RECORDED.exists() else {}
    RECORDED.write_text(json.dumps(dict(sorted((known | {VERSION: measured()}).items())), indent=2) + "\n", encoding="utf-8")
