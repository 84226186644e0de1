"""Rows in, domain objects out. No function here commits: the use-case that calls it does."""

from datetime import date, datetime

from django.db.models import QuerySet

from appointments import models
from appointments.context import OperationContext
from appointments.domain import Appointment, Patient, Status


def patient_of_user(user_id: int | None) -> Patient | None:
    row = models.Patient.objects.filter(user_id=user_id).first()
    return _patient(row) if row else None


def lock_doctor(doctor_id: int) -> int | None:
    """The doctor's id, if there is one; nobody else books with them until the transaction ends."""
    row = models.Doctor.objects.select_for_update().filter(pk=doctor_id).first()
    return row.pk if row else None


def is_taken(doctor_id: int, starts_at: datetime) -> bool:
    return _live().filter(doctor_id=doctor_id, starts_at=starts_at).exists()


def count_coming(patient: Patient, now: datetime) -> int:
    return _live().filter(patient_id=patient.id, starts_at__gt=now).count()


def add(doctor_id: int, patient: Patient, starts_at: datetime, now: datetime) -> Appointment:
    row = models.Appointment.objects.create(
        doctor_id=doctor_id,
        patient_id=patient.id,
        starts_at=starts_at,
        status=Status.REQUESTED,
        requested_at=now,
    )
    return _appointment(row)


def lock(appointment_id: int, patient: Patient) -> Appointment | None:
    rows = models.Appointment.objects.select_for_update()
    row = rows.filter(pk=appointment_id, patient_id=patient.id).first()
    return _appointment(row) if row else None


def of_patient(patient: Patient) -> list[Appointment]:
    rows = models.Appointment.objects.filter(patient_id=patient.id)
    return [_appointment(row) for row in rows.select_related("patient").order_by("starts_at")]


def of_day(doctor_id: int, day: date) -> list[Appointment]:
    rows = models.Appointment.objects.filter(doctor_id=doctor_id, starts_at__date=day)
    return [_appointment(row) for row in rows.select_related("patient").order_by("starts_at")]


def lock_live_of_day(doctor_id: int, day: date) -> list[Appointment]:
    rows = _live().filter(doctor_id=doctor_id, starts_at__date=day)
    return [_appointment(row) for row in rows.select_for_update().order_by("starts_at")]


def lock_requested_before(moment: datetime) -> list[Appointment]:
    rows = models.Appointment.objects.filter(status=Status.REQUESTED, requested_at__lt=moment)
    return [_appointment(row) for row in rows.select_for_update()]


def save(appointment: Appointment) -> None:
    models.Appointment.objects.filter(pk=appointment.id).update(
        status=appointment.status, cancelled_at=appointment.cancelled_at
    )


def record(ctx: OperationContext, action: str, subject: str) -> None:
    models.AuditEntry.objects.create(
        action=action, subject=subject, actor=ctx.actor.name, request_id=ctx.request_id
    )


def _live() -> "QuerySet[models.Appointment]":
    return models.Appointment.objects.exclude(status=Status.CANCELLED)


def _patient(row: models.Patient) -> Patient:
    return Patient(row.pk, row.phone)


def _appointment(row: models.Appointment) -> Appointment:
    return Appointment(
        id=row.pk,
        doctor_id=row.doctor_id,
        patient=_patient(row.patient),
        starts_at=row.starts_at,
        status=Status(row.status),
        cancelled_at=row.cancelled_at,
    )
