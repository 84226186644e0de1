"""aiohttp's server, `aiohttp.web`."""

from flake8_backend_rules.frameworks.schema import HTTP_VERBS, ClassHandlers, Framework, ObjectDecorator, Registration, Role

_VERBS = sorted(HTTP_VERBS - {"trace"})
_REQUEST = "aiohttp.web.Request"
_GATE = ("aiohttp.web",)
_RESPONSES = tuple(f"aiohttp.web.{name}" for name in ("Response", "StreamResponse", "FileResponse", "WebSocketResponse"))
_HTTP_EXCEPTIONS = (
    "HTTPException", "HTTPError", "HTTPRedirection", "HTTPSuccessful", "HTTPOk", "HTTPCreated", "HTTPAccepted",
    "HTTPNonAuthoritativeInformation", "HTTPNoContent", "HTTPResetContent", "HTTPPartialContent", "HTTPMultipleChoices",
    "HTTPMovedPermanently", "HTTPFound", "HTTPSeeOther", "HTTPNotModified", "HTTPUseProxy", "HTTPTemporaryRedirect",
    "HTTPPermanentRedirect", "HTTPClientError", "HTTPBadRequest", "HTTPUnauthorized", "HTTPPaymentRequired",
    "HTTPForbidden", "HTTPNotFound", "HTTPMethodNotAllowed", "HTTPNotAcceptable", "HTTPProxyAuthenticationRequired",
    "HTTPRequestTimeout", "HTTPConflict", "HTTPGone", "HTTPLengthRequired", "HTTPPreconditionFailed",
    "HTTPRequestEntityTooLarge", "HTTPRequestURITooLong", "HTTPUnsupportedMediaType", "HTTPRequestRangeNotSatisfiable",
    "HTTPExpectationFailed", "HTTPMisdirectedRequest", "HTTPUnprocessableEntity", "HTTPFailedDependency",
    "HTTPUpgradeRequired", "HTTPPreconditionRequired", "HTTPTooManyRequests", "HTTPRequestHeaderFieldsTooLarge",
    "HTTPUnavailableForLegalReasons", "HTTPServerError", "HTTPInternalServerError", "HTTPNotImplemented",
    "HTTPBadGateway", "HTTPServiceUnavailable", "HTTPGatewayTimeout", "HTTPVersionNotSupported",
    "HTTPVariantAlsoNegotiates", "HTTPInsufficientStorage", "HTTPNotExtended", "HTTPNetworkAuthenticationRequired",
)  # fmt: skip

FRAMEWORK = Framework(
    name="aiohttp.web",
    source="https://docs.aiohttp.org/en/stable/web_reference.html",
    packages=("aiohttp",),
    decorators={"aiohttp.web.middleware": Role.BOUNDARY},
    object_decorators=(
        ObjectDecorator(
            classes=("aiohttp.web.RouteTableDef",),
            methods=frozenset({*_VERBS, "route", "view"}),
            role=Role.HTTP,
            request_class=_REQUEST,
        ),
    ),
    class_handlers=(ClassHandlers(bases=("aiohttp.web.View",), role=Role.HTTP, methods=frozenset(_VERBS)),),
    registrations=(
        Registration(
            Role.HTTP, 1, "handler", classes=("aiohttp.web.UrlDispatcher",), packages=_GATE, request_class=_REQUEST,
            methods=frozenset(f"add_{verb}" for verb in _VERBS),
        ),
        Registration(
            Role.HTTP, 2, "handler", classes=("aiohttp.web.UrlDispatcher",), packages=_GATE, request_class=_REQUEST,
            methods=frozenset({"add_route"}),
        ),
        Registration(
            Role.HTTP, 1, "handler", callables=tuple(f"aiohttp.web.{verb}" for verb in _VERBS), packages=_GATE,
            request_class=_REQUEST,
        ),
        Registration(Role.HTTP, 2, "handler", callables=("aiohttp.web.route",), packages=_GATE, request_class=_REQUEST),
    ),
    server_runners=("aiohttp.web.run_app",),
    typed_keys=("aiohttp.web.AppKey",),
    attributes={"aiohttp.web.Application.router": "aiohttp.web.UrlDispatcher", "aiohttp.web.View.request": _REQUEST},
    web_modules=("aiohttp.web",),
    framework_objects=(_REQUEST, "aiohttp.web.BaseRequest", "aiohttp.web.FileField", *_RESPONSES),
    streaming_responses=("aiohttp.web.StreamResponse", "aiohttp.web.WebSocketResponse"),
    http_errors=(*(f"aiohttp.web.{name}" for name in _HTTP_EXCEPTIONS), *_RESPONSES),
    http_error_functions=("aiohttp.web.json_response",),
)  # fmt: skip
