from django.utils import timezone

from appointments.models import Appointment, Patient

MAX_OPEN_APPOINTMENTS = 3


def may_book(patient: Patient) -> bool:
    coming = Appointment.objects.filter(patient=patient, starts_at__gt=timezone.now())
    return coming.exclude(status="cancelled").count() < MAX_OPEN_APPOINTMENTS
