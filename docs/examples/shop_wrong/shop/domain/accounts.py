from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from shop.db.base import Base


class Account(Base):
    __tablename__ = "accounts"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(200), unique=True)
    role: Mapped[str] = mapped_column(String(20), default="customer")
    api_key: Mapped[str] = mapped_column(String(64), unique=True)

    @property
    def is_staff(self) -> bool:
        return self.role == "staff"
