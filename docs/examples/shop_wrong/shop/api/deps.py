from typing import Annotated

from fastapi import Depends, HTTPException, Request, status
from sqlalchemy.ext.asyncio import AsyncSession

from shop.db.session import get_session
from shop.models import Account
from shop.services import accounts

SessionDep = Annotated[AsyncSession, Depends(get_session)]


async def current_account(request: Request, session: SessionDep) -> Account:
    return await accounts.get_current_account(request, session)


AccountDep = Annotated[Account, Depends(current_account)]


async def staff_account(account: AccountDep) -> Account:
    if not account.is_staff:
        raise HTTPException(status.HTTP_403_FORBIDDEN, "Staff only")
    return account


StaffDep = Annotated[Account, Depends(staff_account)]
