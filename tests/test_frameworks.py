"""Each framework by its own idiom: what is found in a handler, a job, a query or a driver's call, beside a near variant that is silent.

A marker names the column and, where it is not `db_session.commit()`, what is called, after the function: `# ! 5 create|order.save()`.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from flake8_backend_rules.catalogue import all_rules
from tests.harness import as_files, lint, places

RULES = {rule.code: rule for rule in all_rules()}
MESSAGES = {
    "KBR203": "route handler '{}' passes the framework object {} to 'place' of the application layer; convert it to typed input first",
    "KBR301": "route handler '{}' commits its own transaction via '{}'; move it into the use-case that the route calls",
    "KBR302": "route handler '{}' opens its own transaction or session via '{}'; let the use-case that the route calls own it",
    "KBR303": "route handler '{}' writes to the database itself via '{}'; move the write into the use-case that the route calls",
    "KBR304": "route handler '{}' queries the database itself via '{}'; move the query into a use-case or query function",
    "KBR405": "job handler '{}' bypasses the core via '{}'; call the use-case that the routes use",
}
MARK = re.compile(r"# ! (\d+) (.+)$", re.MULTILINE)
Files = str | dict[str, str]


def check(root: Path, code: str, source: Files, path: str = "app/orders.py") -> None:
    """The findings of one rule are those that the markers name, with their whole messages."""
    files = as_files(source, path)
    expected, texts = [], []
    for name, text in files.items():
        for mark in MARK.finditer(text):
            function, _, rest = mark[2].partition("|")
            expected.append((name, text.count("\n", 0, mark.start()) + 1, int(mark[1])))
            texts.append(f"{code} {MESSAGES[code].format(function, rest or 'db_session.commit()')}")
    found = lint(root, files, [RULES[code]], path=path)
    assert expected
    assert places(found) == expected
    assert [f.text for findings in found.values() for f in findings] == texts


# `db_session` is defined nowhere: its name tells what it is.
WEB: dict[str, Files] = {
    "quart": """
        from quart import Blueprint, Quart, views
        app = Quart(__name__)
        shop = Blueprint("shop", __name__)
        @app.post("/orders")
        async def create(): await db_session.commit()  # ! 27 create
        @shop.websocket("/ws")
        async def listen(): await db_session.commit()  # ! 27 listen
        class Orders(views.MethodView):
            async def put(self): await db_session.commit()  # ! 32 put
            async def store(self): await db_session.commit()
        @app.before_serving
        async def warm_up(): await db_session.commit()
        async def registered(): await db_session.commit()  # ! 31 registered
        app.add_url_rule("/x", "x", registered)
        """,
    "sanic": """
        from sanic import Blueprint, Sanic
        from sanic.views import HTTPMethodView
        app = Sanic("shop")
        bp = Blueprint("orders")
        @bp.post("/orders")
        async def create(request): await db_session.commit()  # ! 34 create
        @app.listener("before_server_start")
        async def start(app): await db_session.commit()
        class Orders(HTTPMethodView):
            async def get(self, request): await db_session.commit()  # ! 41 get
            async def other(self, request): await db_session.commit()
        async def added(request): await db_session.commit()  # ! 33 added
        async def unknown(request): await db_session.commit()
        app.add_route(added, "/added")
        """,
    "litestar": """
        from litestar import Controller, Litestar, get, post
        from litestar.di import Provide
        @post("/orders")
        async def create(data: dict) -> None: await db_session.commit()  # ! 45 create
        class Orders(Controller):
            @get("/{pk:int}")
            async def detail(self, pk: int) -> None: await db_session.commit()  # ! 52 detail
            async def helper(self) -> None: await db_session.commit()
        async def provide_session() -> None: await db_session.commit()
        app = Litestar([create, Orders], dependencies={"session": Provide(provide_session)})
        """,
    "aiohttp": """
        from aiohttp import ClientSession, web
        routes = web.RouteTableDef()
        @routes.post("/orders")
        async def create(request): await db_session.commit()  # ! 34 create
        @routes.view("/x")
        class Orders(web.View):
            async def get(self): await db_session.commit()  # ! 32 get
            async def check(self): await db_session.commit()
        @web.middleware
        async def commits(request, handler): await db_session.commit()
        class Api:
            def setup(self, app: web.Application):
                app.router.add_get("/a", self.added)
                app.router.add_route("GET", "/b", routed)
                app.add_routes([web.put("/c", listed)])
            async def added(self, request): await db_session.commit()  # ! 43 added
        async def routed(request): await db_session.commit()  # ! 34 routed
        async def listed(request): await db_session.commit()  # ! 34 listed
        async def fetched(session: ClientSession): await session.get("/d", headers=fetched); db_session.commit()
        """,
    "pyramid": {
        "app/config.py": """
            import venusian
            def add_api_view(config, view, **settings): config.add_view(view=view, **settings)
            def api_config(**settings):
                def wrapper(wrapped):
                    def callback(context, name, ob): add_api_view(context.config, view=ob, **settings)
                    venusian.attach(wrapped, callback)
                    return wrapped
                return wrapper
            def traced(wrapped): return wrapped
            """,
        "app/orders.py": """
            from pyramid.view import notfound_view_config, view_config
            from app.config import api_config, traced
            @view_config(route_name="orders", renderer="json")
            def create(request): db_session.commit()  # ! 22 create
            class Orders:
                def __init__(self, request): self.request = request
                @view_config(request_method="POST")
                def post(self): self.request.dbsession.commit()  # ! 21 post|self.request.dbsession.commit()
                @traced
                def helper(self): self.request.dbsession.commit()
            @api_config(route_name="api")
            def index(context, request): request.db_session.commit()  # ! 30 index|request.db_session.commit()
            @notfound_view_config()
            def missing(request): db_session.commit()
            def registered(request): db_session.commit()  # ! 26 registered
            def includeme(config): config.add_view(registered, route_name="x"); config.add_subscriber(on_request)
            def on_request(event): db_session.commit()
            """,
    },
    "cornice": """
        from cornice import Service
        from cornice.resource import resource, view
        orders = Service(name="orders", path="/orders")
        @orders.get(renderer="json")
        def index(request): request.db_session.commit()  # ! 21 index|request.db_session.commit()
        def validate(request): db_session.commit()
        @resource(collection_path="/lines", path="/lines/{id}")
        class Lines:
            def __init__(self, request, context=None): self.request = request
            @view(renderer="json")
            def collection_get(self): self.request.dbsession.commit()  # ! 31 collection_get|self.request.dbsession.commit()
            def get(self): db_session.commit()  # ! 20 get
            def helper(self): db_session.commit()
        """,
    "flask-appbuilder": """
        from flask_appbuilder.api import BaseApi, expose, protect
        class OrdersApi(BaseApi):
            @expose("/", methods=("POST",))
            @protect()
            def post(self): db_session.commit()  # ! 21 post
            def helper(self): db_session.commit()
        """,
    "bottle": """
        from bottle import Bottle, post, route
        app = Bottle()
        @app.get("/orders")
        def index(): db_session.commit()  # ! 14 index
        @app.hook("before_request")
        def before(): db_session.commit()
        @post("/orders")
        def create(): db_session.commit()  # ! 15 create
        def other(): db_session.commit()
        """,
    "django-modern-rpc": """
        from modernrpc.core import rpc_method
        from modernrpc.server import RpcServer
        server = RpcServer()
        @rpc_method(name="orders.add")
        def add(**options): db_session.commit()  # ! 21 add
        @server.register_procedure
        def remove(pk: int): db_session.commit()  # ! 22 remove
        def other(pk: int): db_session.commit()
        """,
    "starlette": """
        from starlette.applications import Starlette
        from starlette.endpoints import HTTPEndpoint, WebSocketEndpoint
        from starlette.routing import Route
        class Orders(HTTPEndpoint):
            async def post(self, request): await db_session.commit()  # ! 42 post
            async def store(self, request): await db_session.commit()
        class Feed(WebSocketEndpoint):
            async def on_receive(self, websocket, data): await db_session.commit()  # ! 56 on_receive
        async def home(request): await db_session.commit()  # ! 32 home
        async def other(request): await db_session.commit()
        app = Starlette(routes=[Route("/", home), Route("/orders", Orders)])
        """,
    "tornado": """
        from tornado.web import Application, RequestHandler
        from tornado.websocket import WebSocketHandler
        class Base(RequestHandler):
            def store(self): db_session.commit()
        class Orders(Base):
            async def post(self): await db_session.commit()  # ! 33 post
            def write_error(self, status_code, **kwargs): db_session.commit()
        class Feed(WebSocketHandler):
            def on_message(self, message): db_session.commit()  # ! 36 on_message
        class Cache:
            def get(self): db_session.commit()
        """,
    "falcon": """
        import falcon
        class Orders:
            def on_post(self, req, resp): db_session.commit()  # ! 35 on_post
            def on_get_collection(self, req, resp, *, page): db_session.commit()  # ! 54 on_get_collection
            def on_get_ready(self): db_session.commit()
            def place(self, req, resp): db_session.commit()
        class Audit:
            def process_response(self, req, resp, resource, req_succeeded): db_session.commit()
        """,
    "falcon-added-resource": {
        "app/orders.py": """
            from falcon.asgi import App
            class Orders:
                async def on_put(self, *args): await db_session.commit()  # ! 42 on_put
                async def put(self, *args): await db_session.commit()
            app = App()
            app.add_route("/orders", Orders())
            """,
        "app/listeners_of_orders.py": """
            class Orders:
                def on_post(self, req, resp): db_session.commit()
            """,
    },
    "ninja": """
        from ninja import NinjaAPI, Router
        api = NinjaAPI()
        router = Router()
        @router.post("/orders")
        def create(request, data: dict): db_session.commit()  # ! 34 create
        @api.api_operation(["PUT"], "/x")
        def change(request): db_session.commit()  # ! 22 change
        @api.exception_handler(KeyError)
        def failed(request, error): db_session.commit()
        def other(request): db_session.commit()
        """,
    "flask-restful": """
        from flask_restful import Resource
        class Orders(Resource):
            def post(self): db_session.commit()  # ! 21 post
            def store(self): db_session.commit()
        """,
    "flask-restx": """
        from flask_restx import Namespace, Resource
        ns = Namespace("orders")
        @ns.route("/")
        class Orders(Resource):
            @ns.expect()
            def put(self): db_session.commit()  # ! 20 put
            def store(self): db_session.commit()
        @ns.errorhandler(KeyError)
        def failed(error): db_session.commit()
        """,
    "fastapi-utils": """
        from fastapi import Depends
        from fastapi_utils.cbv import cbv
        from fastapi_utils.inferring_router import InferringRouter
        from fastapi_utils import Resource
        from sqlalchemy.orm import Session
        router = InferringRouter()
        def get_db() -> Session: ...
        @cbv(router)
        class Orders:
            store = Depends(get_db)
            @router.post("/orders")
            def create(self): self.store.commit()  # ! 23 create|self.store.commit()
            def helper(self): self.store.commit()
        class Api(Resource):
            def get(self): db_session.commit()  # ! 20 get
            def store(self): db_session.commit()
        """,
    "strawberry": """
        import strawberry
        def get_total() -> int: db_session.commit()  # ! 25 get_total
        def unused() -> int: db_session.commit()
        @strawberry.type
        class Query:
            total: int = strawberry.field(resolver=get_total)
            @strawberry.field
            def orders(self) -> int: db_session.commit()  # ! 30 orders
            def plain(self) -> int: db_session.commit()
        @strawberry.type
        class Mutation:
            @strawberry.mutation(description="x")
            async def place(self) -> int: await db_session.commit()  # ! 41 place
        """,
    "graphene": """
        import graphene
        class Query(graphene.ObjectType):
            orders = graphene.List(graphene.String)
            def resolve_orders(root, info): db_session.commit()  # ! 37 resolve_orders
            def helper(root): db_session.commit()
        class Place(graphene.Mutation):
            def mutate(root, info, amount): db_session.commit()  # ! 37 mutate
            def check(root): db_session.commit()
        class Plain:
            def resolve_orders(root, info): db_session.commit()
        """,
}


@pytest.mark.parametrize("framework", WEB)
def test_a_handler_that_commits(framework: str, tmp_path: Path) -> None:
    check(tmp_path, "KBR301", WEB[framework])


JOBS: dict[str, Files] = {
    "celery": """
        from celery import Celery, Task, current_app, shared_task
        app = Celery()
        @current_app.task
        def current(): db_session.commit()  # ! 16 current
        @app.task(bind=True)
        def bound(self): db_session.commit()  # ! 18 bound
        @shared_task
        def shared(): db_session.commit()  # ! 15 shared
        class Import(Task):
            def run(self): db_session.commit()  # ! 20 run
            def on_failure(self, *args): db_session.commit()
        """,
    "dramatiq": """
        import dramatiq
        @dramatiq.actor(max_retries=1)
        def send(order_id: int): db_session.commit()  # ! 26 send
        class Import(dramatiq.GenericActor):
            def perform(self): db_session.commit()  # ! 24 perform
            def helper(self): db_session.commit()
        """,
    "rq": """
        from rq import Queue
        from rq.decorators import job
        @job("default")
        def send(order_id: int): db_session.commit()  # ! 26 send
        def enqueued(): db_session.commit()
        Queue().enqueue(enqueued)
        """,
    "arq": {
        "app/orders.py": """
            async def send(ctx, order_id: int): await db_session.commit()  # ! 43 send
            async def nightly(ctx): await db_session.commit()  # ! 31 nightly
            async def startup(ctx): await db_session.commit()
            """,
        "app/settings.py": """
            from arq import cron, func
            from app.orders import nightly, send, startup
            class WorkerSettings:
                functions = [func(send, name="send"), own]
                cron_jobs = (cron(nightly, hour=3),)
                on_startup = startup
            async def own(ctx): await db_session.commit()  # ! 27 own
            async def other(ctx): await db_session.commit()
            """,
    },
    "saq": {
        "app/orders.py": """
            from saq import CronJob, Queue, Worker
            async def send(ctx, *, order_id: int): await db_session.commit()  # ! 46 send
            async def nightly(ctx): await db_session.commit()  # ! 31 nightly
            async def before(ctx): await db_session.commit()
            settings = {"functions": [("send", send)], "cron_jobs": [CronJob(function=nightly, cron="* * * * *")], "before_process": before}
            """,
        "app/more.py": """
            from saq import Worker
            async def send(ctx): await db_session.commit()  # ! 28 send
            async def other(ctx): await db_session.commit()
            worker = Worker(None, functions=[send])
            """,
    },
    "taskiq": """
        from taskiq import TaskiqEvents, async_shared_broker
        from taskiq_redis import ListQueueBroker
        broker = ListQueueBroker("redis://")
        @broker.task
        async def send(order_id: int): await db_session.commit()  # ! 38 send
        @async_shared_broker.task(schedule=[])
        async def nightly(): await db_session.commit()  # ! 28 nightly
        @broker.on_event(TaskiqEvents.WORKER_STARTUP)
        async def startup(state): await db_session.commit()
        """,
    "faststream": """
        from faststream import FastStream
        from faststream.rabbit import RabbitBroker, RabbitRouter
        broker = RabbitBroker()
        router = RabbitRouter()
        app = FastStream(broker)
        @broker.subscriber("orders")
        async def take(order_id: int): await db_session.commit()  # ! 38 take
        @router.subscriber("more")
        @router.publisher("out")
        async def pass_on(order_id: int): await db_session.commit()  # ! 41 pass_on
        @router.publisher("out")
        async def give(): await db_session.commit()
        @app.after_startup
        async def started(): await db_session.commit()
        """,
    "huey": """
        from huey import RedisHuey, crontab
        from huey.contrib.djhuey import HUEY, db_task
        huey = RedisHuey()
        @HUEY.task()
        def held(order_id: int): db_session.commit()  # ! 26 held
        @huey.task(retries=2)
        def send(order_id: int): db_session.commit()  # ! 26 send
        @huey.periodic_task(crontab(minute="0"))
        def hourly(): db_session.commit()  # ! 15 hourly
        @db_task()
        def stored(): db_session.commit()  # ! 15 stored
        @huey.on_startup()
        def start(): db_session.commit()
        """,
    "procrastinate": """
        from procrastinate import App, Blueprint
        app = App(connector=None)
        tasks = Blueprint()
        @app.periodic(cron="0 * * * *")
        @app.task(queue="orders")
        async def hourly(timestamp: int): await db_session.commit()  # ! 41 hourly
        @tasks.task(name="send")
        def send(order_id: int): db_session.commit()  # ! 26 send
        def other(): db_session.commit()
        """,
    "apscheduler": """
        from apscheduler.schedulers.asyncio import AsyncIOScheduler
        from app.lib import queue, scheduler as shared_scheduler
        scheduler = AsyncIOScheduler()
        @scheduler.scheduled_job("interval", minutes=5)
        def poll(): db_session.commit()  # ! 13 poll
        def nightly(): db_session.commit()  # ! 16 nightly
        def weekly(): db_session.commit()  # ! 15 weekly
        def queued(): db_session.commit()
        def stopped(event): db_session.commit()
        def start():
            scheduler.add_job(nightly, "cron", hour=3)
            shared_scheduler.add_job(func=weekly, trigger="cron")
            queue.add_job(queued)
            scheduler.add_listener(stopped)
        """,
    "schedule": """
        import schedule
        from schedule import every, repeat
        def often(): db_session.commit()  # ! 14 often
        def daily(name): db_session.commit()  # ! 18 daily
        @repeat(every().hour)
        def hourly(): db_session.commit()  # ! 15 hourly
        def other(form): form.do(done)
        def done(): db_session.commit()
        schedule.every(10).minutes.do(often)
        every().monday.at("10:00").tag("x").do(daily, name="x")
        Form().do(done)
        class Form: ...
        """,
    "temporal": """
        from temporalio import activity, workflow
        @activity.defn(name="send")
        async def send(order_id: int): await db_session.commit()  # ! 38 send
        class Orders:
            @activity.defn
            def store(self): db_session.commit()  # ! 22 store
        @workflow.defn
        class Ship:
            @workflow.run
            async def run(self): await db_session.commit()
        """,
}


@pytest.mark.parametrize("framework", JOBS)
def test_a_job_that_commits(framework: str, tmp_path: Path) -> None:
    check(tmp_path, "KBR405", JOBS[framework])


MODELS = {
    "tortoise": "from tortoise import fields\nfrom tortoise.models import Model\nclass Order(Model):\n    paid = fields.BooleanField()\n",
    "peewee": "import peewee\nclass Base(peewee.Model): ...\nclass Order(Base):\n    paid = peewee.BooleanField()\n",
    "piccolo": "from piccolo.columns import Boolean\nfrom piccolo.table import Table\nclass Order(Table):\n    paid = Boolean()\n",
    "ormar": "import ormar\nclass Order(ormar.Model):\n    paid: bool = ormar.Boolean()\n",
    "beanie": "from beanie import Document\nclass Order(Document):\n    paid: bool\n",
    "mongoengine": "import mongoengine as me\nclass Order(me.Document):\n    paid = me.BooleanField()\n",
    "odmantic": "from odmantic import Model\nclass Order(Model):\n    paid: bool\n",
}
SILENT = """
class Basket:
    def save(self): ...
    def insert(self, item): ...
    @classmethod
    def filter(cls, **kw): ...
    @classmethod
    def find(cls, **kw): ...
    @classmethod
    def create(cls, **kw): ...
