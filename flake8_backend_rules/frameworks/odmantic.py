"""ODMantic."""

from flake8_backend_rules.frameworks.schema import Framework

_ENGINES = ("odmantic.AIOEngine", "odmantic.SyncEngine")
_SESSIONS = tuple(f"odmantic.session.{name}" for name in ("AIOSession", "AIOTransaction", "SyncSession", "SyncTransaction"))

FRAMEWORK = Framework(
    name="ODMantic",
    source="https://art049.github.io/odmantic/api_reference/engine/, https://art049.github.io/odmantic/api_reference/session/",
    packages=("odmantic",),
    returns={
        "odmantic.AIOEngine.session": "odmantic.session.AIOSession",
        "odmantic.AIOEngine.transaction": "odmantic.session.AIOTransaction",
        "odmantic.SyncEngine.session": "odmantic.session.SyncSession",
        "odmantic.SyncEngine.transaction": "odmantic.session.SyncTransaction",
    },
    sessions=_SESSIONS,
    transactions=tuple(f"{engine}.{method}" for engine in _ENGINES for method in ("session", "transaction")),
    orm_bases=("odmantic.Model",),
    reads=tuple(f"{owner}.{method}" for owner in (*_ENGINES, *_SESSIONS) for method in ("find", "find_one")),
    writes=tuple(f"{owner}.{method}" for owner in (*_ENGINES, *_SESSIONS) for method in ("save", "save_all", "delete", "remove")),
)
