"""Celery."""

from flake8_backend_rules.frameworks.schema import ClassHandlers, Framework, ObjectDecorator, Role

FRAMEWORK = Framework(
    name="Celery",
    source="https://docs.celeryq.dev/en/stable/userguide/tasks.html",
    packages=("celery",),
    decorators={"celery.shared_task": Role.JOB, "celery.app.shared_task": Role.JOB, "celery.task.task": Role.JOB},
    object_decorators=(
        ObjectDecorator(
            classes=("celery.Celery", "celery.app.base.Celery"),
            methods=frozenset({"task"}),
            role=Role.JOB,
            name_endings=("celery", "app", "celery_app", "worker"),
        ),
    ),
    class_handlers=(ClassHandlers(bases=("celery.Task", "celery.app.task.Task"), role=Role.JOB, methods=frozenset({"run"})),),
)
