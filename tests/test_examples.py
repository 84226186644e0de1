"""Every rule's examples, executed: each bad one yields exactly the findings marked on its lines, each good one none."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from flake8_backend_rules.catalogue import all_rules
from flake8_backend_rules.rule import Bad, Good, Rule
from tests.harness import as_files, lint, marked, places

BAD = [pytest.param(rule, example, id=f"{rule.code}-{i}") for rule in all_rules() for i, example in enumerate(rule.bad)]
GOOD = [pytest.param(rule, example, id=f"{rule.code}-{i}") for rule in all_rules() for i, example in enumerate(rule.good)]


@pytest.mark.parametrize(("rule", "example"), BAD)
def test_bad_example_yields_exactly_its_marked_findings(rule: type[Rule], example: Bad, tmp_path: Path) -> None:
    files = as_files(example.files, example.path)
    found = lint(tmp_path, files, [rule], options=example.options)
    assert places(found) == marked(files)
    assert tuple(f.text for findings in found.values() for f in findings) == tuple(f"{rule.code} {m}" for m in example.messages)


@pytest.mark.parametrize(("rule", "example"), GOOD)
def test_good_example_yields_nothing(rule: type[Rule], example: Good, tmp_path: Path) -> None:
    found = lint(tmp_path, as_files(example.files, example.path), [rule], options=example.options)
    assert [f for findings in found.values() for f in findings] == []


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.code)
def test_examples_parse_and_none_stands_twice(rule: type[Rule]) -> None:
    seen = []
    for example in (*rule.bad, *rule.good):
        files = as_files(example.files, example.path)
        for source in files.values():
            ast.parse(source)
        seen.append((sorted(files.items()), sorted(example.options.items())))
    assert all(seen.count(example) == 1 for example in seen)


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.code)
def test_bad_examples_are_marked_and_good_ones_are_not(rule: type[Rule]) -> None:
    for bad in rule.bad:
        assert marked(as_files(bad.files, bad.path))
    for good in rule.good:
        assert not marked(as_files(good.files, good.path))


@pytest.mark.parametrize("rule", [r for r in all_rules() if r.options], ids=lambda rule: rule.code)
def test_an_option_changes_the_result_of_an_example(rule: type[Rule], tmp_path: Path) -> None:
    """At the default of each option of the rule some example that sets it gives another result."""
    for option in rule.options:
        changed = False
        for number, example in enumerate((*rule.bad, *rule.good)):
            if option.name not in example.options:
                continue
            files = as_files(example.files, example.path)
            others = {k: v for k, v in example.options.items() if k != option.name}
            with_option = lint(tmp_path / f"{number}a", files, [rule], options=example.options) if _made(tmp_path / f"{number}a") else {}
            without = lint(tmp_path / f"{number}b", files, [rule], options=others) if _made(tmp_path / f"{number}b") else {}
            changed |= places(with_option) != places(without)
        assert changed, f"{option.name} changes no example of {rule.code}"


def _made(folder: Path) -> bool:
    folder.mkdir(exist_ok=True)
    return True
