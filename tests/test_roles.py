"""The roles of functions, framework by framework, and the code that belongs to a handler."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from pathlib import Path

import pytest

from flake8_backend_rules.frameworks.schema import Role
from flake8_backend_rules.semantics.model import FileModel
from flake8_backend_rules.semantics.scope import PlacedFunction, Scope
from tests.harness import as_files, session, write

HTTP, JOB, CLI, BOUNDARY = Role.HTTP, Role.JOB, Role.CLI, Role.BOUNDARY
Files = str | Mapping[str, str]
PATH = "app/orders.py"


def file_model(root: Path, files: Files, path: str = PATH) -> FileModel:
    """The model of the file at `path`; a single source is that file's."""
    written = as_files(files, path)
    write(root, written)
    source = written[path]
    return session(root, ())._linted_file(ast.parse(source), str(root / path), source.splitlines(True), source).model


def roles(root: Path, files: Files, path: str = PATH) -> dict[str, Role]:
    """Role by function, methods as `Class.method`."""
    model = file_model(root, files, path)
    return {_name(f): model.roles[f.node.lineno].role for f in model.functions if f.node.lineno in model.roles}


def handler_code(root: Path, files: Files, path: str = PATH) -> dict[str, str]:
    """The handler by each function of its handler code."""
    model = file_model(root, files, path)
    found = {}
    for placed in model.functions:
        handler = model.handler_code.at(_scope(model, placed), HTTP, JOB, CLI)
        if handler is not None:
            found[_name(placed)] = handler.handler.name
    return found


def _scope(model: FileModel, placed: PlacedFunction) -> Scope:
    around = next((f for f in model.functions if f.node is placed.enclosing), None)
    return Scope(model.module, placed.node, None if around is None else _scope(model, around), None)


def _name(placed: PlacedFunction) -> str:
    return placed.node.name if placed.owner is None else f"{placed.owner.name}.{placed.node.name}"


# -- FastAPI and Starlette -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "decorator", ["get", "put", "post", "delete", "patch", "head", "options", "trace", "api_route", "route", "websocket", "websocket_route"]
)
@pytest.mark.parametrize(
    ("imported", "made"),
    [
        ("from fastapi import FastAPI", "FastAPI()"),
        ("import fastapi", "fastapi.APIRouter(prefix='/x')"),
        ("from fastapi.routing import APIRouter as Api", "Api()"),
        ("from starlette.applications import Starlette", "Starlette()"),
        ("from starlette.routing import Router", "Router()"),
    ],
)
def test_path_operations(tmp_path: Path, decorator: str, imported: str, made: str) -> None:
    source = f"{imported}\n\nthing = {made}\n\n@thing.{decorator}('/x')\nasync def handle(): ...\n\ndef other(): ..."
    assert roles(tmp_path, source) == {"handle": HTTP}


def test_path_operations_on_a_subclass_and_an_imported_router(tmp_path: Path) -> None:
    files = {
        "app/base.py": """
        from fastapi import APIRouter

        class Router(APIRouter): ...

        class Strict(Router): ...

        shared = APIRouter()
        """,
        PATH: """
        from app import base
        from app.base import Strict, shared as common

        here = Strict()

        @here.get("/a")
        def first(): ...

        @common.get("/b")
        def second(): ...

        @base.shared.get("/c")
        def third(): ...
        """,
    }
    assert roles(tmp_path, files) == {"first": HTTP, "second": HTTP, "third": HTTP}


def test_path_operations_on_methods(tmp_path: Path) -> None:
    source = """
    from fastapi import APIRouter

    router = APIRouter()

    class Orders:
        @router.get("/orders")
        def index(self): ...

        @staticmethod
        def helper(): ...
    """
    assert roles(tmp_path, source) == {"Orders.index": HTTP}


def test_path_operations_inside_a_function(tmp_path: Path) -> None:
    source = """
    from fastapi import APIRouter, FastAPI

    def create_app(settings) -> FastAPI:
        app = FastAPI()

        @app.get("/health")
        def health(): ...

        return app

    def attach(server: FastAPI):
        @server.get("/x")
        def x(): ...
    """
    assert roles(tmp_path, source) == {"health": HTTP, "x": HTTP}


def test_a_router_held_by_self(tmp_path: Path) -> None:
    source = """
    from fastapi import APIRouter

    class Api:
        def __init__(self) -> None:
            self.router = APIRouter()
            self.router.add_api_route("/x", self.index)

        def index(self): ...

        def other(self): ...
    """
    assert roles(tmp_path, source) == {"Api.index": HTTP}


def test_starlette_registrations(tmp_path: Path) -> None:
    source = """
    from fastapi import APIRouter, FastAPI
    from starlette.routing import Route, WebSocketRoute

    async def first(request): ...
    async def second(request): ...
    async def third(socket): ...
    async def fourth(): ...
    async def fifth(): ...
    async def sixth(request): ...
    async def unused(request): ...

    routes = [Route("/a", first), Route("/b", endpoint=second), WebSocketRoute("/c", third)]
    app = FastAPI(routes=routes)
    app.add_api_route("/d", fourth)
    APIRouter().add_api_route("/e", endpoint=fifth, methods=["POST"])
    app.add_route("/f", sixth)
    """
    assert roles(tmp_path, source) == dict.fromkeys(["first", "second", "third", "fourth", "fifth", "sixth"], HTTP)


def test_registrations_inside_a_function(tmp_path: Path) -> None:
    source = """
    from fastapi import FastAPI

    def register(app: FastAPI) -> None:
        app.add_api_route("/a", show)

    def show(): ...
    """
    assert roles(tmp_path, source) == {"show": HTTP}


