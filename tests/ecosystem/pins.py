"""The pinned projects: `projects.toml`, read and checked."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

PINS = Path(__file__).resolve().parent / "projects.toml"
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\Z")
_SHA256 = re.compile(r"[0-9a-f]{64}\Z")


class BadPinError(ValueError):
    """An entry of the data file can't be right."""


@dataclass(frozen=True, slots=True)
class Pin:
    """One project: the wheel to fetch, the folders in it that are linted, and what they hold."""

    name: str
    version: str
    file: str
    sha256: str
    folders: tuple[str, ...]
    holds: str
    short: bool = False

    @property
    def key(self) -> str:
        """The name of the project's place in the cache; another file is another place."""
        return f"{self.name}-{self.version}-{self.sha256[:12]}"


def _checked(pin: Pin) -> Pin:
    if not _NAME.match(pin.name):
        raise BadPinError(f"{pin.name!r} is no normalised project name")
    if not pin.file.endswith("-none-any.whl") or "/" in pin.file:
        raise BadPinError(f"{pin.name}: {pin.file!r} is no wheel for every platform")
    if not _SHA256.match(pin.sha256):
        raise BadPinError(f"{pin.name}: {pin.sha256!r} is no SHA-256")
    for folder in pin.folders:
        path = PurePosixPath(folder)
        if path.is_absolute() or ".." in path.parts:
            raise BadPinError(f"{pin.name}: {folder!r} is no folder of the wheel")
    if not pin.folders:
        raise BadPinError(f"{pin.name}: no folder is named")
    return pin


def read_pins(path: Path = PINS) -> tuple[Pin, ...]:
    """All pins by name. Raises BadPinError where an entry is incomplete or contradicts itself."""
    pins: dict[str, Pin] = {}
    for entry in tomllib.loads(path.read_text(encoding="utf-8"))["project"]:
        try:
            pin = _checked(Pin(**{**entry, "folders": tuple(entry["folders"])}))
        except (TypeError, KeyError) as error:
            raise BadPinError(f"{entry.get('name')}: {error}") from None
        if pins.setdefault(pin.name, pin) is not pin:
            raise BadPinError(f"{pin.name} is pinned twice")
    return tuple(pins[name] for name in sorted(pins))


def chosen(pins: Sequence[Pin], names: Iterable[str]) -> tuple[Pin, ...]:
    """The pins of these names. Raises BadPinError for a name that is not pinned."""
    by_name = {pin.name: pin for pin in pins}
    if unknown := sorted(set(names) - set(by_name)):
        raise BadPinError(f"not pinned: {', '.join(unknown)}; pinned are {', '.join(by_name)}")
    return tuple(by_name[name] for name in sorted(set(names)))
