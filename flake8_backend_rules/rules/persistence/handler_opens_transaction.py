import ast

from flake8_backend_rules.frameworks.schema import Role
from flake8_backend_rules.rule import Bad, Good, Rule
from flake8_backend_rules.semantics.paths import applied_decorator, last_name
from flake8_backend_rules.semantics.persistence import may_open
from flake8_backend_rules.walk import LintedFile
from flake8_backend_rules.wording import quoted


class HandlerOpensTransaction(Rule):
    """A route handler opens a session or transaction.

    ## What it flags
    In the code of an HTTP handler: `session.begin()`, `begin_nested()`, `engine.begin()`, `engine.connect()`, a
    sessionmaker or `Session(engine)` entered or assigned, a first-party context manager that yields a session or
    yields inside of a transaction that it opens, Django's `transaction.atomic` as a `with` or as a decorator of the view,
    as may be the transaction of a connection: `@database.transaction()`.

    ## Why it is bad
    The use-case owns the transaction boundary. Opened in the route, the transaction spans parsing, authorisation
    and rendering, holds its locks that long, and the worker that needs the same operation has to repeat the boundary.

    ## How it decides
    By the type of what is entered or assigned: constructors, sessionmakers, the annotation (or the `yield`) of a
    context manager function. Names alone decide only for `.begin()` on a receiver named like a session or engine.

    ## When to suppress it
    Where a route exists only to run one statement, such as a health check of the database.

    ## Known limits
    A session opened by a dependency is where it belongs and not flagged.
    """

    code = "KBR302"
    name = "handler-opens-transaction"
    message = "{where} opens its own transaction or session via '{call}'; let the use-case that the route calls own it"
    roles = (Role.HTTP,)
    bad = (
        Bad(
            files={
                "app/db.py": """
                from contextlib import asynccontextmanager
                from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

                engine = create_async_engine("postgresql+asyncpg://")
                SessionLocal = async_sessionmaker(engine)

                @asynccontextmanager
                async def open_session():
                    async with SessionLocal() as session:
                        yield session
                """,
                "app/api/orders.py": """
                from fastapi import APIRouter
                from app.db import SessionLocal, open_session

                router = APIRouter()

                @router.post("/orders")
                async def create_order() -> None:
                    async with SessionLocal() as session, session.begin():  # ! 16 ! 43
                        pass
                    async with open_session() as other:  # ! 16
                        pass
                """,
            },
            messages=(
                "route handler 'create_order' opens its own transaction or session via 'SessionLocal()'; "
                "let the use-case that the route calls own it",
                "route handler 'create_order' opens its own transaction or session via 'session.begin()'; "
                "let the use-case that the route calls own it",
                "route handler 'create_order' opens its own transaction or session via 'open_session()'; "
                "let the use-case that the route calls own it",
            ),
        ),
        Bad(
            files="""
            from django.db import transaction

            @transaction.atomic  # ! 2
            def create_order(request):
                pass

            def cancel_order(request):
                with transaction.atomic():  # ! 10
                    pass
            """,
            path="shop/views.py",
            messages=(
                "route handler 'create_order' opens its own transaction or session via 'transaction.atomic'; "
                "let the use-case that the route calls own it",
                "route handler 'cancel_order' opens its own transaction or session via 'transaction.atomic()'; "
                "let the use-case that the route calls own it",
            ),
        ),
    )
    good = (
        Good(
            files="""
            import aiohttp
            from fastapi import APIRouter, Depends
            from sqlalchemy.orm import Session
            from app.db import engine

            router = APIRouter()

            def get_session():
                with Session(engine) as session:
                    yield session

            @router.post("/orders")
            async def create_order(session: Session = Depends(get_session)) -> None:
                async with aiohttp.ClientSession() as client:
                    pass
                with open("orders.csv") as file:
                    pass
            """
        ),
    )

    def visit_With(self, node: ast.With, file: LintedFile) -> None:
        self._visit_with(node, file)

    def visit_AsyncWith(self, node: ast.AsyncWith, file: LintedFile) -> None:
        self._visit_with(node, file)

    def _visit_with(self, node: ast.With | ast.AsyncWith, file: LintedFile) -> None:
        handler = file.model.handler_at(file.scope, Role.HTTP)
        if handler is None:
            return
        for item in node.items:
            if file.model.persistence.opened(item.context_expr, file.scope, entered=True):
                file.report(self, item.context_expr, where=handler.description, call=quoted(item.context_expr))

    def visit_Assign(self, node: ast.Assign, file: LintedFile) -> None:
        self._visit_value(node.value, file)

    def visit_Expr(self, node: ast.Expr, file: LintedFile) -> None:
        self._visit_value(node.value, file)

    def _visit_value(self, value: ast.expr, file: LintedFile) -> None:
        call = value.value if isinstance(value, ast.Await) else value
        if not isinstance(call, ast.Call) or file.scope.node is None or not may_open(call.func):
            return
        handler = file.model.handler_at(file.scope, Role.HTTP)
        if handler is not None and file.model.persistence.opened(call, file.scope, entered=False):
            file.report(self, call, where=handler.description, call=quoted(call))

    def visit_FunctionDef(self, node: ast.FunctionDef, file: LintedFile) -> None:
        self._visit_decorators(node, file)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef, file: LintedFile) -> None:
        self._visit_decorators(node, file)

    def _visit_decorators(self, node: ast.FunctionDef | ast.AsyncFunctionDef, file: LintedFile) -> None:
        for decorator in node.decorator_list:
            applied = applied_decorator(decorator)
            target = applied.func if isinstance(applied, ast.Call) else applied
            if last_name(target) not in ("atomic", "transaction"):
                continue
            role = file.model.roles.get(node.lineno)
            value = file.model.value(target, file.scope)
            if role is None or role.role is not Role.HTTP or value is None:
                continue
            if value.name in file.model.evaluator.knowledge.transactions:
                where = f"{role.role.value} '{node.name}'"
                file.report(self, decorator, where=where, call=quoted(target))
