"""The layer of a module: every clause of the catalogue's list, in the order in which they decide."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from pathlib import Path

import pytest

from flake8_backend_rules.project.layers import Layer, Placement
from flake8_backend_rules.project.surfaces import ClassInfo
from flake8_backend_rules.semantics.model import FileModel
from tests.harness import as_files, session, write

TRANSPORT, APPLICATION, DOMAIN, INFRASTRUCTURE, NONE = (
    Layer.TRANSPORT,
    Layer.APPLICATION,
    Layer.DOMAIN,
    Layer.INFRASTRUCTURE,
    Layer.NONE,
)
Files = str | Mapping[str, str]

ROUTE = """
from fastapi import APIRouter

router = APIRouter()

@router.get("/orders")
def list_orders(): ...
"""
JOB = """
from celery import shared_task

@shared_task
def expire(): ...
"""
COMMAND = """
import typer

cli = typer.Typer()

@cli.command()
def reindex(): ...
"""
NOTHING = "no rule names a layer for it"


def placement(root: Path, files: Files, path: str, options: Mapping[str, str] | None = None) -> Placement:
    """Where the module at `path` stands; a single source is that module's."""
    return file_model(root, files, path, options).placement


def file_model(root: Path, files: Files, path: str, options: Mapping[str, str] | None = None) -> FileModel:
    root.mkdir(parents=True, exist_ok=True)
    written = as_files(files, path)
    write(root, written)
    source = written[path]
    return session(root, (), options)._linted_file(ast.parse(source), str(root / path), source.splitlines(True), source).model


def words(text: str) -> list[str]:
    return text.split()


# -- 1. configuration ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "path", "layer", "reason"),
    [
        ({"backend-domain": "app/api"}, "app/api/orders.py", DOMAIN, "configured by 'app/api'"),
        ({"backend-domain": "app/api/"}, "app/api/deep/orders.py", DOMAIN, "configured by 'app/api/'"),
        ({"backend-domain": "app/api"}, "app/views/orders.py", TRANSPORT, "folder views"),
        ({"backend-domain": "app/**/orders.py"}, "app/api/v1/orders.py", DOMAIN, "configured by 'app/**/orders.py'"),
        ({"backend-domain": "app/*.py"}, "app/api/orders.py", TRANSPORT, "folder api"),
        ({"backend-domain": "services.py"}, "app/services.py", DOMAIN, "configured by 'services.py'"),
        (
            {"backend-domain": "app", "backend-infrastructure": "app/api/orders.py", "backend-application": "app/api"},
            "app/api/orders.py",
            INFRASTRUCTURE,
            "configured by 'app/api/orders.py'",
        ),
        (
            {"backend-transport": "app/core/edge", "backend-application": "app/core"},
            "app/core/edge/orders.py",
            TRANSPORT,
            "configured by 'app/core/edge'",
        ),
        ({"backend-infrastructure": "a,app/core"}, "app/core/orders.py", INFRASTRUCTURE, "configured by 'app/core'"),
    ],
)
def test_configuration_wins_and_of_globs_the_longest(
    tmp_path: Path, options: Mapping[str, str], path: str, layer: Layer, reason: str
) -> None:
    assert placement(tmp_path, "", path, options) == Placement(layer, reason)


def test_configuration_beats_content(tmp_path: Path) -> None:
    assert placement(tmp_path, ROUTE, "app/orders.py", {"backend-domain": "app/orders.py"}).layer is DOMAIN


# -- 2. stems --------------------------------------------------------------------------------------

STEMS = {
    TRANSPORT: words(
        "api endpoint endpoints route routes router routers view views viewset viewsets controller controllers rest"
        " resolver resolvers mutation mutations webhook webhooks websocket websockets consumer consumers subscriber"
        " subscribers listener listeners cli middleware middlewares deps dependencies schema schemas dto dtos serializer"
        " serializers admin orders_consumer ordersconsumer orders_subscriber orders_router orders_routes orders_views"
        " orders_api orders_endpoints orders_controller orders_schemas orders_middleware orders_tasks orders_worker"
    ),
    APPLICATION: words(
        "service services use_case use_cases usecase usecases interactor interactors operation operations command commands"
        " flow flows orders_service orders_use_case orders_usecase orders_interactor orders_flow orders_flows"
    ),
    DOMAIN: words("domain entity entities value_object value_objects aggregate aggregates policy policies"),
    INFRASTRUCTURE: words(
        "repository repositories repo repos crud dao daos db database persistence orm client clients orders_repository"
        " orders_repo orders_crud crud_orders orders_dao orders_client orders_gateway orders_adapter"
    ),
}


@pytest.mark.parametrize(("layer", "stem"), [(layer, stem) for layer, stems in STEMS.items() for stem in stems])
def test_the_stem_names_the_layer(tmp_path: Path, layer: Layer, stem: str) -> None:
    found = placement(tmp_path, "", f"shop/{stem}.py")
    assert found.layer is layer
    assert found.reason.startswith(f"stem {stem}")


@pytest.mark.parametrize(("layer", "stem"), [(TRANSPORT, "api"), (APPLICATION, "services"), (DOMAIN, "entities"), (INFRASTRUCTURE, "crud")])
def test_a_package_takes_its_own_name_as_stem(tmp_path: Path, layer: Layer, stem: str) -> None:
    assert placement(tmp_path, "", f"shop/{stem}/__init__.py") == Placement(layer, f"stem {stem}")


@pytest.mark.parametrize(
    "stem",
    words(
        "core common utils models lib kit main app config workflow management settings orders command_line clienteles"
        " _client _service _tasks crud_ _gateway apis application infrastructure adapters storage http web flowing order_policy"
    ),
)
def test_names_that_say_nothing(tmp_path: Path, stem: str) -> None:
    assert placement(tmp_path, "x = 1", f"shop/{stem}.py") == Placement(NONE, NOTHING)


