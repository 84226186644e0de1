"""MongoEngine."""

from flake8_backend_rules.frameworks.schema import Framework

_DOCUMENTS = ("mongoengine.Document", "mongoengine.DynamicDocument")
_QUERY = "mongoengine.queryset.QuerySet"

FRAMEWORK = Framework(
    name="MongoEngine",
    source="https://docs.mongoengine.org/apireference.html",
    packages=("mongoengine", "flask_mongoengine"),
    orm_bases=(*_DOCUMENTS, "flask_mongoengine.Document"),
    queries=(_QUERY,),
    writes=(
        *(f"{document}.{method}" for document in _DOCUMENTS for method in ("save", "delete", "update", "modify")),
        *(f"{_QUERY}.{method}" for method in ("create", "insert", "update", "update_one", "upsert_one", "modify", "delete")),
    ),
)  # fmt: skip