def test_registrations_through_a_helper(tmp_path: Path) -> None:
    source = """
    from fastapi import APIRouter

    def add(router: APIRouter, path: str, handler, **options) -> None:
        if path:
            router.add_api_route(path, handler, **options)

    def add_fixed(handler) -> None:
        router.add_api_route("/d", show)

    def make() -> APIRouter:
        router = APIRouter()

        async def create(): ...

        async def update(): ...

        async def other(): ...

        add(router, "/a", create, methods=["POST"])
        add(router, handler=update, path="/b")
        add_fixed(other)
        return router

    router = make()

    def show(): ...
    """
    assert roles(tmp_path, source) == dict.fromkeys(["create", "update", "show"], HTTP)


def test_registrations_on_something_else(tmp_path: Path) -> None:
    source = """
    from app.maps import Route
    from app.robots import Robot

    class Table:
        def add_route(self, path, handler): ...

    def first(): ...
    def second(): ...
    def third(): ...

    Table().add_route("/a", first)
    Robot().add_route("/b", second)
    Route("/c", third)
    """
    files = {PATH: source, "app/robots.py": "class Robot: ...", "app/maps.py": "class Route: ..."}
    assert roles(tmp_path, files) == {}


def test_boundaries_of_fastapi(tmp_path: Path) -> None:
    source = """
    from fastapi import FastAPI

    app = FastAPI()

    @app.exception_handler(ValueError)
    async def on_error(request, error): ...

    @app.middleware("http")
    async def time_it(request, call_next): ...

    @app.on_event("startup")
    async def start(): ...

    async def on_key_error(request, error): ...

    app.add_exception_handler(KeyError, on_key_error)
    """
    assert roles(tmp_path, source) == dict.fromkeys(["on_error", "time_it", "start", "on_key_error"], BOUNDARY)


@pytest.mark.parametrize(
    ("factory", "expected"),
    [
        ("def make() -> APIRouter: ...", True),
        ("def make():\n    return APIRouter()", True),
        ("def make():\n    it = APIRouter()\n    return it", True),
        ("def make_router(): ...", True),
        ("def MakeApi(): ...", True),
        ("def get_app(): ...", True),
        ("def make_blueprint(): ...", True),
        ("def make() -> 'OrdersRouter': ...\n\nclass OrdersRouter: ...", True),
        ("def make(): ...", False),
        ("def make_router() -> Cache: ...\n\nclass Cache: ...", False),
        ("def make() -> Cache: ...\n\nclass Cache: ...", False),
    ],
)
def test_routers_from_first_party_factories(tmp_path: Path, factory: str, expected: bool) -> None:
    name = factory.split("(")[0].removeprefix("def ")
    source = f"from app.factory import {name}\n\nthing = {name}()\n\n@thing.get('/x')\ndef handle(): ..."
    found = roles(tmp_path, {"app/factory.py": f"from fastapi import APIRouter\n\n{factory}", PATH: source})
    assert found == ({"handle": HTTP} if expected else {})


@pytest.mark.parametrize(
    ("bound", "expected"),
    [
        ("other, thing = 1, APIRouter()", True),
        ("other, thing = APIRouter(), 1", False),
        ("other, thing = annotated()", True),
        ("thing, other = annotated()", False),
        ("other, thing = older()", True),
        ("other, thing = quoted()", True),
        ("other, thing = shown()", True),
        ("thing, other = shown()", False),
        ("thing = annotated()[1]", True),
        ("thing = annotated()[0]", False),
        ("other, (thing, more) = annotated()", False),
        ("other, thing = either()", False),
        ("other, thing = mixed()", False),
        ("other, more, thing = annotated()", False),
    ],
)
@pytest.mark.parametrize("path", [PATH, "app/routers.py"])
def test_routers_out_of_tuples(tmp_path: Path, bound: str, expected: bool, path: str) -> None:
    made = f"""
from fastapi import APIRouter

def annotated() -> tuple[int, APIRouter]: ...

def older() -> (int, APIRouter): ...

def quoted() -> "tuple[int, APIRouter]": ...

def shown():
    it = APIRouter()
    return 1, it

def either(flag):
    return (1, APIRouter()) if flag else None

def mixed(flag):
    if flag:
        return 1, APIRouter()
    return APIRouter(), 1

{bound}
"""
    handler = "@thing.get('/x')\ndef handle(): ..."
    files = {path: made, PATH: "from app.routers import thing\n\n" + handler} if path != PATH else {PATH: made + handler}
    assert roles(tmp_path, files) == ({"handle": HTTP} if expected else {})


@pytest.mark.parametrize("made", ["VendorRouter()", "vendor.OrdersAPI()", "vendor.create_app()", "vendor.get_blueprint()"])
def test_routers_of_third_parties_whose_name_tells(tmp_path: Path, made: str) -> None:
    source = f"import vendor\nfrom vendor import VendorRouter\n\nthing = {made}\n\n@thing.get('/x')\ndef handle(): ..."
    assert roles(tmp_path, source) == {"handle": HTTP}


def test_a_router_that_cannot_be_read_needs_a_telling_name_and_a_path(tmp_path: Path) -> None:
    source = """
    from app.missing import cache, router

    @router.get("/x")
    def handle(): ...

    @router.get(key)
    def no_path(): ...

    @router.get("x")
    def no_slash(): ...

    @cache.get("/x")
    def cached(): ...
    """
    assert roles(tmp_path, source) == {"handle": HTTP}


# -- first-party decorators ------------------------------------------------------------------------


def test_a_decorator_that_wraps_a_route_decorator(tmp_path: Path) -> None:
    files = {
        "app/wrap.py": """
        from fastapi import APIRouter

        router = APIRouter()

        def direct(path):
            return router.post(path)

        def nested(path):
            def register(function):
                @router.get(path)
                async def inner(): ...
                return inner
            return register

        def by_call(path):
            def register(function):
                router.post(path)(function)
                return function
            return register

        def registered(path):
            def register(function):
                router.add_api_route(path, function)
                return function
            return register

        def twice(path):
            return direct(path)

        def harmless(function):
            return function
        """,
        PATH: """
        from app import wrap
        from app.wrap import by_call, direct, harmless, nested, registered, twice

        @direct("/a")
        def a(): ...

        @nested("/b")
        def b(): ...

        @by_call("/c")
        def c(): ...

        @registered("/d")
        def d(): ...

        @twice("/e")
        def e(): ...

        @wrap.direct("/f")
        def f(): ...

        @harmless
        def none(): ...
        """,
    }
    assert roles(tmp_path, files) == dict.fromkeys("abcdef", HTTP)