def test_the_stem_beats_folders_and_content(tmp_path: Path) -> None:
    assert placement(tmp_path, "class OrderRepository: ...", "app/repositories/routes.py") == Placement(TRANSPORT, "stem routes")
    assert placement(tmp_path, JOB, "app/api/order_service.py") == Placement(APPLICATION, "stem order_service (*_service)")
    assert placement(tmp_path, "", "app/domain/views.py") == Placement(TRANSPORT, "stem views")


def test_commands_of_the_command_line_are_no_use_cases(tmp_path: Path) -> None:
    assert placement(tmp_path, "", "app/cli/commands/connection.py") == Placement(TRANSPORT, "folder cli/commands")
    assert placement(tmp_path, "", "app/orders/commands/place.py") == Placement(APPLICATION, "folder commands")


JOB_NAMES = words("task tasks job jobs worker workers celery scheduler schedulers scheduled cron periodic")


@pytest.mark.parametrize("stem", JOB_NAMES)
def test_a_job_stem_counts_only_with_a_job_handler(tmp_path: Path, stem: str) -> None:
    path = f"shop/{stem}.py"
    assert placement(tmp_path / "with", JOB, path) == Placement(TRANSPORT, f"stem {stem}")
    assert placement(tmp_path / "without", "x = 1", path) == Placement(NONE, NOTHING)


def test_a_job_stem_without_a_handler_leaves_it_to_the_folders(tmp_path: Path) -> None:
    assert placement(tmp_path, "x = 1", "app/services/tasks.py") == Placement(APPLICATION, "folder services")


@pytest.mark.parametrize("folder", words("tasks jobs worker workers celery schedulers"))
def test_a_job_folder_without_a_handler_ends_the_search(tmp_path: Path, folder: str) -> None:
    path = f"app/services/{folder}/orders.py"
    assert placement(tmp_path / "with", JOB, path) == Placement(TRANSPORT, "defines a job handler")
    assert placement(tmp_path / "without", "x = 1", path).layer is NONE


def test_class_names_say_nothing_in_a_job_folder(tmp_path: Path) -> None:
    source = "class MirrorRepository: ..."
    assert placement(tmp_path, source, "app/tasks/mirror.py").layer is NONE
    assert placement(tmp_path, source, "app/mirrors/mirror.py").layer is INFRASTRUCTURE


def test_a_folder_below_a_job_folder_is_nearer(tmp_path: Path) -> None:
    assert placement(tmp_path, "x = 1", "app/tasks/services/orders.py") == Placement(APPLICATION, "folder services")


@pytest.mark.parametrize("folder", words("repositories crud dao db database persistence"))
@pytest.mark.parametrize("stem", words("service services utils core"))
def test_storage_helpers_directly_below_a_storage_folder(tmp_path: Path, folder: str, stem: str) -> None:
    assert placement(tmp_path, "", f"app/{folder}/{stem}.py") == Placement(INFRASTRUCTURE, f"stem {stem} directly below {folder}")


def test_a_service_further_below_a_storage_folder_is_a_service(tmp_path: Path) -> None:
    assert placement(tmp_path, "", "app/repositories/orders/service.py").layer is APPLICATION


@pytest.mark.parametrize("stem", words("db repository crud client orders_gateway"))
@pytest.mark.parametrize(
    ("source", "role"), [(ROUTE, "route handler"), (JOB, "job handler"), (COMMAND, "CLI command")], ids=["route", "job", "command"]
)
def test_an_infrastructure_stem_yields_to_an_entry_point(tmp_path: Path, stem: str, source: str, role: str) -> None:
    found = placement(tmp_path, source, f"shop/{stem}.py")
    assert found == Placement(TRANSPORT, f"defines a {role} (the stem {stem} yields to it)")


@pytest.mark.parametrize("stem", words("services flows order_flow policies"))
def test_a_stem_of_the_core_yields_to_a_route(tmp_path: Path, stem: str) -> None:
    assert placement(tmp_path, ROUTE, f"shop/{stem}.py") == Placement(TRANSPORT, f"defines a route handler (the stem {stem} yields to it)")
    assert placement(tmp_path / "job", JOB, f"shop/{stem}.py").layer.is_core


@pytest.mark.parametrize("stem", words("db database persistence repository services checkout_flow"))
@pytest.mark.parametrize("folder", words("dependencies deps middleware cli"))
def test_an_inner_stem_yields_to_a_folder_of_dependencies(tmp_path: Path, stem: str, folder: str) -> None:
    assert placement(tmp_path, "", f"app/{folder}/{stem}.py") == Placement(TRANSPORT, f"folder {folder} (the stem {stem} yields to it)")


def test_a_nearer_folder_hides_the_folder_of_dependencies(tmp_path: Path) -> None:
    assert placement(tmp_path, "", "app/dependencies/entities.py") == Placement(DOMAIN, "stem entities")
    assert placement(tmp_path, "", "app/cli/client.py") == Placement(INFRASTRUCTURE, "stem client")
    assert placement(tmp_path, "", "app/dependencies/services/db.py") == Placement(INFRASTRUCTURE, "stem db")


@pytest.mark.parametrize(("folder", "layer"), [("schemas", TRANSPORT), ("api", TRANSPORT), ("database", INFRASTRUCTURE)])
def test_a_policy_is_of_the_folder_around_it(tmp_path: Path, folder: str, layer: Layer) -> None:
    found = placement(tmp_path, "", f"app/{folder}/policy.py")
    assert found == Placement(layer, f"folder {folder} (the stem policy yields to it)")
    assert placement(tmp_path / "folder", "x = 1", f"app/{folder}/policies/refund.py") == Placement(layer, f"folder {folder}")


