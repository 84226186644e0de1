from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from shop.application.context import OperationContext
from shop.domain.accounts import Account, Role
from shop.domain.errors import NotFound
from shop.domain.orders import Order, OrderLine, OrderStatus
from shop.domain.products import Product, ProductFilter, ProductOrder
from shop.infrastructure.tables import (
    AccountRow,
    AuditRow,
    OrderItemRow,
    OrderRow,
    ProductRow,
)

_PRODUCT_ORDER: dict[ProductOrder, tuple[ColumnElement[Any], ...]] = {
    ProductOrder.NAME: (ProductRow.name.asc(),),
    ProductOrder.CHEAPEST_FIRST: (ProductRow.price_cents.asc(), ProductRow.name.asc()),
    ProductOrder.DEAREST_FIRST: (ProductRow.price_cents.desc(), ProductRow.name.asc()),
}


class SqlAccountRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, email: str, key_hash: str) -> Account:
        row = AccountRow(email=email, role=Role.CUSTOMER, key_hash=key_hash)
        self._session.add(row)
        await self._session.flush()
        return _account(row)

    async def by_email(self, email: str) -> Account | None:
        row = await self._session.scalar(select(AccountRow).where(AccountRow.email == email))
        return _account(row) if row else None

    async def by_key_hash(self, key_hash: str) -> Account | None:
        query = select(AccountRow).where(AccountRow.key_hash == key_hash)
        row = await self._session.scalar(query)
        return _account(row) if row else None

    async def set_role(self, account: Account, role: Role) -> None:
        row = await self._session.get_one(AccountRow, account.id)
        row.role = role


class SqlProductRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, sku: str, name: str, price_cents: int, stock: int) -> Product:
        row = ProductRow(sku=sku, name=name, price_cents=price_cents, stock=stock)
        self._session.add(row)
        await self._session.flush()
        return _product(row)

    async def with_sku(self, sku: str) -> Product | None:
        row = await self._session.scalar(select(ProductRow).where(ProductRow.sku == sku))
        return _product(row) if row else None

    async def lock(self, product_id: int) -> Product:
        row = await self._session.get(ProductRow, product_id, with_for_update=True)
        if row is None:
            raise NotFound("No such product")
        return _product(row)

    async def matching(self, wanted: ProductFilter) -> list[Product]:
        query = select(ProductRow).where(ProductRow.stock >= wanted.minimum_stock)
        for word in wanted.search.split():
            pattern = f"%{word}%"
            query = query.where(or_(ProductRow.name.ilike(pattern), ProductRow.sku.ilike(pattern)))
        if wanted.max_price_cents is not None:
            query = query.where(ProductRow.price_cents <= wanted.max_price_cents)
        query = query.order_by(*_PRODUCT_ORDER[wanted.order])
        return [_product(row) for row in await self._session.scalars(query)]

    async def save(self, product: Product) -> None:
        row = await self._session.get_one(ProductRow, product.id)
        row.price_cents = product.price_cents
        row.stock = product.stock


class SqlOrderRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(
        self, account_id: int, items: list[OrderLine], total_cents: int, created_at: datetime
    ) -> Order:
        row = OrderRow(
            account_id=account_id,
            status=OrderStatus.PENDING,
            total_cents=total_cents,
            created_at=created_at,
            items=[
                OrderItemRow(
                    product_id=item.product_id,
                    quantity=item.quantity,
                    price_cents=item.price_cents,
                )
                for item in items
            ],
        )
        self._session.add(row)
        await self._session.flush()
        return _order(row)

    async def lock(self, order_id: int) -> Order:
        row = await self._session.get(OrderRow, order_id, with_for_update=True)
        if row is None:
            raise NotFound("No such order")
        return _order(row)

    async def pending_since(self, moment: datetime) -> list[Order]:
        query = select(OrderRow).where(
            OrderRow.status == OrderStatus.PENDING, OrderRow.created_at < moment
        )
        return [_order(row) for row in await self._session.scalars(query.with_for_update())]

    async def count_paid(self, account_id: int) -> int:
        query = select(func.count(OrderRow.id)).where(
            OrderRow.account_id == account_id, OrderRow.status == OrderStatus.PAID
        )
        return await self._session.scalar(query) or 0

    async def save(self, order: Order) -> None:
        row = await self._session.get_one(OrderRow, order.id)
        row.status = order.status
        row.payment_ref = order.payment_ref


class SqlAuditTrail:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def record(self, ctx: OperationContext, action: str, subject: str) -> None:
        self._session.add(
            AuditRow(
                action=action, subject=subject, actor=ctx.actor.name, request_id=ctx.request_id
            )
        )


def _account(row: AccountRow) -> Account:
    return Account(row.id, row.email, Role(row.role))


def _product(row: ProductRow) -> Product:
    return Product(row.id, row.sku, row.name, row.price_cents, row.stock)


def _order(row: OrderRow) -> Order:
    items = [OrderLine(item.product_id, item.quantity, item.price_cents) for item in row.items]
    return Order(
        id=row.id,
        account_id=row.account_id,
        items=items,
        total_cents=row.total_cents,
        created_at=row.created_at,
        status=OrderStatus(row.status),
        payment_ref=row.payment_ref,
    )
