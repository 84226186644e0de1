from typing import Annotated

from fastapi import APIRouter, Query

from shop.api.deps import CatalogueDep, ContextDep
from shop.api.schemas import (
    PriceChangeRead,
    ProductCreate,
    ProductRead,
    RepriceRequest,
)
from shop.application.catalogue import NewProduct
from shop.domain.products import ProductFilter, ProductOrder

router = APIRouter(prefix="/products", tags=["products"])


@router.get("")
async def list_products(
    catalogue: CatalogueDep,
    in_stock: bool = False,
    search: str = "",
    max_price_cents: Annotated[int | None, Query(gt=0)] = None,
    sort: ProductOrder = ProductOrder.NAME,
) -> list[ProductRead]:
    wanted = ProductFilter(int(in_stock), search, max_price_cents, sort)
    products = await catalogue.list_products(wanted)
    return [ProductRead.model_validate(product) for product in products]


@router.post("", status_code=201)
async def create_product(
    body: ProductCreate, catalogue: CatalogueDep, ctx: ContextDep
) -> ProductRead:
    product = await catalogue.add_product(NewProduct(**body.model_dump()), ctx)
    return ProductRead.model_validate(product)


@router.post("/reprice")
async def reprice(
    body: RepriceRequest, catalogue: CatalogueDep, ctx: ContextDep
) -> list[PriceChangeRead]:
    changes = await catalogue.reprice(body.percent, body.mode, ctx)
    return [PriceChangeRead.model_validate(change) for change in changes]
