"""docs/neighbours.md: what ruff, bugbear and flake8-async report near the pack's rules, asked of the tools themselves."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.harness import as_files, write
from tests.pipelines.clients import ROOT, flake8, needs, run

pytestmark = needs("ruff", "flake8-bugbear", "flake8-async")
PAGE = (ROOT / "docs" / "neighbours.md").read_text(encoding="utf-8")
RUFF = """
[lint]
select = ["ALL"]
external = ["KBR"]
[lint.flake8-tidy-imports.banned-api]
flask.msg = "at the edge only"
requests.msg = "use httpx"
[lint.mccabe]
max-complexity = 5
"""
SETUP = "[flake8]\nselect = K, B, ASYNC, E722, C901\nmax-complexity = 5\n"
ROUTER = "from fastapi import APIRouter\n\nrouter = APIRouter()\n\n\n"


@dataclass(frozen=True)
class Near:
    """A rule of the pack and the rules of others near to it; a file that only they report, and one that only the pack does."""

    ours: str
    others: tuple[str, ...]
    theirs_only: tuple[str, str]
    ours_only: tuple[str, str]


NEAR = (
    Near(
        "KBR401",
        ("RUF006", "ASYNC300"),
        ("app/kit/tasks_a.py", "import asyncio\n\n\nasync def start(work):\n    asyncio.create_task(work())\n"),
        (
            "app/api/tasks_b.py",
            f"import asyncio\n{ROUTER}running = set()\n\n\nasync def notify() -> None: ...\n\n\n@router.post('/b')\n"
            "async def kept() -> None:\n    task = asyncio.create_task(notify())\n    running.add(task)\n",
        ),
    ),
    Near(
        "KBR603",
        ("BLE001", "E722", "B001"),
        (
            "app/kit/failing_a.py",
            "def a():\n    try:\n        b()\n    except Exception:\n        return\n    try:\n        b()\n    except:\n        return\n",
        ),
        (
            "app/services/failing_b.py",
            "import logging\n\nlogger = logging.getLogger(__name__)\n\n\ndef place(sku: str) -> bool:\n    try:\n        return bool(sku)\n"
            "    except Exception:\n        logger.exception('failed')\n        return False\n",
        ),
    ),
    Near(
        "KBR701",
        ("ASYNC210",),
        ("app/clients/http_a.py", "import requests\n\n\nasync def ask():\n    return requests.get('https://example.com', timeout=3)\n"),
        (
            "app/services/http_b.py",
            "import httpx\n\n\nasync def ask() -> None:\n    async with httpx.AsyncClient() as client:\n"
            "        await client.get('https://example.com')\n",
        ),
    ),
    Near(
        "KBR501",
        ("FBT001",),
        ("app/services/flags_a.py", "def paint(sku: str, red: bool) -> None: ...\n"),
        ("app/services/flags_b.py", "def send(sku: str, *, dry_run: bool) -> None: ...\n"),
    ),
    Near(
        "KBR504",
        ("ANN001", "ANN401"),
        ("app/services/actors_a.py", "from typing import Any\n\n\ndef place(sku, note: Any) -> None: ...\n"),
        ("app/services/actors_b.py", "def place(sku: str, actor: dict) -> None: ...\n"),
    ),
    Near(
        "KBR403",
        ("ANN001", "ANN401"),
        ("app/kit/jobs_a.py", "from typing import Any\n\n\ndef send(sku, note: Any) -> None: ...\n"),
        (
            "app/kit/jobs_b.py",
            "from celery import shared_task\n\n\n@shared_task\ndef send(payload: dict) -> None: ...\n",
        ),
    ),
    Near(
        "KBR102",
        ("C901",),
        (
            "app/kit/complex_a.py",
            "def a(b: int) -> int:\n" + "".join(f"    if b > {n}:\n        b += {n}\n" for n in range(6)) + "    return b\n",
        ),
        (
            "app/api/complex_b.py",
            f"{ROUTER}@router.post('/a')\ndef decide(a: int, b: int, c: int, d: int) -> int:\n    if a and b:\n        return 1\n"
            "    if c and d:\n        return 2\n    if a or d:\n        return 3\n    return 4\n",
        ),
    ),
    Near(
        "KBR602",
        ("PLR2004",),
        ("app/services/status_a.py", "def gone(response: object) -> bool:\n    return response.status_code == 404\n"),
        (
            "app/services/status_b.py",
            "from app.kit.errors import Failed\n\n\ndef fail() -> None:\n    raise Failed(status_code=404)\n",
        ),
    ),
    Near(
        "KBR209",
        ("FAST001",),
        ("app/api/rows_a.py", f"{ROUTER}@router.get('/a', response_model=int)\ndef a() -> int: ...\n"),
        (
            "app/api/rows_b.py",
            f"from app.kit.rows import Order\n{ROUTER}@router.get('/b')\ndef b() -> list[Order]: ...\n",
        ),
    ),
    Near(
        "KBR201",
        ("TID251",),
        ("app/api/edge_a.py", "import flask\n"),
        ("app/services/edge_b.py", "import starlette\n"),
    ),
)
SUPPORT = {
    "app/kit/errors.py": "class Failed(Exception):\n    def __init__(self, status_code: int) -> None: ...\n",
    "app/kit/rows.py": "from sqlalchemy.orm import DeclarativeBase\n\n\nclass Base(DeclarativeBase): ...\n\n\n"
    "class Order(Base):\n    __tablename__ = 'orders'\n",
}
LEFT = {
    "ASYNC210": "import requests\n\n\nasync def ask():\n    requests.get('https://example.com', timeout=3)\n",
    "ASYNC230": "async def read():\n    open('x')\n",
    "ASYNC251": "import time\n\n\nasync def wait():\n    time.sleep(1)\n",
    "B006": "def collect(into=[]): ...\n",
    "DTZ005": "import datetime\n\nnow = datetime.datetime.now()\n",
    "FAST002": f"from fastapi import Depends\n{ROUTER}@router.get('/a')\ndef a(b: int = Depends(int)) -> int:\n    return b\n",
    "FAST003": f"{ROUTER}@router.get('/a/{{b}}')\ndef a() -> int:\n    return 1\n",
    "RUF006": "import asyncio\n\n\nasync def start(work):\n    asyncio.create_task(work())\n",
    "S113": "import requests\n\nrequests.get('https://example.com')\n",
    "S608": "def find(session, name):\n    return session.execute('select * from orders where name = ' + name)\n",
    "DJ001": "from django.db import models\n\n\nclass Order(models.Model):\n    note = models.CharField(null=True)\n",
}


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, set[str]]:
    """The codes that ruff and flake8 report for each file."""
    root = tmp_path_factory.mktemp("overlap")
    files = {path: source for near in NEAR for path, source in (near.theirs_only, near.ours_only)} | SUPPORT
    files |= {f"app/kit/left_{code.lower()}.py": source for code, source in LEFT.items()}
    write(root, as_files(files, "") | {"ruff.toml": RUFF, "setup.cfg": SETUP})
    codes: dict[str, set[str]] = {path: set() for path in files}
    checked = run(root, sys.executable, "-m", "ruff", "check", "--no-cache", "--output-format=json", "--exit-zero", "app")
    for finding in json.loads(checked.stdout):
        codes[Path(finding["filename"]).relative_to(root).as_posix()].add(finding["code"])
    for line in flake8(root, "app").stdout.splitlines():
        path, _, _, rest = line.split(":", 3)
        codes[path].add(rest.split()[0])
    return codes


@pytest.mark.parametrize("near", NEAR, ids=lambda near: near.ours)
def test_what_is_near_and_what_ours_knows_more(found: Mapping[str, set[str]], near: Near) -> None:
    theirs, ours = found[near.theirs_only[0]], found[near.ours_only[0]]
    assert set(near.others) <= theirs
    assert near.ours not in theirs
    assert near.ours in ours
    assert not set(near.others) & ours


@pytest.mark.parametrize("code", LEFT)
def test_what_is_left_to_others(found: Mapping[str, set[str]], code: str) -> None:
    codes = found[f"app/kit/left_{code.lower()}.py"]
    assert code in codes
    assert not any(c.startswith("KBR") for c in codes), codes


def test_the_page_has_these_and_no_others() -> None:
    """Each row of the first table begins with the pack's rule and the others'; the second names each code that is left."""
    rows = re.findall(r"^\| (KBR\d{3}) \| ([^|]+) \|", PAGE, re.MULTILINE)
    assert {ours: tuple(others.split(", ")) for ours, others in rows} == {near.ours: near.others for near in NEAR}
    left = PAGE.partition("## What we leave to others")[2]
    assert set(re.findall(r"\b[A-Z]+\d{3}\b", left)) == set(LEFT)
