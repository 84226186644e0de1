"""Quart."""

from flake8_backend_rules.frameworks.schema import HTTP_VERBS, ClassHandlers, Framework, ObjectDecorator, Registration, Role

_APPLICATIONS = ("quart.Quart", "quart.Blueprint")

FRAMEWORK = Framework(
    name="Quart",
    source="https://quart.palletsprojects.com/en/latest/reference/source/quart/",
    packages=("quart",),
    object_decorators=(
        ObjectDecorator(
            classes=_APPLICATIONS,
            methods=frozenset({"get", "post", "put", "patch", "delete", "route", "websocket"}),
            role=Role.HTTP,
        ),
        ObjectDecorator(
            classes=_APPLICATIONS,
            methods=frozenset({
                "errorhandler", "app_errorhandler", "before_request", "after_request", "teardown_request",
                "before_app_request", "after_app_request", "teardown_app_request", "before_websocket", "after_websocket",
                "before_serving", "after_serving", "while_serving", "before_app_serving", "after_app_serving",
                "while_app_serving", "teardown_appcontext", "context_processor", "app_context_processor",
            }),
            role=Role.BOUNDARY,
        ),
        ObjectDecorator(classes=("quart.cli.AppGroup",), methods=frozenset({"command", "group"}), role=Role.CLI),
    ),
    class_handlers=(
        ClassHandlers(bases=("quart.views.MethodView",), role=Role.HTTP, methods=HTTP_VERBS),
        ClassHandlers(bases=("quart.views.View",), role=Role.HTTP, methods=frozenset({"dispatch_request"})),
    ),
    registrations=(
        Registration(
            Role.HTTP, 2, "view_func", classes=_APPLICATIONS, methods=frozenset({"add_url_rule", "add_websocket"})
        ),
        Registration(
            Role.BOUNDARY, 1, "f", classes=_APPLICATIONS, methods=frozenset({"register_error_handler"})
        ),
    ),
    attributes={"quart.Quart.cli": "quart.cli.AppGroup", "quart.Blueprint.cli": "quart.cli.AppGroup"},
    web_modules=("quart",),
    framework_objects=("quart.Request", "quart.Response", "quart.Websocket"),
    application_proxies=("quart.current_app",),
    framework_proxies=(
        *(f"quart.{name}" for name in ("request", "websocket", "g", "session")),
        *(f"quart.globals.{name}" for name in ("request", "websocket", "g", "session")),
    ),
    http_errors=("quart.Response",),
    http_error_functions=("quart.abort", "quart.jsonify", "quart.make_response", "quart.redirect"),
)  # fmt: skip
