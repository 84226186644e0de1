"""The catalogue as a whole: codes, names and defaults as documented, files and pages in step, bad declarations refused."""

from __future__ import annotations

import ast
import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from flake8_backend_rules.catalogue import all_rules, known_codes, rule_options
from flake8_backend_rules.options import all_options
from flake8_backend_rules.rule import Bad, BadDeclarationError, Good, Option, Rule, placeholders

ROOT = Path(__file__).resolve().parent.parent
RULES = {
    "KBR101": ("handler-orchestrates", True),
    "KBR102": ("handler-too-complex", True),
    "KBR103": ("cli-bypasses-core", True),
    "KBR104": ("handler-bypasses-application", False),
    "KBR201": ("core-imports-framework", True),
    "KBR202": ("core-accepts-framework-object", True),
    "KBR203": ("handler-passes-framework-object", True),
    "KBR204": ("dependency-points-outward", True),
    "KBR205": ("domain-imports-infrastructure", True),
    "KBR206": ("dto-in-core", True),
    "KBR207": ("pydantic-domain-model", True),
    "KBR208": ("orm-domain-model", True),
    "KBR209": ("handler-exposes-orm-row", True),
    "KBR301": ("handler-commits", True),
    "KBR302": ("handler-opens-transaction", True),
    "KBR303": ("handler-writes-inline", True),
    "KBR304": ("handler-queries-inline", True),
    "KBR305": ("repository-commits", True),
    "KBR306": ("use-case-commits-repeatedly", True),
    "KBR307": ("dependency-commits", False),
    "KBR308": ("generic-repository", True),
    "KBR309": ("legacy-sqlalchemy", False),
    "KBR310": ("create-all-instead-of-migrations", True),
    "KBR401": ("fire-and-forget-task", True),
    "KBR402": ("in-process-background-task", True),
    "KBR403": ("untyped-job-payload", True),
    "KBR404": ("live-object-in-job-payload", True),
    "KBR405": ("worker-bypasses-core", True),
    "KBR406": ("worker-duplicates-route", True),
    "KBR407": ("enqueue-before-commit", True),
    "KBR501": ("bare-mode-flag", True),
    "KBR502": ("write-without-actor", True),
    "KBR503": ("write-without-idempotency-key", False),
    "KBR504": ("untyped-principal", True),
    "KBR505": ("write-without-trace-context", False),
    "KBR601": ("core-raises-http-error", True),
    "KBR602": ("core-speaks-http-status", True),
    "KBR603": ("broad-except-outside-boundary", True),
    "KBR604": ("result-discarded", True),
    "KBR605": ("result-unwrapped", True),
    "KBR606": ("result-function-raises", True),
    "KBR701": ("outbound-http-outside-infrastructure", True),
    "KBR702": ("http-client-not-httpx", False),
    "KBR703": ("infrastructure-client-in-handler", True),
}
PAGE = """Summary.

    ## What it flags
    x

    ## Why it is bad
    x

    ## How it decides
    x

    ## When to suppress it
    x

    ## Known limits
    x
    """


def generator() -> ModuleType:
    """docs/generate.py as a module."""
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["generate"] = module
    spec.loader.exec_module(module)
    return module


def test_codes_names_and_defaults_are_the_documented_ones() -> None:
    assert {rule.code: (rule.name, rule.default) for rule in all_rules()} == RULES
    assert known_codes() == {*RULES, "KBR000", "KBR001"}


def test_every_rule_file_holds_one_rule_and_every_rule_is_found() -> None:
    files = [p for p in (ROOT / "flake8_backend_rules" / "rules").rglob("*.py") if not p.stem.startswith("_")]
    assert sorted(p.stem for p in files) == sorted(rule.name.replace("-", "_") for rule in all_rules())
    assert len(files) == len(RULES)


def test_generated_pages_are_current() -> None:
    assert generator().stale() == []


