import httpx
from fastapi import HTTPException, status
from sqlalchemy.ext.asyncio import AsyncSession

from shop.config import PAYMENTS_URL
from shop.models import Order


async def charge_order(session: AsyncSession, order: Order, card_token: str) -> None:
    async with httpx.AsyncClient(base_url=PAYMENTS_URL, timeout=10) as client:
        response = await client.post(
            "/charges",
            json={"amount": order.total_cents, "source": card_token, "order": order.id},
        )
    if response.status_code != httpx.codes.CREATED:
        raise HTTPException(status.HTTP_402_PAYMENT_REQUIRED, "Payment was declined")
    order.payment_ref = response.json()["id"]
    order.status = "paid"
    await session.commit()


async def refund_order(order: Order) -> None:
    async with httpx.AsyncClient(base_url=PAYMENTS_URL, timeout=10) as client:
        response = await client.post("/refunds", json={"charge": order.payment_ref})
    if response.is_error:
        raise HTTPException(status.HTTP_502_BAD_GATEWAY, "Refund failed")
