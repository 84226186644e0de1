from typing import Annotated
from uuid import uuid4

from fastapi import Depends, Header, Request

from shop.application.accounts import AccountUseCases
from shop.application.catalogue import CatalogueUseCases
from shop.application.context import OperationContext
from shop.application.orders import OrderUseCases
from shop.bootstrap import Shop
from shop.domain.accounts import Account, Actor


def get_shop(request: Request) -> Shop:
    shop: Shop = request.app.state.shop
    return shop


ShopDep = Annotated[Shop, Depends(get_shop)]


def get_accounts(shop: ShopDep) -> AccountUseCases:
    return shop.accounts


def get_catalogue(shop: ShopDep) -> CatalogueUseCases:
    return shop.catalogue


def get_orders(shop: ShopDep) -> OrderUseCases:
    return shop.orders


AccountsDep = Annotated[AccountUseCases, Depends(get_accounts)]
CatalogueDep = Annotated[CatalogueUseCases, Depends(get_catalogue)]
OrdersDep = Annotated[OrderUseCases, Depends(get_orders)]


def get_request_id(x_request_id: Annotated[str | None, Header()] = None) -> str:
    return x_request_id or uuid4().hex


async def get_account(
    accounts: AccountsDep, x_api_key: Annotated[str | None, Header()] = None
) -> Account:
    return await accounts.authenticate(x_api_key)


RequestIdDep = Annotated[str, Depends(get_request_id)]
AccountDep = Annotated[Account, Depends(get_account)]


def get_actor(account: AccountDep) -> Actor:
    return Actor.for_account(account)


ActorDep = Annotated[Actor, Depends(get_actor)]
IdempotencyKey = Annotated[str, Header(alias="Idempotency-Key")]


def get_context(actor: ActorDep, request_id: RequestIdDep) -> OperationContext:
    return OperationContext(actor, request_id)


ContextDep = Annotated[OperationContext, Depends(get_context)]
