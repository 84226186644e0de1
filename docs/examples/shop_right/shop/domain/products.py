from dataclasses import dataclass
from enum import StrEnum

from shop.domain.errors import Conflict


class ProductOrder(StrEnum):
    NAME = "name"
    CHEAPEST_FIRST = "price"
    DEAREST_FIRST = "-price"


@dataclass(frozen=True)
class ProductFilter:
    minimum_stock: int = 0
    search: str = ""
    max_price_cents: int | None = None
    order: ProductOrder = ProductOrder.NAME


@dataclass
class Product:
    id: int
    sku: str
    name: str
    price_cents: int
    stock: int

    def take(self, quantity: int) -> None:
        if self.stock < quantity:
            raise Conflict(f"{self.name} is out of stock")
        self.stock -= quantity

    def put_back(self, quantity: int) -> None:
        self.stock += quantity

    def reprice(self, percent: int) -> "PriceChange":
        old_price = self.price_cents
        self.price_cents = max(1, old_price * (100 + percent) // 100)
        return PriceChange(self.id, old_price, self.price_cents)


@dataclass(frozen=True)
class PriceChange:
    product_id: int
    old_price_cents: int
    new_price_cents: int
