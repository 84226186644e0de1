"""The page of each code as Markdown, for docs/rules and `backend-rules explain`."""

from __future__ import annotations

import inspect
import textwrap

from flake8_backend_rules.own_findings import OwnFinding
from flake8_backend_rules.rule import Bad, Good, Rule


def page(rule: type[Rule]) -> str:
    """The page of one rule."""
    doc = inspect.cleandoc(rule.__doc__ or "")
    summary, _, rest = doc.partition("\n")
    parts = [
        f"# {rule.code} {rule.name}",
        summary,
        f"On by default: {'yes' if rule.default else f'no; select it with `extend-select = {rule.code}`'}.",
        rest.strip(),
        "## Bad",
        "\n\n".join(_example(e) for e in rule.bad),
        "## Good",
        "\n\n".join(_example(e) for e in rule.good),
    ]
    if rule.options:
        parts += ["## Options", "\n".join(f"- `{o.name}`: {o.help}" for o in rule.options)]
    parts.append(f"The rule's code: `{rule.__module__.replace('.', '/')}.py`.")
    return "\n\n".join(parts) + "\n"


def own_page(finding: OwnFinding) -> str:
    """The page of a finding that no rule makes."""
    return f"# {finding.code} {finding.name}\n\n{finding.summary}\n\n{finding.page.strip()}\n"


def _example(shown: Bad | Good) -> str:
    """An example as Markdown: each file under its path, markers left out."""
    files = {shown.path: shown.files} if isinstance(shown.files, str) else dict(shown.files)
    blocks = []
    for path, source in files.items():
        lines = [line.split("  # ! ")[0] for line in textwrap.dedent(source).strip("\n").splitlines()]
        blocks.append(f"`{path}`\n\n```python\n" + "\n".join(lines) + "\n```")
    text = "\n\n".join(blocks)
    if isinstance(shown, Bad):
        text += "\n\n```text\n" + "\n".join(shown.messages) + "\n```"
    if shown.options:
        text = "With " + ", ".join(f"`{k} = {v}`" for k, v in shown.options.items()) + ":\n\n" + text
    return text
