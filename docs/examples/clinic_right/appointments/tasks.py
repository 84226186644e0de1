from datetime import timedelta
from uuid import uuid4

from celery import shared_task

from appointments import services
from appointments.context import OperationContext
from appointments.domain import Actor, Role
from appointments.jobs import TextMessage


@shared_task(name="appointments.send_message")
def send_message(phone: str, text: str, idempotency_key: str) -> None:
    services.deliver(TextMessage(phone, text, idempotency_key))


@shared_task(name="appointments.cancel_unconfirmed")
def cancel_unconfirmed(older_than_hours: int) -> int:
    ctx = OperationContext(Actor("cancel-unconfirmed", Role.SYSTEM), uuid4().hex)
    return services.cancel_unconfirmed(timedelta(hours=older_than_hours), ctx)
