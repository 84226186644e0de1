"""Sanic."""

from flake8_backend_rules.frameworks.schema import HTTP_VERBS, ClassHandlers, Framework, ObjectDecorator, Registration, Role

_APPLICATIONS = ("sanic.Sanic", "sanic.Blueprint")
_REQUEST = "sanic.Request"
_RESPONSES = ("sanic.HTTPResponse", "sanic.response.HTTPResponse", "sanic.response.JSONResponse", "sanic.response.ResponseStream")

FRAMEWORK = Framework(
    name="Sanic",
    source="https://sanic.dev/en/guide/, https://sanic.readthedocs.io/en/stable/sanic/api_reference.html",
    packages=("sanic",),
    object_decorators=(
        ObjectDecorator(
            classes=_APPLICATIONS,
            methods=(HTTP_VERBS - {"trace"}) | {"route", "websocket"},
            role=Role.HTTP,
            request_class=_REQUEST,
        ),
        ObjectDecorator(
            classes=_APPLICATIONS,
            methods=frozenset({
                "exception", "middleware", "on_request", "on_response", "listener", "before_server_start",
                "after_server_start", "before_server_stop", "after_server_stop", "main_process_start",
                "main_process_ready", "main_process_stop",
            }),
            role=Role.BOUNDARY,
        ),
    ),
    class_handlers=(
        ClassHandlers(bases=("sanic.views.HTTPMethodView",), role=Role.HTTP, methods=HTTP_VERBS, request_class=_REQUEST),
    ),
    registrations=(
        Registration(
            Role.HTTP, 0, "handler", classes=_APPLICATIONS, packages=("sanic",), request_class=_REQUEST,
            methods=frozenset({"add_route", "add_websocket_route"}),
        ),
        Registration(
            Role.BOUNDARY, 0, "middleware", classes=_APPLICATIONS, packages=("sanic",), methods=frozenset({"register_middleware"})
        ),
        Registration(
            Role.BOUNDARY, 0, "listener", classes=_APPLICATIONS, packages=("sanic",), methods=frozenset({"register_listener"})
        ),
        Registration(
            Role.BOUNDARY, 1, "handler", classes=("sanic.handlers.ErrorHandler",), packages=("sanic",),
            methods=frozenset({"add"}), name_endings=("error_handler",),
        ),
    ),
    attributes={"sanic.Sanic.error_handler": "sanic.handlers.ErrorHandler"},
    web_modules=("sanic",),
    framework_objects=(_REQUEST, "sanic.request.Request", "sanic.Websocket", "sanic.request.File", *_RESPONSES),
    streaming_responses=("sanic.response.ResponseStream",),
    http_errors=(
        *(f"sanic.exceptions.{name}" for name in (
            "SanicException", "HTTPException", "BadRequest", "InvalidUsage", "Unauthorized", "Forbidden", "NotFound",
            "FileNotFound", "MethodNotAllowed", "RequestTimeout", "PayloadTooLarge", "URITooLong", "InvalidHeader",
            "RangeNotSatisfiable", "ExpectationFailed", "ServerError", "InternalServerError", "ServiceUnavailable",
        )),
        *_RESPONSES,
    ),
    http_error_functions=("sanic.redirect", "sanic.response.redirect"),
)  # fmt: skip
