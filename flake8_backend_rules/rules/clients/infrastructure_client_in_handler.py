import ast

from flake8_backend_rules.frameworks import knowledge
from flake8_backend_rules.frameworks.schema import NameSet, Role
from flake8_backend_rules.project.surfaces import ClassInfo
from flake8_backend_rules.rule import Bad, Good, Option, Rule, parse_dotted_name
from flake8_backend_rules.semantics.kinds import Kind
from flake8_backend_rules.semantics.paths import last_name
from flake8_backend_rules.walk import LintedFile
from flake8_backend_rules.wording import quoted

CLIENTS = Option(
    name="backend-clients",
    default=(),
    help="More classes or functions, bare or dotted names, whose call makes an infrastructure client (KBR703).",
    parse=parse_dotted_name,
)
_KNOWN = knowledge().infrastructure_clients
_PACKAGES = frozenset(name.partition(".")[0] for name in _KNOWN)
_CALLED = frozenset(name.rpartition(".")[2] for name in _KNOWN).union(*knowledge().client_sessions.values())


class InfrastructureClientInHandler(Rule):
    """Handler code constructs an infrastructure client.

    ## What it flags
    In the code of route and job handlers: constructing a client of Redis, Kafka, RabbitMQ (pika, aio_pika), AWS (boto3, aioboto3),
    Elasticsearch, OpenSearch, MongoDB (pymongo, motor) or smtplib, by its constructor or a `from_...` classmethod, and
    whatever `backend-clients` names.

    ## Why it is bad
    A connection is opened per request, its settings stand in a route, no test can replace it, and nobody sees from outside what the
    handler depends on.

    ## How it decides
    By the qualified name of what is called, or of what a class of the same module descends from. Auth, lock and helper objects of
    these libraries are not clients.

    ## When to suppress it
    In a handler that checks connection settings which its caller gave.

    ## Known limits
    Clients that a helper of another module constructs are that module's.
    """

    code = "KBR703"
    name = "infrastructure-client-in-handler"
    message = "{where} constructs an infrastructure client via '{call}'; have it injected, or call core that owns it"
    roles = (Role.HTTP, Role.JOB)
    options = (CLIENTS,)
    bad = (
        Bad(
            files="""
            import boto3
            import redis.asyncio as redis
            from fastapi import APIRouter
            from smtplib import SMTP

            router = APIRouter()

            @router.post("/orders")
            async def create_order(order: int) -> None:
                cache = redis.Redis.from_url("redis://")  # ! 13
                bucket = boto3.client("s3")  # ! 14
                await notify(cache, bucket)

            async def notify(cache, bucket) -> None:
                with SMTP("localhost") as mail, LoudSmtp("localhost"):  # ! 10 ! 37
                    mail.noop()

            class LoudSmtp(SMTP): ...
            """,
            messages=(
                "route handler 'create_order' constructs an infrastructure client via 'redis.Redis.from_url()'; "
                "have it injected, or call core that owns it",
                "route handler 'create_order' constructs an infrastructure client via 'boto3.client()'; "
                "have it injected, or call core that owns it",
                "'notify', called by route handler 'create_order', constructs an infrastructure client via 'SMTP()'; "
                "have it injected, or call core that owns it",
                "'notify', called by route handler 'create_order', constructs an infrastructure client via 'LoudSmtp()'; "
                "have it injected, or call core that owns it",
            ),
        ),
        Bad(
            files="""
            from celery import shared_task
            from stripe import StripeClient

            @shared_task
            def pay(order: int) -> None:
                StripeClient("key").pay(order)  # ! 5
            """,
            path="app/tasks.py",
            options={"backend-clients": "stripe.StripeClient"},
            messages=(
                "job handler 'pay' constructs an infrastructure client via 'StripeClient()'; have it injected, or call core that owns it",
            ),
        ),
    )
    good = (
        Good(
            files="""
            import redis
            from fastapi import APIRouter, Depends
            from redis.asyncio.lock import Lock

            router = APIRouter()
            shared = redis.Redis()

            def get_cache():
                return redis.Redis()

            @router.post("/orders")
            async def create_order(order: int, cache: redis.Redis = Depends(get_cache)) -> None:
                async with Lock(cache, "orders"):
                    cache.pipeline().client()
            """
        ),
    )

    def applies(self, file: LintedFile) -> bool:
        mentioned = file.mentions(_PACKAGES) or file.mentions(tuple(name.rpartition(".")[2] for name in file.settings[CLIENTS.name]))
        return mentioned and super().applies(file)

    def calls_in(self, file: LintedFile) -> frozenset[str]:
        words, more = file.model.words, file.settings[CLIENTS.name]
        own = (w for w in words if w.startswith("from_") or (more and any(known.endswith(w) for known in more)))
        heirs = (cls.name for cls in file.module.all_classes() if any(last_name(base) in _CALLED for base in cls.bases))
        return (words & _CALLED).union(own, heirs)

    def visit_Call(self, node: ast.Call, file: LintedFile) -> None:
        func, more = node.func, file.settings[CLIENTS.name]
        name = func.id if isinstance(func, ast.Name) else getattr(func, "attr", "")
        handler = file.model.handler_at(file.scope, Role.HTTP, Role.JOB)
        if handler is not None and self._makes_client(func, name, more, file):
            file.report(self, node, where=handler.description, call=quoted(node))

    def _makes_client(self, func: ast.expr, name: str, more: tuple[str, ...], file: LintedFile) -> bool:
        value = file.model.value(func, file.scope)
        if value is None:
            return False
        if value.kind is Kind.MEMBER:  # boto3.Session().client(...)
            return any(value.name in {f"{owner}.{m}" for m in methods} for owner, methods in knowledge().client_sessions.items())
        if isinstance(value.definition, ClassInfo) and value.definition.module.path == file.module.path:
            return any(n in _KNOWN for n in file.model.evaluator.ancestry(value.definition).externals)
        names = {value.name, value.name.rpartition(".")[0]} if name.startswith("from_") else {value.name}
        return value.kind is Kind.OBJECT and any(n in _KNOWN or n in NameSet(more) or n.rpartition(".")[2] in more for n in names)
