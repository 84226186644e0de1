"""The site builds without a warning, has a page behind every help URI, and asks no other host for anything."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from flake8_backend_rules.catalogue import all_rules
from flake8_backend_rules.own_findings import OWN_FINDINGS
from tests.pipelines.clients import ROOT, needs

pytestmark = needs("sphinx")

CODES = sorted([rule.code for rule in all_rules()] + [finding.code for finding in OWN_FINDINGS])
LOADED = re.compile(r"""<(?:script|img|link|iframe)\b[^>]*?\b(?:src|href)=["']([^"']+)["'][^>]*>""")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-b", "dirhtml", "-d", str(folder / "trees")]
    built = subprocess.run([*command, "docs", str(folder / "html")], cwd=ROOT, capture_output=True, text=True, timeout=240, check=False)
    assert not built.stderr, built.stderr
    assert built.returncode == 0
    return folder / "html"


def test_every_help_uri_has_a_page(site: Path) -> None:
    titles = {code: re.search(r"<h1>(KBR\d+)", (site / "rules" / code / "index.html").read_text(encoding="utf-8")) for code in CODES}
    assert {code: found and found[1] for code, found in titles.items()} == {code: code for code in CODES}


def test_every_page_is_in_the_navigation(site: Path) -> None:
    landing = (site / "index.html").read_text(encoding="utf-8")
    pages = {path.stem for path in (ROOT / "docs").glob("*.md")} - {"index"}
    assert {page for page in pages if f'href="{page}/"' not in landing} == set()


def test_every_link_within_the_site_leads_somewhere(site: Path) -> None:
    lost = []
    for page in site.rglob("index.html"):
        for target in re.findall(r"""<a\b[^>]*?\bhref="([^"#?]+)""", page.read_text(encoding="utf-8")):
            if not urlsplit(target).scheme and not (page.parent / target).exists():
                lost.append(f"{page.relative_to(site)}: {target}")
    assert lost == []


def test_no_other_host_is_asked(site: Path) -> None:
    loaded = {target for page in site.rglob("*.html") for target in LOADED.findall(page.read_text(encoding="utf-8"))}
    assert loaded
    assert {target for target in loaded if urlsplit(target).netloc} == set()
