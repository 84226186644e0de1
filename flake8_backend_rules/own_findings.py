"""The findings that the pack has about itself, KBR0: no rule's, so never switched off by a rule's options."""

from __future__ import annotations

from typing import NamedTuple


class OwnFinding(NamedTuple):
    """Code, name and page of a finding that no rule makes. `page`: Markdown below the summary."""

    code: str
    name: str
    summary: str
    page: str


INTERNAL_ERROR = OwnFinding(
    code="KBR000",
    name="internal-error",
    summary="A rule failed on this file; every other finding of the file still stands.",
    page="""
## What it flags
A rule that raised an exception, with the exception's name and text; once a rule and file, where the rule was looking.
Where the whole look at a file failed, the finding stands on line 1 and says so.

## Why it is reported
A plugin that raises would end the run, or hang it where flake8 runs in several processes. The pack catches the failure
instead, leaves that rule out for the rest of the file, and goes on.

## What to do
Report it with the line that it stands on. Until it is mended, leave the rule out with `extend-ignore`, or for one file with
`per-file-ignores` or the [pragma](../suppression.md). A baseline never records it.
""",
)
INVALID_PRAGMA = OwnFinding(
    code="KBR001",
    name="invalid-pragma",
    summary="A `# backend-rules:` comment can't be obeyed as it is written.",
    page="""
## What it flags
A comment that begins with `# backend-rules:` (or `# backend-rules noqa`) and

- names no codes, or `KBR` alone: there is no form that silences everything;
- names a code that no rule has; the codes beside it count;
- stands behind code; line by line, `# noqa: KBR301` is there for that;
- is not of the form `# backend-rules: noqa: KBR301, KBR4`.

## Why it is reported
A suppression that silences nothing, or more than its author meant, is noticed by nobody.

## What to do
Write the comment on a line of its own, anywhere in the file, and name codes or the beginnings of codes. A remark may follow
behind another `#`:

```python
# backend-rules: noqa: KBR301, KBR4  # the admin is a CRUD screen and stays one
```

A pragma does not silence KBR001, and a baseline never records it. All ways to silence findings: [suppression](../suppression.md).
""",
)
OWN_FINDINGS = (INTERNAL_ERROR, INVALID_PRAGMA)
