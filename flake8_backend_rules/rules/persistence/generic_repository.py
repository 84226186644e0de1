import ast
import re
from collections.abc import Iterator

from flake8_backend_rules.project.surfaces import FunctionNode
from flake8_backend_rules.rule import Bad, Good, Rule
from flake8_backend_rules.semantics.paths import last_name
from flake8_backend_rules.semantics.scope import FUNCTION_NODES, parameters
from flake8_backend_rules.walk import LintedFile

_NAME = re.compile(r"Repository|Repositories|(?:Repo|DAO|Dao|CRUD|Crud)(?![a-z])")
_OTHERS = ("Router", "View", "ViewSet", "Controller", "Error", "Exception", "Factory", "Provider")
_METHODS = frozenset({
    "get", "get_by_id", "get_one", "find", "list", "get_all", "get_multi", "add", "create", "insert", "update", "update_by_id",
    "upsert", "save", "delete", "delete_by_id", "remove", "soft_delete",
})  # fmt: skip
_MODEL_NAMES = frozenset({"model", "model_class", "model_cls"})
_NO_ROWS = re.compile(r"Redis|Valkey|Memcache|Cache|InMemory|File")
_PLAIN = frozenset({"str", "int", "bool", "float", "bytes", "dict", "list"})
_ENOUGH = 3


class GenericRepository(Rule):
    """A repository is written once for all models.

    ## What it flags
    A class with Repository, Repo, DAO or CRUD in its name that is generic over a model and has three or more of get, get_by_id, get_one,
    find, list, get_all, get_multi, add, create, insert, update, update_by_id, upsert, save, delete, delete_by_id, remove, soft_delete.

    ## Why it is bad
    It offers every model what few of them need, so that an invoice can be deleted because a tag can. The queries that matter don't
    fit its methods and go around it, or into filters that rebuild SQL. A session does the same with less.

    ## How it decides
    Generic is a class with `Generic[T]` or `class Repo[T]`, a constructor parameter `model`, or a class attribute `model`,
    `model_class` or `model_cls` that is bound to no class. Only methods of the class itself count. Ports are left alone: protocols,
    and classes of abstract methods. So is what keeps no rows, as there is no query to write for it: a store of keys, of memory or of
    files, told by its name (`RedisRepository`) or by a cache that its constructor takes.

    ## When to suppress it
    Where the base is thin on purpose and its subclasses, not the use-cases, call its methods.

    ## Known limits
    A base class of a third party (FastCRUD, advanced-alchemy) is not seen, nor is a class that binds it.
    """

    code = "KBR308"
    name = "generic-repository"
    message = "'{repository}' is a repository for any model ({methods}); write one for each aggregate, with the queries its use-cases need"
    words = ("Repo", "DAO", "Dao", "CRUD", "Crud")
    bad = (
        Bad(
            files="""
            from typing import Generic, TypeVar

            T = TypeVar("T")

            class BaseRepository(Generic[T]):  # ! 1
                def get_by_id(self, id: int) -> T: ...
                def add(self, row: T) -> None: ...
                def delete(self, row: T) -> None: ...

            class CRUDBase:  # ! 1
                def __init__(self, model) -> None:
                    self.model = model

                def get(self, id): ...
                def create(self, values): ...
                def update(self, row, values): ...
                def remove(self, id): ...

            class OrderDAO:  # ! 1
                model_class: type

                def find(self, id): ...
                def save(self, row): ...
                def remove(self, id): ...
            """,
            path="app/repositories/base.py",
            messages=(
                "'BaseRepository' is a repository for any model (get_by_id, add, delete); "
                "write one for each aggregate, with the queries its use-cases need",
                "'CRUDBase' is a repository for any model (get, create, update and 1 more); "
                "write one for each aggregate, with the queries its use-cases need",
                "'OrderDAO' is a repository for any model (find, save, remove); "
                "write one for each aggregate, with the queries its use-cases need",
            ),
        ),
    )
    good = (
        Good(
            files="""
            import abc
            from typing import Generic, Protocol, TypeVar
            from app.models import Order

            T = TypeVar("T")

            class Repository(Protocol[T]):
                def get(self, id: int) -> T: ...
                def add(self, row: T) -> None: ...
                def remove(self, row: T) -> None: ...

            class AbstractRepository(abc.ABC, Generic[T]):
                @abc.abstractmethod
                def get(self, id: int) -> T: ...
                @abc.abstractmethod
                def add(self, row: T) -> None: ...
                @abc.abstractmethod
                def remove(self, row: T) -> None: ...

            class OrderRepository:
                model = Order

                def get(self, id): ...
                def add(self, order): ...
                def remove(self, order): ...

            class RedisRepository(Generic[T]):
                def get(self, key: str) -> T: ...
                def save(self, value: T) -> None: ...
                def delete(self, key: str) -> None: ...

            class BasketRepository(Generic[T]):
                def __init__(self, store: RedisCluster) -> None: ...

                def get(self, key: str) -> T: ...
                def save(self, value: T) -> None: ...
                def delete(self, key: str) -> None: ...

            class SearchRepo(Generic[T]):
                def get(self, id: int) -> T: ...
                def search(self, text: str) -> T: ...
            """,
            path="app/repositories/base.py",
        ),
        Good(
            files="""
            from typing import Generic, TypeVar

            T = TypeVar("T")

            class ReportStore(Generic[T]):
                def get(self, id: int) -> T: ...
                def add(self, row: T) -> None: ...
                def delete(self, row: T) -> None: ...
            """,
            path="app/reports.py",
        ),
    )

    def visit_ClassDef(self, node: ast.ClassDef, file: LintedFile) -> None:
        if not _NAME.search(node.name) or node.name.endswith(_OTHERS):
            return
        methods = [m for m in node.body if isinstance(m, FUNCTION_NODES)]
        offered = list(dict.fromkeys(m.name for m in methods if m.name in _METHODS))
        if len(offered) < _ENOUGH or not _is_generic(node, methods) or _is_port(node, methods) or _keeps_no_rows(node, methods):
            return
        named = ", ".join(offered[:_ENOUGH])
        if len(offered) > _ENOUGH:
            named += f" and {len(offered) - _ENOUGH} more"
        file.report(self, node, repository=node.name, methods=named)


