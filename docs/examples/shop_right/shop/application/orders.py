from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from shop.application.context import OperationContext
from shop.application.messages import OrderConfirmation, ShipmentRequest
from shop.application.ports import (
    JobQueue,
    Mailer,
    PaymentGateway,
    UnitOfWork,
    UnitOfWorkFactory,
    Warehouse,
)
from shop.domain.accounts import Actor, Role
from shop.domain.errors import NotFound
from shop.domain.orders import Order, OrderLine, cart_total


@dataclass(frozen=True)
class CartItem:
    product_id: int
    quantity: int


@dataclass(frozen=True)
class PayOrder:
    order_id: int
    card_token: str
    idempotency_key: str


@dataclass(frozen=True)
class CancelOrder:
    order_id: int
    idempotency_key: str


class OrderUseCases:
    def __init__(
        self, new_uow: UnitOfWorkFactory, payments: PaymentGateway, jobs: JobQueue
    ) -> None:
        self._new_uow = new_uow
        self._payments = payments
        self._jobs = jobs

    async def place(self, cart: list[CartItem], ctx: OperationContext) -> Order:
        account_id = _account_id(ctx.actor)
        async with self._new_uow() as uow:
            lines = [await _take_from_stock(uow, item) for item in cart]
            total = cart_total(lines, await uow.orders.count_paid(account_id))
            order = await uow.orders.add(account_id, lines, total, datetime.now(UTC))
            await uow.audit.record(ctx, "order.placed", str(order.id))
            await uow.commit()
        await self._jobs.send_confirmation(
            OrderConfirmation(order.id, ctx.actor.name, ctx.request_id)
        )
        return order

    async def get_mine(self, order_id: int, actor: Actor) -> Order:
        async with self._new_uow() as uow:
            return await _own_order(uow, order_id, actor)

    async def pay(self, command: PayOrder, ctx: OperationContext) -> Order:
        async with self._new_uow() as uow:
            order = await _own_order(uow, command.order_id, ctx.actor)
            order.check_payable()
            payment_ref = await self._payments.charge(
                order, command.card_token, command.idempotency_key
            )
            order.mark_paid(payment_ref)
            await uow.orders.save(order)
            await uow.audit.record(ctx, "order.paid", str(order.id))
            await uow.commit()
        await self._jobs.request_shipment(ShipmentRequest(order.id, ctx.request_id))
        return order

    async def cancel(self, command: CancelOrder, ctx: OperationContext) -> Order:
        async with self._new_uow() as uow:
            order = await _own_order(uow, command.order_id, ctx.actor)
            await _cancel(uow, order, ctx)
            if order.payment_ref:
                await self._payments.refund(order.payment_ref, command.idempotency_key)
            await uow.commit()
        return order

    async def expire_unpaid(self, older_than: timedelta, ctx: OperationContext) -> int:
        ctx.actor.require(Role.SYSTEM)
        async with self._new_uow() as uow:
            stale = await uow.orders.pending_since(datetime.now(UTC) - older_than)
            for order in stale:
                await _cancel(uow, order, ctx)
            await uow.commit()
        return len(stale)


class FulfilmentUseCases:
    def __init__(self, mailer: Mailer, warehouse: Warehouse) -> None:
        self._mailer = mailer
        self._warehouse = warehouse

    async def confirm_order(self, job: OrderConfirmation) -> None:
        subject = f"Your order {job.order_id}"
        await self._mailer.send_mail(job.email, subject, "Thank you for your order!")

    async def ship_order(self, job: ShipmentRequest) -> None:
        await self._warehouse.request_shipment(job.order_id, job.request_id)


def _account_id(actor: Actor) -> int:
    actor.require(Role.CUSTOMER, Role.STAFF)
    if actor.account_id is None:
        raise NotFound("No account")
    return actor.account_id


async def _own_order(uow: UnitOfWork, order_id: int, actor: Actor) -> Order:
    order = await uow.orders.lock(order_id)
    if order.account_id != _account_id(actor):
        raise NotFound("No such order")
    return order


async def _take_from_stock(uow: UnitOfWork, item: CartItem) -> OrderLine:
    product = await uow.products.lock(item.product_id)
    product.take(item.quantity)
    await uow.products.save(product)
    return OrderLine(product.id, item.quantity, product.price_cents)


async def _cancel(uow: UnitOfWork, order: Order, ctx: OperationContext) -> None:
    order.cancel()
    for item in order.items:
        product = await uow.products.lock(item.product_id)
        product.put_back(item.quantity)
        await uow.products.save(product)
    await uow.orders.save(order)
    await uow.audit.record(ctx, "order.cancelled", str(order.id))
