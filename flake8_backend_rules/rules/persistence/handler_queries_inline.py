import ast
from collections.abc import Iterator

from flake8_backend_rules.frameworks import knowledge
from flake8_backend_rules.frameworks.schema import Role
from flake8_backend_rules.project.surfaces import FunctionNode
from flake8_backend_rules.rule import Bad, Good, Rule
from flake8_backend_rules.semantics.paths import last_name
from flake8_backend_rules.semantics.persistence import OR_404, QUERY_READS, QUERY_WRITES, READ_NAMES
from flake8_backend_rules.semantics.relations import QUERYSET_READS, RELATED_QUERIES
from flake8_backend_rules.semantics.rows import ROW_METHODS
from flake8_backend_rules.walk import LintedFile
from flake8_backend_rules.wording import quoted


class HandlerQueriesInline(Rule):
    """A route handler queries the database itself.

    ## What it flags
    Reads in the code of an HTTP handler: `session.execute/scalars/scalar/exec/query/get/stream`, a cursor's
    `execute`, `Model.objects...`, Flask-SQLAlchemy's `Model.query...`, the queryset methods of a related manager or a
    many-to-many field. Once per function, with a count of the rest.

    ## Why it is bad
    The query is business knowledge (which orders are open?) that ends up in the web framework. Nobody can reuse or
    test it without an HTTP request, and a change of the schema has to be hunted through the routes.

    ## How it decides
    Receivers are typed as for KBR301. An attribute of a row that no model declares is a manager of related rows (`related_name`)
    where a method is called that nothing else on a row has: `order.lines.filter(...)`. Writes are KBR303's. `get_object_or_404`,
    `.get_or_404`, `.first_or_404` and `.one_or_404` are the edge's own look-up and are left alone. So is a method of the model's
    own manager, which is a query function, unless the chain, or the name that it is bound to, goes on with a queryset's methods, and
    a `get_queryset` that only Django's generic views call. A queryset that is bound for nothing but to be updated or deleted is that write.

    ## When to suppress it
    For a read-only list endpoint in a small backend, where a query function would only be a detour.

    ## Known limits
    Queries built in a module-level helper of another module are not followed.
    """

    code = "KBR304"
    name = "handler-queries-inline"
    message = "{where} queries the database itself via '{call}'; move the query into a use-case or query function"
    roles = (Role.HTTP,)
    calls = READ_NAMES | RELATED_QUERIES
    attributes = knowledge().query_attributes
    bad = (
        Bad(
            files="""
            from fastapi import APIRouter
            from sqlalchemy import select
            from sqlalchemy.orm import Session
            from app.models import Order

            router = APIRouter()

            @router.get("/orders")
            def list_orders(session: Session) -> list:
                rows = session.scalars(select(Order)).all()  # ! 12
                return [rows, session.get(Order, 1)]
            """,
            messages=(
                "route handler 'list_orders' queries the database itself via 'session.scalars()'; "
                "move the query into a use-case or query function (and 1 more)",
            ),
        ),
        Bad(
            files="""
            from django.shortcuts import render
            from shop.models import Order

            def order_list(request):
                return render(request, "orders.html", {"orders": Order.objects.filter(open=True)})  # ! 54
            """,
            path="shop/views.py",
            messages=(
                "route handler 'order_list' queries the database itself via 'Order.objects'; "
                "move the query into a use-case or query function",
            ),
        ),
        Bad(
            files="""
            from rest_framework.response import Response
            from rest_framework.views import APIView
            from shop.models import Order

            class OrderLabel(APIView):
                def get(self, request, pk):
                    try:
                        order = Order.objects.get(pk=pk)  # ! 21
                    except Order.DoesNotExist:
                        return Response(status=404)
                    return Response({"order": order.number, "open": self.get_queryset()})

                def get_queryset(self):
                    return Order.objects.filter(open=True)  # ! 16
            """,
            path="shop/views.py",
            messages=(
                "route handler 'get' queries the database itself via 'Order.objects'; move the query into a use-case or query function",
                "'get_queryset', called by route handler 'get', queries the database itself via 'Order.objects'; "
                "move the query into a use-case or query function",
            ),
        ),
        Bad(
            files={
                "shop/models.py": """
                from django.db import models

                class Tag(models.Model): ...

                class Order(models.Model):
                    tags = models.ManyToManyField(Tag)
                    open = OrderManager()
                    label = models.CharField()

                class Line(models.Model):
                    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines")

                class OrderManager(models.Manager): ...

                KINDS = {"order": Order, "line": Line}

                class Printer: ...

                class Scanner: ...

                DEVICES = {"printer": Printer, "scanner": Scanner}
                """,
                "shop/views.py": """
                from django.shortcuts import get_object_or_404, render
                from shop.models import DEVICES, KINDS, Order

                def order_tags(request, pk):
                    order = get_object_or_404(Order, pk=pk)
                    order.label.all()
                    return render(request, "tags.html", {"tags": order.tags.all()})  # ! 50

                def order_lines(request, pk):
                    order = get_object_or_404(Order, pk=pk)
                    line = order.lines.get(open=True)  # ! 12
                    return render(request, "lines.html", {"line": line, "user": request.user.get("name")})

                def open_orders(request):
                    return render(request, "orders.html", {"orders": Order.open.filter()})  # ! 54

                def device(request, kind, pk):
                    return render(request, "device.html", {"device": DEVICES[kind].objects.get(pk=pk)})

                def anything(request, kind, pk):
                    row = KINDS[kind].objects.get(pk=pk)  # ! 11
                    row.delete()
                """,
            },
            path="shop/views.py",
            messages=tuple(
                f"route handler '{name}' queries the database itself via '{call}'; move the query into a use-case or query function"
                for name, call in (
                    ("order_tags", "order.tags.all()"),
                    ("order_lines", "order.lines.get()"),
                    ("open_orders", "Order.open.filter()"),
                    ("anything", "KINDS[kind].objects"),
                )
            ),
        ),
    )
    good = (
        Good(
            files="""
            from fastapi import APIRouter
            from httpx import Client

            router = APIRouter()

            @router.get("/orders")
            def list_orders(session: Client, filters: dict) -> list:
                return session.get("/orders", params=filters.get("open"))
            """
        ),
        Good(
            files="""
            from django.shortcuts import get_object_or_404
            from django.views.generic import ListView
            from shop.models import Order

            def order_detail(request, pk):
                return get_object_or_404(Order, pk=pk)

            def order_of_user(request, pk):
                return get_object_or_404(visible_to(request.user, Order.objects.all()), pk=pk)

            def order_cancel(request, pk):
                Order.objects.filter(pk=pk).update(open=False)

            def order_label(request, pk):
                return Order.objects.open_of(request.user_id).labels()

            class OrderList(ListView):
                def get_queryset(self):
                    return Order.objects.filter(open=True)

                def get(self, request):
                    return self.render_to_response({"orders": self.object_list})
            """,
            path="shop/views.py",
        ),
    )

    def visit_Call(self, node: ast.Call, file: LintedFile) -> None:
        handler = file.model.handler_at(file.scope, Role.HTTP)
        if handler is None or not isinstance(node.func, ast.Attribute):
            return
        is_read = file.model.persistence.is_session_read(node, file.scope)
        if is_read or ("django" in file.packages and file.model.evaluator.relations.is_related_query(node, file.scope)):
            self._report_chain(node, handler.description, handler.function, file)

    def visit_Attribute(self, node: ast.Attribute, file: LintedFile) -> None:
        handler = file.model.handler_at(file.scope, Role.HTTP)
        if handler is not None and file.model.persistence.is_query_root(node, file.scope):
            self._report_chain(node, handler.description, handler.function, file)

    def _report_chain(self, node: ast.expr, where: str, function: FunctionNode, file: LintedFile) -> None:
        """Reports a query unless the chain that it begins ends in a write or an edge look-up."""
        top, methods = file.model.chain_top(node, file.scope)
        if any(name in OR_404 or name in QUERY_WRITES or name == "none" for name in methods):
            return
        around = next(file.model.ancestors(top, file.scope), None)
        if isinstance(node, ast.Attribute) and methods and QUERY_READS.isdisjoint(methods) and not self._goes_on(around, function, file):
            return  # a method of the model's own manager is the query function
        if _is_looked_up(top, file.model.ancestors(top, file.scope)):
            return
        is_row = bool(methods) and methods[-1] in ROW_METHODS  # has been read by then
        if isinstance(around, ast.Assign) and not is_row and self._is_only_handed_on(around, function, file):
            return
        file.report(self, node, once_per=function, where=where, call=quoted(node))

    def _goes_on(self, around: ast.AST | None, function: FunctionNode, file: LintedFile) -> bool:
        """Whether what is found is bound to a name that is queried on: `orders = Order.objects.open_ones()`, `orders.filter(...)`."""
        target = around.targets[0] if isinstance(around, ast.Assign) and len(around.targets) == 1 else None
        if not isinstance(target, ast.Name):
            return False
        uses = (n for n in file.model.uses(target.id, function) if isinstance(n.ctx, ast.Load))
        return any(not QUERYSET_READS.isdisjoint(file.model.chain_top(use, file.scope)[1]) for use in uses)

    def _is_only_handed_on(self, bound: ast.Assign, function: FunctionNode, file: LintedFile) -> bool:
        """Whether a query is bound to a name for nothing but to be deleted, updated or looked up in."""
        target = bound.targets[0]
        if not isinstance(target, ast.Name) or len(bound.targets) > 1:
            return False
        uses = [n for n in file.model.uses(target.id, function) if n is not target]
        ends = [file.model.chain_top(use, file.scope) for use in uses]
        return bool(ends) and all(
            (methods and methods[-1] in QUERY_WRITES) or _is_looked_up(top, file.model.ancestors(top, file.scope))
            for top, methods in ends
        )


def _is_looked_up(query: ast.AST, ancestors: Iterator[ast.AST]) -> bool:
    """Whether a query is handed to `get_object_or_404`, itself or through a function that narrows it."""
    for around in ancestors:
        if not isinstance(around, ast.Call) or query not in around.args:
            return False
        if last_name(around.func).endswith("get_object_or_404"):
            return True
        query = around
    return False
