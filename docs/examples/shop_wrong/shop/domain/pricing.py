from pydantic import BaseModel
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from shop.models import Order

LOYALTY_ORDERS = 5
LOYALTY_PERCENT = 5


class CartLine(BaseModel):
    product_id: int
    quantity: int
    price_cents: int


class Cart(BaseModel):
    lines: list[CartLine]

    @property
    def subtotal_cents(self) -> int:
        return sum(line.quantity * line.price_cents for line in self.lines)


async def cart_total(session: AsyncSession, account_id: int, cart: Cart) -> int:
    paid = await session.scalar(
        select(func.count(Order.id)).where(Order.account_id == account_id, Order.status == "paid")
    )
    if (paid or 0) >= LOYALTY_ORDERS:
        return cart.subtotal_cents * (100 - LOYALTY_PERCENT) // 100
    return cart.subtotal_cents
