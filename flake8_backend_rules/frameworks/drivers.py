"""Databases, brokers, caches and clouds of which only the module names are known: importing one is enough for KBR205."""

from flake8_backend_rules.frameworks.schema import Framework

FRAMEWORK = Framework(
    name="Other drivers",
    source="the import names in each project's own documentation",
    packages=(),
    drivers=("pymongo", "motor", "redis", "kafka", "aiokafka", "aio_pika", "boto3", "aioboto3"),
)