def _is_generic(node: ast.ClassDef, methods: list[FunctionNode]) -> bool:
    """Whether a class leaves open which model it is for."""
    bound = {name for name, value in _attributes(node) if not _is_nothing(value)}
    if bound & _MODEL_NAMES:
        return False
    if getattr(node, "type_params", None) or any(isinstance(b, ast.Subscript) and last_name(b.value) == "Generic" for b in node.bases):
        return True
    if any(name in _MODEL_NAMES for name, _ in _attributes(node)):
        return True
    models = [arg for arg in _constructor_args(methods) if arg.arg in _MODEL_NAMES]
    return any(last_name(arg.annotation or ast.Constant(None)) not in _PLAIN for arg in models)


def _keeps_no_rows(node: ast.ClassDef, methods: list[FunctionNode]) -> bool:
    """Whether the name of a class, or the type of what its constructor takes, tells of a store other than a database."""
    taken = (last_name(arg.annotation) for arg in _constructor_args(methods) if arg.annotation is not None)
    return any(_NO_ROWS.search(name) for name in (node.name, *taken))


def _constructor_args(methods: list[FunctionNode]) -> list[ast.arg]:
    constructor = next((m for m in methods if m.name == "__init__"), None)
    return [] if constructor is None else [arg for arg, _ in parameters(constructor.args)]


def _attributes(node: ast.ClassDef) -> Iterator[tuple[str, ast.expr | None]]:
    for child in node.body:
        if isinstance(child, ast.AnnAssign) and isinstance(child.target, ast.Name):
            yield child.target.id, child.value
        elif isinstance(child, ast.Assign):
            yield from ((target.id, child.value) for target in child.targets if isinstance(target, ast.Name))


def _is_nothing(value: ast.expr | None) -> bool:
    return value is None or (isinstance(value, ast.Constant) and value.value in (None, ...))


def _is_port(node: ast.ClassDef, methods: list[FunctionNode]) -> bool:
    """Whether a class is a protocol, or abstract but for dunder methods and static helpers."""
    if any(last_name(b.value if isinstance(b, ast.Subscript) else b) == "Protocol" for b in node.bases):
        return True
    own = [m for m in methods if not (m.name.startswith("__") and m.name.endswith("__"))]
    return all({last_name(d) for d in m.decorator_list} & {"abstractmethod", "staticmethod"} for m in own)
