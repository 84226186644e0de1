"""The shape of an answer to "what does this expression stand for?"."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from flake8_backend_rules.project.summary import ModuleSummary
from flake8_backend_rules.project.surfaces import ClassInfo, FunctionInfo


class Kind(Enum):
    """How a value relates to its name."""

    OBJECT = "the class, function or module itself"
    INSTANCE = "an instance of the class"
    MEMBER = "an attribute of an instance of a third-party class, of unknown type"
    QUERY = "an ORM query over a model"
    ROWS = "an iterable of something"


class Value(NamedTuple):
    """`name`: qualified name; `definition`: where it is first-party; `element`: of QUERY and ROWS."""

    kind: Kind
    name: str
    definition: ModuleSummary | ClassInfo | FunctionInfo | None = None
    element: Value | None = None

    @property
    def last_name(self) -> str:
        return self.name.rpartition(".")[2]
