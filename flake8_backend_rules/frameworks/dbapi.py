"""Database drivers with a connection of their own: DB-API drivers, asyncpg, databases."""

from flake8_backend_rules.frameworks.schema import Framework

_DRIVERS = ("psycopg", "psycopg2", "sqlite3", "pymysql", "MySQLdb", "mysql.connector", "aiosqlite", "aiomysql", "aiopg")

FRAMEWORK = Framework(
    name="Database drivers",
    source="https://peps.python.org/pep-0249/, https://www.psycopg.org/psycopg3/docs/api/, "
    "https://magicstack.github.io/asyncpg/current/api/, https://www.encode.io/databases/",
    packages=("psycopg", "psycopg2", "sqlite3", "pymysql", "MySQLdb", "mysql", "aiosqlite", "aiomysql", "aiopg", "asyncpg", "databases"),
    returns={
        **{f"{driver}.connect": f"{driver}.Connection" for driver in _DRIVERS},
        **{f"{driver}.Connection.cursor": f"{driver}.Cursor" for driver in _DRIVERS},
        "psycopg.AsyncConnection.connect": "psycopg.AsyncConnection",
        "psycopg.AsyncConnection.cursor": "psycopg.AsyncCursor",
        "psycopg.Connection.connect": "psycopg.Connection",
        "asyncpg.connect": "asyncpg.Connection",
        "asyncpg.create_pool": "asyncpg.Pool",
        "asyncpg.Pool.acquire": "asyncpg.Connection",
    },
    sessions=(
        *(f"{driver}.{name}" for driver in _DRIVERS for name in ("Connection", "Cursor", "connection", "cursor")),
        "psycopg2.extensions.connection", "psycopg2.extensions.cursor",
        "psycopg.AsyncConnection", "psycopg.AsyncCursor", "asyncpg.Connection", "asyncpg.pool.PoolConnectionProxy",
        "databases.Database",
    ),
)  # fmt: skip
