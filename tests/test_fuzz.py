"""Fixed seeds of the fuzz run (`python -m tests.fuzz` takes any number more)."""

from __future__ import annotations

from pathlib import Path

import pytest

from flake8_backend_rules.catalogue import all_rules
from flake8_backend_rules.rule import Rule
from flake8_backend_rules.walk import LintedFile
from tests.fuzz.cases import example_sources, generated, mutilated
from tests.fuzz.check import faults_of, fuzzed, rules_that_ran
from tests.harness import write

BLOCKS = range(0, 500, 100)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the other files of the examples can be found."""
    folder = tmp_path_factory.mktemp("fuzz")
    write(folder, dict(example_sources()))
    return folder


@pytest.mark.parametrize("first", BLOCKS)
def test_mutilated_examples(first: int, root: Path) -> None:
    assert [(seed, fault) for seed in range(first, first + 100) for fault in faults_of(*mutilated(seed), root)] == []


@pytest.mark.parametrize("first", BLOCKS)
def test_generated_sources(first: int, root: Path) -> None:
    pytest.importorskip("pysource_codegen")
    assert [(seed, fault) for seed in range(first, first + 100, 10) for fault in faults_of(*generated(seed), root)] == []


def test_every_rule_takes_part(root: Path) -> None:
    for seed in range(500):
        list(faults_of(*mutilated(seed), root))
    assert rules_that_ran(root) == set(all_rules())


def test_a_rule_that_fails_is_seen(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(self: Rule, file: LintedFile) -> None:
        raise ZeroDivisionError("planted")

    rule = fuzzed(root).rules[0]
    monkeypatch.setattr(type(rule), "finish", fail)
    monkeypatch.setattr(type(rule), "applies", lambda self, file: True)
    fuzzed.cache_clear()
    try:
        assert [f.split(";")[0] for f in faults_of("app/kit.py", "x = 1\n", root)] == [
            f"KBR000 internal error in {rule.code} {rule.name}: ZeroDivisionError planted"
        ]
    finally:
        fuzzed.cache_clear()