MODEL = "from django.db import models\nfrom fastapi.encoders import jsonable_encoder\nclass Admin(models.Model): ...\n"


@pytest.mark.parametrize("folder", ["model", "models", "documents", "tables"])
def test_a_stem_of_the_transport_that_is_a_row_below_a_folder_of_models(tmp_path: Path, folder: str) -> None:
    reason = f"defines the ORM class Admin below {folder} (the stem admin yields to it)"
    assert placement(tmp_path, MODEL, f"app/{folder}/admin.py") == (INFRASTRUCTURE, reason)
    assert placement(tmp_path, "class Admin: ...\n", f"app/{folder}/admin.py") == (TRANSPORT, "stem admin")
    assert placement(tmp_path, MODEL, f"app/{folder}/shop/admin.py") == (TRANSPORT, "stem admin")
    assert placement(tmp_path, MODEL + ROUTE, f"app/{folder}/admin.py") == (TRANSPORT, "stem admin")


def test_aggregates_beside_a_framework_are_sums_over_rows(tmp_path: Path) -> None:
    sums = "from django.db.models import Aggregate\n\nclass Median(Aggregate): ..."
    assert placement(tmp_path, MODEL, "app/models/aggregates.py") == (INFRASTRUCTURE, "defines the ORM class Admin")
    assert placement(tmp_path, sums, "app/reviews/aggregates.py") == (NONE, NOTHING)
    assert placement(tmp_path, "from flask import request", "app/resources/aggregate.py") == (NONE, NOTHING)
    assert placement(tmp_path, sums, "app/domain/aggregates.py") == (DOMAIN, "stem aggregates")
    assert placement(tmp_path, MODEL, "app/entities.py") == (DOMAIN, "stem entities")
    assert placement(tmp_path, "import pydantic", "app/orders/aggregate.py") == (DOMAIN, "stem aggregate")


@pytest.mark.parametrize("folder", ["view", "views", "viewsets"])
def test_a_view_of_what_is_called_a_service(tmp_path: Path, folder: str) -> None:
    reason = f"folder {folder} (the stem print_service yields to it)"
    assert placement(tmp_path, "class Shown: ...\n", f"app/{folder}/print_service.py") == (TRANSPORT, reason)
    assert placement(tmp_path, "class Shown: ...\n", f"app/{folder}/service.py") == (APPLICATION, "stem service")
    assert placement(tmp_path, "class Shown: ...\n", "app/routes/print_service.py") == (APPLICATION, "stem print_service (*_service)")


def test_policies_of_the_core_are_of_the_domain(tmp_path: Path) -> None:
    assert placement(tmp_path, "", "app/services/policies.py") == Placement(DOMAIN, "stem policies")
    assert placement(tmp_path / "folder", "x = 1", "app/orders/policies/refund.py") == Placement(DOMAIN, "folder policies")


def test_a_policy_that_is_a_row(tmp_path: Path) -> None:
    source = "from django.db import models\n\nclass Policy(models.Model): ..."
    assert placement(tmp_path, source, "app/models/policy.py") == Placement(INFRASTRUCTURE, "defines the ORM class Policy")
    assert placement(tmp_path / "domain", source, "app/domain/policy.py").layer is DOMAIN


def test_commands_of_management_are_no_use_cases(tmp_path: Path) -> None:
    files = {f"shop/{name}__init__.py": "" for name in ("", "management/", "management/commands/")}
    assert placement(tmp_path, files, "shop/management/commands/__init__.py").layer is not APPLICATION
    assert placement(tmp_path, "", "shop/management/commands/fix.py") == Placement(TRANSPORT, "folder management/commands")
    assert placement(tmp_path, "", "shop/management/command.py") == Placement(NONE, NOTHING)


@pytest.mark.parametrize(
    "stem", words("command commands service services repository repositories operation operations dto dtos schema schemas")
)
def test_stems_that_yield_to_a_domain_folder(tmp_path: Path, stem: str) -> None:
    found = placement(tmp_path, "", f"app/domain/orders/{stem}.py")
    assert found == Placement(DOMAIN, f"folder domain (the stem {stem} yields to it)")


def test_a_nearer_layer_folder_hides_the_domain_folder(tmp_path: Path) -> None:
    assert placement(tmp_path, "", "app/domain/services/repository.py") == Placement(INFRASTRUCTURE, "stem repository")
    assert placement(tmp_path, "", "app/domain/orders/order_service.py").layer is APPLICATION


@pytest.mark.parametrize("stem", words("dto dtos schema schemas"))
@pytest.mark.parametrize("folder", words("services application use_cases"))
def test_dtos_directly_below_an_application_folder(tmp_path: Path, stem: str, folder: str) -> None:
    assert placement(tmp_path, "", f"app/{folder}/{stem}.py") == Placement(APPLICATION, f"stem {stem} directly below {folder}")


def test_dtos_further_below_an_application_folder_are_its_own(tmp_path: Path) -> None:
    path = "app/services/orders/dto.py"
    assert placement(tmp_path, "", path) == Placement(APPLICATION, "folder services (the stem dto yields to it)")
    assert placement(tmp_path, "x = 1", "app/services/orders/dto/refund.py") == Placement(APPLICATION, "folder services")
    assert placement(tmp_path / "routes", {path: "", "app/services/orders/router.py": ROUTE}, path) == Placement(TRANSPORT, "stem dto")
    assert placement(tmp_path, "", "app/services/serializers.py") == Placement(TRANSPORT, "stem serializers")


