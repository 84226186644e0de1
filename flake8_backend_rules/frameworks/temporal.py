"""Temporal: activities are handlers, workflows orchestrate them."""

from flake8_backend_rules.frameworks.schema import Enqueue, Framework, Role

_CLIENT = ("temporalio.client.Client",)
_CLIENT_NAMES = ("temporal_client", "temporal")

FRAMEWORK = Framework(
    name="Temporal",
    source="https://python.temporal.io/temporalio.activity.html, https://python.temporal.io/temporalio.client.Client.html",
    packages=("temporalio",),
    decorators={"temporalio.activity.defn": Role.JOB},
    enqueues=(
        Enqueue(methods=frozenset({"start_workflow"}), classes=_CLIENT, name_endings=_CLIENT_NAMES, first=1),
        Enqueue(methods=frozenset({"execute_workflow"}), classes=_CLIENT, name_endings=_CLIENT_NAMES, first=1, waits=True),
    ),
)
