from dataclasses import dataclass
from enum import StrEnum

from shop.domain.errors import NotAllowed


class Role(StrEnum):
    CUSTOMER = "customer"
    STAFF = "staff"
    SYSTEM = "system"
    ANONYMOUS = "anonymous"


@dataclass(frozen=True)
class Account:
    id: int
    email: str
    role: Role


@dataclass(frozen=True)
class Actor:
    """Who carries out an operation."""

    name: str
    role: Role
    account_id: int | None = None

    @classmethod
    def for_account(cls, account: Account) -> "Actor":
        return cls(name=account.email, role=account.role, account_id=account.id)

    @classmethod
    def system(cls, name: str) -> "Actor":
        return cls(name=name, role=Role.SYSTEM)

    @classmethod
    def anonymous(cls) -> "Actor":
        return cls(name="anonymous", role=Role.ANONYMOUS)

    def require(self, *roles: Role) -> None:
        if self.role not in roles:
            raise NotAllowed(f"{self.name} may not do this")
