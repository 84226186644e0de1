from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncSession

from shop.models import AuditEntry


async def record(session: AsyncSession, request: Request, action: str, subject: str) -> None:
    ip = request.client.host if request.client else None
    session.add(AuditEntry(action=action, subject=subject, ip=ip))
    await session.commit()
