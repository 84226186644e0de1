"""`backend-rules rules` and `backend-rules explain`: the catalogue and its pages in the terminal."""

from __future__ import annotations

from flake8_backend_rules.catalogue import all_rules
from flake8_backend_rules.cli.terminal import print_markdown, print_table
from flake8_backend_rules.own_findings import OWN_FINDINGS
from flake8_backend_rules.pages import own_page, page


def print_rules() -> int:
    """Prints every code with its name, whether it is on by default, and what it flags. Returns the exit status."""
    rows = [(finding.code, finding.name, "always", finding.summary) for finding in OWN_FINDINGS]
    rows += [(rule.code, rule.name, "on" if rule.default else "opt-in", rule.summary()) for rule in all_rules()]
    print_table(("code", "name", "default", "flags"), rows)
    return 0


def explain(wanted: str) -> int:
    """Prints the page of a code or name. Returns the exit status; raises SystemExit for one that is unknown."""
    pages = {finding.code: own_page(finding) for finding in OWN_FINDINGS} | {rule.code: page(rule) for rule in all_rules()}
    codes = {entry.name: entry.code for entry in OWN_FINDINGS} | {rule.name: rule.code for rule in all_rules()}
    code = codes.get(wanted.lower(), wanted.upper())
    if code not in pages:
        raise SystemExit(f"backend-rules: {wanted!r} is no code of this pack; 'backend-rules rules' lists them")
    print_markdown(pages[code])
    return 0
