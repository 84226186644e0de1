import ast

from flake8_backend_rules.project.surfaces import FunctionNode, ImportInfo, Variable
from flake8_backend_rules.rule import Bad, Good, Rule
from flake8_backend_rules.semantics.kinds import Kind
from flake8_backend_rules.semantics.paths import last_name
from flake8_backend_rules.semantics.scope import How, all_nodes, own_nodes, parameters
from flake8_backend_rules.walk import LintedFile
from flake8_backend_rules.wording import quoted

_METADATA_NAMES = ("metadata", "meta")


class CreateAllInsteadOfMigrations(Rule):
    """The schema is created from the models, without migrations.

    ## What it flags
    `metadata.create_all(...)`, `run_sync(Base.metadata.create_all)` and `db.create_all()`.

    ## Why it is bad
    `create_all` adds missing tables and changes none: the first renamed column exists in the code and not in production. Where
    Alembic runs as well, a fresh database has the tables before the first migration, which then fails.

    ## How it decides
    By what `create_all` belongs to: something named `metadata`, a SQLAlchemy `MetaData`, a Flask-SQLAlchemy object or a name `db`.
    Left alone is a function that also stamps Alembic (`command.stamp(...)`), itself or through a helper of its module, as it sets up an
    empty database at the newest revision, and one that makes an SQLite database in memory. So is a metadata that the function makes
    or is handed, and the one of a class in the module whose methods create its tables: a store that keeps its own. A function that is
    handed an engine or `db` that its module does not make, and that its module does not call, leaves the decision to its caller, who may
    stamp.

    ## When to suppress it
    For a database that never outlives the process.

    ## Known limits
    Tests are exempt as files are, by `backend-exempt`.
    """

    code = "KBR310"
    name = "create-all-instead-of-migrations"
    message = "'{call}' creates the schema without migrations; let Alembic create and change it"
    words = ("create_all",)
    calls = frozenset({"create_all", "run_sync"})
    bad = (
        Bad(
            files="""
            from app.db import Base, engine, db

            Base.metadata.create_all(engine)  # ! 1

            async def start() -> None:
                async with engine.begin() as connection:
                    await connection.run_sync(Base.metadata.create_all)  # ! 15
                db.create_all()  # ! 5

            class Application:
                def start(self) -> None:
                    Base.metadata.create_all(engine)  # ! 9

            def create_tables(engine) -> None:
                Base.metadata.create_all(engine)  # ! 5

            create_tables(engine)

            def create_schema(config) -> None:
                Base.metadata.create_all(engine)  # ! 5

            store = connect()

            def create_store(store) -> None:
                Base.metadata.create_all(store)  # ! 5
            """,
            path="app/main.py",
            messages=(
                "'Base.metadata.create_all()' creates the schema without migrations; let Alembic create and change it",
                "'connection.run_sync(Base.metadata.create_all)' creates the schema without migrations; let Alembic create and change it",
                "'db.create_all()' creates the schema without migrations; let Alembic create and change it",
                "'Base.metadata.create_all()' creates the schema without migrations; let Alembic create and change it",
                "'Base.metadata.create_all()' creates the schema without migrations; let Alembic create and change it",
                "'Base.metadata.create_all()' creates the schema without migrations; let Alembic create and change it",
                "'Base.metadata.create_all()' creates the schema without migrations; let Alembic create and change it",
            ),
        ),
    )
    good = (
        Good(
            files="""
            from alembic import command
            from app.db import Base, config, engine

            def set_up() -> None:
                Base.metadata.create_all(engine)
                command.stamp(config, "head")

            def mark() -> None:
                command.stamp(config, "head")

            def set_up_schema() -> None:
                Base.metadata.create_all(engine)
                mark()

            def preview(create_engine) -> None:
                Base.metadata.create_all(create_engine("sqlite:///:memory:"))

            def import_orders(service) -> None:
                service.create_all()

            def copy_table(engine, columns) -> None:
                metadata = MetaData()
                Table("copy", metadata, *columns)
                metadata.create_all(engine)

            async def create(connection, metadata) -> None:
                await connection.run_sync(metadata.create_all)

            async def create_tables(engine) -> None:
                async with engine.begin() as connection:
                    await connection.run_sync(Base.metadata.create_all)

            def create_schema(db) -> None:
                db.create_all()
            """,
            path="app/main.py",
        ),
        Good(
            files="""
            from sqlalchemy.orm import DeclarativeBase

            class Base(DeclarativeBase): ...

            class VectorStore:
                def __init__(self, engine) -> None:
                    Base.metadata.create_all(engine)
            """,
            path="app/vectors/store.py",
        ),
        Good(
            files="""
            import pytest
            from app.db import Base, engine

            @pytest.fixture
            def tables():
                Base.metadata.create_all(engine)
            """,
            path="app/testing/fixtures.py",
        ),
        Good(
            files="""
            from app.db import Base, engine

            Base.metadata.create_all(engine)
            """,
            path="tests/conftest.py",
        ),
    )

    def visit_Call(self, node: ast.Call, file: LintedFile) -> None:
        func = node.func
        if isinstance(func, ast.Attribute) and func.attr == "run_sync":
            if not node.args or not self._creates_tables(node.args[0], file):
                return
            call = f"{quoted(func)}({quoted(node.args[0])})"
        elif self._creates_tables(func, file):
            call = quoted(node)
        else:
            return
        around = next(reversed(list(file.scope.functions())), None)
        body: ast.AST = around if around is not None else file.model.tree
        if "pytest" in file.packages:
            return
        if not _calls(body, "stamp") and not self._is_set_up(body, file) and not self._is_up_to_caller(node, around, file):
            file.report(self, node, call=call)

    def _is_set_up(self, body: ast.AST, file: LintedFile) -> bool:
        """Whether a function makes an SQLite database in memory, or a helper of the module stamps Alembic for it."""
        if any(isinstance(n, ast.Constant) and isinstance(n.value, str) and ":memory:" in n.value for n in own_nodes(body)):
            return True
        return any(_calls(f.node, "stamp") and _calls(body, f.node.name) for f in file.model.functions if f.owner is None)

    def _is_up_to_caller(self, call: ast.Call, function: FunctionNode | None, file: LintedFile) -> bool:
        """Whether a function, which its module does not call, is handed an engine or object to create the tables with, not the module's."""
        if function is None or file.scope.owner is not None or _calls_name(file.model.tree, function.name):
            return False
        used = {n.id for n in all_nodes(call) if isinstance(n, ast.Name)}
        for item in (i for n in all_nodes(function) if isinstance(n, (ast.With, ast.AsyncWith)) for i in n.items):
            if isinstance(item.optional_vars, ast.Name) and item.optional_vars.id in used:
                used |= {n.id for n in all_nodes(item.context_expr) if isinstance(n, ast.Name)}
        handed = {arg.arg for arg, _ in parameters(function.args)} & used
        return any(not isinstance(file.module.binding(name), Variable) for name in handed)

    def _is_own(self, metadata: ast.expr, file: LintedFile) -> bool:
        """Whether a metadata is made in the function, handed to it, or that of a class in a module with a store: no application's."""
        if isinstance(metadata, ast.Attribute) and isinstance(metadata.value, ast.Name) and metadata.attr == "metadata":
            base = file.module.binding(metadata.value.id)
            return file.scope.owner is not None and base is not None and not isinstance(base, ImportInfo)
        found = file.scope.lookup(metadata.id) if isinstance(metadata, ast.Name) else None
        if found is None:
            return False
        made = found[0][-1]
        if made.how is How.PARAMETER:
            return "metadata" in last_name(metadata)
        return isinstance(made.expression, ast.Call) and last_name(made.expression.func) == "MetaData"

    def _creates_tables(self, node: ast.expr, file: LintedFile) -> bool:
        """Whether `node` is the `create_all` of a metadata or of a Flask-SQLAlchemy object."""
        if not isinstance(node, ast.Attribute) or node.attr != "create_all":
            return False
        name = last_name(node.value).strip("_").lower()
        if self._is_own(node.value, file):
            return False
        if name.endswith(_METADATA_NAMES):
            return True
        value = file.model.value(node.value, file.scope)
        if value is None or value.kind is Kind.MEMBER:
            return name == "db"
        known = file.model.evaluator.knowledge.schema_creators
        return value.kind is Kind.INSTANCE and file.model.evaluator.descends(value, known) is True


def _calls_name(tree: ast.AST, name: str) -> bool:
    return any(isinstance(n, ast.Call) and last_name(n.func) == name for n in all_nodes(tree))


def _calls(node: ast.AST, name: str) -> bool:
    """Whether a function (or the module outside of functions) calls something of a name or with it as one of its words."""
    called = (last_name(n.func) for n in own_nodes(node) if isinstance(n, ast.Call))
    return any(name == c or name in c.split("_") for c in called)
