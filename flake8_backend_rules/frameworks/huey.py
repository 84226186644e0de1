"""Huey."""

from flake8_backend_rules.frameworks.schema import Enqueue, Framework, ObjectDecorator, Role

_INSTANCES = tuple(
    f"huey.{name}"
    for name in (
        "Huey", "RedisHuey", "RedisExpireHuey", "PriorityRedisHuey", "PriorityRedisExpireHuey", "SqliteHuey", "FileHuey",
        "MemoryHuey", "BlackHoleHuey",
        "contrib.djhuey.HUEY",  # the one that Django's settings describe
    )
)  # fmt: skip

FRAMEWORK = Framework(
    name="Huey",
    source="https://huey.readthedocs.io/en/latest/api.html, https://huey.readthedocs.io/en/latest/django.html",
    packages=("huey",),
    decorators={f"huey.contrib.djhuey.{name}": Role.JOB for name in ("task", "periodic_task", "db_task", "db_periodic_task")},
    object_decorators=(
        ObjectDecorator(
            classes=(*_INSTANCES, "huey.contrib.mini.MiniHuey"),
            methods=frozenset({"task", "periodic_task"}),
            role=Role.JOB,
            name_endings=("huey",),
        ),
        ObjectDecorator(
            classes=_INSTANCES,
            methods=frozenset({"on_startup", "on_shutdown", "pre_execute", "post_execute", "signal"}),
            role=Role.BOUNDARY,
        ),
    ),
    enqueues=(
        Enqueue(methods=frozenset({"schedule"}), classes=("huey.api.TaskWrapper",), packed=((0, "args"), (1, "kwargs"))),
        Enqueue(methods=frozenset({"enqueue"}), classes=_INSTANCES, name_endings=("huey",)),
    ),
    signature_methods=frozenset({"s"}),
)