@pytest.mark.parametrize("folder", words("outbound infrastructure adapters"))
def test_a_service_below_outbound_adapters(tmp_path: Path, folder: str) -> None:
    for stem in ("service", "services"):
        found = placement(tmp_path, "", f"app/{folder}/mail/{stem}.py")
        assert found == Placement(INFRASTRUCTURE, f"folder {folder} (the stem {stem} yields to it)")


def test_a_service_below_other_infrastructure_is_a_service(tmp_path: Path) -> None:
    assert placement(tmp_path, "", "app/gateways/mail/service.py") == Placement(APPLICATION, "stem service")


# -- 3. content ------------------------------------------------------------------------------------

CONTENT = [
    ("route", ROUTE, TRANSPORT, "defines a route handler"),
    ("job", JOB, TRANSPORT, "defines a job handler"),
    ("command", COMMAND, TRANSPORT, "defines a CLI command"),
    (
        "main block",
        """
        def run(): ...

        if __name__ == "__main__":
            run()
        """,
        TRANSPORT,
        "defines a CLI command",
    ),
    (
        "method of a class-based view",
        """
        from flask.views import MethodView

        class Orders(MethodView):
            def get(self): ...
        """,
        TRANSPORT,
        "defines a route handler",
    ),
    (
        "ORM class",
        """
        from sqlalchemy.orm import DeclarativeBase

        class Base(DeclarativeBase): ...
        """,
        INFRASTRUCTURE,
        "defines the ORM class Base",
    ),
    (
        "Django model",
        """
        from django.db import models

        class Order(models.Model): ...
        """,
        INFRASTRUCTURE,
        "defines the ORM class Order",
    ),
    (
        "mixin with Mapped",
        """
        from sqlalchemy.orm import Mapped

        class Stamped:
            created: Mapped[int]
        """,
        INFRASTRUCTURE,
        "defines the ORM class Stamped",
    ),
    (
        "mixin with mapped_column",
        """
        from sqlalchemy.orm import mapped_column

        class Stamped:
            created = mapped_column()
        """,
        INFRASTRUCTURE,
        "defines the ORM class Stamped",
    ),
    (
        "mixin with declared_attr",
        """
        from sqlalchemy.orm import declared_attr

        class Stamped:
            @declared_attr
            def created(cls): ...
        """,
        INFRASTRUCTURE,
        "defines the ORM class Stamped",
    ),
    *((name, f"class {name}: ...", INFRASTRUCTURE, f"defines the class {name}") for name in ("OrderRepository", "OrderRepo", "OrderDAO")),
    ("unit of work", "class OrderUnitOfWork: ...", INFRASTRUCTURE, "defines the class OrderUnitOfWork"),
    *(
        (name, f"class {name}: ...", APPLICATION, f"defines the class {name}")
        for name in ("OrderService", "PlaceOrderUseCase", "PlaceOrderInteractor", "PlaceOrderCommandHandler", "OrdersQueryHandler")
    ),
    (
        "port",
        """
        from abc import ABC
        from typing import Generic, Protocol, TypeVar

        T = TypeVar("T")

        class OrderRepository(Protocol, Generic[T]): ...
        """,
        INFRASTRUCTURE,
        "defines the class OrderRepository",
    ),
    (
        "repository before service",
        """
        class OrderService: ...

        class OrderRepository: ...
        """,
        INFRASTRUCTURE,
        "defines the class OrderRepository",
    ),
    (
        "dataclass named like a service",
        """
        from dataclasses import dataclass

        @dataclass(frozen=True)
        class RoomService: ...
        """,
        NONE,
        NOTHING,
    ),
    (
        "pydantic model named like a service",
        """
        from pydantic import BaseModel

        class RoomService(BaseModel): ...
        """,
        NONE,
        NOTHING,
    ),
    (
        "subclass of a third-party class",
        """
        from vendor import Base

        class RoomService(Base): ...

        class RoomRepository(Base): ...
        """,
        NONE,
        NOTHING,
    ),
    ("a typed dictionary", "from typing import TypedDict\nclass OrderService(TypedDict): ...", NONE, NOTHING),
    ("a tuple", "import typing\nclass OrderService(typing.NamedTuple): ...", NONE, NOTHING),
    ("other class names", "class Servicer: ...\nclass Repositories: ...", NONE, NOTHING),
    (
        "SQLModel without a table",
        """
        from sqlmodel import SQLModel

        class Order(SQLModel): ...
        """,
        NONE,
        NOTHING,
    ),
    (
        "SQLModel with a table",
        """
        from sqlmodel import SQLModel

        class Order(SQLModel, table=True): ...
        """,
        INFRASTRUCTURE,
        "defines the ORM class Order",
    ),
    (
        "handlers inside a function that returns a router",
        """
        from fastapi import APIRouter

        def order_routes(service) -> APIRouter:
            router = APIRouter()

            @router.get("/orders")
            def list_orders(): ...

            return router
        """,
        TRANSPORT,
        "defines a route handler",
    ),
    (
        "handlers inside a function that returns a blueprint, unannotated",
        """
        from flask import Blueprint

        def order_routes(service):
            pages = Blueprint("orders", __name__)

            @pages.route("/orders")
            def list_orders(): ...

            return pages
        """,
        TRANSPORT,
        "defines a route handler",
    ),
    (
        "handlers inside a function that takes a router",
        """
        from ninja import NinjaAPI, Router

        def add_orders(r: Router | NinjaAPI) -> None:
            @r.get("/orders")
            def list_orders(request): ...
        """,
        TRANSPORT,
        "defines a route handler",
    ),
    (
        "handlers inside a function that takes an app",
        """
        from fastapi import FastAPI

        def add_health(app: FastAPI) -> None:
            @app.get("/health")
            def health(): ...
        """,
        NONE,
        NOTHING,
    ),
    (
        "handlers inside an app factory",
        """
        from fastapi import FastAPI

        def create_app() -> FastAPI:
            app = FastAPI()

            @app.get("/health")
            def health(): ...

            return app
        """,
        NONE,
        NOTHING,
    ),
    (
        "boundaries alone",
        """
        from fastapi import FastAPI

        app = FastAPI()

        @app.exception_handler(ValueError)
        def on_error(request, error): ...
        """,
        NONE,
        NOTHING,
    ),
]


