import os
from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    database_url: str
    broker_url: str
    payments_url: str
    warehouse_url: str
    smtp_host: str


def load_settings() -> Settings:
    return Settings(
        database_url=os.environ.get("SHOP_DATABASE_URL", "sqlite+aiosqlite:///./shop.db"),
        broker_url=os.environ.get("SHOP_BROKER_URL", "redis://localhost:6379/0"),
        payments_url=os.environ.get("SHOP_PAYMENTS_URL", "https://payments.example.com"),
        warehouse_url=os.environ.get("SHOP_WAREHOUSE_URL", "https://warehouse.example.com"),
        smtp_host=os.environ.get("SHOP_SMTP_HOST", "localhost"),
    )
