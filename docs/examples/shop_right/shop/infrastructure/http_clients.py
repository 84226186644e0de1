import httpx

from shop.domain.errors import PaymentDeclined
from shop.domain.orders import Order


def new_http_client(base_url: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=base_url, timeout=10)


class HttpPaymentGateway:
    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def charge(self, order: Order, card_token: str, idempotency_key: str) -> str:
        response = await self._client.post(
            "/charges",
            json={"amount": order.total_cents, "source": card_token, "order": order.id},
            headers={"Idempotency-Key": idempotency_key},
        )
        if response.status_code == httpx.codes.PAYMENT_REQUIRED:
            raise PaymentDeclined("Payment was declined")
        response.raise_for_status()
        return str(response.json()["id"])

    async def refund(self, payment_ref: str, idempotency_key: str) -> None:
        response = await self._client.post(
            "/refunds",
            json={"charge": payment_ref},
            headers={"Idempotency-Key": idempotency_key},
        )
        response.raise_for_status()


class HttpWarehouse:
    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def request_shipment(self, order_id: int, request_id: str) -> None:
        response = await self._client.post(
            "/shipments", json={"order": order_id}, headers={"X-Request-Id": request_id}
        )
        response.raise_for_status()
