"""FastAPI and Starlette."""

from flake8_backend_rules.frameworks.schema import HTTP_VERBS, Framework, ObjectDecorator, Registration, Role

_APPLICATIONS = (
    "fastapi.FastAPI",
    "fastapi.APIRouter",
    "starlette.applications.Starlette",
    "starlette.routing.Router",
)
_FASTAPI_RESPONSES = (
    "Response", "JSONResponse", "ORJSONResponse", "UJSONResponse", "HTMLResponse", "PlainTextResponse",
    "RedirectResponse", "StreamingResponse", "FileResponse",
)  # fmt: skip
_RESPONSES = (
    *(f"fastapi.responses.{name}" for name in _FASTAPI_RESPONSES),
    *(f"starlette.responses.{name}" for name in _FASTAPI_RESPONSES),
)

FRAMEWORK = Framework(
    name="FastAPI and Starlette",
    source="https://fastapi.tiangolo.com/reference/, https://www.starlette.io/",
    packages=("fastapi", "starlette", "fastapi_utils", "sse_starlette"),
    object_decorators=(
        ObjectDecorator(
            classes=(*_APPLICATIONS, "fastapi_utils.inferring_router.InferringRouter"),
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
    registrations=(
        Registration(
            Role.HTTP, 1, "endpoint", classes=_APPLICATIONS,
            methods=frozenset({"add_api_route", "add_route", "add_api_websocket_route", "add_websocket_route"}),
        ),
        Registration(
            Role.HTTP, 1, "endpoint",
            callables=(
                "starlette.routing.Route", "starlette.routing.WebSocketRoute",
                "fastapi.routing.APIRoute", "fastapi.routing.APIWebSocketRoute",
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
    framework_objects=(
        "fastapi.Request", "fastapi.Response", "fastapi.WebSocket", "fastapi.BackgroundTasks", "fastapi.UploadFile",
        "fastapi.requests.HTTPConnection", "fastapi.security.SecurityScopes",
        "fastapi.security.HTTPAuthorizationCredentials", "fastapi.security.HTTPBasicCredentials",
        "fastapi.security.OAuth2PasswordRequestForm", "fastapi.security.OAuth2PasswordRequestFormStrict",
        "starlette.requests.Request", "starlette.requests.HTTPConnection", "starlette.websockets.WebSocket",
        "starlette.background.BackgroundTasks", "starlette.datastructures.UploadFile", *_RESPONSES,
    ),
    streaming_responses=(
        "fastapi.responses.StreamingResponse", "starlette.responses.StreamingResponse",
        "sse_starlette.EventSourceResponse", "sse_starlette.sse.EventSourceResponse",
        "fastapi.sse.EventSourceResponse",
    ),
    background_tasks=("fastapi.BackgroundTasks", "starlette.background.BackgroundTasks"),
    background_task_items=(
        "fastapi.background.BackgroundTask", "starlette.background.BackgroundTask",
        "fastapi.BackgroundTasks", "starlette.background.BackgroundTasks",
    ),
    http_errors=(
        "fastapi.HTTPException", "fastapi.exceptions.HTTPException", "fastapi.exceptions.WebSocketException",
        "fastapi.exceptions.RequestValidationError", "starlette.exceptions.HTTPException",
        "starlette.exceptions.WebSocketException", *_RESPONSES,
    ),
)  # fmt: skip
