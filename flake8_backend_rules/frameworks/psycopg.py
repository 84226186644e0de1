"""psycopg 3 with its pools, and psycopg2."""

from flake8_backend_rules.frameworks.schema import Framework

_CONNECTION = "psycopg.Connection"
_ASYNC_CONNECTION = "psycopg.AsyncConnection"
_POOLS = ("psycopg_pool.ConnectionPool", "psycopg_pool.NullConnectionPool")
_ASYNC_POOLS = ("psycopg_pool.AsyncConnectionPool", "psycopg_pool.AsyncNullConnectionPool")
_PSYCOPG2_POOLS = ("psycopg2.pool.SimpleConnectionPool", "psycopg2.pool.ThreadedConnectionPool")

FRAMEWORK = Framework(
    name="psycopg",
    source="https://www.psycopg.org/psycopg3/docs/api/, https://www.psycopg.org/docs/",
    packages=("psycopg", "psycopg_pool", "psycopg2"),
    drivers=("psycopg",),
    returns={
        "psycopg.connect": _CONNECTION,
        f"{_CONNECTION}.connect": _CONNECTION,
        f"{_CONNECTION}.cursor": "psycopg.Cursor",
        f"{_CONNECTION}.execute": "psycopg.Cursor",
        f"{_ASYNC_CONNECTION}.connect": _ASYNC_CONNECTION,
        f"{_ASYNC_CONNECTION}.cursor": "psycopg.AsyncCursor",
        f"{_ASYNC_CONNECTION}.execute": "psycopg.AsyncCursor",
        **{f"{pool}.{method}": _CONNECTION for pool in _POOLS for method in ("connection", "getconn")},
        **{f"{pool}.{method}": _ASYNC_CONNECTION for pool in _ASYNC_POOLS for method in ("connection", "getconn")},
        "psycopg2.connect": "psycopg2.extensions.connection",
        "psycopg2.extensions.connection.cursor": "psycopg2.extensions.cursor",
        **{f"{pool}.getconn": "psycopg2.extensions.connection" for pool in _PSYCOPG2_POOLS},
    },
    sessions=(
        *(f"psycopg.{name}" for name in (
            "Connection", "Cursor", "ClientCursor", "ServerCursor", "RawCursor",
            "AsyncConnection", "AsyncCursor", "AsyncClientCursor", "AsyncServerCursor", "AsyncRawCursor",
        )),
        "psycopg2.extensions.connection", "psycopg2.extensions.cursor", "psycopg2.extras.RealDictCursor",
        "psycopg2.extras.DictCursor", "psycopg2.extras.NamedTupleCursor",
    ),
    transactions=(f"{_CONNECTION}.transaction", f"{_ASYNC_CONNECTION}.transaction"),
)  # fmt: skip
