from shop.domain.pricing import CartLine
from shop.models import Order, OrderItem
from shop.repositories.base import BaseRepository


class OrderRepository(BaseRepository[Order]):
    model = Order

    async def add_items(self, order: Order, lines: list[CartLine]) -> None:
        self.session.add_all(OrderItem(order_id=order.id, **line.model_dump()) for line in lines)
        await self.session.commit()
        await self.session.refresh(order, ["items"])
