from sqlalchemy.ext.asyncio import AsyncSession

from shop.models import AuditEntry
from shop.repositories.products import ProductRepository
from shop.schemas import PriceChange


async def reprice_products(
    session: AsyncSession, percent: int, actor: str, dry_run: bool = False
) -> list[PriceChange]:
    changes = []
    for product in await ProductRepository(session).get_all():
        new_price = max(1, product.price_cents * (100 + percent) // 100)
        changes.append(
            PriceChange(
                product_id=product.id,
                old_price_cents=product.price_cents,
                new_price_cents=new_price,
            )
        )
        if not dry_run:
            product.price_cents = new_price
    if not dry_run:
        session.add(AuditEntry(action="products.repriced", subject=actor))
    return changes
