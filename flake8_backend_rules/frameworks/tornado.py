"""Tornado."""

from flake8_backend_rules.frameworks.schema import HTTP_VERBS, ClassHandlers, Framework, Role

_REQUEST = "tornado.httputil.HTTPServerRequest"
_HANDLER = "tornado.web.RequestHandler"

FRAMEWORK = Framework(
    name="Tornado",
    source="https://www.tornadoweb.org/en/stable/web.html, https://www.tornadoweb.org/en/stable/websocket.html",
    packages=("tornado",),
    class_handlers=(
        ClassHandlers(
            bases=(_HANDLER,),
            role=Role.HTTP,
            methods=HTTP_VERBS - {"trace"},
            base_endings=("RequestHandler", "APIHandler", "JupyterHandler"),
            package="tornado",
        ),
        ClassHandlers(
            bases=("tornado.websocket.WebSocketHandler",), role=Role.HTTP, methods=frozenset({"open", "on_message", "on_close"})
        ),
        ClassHandlers(bases=("tornado.websocket.WebSocketHandler",), role=Role.HTTP, methods=HTTP_VERBS - {"trace"}),
        ClassHandlers(
            bases=(_HANDLER, "tornado.websocket.WebSocketHandler"),
            role=Role.BOUNDARY,
            methods=frozenset({"write_error", "log_exception", "get_current_user", "set_default_headers"}),
        ),
    ),
    attributes={f"{_HANDLER}.request": _REQUEST, "tornado.websocket.WebSocketHandler.request": _REQUEST},
    web_modules=("tornado.web",),
    framework_objects=(_REQUEST,),
    http_errors=("tornado.web.HTTPError", "tornado.web.MissingArgumentError"),
)  # fmt: skip
