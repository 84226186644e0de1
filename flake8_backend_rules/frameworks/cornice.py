"""Cornice: services and resources on Pyramid."""

from flake8_backend_rules.frameworks.schema import ClassHandlers, Framework, ObjectDecorator, Role

_REQUEST = "pyramid.request.Request"
_VERBS = ("get", "post", "put", "patch", "delete", "options")

FRAMEWORK = Framework(
    name="Cornice",
    source="https://cornice.readthedocs.io/en/latest/services.html, https://cornice.readthedocs.io/en/latest/resources.html",
    packages=("cornice",),
    decorators={"cornice.resource.view": Role.HTTP},
    decorator_requests={"cornice.resource.view": _REQUEST},
    object_decorators=(ObjectDecorator(classes=("cornice.Service",), methods=frozenset(_VERBS), role=Role.HTTP, request_class=_REQUEST),),
    class_handlers=(
        ClassHandlers(
            bases=(),
            role=Role.HTTP,
            package="cornice",
            methods=frozenset({*_VERBS, *(f"collection_{verb}" for verb in _VERBS)}),
            request_class=_REQUEST,
        ),
    ),
    web_modules=("cornice",),
)