@pytest.mark.parametrize(("source", "layer", "reason"), [case[1:] for case in CONTENT], ids=[case[0] for case in CONTENT])
def test_content(tmp_path: Path, source: str, layer: Layer, reason: str) -> None:
    assert placement(tmp_path, source, "shop/orders.py") == Placement(layer, reason)


@pytest.mark.parametrize(("source", "layer", "reason"), [case[1:] for case in CONTENT], ids=[case[0] for case in CONTENT])
def test_content_as_another_module_sees_it(tmp_path: Path, source: str, layer: Layer, reason: str, request: pytest.FixtureRequest) -> None:
    if "blueprint, unannotated" in request.node.name:
        mark = pytest.mark.xfail(reason="an unannotated factory of another module is read only if its name tells", strict=True)
        request.applymarker(mark)
    model = file_model(tmp_path, {"shop/other.py": "from shop import orders", **as_files(source, "shop/orders.py")}, "shop/other.py")
    other = model.project.module_at(str(tmp_path / "shop/orders.py"))
    assert other is not None
    assert model.layering.of(other) == Placement(layer, reason)


@pytest.mark.xfail(reason="a nested CLI command counts whatever its function returns", strict=True)
def test_a_command_inside_a_function_that_returns_no_router(tmp_path: Path) -> None:
    source = """
    import click

    def register(app):
        @click.command()
        def reindex(): ...

        app.cli.add_command(reindex)
    """
    assert placement(tmp_path, source, "shop/orders.py") == Placement(NONE, NOTHING)


@pytest.mark.xfail(reason="declared_attr members are seen as a bare decorator only", strict=True)
@pytest.mark.parametrize("decorator", ["declared_attr.directive", "declared_attr.cascading"])
def test_a_mixin_whose_declared_attr_has_a_modifier(tmp_path: Path, decorator: str) -> None:
    source = f"""
    from sqlalchemy.orm import declared_attr

    class Named:
        @{decorator}
        def __tablename__(cls): ...
    """
    assert placement(tmp_path, source, "shop/orders.py") == Placement(INFRASTRUCTURE, "defines the ORM class Named")


@pytest.mark.xfail(reason="any table keyword makes an ORM class, table=False too", strict=True)
def test_a_sqlmodel_class_that_says_it_has_no_table(tmp_path: Path) -> None:
    source = "from sqlmodel import SQLModel\n\nclass Order(SQLModel, table=False): ..."
    assert placement(tmp_path, source, "shop/orders.py") == Placement(NONE, NOTHING)


def test_content_decides_before_folders(tmp_path: Path) -> None:
    assert placement(tmp_path, ROUTE, "app/services/orders.py") == Placement(TRANSPORT, "defines a route handler")
    assert placement(tmp_path, "class OrderRepository: ...", "app/services/orders.py").layer is INFRASTRUCTURE


def test_the_base_of_an_orm_class_may_stand_elsewhere(tmp_path: Path) -> None:
    files = {
        "shop/base.py": "from sqlalchemy.orm import declarative_base\n\nBase = declarative_base()",
        "shop/__init__.py": "from .base import Base as Model",
        "shop/orders.py": "from shop import Model\n\nclass Order(Model): ...",
    }
    assert placement(tmp_path, files, "shop/orders.py") == Placement(INFRASTRUCTURE, "defines the ORM class Order")


@pytest.mark.parametrize(
    "base",
    [
        "from sqlalchemy.orm import as_declarative\n\n@as_declarative()\nclass Base: ...",
        "from sqlalchemy.ext.declarative import as_declarative\n\n@as_declarative(name='Base')\nclass Base: ...",
        "from sqlalchemy import orm\n\nmapper = orm.registry()\n\n@mapper.mapped\nclass Base: ...",
        "from sqlalchemy.orm import registry\n\nmapper = registry()\n\n@mapper.mapped_as_dataclass\nclass Base: ...",
        "from sqlalchemy.orm import registry\n\nBase = registry().generate_base()",
    ],
)
def test_the_base_of_an_orm_class_may_be_made_by_a_decorator_or_registry(tmp_path: Path, base: str) -> None:
    files = {"shop/base.py": base, "shop/orders.py": "from shop.base import Base\n\nclass Order(Base): ..."}
    assert placement(tmp_path, files, "shop/orders.py") == Placement(INFRASTRUCTURE, "defines the ORM class Order")


def test_a_class_is_an_orm_class_by_its_own_decorator(tmp_path: Path) -> None:
    source = "from sqlalchemy.orm import registry\n\nmapper = registry()\n\n@mapper.mapped\nclass Order: ..."
    assert placement(tmp_path, source, "shop/orders.py") == Placement(INFRASTRUCTURE, "defines the ORM class Order")
    other = "from vendor import registry\n\nmapper = registry()\n\n@mapper.mapped\nclass Order: ..."
    assert placement(tmp_path, other, "shop/a.py") == Placement(NONE, NOTHING)


