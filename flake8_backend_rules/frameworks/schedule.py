"""The `schedule` package."""

from flake8_backend_rules.frameworks.schema import Framework, Registration, Role

_JOB = "schedule.Job"
_UNITS = (
    "second", "seconds", "minute", "minutes", "hour", "hours", "day", "days", "week", "weeks",
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
)  # fmt: skip

FRAMEWORK = Framework(
    name="schedule",
    source="https://schedule.readthedocs.io/en/stable/reference.html",
    packages=(),
    decorators={"schedule.repeat": Role.JOB},
    registrations=(
        Registration(Role.JOB, 0, "job_func", classes=(_JOB,), methods=frozenset({"do"}), packages=("schedule",),
                     name_endings=(*_UNITS, "job")),
    ),
    returns={
        "schedule.every": _JOB,
        "schedule.Scheduler.every": _JOB,
        **{f"{_JOB}.{method}": _JOB for method in ("at", "to", "until", "tag")},
    },
    attributes={f"{_JOB}.{unit}": _JOB for unit in _UNITS},
)