def test_a_decorator_that_wraps_a_task_decorator(tmp_path: Path) -> None:
    source = """
    import functools
    from celery import shared_task

    def job(**options):
        def register(function):
            @shared_task(**options)
            @functools.wraps(function)
            def inner(*args): ...
            return inner
        return register

    @job(queue="slow")
    def expire(): ...
    """
    assert roles(tmp_path, source) == {"inner": JOB, "expire": JOB}


def test_a_decorator_that_registers_with_a_celery_out_of_a_mapping(tmp_path: Path) -> None:
    """Pyramid applications keep the Celery object in their registry and register by a callback of venusian."""
    files = {
        "app/queue.py": """
        import celery
        import venusian

        def task(**options):
            def decorator(function):
                def callback(scanner, name, wrapped):
                    celery_app = scanner.config.registry["celery.app"]
                    celery_app.task(**options)(wrapped)
                venusian.attach(function, callback)
                return function
            return decorator

        def other(**options):
            def decorator(function):
                registry = options["registry"]
                registry.task(**options)(function)
                return function
            return decorator
        """,
        "app/plain.py": """
        def task(**options):
            def decorator(function):
                celery_app = options["celery.app"]
                return celery_app.task(**options)(function)
            return decorator
        """,
        PATH: """
        from app import plain
        from app.queue import other, task

        @task(bind=True)
        def a(self): ...

        @other()
        def b(): ...

        @plain.task()
        def c(): ...
        """,
    }
    assert roles(tmp_path, files) == {"a": JOB}


def test_a_decorator_that_hands_its_function_to_a_job_of_the_schedule_package(tmp_path: Path) -> None:
    files = {
        "app/scheduler.py": """
        import schedule

        class Scheduler:
            def add(self, job, *args):
                def decorator(function):
                    job.do(self.pool.apply_async, function)
                    return function
                return decorator

            def note(self, thing):
                def decorator(function):
                    thing.do(function)
                    return function
                return decorator

        scheduler = Scheduler()
        """,
        PATH: """
        from schedule import every
        from app.scheduler import scheduler

        @scheduler.add(every(1).hour)
        def a(): ...

        @scheduler.note("b")
        def b(): ...
        """,
    }
    assert roles(tmp_path, files) == {"a": JOB}


def test_verbs_that_stand_in_a_mixin_beside_the_view(tmp_path: Path) -> None:
    source = """
    from django.views import View

    class Mixin:
        def post(self, request): ...
        def other(self): ...

    class Alone:
        def post(self, request): ...

    class Place(Mixin, View):
        template = "place.html"
    """
    assert roles(tmp_path, source, "app/views.py") == {"Mixin.post": HTTP}


def test_function_views_anywhere_below_a_folder_of_views(tmp_path: Path) -> None:
    source = "from django.http import HttpResponse\n\ndef place(request): return HttpResponse()\ndef add(order): ..."
    assert roles(tmp_path, source, "shop/views/orders/lists.py") == {"place": HTTP}
    assert roles(tmp_path, source, "shop/pages/orders/lists.py") == {}


def test_a_router_that_is_bound_nowhere(tmp_path: Path) -> None:
    source = """
    from quart import Quart
    from app.unread import known

    @manager.route("/orders", methods=["POST"])
    async def place(): ...

    @manager.route(PATH)
    async def without_path(): ...

    @known.route("/orders")
    async def imported(): ...
    """
    assert roles(tmp_path, source) == {"place": HTTP}


EDGE = "app/api/orders.py"
BASES = {
    "app/base.py": """
    from django.views import View

    class BaseView(View):
        def post(self, request):
            return self.prepared(request)

        def prepared(self, request):
            return self.perform(request)

        def unused(self): ...
    """
}
HEIR = """
from django.http import HttpResponse
from app.base import BaseView

class PlaceOrder(BaseView):
    def perform(self, request): ...
    def unused(self): ...
    def other(self): ...
"""


def test_methods_that_a_handler_of_a_base_in_another_module_calls(tmp_path: Path) -> None:
    assert roles(tmp_path, {**BASES, EDGE: HEIR}, EDGE) == {"PlaceOrder.perform": HTTP}


def test_such_methods_count_only_in_a_module_named_like_transport(tmp_path: Path) -> None:
    assert roles(tmp_path, {**BASES, "app/orders.py": HEIR}, "app/orders.py") == {}


JOBS = {
    "app/base.py": """
    from celery import Task

    class BaseTask(Task):
        def run(self, *args, **kwargs):
            return self.run_impl(*args, **kwargs)
    """
}
PLACING = """
from app.base import BaseTask

class PlaceOrder(BaseTask):
    def run_impl(self, number: int): ...
    def other(self): ...
"""


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("app/tasks/orders.py", {"PlaceOrder.run_impl": JOB}),
        ("app/jobs/__init__.py", {"PlaceOrder.run_impl": JOB}),
        ("app/worker.py", {"PlaceOrder.run_impl": JOB}),
        ("app/orders_task.py", {"PlaceOrder.run_impl": JOB}),
        ("app/orders.py", {}),
        ("app/api/orders.py", {}),
    ],
)
def test_methods_that_the_job_of_a_base_in_another_module_calls(tmp_path: Path, path: str, expected: dict[str, Role]) -> None:
    """They count in a module named like one of jobs."""
    assert roles(tmp_path, {**JOBS, path: PLACING}, path) == expected


ROUTES = """
from app.api.orders import index, place

def setup_routes(app, other):
    app.router.add_get("/", index)
    other.register(place)
"""
VIEWS = """
from aiohttp import web

async def index(request): ...

async def place(request): ...

async def add(order): ...
"""


