import hashlib
import secrets
from dataclasses import dataclass

from shop.application.context import OperationContext
from shop.application.ports import UnitOfWorkFactory
from shop.domain.accounts import Account, Actor, Role
from shop.domain.errors import Conflict, NotFound, NotIdentified


@dataclass(frozen=True)
class NewAccount:
    account: Account
    api_key: str


def _hash_key(api_key: str) -> str:
    return hashlib.sha256(api_key.encode()).hexdigest()


class AccountUseCases:
    def __init__(self, new_uow: UnitOfWorkFactory) -> None:
        self._new_uow = new_uow

    async def authenticate(self, api_key: str | None) -> Account:
        async with self._new_uow() as uow:
            account = await uow.accounts.by_key_hash(_hash_key(api_key or ""))
        if account is None:
            raise NotIdentified("Unknown API key")
        return account

    async def register(self, email: str, ctx: OperationContext) -> NewAccount:
        api_key = secrets.token_urlsafe(24)
        async with self._new_uow() as uow:
            if await uow.accounts.by_email(email):
                raise Conflict("Email already registered")
            account = await uow.accounts.add(email, _hash_key(api_key))
            await uow.audit.record(ctx, "account.registered", str(account.id))
            await uow.commit()
        return NewAccount(account, api_key)

    async def grant_staff(self, email: str, ctx: OperationContext) -> Actor:
        ctx.actor.require(Role.SYSTEM)
        async with self._new_uow() as uow:
            account = await uow.accounts.by_email(email)
            if account is None:
                raise NotFound(f"No account for {email}")
            await uow.accounts.set_role(account, Role.STAFF)
            await uow.audit.record(ctx, "account.staff_granted", str(account.id))
            await uow.commit()
        return Actor.for_account(account)
