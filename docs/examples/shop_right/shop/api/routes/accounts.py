from fastapi import APIRouter

from shop.api.deps import AccountDep, AccountsDep, RequestIdDep
from shop.api.schemas import AccountCreate, AccountCreated, AccountRead
from shop.application.context import OperationContext
from shop.domain.accounts import Actor

router = APIRouter(prefix="/accounts", tags=["accounts"])


@router.post("", status_code=201)
async def register(
    body: AccountCreate, accounts: AccountsDep, request_id: RequestIdDep
) -> AccountCreated:
    ctx = OperationContext(Actor.anonymous(), request_id)
    new = await accounts.register(body.email, ctx)
    return AccountCreated(
        id=new.account.id,
        email=new.account.email,
        role=new.account.role,
        api_key=new.api_key,
    )


@router.get("/me")
async def me(account: AccountDep) -> AccountRead:
    return AccountRead.model_validate(account)
