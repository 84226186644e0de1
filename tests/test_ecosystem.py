"""The tooling of the ecosystem check, without a network and without the pinned projects."""

from __future__ import annotations

import hashlib
import subprocess
import zipfile
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.ecosystem import cache as cache_module
from tests.ecosystem.__main__ import main, verdict
from tests.ecosystem.cache import UnfetchedError, UnsafeArchiveError, cached, check_hash, obtain, unpack
from tests.ecosystem.findings import Finding, Findings, Linted, SourceFile, outdated, read_counts, write_counts
from tests.ecosystem.lint import FEWEST, CrashError, Run, flake8, located
from tests.ecosystem.pins import BadPinError, Pin, chosen, read_pins

ROUTE = """\
from fastapi import APIRouter
from sqlalchemy.orm import Session

router = APIRouter()


class Orders:
    @router.post("/orders")
    def create(self, session: Session) -> None:
        session.commit()
"""


def wheel(path: Path, members: Mapping[str, str]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, source in members.items():
            archive.writestr(name, source)
    return path


def pin_of(file: Path, name: str = "shop") -> Pin:
    return Pin(name, "1.0", file.name, hashlib.sha256(file.read_bytes()).hexdigest(), ("shop",), "routes")


def fetching(file: Path) -> Callable[[Pin, Path], Path]:
    return lambda pin, folder: file


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return wheel(tmp_path / "shop-1.0-py3-none-any.whl", {"shop/api.py": ROUTE, "shop/page.js": "", "shop-1.0.dist-info/METADATA": "x"})


def test_pins_are_enough_and_complete() -> None:
    pins = read_pins()
    assert len(pins) >= 20
    assert 3 <= sum(pin.short for pin in pins) <= 8
    assert all(pin.file.startswith(f"{pin.name.replace('-', '_')}-{pin.version}-") for pin in pins)


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("name", "Shop", "no normalised project name"),
        ("file", "shop-1.0.tar.gz", "no wheel for every platform"),
        ("sha256", "0", "no SHA-256"),
        ("folders", ["../shop"], "no folder of the wheel"),
        ("folders", [], "no folder is named"),
        ("colour", "red", "colour"),
    ],
)
def test_a_bad_pin_is_named(tmp_path: Path, key: str, value: object, said: str) -> None:
    good = {"name": "shop", "version": "1.0", "file": "shop-1.0-py3-none-any.whl", "sha256": "0" * 64, "folders": ["shop"], "holds": "x"}
    entry = good | {key: value}
    (tmp_path / "p.toml").write_text("[[project]]\n" + "".join(f"{k} = {v!r}\n" for k, v in entry.items()), encoding="utf-8")
    with pytest.raises(BadPinError, match=said):
        read_pins(tmp_path / "p.toml")


def test_an_unknown_project_is_named() -> None:
    with pytest.raises(BadPinError, match=r"not pinned: nothing; pinned are .*lnbits"):
        chosen(read_pins(), ["lnbits", "nothing"])


def test_a_project_is_unpacked_once(tmp_path: Path, shop: Path) -> None:
    """Only its Python; the second time nothing is fetched."""
    pin, cache = pin_of(shop), tmp_path / "cache"
    tree = obtain(pin, cache, fetching(shop))
    assert sorted(p.relative_to(tree).as_posix() for p in tree.rglob("*") if p.is_file()) == ["setup.cfg", "shop/api.py"]
    assert sorted(p.name for p in cache.iterdir()) == [pin.key, f"{pin.key}.sha256"]
    assert obtain(pin, cache, lambda pin, folder: pytest.fail("fetched again")) == tree


def test_a_project_changed_in_the_cache_is_fetched_again(tmp_path: Path, shop: Path) -> None:
    pin, cache = pin_of(shop), tmp_path / "cache"
    api = obtain(pin, cache, fetching(shop)) / "shop" / "api.py"
    api.write_text("", encoding="utf-8")
    assert cached(pin, cache) is None
    obtain(pin, cache, fetching(shop))
    assert api.read_text(encoding="utf-8") == ROUTE


def test_another_hash_is_refused(tmp_path: Path, shop: Path) -> None:
    pin, cache = replace(pin_of(shop), sha256="0" * 64), tmp_path / "cache"
    with pytest.raises(UnsafeArchiveError, match="pinned is 0000"):
        check_hash(pin, shop)
    with pytest.raises(UnsafeArchiveError, match="pinned is 0000"):
        obtain(pin, cache, fetching(shop))
    assert list(cache.iterdir()) == []


