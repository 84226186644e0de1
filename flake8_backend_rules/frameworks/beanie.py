"""Beanie."""

from flake8_backend_rules.frameworks.schema import SELF, Framework

_DOCUMENT = "beanie.Document"
_MANY = "beanie.odm.queries.find.FindMany"
_QUERIES = ("find", "find_many", "find_all", "all")
_ROWS = ("get", "find_one")
_UPDATES = ("update", "set", "inc", "current_date")

FRAMEWORK = Framework(
    name="Beanie",
    source="https://beanie-odm.dev/api-documentation/document/, https://beanie-odm.dev/api-documentation/query/",
    packages=("beanie",),
    drivers=("beanie",),
    returns={
        **{f"{_DOCUMENT}.{method}": _MANY for method in _QUERIES},
        **{f"{_DOCUMENT}.{method}": SELF for method in (*_ROWS, "insert_one", "model_copy", "copy", "model_validate")},
    },
    orm_bases=(_DOCUMENT,),
    queries=(_MANY,),
    reads=tuple(f"{_DOCUMENT}.{method}" for method in (*_QUERIES, *_ROWS, "count", "aggregate", "distinct")),
    writes=(
        *(f"{_DOCUMENT}.{method}" for method in (
            "insert", "create", "save", "save_changes", "replace", "insert_one", "insert_many", "replace_many", "update_all", "delete_all",
            "delete", *_UPDATES,
        )),
        *(f"{_MANY}.{method}" for method in ("delete", "delete_many", "update_many", "upsert", *_UPDATES)),
    ),
)  # fmt: skip
