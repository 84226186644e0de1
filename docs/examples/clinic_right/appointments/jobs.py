"""The payloads of the jobs that follow an operation, and how they get into the queue."""

from dataclasses import asdict, dataclass

from celery import current_app


@dataclass(frozen=True)
class TextMessage:
    phone: str
    text: str
    idempotency_key: str


def enqueue_message(message: TextMessage) -> None:
    current_app.send_task("appointments.send_message", kwargs=asdict(message))
