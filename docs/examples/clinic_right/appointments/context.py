from dataclasses import dataclass
from enum import StrEnum

from appointments.domain import Actor


class RunMode(StrEnum):
    PREVIEW = "preview"
    APPLY = "apply"


@dataclass(frozen=True)
class OperationContext:
    """Who asks for an operation, and under which request."""

    actor: Actor
    request_id: str
