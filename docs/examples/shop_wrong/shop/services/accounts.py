import secrets

from fastapi import HTTPException, Request, status
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from shop.models import Account
from shop.schemas import AccountCreate


async def register_account(session: AsyncSession, body: AccountCreate) -> Account:
    if await session.scalar(select(Account).where(Account.email == body.email)):
        raise HTTPException(status.HTTP_409_CONFLICT, "Email already registered")
    account = Account(email=body.email, api_key=secrets.token_urlsafe(24))
    session.add(account)
    await session.commit()
    return account


async def get_current_account(request: Request, session: AsyncSession) -> Account:
    api_key = request.headers.get("x-api-key")
    account = await session.scalar(select(Account).where(Account.api_key == api_key))
    if account is None:
        raise HTTPException(status.HTTP_401_UNAUTHORIZED, "Unknown API key")
    return account
