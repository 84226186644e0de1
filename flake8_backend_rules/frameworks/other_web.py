"""Web frameworks of which only the module names are known: importing one is enough for KBR201."""

from flake8_backend_rules.frameworks.schema import Framework

FRAMEWORK = Framework(
    name="Other web frameworks",
    source="https://bottlepy.org/docs/stable/api.html",
    packages=("bottle",),
    web_modules=("bottle",),
)
