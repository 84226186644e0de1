"""RQ (Redis Queue)."""

from flake8_backend_rules.frameworks.schema import Framework, Role

FRAMEWORK = Framework(
    name="RQ",
    source="https://python-rq.org/docs/, https://github.com/rq/django-rq",
    packages=("rq", "django_rq"),
    decorators={"rq.decorators.job": Role.JOB, "django_rq.job": Role.JOB, "django_rq.decorators.job": Role.JOB},
)
