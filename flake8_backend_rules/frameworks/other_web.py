"""Web frameworks of which only the module names are known: importing one is enough for KBR201."""

from flake8_backend_rules.frameworks.schema import Framework

FRAMEWORK = Framework(
    name="Other web frameworks",
    source="the import names in each project's own documentation",
    packages=("quart", "sanic", "litestar", "falcon", "pyramid", "bottle", "ninja", "strawberry", "graphene", "tornado"),
    web_modules=(
        "quart", "sanic", "litestar", "aiohttp.web", "tornado.web", "falcon", "pyramid", "bottle", "ninja", "strawberry",
        "graphene",
    ),
)  # fmt: skip
