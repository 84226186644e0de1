"""SAQ."""

from flake8_backend_rules.frameworks.schema import Enqueue, Framework, HandlerLists, Role

FRAMEWORK = Framework(
    name="SAQ",
    source="https://saq-py.readthedocs.io/en/latest/getting_started.html",
    packages=("saq",),
    handler_lists=(
        HandlerLists(
            package="saq", role=Role.JOB, names=frozenset({"functions", "cron_jobs"}), keywords=("function",),
            marker="saq", parameter="ctx",
        ),
    ),
    enqueues=(Enqueue(methods=frozenset({"enqueue"}), classes=("saq.Queue",), name_endings=("queue",)),),
)  # fmt: skip