@pytest.mark.parametrize("maker", ["from six import with_metaclass", "from django.utils.six import with_metaclass"])
def test_the_base_of_an_orm_class_may_be_given_a_metaclass(tmp_path: Path, maker: str) -> None:
    source = f"{maker}\nfrom django.db import models\n\nclass Order(with_metaclass(type, models.Model)): ..."
    assert placement(tmp_path, source, "shop/orders.py") == Placement(INFRASTRUCTURE, "defines the ORM class Order")


def test_names_count_through_first_party_bases(tmp_path: Path) -> None:
    files = {
        "shop/base.py": "from vendor import Thing\n\nclass Plain: ...\n\nclass Foreign(Thing): ...",
        "shop/a.py": "from shop.base import Plain\n\nclass OrderService(Plain): ...",
        "shop/b.py": "from shop.base import Foreign\n\nclass OrderService(Foreign): ...",
    }
    assert placement(tmp_path, files, "shop/a.py").layer is APPLICATION
    assert placement(tmp_path, files, "shop/b.py").layer is NONE


def test_names_do_not_count_of_what_its_base_says_is_something_else(tmp_path: Path) -> None:
    source = "from shop.base import {0}\n\nclass OrderService({0}): ..."
    files = {"shop/base.py": "class ServiceHook: ...\n\nclass Base: ..."}
    assert placement(tmp_path, files | {"shop/a.py": source.format("ServiceHook")}, "shop/a.py") == Placement(NONE, NOTHING)
    assert placement(tmp_path, files | {"shop/a.py": source.format("Base")}, "shop/a.py").layer is APPLICATION


def test_orm_content_stays_in_the_domain(tmp_path: Path) -> None:
    source = "from django.db import models\n\nclass Order(models.Model): ..."
    assert placement(tmp_path, source, "app/domain/orders.py") == Placement(DOMAIN, "folder domain")
    assert placement(tmp_path, source, "app/domain/services/orders.py") == Placement(INFRASTRUCTURE, "defines the ORM class Order")


def test_a_class_named_repository_does_not_stay_in_the_domain(tmp_path: Path) -> None:
    assert placement(tmp_path, "class OrderRepository: ...", "app/domain/orders.py").layer is INFRASTRUCTURE


# -- 4. folders ------------------------------------------------------------------------------------

FOLDERS = {
    TRANSPORT: words(
        "api apis endpoint endpoints route routes router routers view views viewsets controller controllers rest http web"
        " graphql resolvers mutations webhooks websockets consumers subscribers listeners cli entrypoints inbound"
        " management/commands script scripts middleware middlewares deps dependencies schema schemas dto dtos serializers"
        " request_models response_models"
    ),
    APPLICATION: words(
        "service services service_layer use_case use_cases usecase usecases application interactors operations commands flows"
    ),
    DOMAIN: words("domain entity entities value_object value_objects vo aggregate aggregates policy policies"),
    INFRASTRUCTURE: words(
        "infra infrastructure repository repositories repos crud dao db database databases persistence db_orders"
        " persistence_orders orm adapters gateways clients integrations storage outbound"
    ),
}


@pytest.mark.parametrize(("layer", "folder"), [(layer, folder) for layer, folders in FOLDERS.items() for folder in folders])
def test_the_folder_names_the_layer(tmp_path: Path, layer: Layer, folder: str) -> None:
    found = placement(tmp_path, "x = 1", f"shop/{folder}/orders.py")
    assert found.layer is layer
    assert found.reason.startswith("folder ")


@pytest.mark.parametrize(("layer", "folder"), [(layer, folder) for layer, folders in FOLDERS.items() for folder in folders])
def test_a_package_takes_its_own_name_as_folder(tmp_path: Path, layer: Layer, folder: str) -> None:
    packages = Path("shop", folder).parents
    files = {f"{package}/__init__.py": "" for package in packages if package.name} | {f"shop/{folder}/__init__.py": "x = 1"}
    assert placement(tmp_path, files, f"shop/{folder}/__init__.py").layer is layer


@pytest.mark.parametrize(
    ("path", "layer", "reason"),
    [
        ("app/application/__init__.py", APPLICATION, "folder application"),
        ("app/api/application/__init__.py", APPLICATION, "folder application"),
        ("app/domain/adapters/__init__.py", INFRASTRUCTURE, "folder adapters"),
        ("app/domain/services/__init__.py", DOMAIN, "folder domain (the stem services yields to it)"),
        ("app/services/tasks/__init__.py", NONE, "folder tasks, which counts only with a job handler in the module"),
        ("app/management/commands/__init__.py", TRANSPORT, "folder management/commands"),
        ("app/orders/__init__.py", NONE, NOTHING),
        ("application/__init__.py", APPLICATION, "folder application"),
    ],
)
def test_a_package_stands_where_its_modules_stand(tmp_path: Path, path: str, layer: Layer, reason: str) -> None:
    files = {f"{folder}/__init__.py": "" for folder in Path(path).parents if folder.name}
    assert placement(tmp_path, files, path) == Placement(layer, reason)


def test_a_package_of_queries_counts_beside_commands(tmp_path: Path) -> None:
    files = {f"app/{name}__init__.py": "" for name in ("", "queries/", "commands/")}
    assert placement(tmp_path, files, "app/queries/__init__.py") == Placement(APPLICATION, "folder queries beside commands")


def test_content_of_a_package_decides_before_its_name_as_a_folder(tmp_path: Path) -> None:
    files = {"app/__init__.py": "", "app/application/__init__.py": ROUTE}
    assert placement(tmp_path, files, "app/application/__init__.py") == Placement(TRANSPORT, "defines a route handler")