@pytest.mark.parametrize("routes", ["app/api/routes.py", "app/routes.py"])
def test_handlers_that_a_module_around_registers(tmp_path: Path, routes: str) -> None:
    assert roles(tmp_path, {routes: ROUTES, EDGE: VIEWS}, EDGE) == {"index": HTTP}


def test_handlers_that_a_list_of_routes_around_names(tmp_path: Path) -> None:
    files = {
        "app/main.py": """
        from starlette.applications import Starlette
        from starlette.routing import Mount, Route
        from vendor import Route as Way
        from app.api import orders
        from app.api.orders import index

        app = Starlette(routes=[Mount("/orders", routes=[Route("/", index), Route("/x", endpoint=orders.place)]), Way("/y", orders.other)])
        """,
        EDGE: """
        from starlette.requests import Request
        from starlette.responses import Response

        async def index(request: Request) -> Response: ...

        async def place(request): ...

        async def other(request): ...
        """,
    }
    assert roles(tmp_path, files, EDGE) == {"index": HTTP, "place": HTTP}
    files[EDGE] = files[EDGE].replace("starlette", "vendor")
    assert roles(tmp_path, files, EDGE) == {}


def test_handlers_of_sanic_that_a_module_around_registers(tmp_path: Path) -> None:
    files = {
        "app/server.py": """
        from sanic import Sanic
        from app.handlers import *

        app = Sanic("shop")
        app.add_route(index, "/", methods=["GET"])
        """,
        "app/handlers.py": """
        from sanic import request

        async def index(req: request): ...

        async def other(req: request): ...
        """,
    }
    assert roles(tmp_path, files, "app/handlers.py") == {"index": HTTP}


def test_methods_that_a_module_around_registers(tmp_path: Path) -> None:
    files = {
        "app/api/__init__.py": """
        from aiohttp import web
        from app.api.orders import Orders, Widgets

        def setup(app: web.Application) -> None:
            orders = Orders()
            app.add_routes([web.get("/", orders.index), web.post("/", Orders().place)])
            app.router.add_get("/x", Widgets(orders.other).unknown)
        """,
        EDGE: """
        from aiohttp import web

        class Orders:
            async def index(self, request: web.Request): ...
            async def place(self, request): ...
            async def other(self, request): ...

        class Widgets:
            async def draw(self, order): ...
        """,
    }
    assert roles(tmp_path, files, EDGE) == {"Orders.index": HTTP, "Orders.place": HTTP}


@pytest.mark.parametrize("wiring", ["app/jobs/__init__.py", "app/main.py", "app/jobs/scheduler.py", "app/jobs/apscheduler.py"])
def test_jobs_that_a_module_around_schedules(tmp_path: Path, wiring: str) -> None:
    files = {
        wiring: """
        from functools import partial
        from apscheduler.schedulers.asyncio import AsyncIOScheduler
        from app.jobs.totals import add_up, purge
        from app.jobs import totals

        def start() -> None:
            scheduler = AsyncIOScheduler()
            scheduler.add_job(add_up, "interval", seconds=3)
            scheduler.add_job(partial(totals.remind, 3), "interval", seconds=3)
            queue.do(purge)
        """,
        "app/jobs/totals.py": "async def add_up(): ...\n\ndef remind(days): ...\n\ndef purge(): ...\n",
    }
    assert roles(tmp_path, files, "app/jobs/totals.py") == {"add_up": JOB, "remind": JOB}


@pytest.mark.parametrize(
    "wiring",
    [
        "JOBS = [send]\n\nclass WorkerSettings:\n    functions = JOBS",
        "JOBS: list = [send]\n\nclass WorkerSettings:\n    functions: list = JOBS",
        "JOBS = []\nJOBS.append(send)\n\nclass WorkerSettings:\n    functions = JOBS",
        "JOBS = []\nJOBS += [send]\n\nclass WorkerSettings:\n    functions = JOBS",
    ],
)
def test_a_list_of_jobs_under_another_name(tmp_path: Path, wiring: str) -> None:
    source = f"import arq\n\nasync def send(ctx): ...\n\nasync def other(ctx): ...\n\nOTHERS = [other]\n{wiring}\n"
    assert roles(tmp_path, source) == {"send": JOB}


def test_jobs_scheduled_in_a_module_whose_name_tells_nothing_of_it(tmp_path: Path) -> None:
    files = {
        "app/orders.py": "from apscheduler.schedulers.asyncio import AsyncIOScheduler\nfrom app.totals import add_up\n"
        "AsyncIOScheduler().add_job(add_up)\n",
        "app/totals.py": "async def add_up(): ...\n",
    }
    assert roles(tmp_path, files, "app/totals.py") == {}


def test_a_module_that_is_a_resource_of_falcon(tmp_path: Path) -> None:
    source = """
    from app.login import login_required

    @login_required
    def on_get(req, resp): ...
    def on_post(req, resp, order): ...
    def on_put(request, response): ...
    def on_delete(req): ...
    def on_event(req, resp): ...
    on_patch = on_get
    """
    assert roles(tmp_path, source, "app/orders.py") == {"on_get": HTTP, "on_post": HTTP}


def test_a_module_that_imports_no_framework_has_no_handlers_registered_elsewhere(tmp_path: Path) -> None:
    assert roles(tmp_path, {"app/api/routes.py": ROUTES, EDGE: VIEWS.replace("from aiohttp import web", "")}, EDGE) == {}


def test_a_method_that_wraps_a_route_decorator(tmp_path: Path) -> None:
    source = """
    from fastapi import APIRouter

    class Api:
        def __init__(self):
            self.router = APIRouter()

        def expose(self, path):
            return self.router.get(path)

    api = Api()

    @api.expose("/x")
    def handle(): ...
    """
    assert roles(tmp_path, source) == {"handle": HTTP}


