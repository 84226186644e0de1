from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from shop.application.context import RunMode


class FromDomain(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class AccountCreate(BaseModel):
    email: str


class AccountRead(FromDomain):
    id: int
    email: str
    role: str


class AccountCreated(AccountRead):
    api_key: str


class ProductCreate(BaseModel):
    sku: str
    name: str
    price_cents: int = Field(gt=0)
    stock: int = Field(default=0, ge=0)


class ProductRead(FromDomain):
    id: int
    sku: str
    name: str
    price_cents: int
    stock: int


class RepriceRequest(BaseModel):
    percent: int = Field(gt=-100, le=100)
    mode: RunMode = RunMode.APPLY


class PriceChangeRead(FromDomain):
    product_id: int
    old_price_cents: int
    new_price_cents: int


class OrderItemCreate(BaseModel):
    product_id: int
    quantity: int = Field(gt=0)


class OrderCreate(BaseModel):
    items: list[OrderItemCreate] = Field(min_length=1)


class PaymentRequest(BaseModel):
    card_token: str


class OrderItemRead(FromDomain):
    product_id: int
    quantity: int
    price_cents: int


class OrderRead(FromDomain):
    id: int
    status: str
    total_cents: int
    created_at: datetime
    items: list[OrderItemRead]
