from typing import Self

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from shop.application.ports import AccountStore, AuditTrail, OrderStore, ProductStore
from shop.infrastructure.repositories import (
    SqlAccountRepository,
    SqlAuditTrail,
    SqlOrderRepository,
    SqlProductRepository,
)


class SqlUnitOfWork:
    def __init__(self, sessions: async_sessionmaker[AsyncSession]) -> None:
        self._session = sessions()
        self.accounts: AccountStore = SqlAccountRepository(self._session)
        self.products: ProductStore = SqlProductRepository(self._session)
        self.orders: OrderStore = SqlOrderRepository(self._session)
        self.audit: AuditTrail = SqlAuditTrail(self._session)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self._session.close()

    async def commit(self) -> None:
        await self._session.commit()
