"""The payloads of the jobs that follow an operation."""

from dataclasses import dataclass


@dataclass(frozen=True)
class OrderConfirmation:
    order_id: int
    email: str
    request_id: str


@dataclass(frozen=True)
class ShipmentRequest:
    order_id: int
    request_id: str
