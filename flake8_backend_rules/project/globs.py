"""Path globs of the options: `*` within a folder, `**` across folders, relative to the config file."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple, TypeVar

T = TypeVar("T")


class Glob(NamedTuple):
    """A glob as written. A folder stands for all that is in it; a pattern without a slash matches any one part."""

    text: str

    def matches(self, path: str) -> bool:
        """Whether a relative path with forward slashes matches."""
        return _compiled(self.text).match(path) is not None

    @property
    def length(self) -> int:
        """How much the glob says: its characters, wildcards left out."""
        return len(self.text.replace("*", ""))


class BadGlobError(ValueError):
    """The glob can't be read; the text says why."""


def parse_glob(text: str) -> Glob:
    """A glob from an option's value. Raises BadGlobError for an empty, absolute, unclosed or escaping one."""
    text = text.strip()
    while text.startswith("./"):
        text = text[2:]
    if not text:
        raise BadGlobError("it is empty")
    if text.startswith("/") or re.match(r"[A-Za-z]:[\\/]", text):
        raise BadGlobError("it is absolute; globs are relative to the config file's folder")
    if ".." in text.split("/"):
        raise BadGlobError("it leaves the config file's folder")
    if text.count("[") != text.count("]"):
        raise BadGlobError("a bracket is not closed")
    if "***" in text:
        raise BadGlobError("'***' is no wildcard")
    _compiled(text)
    return Glob(text)


def matches_any(path: str, globs: tuple[Glob, ...]) -> bool:
    """Whether a relative path with forward slashes matches one of some globs."""
    return _any_of(globs).match(path) is not None


@lru_cache(maxsize=16)
def _any_of(globs: tuple[Glob, ...]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{_compiled(glob.text).pattern})" for glob in globs) or r"(?!)", re.DOTALL)


@lru_cache(maxsize=512)
def _compiled(text: str) -> re.Pattern[str]:
    body = text.rstrip("/")
    pattern = "" if "/" in body else r"(?:.*/)?"
    index = 0
    while index < len(body):
        if body.startswith("**/", index):
            pattern += r"(?:.*/)?"
            index += 3
        elif body.startswith("**", index):
            pattern += ".*"
            index += 2
        elif body[index] == "*":
            pattern += "[^/]*"
            index += 1
        elif body[index] == "?":
            pattern += "[^/]"
            index += 1
        elif body[index] == "[":
            end = body.find("]", index)
            if end < 0:
                raise BadGlobError("a bracket is not closed")
            inner = body[index + 1 : end]
            if not inner:
                raise BadGlobError("an empty bracket")
            pattern += "[" + ("^" + re.escape(inner[1:]) if inner[0] == "!" else re.escape(inner).replace(r"\-", "-")) + "]"
            index = end + 1
        else:
            pattern += re.escape(body[index])
            index += 1
    try:
        return re.compile(pattern + r"(?:/.*)?\Z", re.DOTALL)
    except re.error as error:
        raise BadGlobError(str(error)) from None


def longest_match(path: str, globs: Iterable[tuple[T, Glob]]) -> tuple[T, Glob] | None:
    """The entry whose glob matches and says most; None if none matches."""
    matching = [entry for entry in globs if entry[1].matches(path)]
    return max(matching, key=lambda entry: entry[1].length, default=None)
