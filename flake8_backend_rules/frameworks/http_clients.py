"""Outbound HTTP: httpx, requests, aiohttp's client, urllib, urllib3, pycurl, and the OAuth sessions that are built on them."""

from flake8_backend_rules.frameworks.schema import HTTP_VERBS, Framework

_VERBS = sorted((HTTP_VERBS - {"trace"}) | {"request"})

_OAUTH_SESSIONS = (  # each descends from the session of requests or the client of httpx
    "requests_oauthlib.OAuth1Session", "requests_oauthlib.OAuth2Session",
    *(f"authlib.integrations.requests_client.OAuth{n}Session" for n in (1, 2)),
    *(f"authlib.integrations.httpx_client.{kind}OAuth{n}Client" for kind in ("", "Async") for n in (1, 2)),
)  # fmt: skip

FRAMEWORK = Framework(
    name="HTTP clients",
    source="https://www.python-httpx.org/api/, https://requests.readthedocs.io/en/latest/api/, "
    "https://docs.aiohttp.org/en/stable/client_reference.html, https://urllib3.readthedocs.io/en/stable/reference/, "
    "https://docs.python.org/3/library/urllib.request.html, http://pycurl.io/docs/latest/, "
    "https://requests-oauthlib.readthedocs.io/en/latest/api.html, https://docs.authlib.org/en/latest/client/api.html",
    packages=("httpx", "httpx2", "requests", "aiohttp", "urllib3", "pycurl", "requests_oauthlib", "authlib"),
    drivers=("httpx", "httpx2", "requests", "aiohttp", "urllib3"),
    returns={
        "requests.session": "requests.Session",
        "requests.sessions.session": "requests.Session",
        "urllib3.PoolManager": "urllib3.PoolManager",
    },
    http_clients=(
        "httpx.Client", "httpx.AsyncClient", "httpx2.Client", "httpx2.AsyncClient", "requests.Session",
        "aiohttp.ClientSession", "urllib3.PoolManager", "urllib3.ProxyManager", "urllib3.HTTPConnectionPool",
        "urllib3.HTTPSConnectionPool", "pycurl.Curl", "pycurl.CurlMulti", *_OAUTH_SESSIONS,
    ),
    http_libraries=("requests", "aiohttp", "urllib3", "urllib.request", "pycurl"),
    http_functions=(
        *(f"{package}.{verb}" for package in ("httpx", "httpx2") for verb in (*_VERBS, "stream")),
        *(f"requests.{verb}" for verb in _VERBS), *(f"requests.api.{verb}" for verb in _VERBS),
        "requests.session", "aiohttp.request", "urllib.request.urlopen", "urllib.request.urlretrieve",
        "urllib.request.build_opener", "urllib3.request",
    ),
)  # fmt: skip
