"""Make an account a staff account: python -m scripts.grant_staff someone@example.com"""

import asyncio
import sys

from sqlalchemy import select

from shop.db.session import async_session
from shop.models import Account, AuditEntry


async def grant_staff(email: str) -> None:
    async with async_session() as session:
        account = await session.scalar(select(Account).where(Account.email == email))
        if account is None:
            sys.exit(f"No account for {email}")
        account.role = "staff"
        session.add(AuditEntry(action="account.staff_granted", subject=str(account.id)))
        await session.commit()
    print(f"{email} is staff now")


if __name__ == "__main__":
    asyncio.run(grant_staff(sys.argv[1]))
