"""Celery."""

from flake8_backend_rules.frameworks.schema import ClassHandlers, Enqueue, Framework, ObjectDecorator, Role

_TASKS = ("celery.Task", "celery.Signature", "celery.chain", "celery.group", "celery.chord")

FRAMEWORK = Framework(
    name="Celery",
    source="https://docs.celeryq.dev/en/stable/userguide/tasks.html, https://docs.celeryq.dev/en/stable/userguide/canvas.html",
    packages=("celery",),
    unseen=frozenset({"celery.task.task"}),
    drivers=("celery",),
    decorators=dict.fromkeys(("celery.shared_task", "celery.app.shared_task", "celery.task.task", "celery.current_app.task"), Role.JOB),
    object_decorators=(
        ObjectDecorator(
            classes=("celery.Celery", "celery.app.base.Celery"),
            methods=frozenset({"task"}),
            role=Role.JOB,
            name_endings=("celery", "app", "celery_app", "worker"),
        ),
    ),
    class_handlers=(ClassHandlers(bases=("celery.Task", "celery.app.task.Task"), role=Role.JOB, methods=frozenset({"run"})),),
    enqueues=(
        Enqueue(methods=frozenset({"delay"}), classes=_TASKS, tells=True),
        Enqueue(methods=frozenset({"apply_async"}), classes=_TASKS, tells=True, packed=((0, "args"), (1, "kwargs"))),
        Enqueue(
            methods=frozenset({"send_task"}),
            classes=("celery.Celery",),
            name_endings=("celery", "app"),
            packed=((1, "args"), (2, "kwargs")),
        ),
    ),
    signature_methods=frozenset({"s", "si", "signature", "subtask"}),
)