@pytest.mark.parametrize(
    "made", ["router.post('/x')(handle)", "router.post('/x')(app.orders.handle)", "def add():\n    router.post('/x')(handle)"]
)
def test_a_decorator_applied_by_a_call(tmp_path: Path, made: str) -> None:
    source = f"import app.orders\nfrom fastapi import APIRouter\n\nrouter = APIRouter()\n\ndef handle(): ...\n\n{made}\n"
    assert roles(tmp_path, source) == {"handle": HTTP}


@pytest.mark.parametrize(
    "source",
    [
        """
        class Registry:
            def get(self, name): ...

        registry = Registry()

        @registry.get("/x")
        def handle(): ...
        """,
        """
        import functools

        @functools.cache
        def first(): ...

        @functools.lru_cache(maxsize=None)
        def second(): ...
        """,
        """
        import pytest

        @pytest.fixture
        def client(): ...
        """,
        """
        handlers = {}

        @handlers.get("/x")
        def handle(): ...

        @dict().get("/y")
        def other(): ...
        """,
        """
        def build(handlers: dict):
            @handlers.get("/x")
            def handle(): ...
        """,
        """
        from fastapi import APIRouter

        router = APIRouter()

        @router.dependency("/x")
        def handle(): ...
        """,
        """
        class Thing:
            @property
            def get(self): ...

            @get.setter
            def get(self, value): ...
        """,
        """
        import httpx

        client = httpx.Client()

        @client.get("/x")
        def handle(): ...
        """,
        """
        import respx

        @respx.post("/x")
        def mocked(): ...
        """,
    ],
)
def test_decorators_that_make_no_handler(tmp_path: Path, source: str) -> None:
    assert roles(tmp_path, source) == {}


# -- Flask -----------------------------------------------------------------------------------------


def test_flask(tmp_path: Path) -> None:
    source = """
    from flask import Blueprint, Flask

    app = Flask(__name__)
    pages = Blueprint("pages", __name__)

    @app.route("/a", methods=["POST"])
    def a(): ...

    @pages.get("/b")
    def b(): ...

    @pages.route("/c")
    @login_required
    def c(): ...

    def d(): ...

    app.add_url_rule("/d", view_func=d)

    def e(): ...

    pages.add_url_rule("/e", "e", e)

    @app.errorhandler(404)
    def missing(error): ...

    @pages.before_request
    def check(): ...

    @pages.record
    def recorded(state): ...
    """
    assert roles(tmp_path, source) == dict.fromkeys("abcde", HTTP) | {"missing": BOUNDARY, "check": BOUNDARY}


def test_class_views_of_flask(tmp_path: Path) -> None:
    files = {
        "app/base.py": """
        from flask_restful import Resource

        class ApiResource(Resource):
            decorators = []
        """,
        PATH: """
        from flask.views import MethodView, View
        from app.base import ApiResource

        class Plain:
            def get(self): ...

        class Orders(MethodView):
            init_every_request = False

            def get(self): ...
            def post(self): ...
            def _save(self): ...

        class Old(View):
            def dispatch_request(self): ...
            def get(self): ...

        class Lines(ApiResource):
            def delete(self): ...
            def find(self): ...
        """,
    }
    expected = ["Orders.get", "Orders.post", "Old.dispatch_request", "Lines.delete"]
    assert roles(tmp_path, files) == dict.fromkeys(expected, HTTP)


def test_commands_of_flask(tmp_path: Path) -> None:
    source = """
    import click
    from flask import Blueprint, Flask
    from flask.cli import AppGroup

    app = Flask(__name__)
    pages = Blueprint("pages", __name__)
    users = AppGroup("users")

    @app.cli.command("seed")
    def seed(): ...

    @pages.cli.command()
    @click.argument("name")
    def greet(name): ...

    @users.command("create")
    def create(): ...

    def create_app():
        made = Flask(__name__)

        @made.cli.command()
        def late(): ...
    """
    assert roles(tmp_path, source) == dict.fromkeys(["seed", "greet", "create", "late"], CLI)


# -- Django and DRF --------------------------------------------------------------------------------


def test_function_views_in_a_views_module(tmp_path: Path) -> None:
    source = """
    from django.shortcuts import render

    def index(request): ...

    async def stream(request, pk): ...

    def typed(request: object, pk: int): ...

    def helper(order): ...

    def nameless(_): ...

    def _private(request): ...

    class Form:
        def save(self, request): ...
    """
    expected = dict.fromkeys(["index", "stream", "typed"], HTTP)
    assert roles(tmp_path / "a", made(tmp_path / "a", source), "shop/views.py") == expected
    assert roles(tmp_path / "b", made(tmp_path / "b", source), "shop/views/orders.py") == expected
    assert roles(tmp_path / "c", made(tmp_path / "c", source), "shop/pages.py") == {}
    assert roles(tmp_path / "d", made(tmp_path / "d", source), "shop/admin_views.py") == expected
    assert roles(tmp_path / "e", made(tmp_path / "e", source), "shop/previews.py") == {}


def made(root: Path, source: str) -> str:
    root.mkdir()
    return source


def test_a_view_whose_request_has_another_name_but_is_typed(tmp_path: Path) -> None:
    source = """
    from django import http
    from django.http import HttpRequest

    def index(req: HttpRequest): ...

    def shown(_: http.HttpRequest): ...

    def answer(response: http.HttpResponse): ...
    """
    assert roles(tmp_path, source, "shop/views.py") == {"index": HTTP, "shown": HTTP}


def test_function_views_named_in_urlpatterns(tmp_path: Path) -> None:
    files = {
        "shop/urls.py": """
        from django.urls import path
        from shop import pages
        from shop.pages import detail

        urlpatterns = [path("", pages.index), path("<pk>", detail)]
        """,
        "shop/pages.py": """
        from django.http import HttpResponse

        def index(request): ...

        def detail(request, pk): ...

        def unlisted(request): ...

        def unused(_request): ...

        def nameless(_, pk): ...

        def helper(_): ...

        def make(kind): ...
        """,
    }
    more = 'pages.index), path("u", pages.unused), path("n", pages.nameless), path("m", pages.make(1))'
    files["shop/urls.py"] = files["shop/urls.py"].replace("pages.index)", more)
    assert roles(tmp_path, files, "shop/pages.py") == dict.fromkeys(["index", "detail", "unused", "nameless"], HTTP)


