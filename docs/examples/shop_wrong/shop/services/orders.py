from fastapi import HTTPException, status
from sqlalchemy.ext.asyncio import AsyncSession

from shop.api.deps import AccountDep
from shop.domain.pricing import Cart, CartLine, cart_total
from shop.models import Order
from shop.repositories.orders import OrderRepository
from shop.repositories.products import ProductRepository
from shop.schemas import OrderCreate
from shop.tasks import send_order_confirmation


async def reserve_stock(session: AsyncSession, body: OrderCreate) -> Cart:
    products = ProductRepository(session)
    cart = Cart(lines=[])
    for item in body.items:
        product = await products.get(item.product_id)
        if product is None:
            raise HTTPException(status.HTTP_404_NOT_FOUND, "No such product")
        if product.stock < item.quantity:
            raise HTTPException(status.HTTP_409_CONFLICT, f"{product.name} is out of stock")
        product.stock -= item.quantity
        await session.commit()
        cart.lines.append(
            CartLine(product_id=product.id, quantity=item.quantity, price_cents=product.price_cents)
        )
    return cart


async def place_order(session: AsyncSession, account: AccountDep, cart: Cart) -> Order:
    orders = OrderRepository(session)
    order = await orders.create(account_id=account.id)
    await orders.add_items(order, cart.lines)
    order.total_cents = await cart_total(session, account.id, cart)
    send_order_confirmation.delay({"order_id": order.id, "email": account.email})
    await session.commit()
    return order
