import asyncio
import logging
import smtplib
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

from celery import Celery
from sqlalchemy import select

from shop.config import BROKER_URL, SMTP_HOST
from shop.db.session import async_session
from shop.models import AuditEntry, Order, Product, utcnow

logger = logging.getLogger(__name__)

celery_app = Celery("shop", broker=BROKER_URL)
celery_app.conf.task_ignore_result = True
celery_app.conf.beat_schedule = {
    "expire-unpaid-orders": {"task": "orders.expire_unpaid", "schedule": timedelta(minutes=10)},
}


@celery_app.task(name="orders.send_confirmation")
def send_order_confirmation(payload: dict[str, Any]) -> None:
    message = EmailMessage()
    message["From"] = "shop@example.com"
    message["To"] = payload["email"]
    message["Subject"] = f"Your order {payload['order_id']}"
    message.set_content("Thank you for your order!")
    with smtplib.SMTP(SMTP_HOST) as smtp:
        smtp.send_message(message)


@celery_app.task(name="orders.expire_unpaid")
def expire_unpaid_orders(older_than_minutes: int = 30) -> int:
    return asyncio.run(_expire_unpaid(older_than_minutes))


async def _expire_unpaid(older_than_minutes: int) -> int:
    cutoff = utcnow() - timedelta(minutes=older_than_minutes)
    query = select(Order).where(Order.status == "pending", Order.created_at < cutoff)
    async with async_session() as session:
        stale = (await session.scalars(query)).all()
        for order in stale:
            for item in order.items:
                product = await session.get_one(Product, item.product_id)
                product.stock += item.quantity
            order.status = "cancelled"
            session.add(AuditEntry(action="order.cancelled", subject=str(order.id)))
            await session.commit()
            logger.info("order %s cancelled", order.id)
    return len(stale)
