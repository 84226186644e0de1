"""Make an account a staff account: python -m scripts.grant_staff someone@example.com"""

import asyncio
import sys
from uuid import uuid4

from shop.application.context import OperationContext
from shop.bootstrap import open_shop
from shop.config import load_settings
from shop.domain.accounts import Actor
from shop.domain.errors import NotFound


async def grant_staff(email: str) -> None:
    ctx = OperationContext(Actor.system("scripts.grant_staff"), request_id=uuid4().hex)
    async with open_shop(load_settings()) as shop:
        try:
            await shop.accounts.grant_staff(email, ctx)
        except NotFound as error:
            sys.exit(str(error))
    print(f"{email} is staff now")


if __name__ == "__main__":
    asyncio.run(grant_staff(sys.argv[1]))
