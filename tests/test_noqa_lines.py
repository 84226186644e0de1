"""A `# noqa: KBRnnn` on the line that a finding stands on silences it, whatever the statement looks like; through flake8 itself."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.harness import write

HEAD = """import asyncio
import httpx
from fastapi import APIRouter, BackgroundTasks, Depends, Request
from sqlalchemy.orm import Session

router = APIRouter()

"""
CASES = {
    "multi-line-call": (
        "KBR303",
        '@router.post("/a")\ndef a(session: Session):\n    session.add(  #\n        Order(\n            total=1,\n        )\n    )\n',
        "    session.add(",
    ),
    "chain-over-lines": (
        "KBR304",
        '@router.get("/a")\ndef a(session: Session):\n    return (\n        session  #\n'
        "        .query(Order)\n        .filter_by(paid=True)\n        .all()\n    )\n",
        "        session",
    ),
    "decorated-function": (
        "KBR502",
        "class OrderService:\n    @traced\n    @retry(\n        times=3,\n    )\n"
        "    def refund_order(  #\n        self, order_id: int,\n    ) -> None:\n"
        "        self.session.add(Refund(order_id))\n        self.session.commit()\n",
        "    def refund_order(",
    ),
    "parameter-on-its-own-line": (
        "KBR501",
        "class OrderService:\n    def import_orders(\n        self,\n        path: str,\n        dry_run: bool = False,  #\n"
        "    ) -> None:\n        self.session.commit()\n",
        "        dry_run: bool",
    ),
    "with-items": (
        "KBR302",
        '@router.post("/a")\ndef a(session: Session):\n    with (\n        timer(),\n        session.begin(),  #\n    ):\n        pass\n',
        "        session.begin()",
    ),
    "f-string": (
        "KBR304",
        '@router.get("/a")\ndef a(session: Session):\n    return f"{session.get(Order, 1)}"  #\n',
        "    return f",
    ),
    "f-string-over-lines": (
        "KBR304",
        '@router.get("/a")\ndef a(session: Session):\n    return f"""\n    {session.get(Order, 1)}\n    """  #\n',
        "    {session",
    ),
    "import-of-many-names": (
        "KBR201",
        "from fastapi import (  #\n    HTTPException,\n    status,\n)\n",
        "from fastapi import (",
    ),
    "awaited-statement": (
        "KBR401",
        '@router.post("/a")\nasync def a():\n    asyncio.create_task(  #\n        notify(\n            1,\n        ),\n    )\n',
        "    asyncio.create_task(",
    ),
}  # fmt: skip
PATHS = {"KBR501": "app/services/orders.py", "KBR502": "app/services/orders.py", "KBR201": "app/domain/orders.py"}


def reported(folder: Path, code: str, source: str) -> list[str]:
    """The source lines that findings of a code stand on."""
    path = PATHS.get(code, "app/api/orders.py")
    write(folder, {"app/__init__.py": "", path: source})
    command = [sys.executable, "-m", "flake8", "--isolated", f"--select={code}", "--format=%(row)d:%(code)s", path]
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    assert result.stderr == ""
    assert all(line.endswith(f":{code}") for line in result.stdout.splitlines())
    return [source.splitlines()[int(line.partition(":")[0]) - 1] for line in result.stdout.splitlines()]


@pytest.mark.parametrize("name", CASES)
def test_noqa_where_a_finding_stands(tmp_path: Path, name: str) -> None:
    code, body, start = CASES[name]
    head = "" if code in PATHS else HEAD
    found = reported(tmp_path, code, head + body)
    assert [line.startswith(start) for line in found] == [True], found
    assert reported(tmp_path, code, head + body.replace("  #\n", f"  # noqa: {code}\n")) == []
    assert len(reported(tmp_path, code, head + body.replace("  #\n", "  # noqa: KBR999\n"))) == 1
