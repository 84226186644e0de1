import logging
from datetime import timedelta

import requests
from celery import shared_task
from django.conf import settings
from django.utils import timezone

from appointments.models import Appointment, AuditEntry

logger = logging.getLogger(__name__)


@shared_task(name="appointments.send_sms")
def send_sms(message):
    requests.post(f"{settings.SMS_URL}/messages", json=message, timeout=10)


@shared_task(name="appointments.send_confirmation")
def send_confirmation(appointment):
    text = f"See you on {appointment.starts_at:%d %B at %H:%M}"
    send_sms({"to": appointment.patient.phone, "text": text})


@shared_task(name="appointments.cancel_unconfirmed")
def cancel_unconfirmed(older_than_hours: int) -> int:
    limit = timezone.now() - timedelta(hours=older_than_hours)
    stale = list(Appointment.objects.filter(status="requested", requested_at__lt=limit))
    for appointment in stale:
        subject = f"{appointment.pk} {appointment.starts_at:%Y-%m-%d %H:%M}"
        appointment.status = "cancelled"
        appointment.cancelled_at = timezone.now()
        appointment.save()
        AuditEntry.objects.create(action="appointment.cancelled", subject=subject)
        logger.info("appointment %s cancelled", subject)
    return len(stale)
