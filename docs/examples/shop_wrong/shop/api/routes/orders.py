import asyncio
import logging

import httpx
from fastapi import APIRouter, BackgroundTasks, HTTPException, Request

from shop.api.deps import AccountDep, SessionDep
from shop.config import WAREHOUSE_URL
from shop.models import AuditEntry, Order, Product
from shop.schemas import OrderCreate, OrderRead, PaymentRequest
from shop.services import audit, orders, payments

logger = logging.getLogger(__name__)

router = APIRouter(prefix="/orders", tags=["orders"])


async def notify_warehouse(order_id: int) -> None:
    try:
        async with httpx.AsyncClient(base_url=WAREHOUSE_URL) as client:
            await client.post("/shipments", json={"order": order_id})
    except Exception:
        logger.exception("warehouse was not told about order %s", order_id)


@router.post("", response_model=OrderRead, status_code=201)
async def create_order(
    body: OrderCreate,
    request: Request,
    background_tasks: BackgroundTasks,
    session: SessionDep,
    account: AccountDep,
) -> Order:
    cart = await orders.reserve_stock(session, body)
    order = await orders.place_order(session, account, cart)
    background_tasks.add_task(audit.record, session, request, "order.placed", str(order.id))
    return order


@router.get("/{order_id}", response_model=OrderRead)
async def get_order(order_id: int, session: SessionDep, account: AccountDep) -> Order:
    order = await session.get(Order, order_id)
    if order is None or order.account_id != account.id:
        raise HTTPException(404, "No such order")
    return order


@router.post("/{order_id}/pay", response_model=OrderRead)
async def pay_order(
    order_id: int, body: PaymentRequest, session: SessionDep, account: AccountDep
) -> Order:
    order = await session.get(Order, order_id)
    if order is None or order.account_id != account.id:
        raise HTTPException(404, "No such order")
    if order.status != "pending":
        raise HTTPException(409, f"Order is {order.status}")
    await payments.charge_order(session, order, body.card_token)
    asyncio.create_task(notify_warehouse(order.id))
    return order


@router.post("/{order_id}/cancel", response_model=OrderRead)
async def cancel_order(order_id: int, session: SessionDep, account: AccountDep) -> Order:
    order = await session.get(Order, order_id)
    if order is None or order.account_id != account.id:
        raise HTTPException(404, "No such order")
    if order.status == "cancelled":
        raise HTTPException(409, "Order is already cancelled")
    if order.payment_ref:
        await payments.refund_order(order)
    for item in order.items:
        product = await session.get_one(Product, item.product_id)
        product.stock += item.quantity
    order.status = "cancelled"
    session.add(AuditEntry(action="order.cancelled", subject=str(order.id)))
    await session.commit()
    logger.info("order %s cancelled", order.id)
    return order