@pytest.mark.parametrize("name", ["../evil.py", "shop/../../evil.py", "/evil.py", "C:/evil.py", "shop\\..\\evil.py", "../evil.txt"])
def test_a_path_that_leaves_the_folder_is_refused(tmp_path: Path, name: str) -> None:
    file = wheel(tmp_path / "shop.whl", {"shop/good.py": "", name: "x = 1"})
    with pytest.raises(UnsafeArchiveError, match="evil"):
        unpack(file, tmp_path / "deep" / "tree")
    assert list(tmp_path.rglob("*.py")) == []


def test_a_link_is_refused(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("shop/link.py")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "shop.whl", "w") as archive:
        archive.writestr(link, "/etc")
    with pytest.raises(UnsafeArchiveError, match=r"link 'shop/link\.py'"):
        unpack(tmp_path / "shop.whl", tmp_path / "tree")


def test_too_much_is_refused(tmp_path: Path, shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache_module, "_LARGEST", 10)
    with pytest.raises(UnsafeArchiveError, match="more than 10 bytes"):
        unpack(shop, tmp_path / "tree")


@pytest.mark.parametrize("content", [b"", b"no archive"])
def test_what_is_no_archive_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "shop.whl").write_bytes(content)
    with pytest.raises(UnfetchedError, match="can't be unpacked"):
        unpack(tmp_path / "shop.whl", tmp_path / "tree")


def test_a_wheel_without_its_folder_is_refused(tmp_path: Path) -> None:
    file = wheel(tmp_path / "shop-1.0-py3-none-any.whl", {"other/api.py": ""})
    with pytest.raises(UnfetchedError, match="no folder 'shop'"):
        obtain(pin_of(file), tmp_path / "cache", fetching(file))


