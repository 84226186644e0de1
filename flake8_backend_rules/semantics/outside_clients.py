"""Code that is a client of another system by its name or its error, in whatever layer its module lies."""

from __future__ import annotations

import re

from flake8_backend_rules.project.summary import ModuleSummary
from flake8_backend_rules.project.surfaces import ClassInfo
from flake8_backend_rules.semantics.important_writes import words_of

_ADAPTERS = frozenset({"client", "provider", "connector", "gateway", "adapter", "integration"})
_API_ERROR = re.compile(r"(?:API|Api|Client)(?:Error|Exception)$")
_OF_ANY_API = frozenset({"", "_", "base", "http", "web", "rest", "json"})


def is_named_client(module: ModuleSummary, owner: ClassInfo | None) -> bool:
    """Whether the last word of a module's, a folder's or the class's name is client, provider, connector or the like."""
    names = module.name.split(".")[1:]
    if owner is not None:
        names.append(owner.name)
    return not _ADAPTERS.isdisjoint(words[-1].removesuffix("s") for words in map(words_of, names) if words)


def is_api_error(name: str) -> bool:
    """Whether a class is named as the error of an API that it names, such as `BankAPIError`: of another system's.

    A bare `APIError` is as often what the backend's own API answers with.
    """
    found = _API_ERROR.search(name)
    return found is not None and name[: found.start()].lower() not in _OF_ANY_API


def defines_api_error(module: ModuleSummary) -> bool:
    """Whether a module defines an API's error; beside code that calls out over HTTP that is another system's."""
    return any(_API_ERROR.search(cls.name) is not None for cls in module.all_classes())
