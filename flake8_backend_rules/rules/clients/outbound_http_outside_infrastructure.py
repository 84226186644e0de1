import ast

from flake8_backend_rules.frameworks import knowledge
from flake8_backend_rules.frameworks.schema import Role
from flake8_backend_rules.project.layers import COMMAND_LINE, Layer, is_script
from flake8_backend_rules.rule import Bad, Good, Option, Rule, parse_dotted_name
from flake8_backend_rules.semantics.outside_clients import defines_api_error, is_named_client
from flake8_backend_rules.semantics.paths import root_name
from flake8_backend_rules.walk import LintedFile
from flake8_backend_rules.wording import quoted

HTTP_MODULES = Option(
    name="backend-http-modules",
    default=(),
    help="First-party modules that wrap an HTTP library for callers to use as such (dotted names); calls of their "
    "functions and constructors outside of infrastructure are flagged (KBR701).",
    parse=parse_dotted_name,
)
_VERB_METHODS = frozenset({"get", "post", "put", "patch", "delete", "head", "options", "request", "send", "stream"})
_CLIENT_PACKAGES = knowledge().http_packages | {"urllib"}
_TELLING = ("client", "Client", "http", "ession", "api", "request", "urllib", "pycurl", "Api", "API", "HTTP", "Request")

# Names of the transport that clients of another system's API or pages have too.
_EITHER_WAY = frozenset({"api", "apis", "*_api", "web", "http", "rest", "graphql"})
_CLIENT_WORDS = ("client", "http", "sess", "api", "request")


