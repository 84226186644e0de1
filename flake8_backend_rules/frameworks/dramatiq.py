"""Dramatiq."""

from flake8_backend_rules.frameworks.schema import ClassHandlers, Enqueue, Framework, Role

FRAMEWORK = Framework(
    name="Dramatiq",
    source="https://dramatiq.io/reference.html",
    packages=("dramatiq",),
    drivers=("dramatiq",),
    decorators={"dramatiq.actor": Role.JOB, "dramatiq.actor.actor": Role.JOB},
    class_handlers=(ClassHandlers(bases=("dramatiq.GenericActor",), role=Role.JOB, methods=frozenset({"perform"})),),
    enqueues=(
        Enqueue(methods=frozenset({"send"}), classes=("dramatiq.Actor",)),
        Enqueue(methods=frozenset({"send_with_options"}), classes=("dramatiq.Actor",), tells=True, packed=((-1, "args"), (-1, "kwargs"))),
        Enqueue(methods=frozenset({"enqueue"}), classes=("dramatiq.Broker",), name_endings=("broker",)),
    ),
)
