"""Writes the pages that follow from the rules: docs/rules/, docs/options.md, docs/precision.md and the table in the README.

python docs/generate.py            write them
python docs/generate.py --check    exit with 1 and name the files that are not current
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from flake8_backend_rules.catalogue import all_rules
from flake8_backend_rules.options import all_options
from flake8_backend_rules.own_findings import OWN_FINDINGS
from flake8_backend_rules.pages import own_page, page

ROOT = Path(__file__).resolve().parent.parent
BEGIN, END = "<!-- rules: begin -->", "<!-- rules: end -->"
FAMILIES = {
    "KBR0": "The pack itself",
    "KBR1": "Thin transport",
    "KBR2": "Boundaries",
    "KBR3": "Persistence and transactions",
    "KBR4": "Workers and background work",
    "KBR5": "Auth and operation context",
    "KBR6": "Expected failures",
    "KBR7": "Infrastructure clients",
}


def table(link: str) -> str:
    """All rules as a Markdown table, links below the folder `link`."""
    rows = ["| code | name | on | flags |", "| --- | --- | --- | --- |"]
    rows += [f"| [{f.code}]({link}{f.code}.md) | {f.name} | always | {f.summary} |" for f in OWN_FINDINGS]
    rows += [f"| [{r.code}]({link}{r.code}.md) | {r.name} | {'yes' if r.default else 'opt-in'} | {r.summary()} |" for r in all_rules()]
    return "\n".join(rows)


def index() -> str:
    """The index of rules by family."""
    parts = ["# Rules"]
    for prefix, title in FAMILIES.items():
        rules = [r for r in all_rules() if r.code.startswith(prefix)]
        if rules:
            parts.append(f"## {prefix}: {title}")
            parts.append("\n".join(f"- [{r.code} {r.name}]({r.code}.md){'' if r.default else ' (opt-in)'}: {r.summary()}" for r in rules))
    parts.append(f"## KBR0: {FAMILIES['KBR0']}")
    parts.append("\n".join(f"- [{f.code} {f.name}]({f.code}.md): {f.summary}" for f in OWN_FINDINGS))
    return "\n\n".join(parts) + "\n"


def options() -> str:
    """The table of all options."""
    rows = ["# Options", "", "Set them in the `[flake8]` section of `setup.cfg`, `tox.ini` or `.flake8`, or as `--name=value`.", ""]
    rows += ["| option | default | meaning | rules |", "| --- | --- | --- | --- |"]
    for option in all_options():
        default = ", ".join(f"`{item}`" for item in option.default) or "(empty)"
        used = ", ".join(f"[{r.code}](rules/{r.code}.md)" for r in all_rules() if option.name in {o.name for o in r.options})
        rows.append(f"| `{option.name}` | {default} | {option.help} | {used or 'all'} |")
    return "\n".join(rows) + "\n"


def precision() -> str:
    """How often each rule is right, from the committed counts and reviews."""
    sys.path.insert(0, str(ROOT))  # run as a script, this file's own folder stands there
    from tests.ecosystem.precision import page as precision_page

    return precision_page()


def readme(current: str) -> str:
    """The README with its table of rules written anew."""
    before, _, rest = current.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{table('docs/rules/')}\n{END}{after}"


def pages() -> dict[Path, str]:
    """Every generated file with its content."""
    written = {ROOT / "docs" / "rules" / f"{rule.code}.md": page(rule) for rule in all_rules()}
    written |= {ROOT / "docs" / "rules" / f"{finding.code}.md": own_page(finding) for finding in OWN_FINDINGS}
    written[ROOT / "docs" / "rules" / "README.md"] = index()
    written[ROOT / "docs" / "options.md"] = options()
    written[ROOT / "docs" / "precision.md"] = precision()
    written[ROOT / "README.md"] = readme((ROOT / "README.md").read_text(encoding="utf-8"))
    return written


def stale() -> list[Path]:
    """The generated files that are not current, and files in docs/rules that no rule has."""
    wanted = pages()
    found = [p for p, text in wanted.items() if not p.is_file() or p.read_text(encoding="utf-8") != text]
    return found + [p for p in (ROOT / "docs" / "rules").glob("*.md") if p not in wanted]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    if parser.parse_args().check:
        for path in (old := stale()):
            print(f"not current: {path.relative_to(ROOT)} (run: python docs/generate.py)")
        return 1 if old else 0
    (ROOT / "docs" / "rules").mkdir(exist_ok=True)
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
