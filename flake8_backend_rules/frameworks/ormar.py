"""Ormar."""

from flake8_backend_rules.frameworks.schema import Framework

_MODEL = "ormar.Model"
_QUERY = "ormar.QuerySet"

FRAMEWORK = Framework(
    name="Ormar",
    source="https://collerek.github.io/ormar/latest/queries/, https://collerek.github.io/ormar/latest/models/methods/",
    packages=("ormar",),
    orm_bases=(_MODEL,),
    queries=(_QUERY,),
    reads=(f"{_MODEL}.load", f"{_MODEL}.load_all"),
    writes=(
        *(f"{_MODEL}.{method}" for method in ("save", "upsert", "update", "delete", "save_related")),
        *(f"{_QUERY}.{method}" for method in (
            "create", "bulk_create", "bulk_update", "get_or_create", "update_or_create", "update", "delete",
        )),
    ),
)  # fmt: skip
