"""msgspec."""

from flake8_backend_rules.frameworks.schema import Framework

FRAMEWORK = Framework(
    name="msgspec",
    source="https://jcristharif.com/msgspec/structs.html",
    packages=("msgspec",),
    dto_bases=("msgspec.Struct",),
)
