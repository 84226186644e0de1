"""FastAPI and Starlette."""

from flake8_backend_rules.frameworks.schema import HTTP_VERBS, ClassHandlers, Framework, ObjectDecorator, Registration, Role

_APPLICATIONS = (
    "fastapi.FastAPI",
    "fastapi.APIRouter",
    "starlette.applications.Starlette",
    "starlette.routing.Router",
)
_STARLETTE_RESPONSES = (
    "Response", "JSONResponse", "HTMLResponse", "PlainTextResponse", "RedirectResponse", "StreamingResponse", "FileResponse",
)  # fmt: skip
_REQUEST = "starlette.requests.Request"
_RESPONSES = (
    *(f"fastapi.responses.{name}" for name in (*_STARLETTE_RESPONSES, "ORJSONResponse", "UJSONResponse")),
    *(f"starlette.responses.{name}" for name in _STARLETTE_RESPONSES),
)

FRAMEWORK = Framework(
    name="FastAPI and Starlette",
    source="https://fastapi.tiangolo.com/reference/, https://www.starlette.io/",
    packages=("fastapi", "starlette", "sse_starlette"),
    object_decorators=(
        ObjectDecorator(
            classes=_APPLICATIONS,
            methods=HTTP_VERBS | {"api_route", "route", "websocket", "websocket_route"},
            role=Role.HTTP,
            name_endings=("router", "blueprint", "app", "api"),
        ),
        ObjectDecorator(
            classes=_APPLICATIONS,
            methods=frozenset({"exception_handler", "middleware", "on_event"}),
            role=Role.BOUNDARY,
        ),
    ),
    class_handlers=(
        ClassHandlers(bases=("starlette.endpoints.HTTPEndpoint",), role=Role.HTTP, methods=HTTP_VERBS, request_class=_REQUEST),
        ClassHandlers(
            bases=("starlette.endpoints.WebSocketEndpoint",),
            role=Role.HTTP,
            methods=frozenset({"on_connect", "on_receive", "on_disconnect"}),
            request_class="starlette.websockets.WebSocket",
        ),
        ClassHandlers(
            bases=("starlette.middleware.base.BaseHTTPMiddleware",), role=Role.BOUNDARY, methods=frozenset({"dispatch"})
        ),
    ),
    registrations=(
        Registration(
            Role.HTTP, 1, "endpoint", classes=_APPLICATIONS,
            methods=frozenset({"add_api_route", "add_api_websocket_route", "add_websocket_route"}),
        ),
        Registration(
            Role.HTTP, 1, "route", classes=("fastapi.FastAPI", "starlette.applications.Starlette"),
            methods=frozenset({"add_route"}), request_class=_REQUEST,
        ),
        Registration(
            Role.HTTP, 1, "endpoint", classes=("fastapi.APIRouter", "starlette.routing.Router"),
            methods=frozenset({"add_route"}), request_class=_REQUEST,
        ),
        Registration(
            Role.HTTP, 1, "endpoint", callables=("starlette.routing.Route",), request_class=_REQUEST, elsewhere=("starlette",),
        ),
        Registration(
            Role.HTTP, 1, "endpoint",
            callables=(
                "starlette.routing.WebSocketRoute", "fastapi.routing.APIRoute", "fastapi.routing.APIWebSocketRoute",
            ),
        ),
        Registration(
            Role.BOUNDARY, 1, "handler", classes=_APPLICATIONS, methods=frozenset({"add_exception_handler"})
        ),
        Registration(
            Role.BOUNDARY, 1, "func", classes=_APPLICATIONS, methods=frozenset({"add_event_handler"})
        ),
    ),
    dependency_markers=("fastapi.Depends", "fastapi.Security", "fastapi.params.Depends", "fastapi.params.Security"),
    injection_markers=("dishka.integrations.fastapi.FromDishka", "dishka.FromDishka", "dishka.integrations.base.FromDishka"),
    server_runners=("uvicorn.run", "hypercorn.run", "uvicorn.Server", "gunicorn.app.base.BaseApplication"),
    web_modules=("fastapi", "starlette"),
    serialising_packages=("fastapi",),
    dto_bases=tuple(f"fastapi_users.schemas.{name}" for name in ("BaseUser", "BaseUserCreate", "BaseUserUpdate")),
    framework_objects=(
        "fastapi.Request", "fastapi.Response", "fastapi.WebSocket", "fastapi.BackgroundTasks", "fastapi.UploadFile",
        "fastapi.requests.HTTPConnection", "fastapi.security.SecurityScopes",
        "fastapi.security.HTTPAuthorizationCredentials", "fastapi.security.HTTPBasicCredentials",
        "fastapi.security.OAuth2PasswordRequestForm", "fastapi.security.OAuth2PasswordRequestFormStrict",
        _REQUEST, "starlette.requests.HTTPConnection", "starlette.websockets.WebSocket",
        "starlette.background.BackgroundTasks", "starlette.datastructures.UploadFile", *_RESPONSES,
    ),
    streaming_responses=(
        "fastapi.responses.StreamingResponse", "starlette.responses.StreamingResponse",
        "sse_starlette.EventSourceResponse", "sse_starlette.sse.EventSourceResponse",
        "fastapi.sse.EventSourceResponse",
    ),
    background_tasks=("fastapi.BackgroundTasks", "starlette.background.BackgroundTasks"),
    background_task_items=(
        "starlette.background.BackgroundTask",
        "fastapi.BackgroundTasks", "starlette.background.BackgroundTasks",
    ),
    http_errors=(
        "fastapi.HTTPException", "fastapi.exceptions.HTTPException", "fastapi.exceptions.WebSocketException",
        "fastapi.exceptions.RequestValidationError", "starlette.exceptions.HTTPException",
        "starlette.exceptions.WebSocketException", *_RESPONSES,
    ),
)  # fmt: skip
