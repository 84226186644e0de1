"""RQ (Redis Queue)."""

from flake8_backend_rules.frameworks.schema import Enqueue, Framework, ObjectDecorator, Role

_QUEUE_METHODS = frozenset({"enqueue", "enqueue_in", "enqueue_at", "enqueue_call", "enqueue_job", "enqueue_many"})

FRAMEWORK = Framework(
    name="RQ",
    source="https://python-rq.org/docs/, https://github.com/rq/django-rq, https://flask-rq2.readthedocs.io/en/latest/",
    packages=("rq", "django_rq", "flask_rq2"),
    drivers=("rq",),
    decorators={"rq.decorators.job": Role.JOB, "django_rq.job": Role.JOB, "django_rq.decorators.job": Role.JOB},
    object_decorators=(ObjectDecorator(classes=("flask_rq2.RQ",), methods=frozenset({"job"}), role=Role.JOB, name_endings=("rq",)),),
    enqueues=(
        Enqueue(
            methods=_QUEUE_METHODS,
            classes=("rq.Queue", "rq_scheduler.Scheduler"),
            name_endings=("queue", "_q", "rq"),
            options=frozenset({"connection", "pipeline", "depends_on", "on_success", "on_failure", "retry"}),
        ),
    ),
    enqueue_functions=("django_rq.enqueue", "django_rq.queues.enqueue"),
)