def test_a_feature_named_like_the_domain_is_a_feature_in_its_package_too(tmp_path: Path) -> None:
    files = {"app/__init__.py": "", "app/policies/__init__.py": "", "app/policies/views.py": ROUTE, "app/policies/forms.py": "x = 1"}
    assert placement(tmp_path, files, "app/policies/forms.py") == Placement(NONE, NOTHING)
    assert placement(tmp_path, files, "app/policies/__init__.py") == Placement(NONE, NOTHING)


@pytest.mark.parametrize(
    "folder", words("core common utils models lib kit main app config workflow management resolver client gateway admin")
)
def test_folders_that_say_nothing(tmp_path: Path, folder: str) -> None:
    assert placement(tmp_path, "x = 1", f"shop/{folder}/orders.py") == Placement(NONE, NOTHING)


@pytest.mark.parametrize(
    ("path", "layer", "reason"),
    [
        ("app/api/services/orders.py", APPLICATION, "folder services"),
        ("app/services/api/orders.py", TRANSPORT, "folder api"),
        ("app/services/orders/models/order.py", APPLICATION, "folder services"),
        ("app/domain/adapters/orders.py", INFRASTRUCTURE, "folder adapters"),
        ("app/api/orders/__init__.py", TRANSPORT, "folder api"),
    ],
)
def test_the_nearest_folder_counts(tmp_path: Path, path: str, layer: Layer, reason: str) -> None:
    files = {f"{folder}/__init__.py": "" for folder in Path(path).parents if folder.name}
    assert placement(tmp_path, files | {path: "x = 1"}, path) == Placement(layer, reason)


def test_queries_count_beside_commands(tmp_path: Path) -> None:
    assert placement(tmp_path, "x = 1", "app/queries/orders.py") == Placement(NONE, NOTHING)
    files = {"app/queries/orders.py": "x = 1", "app/commands/orders.py": ""}
    assert placement(tmp_path / "other", files, "app/queries/orders.py") == Placement(APPLICATION, "folder queries beside commands")


def test_commands_below_cli_are_of_the_command_line(tmp_path: Path) -> None:
    assert placement(tmp_path, "x = 1", "app/cli/commands/orders.py") == Placement(TRANSPORT, "folder cli/commands")
    assert placement(tmp_path, "x = 1", "app/orders/commands/place.py") == Placement(APPLICATION, "folder commands")


@pytest.mark.parametrize(
    ("folder", "view"),
    [
        ("services", "views"), ("flows", "urls"), ("services", "urls/orders"),
        ("operations", "routes/orders"), ("queries", "api"),
    ],
)
def test_a_feature_that_is_called_like_a_layer(tmp_path: Path, folder: str, view: str) -> None:
    path = f"app/{folder}/hooks.py"
    files = {path: "x = 1", "app/commands/place.py": "", f"app/{folder}/paths.py": "urlpatterns = []"}
    assert placement(tmp_path / "layer", files, path).layer is APPLICATION
    feature = files | {f"app/{folder}/{view}.py": "urlpatterns = []"}
    assert placement(tmp_path / "feature", feature, path) == Placement(NONE, NOTHING)


FILLER = "\n".join(f"class Filler{number}:\n    number = {number}\n" for number in range(80)) + "\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("class Order(Base): ...\n", Placement(INFRASTRUCTURE, "defines the ORM class Order"), id="base"),
        pytest.param(
            "class Order:\n    number: Mapped[int]\n", Placement(INFRASTRUCTURE, "defines the ORM class Order"), id="mapped-attribute"
        ),
        pytest.param(
            "class Order:\n    @declared_attr\n    def number(cls): ...\n", Placement(INFRASTRUCTURE, "defines the ORM class Order"),
            id="declared-attribute",
        ),
        pytest.param("@registry.mapped\nclass Order: ...\n", Placement(INFRASTRUCTURE, "defines the ORM class Order"), id="decorated"),
        pytest.param("@as_declarative()\nclass Order: ...\n", Placement(INFRASTRUCTURE, "defines the ORM class Order"), id="made-a-base"),
        pytest.param(
            "class First(Base): ...\nclass Second(Base): ...\n", Placement(INFRASTRUCTURE, "defines the ORM class First"), id="first-of-two"
        ),
        pytest.param("class OrderService: ...\n", Placement(APPLICATION, "defines the class OrderService"), id="service"),
        pytest.param("@dataclass\nclass OrderService: ...\n", Placement(NONE, NOTHING), id="shape-of-data"),
        pytest.param("class Kind(str, enum.Enum): ...\nclass OrderServices: ...\n", Placement(NONE, NOTHING), id="neither"),
    ],
)  # fmt: skip
def test_the_content_of_a_long_module_that_is_imported(tmp_path: Path, text: str, expected: Placement) -> None:
    """Only classes of which the text says that they may tell are read."""
    imports = "dataclasses import dataclass", "sqlalchemy.orm import Mapped, as_declarative, declared_attr", "app.db import Base, registry"
    head = "import enum\n" + "".join(f"from {imported}\n" for imported in imports)
    database = """
    from sqlalchemy.orm import DeclarativeBase
    from sqlalchemy.orm import registry as Registry
    class Base(DeclarativeBase): ...
    registry = Registry()
    """
    write(tmp_path, as_files({"app/__init__.py": "", "app/db.py": database, "app/parts.py": head + text + FILLER}, "app/parts.py"))
    source = "import app.parts\n"
    with session(tmp_path, ()).opened(ast.parse(source), str(tmp_path / "app" / "main.py"), [source], source) as file:
        parts = file.model.project.module_at(str(tmp_path / "app" / "parts.py"))
        assert parts is not None
        assert parts.pieces
        assert file.model.placement_of(parts) == expected
        assert "Filler7" not in {cls.name for cls in parts._bound.values() if isinstance(cls, ClassInfo)}


