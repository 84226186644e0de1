"""Lints every file of the standard library and of what is installed beside the pack, every rule on."""

from __future__ import annotations

import sys
import sysconfig
import warnings
from collections.abc import Iterable, Iterator
from pathlib import Path

from flake8_backend_rules.catalogue import all_rules
from flake8_backend_rules.cli.files import read
from flake8_backend_rules.own_findings import INTERNAL_ERROR
from tests.harness import session


def python_files() -> list[Path]:
    """Every `.py` file of the standard library and site-packages, each once."""
    folders = {Path(sysconfig.get_path(name)).resolve() for name in ("stdlib", "purelib", "platlib")}
    return sorted({path for folder in folders for path in folder.rglob("*.py") if path.is_file()})


def internal_errors(files: Iterable[Path], parsed: list[Path]) -> Iterator[str]:
    """The KBR000 findings of files that parse, no file exempt, and whatever escapes. Those that parse are added to `parsed`."""
    run = session(Path(sys.prefix), all_rules(), {"backend-exempt": ""})
    warnings.simplefilter("error")  # a warning about a file is one of ours: flake8 has parsed it before
    for path in files:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            source = read(str(path))
        if source is None:
            continue
        parsed.append(path)
        try:
            yield from (f"{path}: {f.text}" for f in run.lint(source.tree, str(path), source.lines) if f.code == INTERNAL_ERROR.code)
        except Exception as error:
            yield f"{path}: {error!r} escaped"
