"""Bottle."""

from flake8_backend_rules.frameworks.schema import Framework, ObjectDecorator, Role

_VERBS = ("get", "post", "put", "delete", "patch")
_RESPONSES = ("bottle.HTTPError", "bottle.HTTPResponse")

FRAMEWORK = Framework(
    name="Bottle",
    source="https://bottlepy.org/docs/stable/api.html",
    packages=("bottle",),
    decorators={f"bottle.{name}": Role.HTTP for name in ("route", *_VERBS)},
    object_decorators=(
        ObjectDecorator(classes=("bottle.Bottle",), methods=frozenset({"route", *_VERBS}), role=Role.HTTP),
        ObjectDecorator(classes=("bottle.Bottle",), methods=frozenset({"error", "hook"}), role=Role.BOUNDARY),
    ),
    web_modules=("bottle",),
    framework_objects=("bottle.LocalRequest", "bottle.BaseRequest", "bottle.LocalResponse", "bottle.BaseResponse", *_RESPONSES),
    framework_proxies=("bottle.request", "bottle.response"),
    http_errors=_RESPONSES,
    http_error_functions=("bottle.abort", "bottle.redirect"),
)
