"""Outbound HTTP: httpx, requests, aiohttp's client, urllib, urllib3, pycurl."""

from flake8_backend_rules.frameworks.schema import HTTP_VERBS, Framework

_VERBS = sorted((HTTP_VERBS - {"trace"}) | {"request"})

FRAMEWORK = Framework(
    name="HTTP clients",
    source="https://www.python-httpx.org/api/, https://requests.readthedocs.io/en/latest/api/, "
    "https://docs.aiohttp.org/en/stable/client_reference.html, https://urllib3.readthedocs.io/en/stable/reference/, "
    "https://docs.python.org/3/library/urllib.request.html, http://pycurl.io/docs/latest/",
    packages=("httpx", "httpx2", "requests", "aiohttp", "urllib3", "pycurl"),
    drivers=("httpx", "httpx2", "requests", "aiohttp", "urllib3"),
    returns={
        "requests.session": "requests.Session",
        "requests.sessions.session": "requests.Session",
        "urllib3.PoolManager": "urllib3.PoolManager",
    },
    http_clients=(
        "httpx.Client", "httpx.AsyncClient", "httpx2.Client", "httpx2.AsyncClient", "requests.Session",
        "aiohttp.ClientSession", "urllib3.PoolManager", "urllib3.ProxyManager", "urllib3.HTTPConnectionPool",
        "urllib3.HTTPSConnectionPool", "pycurl.Curl", "pycurl.CurlMulti",
    ),
    http_libraries=("requests", "aiohttp", "urllib3", "urllib.request", "pycurl"),
    http_functions=(
        *(f"{package}.{verb}" for package in ("httpx", "httpx2") for verb in (*_VERBS, "stream")),
        *(f"requests.{verb}" for verb in _VERBS), *(f"requests.api.{verb}" for verb in _VERBS),
        "aiohttp.request", "urllib.request.urlopen", "urllib.request.urlretrieve",
        "urllib.request.build_opener", "urllib3.request",
    ),
)  # fmt: skip
