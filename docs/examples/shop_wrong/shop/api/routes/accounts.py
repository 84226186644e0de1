from fastapi import APIRouter, Request

from shop.api.deps import SessionDep
from shop.models import Account
from shop.schemas import AccountCreate, AccountCreated, AccountRead
from shop.services import accounts

router = APIRouter(prefix="/accounts", tags=["accounts"])


@router.post("", response_model=AccountCreated, status_code=201)
async def register(body: AccountCreate, session: SessionDep) -> Account:
    return await accounts.register_account(session, body)


@router.get("/me", response_model=AccountRead)
async def me(request: Request, session: SessionDep) -> Account:
    return await accounts.get_current_account(request, session)
