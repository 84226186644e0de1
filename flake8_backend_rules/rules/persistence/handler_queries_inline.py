import ast
import re
from itertools import islice

from flake8_backend_rules.frameworks import knowledge
from flake8_backend_rules.frameworks.schema import Role
from flake8_backend_rules.project.surfaces import FunctionNode
from flake8_backend_rules.rule import Bad, Good, Rule
from flake8_backend_rules.semantics.kinds import Kind
from flake8_backend_rules.semantics.paths import last_name
from flake8_backend_rules.semantics.persistence import OR_404, QUERY_READS, QUERY_WRITES, READ_NAMES, RELATED_QUERIES
from flake8_backend_rules.semantics.scope import all_nodes
from flake8_backend_rules.walk import LintedFile
from flake8_backend_rules.wording import quoted

_MAX_AROUND = 4
_NOT_FOUND = re.compile(r"404|not_?found", re.IGNORECASE)


class HandlerQueriesInline(Rule):
    """A route handler queries the database itself.

    ## What it flags
    Reads in the code of an HTTP handler: `session.execute/scalars/scalar/exec/query/get/stream`, a cursor's
    `execute`, `Model.objects...`, Flask-SQLAlchemy's `Model.query...`, a related manager's queryset methods. Once per
    function, with a count of the rest.

    ## Why it is bad
    The query is business knowledge (which orders are open?) that ends up in the web framework. Nobody can reuse or
    test it without an HTTP request, and a change of the schema has to be hunted through the routes.

    ## How it decides
    Receivers are typed as for KBR301. Writes are KBR303's. `get_object_or_404`, `.get_or_404`, `.first_or_404` and
    `.one_or_404` are the edge's own look-up and are left alone, also where they are spelled out: a `try` that does no more than
    `Order.objects.get(...)` and answers 404 when there is none. So is `Order.objects.all()` with nothing after it, which knows
    nothing but the model's name, and a view's `get_queryset`, where Django's generic views want their rows declared.

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
            from django.http import HttpResponse
            from django.shortcuts import get_object_or_404, render
            from django.views.generic import ListView
            from shop.models import Order

            def order_detail(request, pk):
                return get_object_or_404(Order, pk=pk)

            def order_cancel(request, pk):
                Order.objects.filter(pk=pk).update(open=False)

            def order_label(request, pk):
                try:
                    order = Order.objects.get(pk=pk)
                except Order.DoesNotExist:
                    return HttpResponse(status=404)
                return render(request, "label.html", {"order": order, "orders": Order.objects.all()})

            class OrderList(ListView):
                def get_queryset(self):
                    return Order.objects.filter(open=True)

                def get(self, request):
                    return self.render_to_response({"orders": self.get_queryset()})
            """,
            path="shop/views.py",
        ),
    )

    def visit_Call(self, node: ast.Call, file: LintedFile) -> None:
        handler = file.model.handler_at(file.scope, Role.HTTP)
        if handler is None or not isinstance(node.func, ast.Attribute):
            return
        is_read = file.model.persistence.is_session_read(node, file.scope)
        if is_read or self._is_related_query(node.func, file):
            self._report_chain(node, handler.description, handler.function, file)

    def visit_Attribute(self, node: ast.Attribute, file: LintedFile) -> None:
        handler = file.model.handler_at(file.scope, Role.HTTP)
        if handler is not None and file.model.persistence.is_query_root(node, file.scope):
            self._report_chain(node, handler.description, handler.function, file)

    def _is_related_query(self, func: ast.Attribute, file: LintedFile) -> bool:
        """`order.line_set.all()`: a reverse relation of Django, or a manager of another name."""
        receiver = func.value
        if func.attr not in RELATED_QUERIES or not isinstance(receiver, ast.Attribute):
            return False
        if not receiver.attr.endswith(("_set", "_objects")) or "django" not in file.packages:
            return False
        value = file.model.value(receiver, file.scope)
        if receiver.attr.endswith("_objects"):  # a manager with another name than `objects`
            return value is not None and value.kind is Kind.QUERY
        return value is None or value.kind in (Kind.QUERY, Kind.MEMBER)

    def _report_chain(self, node: ast.expr, where: str, function: FunctionNode, file: LintedFile) -> None:
        """Reports a query unless the chain that it begins ends in a write or an edge look-up."""
        top, methods = file.model.chain_top(node, file.scope)
        if any(name in OR_404 or name in QUERY_WRITES or name == "none" for name in methods):
            return
        if function.name == "get_queryset":
            return
        if isinstance(node, ast.Attribute) and methods and (methods[0] not in QUERY_READS or methods == ["all"]):
            return  # a method of the model's own manager is the query function
        around = list(islice(file.model.ancestors(top, file.scope), _MAX_AROUND))
        if around and isinstance(around[0], ast.Call) and top in around[0].args and last_name(around[0].func) == "get_object_or_404":
            return
        if isinstance(node, ast.Attribute) and methods == ["get"] and _answers_404(around):
            return
        file.report(self, node, once_per=function, where=where, call=quoted(node))


def _answers_404(around: list[ast.AST]) -> bool:
    """Whether the statement around a look-up is alone in a `try` that answers 404 where there is no such row."""
    tried = next((node for node in around if isinstance(node, ast.stmt) and not isinstance(node, (ast.Assign, ast.AnnAssign))), None)
    if not isinstance(tried, ast.Try) or len(tried.body) != 1 or tried.body[0] not in around:
        return False
    return all(_is_missing(handler) and _is_404(handler.body[-1]) for handler in tried.handlers)


def _is_missing(handler: ast.ExceptHandler) -> bool:
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return len(handler.body) == 1 and any(kind is not None and last_name(kind).endswith("DoesNotExist") for kind in kinds)


def _is_404(statement: ast.stmt) -> bool:
    """`raise Http404`, `return HttpResponse(status=404)` and their like."""
    if isinstance(statement, ast.Raise):
        answer = statement.exc
    elif isinstance(statement, ast.Return):
        answer = statement.value
    else:
        return False
    return answer is not None and any(_says_404(node) for node in (answer, *all_nodes(answer)))


def _says_404(node: ast.AST) -> bool:
    if isinstance(node, ast.Constant):
        return node.value == 404
    return isinstance(node, (ast.Name, ast.Attribute)) and _NOT_FOUND.search(last_name(node)) is not None
