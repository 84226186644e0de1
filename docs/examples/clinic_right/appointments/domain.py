"""What an appointment is and may do, whoever asks and wherever it is kept."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from appointments.result import Err, Ok, Result

MAX_OPEN_APPOINTMENTS = 3


@dataclass(frozen=True)
class NotFound:
    message: str


@dataclass(frozen=True)
class NotAllowed:
    message: str


@dataclass(frozen=True)
class Conflict:
    message: str


Failure = NotFound | NotAllowed | Conflict


class Role(StrEnum):
    PATIENT = "patient"
    STAFF = "staff"
    SYSTEM = "system"


@dataclass(frozen=True)
class Actor:
    """Who carries out an operation."""

    name: str
    role: Role
    user_id: int | None = None

    @property
    def is_staff(self) -> bool:
        return self.role in (Role.STAFF, Role.SYSTEM)


@dataclass(frozen=True)
class Patient:
    id: int
    phone: str


class Status(StrEnum):
    REQUESTED = "requested"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"


@dataclass
class Appointment:
    id: int
    doctor_id: int
    patient: Patient
    starts_at: datetime
    status: Status = Status.REQUESTED
    cancelled_at: datetime | None = None

    def confirm(self) -> Result[None, Conflict]:
        if self.status is Status.CANCELLED:
            return Err(Conflict("The appointment was cancelled"))
        self.status = Status.CONFIRMED
        return Ok(None)

    def cancel(self, now: datetime) -> Result[None, Conflict]:
        if self.status is Status.CANCELLED:
            return Err(Conflict("The appointment was cancelled"))
        self.status = Status.CANCELLED
        self.cancelled_at = now
        return Ok(None)


def may_book(open_appointments: int) -> bool:
    return open_appointments < MAX_OPEN_APPOINTMENTS