@pytest.mark.parametrize(
    "base",
    [
        "django.views.generic.detail.BaseDetailView", "django.views.generic.list.BaseListView", "django.views.generic.edit.BaseUpdateView",
        "rest_framework.authtoken.views.ObtainAuthToken",
    ],
)  # fmt: skip
def test_bases_of_views_whose_name_tells_nothing(tmp_path: Path, base: str) -> None:
    package, _, name = base.rpartition(".")
    source = f"from {package} import {name} as Base\nclass Orders(Base):\n    def post(self, request): ...\n    def place(self): ...\n"
    assert roles(tmp_path, source, "shop/pages.py") == {"Orders.post": HTTP}


def test_commands_of_django_click(tmp_path: Path) -> None:
    source = """
    import djclick as click

    @click.command()
    @click.option("--dry-run", is_flag=True)
    def fix(dry_run): ...

    @click.group()
    def main(): ...

    @main.command()
    def mend(): ...
    """
    assert roles(tmp_path, source, "shop/management/commands/fix.py") == {"fix": CLI, "main": CLI, "mend": CLI}


def test_a_views_module_without_django(tmp_path: Path) -> None:
    assert roles(tmp_path, "def index(request): ...", "shop/views.py") == {}


def test_class_views_of_django(tmp_path: Path) -> None:
    source = """
    from django.views import View
    from django.views.generic import CreateView, ListView

    class Orders(View):
        def get(self, request): ...
        def dispatch(self, request): ...
        def helper(self): ...

    class OrderList(ListView):
        def get(self, request): ...
        def get_queryset(self): ...

    class OrderCreate(CreateView):
        def form_valid(self, form): ...
    """
    expected = ["Orders.get", "Orders.dispatch", "OrderList.get", "OrderCreate.form_valid"]
    assert roles(tmp_path, source, "shop/pages.py") == dict.fromkeys(expected, HTTP)


def test_rest_framework(tmp_path: Path) -> None:
    files = {
        "shop/base.py": """
        from rest_framework.viewsets import ModelViewSet

        class TenantViewSet(ModelViewSet): ...
        """,
        "shop/pages.py": """
        from rest_framework import generics, mixins
        from rest_framework.decorators import action, api_view
        from rest_framework.views import APIView
        from rest_framework.viewsets import ViewSet
        from shop.base import TenantViewSet
        from vendor import AuditedModelViewSet

        @api_view(["GET"])
        def index(request): ...

        class Health(APIView):
            def get(self, request): ...
            def helper(self): ...

        class Orders(TenantViewSet):
            def create(self, request): ...
            def partial_update(self, request, pk): ...
            def perform_create(self, serializer): ...
            def perform_destroy(self, instance): ...
            def get_queryset(self): ...

            @action(detail=True, methods=["post"])
            def pay(self, request, pk): ...

            @pay.mapping.delete
            def unpay(self, request, pk): ...

        class Lines(mixins.ListModelMixin, generics.GenericAPIView):
            def list(self, request): ...

        class Plain(ViewSet):
            def retrieve(self, request, pk): ...

        class Audited(AuditedModelViewSet):
            def update(self, request): ...
        """,
    }
    expected = [
        "index", "Health.get", "Orders.create", "Orders.partial_update", "Orders.perform_create",
        "Orders.perform_destroy", "Orders.pay", "Orders.unpay", "Lines.list", "Plain.retrieve", "Audited.update",
    ]  # fmt: skip
    assert roles(tmp_path, files, "shop/pages.py") == dict.fromkeys(expected, HTTP)


def test_authentication_of_rest_framework_is_a_boundary(tmp_path: Path) -> None:
    source = """
    from rest_framework.authentication import BaseAuthentication
    from rest_framework.permissions import BasePermission

    class Token(BaseAuthentication):
        def authenticate(self, request): ...
        def find(self): ...

    class IsOwner(BasePermission):
        def has_object_permission(self, request, view, obj): ...
    """
    assert roles(tmp_path, source) == {"Token.authenticate": BOUNDARY, "IsOwner.has_object_permission": BOUNDARY}


def test_management_commands(tmp_path: Path) -> None:
    source = """
    from django.core.management.base import BaseCommand

    class Command(BaseCommand):
        def add_arguments(self, parser): ...
        def handle(self, *args, **options): ...

    class Other:
        def handle(self): ...
    """
    assert roles(tmp_path, source, "shop/management/commands/fix.py") == {"Command.handle": CLI}


def test_management_commands_for_each_label_or_app(tmp_path: Path) -> None:
    source = """
    from django.core.management.base import AppCommand, BaseCommand, LabelCommand

    class Command(LabelCommand):
        def handle_label(self, label, **options): ...

    class OfApps(AppCommand):
        def handle_app_config(self, app_config, **options): ...

    class Other(BaseCommand):
        def handle_label(self, label): ...
    """
    found = roles(tmp_path, source, "shop/management/commands/fix.py")
    assert found == {"Command.handle_label": CLI, "OfApps.handle_app_config": CLI}


# -- jobs ------------------------------------------------------------------------------------------


def test_celery(tmp_path: Path) -> None:
    files = {
        "app/worker.py": """
        from celery import Celery

        app = Celery("shop")
        """,
        PATH: """
        import celery
        from celery import Celery, Task, shared_task
        from app.worker import app

        queue = Celery("x")

        @app.task
        def a(): ...

        @queue.task(bind=True)
        def b(self): ...

        @shared_task
        def c(): ...

        @celery.shared_task(name="d")
        def d(): ...

        class Import(Task):
            def run(self, path): ...
            def on_failure(self): ...

        class Other:
            def run(self): ...
        """,
    }
    assert roles(tmp_path, files) == {**dict.fromkeys("abcd", JOB), "Import.run": JOB}


