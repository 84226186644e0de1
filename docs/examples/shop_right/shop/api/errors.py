from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from shop.domain.errors import (
    Conflict,
    NotAllowed,
    NotFound,
    NotIdentified,
    PaymentDeclined,
    ShopError,
)

STATUS_CODES: dict[type[ShopError], int] = {
    NotIdentified: 401,
    PaymentDeclined: 402,
    NotAllowed: 403,
    NotFound: 404,
    Conflict: 409,
}


def register_error_handlers(app: FastAPI) -> None:
    @app.exception_handler(ShopError)
    async def shop_error(request: Request, error: ShopError) -> JSONResponse:
        return JSONResponse({"detail": str(error)}, STATUS_CODES.get(type(error), 400))
