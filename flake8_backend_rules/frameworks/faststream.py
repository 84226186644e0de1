"""FastStream."""

from flake8_backend_rules.frameworks.schema import Framework, ObjectDecorator, Role

_BROKERS = tuple(
    f"faststream.{module}.{name}{kind}"
    for module, name in (("kafka", "Kafka"), ("confluent", "Kafka"), ("rabbit", "Rabbit"), ("nats", "Nats"), ("redis", "Redis"))
    for kind in ("Broker", "Router")
)
_FASTAPI_ROUTERS = tuple(f"faststream.{module}.fastapi.{name}Router" for module, name in (
    ("kafka", "Kafka"), ("confluent", "Kafka"), ("rabbit", "Rabbit"), ("nats", "Nats"), ("redis", "Redis"),
))  # fmt: skip

FRAMEWORK = Framework(
    name="FastStream",
    source="https://faststream.ag2.ai/latest/getting-started/subscription/, "
    "https://faststream.ag2.ai/latest/getting-started/lifespan/hooks/",
    packages=("faststream", "fast_depends"),
    object_decorators=(
        ObjectDecorator(
            classes=(*_BROKERS, *_FASTAPI_ROUTERS), methods=frozenset({"subscriber"}), role=Role.JOB, name_endings=("broker", "router")
        ),
        ObjectDecorator(
            classes=("faststream.FastStream", "faststream.asgi.AsgiFastStream"),
            methods=frozenset({"on_startup", "after_startup", "on_shutdown", "after_shutdown"}),
            role=Role.BOUNDARY,
        ),
    ),
    dependency_markers=("faststream.Depends", "fast_depends.Depends"),
)