def test_dramatiq(tmp_path: Path) -> None:
    source = """
    import dramatiq
    from dramatiq import GenericActor, actor

    @dramatiq.actor
    def a(): ...

    @actor(max_retries=3)
    def b(): ...

    class Import(GenericActor):
        def perform(self): ...
    """
    assert roles(tmp_path, source) == {"a": JOB, "b": JOB, "Import.perform": JOB}


def test_rq(tmp_path: Path) -> None:
    source = """
    from functools import partial

    import django_rq
    from rq.decorators import job as rq_job

    slow = partial(rq_job, "slow", timeout=9)

    class job(rq_job):
        def __init__(self, queue="default"):
            super().__init__(queue, connection=None)

    @rq_job("default")
    def a(): ...

    @slow()
    def b(): ...

    @job("x")
    def c(): ...

    @django_rq.job
    def d(): ...
    """
    assert roles(tmp_path, source) == dict.fromkeys("abcd", JOB)


@pytest.mark.parametrize("stem", ["consumer", "consumers", "worker", "workers", "subscriber", "subscribers", "listener", "listeners"])
def test_public_coroutines_of_a_consumer_module(tmp_path: Path, stem: str) -> None:
    source = """
    async def on_order(message): ...

    async def _decode(message): ...

    def connect(): ...

    class Orders:
        async def consume(self, message): ...
    """
    assert roles(tmp_path, source, f"app/{stem}.py") == {"on_order": JOB, "Orders.consume": JOB}


def test_data_functions_about_workers_and_handles_of_jobs_are_none(tmp_path: Path) -> None:
    source = """
    async def create_worker(session, name: str): ...

    async def delete_worker(name: str, *, db): ...

    async def on_order(message, timeout=1): ...

    class Job:
        async def wait(self, timeout=0.1): ...
        async def consume(self, message): ...
    """
    assert roles(tmp_path, source, "app/workers.py") == {"on_order": JOB, "Job.consume": JOB}


def test_public_coroutines_beside_decorated_jobs_are_none(tmp_path: Path) -> None:
    source = """
    from celery import shared_task

    @shared_task
    def a(): ...

    async def b(): ...
    """
    assert roles(tmp_path, source, "app/worker.py") == {"a": JOB}


def test_public_coroutines_beside_routes_are_none(tmp_path: Path) -> None:
    source = """
    from fastapi import APIRouter

    router = APIRouter()

    @router.websocket("/worker")
    async def work(socket): await on_answer(socket)

    async def on_answer(socket): ...
    """
    assert roles(tmp_path, source, "app/routes/workers.py") == {"work": HTTP}


def test_coroutines_of_other_modules_are_no_jobs(tmp_path: Path) -> None:
    assert roles(tmp_path, "async def on_order(message): ...", "app/tasks.py") == {}


# -- command line ----------------------------------------------------------------------------------


def test_typer_and_click(tmp_path: Path) -> None:
    source = """
    import click
    import typer
    from click import command, group

    cli = typer.Typer()
    sub = typer.Typer()

    @cli.command()
    def a(): ...

    @cli.callback()
    def b(): ...

    @sub.command("x")
    async def c(): ...

    @click.command()
    @click.option("--x")
    def d(x): ...

    @group()
    def e(): ...

    @e.command()
    def f(): ...

    @e.group()
    def g(): ...

    @command
    def i(): ...

    @click.pass_context
    def none(): ...
    """
    assert roles(tmp_path, source) == dict.fromkeys("abcdefgi", CLI)


def test_commands_of_a_group_in_a_group(tmp_path: Path) -> None:
    source = """
    import click

    @click.group()
    def main(): ...

    @main.group()
    def users(): ...

    @users.command()
    def create(): ...
    """
    assert roles(tmp_path, source) == dict.fromkeys(["main", "users", "create"], CLI)


def test_commands_of_an_imported_group(tmp_path: Path) -> None:
    files = {
        "app/cli.py": "import click\n\n@click.group()\ndef main(): ...",
        PATH: "from app.cli import main\n\n@main.command()\ndef seed(): ...",
    }
    assert roles(tmp_path, files) == {"seed": CLI}


def test_the_main_block(tmp_path: Path) -> None:
    source = """
    import asyncio
    import uvicorn
    from app.other import elsewhere

    def a(): ...

    async def b(): ...

    def c(): ...

    def create_app(): ...

    def uncalled(): ...

    if __name__ == "__main__":
        if a():
            asyncio.run(b())
        elsewhere(c())
        uvicorn.run(create_app(), port=8000)
        print(uncalled)
    """
    assert roles(tmp_path, source) == dict.fromkeys("abc", CLI)


def test_another_if_is_no_main_block(tmp_path: Path) -> None:
    source = "def a(): ...\n\nif __name__ == 'app.orders':\n    a()"
    assert roles(tmp_path, source) == {}


@pytest.mark.parametrize(
    "call",
    [
        "uvicorn.run(create_app(), port=8000)",
        "uvicorn.Server(create_app())",
        "uvicorn.run(app=create_app())",
    ],
)
def test_what_is_handed_to_a_server_is_no_command(tmp_path: Path, call: str) -> None:
    source = f"import uvicorn\n\ndef create_app(): ...\n\nif __name__ == '__main__':\n    {call}"
    assert roles(tmp_path, source) == {}


# -- handler code ----------------------------------------------------------------------------------


def test_helpers_called_directly_and_through_one_another(tmp_path: Path) -> None:
    source = """
    from fastapi import APIRouter

    router = APIRouter()

    @router.get("/x")
    def handle():
        return [_first() for _ in range(3)]

    def _first():
        return _second()

    def _second():
        return _first()

    def uncalled():
        return _third()

    def _third(): ...
    """
    assert handler_code(tmp_path, source) == dict.fromkeys(["handle", "_first", "_second"], "handle")


