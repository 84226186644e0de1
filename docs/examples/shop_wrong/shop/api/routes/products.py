from collections.abc import Sequence
from typing import Annotated, Literal

from fastapi import APIRouter, HTTPException, Query
from sqlalchemy import or_, select
from sqlalchemy.exc import IntegrityError

from shop.api.deps import SessionDep, StaffDep
from shop.db.session import async_session
from shop.models import Product
from shop.schemas import (
    PriceChange,
    ProductCreate,
    ProductRead,
    RepriceRequest,
)
from shop.services import catalogue

router = APIRouter(prefix="/products", tags=["products"])


@router.get("", response_model=list[ProductRead])
async def list_products(
    session: SessionDep,
    in_stock: bool = False,
    search: str | None = None,
    max_price_cents: Annotated[int | None, Query(gt=0)] = None,
    sort: Literal["name", "price", "-price"] = "name",
) -> Sequence[Product]:
    query = select(Product)
    if in_stock:
        query = query.where(Product.stock > 0)
    if search:
        for word in search.split():
            pattern = f"%{word}%"
            query = query.where(or_(Product.name.ilike(pattern), Product.sku.ilike(pattern)))
    if max_price_cents is not None:
        query = query.where(Product.price_cents <= max_price_cents)
    if sort == "price":
        query = query.order_by(Product.price_cents, Product.name)
    elif sort == "-price":
        query = query.order_by(Product.price_cents.desc(), Product.name)
    else:
        query = query.order_by(Product.name)
    return (await session.scalars(query)).all()


@router.post("", status_code=201)
async def create_product(body: ProductCreate, session: SessionDep, staff: StaffDep) -> Product:
    product = Product(**body.model_dump())
    session.add(product)
    try:
        await session.commit()
    except IntegrityError:
        await session.rollback()
        raise HTTPException(409, "SKU already exists") from None
    return product


@router.post("/reprice", response_model=list[PriceChange])
async def reprice(body: RepriceRequest, staff: StaffDep) -> list[PriceChange]:
    async with async_session() as session, session.begin():
        return await catalogue.reprice_products(
            session, body.percent, actor=staff.email, dry_run=body.dry_run
        )
