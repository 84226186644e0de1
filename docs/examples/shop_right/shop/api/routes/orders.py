from fastapi import APIRouter

from shop.api.deps import ActorDep, ContextDep, IdempotencyKey, OrdersDep
from shop.api.schemas import OrderCreate, OrderRead, PaymentRequest
from shop.application.orders import CancelOrder, CartItem, PayOrder

router = APIRouter(prefix="/orders", tags=["orders"])


@router.post("", status_code=201)
async def create_order(body: OrderCreate, orders: OrdersDep, ctx: ContextDep) -> OrderRead:
    cart = [CartItem(item.product_id, item.quantity) for item in body.items]
    order = await orders.place(cart, ctx)
    return OrderRead.model_validate(order)


@router.get("/{order_id}")
async def get_order(order_id: int, orders: OrdersDep, actor: ActorDep) -> OrderRead:
    order = await orders.get_mine(order_id, actor)
    return OrderRead.model_validate(order)


@router.post("/{order_id}/pay")
async def pay_order(
    order_id: int,
    body: PaymentRequest,
    idempotency_key: IdempotencyKey,
    orders: OrdersDep,
    ctx: ContextDep,
) -> OrderRead:
    order = await orders.pay(PayOrder(order_id, body.card_token, idempotency_key), ctx)
    return OrderRead.model_validate(order)


@router.post("/{order_id}/cancel")
async def cancel_order(
    order_id: int, idempotency_key: IdempotencyKey, orders: OrdersDep, ctx: ContextDep
) -> OrderRead:
    order = await orders.cancel(CancelOrder(order_id, idempotency_key), ctx)
    return OrderRead.model_validate(order)
