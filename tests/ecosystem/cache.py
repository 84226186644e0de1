"""The cache of pinned projects: wheels fetched with pip, their hash checked, their Python source unpacked.

Nothing of a project is built, installed or run: only wheels are fetched, and only their `.py` files are written.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path, PurePosixPath, PureWindowsPath

from tests.ecosystem.pins import Pin

CACHE_VARIABLE = "KBR_ECOSYSTEM_CACHE"
_LARGEST = 256 * 1024 * 1024  # bytes of Python in one wheel
_FETCH_SECONDS = 900
Fetch = Callable[[Pin, Path], Path]


class UnfetchedError(Exception):
    """A project can't be had; the text says why in one line."""


class UnsafeArchiveError(UnfetchedError):
    """A wheel is not what was pinned, or holds a path that leaves its folder."""


def cache_folder() -> Path:
    """The folder that holds the projects, outside of any checkout, so that all checkouts share it."""
    if given := os.environ.get(CACHE_VARIABLE):
        return Path(given).expanduser().absolute()
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return base / "flake8-backend-rules" / "ecosystem"


def cached(pin: Pin, cache: Path) -> Path | None:
    """The unpacked project; None where it is not in the cache, or was changed there."""
    tree, stamp = cache / pin.key, cache / f"{pin.key}.sha256"
    if not stamp.is_file() or not tree.is_dir():
        return None
    return tree if stamp.read_text(encoding="ascii").strip() == tree_digest(tree) else None


def obtain(pin: Pin, cache: Path, fetch: Fetch | None = None) -> Path:
    """The unpacked project, fetched where the cache doesn't hold it. Raises UnfetchedError."""
    if tree := cached(pin, cache):
        return tree
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache, prefix="new-") as folder:
        wheel = (fetch or download)(pin, Path(folder))
        check_hash(pin, wheel)
        fresh = Path(folder) / "tree"
        unpack(wheel, fresh)
        for name in pin.folders:
            if not (fresh / name).is_dir():
                raise UnfetchedError(f"the wheel has no folder {name!r}")
        (fresh / "setup.cfg").touch()  # marks the project's root, so that nothing above the cache counts
        tree = cache / pin.key
        shutil.rmtree(tree, ignore_errors=True)
        fresh.rename(tree)
    (cache / f"{pin.key}.sha256").write_text(tree_digest(tree) + "\n", encoding="ascii")
    return tree


def download(pin: Pin, folder: Path) -> Path:
    """Fetches the pinned wheel with pip, which refuses another hash."""
    requirements = folder / "requirements.txt"
    requirements.write_text(f"{pin.name}=={pin.version} --hash=sha256:{pin.sha256}\n", encoding="ascii")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes", "--no-input"]
    command += ["--only-binary=:all:", "--ignore-requires-python", "--platform=any", "--implementation=py", "--abi=none"]
    command += ["--disable-pip-version-check", "--no-cache-dir", "--retries=1", "--timeout=30"]
    command += ["--dest", str(folder), "--requirement", str(requirements)]
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=_FETCH_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise UnfetchedError(f"pip did not end within {_FETCH_SECONDS} seconds") from None
    wheel = folder / pin.file
    if done.returncode or not wheel.is_file():
        lines = [line for line in done.stderr.splitlines() if line.startswith("ERROR")] or done.stderr.splitlines()[-1:]
        raise UnfetchedError(lines[0].strip()[:200] if lines else f"pip fetched another file than {pin.file}")
    return wheel


def check_hash(pin: Pin, wheel: Path) -> None:
    """Raises UnsafeArchiveError where a file is not the pinned one."""
    with wheel.open("rb") as stream:
        found = hashlib.file_digest(stream, "sha256").hexdigest()
    if found != pin.sha256:
        raise UnsafeArchiveError(f"{pin.file} has the hash {found}, pinned is {pin.sha256}")


def unpack(wheel: Path, target: Path) -> None:
    """Writes the Python files of a wheel below a new folder. Raises UnsafeArchiveError before anything is written."""
    try:
        with zipfile.ZipFile(wheel) as archive:
            members = archive.infolist()
            places = {member.filename: _place(member) for member in members if not member.is_dir()}
            wanted = [m for m in members if not m.is_dir() and m.filename.endswith(".py")]
            if sum(member.file_size for member in wanted) > _LARGEST:
                raise UnsafeArchiveError(f"{wheel.name} holds more than {_LARGEST} bytes of Python")
            target.mkdir()
            for member in wanted:
                file = target.joinpath(*places[member.filename].parts)
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(archive.read(member))
    except (zipfile.BadZipFile, OSError) as error:
        raise UnfetchedError(f"{wheel.name} can't be unpacked: {error}") from None


def _place(member: zipfile.ZipInfo) -> PurePosixPath:
    name = member.filename
    path = PurePosixPath(name)
    if not path.parts or path.is_absolute() or ".." in path.parts or "\\" in name or PureWindowsPath(name).drive:
        raise UnsafeArchiveError(f"the wheel holds the path {name!r}")
    if stat.S_ISLNK(member.external_attr >> 16):
        raise UnsafeArchiveError(f"the wheel holds the link {name!r}")
    return path


def tree_digest(tree: Path) -> str:
    """A hash of every Python file's path and content."""
    digest = hashlib.sha256()
    for path in sorted(tree.rglob("*.py")):
        digest.update(path.relative_to(tree).as_posix().encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
