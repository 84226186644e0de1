import ast

from flake8_backend_rules.project.surfaces import Variable
from flake8_backend_rules.rule import Bad, Good, Rule
from flake8_backend_rules.rules.boundaries._framework_objects import FRAMEWORK_OBJECTS
from flake8_backend_rules.semantics import annotation
from flake8_backend_rules.semantics.origins import is_web_module
from flake8_backend_rules.semantics.scope import Scope, all_nodes, own_nodes, parameters
from flake8_backend_rules.walk import LintedFile

_REQUEST_STATE = frozenset({
    "user", "META", "GET", "POST", "headers", "cookies", "session", "state", "app", "scope", "registry", "params",
    "matchdict", "find_service",
})  # fmt: skip
# Packages whose classes have methods to override that take the framework's request.
_EXTENSIONS = ("fastapi_users.",)
# Those of which the instances stand in `Depends(...)`: https://fastapi.tiangolo.com/reference/security/
_DEPENDENCIES = ("fastapi.security.",)
_ROW_ATTRIBUTES = frozenset({"id", "pk", "status", "save", "delete", "created_at", "updated_at"})
_FACTORY_FIRST = ("context", "_context")
Function = ast.FunctionDef | ast.AsyncFunctionDef


class CoreAcceptsFrameworkObject(Rule):
    """A core or persistence function takes the framework's request, response or form.

    ## What it flags
    In an application or domain module, and in infrastructure modules named like persistence: a parameter annotated as a
    framework object (through Optional, Annotated, collections, aliases and the bound of a type variable) or declared with
    `Depends(...)`; an unannotated `request` on which the body reads framework state.

    ## Why it is bad
    The signature says "anything in the request may matter". No worker can call it, no test without a fake request,
    and what the operation really needs is found by reading its whole body.

    ## How it decides
    By the annotation, followed through aliases and modules. `backend-framework-objects` adds classes. Methods of a class
    that descends from one of the framework have the framework's signature; the import of the base is KBR201's. An
    unannotated `request` that has an id, is saved, or gets attributes set is a row, and none of the framework.

    ## When to suppress it
    For a port that is meant to wrap the framework; better move it to the transport layer.

    ## Known limits
    A dependency of an infrastructure module that returns or yields a session is the wiring itself and left alone, as
    are factories with the signature `(context, request)`.
    """

    code = "KBR202"
    name = "core-accepts-framework-object"
    message = "{layer} function '{function}' takes {what} as '{parameter}'; convert it at the edge and pass typed values"
    options = (FRAMEWORK_OBJECTS,)
    bad = (
        Bad(
            files="""
            from fastapi import Depends, Request, UploadFile

            def place_order(request: Request, files: list[UploadFile] | None) -> None: ...  # ! 17 ! 35

            def cancel_order(user=Depends(place_order)): ...  # ! 18
            """,
            path="app/services/orders.py",
            messages=(
                "application function 'place_order' takes the framework object Request as 'request'; "
                "convert it at the edge and pass typed values",
                "application function 'place_order' takes the framework object UploadFile as 'files'; "
                "convert it at the edge and pass typed values",
                "application function 'cancel_order' takes a dependency of the framework as 'user'; "
                "convert it at the edge and pass typed values",
            ),
        ),
        Bad(
            files="""
            from gateway import Envelope

            def place_order(envelope: Envelope) -> None: ...  # ! 17

            def ship_order(request):  # ! 16
                return request.user
            """,
            path="app/domain/orders.py",
            options={"backend-framework-objects": "Envelope"},
            messages=(
                "domain function 'place_order' takes the framework object Envelope as 'envelope'; "
                "convert it at the edge and pass typed values",
                "domain function 'ship_order' takes a request of the framework as 'request'; convert it at the edge and pass typed values",
            ),
        ),
    )
    good = (
        Good(
            files="""
            from dataclasses import dataclass

            @dataclass
            class Request:
                amount: int

            def place_order(request: Request) -> int:
                return request.amount

            class Builder:
                @classmethod
                def create_service(cls, _context, request):
                    return build(request.registry.orders, request)

            def build(context, request):
                return request.registry

            def charge(request):
                return request.amount
            """,
            path="app/services/orders.py",
        ),
        Good(
            files="""
            from fastapi import Depends
            from sqlalchemy.orm import Session
            from app.config import settings

            def get_session(config=Depends(settings)) -> Session: ...
            """,
            path="app/db/session.py",
        ),
    )

    def applies(self, file: LintedFile) -> bool:
        if not file.model.speaks_web and not file.mentions(file.settings[FRAMEWORK_OBJECTS.name]):
            return False
        return file.model.layer.is_core or file.model.is_persistence_module

    def visit_FunctionDef(self, node: ast.FunctionDef, file: LintedFile) -> None:
        self._check(node, file)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef, file: LintedFile) -> None:
        self._check(node, file)

    def _check(self, node: Function, file: LintedFile) -> None:
        rest = [(arg, None) for arg in (node.args.vararg, node.args.kwarg) if arg is not None]
        suspects = [(arg, default) for arg, default in (*parameters(node.args), *rest) if _may_be_framework(arg, default)]
        if not suspects or _is_factory(node):
            return
        if node.lineno in file.model.roles or (not file.model.layer.is_core and _gives_session(node, file)):
            return
        if _is_dictated(file):
            return
        for arg, default in suspects:
            what = self._offence(node, arg, default, file.scope, file)
            if what:
                layer = file.model.layer.value
                file.report(self, arg, layer=layer, function=node.name, what=what, parameter=arg.arg)

    def _offence(self, node: Function, arg: ast.arg, default: ast.expr | None, scope: Scope, file: LintedFile) -> str:
        evaluator, transport = file.model.evaluator, file.model.transport
        found = next(transport.annotated_framework_classes(_bound(arg.annotation, scope) or arg.annotation, scope), None)
        if found is not None:
            return f"the framework object {found.last_name}"
        if isinstance(default, ast.Call) and evaluator.is_dependency_marker(default, scope):
            return "a dependency of the framework"
        if isinstance(arg.annotation, ast.Subscript):  # an alias that carries one is only a type here
            if next(annotation.dependencies_in(evaluator, arg.annotation, scope), None) is not None:
                return "a dependency of the framework"
        if arg.annotation is None and arg.arg == "request" and _reads_request_state(node):
            return "a request of the framework"
        return ""


