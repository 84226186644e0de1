import httpx
from django.conf import settings

from appointments.jobs import TextMessage


def send_sms(message: TextMessage) -> None:
    with httpx.Client(base_url=settings.SMS_URL, timeout=10) as client:
        response = client.post(
            "/messages",
            json={"to": message.phone, "text": message.text},
            headers={"Idempotency-Key": message.idempotency_key},
        )
    response.raise_for_status()
