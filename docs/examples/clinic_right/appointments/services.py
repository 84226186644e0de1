"""The use-cases: each owns one transaction, and its jobs leave when that is committed."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

from django.db import transaction
from django.utils import timezone

from appointments import repositories, sms_client
from appointments.context import OperationContext, RunMode
from appointments.domain import Appointment, Conflict, Failure, NotAllowed, NotFound, may_book
from appointments.jobs import TextMessage, enqueue_message
from appointments.result import Err, Ok, Result


@dataclass(frozen=True)
class BookAppointment:
    doctor_id: int
    starts_at: datetime


@dataclass(frozen=True)
class CancelAppointment:
    appointment_id: int
    idempotency_key: str


@transaction.atomic
def book(command: BookAppointment, ctx: OperationContext) -> Result[Appointment, Failure]:
    now = timezone.now()
    patient = repositories.patient_of_user(ctx.actor.user_id)
    if patient is None or not may_book(repositories.count_coming(patient, now)):
        return Err(NotAllowed("You can't book an appointment"))
    doctor_id = repositories.lock_doctor(command.doctor_id)
    if doctor_id is None:
        return Err(NotFound("No such doctor"))
    if repositories.is_taken(doctor_id, command.starts_at):
        return Err(Conflict("The doctor is not free then"))
    appointment = repositories.add(doctor_id, patient, command.starts_at, now)
    repositories.record(ctx, "appointment.booked", str(appointment.id))
    _tell(appointment, f"See you on {command.starts_at:%d %B at %H:%M}", ctx.request_id)
    return Ok(appointment)


def list_mine(ctx: OperationContext) -> list[Appointment]:
    patient = repositories.patient_of_user(ctx.actor.user_id)
    return repositories.of_patient(patient) if patient else []


@transaction.atomic
def confirm(appointment_id: int, ctx: OperationContext) -> Result[Appointment, Failure]:
    appointment = _lock_mine(appointment_id, ctx)
    if appointment is None:
        return Err(NotFound("No such appointment"))
    confirmed = appointment.confirm()
    if isinstance(confirmed, Err):
        return confirmed
    repositories.save(appointment)
    repositories.record(ctx, "appointment.confirmed", str(appointment.id))
    return Ok(appointment)


@transaction.atomic
def cancel(command: CancelAppointment, ctx: OperationContext) -> Result[Appointment, Failure]:
    appointment = _lock_mine(command.appointment_id, ctx)
    if appointment is None:
        return Err(NotFound("No such appointment"))
    cancelled = appointment.cancel(timezone.now())
    if isinstance(cancelled, Err):
        return cancelled
    repositories.save(appointment)
    repositories.record(ctx, "appointment.cancelled", str(appointment.id))
    _tell(appointment, "Your appointment is cancelled", command.idempotency_key)
    return Ok(appointment)


@transaction.atomic
def cancel_unconfirmed(older_than: timedelta, ctx: OperationContext) -> int:
    now = timezone.now()
    stale = repositories.lock_requested_before(now - older_than)
    for appointment in stale:
        _cancel_live(appointment, now, ctx)
    return len(stale)


@transaction.atomic
def close_day(
    doctor_id: int, day: date, mode: RunMode, ctx: OperationContext
) -> Result[list[int], NotAllowed]:
    if not ctx.actor.is_staff:
        return Err(NotAllowed("Staff only"))
    appointments = repositories.lock_live_of_day(doctor_id, day)
    if mode is RunMode.APPLY:
        now = timezone.now()
        for appointment in appointments:
            _cancel_live(appointment, now, ctx)
            _tell(appointment, "Your doctor is away, sorry", f"{ctx.request_id}-{appointment.id}")
    return Ok([appointment.id for appointment in appointments])


def day_sheet(
    doctor_id: int, day: date, ctx: OperationContext
) -> Result[list[Appointment], NotAllowed]:
    if not ctx.actor.is_staff:
        return Err(NotAllowed("Staff only"))
    return Ok(repositories.of_day(doctor_id, day))


def deliver(message: TextMessage) -> None:
    sms_client.send_sms(message)


def _lock_mine(appointment_id: int, ctx: OperationContext) -> Appointment | None:
    patient = repositories.patient_of_user(ctx.actor.user_id)
    return repositories.lock(appointment_id, patient) if patient else None


def _cancel_live(appointment: Appointment, now: datetime, ctx: OperationContext) -> None:
    if isinstance(appointment.cancel(now), Ok):
        repositories.save(appointment)
        repositories.record(ctx, "appointment.cancelled", str(appointment.id))


def _tell(appointment: Appointment, text: str, idempotency_key: str) -> None:
    message = TextMessage(appointment.patient.phone, text, idempotency_key)
    transaction.on_commit(partial(enqueue_message, message))