def _bound(node: ast.expr | None, scope: Scope) -> ast.expr | None:
    """What a type variable of the module is bound to; None for other annotations."""
    binding = scope.module.binding(node.id) if isinstance(node, ast.Name) else None
    if not isinstance(binding, Variable) or not isinstance(binding.value, ast.Call):
        return None
    return next((k.value for k in binding.value.keywords if k.arg == "bound"), None)


def _may_be_framework(arg: ast.arg, default: ast.expr | None) -> bool:
    """Leaves out what can't be: no annotation but plain builtins, no call as default."""
    if isinstance(arg.annotation, ast.Name) and arg.annotation.id in ("int", "str", "bool", "float", "bytes", "dict", "list", "Any"):
        return isinstance(default, ast.Call)
    return arg.annotation is not None or isinstance(default, ast.Call) or arg.arg == "request"


def _is_factory(node: Function) -> bool:
    names = [a.arg for a, _ in parameters(node.args)]
    names = names[1:] if names[:1] in (["self"], ["cls"]) else names
    return len(names) == 2 and names[0] in _FACTORY_FIRST and names[1] == "request"


def _gives_session(node: Function, file: LintedFile) -> bool:
    """Whether a function returns or yields a session."""
    model = file.model
    scope = Scope(file.module, node, file.scope, file.scope.owner)
    for value in annotation.classes_in(model.evaluator, node.returns, file.scope):
        if model.persistence.session_type(value):
            return True
    for child in own_nodes(node):
        if isinstance(child, (ast.Return, ast.Yield)) and child.value is not None:
            if model.persistence.is_session(child.value, scope):
                return True
    return False


def _reads_request_state(node: Function) -> bool:
    used = [n for n in all_nodes(node) if isinstance(n, ast.Attribute) and isinstance(n.value, ast.Name) and n.value.id == "request"]
    if any(n.attr in _ROW_ATTRIBUTES or (n.attr != "user" and isinstance(n.ctx, ast.Store)) for n in used):
        return False
    return any(n.attr in _REQUEST_STATE for n in used)


def _is_dictated(file: LintedFile) -> bool:
    """Whether the function is a method of a class that descends from one of the framework, a dependency left out."""
    owner = file.scope.owner
    if owner is None or not owner.bases:
        return False
    externals = file.model.evaluator.ancestry(owner).externals
    return any((is_web_module(name) and not name.startswith(_DEPENDENCIES)) or name.startswith(_EXTENSIONS) for name in externals)
