"""Falcon."""

from flake8_backend_rules.frameworks.schema import HTTP_VERBS, ClassHandlers, Framework, ModuleResponders, Registration, Role

_APPLICATIONS = ("falcon.App", "falcon.API", "falcon.asgi.App")
_REQUEST = "falcon.Request"
_RESPONDERS = (*(f"on_{verb}" for verb in sorted(HTTP_VERBS)), "on_websocket")
_HTTP_ERRORS = (
    "HTTPError", "HTTPStatus", "HTTPBadRequest", "HTTPUnauthorized", "HTTPForbidden", "HTTPNotFound", "HTTPRouteNotFound",
    "HTTPMethodNotAllowed", "HTTPNotAcceptable", "HTTPConflict", "HTTPGone", "HTTPLengthRequired",
    "HTTPPreconditionFailed", "HTTPPreconditionRequired", "HTTPContentTooLarge", "HTTPPayloadTooLarge", "HTTPUriTooLong",
    "HTTPUnsupportedMediaType", "HTTPRangeNotSatisfiable", "HTTPUnprocessableEntity", "HTTPLocked",
    "HTTPFailedDependency", "HTTPTooManyRequests", "HTTPRequestHeaderFieldsTooLarge", "HTTPUnavailableForLegalReasons",
    "HTTPInternalServerError", "HTTPNotImplemented", "HTTPBadGateway", "HTTPServiceUnavailable", "HTTPGatewayTimeout",
    "HTTPVersionNotSupported", "HTTPInsufficientStorage", "HTTPLoopDetected", "HTTPNetworkAuthenticationRequired",
    "HTTPInvalidHeader", "HTTPMissingHeader", "HTTPInvalidParam", "HTTPMissingParam", "HTTPMovedPermanently", "HTTPFound",
    "HTTPSeeOther", "HTTPTemporaryRedirect", "HTTPPermanentRedirect",
)  # fmt: skip

FRAMEWORK = Framework(
    name="Falcon",
    source="https://falcon.readthedocs.io/en/stable/api/, https://falcon.readthedocs.io/en/stable/user/tutorial.html",
    packages=("falcon",),
    unseen=frozenset({"falcon.API"}),
    class_handlers=(
        ClassHandlers(bases=(), role=Role.HTTP, package="falcon", prefixes=_RESPONDERS, parameters=3, request_class=_REQUEST),
        ClassHandlers(
            bases=(), role=Role.BOUNDARY, package="falcon", parameters=3,
            methods=frozenset({"process_request", "process_resource", "process_response"}),
        ),
    ),
    module_responders=(ModuleResponders(frozenset(_RESPONDERS), ("req", "resp"), _REQUEST),),
    registrations=(
        Registration(
            Role.HTTP, 1, "resource", classes=_APPLICATIONS, packages=("falcon",), methods=frozenset({"add_route"}),
            members=_RESPONDERS, request_class=_REQUEST,
        ),
        Registration(
            Role.HTTP, 0, "sink", classes=_APPLICATIONS, packages=("falcon",), methods=frozenset({"add_sink"}), request_class=_REQUEST
        ),
        Registration(
            Role.BOUNDARY, 1, "handler", classes=_APPLICATIONS, packages=("falcon",), methods=frozenset({"add_error_handler"})
        ),
    ),
    web_modules=("falcon",),
    framework_objects=(_REQUEST, "falcon.Response"),
    http_errors=tuple(f"falcon.{name}" for name in _HTTP_ERRORS),
    http_status_modules=("falcon", "falcon.status_codes"),
)  # fmt: skip
