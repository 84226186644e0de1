"""SQLAlchemy, SQLModel and Flask-SQLAlchemy."""

from flake8_backend_rules.frameworks.schema import SELF, Framework

_SESSION = "sqlalchemy.orm.Session"
_ASYNC_SESSION = "sqlalchemy.ext.asyncio.AsyncSession"
_SESSIONS = (_SESSION, _ASYNC_SESSION, "sqlmodel.Session", "sqlmodel.ext.asyncio.session.AsyncSession")
_SCOPED_SESSIONS = ("sqlalchemy.orm.scoped_session", "sqlalchemy.ext.asyncio.async_scoped_session")
_CONNECTION = "sqlalchemy.Connection"
_ASYNC_CONNECTION = "sqlalchemy.ext.asyncio.AsyncConnection"
_ENGINE = "sqlalchemy.Engine"
_ASYNC_ENGINE = "sqlalchemy.ext.asyncio.AsyncEngine"
_DML = ("insert", "update", "delete")

FRAMEWORK = Framework(
    name="SQLAlchemy and SQLModel",
    source="https://docs.sqlalchemy.org/en/20/, https://sqlmodel.tiangolo.com/, "
    "https://flask-sqlalchemy.readthedocs.io/en/stable/api/",
    packages=("sqlalchemy", "sqlmodel", "flask_sqlalchemy", "flask_sqlalchemy_lite"),
    unseen=frozenset({"flask_sqlalchemy.SQLAlchemy.Column"}),
    drivers=("sqlalchemy", "sqlmodel"),
    row_lookups=(
        *(f"{session}.{method}" for session in (*_SESSIONS, *_SCOPED_SESSIONS) for method in ("get", "get_one")),
        "flask_sqlalchemy.SQLAlchemy.get_or_404",
    ),
    selects=(
        "sqlalchemy.select", "sqlalchemy.future.select", "sqlalchemy.sql.select", "sqlalchemy.sql.expression.select", "sqlmodel.select",
        "sqlmodel.sql.expression.select",
    ),
    returns={
        "sqlalchemy.create_engine": _ENGINE,
        "sqlalchemy.engine_from_config": _ENGINE,
        "sqlmodel.create_engine": _ENGINE,
        "sqlalchemy.ext.asyncio.create_async_engine": _ASYNC_ENGINE,
        "sqlalchemy.Engine.connect": _CONNECTION,
        "sqlalchemy.Engine.begin": _CONNECTION,
        "sqlalchemy.ext.asyncio.AsyncEngine.connect": _ASYNC_CONNECTION,
        "sqlalchemy.ext.asyncio.AsyncEngine.begin": _ASYNC_CONNECTION,
        "sqlalchemy.orm.Session.begin": "sqlalchemy.orm.SessionTransaction",
        "sqlalchemy.orm.Session.begin_nested": "sqlalchemy.orm.SessionTransaction",
        "sqlalchemy.orm.sessionmaker": "sqlalchemy.orm.sessionmaker",
        "sqlalchemy.orm.scoped_session": "sqlalchemy.orm.scoped_session",
        "sqlalchemy.ext.asyncio.async_sessionmaker": "sqlalchemy.ext.asyncio.async_sessionmaker",
        "sqlalchemy.ext.asyncio.async_scoped_session": "sqlalchemy.ext.asyncio.async_scoped_session",
        "sqlalchemy.orm.sessionmaker.__call__": _SESSION,
        "sqlalchemy.orm.scoped_session.__call__": _SESSION,
        "sqlalchemy.orm.sessionmaker.begin": _SESSION,
        "sqlalchemy.ext.asyncio.async_sessionmaker.__call__": _ASYNC_SESSION,
        "sqlalchemy.ext.asyncio.async_scoped_session.__call__": _ASYNC_SESSION,
        "sqlalchemy.ext.asyncio.async_sessionmaker.begin": _ASYNC_SESSION,
        "sqlalchemy.orm.Session.connection": _CONNECTION,
        "sqlalchemy.orm.Session.query": "sqlalchemy.orm.Query",
        "sqlalchemy.orm.scoped_session.query": "sqlalchemy.orm.Query",
        "sqlalchemy.orm.scoping.scoped_session.query": "sqlalchemy.orm.Query",
        "sqlalchemy.orm.scoping.ScopedSession.query": "sqlalchemy.orm.Query",
        "sqlalchemy.orm.object_session": _SESSION,
        "sqlmodel.SQLModel.model_copy": SELF,
        "sqlmodel.SQLModel.model_validate": SELF,
        "sqlalchemy.orm.declarative_base": "sqlalchemy.orm.DeclarativeBase",
        "sqlalchemy.ext.declarative.declarative_base": "sqlalchemy.orm.DeclarativeBase",
        "sqlalchemy.orm.registry": "sqlalchemy.orm.registry",
        "sqlalchemy.orm.registry.generate_base": "sqlalchemy.orm.DeclarativeBase",
        "sqlalchemy.ext.automap.automap_base": "sqlalchemy.orm.DeclarativeBase",
    },
    attributes={
        "flask_sqlalchemy.SQLAlchemy.session": "sqlalchemy.orm.scoped_session",
        "flask_sqlalchemy.SQLAlchemy.engine": _ENGINE,
        "flask_sqlalchemy.SQLAlchemy.Model": "flask_sqlalchemy.SQLAlchemy.Model",
        "flask_sqlalchemy_lite.SQLAlchemy.session": _SESSION,
        "flask_sqlalchemy_lite.SQLAlchemy.async_session": _ASYNC_SESSION,
    },
    sessions=(
        _SESSION, _ASYNC_SESSION, "sqlalchemy.orm.scoped_session", "sqlalchemy.ext.asyncio.async_scoped_session",
        _CONNECTION, "sqlalchemy.engine.Connection", _ASYNC_CONNECTION, "sqlmodel.Session",
        "sqlmodel.ext.asyncio.session.AsyncSession", "sqlalchemy.orm.scoping.scoped_session", "sqlalchemy.orm.scoping.ScopedSession",
        "sqlalchemy.ext.asyncio.scoping.async_scoped_session", "flask_sqlalchemy.session.Session",
        "sqlalchemy.ext.horizontal_shard.ShardedSession",
    ),
    session_makers=(
        "sqlalchemy.orm.sessionmaker", "sqlalchemy.ext.asyncio.async_sessionmaker", "sqlalchemy.orm.scoped_session",
        "sqlalchemy.ext.asyncio.async_scoped_session",
    ),
    engines=(_ENGINE, "sqlalchemy.engine.Engine", "sqlalchemy.future.Engine", _ASYNC_ENGINE),
    write_constructs=(
        *(f"sqlalchemy.{name}" for name in _DML),
        *(f"sqlalchemy.sql.{name}" for name in _DML),
        *(f"sqlalchemy.sql.expression.{name}" for name in _DML),
        *(f"sqlmodel.{name}" for name in _DML),
        "sqlalchemy.dialects.postgresql.insert", "sqlalchemy.dialects.mysql.insert",
        "sqlalchemy.dialects.sqlite.insert", "sqlalchemy.Insert", "sqlalchemy.Update", "sqlalchemy.Delete",
    ),
    orm_decorators=dict.fromkeys(
        (
            "sqlalchemy.orm.as_declarative", "sqlalchemy.ext.declarative.as_declarative", "sqlalchemy.orm.mapped_as_dataclass",
            *(f"sqlalchemy.orm.registry.{name}" for name in ("as_declarative_base", "mapped", "mapped_as_dataclass")),
        ),
        "sqlalchemy.orm.DeclarativeBase",
    ),
    orm_bases=(
        "sqlalchemy.orm.DeclarativeBase", "sqlalchemy.orm.DeclarativeBaseNoMeta", "flask_sqlalchemy.SQLAlchemy.Model",
        "flask_sqlalchemy.model.Model", "advanced_alchemy.base.UUIDBase", "advanced_alchemy.base.BigIntBase",
        "advanced_alchemy.base.UUIDAuditBase", "advanced_alchemy.base.BigIntAuditBase",
        "fastapi_users_db_sqlalchemy.SQLAlchemyBaseUserTable", "fastapi_users_db_sqlalchemy.SQLAlchemyBaseUserTableUUID",
    ),
    table_models=("sqlmodel.SQLModel",),
    query_attributes=frozenset({"query"}),
    queries=("sqlalchemy.orm.Query",),
    schema_creators=("sqlalchemy.MetaData", "sqlalchemy.schema.MetaData", "flask_sqlalchemy.SQLAlchemy"),
    base_makers=("sqlalchemy.orm.declarative_base", "sqlalchemy.ext.declarative.declarative_base"),
    columns=("sqlalchemy.Column", "sqlalchemy.schema.Column", "flask_sqlalchemy.SQLAlchemy.Column"),
)  # fmt: skip
