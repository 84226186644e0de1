"""Piccolo."""

from flake8_backend_rules.frameworks.schema import Framework

_TABLE = "piccolo.table.Table"
_OBJECTS = "piccolo.query.methods.objects.Objects"
_ENGINES = (
    "piccolo.engine.postgres.PostgresEngine", "piccolo.engine.sqlite.SQLiteEngine", "piccolo.engine.cockroach.CockroachEngine",
)  # fmt: skip

FRAMEWORK = Framework(
    name="Piccolo",
    source="https://piccolo-orm.readthedocs.io/en/latest/piccolo/query_types/index.html, "
    "https://piccolo-orm.readthedocs.io/en/latest/piccolo/query_types/transactions.html",
    packages=("piccolo",),
    transactions=tuple(f"{engine}.{method}" for engine in _ENGINES for method in ("transaction", "atomic")),
    orm_bases=(_TABLE,),
    reads=tuple(f"{_TABLE}.{method}" for method in ("select", "count", "exists", "raw")),
    writes=(
        *(f"{_TABLE}.{method}" for method in ("insert", "update", "delete", "save", "remove", "update_self")),
        f"{_OBJECTS}.create", f"{_OBJECTS}.get_or_create",
    ),
)  # fmt: skip
