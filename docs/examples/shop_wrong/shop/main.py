from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from shop.api.routes import accounts, orders, products
from shop.db.session import engine
from shop.models import Base
from shop.services.payments import PaymentProviderError


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    yield


app = FastAPI(title="Shop", lifespan=lifespan)


@app.exception_handler(PaymentProviderError)
async def payment_provider_error(request: Request, error: PaymentProviderError) -> JSONResponse:
    return JSONResponse({"detail": "Payment provider failed"}, error.status_code)


app.include_router(accounts.router)
app.include_router(products.router)
app.include_router(orders.router)
