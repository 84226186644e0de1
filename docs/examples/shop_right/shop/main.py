from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from shop.api.errors import register_error_handlers
from shop.api.routes import accounts, orders, products
from shop.bootstrap import open_shop
from shop.config import load_settings


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    async with open_shop(load_settings()) as shop:
        app.state.shop = shop
        yield


app = FastAPI(title="Shop", lifespan=lifespan)
register_error_handlers(app)
app.include_router(accounts.router)
app.include_router(products.router)
app.include_router(orders.router)
