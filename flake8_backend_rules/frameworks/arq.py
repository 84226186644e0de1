"""arq."""

from flake8_backend_rules.frameworks.schema import Enqueue, Framework, HandlerLists, Role

FRAMEWORK = Framework(
    name="arq",
    source="https://arq-docs.helpmanual.io/",
    packages=("arq",),
    handler_lists=(
        HandlerLists(
            package="arq", role=Role.JOB, names=frozenset({"functions", "cron_jobs"}), keywords=("coroutine",),
            marker="WorkerSettings", parameter="ctx",
        ),
    ),
    enqueues=(
        Enqueue(
            methods=frozenset({"enqueue_job"}), classes=("arq.connections.ArqRedis",), name_endings=("queue", "arq", "redis", "pool"),
            options=frozenset({"_job_id", "_queue_name", "_defer_until", "_defer_by", "_expires", "_job_try"}),
        ),
    ),
)  # fmt: skip
