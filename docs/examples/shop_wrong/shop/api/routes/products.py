from collections.abc import Sequence

from fastapi import APIRouter, HTTPException
from sqlalchemy import select
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
async def list_products(session: SessionDep, in_stock: bool = False) -> Sequence[Product]:
    query = select(Product).order_by(Product.name)
    if in_stock:
        query = query.where(Product.stock > 0)
    return (await session.scalars(query)).all()


@router.post("", response_model=ProductRead, status_code=201)
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
