import asyncio
from datetime import timedelta
from uuid import uuid4

from shop.application.context import OperationContext
from shop.application.messages import OrderConfirmation, ShipmentRequest
from shop.bootstrap import open_shop
from shop.config import load_settings
from shop.domain.accounts import Actor
from shop.infrastructure.queue import celery_app


@celery_app.task(name="orders.send_confirmation")
def send_confirmation(order_id: int, email: str, request_id: str) -> None:
    asyncio.run(_confirm(OrderConfirmation(order_id, email, request_id)))


@celery_app.task(name="orders.request_shipment")
def request_shipment(order_id: int, request_id: str) -> None:
    asyncio.run(_ship(ShipmentRequest(order_id, request_id)))


@celery_app.task(name="orders.expire_unpaid")
def expire_unpaid_orders(older_than_minutes: int) -> int:
    return asyncio.run(_expire_unpaid(timedelta(minutes=older_than_minutes)))


async def _confirm(job: OrderConfirmation) -> None:
    async with open_shop(load_settings()) as shop:
        await shop.fulfilment.confirm_order(job)


async def _ship(job: ShipmentRequest) -> None:
    async with open_shop(load_settings()) as shop:
        await shop.fulfilment.ship_order(job)


async def _expire_unpaid(older_than: timedelta) -> int:
    ctx = OperationContext(Actor.system("expire-unpaid-orders"), request_id=uuid4().hex)
    async with open_shop(load_settings()) as shop:
        return await shop.orders.expire_unpaid(older_than, ctx)