class OutboundHttpOutsideInfrastructure(Rule):
    """Transport or core code calls out over HTTP itself.

    ## What it flags
    In transport, application and domain modules: a request function or client constructor of httpx, requests, aiohttp,
    urllib.request, urllib3 or pycurl, a verb method on a value typed as one of their clients, such a function passed on, and
    functions of the wrapper modules named in `backend-http-modules`.

    ## Why it is bad
    Timeouts, retries, auth and the shape of somebody else's API are infrastructure. Spread over routes and use-cases, nobody can say
    what the backend calls, or what happens when that is down.

    ## How it decides
    By qualified name of what is called, or by the receiver's type. CLI commands and the other functions of their modules are left
    alone, except in the folders of a backend's own `management/commands` and `scripts`; scripts that import nothing of the backend
    are left alone there too. Outside of handler code, so is what is a client itself: a module, folder or class whose name ends in
    client, provider, connector, gateway, adapter or integration; a module that defines the API's error (`*APIError`, `*ClientError`);
    and a module without a handler or web framework that is among transport for no more than a name such as `api` or `web`.

    ## When to suppress it
    In a script that exists to call one endpoint once.

    ## Known limits
    SDKs of vendors that use HTTP inside are not flagged. `TestClient` is no outbound client.
    """

    code = "KBR701"
    name = "outbound-http-outside-infrastructure"
    message = "{layer} code calls out over HTTP itself via '{call}'; put the call behind a client in infrastructure"
    layers = (Layer.TRANSPORT, Layer.APPLICATION, Layer.DOMAIN)
    options = (HTTP_MODULES,)
    bad = (
        Bad(
            files="""
            import asyncio
            import httpx
            import requests

            class RateService:
                def __init__(self, client: httpx.Client) -> None:
                    self._client = client

                async def rates(self):
                    async with httpx.AsyncClient() as client:  # ! 20
                        await client.get("/rates")  # ! 19
                    await asyncio.to_thread(requests.get, "/rates")  # ! 33
                    return self._client.post("/rates")  # ! 16
            """,
            path="app/services/rates.py",
            messages=(
                "application code calls out over HTTP itself via 'httpx.AsyncClient()'; put the call behind a client in infrastructure",
                "application code calls out over HTTP itself via 'client.get()'; put the call behind a client in infrastructure",
                "application code calls out over HTTP itself via 'requests.get'; put the call behind a client in infrastructure",
                "application code calls out over HTTP itself via 'self._client.post()'; put the call behind a client in infrastructure",
            ),
        ),
        Bad(
            files="""
            import requests
            from django.core.management.base import BaseCommand

            class Command(BaseCommand):
                def handle(self, **options):
                    requests.get("/rates")  # ! 9
            """,
            path="app/management/commands/load_rates.py",
            messages=("transport code calls out over HTTP itself via 'requests.get()'; put the call behind a client in infrastructure",),
        ),
        Bad(
            files={
                "app/rates.py": "def keep(rates): ...",
                "scripts/load_rates.py": """
                import requests
                from app.rates import keep

                def load():
                    keep(requests.get("/rates"))  # ! 10
                """,
            },
            path="scripts/load_rates.py",
            messages=("transport code calls out over HTTP itself via 'requests.get()'; put the call behind a client in infrastructure",),
        ),
        Bad(
            files="""
            from requests_oauthlib import OAuth2Session

            def place_of(order: int, token: str):
                maps = OAuth2Session(token=token)  # ! 12
                return maps.get(f"/places/{order}")  # ! 12
            """,
            path="app/services/places.py",
            messages=(
                "application code calls out over HTTP itself via 'OAuth2Session()'; put the call behind a client in infrastructure",
                "application code calls out over HTTP itself via 'maps.get()'; put the call behind a client in infrastructure",
            ),
        ),
        Bad(
            files={
                "app/http.py": "def fetch(url): ...",
                "app/api/rates.py": """
                from app.http import fetch

                def rates():
                    return fetch("/rates")  # ! 12
                """,
            },
            path="app/api/rates.py",
            options={"backend-http-modules": "app.http"},
            messages=("transport code calls out over HTTP itself via 'fetch()'; put the call behind a client in infrastructure",),
        ),
    )
    good = (
        Good(
            files="""
            import click
            import httpx

            @click.command()
            def deploy() -> None:
                announce()

            def announce() -> None:
                httpx.post("/deployments")
            """,
            path="app/cli.py",
        ),
        Good(
            files="""
            import requests

            def notify():
                requests.post("/releases")

            notify()
            """,
            path="scripts/announce_release.py",
        ),
        Good(
            files="""
            import httpx

            class RatesProvider:
                def rates(self):
                    return httpx.get("/rates")
            """,
            path="app/services/rates.py",
        ),
        Good(
            files="""
            import httpx

            class RateClient:
                def rates(self):
                    return httpx.get("/rates")
            """,
            path="app/clients/rates.py",
        ),
        Good(
            files="""
            import httpx
            from fastapi.testclient import TestClient
            from app.clients.rates import RateClient

            def rates(client: RateClient, cache: dict):
                try:
                    return client.get("/rates") or cache.get("rates") or TestClient(None).get("/")
                except httpx.HTTPError:
                    return None
            """,
            path="app/services/rates.py",
        ),
    )

    def applies(self, file: LintedFile) -> bool:
        return (bool(file.settings[HTTP_MODULES.name]) or file.mentions(_TELLING)) and super().applies(file)

    def calls_in(self, file: LintedFile) -> frozenset[str] | None:
        return None if file.settings[HTTP_MODULES.name] or file.imports_any(_CLIENT_PACKAGES) else _VERB_METHODS

    def visit_Call(self, node: ast.Call, file: LintedFile) -> None:
        if not file.imports_any(_CLIENT_PACKAGES):  # the common case: no look at the arguments
            if file.scope.node is not None:
                self._check_call(node, file)
            return
        for argument in (*node.args, *(keyword.value for keyword in node.keywords)):
            if isinstance(argument, (ast.Name, ast.Attribute)) and _last_name(argument) in _VERB_METHODS:
                self._check_function(argument, argument, file)
        if not self._check_call(node, file):
            self._check_function(node.func, node, file)

    def _check_call(self, node: ast.Call, file: LintedFile) -> bool:
        """Reports a call on a client or of a wrapper; False where it is neither."""
        is_wrapper = self._is_wrapper_call(node, file)
        if not is_wrapper and not self._is_verb_call(node, file):
            return False
        self._report(node, file, named=is_wrapper)
        return True

    def _report(self, node: ast.expr, file: LintedFile, *, named: bool = False) -> None:
        """A command of a command-line program is often there to make the call, and is left alone. `named`: the options name the callee."""
        model = file.model
        if model.handler_at(file.scope, Role.HTTP, Role.JOB) is None:
            is_left_alone = _stands_alone(file) if is_script(file.module.name) else model.handler_at(file.scope, Role.CLI) is not None
            if is_left_alone or (not named and _is_client(file)):
                return
        file.report(self, node, layer=model.layer.value, call=quoted(node))

    def _check_function(self, func: ast.expr, node: ast.expr, file: LintedFile) -> None:
        if not file.imports_any(_CLIENT_PACKAGES) or root_name(func) not in file.names_of(_CLIENT_PACKAGES):
            return
        if file.model.transport.http_call(func, file.scope) is not None:
            self._report(node, file)

    def _is_verb_call(self, node: ast.Call, file: LintedFile) -> bool:
        func = node.func
        if not isinstance(func, ast.Attribute) or func.attr not in _VERB_METHODS:
            return False
        if not file.imports_any(_CLIENT_PACKAGES):
            name = _last_name(func.value).lower()
            if not any(word in name for word in _CLIENT_WORDS):
                return False
        return file.model.transport.is_http_client(func.value, file.scope)

    def _is_wrapper_call(self, node: ast.Call, file: LintedFile) -> bool:
        modules = file.settings[HTTP_MODULES.name]
        if not modules:
            return False
        callee = file.model.callee(node, file.scope)
        return callee is not None and callee.module.name in modules


def _is_client(file: LintedFile) -> bool:
    """Whether the code at hand is a client of another system, or of the command line, though its module is in another layer."""
    model, module = file.model, file.module
    if model.layer is Layer.TRANSPORT and not model.handler_code.has(Role.HTTP, Role.JOB):
        named = model.placement.named_by
        if (model.handler_code.has(Role.CLI) or named in COMMAND_LINE) and not is_script(file.module.name):
            return True
        frameworks = model.evaluator.knowledge.web_packages - _CLIENT_PACKAGES
        if named in _EITHER_WAY and frameworks.isdisjoint(module.top_level_packages()):
            return True
    return is_named_client(module, file.scope.owner) or defines_api_error(module)


def _stands_alone(file: LintedFile) -> bool:
    """Whether a script imports nothing of the backend: a tool of its developers, which no client of the backend's is there for."""
    module, project = file.module, file.model.project
    if "scripts" not in module.name.split(".")[:-1]:  # a management command belongs to its application
        return False
    return not any(info.level or project.is_first_party(info.module, module.folder) for info in module.imports)


def _last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Call):
        node = node.func
    return node.id if isinstance(node, ast.Name) else getattr(node, "attr", "")
