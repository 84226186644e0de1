"""Procrastinate."""

from flake8_backend_rules.frameworks.schema import Enqueue, Framework, ObjectDecorator, Role

_DEFERRERS = ("procrastinate.tasks.Task", "procrastinate.jobs.JobDeferrer")

FRAMEWORK = Framework(
    name="Procrastinate",
    source="https://procrastinate.readthedocs.io/en/stable/reference.html, "
    "https://procrastinate.readthedocs.io/en/stable/howto/django/basic_usage.html",
    packages=("procrastinate",),
    object_decorators=(
        ObjectDecorator(
            classes=("procrastinate.App", "procrastinate.Blueprint", "procrastinate.contrib.django.app"),
            methods=frozenset({"task", "periodic"}),
            role=Role.JOB,
        ),
    ),
    enqueues=(
        Enqueue(methods=frozenset({"defer_async", "batch_defer_async"}), classes=_DEFERRERS, tells=True, joins_transaction=True),
        Enqueue(methods=frozenset({"defer", "batch_defer"}), classes=_DEFERRERS, joins_transaction=True),
    ),
)
