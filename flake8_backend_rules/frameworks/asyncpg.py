"""asyncpg."""

from flake8_backend_rules.frameworks.schema import Framework

_CONNECTION = "asyncpg.Connection"
_POOL = "asyncpg.Pool"

FRAMEWORK = Framework(
    name="asyncpg",
    source="https://magicstack.github.io/asyncpg/current/api/",
    packages=("asyncpg",),
    drivers=("asyncpg",),
    returns={
        "asyncpg.connect": _CONNECTION,
        "asyncpg.create_pool": _POOL,
        f"{_POOL}.acquire": _CONNECTION,
    },
    sessions=(_CONNECTION, "asyncpg.pool.PoolConnectionProxy", _POOL),
    transactions=(f"{_CONNECTION}.transaction", "asyncpg.pool.PoolConnectionProxy.transaction"),
    writes=tuple(
        f"{owner}.{method}" for owner in (_CONNECTION, _POOL) for method in ("copy_to_table", "copy_records_to_table")
    ),
)  # fmt: skip
