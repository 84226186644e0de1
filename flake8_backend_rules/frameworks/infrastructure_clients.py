"""Clients of caches, brokers, clouds, search engines, document stores and mail servers."""

from flake8_backend_rules.frameworks.schema import Framework

_REDIS = tuple(
    f"{module}.{name}"
    for module in ("redis", "redis.asyncio", "aioredis")
    for name in ("Redis", "StrictRedis", "RedisCluster", "Sentinel", "ConnectionPool", "BlockingConnectionPool", "from_url")
)
_AWS_CLIENTS = frozenset({"client", "resource"})

FRAMEWORK = Framework(
    name="Infrastructure clients",
    source="https://redis.readthedocs.io/en/stable/, https://kafka-python.readthedocs.io/en/master/apidoc/modules.html, "
    "https://aiokafka.readthedocs.io/en/stable/api.html, https://pika.readthedocs.io/en/stable/, https://docs.aio-pika.com/apidoc.html, "
    "https://boto3.amazonaws.com/v1/documentation/api/latest/reference/core/boto3.html, https://aioboto3.readthedocs.io/en/latest/, "
    "https://elasticsearch-py.readthedocs.io/en/stable/, https://opensearch-project.github.io/opensearch-py/, "
    "https://pymongo.readthedocs.io/en/stable/api/, https://motor.readthedocs.io/en/stable/, "
    "https://docs.python.org/3/library/smtplib.html",
    packages=(),
    unseen=frozenset({"kafka.KafkaClient"}),
    infrastructure_clients=(
        *_REDIS, "aioredis.create_redis", "aioredis.create_redis_pool",
        "kafka.KafkaProducer", "kafka.KafkaConsumer", "kafka.KafkaAdminClient", "kafka.KafkaClient",
        "aiokafka.AIOKafkaProducer", "aiokafka.AIOKafkaConsumer", "aiokafka.admin.AIOKafkaAdminClient",
        "aio_pika.connect", "aio_pika.connect_robust", "pika.BlockingConnection", "pika.SelectConnection",
        "boto3.client", "boto3.resource", "boto3.Session", "aioboto3.Session", "aioboto3.client", "aioboto3.resource",
        "elasticsearch.Elasticsearch", "elasticsearch.AsyncElasticsearch",
        "opensearchpy.OpenSearch", "opensearchpy.AsyncOpenSearch",
        "pymongo.MongoClient", "pymongo.AsyncMongoClient", "motor.motor_asyncio.AsyncIOMotorClient",
        "motor.motor_tornado.MotorClient",
        "smtplib.SMTP", "smtplib.SMTP_SSL", "smtplib.LMTP",
    ),
    client_sessions={"boto3.Session": _AWS_CLIENTS, "aioboto3.Session": _AWS_CLIENTS},
)  # fmt: skip