@pytest.mark.parametrize(
    ("reason", "entry"),
    [
        ("stem services", "services"), ("stem github_api (*_api)", "*_api"), ("folder cli/commands", "cli/commands"),
        ("folder domain (the stem schemas yields to it)", "domain"), ("stem user directly below db", "user directly below db"),
        ("stem services (the stem x yields to it)", "services"), ("defines a route handler", ""),
    ],
)  # fmt: skip
def test_the_entry_that_names_a_layer(reason: str, entry: str) -> None:
    assert Placement(APPLICATION, reason).named_by == entry


def test_a_service_may_put_urls_together(tmp_path: Path) -> None:
    files = {"app/services/hooks.py": "x = 1", "app/services/urls.py": "def order_url(number): ...", "app/services/api.py": "x = 1"}
    assert placement(tmp_path / "helpers", files, "app/services/hooks.py") == Placement(APPLICATION, "folder services")
    api = {"app/services/api/orders.py": "x = 1"}
    assert placement(tmp_path / "served", files | api, "app/services/hooks.py") == Placement(NONE, NOTHING)
    del files["app/services/urls.py"]
    assert placement(tmp_path / "clients", files | api, "app/services/hooks.py") == Placement(APPLICATION, "folder services")


def test_a_backend_that_is_called_api(tmp_path: Path) -> None:
    files = {"app/api/errors.py": "x = 1", "app/api/services/orders.py": "", "app/api/routes/orders.py": "x = 1"}
    assert placement(tmp_path / "layer", files, "app/api/errors.py") == Placement(TRANSPORT, "folder api")
    files |= {"app/api/db.py": ""}
    assert placement(tmp_path / "backend", files, "app/api/errors.py") == Placement(NONE, NOTHING)
    assert placement(tmp_path / "backend", files, "app/api/routes/orders.py") == Placement(TRANSPORT, "folder routes")


def test_folders_above_the_source_root_do_not_count(tmp_path: Path) -> None:
    root = tmp_path / "services" / "backend"
    assert placement(root, "x = 1", "shop/orders.py") == Placement(NONE, NOTHING)
    assert placement(root, "x = 1", "orders.py") == Placement(NONE, NOTHING)


def test_handlers_in_a_factory_of_the_application(tmp_path: Path) -> None:
    route = "".join(f'    @app.get("/{name}")\n    def {name}(): ...\n\n' for name in ("index", "orders", "parts"))
    factory = f"from flask import Flask\n\ndef create_app():\n    app = Flask(__name__)\n\n{route}    return app\n"
    assert placement(tmp_path, factory, "shop/frontend.py") == Placement(TRANSPORT, "defines a route handler")
    assert placement(tmp_path, factory, "shop/__init__.py") == Placement(NONE, NOTHING)
    two = factory.replace('@app.get("/parts")', "@other")
    assert placement(tmp_path, two, "shop/two.py") == Placement(NONE, NOTHING)
    assert placement(tmp_path, factory.replace("return app", "return 1"), "shop/other.py") == Placement(NONE, NOTHING)


def test_folders_above_src_do_not_count(tmp_path: Path) -> None:
    assert placement(tmp_path, "x = 1", "services/billing/src/shop/orders.py") == Placement(NONE, NOTHING)
    assert placement(tmp_path, "x = 1", "services/billing/src/services/orders.py") == Placement(APPLICATION, "folder services")


def test_folders_above_a_configured_source_root_do_not_count(tmp_path: Path) -> None:
    (tmp_path / "services/billing").mkdir(parents=True)
    options = {"backend-source-roots": "services/billing"}
    assert placement(tmp_path, "x = 1", "services/billing/shop/orders.py", options) == Placement(NONE, NOTHING)
    assert placement(tmp_path, "x = 1", "services/billing/api/orders.py", options) == Placement(TRANSPORT, "folder api")


def test_a_folder_without_init_inside_of_a_package_belongs_to_it(tmp_path: Path) -> None:
    files = {"shop/__init__.py": "", "shop/schemas/orders/__init__.py": "", "shop/schemas/orders/imports.py": "x = 1", "setup.cfg": ""}
    assert placement(tmp_path, files, "shop/schemas/orders/imports.py") == Placement(TRANSPORT, "folder schemas")
    del files["shop/__init__.py"]
    (tmp_path / "shop/__init__.py").unlink()
    assert placement(tmp_path, files, "shop/schemas/orders/imports.py") == Placement(NONE, NOTHING)


@pytest.mark.parametrize("folders", ["api/models", "api"])
def test_an_api_that_holds_features_with_models_is_a_whole_backend(tmp_path: Path, folders: str) -> None:
    models = "models/__init__.py" if folders.endswith("models") else "models.py"
    files = {f"api/orders/{models}": "", f"api/parts/{models}": "", "api/common/dates.py": "x = 1"}
    assert placement(tmp_path, files, "api/common/dates.py") == Placement(NONE, NOTHING)
    one = {f"api/orders/{models}": "", "api/common/dates.py": "x = 1"}
    assert placement(tmp_path / "one", one, "api/common/dates.py") == Placement(TRANSPORT, "folder api")


def test_folders_above_the_outermost_package_do_not_count(tmp_path: Path) -> None:
    files = {"services/shop/__init__.py": "", "services/shop/orders.py": "x = 1"}
    assert placement(tmp_path, files, "services/shop/orders.py") == Placement(NONE, NOTHING)
    assert placement(tmp_path, "x = 1", "services/other/orders.py") == Placement(APPLICATION, "folder services")
