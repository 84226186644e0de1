"""sqlite3 and aiosqlite."""

from flake8_backend_rules.frameworks.schema import Framework

_MODULES = ("sqlite3", "aiosqlite")

FRAMEWORK = Framework(
    name="sqlite3 and aiosqlite",
    source="https://docs.python.org/3/library/sqlite3.html, https://aiosqlite.omnilib.dev/en/stable/api.html",
    packages=_MODULES,
    returns={
        **{f"{module}.connect": f"{module}.Connection" for module in _MODULES},
        **{f"{module}.Connection.{method}": f"{module}.Cursor" for module in _MODULES for method in ("cursor", "execute")},
    },
    sessions=tuple(f"{module}.{name}" for module in _MODULES for name in ("Connection", "Cursor")),
)
