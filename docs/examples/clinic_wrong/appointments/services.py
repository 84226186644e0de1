from datetime import date

from django.http import Http404
from rest_framework.exceptions import APIException, PermissionDenied
from rest_framework.request import Request

from appointments.models import Appointment, AuditEntry, Doctor, Patient
from appointments.policies import may_book
from appointments.serializers import BookingSerializer
from appointments.tasks import send_sms


class SlotTaken(APIException):
    status_code = 409
    default_detail = "The doctor is not free then"


def book(request: Request, booking: BookingSerializer) -> Appointment:
    patient = Patient.objects.filter(user=request.user).first()
    if patient is None or not may_book(patient):
        raise PermissionDenied("You can't book an appointment")
    doctor = Doctor.objects.filter(pk=booking.validated_data["doctor_id"]).first()
    if doctor is None:
        raise Http404("No such doctor")
    starts_at = booking.validated_data["starts_at"]
    taken = Appointment.objects.filter(doctor=doctor, starts_at=starts_at)
    if taken.exclude(status="cancelled").exists():
        raise SlotTaken()
    return Appointment.objects.create(doctor=doctor, patient=patient, starts_at=starts_at)


def cancel_day(
    doctor_id: int, day: date, current_user: str, dry_run: bool = False
) -> list[Appointment]:
    appointments = Appointment.objects.filter(doctor_id=doctor_id, starts_at__date=day)
    cancelled = list(appointments.exclude(status="cancelled"))
    if not dry_run:
        appointments.update(status="cancelled")
        AuditEntry.objects.create(action="day.closed", subject=f"{doctor_id} {day} {current_user}")
    return cancelled


def apologise(appointments: list[Appointment]) -> None:
    for appointment in appointments:
        send_sms.delay({"to": appointment.patient.phone, "text": "Your doctor is away, sorry"})
