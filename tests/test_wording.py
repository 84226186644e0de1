"""How findings quote code: on one line, short, without the colons that output formats split at."""

from __future__ import annotations

import ast

import pytest

from flake8_backend_rules.wording import quoted


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("session.commit()", "session.commit()"),
        ("open_session(engine).commit(1)", "open_session(engine).commit()"),
        ("rows[1:2].delete()", "rows[1 2].delete()"),
        ("threading.Thread(target=tell_the_reception, args=('cancelled', subject)).start()", "threading.Thread(...).start()"),
        ("(await call_the_provider('/charges', charge_with_a_long_name, timeout)).unwrap()", "(await call_the_provider(...)).unwrap()"),
        (f"{'x' * 70}.close()", f"...{'x' * 52}.close()"),
        ("items[\n    0\n]", "items[0]"),
    ],
)
def test_a_quotation(source: str, text: str) -> None:
    assert quoted(ast.parse(source, mode="eval").body) == text
