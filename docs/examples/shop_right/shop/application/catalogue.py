from dataclasses import dataclass

from shop.application.context import OperationContext, RunMode
from shop.application.ports import UnitOfWorkFactory
from shop.domain.accounts import Role
from shop.domain.errors import Conflict
from shop.domain.products import PriceChange, Product, ProductFilter


@dataclass(frozen=True)
class NewProduct:
    sku: str
    name: str
    price_cents: int
    stock: int


class CatalogueUseCases:
    def __init__(self, new_uow: UnitOfWorkFactory) -> None:
        self._new_uow = new_uow

    async def list_products(self, wanted: ProductFilter) -> list[Product]:
        async with self._new_uow() as uow:
            return await uow.products.matching(wanted)

    async def add_product(self, new: NewProduct, ctx: OperationContext) -> Product:
        ctx.actor.require(Role.STAFF)
        async with self._new_uow() as uow:
            if await uow.products.with_sku(new.sku):
                raise Conflict("SKU already exists")
            product = await uow.products.add(new.sku, new.name, new.price_cents, new.stock)
            await uow.audit.record(ctx, "product.added", str(product.id))
            await uow.commit()
        return product

    async def reprice(
        self, percent: int, mode: RunMode, ctx: OperationContext
    ) -> list[PriceChange]:
        ctx.actor.require(Role.STAFF)
        async with self._new_uow() as uow:
            products = await uow.products.matching(ProductFilter())
            changes = [product.reprice(percent) for product in products]
            if mode is RunMode.APPLY:
                for product in products:
                    await uow.products.save(product)
                await uow.audit.record(ctx, "products.repriced", f"{percent}%")
                await uow.commit()
        return changes
