import ast
from collections.abc import Iterator

from flake8_backend_rules.frameworks.schema import Role
from flake8_backend_rules.project.surfaces import ClassInfo
from flake8_backend_rules.rule import Bad, Good, Rule
from flake8_backend_rules.semantics import annotation
from flake8_backend_rules.walk import LintedFile

Function = ast.FunctionDef | ast.AsyncFunctionDef
_RESULT_KEYWORDS = ("response_model", "response", "return_dto")


class HandlerExposesOrmRow(Rule):
    """A handler's response model is an ORM class.

    ## What it flags
    A route handler of a framework that serialises what is returned (FastAPI, Litestar, Django Ninja, a `json` renderer of
    Pyramid) whose `response_model=`, or without one whose return annotation, is or contains an ORM class.

    ## Why it is bad
    Each column becomes a field of the API: the password hash that is added tomorrow is published tomorrow, and a
    column can't be renamed without breaking clients.

    ## How it decides
    By the class, followed through aliases, collections and generics such as `Page[User]`. Where a response model is given,
    `None` included, the annotation says nothing.

    ## When to suppress it
    For an internal admin API whose clients are deployed with the table.

    ## Known limits
    A DTO with a field that holds a row, and handlers registered by a call, are not seen.
    """

    code = "KBR209"
    name = "handler-exposes-orm-row"
    message = "{where} exposes the ORM class '{row}' as its response; name a DTO with the fields that clients may see"
    roles = (Role.HTTP,)
    bad = (
        Bad(
            files={
                "app/models.py": """
                from sqlmodel import SQLModel

                class Hero(SQLModel, table=True): ...
                """,
                "app/api/heroes.py": """
                from fastapi import APIRouter
                from fastapi_pagination import Page
                from app.models import Hero

                router = APIRouter()
                Heroes = list[Hero]

                @router.get("/heroes", response_model=Page[Hero])  # ! 39
                def list_heroes(): ...

                @router.get("/heroes/{hero_id}")
                async def get_hero(hero_id: int) -> Hero | None: ...  # ! 37

                class Views:
                    @router.post(
                        "/heroes",
                        response_model=Heroes,  # ! 24
                    )
                    def create_hero(self) -> None: ...
                """,
            },
            messages=(
                "route handler 'list_heroes' exposes the ORM class 'Hero' as its response; name a DTO with the fields that clients may see",
                "route handler 'get_hero' exposes the ORM class 'Hero' as its response; name a DTO with the fields that clients may see",
                "route handler 'create_hero' exposes the ORM class 'Hero' as its response; name a DTO with the fields that clients may see",
            ),
        ),
    )
    good = (
        Good(
            files="""
            from fastapi import APIRouter
            from sqlmodel import SQLModel

            class HeroPublic(SQLModel): ...

            class Hero(HeroPublic, table=True): ...

            router = APIRouter()

            @router.get("/heroes", response_model=list[HeroPublic])
            def list_heroes() -> list[Hero]: ...

            @router.get("/heroes/raw", response_model=None)
            def raw_heroes() -> list[Hero]: ...

            @router.get("/heroes/first")
            def first_hero() -> HeroPublic: ...
            """,
        ),
        Good(
            files="""
            from flask import Blueprint
            from ninja import Router
            from django.db import models

            class Hero(models.Model): ...

            class HeroOut: ...

            blueprint = Blueprint("heroes", __name__)
            router = Router()

            @blueprint.get("/hero")
            def hero() -> Hero: ...

            @router.get("/heroes", response=HeroOut)
            def heroes(request) -> Hero: ...
            """,
        ),
    )

    def visit_FunctionDef(self, node: ast.FunctionDef, file: LintedFile) -> None:
        self._check(node, file)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef, file: LintedFile) -> None:
        self._check(node, file)

    def _check(self, node: Function, file: LintedFile) -> None:
        role = file.model.roles.get(node.lineno)
        if role is None or role.role is not Role.HTTP:
            return
        given = [k for d in node.decorator_list if isinstance(d, ast.Call) for k in d.keywords if k.arg in _RESULT_KEYWORDS]
        results = [k.value for k in given if k.arg == "response_model"]
        if not given and node.returns is not None and any(_serialises(d, file) for d in node.decorator_list):
            results = [node.returns]
        for result in results:
            row = _row_in(result, file)
            if row:
                file.report(self, result, where=f"route handler '{node.name}'", row=row)


def _serialises(decorator: ast.expr, file: LintedFile) -> bool:
    """Whether a decorator makes a route whose result the framework turns into the response."""
    if isinstance(decorator, ast.Call):
        if any(k.arg == "renderer" and isinstance(k.value, ast.Constant) and k.value.value == "json" for k in decorator.keywords):
            return True
        decorator = decorator.func
    evaluator, packages = file.model.evaluator, file.model.evaluator.knowledge.serialising_packages
    owner = file.model.value(decorator.value if isinstance(decorator, ast.Attribute) else decorator, file.scope)
    if owner is None:
        return not file.model.module.top_level_packages().isdisjoint(packages)
    definition = owner.definition
    names = evaluator.ancestry(definition).externals if isinstance(definition, ClassInfo) else () if definition else (owner.name,)
    return any(name.partition(".")[0] in packages for name in names)


def _row_in(node: ast.expr, file: LintedFile) -> str:
    """The name of an ORM class that a response model mentions, or ""."""
    for part in _parts(node):
        for value in annotation.classes_in(file.model.evaluator, part, file.scope):
            if file.model.evaluator.rows.is_orm_class(value):
                return value.last_name
    return ""


def _parts(node: ast.expr) -> Iterator[ast.expr]:
    """The names in an annotation, those inside of unknown generics too."""
    if isinstance(node, ast.BinOp):
        yield from _parts(node.left)
        yield from _parts(node.right)
    elif isinstance(node, ast.Subscript):
        base = node.value.id if isinstance(node.value, ast.Name) else getattr(node.value, "attr", "")
        items = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        if base in ("Literal", "Callable", "type", "Type"):
            return
        yield node.value
        for item in items[:1] if base == "Annotated" else items:
            yield from _parts(item)
    else:
        yield node
