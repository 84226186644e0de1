"""Dramatiq."""

from flake8_backend_rules.frameworks.schema import ClassHandlers, Framework, ObjectDecorator, Role

FRAMEWORK = Framework(
    name="Dramatiq",
    source="https://dramatiq.io/reference.html",
    packages=("dramatiq",),
    decorators={"dramatiq.actor": Role.JOB, "dramatiq.actor.actor": Role.JOB},
    object_decorators=(
        ObjectDecorator(classes=("dramatiq.Broker",), methods=frozenset({"actor"}), role=Role.JOB, name_endings=("broker",)),
    ),
    class_handlers=(ClassHandlers(bases=("dramatiq.GenericActor",), role=Role.JOB, methods=frozenset({"perform"})),),
)
