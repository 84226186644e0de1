import ast
import re

from flake8_backend_rules.frameworks import knowledge
from flake8_backend_rules.rule import Bad, Good, Rule
from flake8_backend_rules.walk import LintedFile

_LIBRARIES = knowledge().http_libraries
# Parts of these libraries that call nobody: aiohttp's server side and names of headers, urllib.request's path and proxy helpers.
_SERVER = frozenset({
    "web", "web_app", "web_request", "web_response", "web_exceptions", "web_middlewares", "test_utils", "pytest_plugin", "hdrs",
})  # fmt: skip
_HELPERS = frozenset({"pathname2url", "url2pathname", "parse_http_list", "parse_keqv_list", "getproxies", "proxy_bypass"})
_AIOHTTP_USE = re.compile(r"\baiohttp\.(\w+)")


class HttpClientNotHttpx(Rule):
    """An HTTP client library other than httpx is imported.

    ## What it flags
    An import of requests, aiohttp's client, urllib3, urllib.request or pycurl, in any layer. Opt-in.

    ## Why it is bad
    Each client has time-outs, retries, pools and exceptions of its own. With one library in sync and async code, one wrapper carries
    them all.

    ## How it decides
    By the imported module's name. aiohttp's server side (`aiohttp.web`) is not meant, nor are the helpers of urllib.request that
    call nobody.

    ## When to suppress it
    Where a vendor's SDK wants a `requests.Session`.

    ## Known limits
    What a third-party package uses inside is not seen.
    """

    code = "KBR702"
    name = "http-client-not-httpx"
    default = False
    message = "import of the HTTP client '{library}'; use httpx behind a client in infrastructure"
    words = ("requests", "aiohttp", "urllib", "pycurl")
    bad = (
        Bad(
            files="""
            import aiohttp  # ! 1
            import os, requests.adapters  # ! 1
            from urllib import request  # ! 1
            from urllib.request import Request, urlopen  # ! 1
            from aiohttp import ClientSession, web  # ! 1

            def session():
                import urllib3  # ! 5
                return aiohttp.ClientSession()
            """,
            path="app/clients/rates.py",
            messages=(
                "import of the HTTP client 'aiohttp'; use httpx behind a client in infrastructure",
                "import of the HTTP client 'requests'; use httpx behind a client in infrastructure",
                "import of the HTTP client 'urllib.request'; use httpx behind a client in infrastructure",
                "import of the HTTP client 'urllib.request'; use httpx behind a client in infrastructure",
                "import of the HTTP client 'aiohttp'; use httpx behind a client in infrastructure",
                "import of the HTTP client 'urllib3'; use httpx behind a client in infrastructure",
            ),
        ),
    )
    good = (
        Good(
            files="""
            import aiohttp
            import aiohttp.web
            import httpx
            import requests_mock
            from aiohttp import web
            from aiohttp.hdrs import AUTHORIZATION
            from aiohttp.web import Application
            from urllib.parse import quote
            from urllib.request import pathname2url
            from .requests import load

            app = aiohttp.web.Application()
            """,
            path="app/clients/rates.py",
        ),
    )

    def visit_Import(self, node: ast.Import, file: LintedFile) -> None:
        for alias in node.names:
            library = _library(alias.name)
            if library == "aiohttp" and (_is_server(alias.name) or (alias.asname is None and _serves_only(file.model.text))):
                continue
            if library:
                file.report(self, node, library=library)
                return

    def visit_ImportFrom(self, node: ast.ImportFrom, file: LintedFile) -> None:
        if node.level or not node.module:
            return
        names = {alias.name for alias in node.names}
        library = _library(node.module) or next((found for name in sorted(names) if (found := _library(f"{node.module}.{name}"))), "")
        if library == "aiohttp" and (_is_server(node.module) or names <= _SERVER):
            return
        if library and not (library == "urllib.request" and names <= _HELPERS):
            file.report(self, node, library=library)


def _library(module: str) -> str:
    """The HTTP library that a dotted module name belongs to; "" if it is none."""
    return next((known for known in _LIBRARIES if module == known or module.startswith(f"{known}.")), "")


def _is_server(module: str) -> bool:
    return module.split(".")[1:2] != [] and module.split(".")[1] in _SERVER


def _serves_only(text: str) -> bool:
    """Whether all that a file uses of aiohttp is its server side."""
    used = set(_AIOHTTP_USE.findall(text))
    return bool(used) and used <= _SERVER
