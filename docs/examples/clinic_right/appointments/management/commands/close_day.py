from datetime import date
from typing import Any
from uuid import uuid4

from django.core.management.base import BaseCommand, CommandError, CommandParser

from appointments import services
from appointments.context import OperationContext, RunMode
from appointments.domain import Actor, Role
from appointments.result import Err, Ok


class Command(BaseCommand):
    help = "Cancel a doctor's appointments of one day"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("doctor_id", type=int)
        parser.add_argument("day", type=date.fromisoformat)

    def handle(self, *args: Any, **options: Any) -> None:
        ctx = OperationContext(Actor("manage.py close_day", Role.SYSTEM), uuid4().hex)
        match services.close_day(options["doctor_id"], options["day"], RunMode.APPLY, ctx):
            case Ok(cancelled):
                self.stdout.write(f"{len(cancelled)} cancelled")
            case Err(failure):
                raise CommandError(failure.message)
