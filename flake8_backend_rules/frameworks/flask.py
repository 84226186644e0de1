"""Flask with Flask-Login, flask-smorest and flask-apispec."""

from flake8_backend_rules.frameworks.schema import (
    HTTP_VERBS,
    ClassHandlers,
    Framework,
    ObjectDecorator,
    Registration,
    Role,
)

_APPLICATIONS = ("flask.Flask", "flask.Blueprint", "flask_smorest.Blueprint")

FRAMEWORK = Framework(
    name="Flask",
    source="https://flask.palletsprojects.com/en/stable/api/, https://flask-login.readthedocs.io/, "
    "https://flask-smorest.readthedocs.io/en/latest/api_reference.html, https://flask-apispec.readthedocs.io/en/latest/api_reference.html",
    packages=("flask", "flask_login", "flask_smorest", "flask_apispec", "werkzeug"),
    unseen=frozenset({"flask.Flask.before_first_request", "flask.Blueprint.before_app_first_request"}),
    object_decorators=(
        ObjectDecorator(
            classes=_APPLICATIONS,
            methods=(HTTP_VERBS - {"head", "options", "trace"}) | {"route"},
            role=Role.HTTP,
            name_endings=("blueprint", "app"),
        ),
        ObjectDecorator(
            classes=_APPLICATIONS,
            methods=frozenset({
                "errorhandler", "app_errorhandler", "before_request", "after_request", "teardown_request",
                "before_app_request", "after_app_request", "teardown_appcontext", "context_processor",
                "app_context_processor", "before_first_request", "before_app_first_request",
            }),
            role=Role.BOUNDARY,
        ),
        ObjectDecorator(
            classes=("flask.cli.AppGroup", "flask.cli.FlaskGroup"), methods=frozenset({"command", "group"}), role=Role.CLI
        ),
    ),
    class_handlers=(
        ClassHandlers(
            bases=("flask.views.MethodView", "flask_apispec.MethodResource", "flask_apispec.views.MethodResource"),
            role=Role.HTTP,
            methods=HTTP_VERBS,
        ),
        ClassHandlers(bases=("flask.views.View",), role=Role.HTTP, methods=frozenset({"dispatch_request"})),
    ),
    registrations=(
        Registration(
            Role.HTTP, 2, "view_func", classes=_APPLICATIONS, methods=frozenset({"add_url_rule"})
        ),
        Registration(
            Role.BOUNDARY, 1, "f", classes=_APPLICATIONS, methods=frozenset({"register_error_handler"})
        ),
    ),
    attributes={
        "flask.Flask.cli": "flask.cli.AppGroup",
        "flask.Blueprint.cli": "flask.cli.AppGroup",
    },
    web_modules=("flask", "flask_login", "werkzeug"),
    framework_objects=("flask.Request", "flask.Response", "werkzeug.Request", "werkzeug.wrappers.Request"),
    application_proxies=("flask.current_app",),
    framework_proxies=("flask.request", "flask.g", "flask.session", "flask_login.current_user", "flask_login.utils.current_user"),
    http_errors=("flask.Response", "werkzeug.Response", "werkzeug.wrappers.Response"),
    http_error_modules=("werkzeug.exceptions",),
    http_error_functions=(
        "flask.abort", "flask.jsonify", "flask.make_response", "flask.redirect", "werkzeug.exceptions.abort",
    ),
)  # fmt: skip
