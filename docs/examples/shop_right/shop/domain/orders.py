from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shop.domain.errors import Conflict

LOYALTY_ORDERS = 5
LOYALTY_PERCENT = 5


class OrderStatus(StrEnum):
    PENDING = "pending"
    PAID = "paid"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class OrderLine:
    product_id: int
    quantity: int
    price_cents: int


@dataclass
class Order:
    id: int
    account_id: int
    items: list[OrderLine]
    total_cents: int
    created_at: datetime
    status: OrderStatus = OrderStatus.PENDING
    payment_ref: str | None = None

    def check_payable(self) -> None:
        if self.status is not OrderStatus.PENDING:
            raise Conflict(f"Order is {self.status}")

    def mark_paid(self, payment_ref: str) -> None:
        self.check_payable()
        self.payment_ref = payment_ref
        self.status = OrderStatus.PAID

    def cancel(self) -> None:
        if self.status is OrderStatus.CANCELLED:
            raise Conflict("Order is already cancelled")
        self.status = OrderStatus.CANCELLED


def cart_total(lines: list[OrderLine], paid_orders: int) -> int:
    subtotal = sum(line.quantity * line.price_cents for line in lines)
    if paid_orders >= LOYALTY_ORDERS:
        return subtotal * (100 - LOYALTY_PERCENT) // 100
    return subtotal
