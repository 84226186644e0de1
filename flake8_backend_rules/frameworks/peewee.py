"""Peewee."""

from flake8_backend_rules.frameworks.schema import SELF, Framework

_MODEL = "peewee.Model"
_QUERY = "peewee.ModelSelect"
_DATABASES = tuple(f"peewee.{name}" for name in ("Database", "SqliteDatabase", "PostgresqlDatabase", "MySQLDatabase", "DatabaseProxy"))
_ROWS = ("get", "get_or_none", "get_by_id")

FRAMEWORK = Framework(
    name="Peewee",
    source="https://docs.peewee-orm.com/en/latest/peewee/api.html",
    packages=("peewee", "playhouse"),
    drivers=("peewee",),
    unseen=frozenset(f"peewee.DatabaseProxy.{method}" for method in ("atomic", "transaction", "savepoint")),
    returns={
        **{f"{_MODEL}.{method}": _QUERY for method in ("select", "filter")},
        **{f"{_MODEL}.{method}": SELF for method in (*_ROWS, "create")},
    },
    sessions=_DATABASES,
    transactions=tuple(f"{database}.{method}" for database in _DATABASES for method in ("atomic", "transaction", "savepoint")),
    orm_bases=(_MODEL,),
    queries=(_QUERY,),
    reads=tuple(f"{_MODEL}.{method}" for method in ("select", "filter", "raw", *_ROWS)),
    writes=tuple(
        f"{_MODEL}.{method}"
        for method in (
            "create", "insert", "insert_many", "insert_from", "bulk_create", "bulk_update", "get_or_create",
            "replace_many", "update", "delete", "delete_by_id", "set_by_id", "save", "delete_instance",
        )
    ),
)  # fmt: skip
