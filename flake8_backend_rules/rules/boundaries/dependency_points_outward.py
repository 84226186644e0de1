import ast

from flake8_backend_rules.frameworks.schema import Role
from flake8_backend_rules.project.layers import Layer
from flake8_backend_rules.rule import Bad, Good, Rule
from flake8_backend_rules.semantics.dto import is_dto_module
from flake8_backend_rules.semantics.imports import ImportedName, ImportNode
from flake8_backend_rules.semantics.origins import Origin, What, imports_web
from flake8_backend_rules.walk import LintedFile

_OUTER = {
    Layer.DOMAIN: (Layer.APPLICATION, Layer.TRANSPORT),
    Layer.APPLICATION: (Layer.TRANSPORT,),
    Layer.INFRASTRUCTURE: (Layer.TRANSPORT,),
}
# An enqueue port among the workers: what carries a job off, and no job handler.
_PORT_WORDS = ("broker", "queue", "celery")


class DependencyPointsOutward(Rule):
    """An inner layer imports from an outer one.

    ## What it flags
    A first-party import from the domain to the application or transport layer, and from the application or
    infrastructure layer to the transport layer, at any depth of the file, `if TYPE_CHECKING` included.

    ## Why it is bad
    The core can then neither be tested nor called without the routes, workers or commands around it. The next
    step is an import cycle, and with it imports hidden in functions.

    ## How it decides
    By the layer of the module that defines the imported name, after re-exports. A module of the transport layer must show
    it: it defines a route or job handler, or imports a framework of the edge. Where only a folder says the layer of one
    module and the other lies in it too (all of a backend below `api/`), the folder tells nothing. Of a module that is of
    the transport layer by its job handlers alone, only these are.

    ## When to suppress it
    Where a name misplaces a module: better say its layer with `backend-transport` and its like.

    ## Known limits
    DTOs and DTO modules are KBR206's. Modules of one `domain` package never point outward to each other. What carries
    a job off (a broker, a queue, an `enqueue...` function, a job that the file does nothing with but enqueue it) may live
    among the workers. A file that defines routes itself belongs to the edge, whatever its name; so does a web-framework
    module in a folder such as `integrations`.
    """

    code = "KBR204"
    name = "dependency-points-outward"
    message = "{layer} module imports {what}; move what it needs inward, or have the outer layer pass it in"
    layers = tuple(_OUTER)
    bad = (
        Bad(
            files={
                "app/__init__.py": "",
                "app/services/orders.py": "def total(items): ...",
                "app/services/__init__.py": "from .orders import total",
                "app/domain/orders.py": "from app.services import total  # ! 1",
            },
            messages=(
                "domain module imports 'total' from the application module 'app.services.orders'; "
                "move what it needs inward, or have the outer layer pass it in",
            ),
        ),
        Bad(
            files={
                "app/api/deps.py": """
                from fastapi import Header

                def current_tenant(): ...
                def current_region(): ...
                """,
                "app/services/orders.py": """
                from app.api.deps import current_region, current_tenant  # ! 1

                def place_order():
                    from app.api import deps  # ! 5
                """,
                "app/repositories/orders.py": "import app.api.deps as deps  # ! 1",
            },
            messages=(
                "application module imports 'current_region' from the transport module 'app.api.deps'; "
                "move what it needs inward, or have the outer layer pass it in (and 1 more)",
                "application module imports the transport module 'app.api.deps'; "
                "move what it needs inward, or have the outer layer pass it in",
                "infrastructure module imports the transport module 'app.api.deps'; "
                "move what it needs inward, or have the outer layer pass it in",
            ),
        ),
    )
    good = (
        Good(
            files={
                "app/domain/orders.py": "class Order: ...",
                "app/repositories/orders.py": "from app.domain.orders import Order",
                "app/services/orders.py": "from app.repositories.orders import Order",
                "app/api/orders.py": "from app.services import orders",
                "app/main.py": "from app.api import orders",
            },
        ),
        Good(
            files={
                "app/api/types.py": "from app.domain.orders import Order",
                "app/domain/orders.py": "class Order: ...",
                "app/services/orders.py": "from app.api.types import Order",
            },
        ),
        Good(
            files={
                "app/schemas/order.py": """
                from pydantic import BaseModel

                MAX_ITEMS = 10

                class OrderCreate(BaseModel): ...
                """,
                "app/services/orders.py": "from app.schemas.order import MAX_ITEMS, OrderCreate",
            },
        ),
        Good(
            files={
                "app/worker.py": """
                from dramatiq import actor
                from dramatiq.brokers.redis import RedisBroker

                broker = RedisBroker()

                @actor
                def ship(order_id: int) -> None: ...

                def enqueue_shipment(order_id: int) -> None:
                    ship.send(order_id)
                """,
                "app/services/orders.py": "from app.worker import broker, enqueue_shipment",
            },
        ),
        Good(
            files={
                "app/orders/domain/usecase/place.py": "class PlaceOrderUseCase: ...",
                "app/orders/domain/model.py": "from .usecase.place import PlaceOrderUseCase",
            },
        ),
        Good(
            files={
                "api/helpers.py": """
                import fastapi

                def slug(text): ...
                """,
                "api/services/orders.py": "from api.helpers import slug",
                "app/__init__.py": "",
                "app/api/aws.py": "class BucketClient: ...",
                "app/services/files.py": "from app.api.aws import BucketClient",
            },
        ),
    )

    def applies(self, file: LintedFile) -> bool:
        if not super().applies(file) or file.model.handler_code.has(Role.HTTP):
            return False
        placement = file.model.placement
        return not (placement.is_by_folder and placement.layer is Layer.INFRASTRUCTURE and imports_web(file.module))

    def visit_Import(self, node: ast.Import, file: LintedFile) -> None:
        self._check(node, file)

    def visit_ImportFrom(self, node: ast.ImportFrom, file: LintedFile) -> None:
        self._check(node, file)

    def _check(self, node: ImportNode, file: LintedFile) -> None:
        layer = file.model.layer
        for name in file.model.imports.names(node):
            origin = name.origin
            if origin is None or origin.layer not in _OUTER[layer] or not _is_outward(origin, file):
                continue
            if not _is_job_to_enqueue(name, origin, file):
                file.report(self, node, once_per=node, layer=layer.value, what=origin.title)


def _is_outward(origin: Origin, file: LintedFile) -> bool:
    imports = file.model.imports
    if origin.layer is Layer.TRANSPORT and not origin.is_edge:
        return False
    if origin.is_dto or is_dto_module(origin.module) or _is_enqueue_port(origin):
        return False
    return not imports.shares_layer_folder(origin) and not imports.shares_domain_package(origin)


def _is_enqueue_port(origin: Origin) -> bool:
    return origin.what is not What.CLASS and any(word in origin.name.lower() for word in _PORT_WORDS)


def _is_job_to_enqueue(name: ImportedName, origin: Origin, file: LintedFile) -> bool:
    is_function = origin.what is What.FUNCTION
    return origin.layer is Layer.TRANSPORT and file.model.enqueues.is_only_enqueued(name.written, file.model.tree, is_function=is_function)
