"""Flask-RESTful and Flask-RESTX."""

from flake8_backend_rules.frameworks.schema import HTTP_VERBS, ClassHandlers, Framework, ObjectDecorator, Role

FRAMEWORK = Framework(
    name="Flask-RESTful and Flask-RESTX",
    source="https://flask-restful.readthedocs.io/en/latest/api.html, https://flask-restx.readthedocs.io/en/latest/api.html",
    packages=("flask_restful", "flask_restx"),
    object_decorators=(
        ObjectDecorator(classes=("flask_restx.Api", "flask_restx.Namespace"), methods=frozenset({"errorhandler"}), role=Role.BOUNDARY),
    ),
    class_handlers=(ClassHandlers(bases=("flask_restful.Resource", "flask_restx.Resource"), role=Role.HTTP, methods=HTTP_VERBS),),
    attributes={"flask_restx.Namespace.abort": "flask_restx.abort", "flask_restx.Api.abort": "flask_restx.abort"},
    unseen=frozenset({"flask_restx.Api.abort"}),  # the default namespace's, by `__getattr__`
    http_error_functions=("flask_restful.abort", "flask_restx.abort", "flask_restx.errors.abort"),
)
