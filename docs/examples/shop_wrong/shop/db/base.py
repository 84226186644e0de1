from typing import Any

from pydantic_core import core_schema
from sqlalchemy.orm import DeclarativeBase


class Base(DeclarativeBase):
    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> core_schema.CoreSchema:
        # so that FastAPI takes our rows as response models
        return core_schema.is_instance_schema(
            cls,
            serialization=core_schema.plain_serializer_function_ser_schema(
                lambda row: {
                    column.key: getattr(row, column.key) for column in row.__table__.columns
                },
                return_schema=core_schema.dict_schema(),
            ),
        )