"""
# ORM: (writes, reads), each a body whose first statement is found; then more that are found each in a handler of its own.
WRITES = {
    "tortoise": (
        "await Order.create(paid=True)", "order = await Order.get(id=1); await order.save()", "await Order.filter(id=1).update(paid=True)",
        "await Order.bulk_create([])", "order = await Order.filter(id=1).first(); await order.delete()",
    ),
    "peewee": (
        "Order.create(paid=True)", "order = Order.get_by_id(1); order.save()", "Order.update(paid=True).where(1).execute()",
        "order = Order.select().where(1).first(); order.delete_instance()", "Order.delete().execute()",
    ),
    "piccolo": (
        "await Order.insert(Order())", "order = await Order.objects().get(1); await order.save()", "await Order.update({}).where(1)",
        "await Order.objects().create(paid=True)", "order = Order(); await order.remove()",
    ),
    "ormar": (
        "await Order.objects.create(paid=True)", "order = await Order.objects.get(id=1); await order.upsert()",
        "await Order.objects.filter(id=1).delete()", "order = Order(); await order.save()",
    ),
    "beanie": (
        "await Order(paid=True).insert()", "order = await Order.get(1); await order.set({})",
        "await Order.find(paid=True).update({})", "await Order.insert_many([])", "order = await Order.find_one(); await order.delete()",
    ),
    "mongoengine": (
        "Order(paid=True).save()", "Order.objects(paid=True).update(paid=False)", "order = Order.objects.get(id=1); order.delete()",
        "order = Order.objects(id=1).first(); order.modify(paid=True)", "Order.objects.insert([])",
    ),
    "odmantic": (
        "await engine.save(Order())", "await engine.remove(Order)",
        "tx = engine.transaction(); await tx.save(Order())",
    ),
}  # fmt: skip
READS = {
    "tortoise": ("await Order.all()", "await Order.filter(paid=True).order_by('id').first()", "await Order.get_or_none(id=1)"),
    "peewee": ("Order.select().where(1)", "Order.get_by_id(1)", "list(Order.select())"),
    "piccolo": ("await Order.select()", "await Order.objects().where(1).first()", "await Order.count()"),
    "ormar": ("await Order.objects.filter(paid=True).all()", "await Order.objects.filter(paid=True).get()"),
    "beanie": ("await Order.find(paid=True).to_list()", "await Order.get(1)", "await Order.find_one(paid=True)"),
    "mongoengine": ("Order.objects(paid=True).first()", "Order.objects.get(id=1)"),
    "odmantic": ("await engine.find_one(Order)", "await engine.find(Order)"),
}


def orm_backend(orm: str, bodies: tuple[str, ...]) -> dict[str, str]:
    """A FastAPI module with a handler for each body, and silent ones with the same calls on what is no model."""
    lines = [
        "from fastapi import APIRouter",
        "from odmantic import AIOEngine",
        "from app.models import Basket, Order",
        "router = APIRouter()",
    ]
    for number, body in enumerate(bodies):
        lines += ["@router.post('/')", f"async def handle{number}(engine: AIOEngine): {body}"]
        silent = re.sub(r"\bOrder\b", "Basket", body).replace("engine.", "basket.")
        lines += ["@router.post('/')", f"async def silent{number}(basket: Basket): {silent}"]
    return {"app/models.py": MODELS[orm] + SILENT, "app/api/orders.py": "\n".join(lines) + "\n"}


def handlers_with(root: Path, code: str, files: dict[str, str]) -> list[str]:
    """The handlers with a finding; each stands where what it quotes begins, with its whole message."""
    found = lint(root, files, [RULES[code]])
    assert {name for name, findings in found.items() if findings} == {"app/api/orders.py"}
    handlers = []
    for finding in found["app/api/orders.py"]:
        line = files["app/api/orders.py"].splitlines()[finding.line - 1]
        call = finding.text.split("'")[3]
        handlers.append(line.partition("def ")[2].partition("(")[0])
        assert line[finding.column :].startswith(call.partition("(")[0])
        assert finding.text == f"{code} {MESSAGES[code].format(handlers[-1], call)}"
    return handlers


@pytest.mark.parametrize("orm", MODELS)
def test_writes_of_an_orm(orm: str, tmp_path: Path) -> None:
    expected = [f"handle{n}" for n in range(len(WRITES[orm]))]
    assert handlers_with(tmp_path, "KBR303", orm_backend(orm, WRITES[orm])) == expected


@pytest.mark.parametrize("orm", MODELS)
def test_reads_of_an_orm(orm: str, tmp_path: Path) -> None:
    expected = [f"handle{n}" for n in range(len(READS[orm]))]
    assert handlers_with(tmp_path, "KBR304", orm_backend(orm, READS[orm])) == expected


@pytest.mark.parametrize("orm", MODELS)
def test_a_write_is_no_read(orm: str, tmp_path: Path) -> None:
    """A chain that ends in a write is not found as a query, too."""
    bodies = tuple(body for body in WRITES[orm] if ";" not in body)
    found = lint(tmp_path, orm_backend(orm, bodies), [RULES["KBR304"]])
    assert [f.text for findings in found.values() for f in findings] == []


def test_a_save_that_does_the_work_itself_is_a_call_into_core(tmp_path: Path) -> None:
    check(tmp_path, "KBR303", {
        "app/models.py": """
            from tortoise.models import Model
            class Order(Model):
                async def save(self, **kwargs): await super().save(**kwargs)
            class Shipment(Model):
                async def save(self, **kwargs): await Order.filter(id=1).update(shipped=True); await super().save(**kwargs)
            """,
        "app/api/orders.py": """
            from fastapi import APIRouter
            from app.models import Order, Shipment
            router = APIRouter()
            @router.post("/")
            async def plain(): order = await Order.get(id=1); await order.save()  # ! 57 plain|order.save()
            @router.post("/")
            async def own(): shipment = await Shipment.get(id=1); await shipment.save()
            """,
    }, "app/api/orders.py")  # fmt: skip


DRIVERS = {
    ("psycopg", "KBR301"): """
        import psycopg
        from psycopg_pool import AsyncConnectionPool
        async def one(store: psycopg.AsyncConnection): await store.commit()  # ! 54 one|store.commit()
        async def two(pool: AsyncConnectionPool):
            async with pool.connection() as store: await store.commit()  # ! 50 two|store.commit()
        def three(text):
            with psycopg.connect("") as store: store.commit()  # ! 40 three|store.commit()
            text.commit()
        """,
    ("psycopg", "KBR303"): """
        import psycopg
        def one(store: psycopg.Connection): store.execute("insert into orders values (1)")  # ! 37 one|store.execute()
        def two(store: psycopg.Connection):
            with store.cursor() as it: it.executemany("UPDATE orders SET x = %s", [])  # ! 32 two|it.executemany()
        def three(store: psycopg.Connection): store.execute("listen orders")
        """,
    ("psycopg", "KBR302"): """
        import psycopg
        def one(store: psycopg.Connection):
            with store.transaction(): ...  # ! 10 one|store.transaction()
        def two(store: psycopg.Connection):
            with store.pipeline(): ...
        """,
    ("psycopg2", "KBR301"): """
        import psycopg2, psycopg2.pool
        def one(store: psycopg2.extensions.connection): store.commit()  # ! 49 one|store.commit()
        def two():
            store = psycopg2.connect("")
            it = store.cursor()
            store.commit()  # ! 5 two|store.commit()
            it.commit()  # ! 5 two|it.commit()
        def three(pool: psycopg2.pool.ThreadedConnectionPool): it = pool.getconn(); it.commit()  # ! 77 three|it.commit()
        def four(pool: psycopg2.pool.ThreadedConnectionPool): pool.commit()
        """,
    ("asyncpg", "KBR303"): """
        import asyncpg
        async def one(store: asyncpg.Connection): await store.execute("DELETE FROM orders")  # ! 49 one|store.execute()
        async def two():
            pool = await asyncpg.create_pool("")
            async with pool.acquire() as it: await it.fetchval("insert into orders values (1)")  # ! 44 two|it.fetchval()
        async def three(it: asyncpg.Pool): await it.copy_records_to_table("orders", records=[])  # ! 42 three|it.copy_records_to_table()
        async def four(store: asyncpg.Connection, other): store.add_listener("orders", print); other.copy_records_to_table("orders")
        """,
    ("asyncpg", "KBR304"): """
        import asyncpg
        async def one(store: asyncpg.Connection): return await store.fetchrow("SELECT * FROM orders")  # ! 56 one|store.fetchrow()
        async def two(pool: asyncpg.Pool): return await pool.fetch("SELECT * FROM orders")  # ! 49 two|pool.fetch()
        async def three(client): return await client.fetch("SELECT * FROM orders")
        """,
    ("asyncpg", "KBR302"): """
        import asyncpg
        async def one(store: asyncpg.Connection):
            async with store.transaction(): ...  # ! 16 one|store.transaction()
        async def two(store: asyncpg.Connection, other):
            async with other.transaction(): ...
        """,
    ("databases", "KBR303"): """
        from databases import Database
        store = Database("")
        async def one(): await store.execute("INSERT INTO orders VALUES (1)")  # ! 24 one|store.execute()
        async def two(text): await text.execute("INSERT INTO orders VALUES (1)")
        """,
    ("databases", "KBR304"): """
        from databases import Database
        async def one(store: Database): return await store.fetch_all("SELECT * FROM orders")  # ! 46 one|store.fetch_all()
        async def two(store: Database):
            async with store.connection() as it: return await it.fetch_one("SELECT * FROM orders")  # ! 55 two|it.fetch_one()
        async def three(text): return await text.fetch_all("SELECT * FROM orders")
        """,
    ("databases", "KBR302"): """
        from databases import Database
        async def one(store: Database):
            async with store.transaction(): ...  # ! 16 one|store.transaction()
        async def two(text):
            async with text.transaction(): ...
        """,
    ("sqlite3", "KBR301"): """
        import sqlite3
        def one(): store = sqlite3.connect(""); store.commit()  # ! 41 one|store.commit()
        def two(text): text.commit()
        """,
    ("sqlite3", "KBR304"): """
        import sqlite3
        def one(store: sqlite3.Connection):
            it = store.cursor()
            return it.execute("SELECT * FROM orders")  # ! 12 one|it.execute()
        def two(text): return text.execute("SELECT * FROM orders")
        """,
    ("aiosqlite", "KBR303"): """
        import aiosqlite
        async def one():
            async with aiosqlite.connect("") as store: await store.execute("INSERT INTO orders VALUES (1)")  # ! 54 one|store.execute()
        async def two(text): await text.execute("INSERT INTO orders VALUES (1)")
        """,
    ("pymysql", "KBR301"): """
        import pymysql
        def one(): store = pymysql.connect(); store.commit()  # ! 39 one|store.commit()
        def two(text): text.commit()
        """,
    ("tortoise", "KBR302"): """
        from tortoise.transactions import atomic, in_transaction
        async def one():
            async with in_transaction() as store: ...  # ! 16 one|in_transaction()
        @atomic()  # ! 2 two|atomic
        async def two(): ...
        async def three(text):
            async with text.in_transaction(): ...
        """,
    ("peewee", "KBR302"): """
        from peewee import SqliteDatabase
        store = SqliteDatabase("")
        def one():
            with store.atomic() as tx: ...  # ! 10 one|store.atomic()
        def two(text):
            with text.atomic(), store.bind_ctx([]): ...
        """,
    ("odmantic", "KBR302"): """
        from odmantic import AIOEngine
        async def one(store: AIOEngine):
            async with store.transaction() as tx: ...  # ! 16 one|store.transaction()
        async def two(text):
            async with text.transaction() as tx: ...
        """,
}


@pytest.mark.parametrize(("driver", "code"), DRIVERS)
def test_a_driver_in_a_handler(driver: str, code: str, tmp_path: Path) -> None:
    """Every function of the source is a route handler."""
    source = as_files(DRIVERS[driver, code], "app/api/orders.py")["app/api/orders.py"]
    routed = re.sub(r"^(?=(?:async )?def |@)", '@router.post("/")\n', source, flags=re.MULTILINE)
    routed = re.sub(r'(@(?!router).*\n)@router.post\("/"\)\n', r"\1", routed)
    check(tmp_path, code, f"from fastapi import APIRouter\nrouter = APIRouter()\n{routed}", "app/api/orders.py")


PLACE = "def place(*args): ...\n"
REQUESTS = {
    "quart": """
        from quart import Quart, request, websocket
        app = Quart(__name__)
        @app.post("/orders")
        async def create(amount: int): place(amount); place(request)  # ! 53 create|request ('request')
        @app.websocket("/ws")
        async def listen(): place(websocket)  # ! 27 listen|websocket ('websocket')
        """,
    "sanic": """
        from sanic import Sanic
        app = Sanic("shop")
        @app.post("/orders/<pk>")
        async def create(request, pk): place(pk); place(request.json); place(request)  # ! 70 create|Request ('request')
        """,
    "litestar": """
        from litestar import Request, post
        @post("/orders")
        async def create(request: Request, data: dict) -> None: place(data); place(request)  # ! 76 create|Request ('request')
        """,
    "aiohttp": """
        from aiohttp import web
        routes = web.RouteTableDef()
        @routes.get("/orders")
        async def index(it): place(it.query); place(it)  # ! 45 index|Request ('it')
        class Orders(web.View):
            async def get(self): place(self.request)  # ! 32 get|Request ('self.request')
        """,
    "pyramid": """
        from pyramid.view import view_config
        @view_config(route_name="orders")
        def index(context, request): place(context); place(request)  # ! 52 index|Request ('request')
        class Orders:
            def __init__(self, context, request): self.request = request; self.context = context
            @view_config(request_method="POST")
            def post(self): place(self.context); place(self.request)  # ! 48 post|Request ('self.request')
        """,
    "cornice": """
        from cornice import Service
        orders = Service(name="orders", path="/orders")
        @orders.post()
        def create(it): place(it.body); place(it)  # ! 39 create|Request ('it')
        """,
    "bottle": """
        from bottle import request, route
        @route("/orders")
        def create(): place(request.json); place(request)  # ! 42 create|request ('request')
        """,
    "tornado": """
        from tornado.web import RequestHandler
        class Orders(RequestHandler):
            def post(self): place(self.settings); place(self.request)  # ! 49 post|HTTPServerRequest ('self.request')
        """,
    "falcon": """
        import falcon
        class Orders:
            def on_post(self, req, resp): place(req.media); place(req)  # ! 59 on_post|Request ('req')
        """,
    "ninja": """
        from ninja import Router
        router = Router()
        @router.post("/orders")
        def create(request, data: dict): place(data); place(request)  # ! 53 create|HttpRequest ('request')
        """,
    "starlette": """
        from starlette.endpoints import HTTPEndpoint
        from starlette.routing import Route
        class Orders(HTTPEndpoint):
            async def get(self, request): place(request.user); place(request)  # ! 62 get|Request ('request')
        async def home(it): place(it.url); place(it)  # ! 42 home|Request ('it')
        routes = [Route("/", home)]
        """,
    "django": """
        from rest_framework.viewsets import ModelViewSet
        from django.views.generic import FormView
        class Orders(ModelViewSet):
            def perform_create(self, serializer): place(serializer)
            def create(self, request): place(request)  # ! 38 create|Request ('request')
        class Form(FormView):
            def form_valid(self, form): place(form)
            def post(self, request): place(request)  # ! 36 post|HttpRequest ('request')
        """,
}


@pytest.mark.parametrize("framework", REQUESTS)
def test_the_request_of_a_handler(framework: str, tmp_path: Path) -> None:
    """By its annotation, as a proxy or attribute, or by the role of the parameter."""
    routes = as_files(REQUESTS[framework], "app/orders.py")["app/orders.py"]
    files = {"app/services/place.py": PLACE, "app/orders.py": f"from app.services.place import place\n{routes}"}
    check(tmp_path, "KBR203", files)
