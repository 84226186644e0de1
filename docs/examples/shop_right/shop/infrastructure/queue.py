import asyncio
from dataclasses import asdict
from datetime import timedelta

from celery import Celery

from shop.application.messages import OrderConfirmation, ShipmentRequest
from shop.config import load_settings

celery_app = Celery("shop", broker=load_settings().broker_url, include=["shop.workers.tasks"])
celery_app.conf.task_ignore_result = True
celery_app.conf.beat_schedule = {
    "expire-unpaid-orders": {
        "task": "orders.expire_unpaid",
        "schedule": timedelta(minutes=10),
        "kwargs": {"older_than_minutes": 30},
    },
}


class CeleryJobQueue:
    async def send_confirmation(self, job: OrderConfirmation) -> None:
        await asyncio.to_thread(
            celery_app.send_task, "orders.send_confirmation", kwargs=asdict(job)
        )

    async def request_shipment(self, job: ShipmentRequest) -> None:
        await asyncio.to_thread(celery_app.send_task, "orders.request_shipment", kwargs=asdict(job))
