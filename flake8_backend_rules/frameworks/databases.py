"""databases."""

from flake8_backend_rules.frameworks.schema import Framework

_DATABASE = "databases.Database"
_CONNECTION = "databases.core.Connection"

FRAMEWORK = Framework(
    name="databases",
    source="https://www.encode.io/databases/database_queries/, https://www.encode.io/databases/connections_and_transactions/",
    packages=("databases",),
    returns={f"{_DATABASE}.connection": _CONNECTION},
    sessions=(_DATABASE, _CONNECTION),
    transactions=(f"{_DATABASE}.transaction", f"{_CONNECTION}.transaction"),
)
