import ast

from flake8_backend_rules.project.layers import Layer
from flake8_backend_rules.rule import Bad, Good, Rule
from flake8_backend_rules.semantics.origins import is_web_module
from flake8_backend_rules.walk import LintedFile

# Plain functions that only ship with a framework.
_HELPERS = frozenset({"werkzeug.security", "werkzeug.utils.secure_filename"})


class CoreImportsFramework(Rule):
    """An application or domain module imports a web framework.

    ## What it flags
    An import of FastAPI, Starlette, Flask, Django's HTTP parts, DRF, Typer, Click and the like in a module of the
    application or domain layer, `if TYPE_CHECKING` included: the type still shapes the signature.

    ## Why it is bad
    A core that speaks HTTP can be called from HTTP only. The worker has to fake a request, the framework's major release
    becomes a rewrite of the business logic, and the unit test needs a client.

    ## How it decides
    By the top-level package of the import and the module's layer. werkzeug's password hashing and `secure_filename` speak
    no HTTP and are left alone.

    ## When to suppress it
    Where a module is named like core and is a dependency or middleware: better say so with `backend-transport`.

    ## Known limits
    A framework reached through a first-party re-export is not seen here; KBR202 and KBR601 see its use.
    """

    code = "KBR201"
    name = "core-imports-framework"
    message = "{layer} module imports the web framework '{module}'; keep it at the edge and pass plain values in"
    layers = (Layer.APPLICATION, Layer.DOMAIN)
    bad = (
        Bad(
            files="""
            from typing import TYPE_CHECKING

            from fastapi import HTTPException  # ! 1

            if TYPE_CHECKING:
                from starlette.requests import Request  # ! 5
            """,
            path="app/services/orders.py",
            messages=(
                "application module imports the web framework 'fastapi'; keep it at the edge and pass plain values in",
                "application module imports the web framework 'starlette.requests'; keep it at the edge and pass plain values in",
            ),
        ),
        Bad(
            files="""
            import aiohttp.web  # ! 1
            from django import shortcuts  # ! 1
            """,
            path="app/domain/orders.py",
            messages=(
                "domain module imports the web framework 'aiohttp.web'; keep it at the edge and pass plain values in",
                "domain module imports the web framework 'django.shortcuts'; keep it at the edge and pass plain values in",
            ),
        ),
    )
    good = (
        Good(
            files="""
            import aiohttp
            from django.db import transaction
            from pydantic import BaseModel
            """,
            path="app/services/orders.py",
        ),
        Good(
            files="""
            from werkzeug.security import check_password_hash
            from werkzeug.utils import secure_filename
            """,
            path="app/services/orders.py",
        ),
        Good(files="from fastapi import APIRouter, HTTPException", path="app/api/orders.py"),
        Good(files="from fastapi import FastAPI", path="app/core/setup.py"),
    )

    def visit_Import(self, node: ast.Import, file: LintedFile) -> None:
        self._check(node, [alias.name for alias in node.names], file)

    def visit_ImportFrom(self, node: ast.ImportFrom, file: LintedFile) -> None:
        if node.level == 0 and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            if node.module not in _HELPERS and not _HELPERS.issuperset(names):
                self._check(node, [node.module, *names], file)

    def _check(self, node: ast.stmt, modules: list[str], file: LintedFile) -> None:
        module = next((m for m in modules if is_web_module(m)), None)
        if module is None:
            return
        if file.model.project.is_first_party(module, file.module.folder):
            return
        file.report(self, node, layer=file.model.layer.value, module=module)
