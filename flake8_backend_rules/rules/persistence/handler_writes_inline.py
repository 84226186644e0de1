import ast

from flake8_backend_rules.frameworks.schema import Role
from flake8_backend_rules.rule import Bad, Good, Rule
from flake8_backend_rules.semantics.persistence import WRITE_NAMES
from flake8_backend_rules.walk import LintedFile
from flake8_backend_rules.wording import quoted


class HandlerWritesInline(Rule):
    """A route handler writes to the database itself.

    ## What it flags
    Writes in the code of an HTTP handler: `session.add/delete/merge`, `execute` of an INSERT, UPDATE or DELETE
    (construct or text, directly or through a local name), `Model.objects.create(...)`, `.update/.delete` of a
    query, `.save/.delete` of a row. Once per function, with a count of the rest.

    ## Why it is bad
    What the handler writes, no other entry point can: the worker and the admin script copy the lines, the copies
    drift apart, and the invariant is checked in one of three places.

    ## How it decides
    Receivers are typed as for KBR301. A row is an instance of a Django (or other active-record) model. An overridden
    `save` or `delete` whose own body writes is a call into core and no inline write; form and serializer
    `.save()`, `flush` and `refresh` are none.

    ## When to suppress it
    In a CRUD admin where the handler is the whole application.

    ## Known limits
    Assigning an attribute of a loaded row is a write that this rule does not see.
    """

    code = "KBR303"
    name = "handler-writes-inline"
    message = "{where} writes to the database itself via '{call}'; move the write into the use-case that the route calls"
    calls = WRITE_NAMES
    roles = (Role.HTTP,)
    bad = (
        Bad(
            files="""
            from fastapi import APIRouter
            from sqlalchemy import update
            from sqlalchemy.ext.asyncio import AsyncSession
            from app.models import Order

            router = APIRouter()

            @router.post("/orders")
            async def create_order(session: AsyncSession) -> None:
                statement = update(Order).values(paid=True)
                await session.execute(statement)  # ! 11
                session.add(Order())
            """,
            messages=(
                "route handler 'create_order' writes to the database itself via 'session.execute()'; "
                "move the write into the use-case that the route calls (and 1 more)",
            ),
        ),
        Bad(
            files={
                "shop/models.py": """
                from django.db import models

                class Order(models.Model):
                    paid = models.BooleanField()
                """,
                "shop/views.py": """
                from rest_framework.views import APIView
                from shop.models import Order

                class OrderView(APIView):
                    def post(self, request):
                        order = Order.objects.filter(paid=False).first()
                        order.save()  # ! 9
                """,
            },
            path="shop/views.py",
            messages=(
                "route handler 'post' writes to the database itself via 'order.save()'; "
                "move the write into the use-case that the route calls",
            ),
        ),
        Bad(
            files={
                "shop/models.py": """
                from django.db import models

                class Order(models.Model):
                    tags = models.ManyToManyField("Tag")
                """,
                "shop/views.py": """
                from django.apps import apps
                from django.shortcuts import get_object_or_404
                from shop.models import Order

                def add_line(request, pk):
                    order = get_object_or_404(Order, pk=pk)
                    order.tags.remove(1)
                    order.lines.create(number=1)  # ! 5

                def close_lines(request, pk):
                    order = get_object_or_404(Order, pk=pk)
                    order.lines.filter(open=True).update(open=False)  # ! 5

                def close(request, kind):
                    apps.get_model("shop", kind).objects.update(open=False)  # ! 5

                def close_all(request):
                    for model in (Order,):
                        for row in model.objects.all():
                            row.save()  # ! 13
                """,
            },
            path="shop/views.py",
            messages=tuple(
                f"route handler '{name}' writes to the database itself via '{call}'; move the write into the use-case that the route calls"
                for name, call in (
                    ("add_line", "order.lines.create()"),
                    ("close_lines", "order.lines.filter(open=True).update()"),
                    ("close", "apps.get_model('shop', kind).objects.update()"),
                    ("close_all", "row.save()"),
                )
            ),
        ),
    )
    good = (
        Good(
            files="""
            from fastapi import APIRouter
            from sqlalchemy import select
            from sqlalchemy.ext.asyncio import AsyncSession

            router = APIRouter()

            @router.get("/orders")
            async def list_orders(session: AsyncSession, seen: set[int], cache: dict) -> None:
                seen.add(1)
                cache.update(a=1)
                await session.execute(select(1))
            """
        ),
        Good(
            files={
                "shop/models.py": """
                from django.db import models

                class Order(models.Model):
                    def delete(self):
                        self.lines.filter(open=True).update(open=False)
                        OrderLog.objects.create(order=self)

                class OrderLog(models.Model):
                    pass
                """,
                "shop/views.py": """
                from rest_framework.views import APIView
                from shop.models import Order

                class OrderView(APIView):
                    def delete(self, request):
                        Order.objects.get(pk=1).delete()
                """,
            },
            path="shop/views.py",
        ),
    )

    def visit_Call(self, node: ast.Call, file: LintedFile) -> None:
        handler = file.model.handler_at(file.scope, Role.HTTP)
        if handler is not None and file.model.persistence.is_write(node, file.scope):
            file.report(self, node, once_per=handler.function, where=handler.description, call=quoted(node))
