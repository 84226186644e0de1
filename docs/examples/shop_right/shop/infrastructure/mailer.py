import asyncio
import smtplib
from email.message import EmailMessage


class SmtpMailer:
    def __init__(self, host: str) -> None:
        self._host = host

    async def send_mail(self, to: str, subject: str, text: str) -> None:
        message = EmailMessage()
        message["From"] = "shop@example.com"
        message["To"] = to
        message["Subject"] = subject
        message.set_content(text)
        await asyncio.to_thread(self._deliver, message)

    def _deliver(self, message: EmailMessage) -> None:
        with smtplib.SMTP(self._host) as smtp:
            smtp.send_message(message)
