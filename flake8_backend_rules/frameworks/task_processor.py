"""Flagsmith's task processor."""

from flake8_backend_rules.frameworks.schema import Enqueue, Framework

FRAMEWORK = Framework(
    name="Flagsmith task processor",
    source="https://github.com/Flagsmith/flagsmith-common/tree/main/src/task_processor",
    packages=("task_processor",),
    enqueues=(Enqueue(methods=frozenset({"delay"}), classes=("task_processor.TaskHandler",), joins_transaction=True),),
)
