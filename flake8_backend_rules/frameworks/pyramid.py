"""Pyramid."""

from flake8_backend_rules.frameworks.schema import Framework, Registration, Role

_REQUEST = "pyramid.request.Request"
_CONFIGURATOR = ("pyramid.config.Configurator",)
_GATE = ("pyramid", "venusian")
_RESPONSES = ("pyramid.response.Response", "pyramid.response.FileResponse", "webob.Response")

FRAMEWORK = Framework(
    name="Pyramid",
    source="https://docs.pylonsproject.org/projects/pyramid/en/latest/api/, https://docs.pylonsproject.org/projects/venusian/en/latest/",
    packages=("pyramid", "venusian", "webob"),
    decorators={
        "pyramid.view.view_config": Role.HTTP,
        "pyramid.view.exception_view_config": Role.BOUNDARY,
        "pyramid.view.notfound_view_config": Role.BOUNDARY,
        "pyramid.view.forbidden_view_config": Role.BOUNDARY,
        "pyramid.events.subscriber": Role.BOUNDARY,
    },
    decorator_requests={"pyramid.view.view_config": _REQUEST},
    registrations=(
        Registration(
            Role.HTTP, 0, "view", classes=_CONFIGURATOR, packages=_GATE, request_class=_REQUEST, methods=frozenset({"add_view"})
        ),
        Registration(
            Role.BOUNDARY, 0, "view", classes=_CONFIGURATOR, packages=_GATE,
            methods=frozenset({"add_exception_view", "add_notfound_view", "add_forbidden_view"}),
        ),
        Registration(
            Role.BOUNDARY, 0, "subscriber", classes=_CONFIGURATOR, packages=_GATE, methods=frozenset({"add_subscriber"})
        ),
    ),
    server_runners=("waitress.serve", "wsgiref.simple_server.make_server"),
    web_modules=("pyramid",),
    framework_objects=(_REQUEST, "webob.Request", *_RESPONSES),
    http_errors=_RESPONSES,
    http_error_modules=("pyramid.httpexceptions",),
    http_error_functions=("pyramid.renderers.render_to_response", "pyramid.httpexceptions.exception_response"),
)  # fmt: skip
