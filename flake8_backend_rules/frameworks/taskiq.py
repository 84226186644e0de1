"""taskiq."""

from flake8_backend_rules.frameworks.schema import Enqueue, Framework, ObjectDecorator, Role

_BROKERS = (
    "taskiq.AsyncBroker", "taskiq.InMemoryBroker", "taskiq.ZeroMQBroker", "taskiq.async_shared_broker",
    *(f"taskiq_redis.{name}" for name in (
        "ListQueueBroker", "PubSubBroker", "RedisStreamBroker", "ListQueueClusterBroker", "RedisStreamClusterBroker",
        "ListQueueSentinelBroker", "PubSubSentinelBroker", "RedisStreamSentinelBroker",
    )),
    "taskiq_aio_pika.AioPikaBroker", "taskiq_nats.NatsBroker", "taskiq_nats.PullBasedJetStreamBroker",
    "taskiq_nats.PushBasedJetStreamBroker", "taskiq_aio_kafka.AioKafkaBroker",
)  # fmt: skip

FRAMEWORK = Framework(
    name="taskiq",
    source="https://taskiq-python.github.io/guide/getting-started.html, https://taskiq-python.github.io/available-components/brokers.html",
    packages=("taskiq", "taskiq_redis", "taskiq_aio_pika", "taskiq_nats", "taskiq_aio_kafka"),
    object_decorators=(
        ObjectDecorator(classes=_BROKERS, methods=frozenset({"task"}), role=Role.JOB, name_endings=("broker",)),
        ObjectDecorator(classes=_BROKERS, methods=frozenset({"on_event"}), role=Role.BOUNDARY),
    ),
    dependency_markers=("taskiq.TaskiqDepends",),
    enqueues=(Enqueue(methods=frozenset({"kiq"}), classes=("taskiq.AsyncTaskiqDecoratedTask", "taskiq.kicker.AsyncKicker"), tells=True),),
)
