"""APScheduler, and Flask-APScheduler."""

from flake8_backend_rules.frameworks.schema import Enqueue, Framework, ObjectDecorator, Registration, Role

_COMING = ("apscheduler.Scheduler", "apscheduler.AsyncScheduler")
_SCHEDULERS = tuple(
    f"apscheduler.schedulers.{name}"
    for name in (
        "base.BaseScheduler", "background.BackgroundScheduler", "blocking.BlockingScheduler", "asyncio.AsyncIOScheduler",
        "gevent.GeventScheduler", "tornado.TornadoScheduler", "twisted.TwistedScheduler", "qt.QtScheduler",
    )
)  # fmt: skip

FRAMEWORK = Framework(
    name="APScheduler",
    source="https://apscheduler.readthedocs.io/en/3.x/modules/schedulers/base.html, https://apscheduler.readthedocs.io/en/master/api.html, "
    "https://viniciuschiele.github.io/flask-apscheduler/",
    packages=("apscheduler", "flask_apscheduler"),
    unseen=frozenset({*_COMING, *(f"{name}.add_schedule" for name in _COMING)}),
    object_decorators=(
        ObjectDecorator(classes=_SCHEDULERS, methods=frozenset({"scheduled_job"}), role=Role.JOB, name_endings=("scheduler",)),
        ObjectDecorator(classes=("flask_apscheduler.APScheduler",), methods=frozenset({"task"}), role=Role.JOB),
    ),
    registrations=(
        Registration(Role.JOB, 0, "func", classes=_SCHEDULERS, methods=frozenset({"add_job"}), name_endings=("scheduler", "sched")),
        Registration(
            Role.JOB, 0, "func_or_task_id", classes=_COMING, methods=frozenset({"add_schedule"}), name_endings=("scheduler",)
        ),
        Registration(Role.JOB, 1, "func", classes=("flask_apscheduler.APScheduler",), methods=frozenset({"add_job"}),
                     name_endings=("scheduler",)),
    ),
    enqueues=(
        Enqueue(methods=frozenset({"add_job"}), classes=_SCHEDULERS, name_endings=("scheduler",), packed=((2, "args"), (3, "kwargs"))),
    ),
)  # fmt: skip
