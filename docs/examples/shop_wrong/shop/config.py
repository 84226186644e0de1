import os

DATABASE_URL = os.environ.get("SHOP_DATABASE_URL", "sqlite+aiosqlite:///./shop.db")
BROKER_URL = os.environ.get("SHOP_BROKER_URL", "redis://localhost:6379/0")
PAYMENTS_URL = os.environ.get("SHOP_PAYMENTS_URL", "https://payments.example.com")
WAREHOUSE_URL = os.environ.get("SHOP_WAREHOUSE_URL", "https://warehouse.example.com")
SMTP_HOST = os.environ.get("SHOP_SMTP_HOST", "localhost")
