"""Litestar."""

from flake8_backend_rules.frameworks.schema import ClassHandlers, Framework, Role

_HTTP_DECORATORS = ("get", "post", "put", "patch", "delete", "head", "route")
_OTHER_DECORATORS = ("websocket", "websocket_listener", "websocket_stream", "asgi")
_RESPONSES = (
    "litestar.Response",
    *(f"litestar.response.{name}" for name in ("Response", "File", "Redirect", "Stream", "Template", "ServerSentEvent")),
)

FRAMEWORK = Framework(
    name="Litestar",
    source="https://docs.litestar.dev/latest/reference/",
    packages=("litestar",),
    decorators={
        **{f"litestar.{name}": Role.HTTP for name in (*_HTTP_DECORATORS, *_OTHER_DECORATORS)},
        **{f"litestar.handlers.{name}": Role.HTTP for name in (*_HTTP_DECORATORS, *_OTHER_DECORATORS)},
        **{f"litestar.handlers.http_handlers.{name}": Role.HTTP for name in _HTTP_DECORATORS},
    },
    class_handlers=(
        ClassHandlers(
            bases=("litestar.handlers.WebsocketListener",), role=Role.HTTP,
            methods=frozenset({"on_receive", "on_accept", "on_disconnect"}),
        ),
        ClassHandlers(
            bases=(
                "litestar.middleware.AbstractMiddleware", "litestar.middleware.ASGIMiddleware",
                "litestar.middleware.AbstractAuthenticationMiddleware",
            ),
            role=Role.BOUNDARY,
            methods=frozenset({"handle", "authenticate_request"}),
        ),
    ),
    dependency_markers=("litestar.di.Provide",),
    web_modules=("litestar",),
    serialising_packages=("litestar",),
    framework_objects=(
        "litestar.Request", "litestar.WebSocket", "litestar.connection.ASGIConnection",
        "litestar.datastructures.UploadFile", *_RESPONSES,
    ),
    streaming_responses=("litestar.response.Stream", "litestar.response.ServerSentEvent"),
    background_task_items=("litestar.background_tasks.BackgroundTask", "litestar.background_tasks.BackgroundTasks"),
    http_errors=(
        *(f"litestar.exceptions.{name}" for name in (
            "HTTPException", "ClientException", "ValidationException", "NotAuthorizedException",
            "PermissionDeniedException", "NotFoundException", "MethodNotAllowedException", "TooManyRequestsException",
            "InternalServerException", "ServiceUnavailableException", "WebSocketException",
        )),
        *_RESPONSES,
    ),
)  # fmt: skip