def test_pip_is_asked_for_the_pinned_wheel_only(tmp_path: Path, shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing that pip does for it may build or install; what pip says when it fails is passed on."""
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "empty"))
    commands: list[list[str]] = []
    real = subprocess.run

    def run(command: list[str], **keywords: Any) -> Any:
        commands.append(command)
        return real(command, **keywords)

    monkeypatch.setattr(subprocess, "run", run)
    with pytest.raises(UnfetchedError, match=r"ERROR.*shop==1\.0"):
        obtain(pin_of(shop), tmp_path / "cache")
    assert {"download", "--no-deps", "--require-hashes", "--only-binary=:all:"} <= set(commands[0])


def a_run(tmp_path: Path, fetch: Callable[[Pin, Path], Path]) -> tuple[Run, list[str]]:
    said: list[str] = []
    return Run(tmp_path / "cache", said.append, jobs="1", fetch=fetch), said


def test_a_run_lints_names_and_goes_on(tmp_path: Path, shop: Path) -> None:
    """Progress names each project; one that can't be had is skipped with its reason."""

    def fetch(pin: Pin, folder: Path) -> Path:
        if pin.name == "lost":
            raise UnfetchedError("not there")
        return shop

    run, said = a_run(tmp_path, fetch)
    run.over([pin_of(shop, "lost"), pin_of(shop)])
    assert run.skipped == {"lost": "not there"}
    assert run.failures == []
    assert run.findings.projects == {"shop": Linted("1.0", 1, ROUTE.count("\n"))}
    finding = next(f for f in run.findings.found if f.code == "KBR301")
    assert (finding.place, finding.function, finding.source) == ("shop/api.py:10", "Orders.create", "session.commit()")
    assert said[1] == "[1 of 2] lost 1.0: SKIPPED: not there"
    assert said[3].startswith("[2 of 2] shop 1.0: linting 1 files")


def test_after_three_failures_no_more_is_tried(tmp_path: Path, shop: Path) -> None:
    tried = []

    def fetch(pin: Pin, folder: Path) -> Path:
        tried.append(pin.name)
        raise UnfetchedError("no network")

    run, _ = a_run(tmp_path, fetch)
    run.over([pin_of(shop, f"shop-{n}") for n in range(6)])
    assert len(tried) == 3
    assert len(run.skipped) == 6


def test_fewer_than_ten_projects_fail_a_run(tmp_path: Path, shop: Path) -> None:
    run, _ = a_run(tmp_path, fetching(shop))
    pins = [pin_of(shop, f"shop-{n}") for n in range(FEWEST + 2)]
    run.skipped = {"shop-0": "x", "shop-1": "x"}
    assert verdict(run, pins, whole=True) == ""
    run.skipped["shop-2"] = "x"
    assert verdict(run, pins, whole=True) == f"only 9 of 12 projects could be fetched, fewer than {FEWEST}"
    assert verdict(run, pins, whole=False) == ""
    run.failures = ["shop-3: flake8 ended with 1"]
    assert verdict(run, pins, whole=False) == "1 failures"


def test_a_file_that_cannot_be_linted_fails_a_run(tmp_path: Path) -> None:
    file = wheel(tmp_path / "shop-1.0-py3-none-any.whl", {"shop/odd.py": "def (:\n"})
    run, _ = a_run(tmp_path, fetching(file))
    run.over([pin_of(file)])
    assert len(run.failures) == 1
    assert run.failures[0].startswith("shop/shop/odd.py:1: E999")
    assert run.findings.found == []


def test_a_crash_is_told(tmp_path: Path) -> None:
    with pytest.raises(CrashError, match="flake8 ended with"):
        flake8(tmp_path, ["."], jobs="none")


def test_nothing_of_a_project_is_imported(tmp_path: Path) -> None:
    """Modules named like flake8's own are in the way of an interpreter that looks into its folder."""
    for name in ("ast.py", "flake8.py", "pycodestyle.py", "flake8_backend_rules.py", "sitecustomize.py"):
        (tmp_path / name).write_text("open('executed', 'w')\nraise SystemExit('executed')\n", encoding="utf-8")
    flake8(tmp_path, ["."], jobs="1")
    assert not (tmp_path / "executed").exists()


def test_the_short_run_is_skipped_without_a_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KBR_ECOSYSTEM_CACHE", str(tmp_path))

    def fetch(pin: Pin, folder: Path) -> Path:
        raise UnfetchedError("no network")

    monkeypatch.setattr(cache_module, "download", fetch)
    assert main(["run", "--short"]) == 0
    assert capsys.readouterr().out == "ecosystem: skipped, as no project could be fetched (is there a network?)\n"
    assert main(["run"]) == 1


def test_what_stands_around_a_line() -> None:
    file = SourceFile(ROUTE.encode())
    assert [file.function(line) for line in (1, 7, 8, 9, 10)] == ["", "Orders", "Orders.create", "Orders.create", "Orders.create"]
    assert file.source(10) == "session.commit()"
    assert (file.source(0), file.source(99)) == ("", "")
    assert file.excerpt(10, 1).splitlines()[1] == ">    10 |         session.commit()"
    assert SourceFile(b"def (:\r\n  x  =  1").source(2) == "x = 1"
    assert SourceFile(("x = " + "(" * 80 + ")" * 80).encode()).function(1) == ""


def test_a_findings_file_is_sorted_and_comes_back(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "b.py").write_text(ROUTE, encoding="utf-8")
    found = located("shop", tree, [("b.py", 10, 9, "KBR301", "commits"), ("b.py", 2, 1, "KBR201", "imports")])
    findings = Findings({"shop": Linted("1.0", 1, 10)}, found[::-1])
    findings.write(tmp_path / "f.jsonl")
    text = (tmp_path / "f.jsonl").read_text(encoding="utf-8")
    assert Findings.read(tmp_path / "f.jsonl") == Findings(findings.projects, found)
    assert [finding.code for finding in found] == ["KBR201", "KBR301"]
    Findings.read(tmp_path / "f.jsonl").write(tmp_path / "g.jsonl")
    assert (tmp_path / "g.jsonl").read_text(encoding="utf-8") == text


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"projects": {}}\n{"colour": 1}', "no json"])
def test_what_is_no_findings_file_is_said_to_be_none(tmp_path: Path, text: str, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "f.jsonl").write_text(text, encoding="utf-8")
    assert main(["compare", str(tmp_path / "f.jsonl"), str(tmp_path / "f.jsonl")]) == 1
    assert "f.jsonl is no findings file" in capsys.readouterr().err


def test_counts_are_kept_and_checked(tmp_path: Path) -> None:
    found = [Finding("shop", "a.py", n, 1, "KBR301", "commits") for n in (1, 2)]
    findings = Findings({"shop": Linted("1.0", 1, 10), "mill": Linted("2.0", 1, 5)}, found)
    write_counts(tmp_path / "c.json", findings)
    projects, counts = read_counts(tmp_path / "c.json")
    assert projects == findings.projects
    assert counts == {"KBR301": {"shop": 2}}
    assert outdated(counts, findings) == []
    later = Findings(findings.projects, [*found[1:], Finding("mill", "a.py", 1, 1, "KBR601", "raises")])
    assert outdated(counts, later) == ["KBR301 in shop: 2 then, 1 now", "KBR601 in mill: 0 then, 1 now"]
    only_mill = Findings({"mill": Linted("2.0", 1, 5)})
    assert outdated(counts, only_mill) == []
    assert Counter(counts["KBR301"]) == {"shop": 2}