def test_a_stale_page_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    module = generator()
    monkeypatch.setattr(module, "page", lambda rule: f"# {rule.code}\n")
    assert {f"{code}.md" for code in RULES} <= {path.name for path in module.stale()}


def test_the_guide_page_and_the_index_name_every_rule() -> None:
    guide = (ROOT / "docs" / "guide.md").read_text(encoding="utf-8")
    index = (ROOT / "docs" / "rules" / "README.md").read_text(encoding="utf-8")
    linked = dict.fromkeys(re.findall(r"\[(KBR\d{3})\]\(rules/\1\.md\)", guide))
    assert sorted(linked) == sorted(RULES)
    opt_in = set(re.findall(r"\[(KBR\d{3})\]\(rules/\1\.md\) \(opt-in\)", guide))
    assert opt_in == {rule.code for rule in all_rules() if not rule.default}
    assert re.findall(r"^- \[(KBR\d{3}) ", index, re.MULTILINE) == [*sorted(RULES), "KBR000", "KBR001"]


def test_every_option_is_named_once_and_explained() -> None:
    names = [option.name for option in all_options()]
    assert len(names) == len(set(names))
    assert {"backend-transport", "backend-application", "backend-domain", "backend-infrastructure"} <= set(names)
    assert {"backend-exempt", "backend-source-roots", "backend-mode-flags", "backend-framework-objects"} <= set(names)
    assert all(option.help.endswith((".", ").")) for option in all_options())
    assert rule_options()


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.code)
def test_messages_are_filled_and_plain(rule: type[Rule]) -> None:
    for example in rule.bad:
        for message in example.messages:
            assert not re.search(r"[{}\n]|:\d+:", message)
    fixed = re.split(r"\{\w+\}", rule.message)
    assert all(part in example.messages[0] for example in rule.bad[:1] for part in fixed)
    assert placeholders(rule.message)


def declare(**changes: Any) -> type[Rule]:
    """Declares a rule that is right but for `changes`; a change to None leaves the attribute out."""
    body: dict[str, Any] = {
        "__doc__": PAGE,
        "__module__": "somewhere",
        "code": "KBR999",
        "name": "some-rule",
        "message": "{what} is wrong",
        "bad": (Bad("x = 1  # ! 1", ("x is wrong",)),),
        "good": (Good("y = 1"),),
        "visit_Call": lambda self, node, file: None,
    }
    body |= changes
    return type("SomeRule", (Rule,), {k: v for k, v in body.items() if v is not None})


def test_a_right_declaration_is_taken() -> None:
    assert declare().handlers() == {("visit", ast.Call): "visit_Call"}


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"code": None}, "has no code"),
        ({"code": "B1"}, "is not KBR and three digits"),
        ({"name": "SomeRule"}, "is not in kebab-case"),
        ({"message": None}, "has no message"),
        ({"message": "a.py:1:2: wrong"}, "is not one plain line"),
        ({"bad": ()}, "has no bad"),
        ({"good": ()}, "has no good"),
        ({"__doc__": "Summary."}, "has no section 'What it flags'"),
        ({"visit_Call": None}, "visits nothing"),
        ({"visit_Cal": lambda self, node, file: None}, "visit_Cal names no node class"),
        ({"visit_Call": None, "visit_Name": lambda s, n, f: None, "calls": frozenset({"x"})}, "has no visit_Call"),
        ({"attributes": frozenset({"x"})}, "has no visit_Attribute"),
        ({"options": (Option("backend-x", (), "Help."),)}, "option backend-x has no example"),
        ({"options": (Option("x", (), "Help."),)}, "does not begin with backend-"),
        ({"__module__": "flake8_backend_rules.rules.x.other"}, "its file is not named some_rule.py"),
    ],
)
def test_a_bad_declaration_fails_at_import(changes: dict[str, Any], complaint: str) -> None:
    with pytest.raises(BadDeclarationError, match=re.escape(complaint)):
        declare(**changes)