def test_functions_only_passed_on_are_no_handler_code(tmp_path: Path) -> None:
    source = """
    from functools import partial
    from fastapi import APIRouter, Depends

    router = APIRouter()

    def get_db(): ...

    @router.get("/x", dependencies=[Depends(get_db)])
    @traced
    def handle(tasks, db=Depends(get_db)):
        tasks.add_task(_late, 1)
        other.run(partial(_bound, 1))
        module._elsewhere()

    def traced(function): ...

    def _late(): ...

    def _bound(): ...

    def _elsewhere(): ...
    """
    assert handler_code(tmp_path, source) == {"handle": "handle"}


def test_nested_functions_are_handler_code(tmp_path: Path) -> None:
    source = """
    from fastapi import APIRouter

    router = APIRouter()

    @router.get("/x")
    def handle(tasks):
        def inner():
            def deep():
                return _helper()
            return deep
        tasks.add_task(inner)
        return (lambda: _other())()

    def _helper(): ...

    def _other(): ...
    """
    assert handler_code(tmp_path, source) == dict.fromkeys(["handle", "inner", "deep", "_helper", "_other"], "handle")


def test_methods_of_the_same_class(tmp_path: Path) -> None:
    source = """
    from flask.views import MethodView

    class Orders(MethodView):
        def post(self):
            self._save()
            other._log()

        def _save(self):
            _write()
            self._clean()

        @classmethod
        def _clean(cls):
            cls._sweep()

        @staticmethod
        def _sweep(): ...

        def _log(self): ...

    class Other:
        def _save(self): ...

    def _write(): ...
    """
    expected = ["Orders.post", "Orders._save", "Orders._clean", "Orders._sweep", "_write"]
    assert handler_code(tmp_path, source) == dict.fromkeys(expected, "post")


def test_helpers_of_jobs_and_commands(tmp_path: Path) -> None:
    source = """
    import click
    from celery import shared_task

    @shared_task
    def job():
        _work()

    def _work(): ...

    @click.command()
    def command():
        _print()

    def _print(): ...
    """
    expected = {"job": "job", "_work": "job", "command": "command", "_print": "command"}
    assert handler_code(tmp_path, source) == expected


def test_a_handler_called_by_another_handler_is_its_own(tmp_path: Path) -> None:
    source = """
    from fastapi import APIRouter

    router = APIRouter()

    @router.get("/a")
    def first():
        return second()

    @router.get("/b")
    def second(): ...
    """
    assert handler_code(tmp_path, source) == {"first": "first", "second": "second"}


def test_a_parameter_hides_a_helper_of_its_name(tmp_path: Path) -> None:
    source = """
    from fastapi import APIRouter

    router = APIRouter()

    @router.get("/a")
    def handle(save):
        save()

    def save(): ...
    """
    assert handler_code(tmp_path, source) == {"handle": "handle"}


def test_helpers_beside_a_handler_in_a_factory(tmp_path: Path) -> None:
    source = """
    from fastapi import APIRouter

    def order_router() -> APIRouter:
        router = APIRouter()

        def _load(): ...

        def _unused(): ...

        @router.get("/a")
        def handle():
            return _load()

        return router
    """
    assert handler_code(tmp_path, source) == {"_load": "handle", "handle": "handle"}


def test_functions_named_in_exception_handlers(tmp_path: Path) -> None:
    source = """
    from fastapi import FastAPI
    from app.errors import answer

    def failed(request, error): ...

    def lost(request, error): ...

    def kept(request, error): ...

    def other(request, error): ...

    app = FastAPI(exception_handlers={ValueError: failed})
    exception_handlers = {404: lost}
    app.exception_handlers[KeyError] = kept
    app.handlers[KeyError] = other
    app.exception_handlers[IndexError] = answer
    """
    path = "app/services/web_service.py"
    files = {path: source, "app/errors.py": source.replace("def other", "def answer")}  # on the line of `other`
    assert roles(tmp_path, files, path) == dict.fromkeys(["failed", "lost", "kept"], BOUNDARY)


def test_a_class_whose_instances_are_decorators(tmp_path: Path) -> None:
    files = {
        "app/retry.py": """
        from celery import shared_task

        class retryable_task:
            def __init__(self, **options): self.options = options

            def __call__(self, function):
                return shared_task(**self.options)(function)

        class Named:
            def __init__(self, name): ...
            def __call__(self, function): return function
        """,
        "app/tasks.py": """
        from app.retry import Named, retryable_task

        @retryable_task(name="expire")
        def expire(pk): ...

        @Named("a")
        def other(pk): ...
        """,
    }
    assert roles(tmp_path, files, "app/tasks.py") == {"expire": JOB}


FACTORY = """
from flask import Flask

def create_app():
    app = Flask(__name__)

    @app.route("/orders")
    def orders(): ...

    return app

def other(): ...

if __name__ == "__main__":
    create_app().run()
    other()
"""


def test_a_factory_of_the_application_is_no_command(tmp_path: Path) -> None:
    assert roles(tmp_path, FACTORY, "shop/frontend.py") == {"orders": HTTP, "other": CLI}


@pytest.mark.parametrize(
    ("parameter", "expected"), [("app", {"beat": HTTP}), ("blueprint", {"beat": HTTP}), ("app: Shop", {}), ("things", {})]
)
def test_routes_on_a_parameter(tmp_path: Path, parameter: str, expected: dict[str, Role]) -> None:
    name = parameter.partition(":")[0]
    source = f"""
    from flask import jsonify

    class Shop: ...

    def register({parameter}):
        @{name}.route("/beat")
        def beat(): ...
    """
    assert roles(tmp_path, source, "shop/beats.py") == expected
    assert roles(tmp_path, source.replace("flask", "vendor"), "shop/beats.py") == {}
