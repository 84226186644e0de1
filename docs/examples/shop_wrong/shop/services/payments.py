from typing import Any

import httpx
from fastapi import HTTPException, status
from sqlalchemy.ext.asyncio import AsyncSession

from shop.config import PAYMENTS_URL
from shop.models import Order
from shop.result import Err, Ok, Result, UnwrapError


class PaymentProviderError(Exception):
    status_code = 502


async def call_provider(path: str, body: dict[str, Any]) -> Result[str, str]:
    async with httpx.AsyncClient(base_url=PAYMENTS_URL, timeout=10) as client:
        response = await client.post(path, json=body)
    if response.status_code == httpx.codes.PAYMENT_REQUIRED:
        return Err("Payment was declined")
    if response.is_error:
        raise PaymentProviderError(f"{path} failed")
    return Ok(response.json()["id"])


async def charge_order(session: AsyncSession, order: Order, card_token: str) -> None:
    charge = {"amount": order.total_cents, "source": card_token, "order": order.id}
    try:
        order.payment_ref = (await call_provider("/charges", charge)).unwrap()
    except UnwrapError as error:
        raise HTTPException(status.HTTP_402_PAYMENT_REQUIRED, str(error)) from error
    order.status = "paid"
    await session.commit()


async def refund_order(order: Order) -> Result[str, str]:
    return await call_provider("/refunds", {"charge": order.payment_ref})
