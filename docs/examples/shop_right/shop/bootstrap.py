from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

from shop.application.accounts import AccountUseCases
from shop.application.catalogue import CatalogueUseCases
from shop.application.orders import FulfilmentUseCases, OrderUseCases
from shop.application.ports import UnitOfWork
from shop.config import Settings
from shop.infrastructure.http_clients import (
    HttpPaymentGateway,
    HttpWarehouse,
    new_http_client,
)
from shop.infrastructure.mailer import SmtpMailer
from shop.infrastructure.queue import CeleryJobQueue
from shop.infrastructure.unit_of_work import SqlUnitOfWork


@dataclass(frozen=True)
class Shop:
    accounts: AccountUseCases
    catalogue: CatalogueUseCases
    orders: OrderUseCases
    fulfilment: FulfilmentUseCases


@asynccontextmanager
async def open_shop(settings: Settings) -> AsyncIterator[Shop]:
    engine = create_async_engine(settings.database_url)
    sessions = async_sessionmaker(engine, expire_on_commit=False)

    def new_uow() -> UnitOfWork:
        return SqlUnitOfWork(sessions)

    try:
        async with (
            new_http_client(settings.payments_url) as payments,
            new_http_client(settings.warehouse_url) as warehouse,
        ):
            yield Shop(
                accounts=AccountUseCases(new_uow),
                catalogue=CatalogueUseCases(new_uow),
                orders=OrderUseCases(new_uow, HttpPaymentGateway(payments), CeleryJobQueue()),
                fulfilment=FulfilmentUseCases(
                    SmtpMailer(settings.smtp_host), HttpWarehouse(warehouse)
                ),
            )
    finally:
        await engine.dispose()
