from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from appointments.models import Appointment, AuditEntry


class Command(BaseCommand):
    help = "Cancel a doctor's appointments of one day"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("doctor_id", type=int)
        parser.add_argument("day", type=date.fromisoformat)

    def handle(self, *args: Any, **options: Any) -> None:
        doctor_id, day = options["doctor_id"], options["day"]
        appointments = Appointment.objects.filter(doctor_id=doctor_id, starts_at__date=day)
        count = appointments.exclude(status="cancelled").update(status="cancelled")
        AuditEntry.objects.create(action="day.closed", subject=f"{doctor_id} {day}")
        self.stdout.write(f"{count} cancelled")
