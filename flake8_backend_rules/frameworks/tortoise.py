"""Tortoise ORM."""

from flake8_backend_rules.frameworks.schema import SELF, Framework

_MODEL = "tortoise.models.Model"
_QUERY = "tortoise.queryset.QuerySet"
_CLIENT = "tortoise.backends.base.client.BaseDBAsyncClient"
_QUERIES = ("all", "filter", "exclude", "annotate", "select_for_update")
_ROWS = ("get", "get_or_none", "first", "last", "latest", "earliest")

FRAMEWORK = Framework(
    name="Tortoise ORM",
    source="https://tortoise.github.io/models.html, https://tortoise.github.io/query.html, https://tortoise.github.io/transactions.html",
    packages=("tortoise",),
    drivers=("tortoise",),
    returns={
        **{f"{_MODEL}.{method}": _QUERY for method in _QUERIES},
        **{f"{_MODEL}.{method}": SELF for method in (*_ROWS, "create")},
        "tortoise.transactions.in_transaction": _CLIENT,
        "tortoise.connection.get_connection": _CLIENT,
    },
    sessions=(_CLIENT, "tortoise.backends.base.client.TransactionalDBClient"),
    transactions=("tortoise.transactions.in_transaction", "tortoise.transactions.atomic"),
    orm_bases=(_MODEL,),
    queries=(_QUERY,),
    reads=tuple(f"{_MODEL}.{method}" for method in (*_QUERIES, *_ROWS, "exists", "raw", "in_bulk")),
    writes=(
        *(f"{_MODEL}.{method}" for method in (
            "create", "bulk_create", "bulk_update", "get_or_create", "update_or_create", "save", "delete",
        )),
        f"{_QUERY}.update", f"{_QUERY}.delete",
        f"{_CLIENT}.execute_insert",
    ),
)  # fmt: skip
