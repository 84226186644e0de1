from fastapi import APIRouter

from shop.api.deps import CatalogueDep, ContextDep
from shop.api.schemas import (
    PriceChangeRead,
    ProductCreate,
    ProductRead,
    RepriceRequest,
)
from shop.application.catalogue import NewProduct

router = APIRouter(prefix="/products", tags=["products"])


@router.get("")
async def list_products(catalogue: CatalogueDep, in_stock: bool = False) -> list[ProductRead]:
    products = await catalogue.list_products(minimum_stock=int(in_stock))
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
