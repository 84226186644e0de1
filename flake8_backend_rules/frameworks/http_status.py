"""Names of HTTP statuses, of the standard library and the web frameworks."""

from flake8_backend_rules.frameworks.schema import Framework

FRAMEWORK = Framework(
    name="HTTP statuses",
    source="https://docs.python.org/3/library/http.html#http.HTTPStatus, https://fastapi.tiangolo.com/reference/status/, "
    "https://www.django-rest-framework.org/api-guide/status-codes/, https://docs.litestar.dev/latest/reference/status_codes.html",
    packages=(),
    http_status_modules=("fastapi.status", "starlette.status", "rest_framework.status", "litestar.status_codes"),
    http_status_classes=("http.HTTPStatus",),
)
