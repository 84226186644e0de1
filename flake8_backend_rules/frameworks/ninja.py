"""Django Ninja, and Django Ninja Extra."""

from flake8_backend_rules.frameworks.schema import Framework, ObjectDecorator, Registration, Role

_HTTP_REQUEST = "django.http.HttpRequest"
_ROUTERS = ("ninja.NinjaAPI", "ninja.Router", "ninja_extra.NinjaExtraAPI")
_VERBS = ("get", "post", "put", "patch", "delete")

FRAMEWORK = Framework(
    name="Django Ninja",
    source="https://django-ninja.dev/reference/, https://eadwincode.github.io/django-ninja-extra/",
    packages=("ninja", "ninja_extra"),
    decorators={
        **{f"ninja_extra.http_{verb}": Role.HTTP for verb in (*_VERBS, "generic")},
        **{f"ninja_extra.route.{verb}": Role.HTTP for verb in (*_VERBS, "generic")},
    },
    object_decorators=(
        ObjectDecorator(
            classes=_ROUTERS, methods=frozenset({*_VERBS, "api_operation"}), role=Role.HTTP, request_class=_HTTP_REQUEST
        ),
        ObjectDecorator(classes=_ROUTERS, methods=frozenset({"exception_handler"}), role=Role.BOUNDARY),
    ),
    registrations=(
        Registration(
            Role.HTTP, 2, "view_func", classes=_ROUTERS, packages=("ninja", "ninja_extra"), request_class=_HTTP_REQUEST,
            methods=frozenset({"add_api_operation"}),
        ),
        Registration(
            Role.BOUNDARY, 1, "handler", classes=_ROUTERS, packages=("ninja", "ninja_extra"),
            methods=frozenset({"add_exception_handler"}),
        ),
    ),
    web_modules=("ninja",),
    serialising_packages=("ninja", "ninja_extra"),
    dto_bases=("ninja.Schema", "ninja.ModelSchema"),
    framework_objects=("ninja.UploadedFile", "ninja.responses.Response"),
    http_errors=(
        "ninja.errors.HttpError", "ninja.errors.ValidationError", "ninja.errors.AuthenticationError",
        "ninja.errors.AuthorizationError", "ninja.errors.Throttled", "ninja.responses.Response",
        *(f"ninja_extra.exceptions.{name}" for name in (
            "APIException", "ValidationError", "ParseError", "AuthenticationFailed", "NotAuthenticated",
            "PermissionDenied", "NotFound", "MethodNotAllowed", "NotAcceptable",
        )),
    ),
)  # fmt: skip
