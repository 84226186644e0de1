import ast

from flake8_backend_rules.frameworks.schema import Role
from flake8_backend_rules.project.surfaces import FunctionNode
from flake8_backend_rules.rule import Bad, Good, Rule
from flake8_backend_rules.walk import LintedFile
from flake8_backend_rules.wording import quoted

_CONTEXT_DECORATORS = frozenset({"contextmanager", "asynccontextmanager"})
_HANDLERS = (Role.HTTP, Role.JOB, Role.CLI)


class DependencyCommits(Rule):
    """A dependency commits the session that it provides or takes.

    ## What it flags
    `commit()` on a session in a dependency: a function that stands in `Depends(...)`, one of a dependencies module, or a
    generator that yields a session. Each call is a finding. Not reported unless selected.

    ## Why it is bad
    The transaction ends after the handler, and in newer FastAPI after the response was sent: the client reads "created", and
    the commit fails. What belongs to the transaction is nowhere to be read, and every handler is one, also those that only read.

    ## How it decides
    By `Depends`, by the module's name (dependencies, deps), and by what a generator yields. The session is recognised as for KBR301.

    ## When to suppress it
    In a small backend that has settled on one transaction a request. Then don't select the rule.

    ## Known limits
    A generator under `@contextmanager` that nothing depends on is entered by hand, and is the use-case's own transaction: left alone.
    """

    code = "KBR307"
    name = "dependency-commits"
    message = "dependency '{function}' commits via '{call}'; leave the commit to the use-case that owns the transaction"
    default = False
    words = ("commit",)
    calls = frozenset({"commit"})
    bad = (
        Bad(
            files="""
            from app.db import SessionLocal

            def get_session():
                with SessionLocal() as session:
                    yield session
                    session.commit()  # ! 9
            """,
            path="app/dependencies.py",
            messages=(
                "dependency 'get_session' commits via 'session.commit()'; leave the commit to the use-case that owns the transaction",
            ),
        ),
        Bad(
            files="""
            from fastapi import APIRouter, Depends
            from sqlalchemy.orm import Session

            router = APIRouter()

            def current_user(session: Session):
                session.commit()  # ! 5

            @router.get("/me")
            def me(user=Depends(current_user)):
                return user
            """,
            messages=(
                "dependency 'current_user' commits via 'session.commit()'; leave the commit to the use-case that owns the transaction",
            ),
        ),
    )
    good = (
        Good(
            files="""
            from contextlib import contextmanager
            from app.db import SessionLocal

            def get_session():
                with SessionLocal() as session:
                    yield session

            @contextmanager
            def transaction():
                with SessionLocal() as session:
                    yield session
                    session.commit()
            """,
            path="app/database.py",
        ),
    )

    def visit_Call(self, node: ast.Call, file: LintedFile) -> None:
        scope, model = file.scope, file.model
        function = next((f for f in scope.functions() if model.is_dependency_code(f, scope)), None)
        if function is None or (_is_entered(function) and not model.is_dependency(function)):
            return
        role = model.role_at(scope)
        if (role is None or role.role not in _HANDLERS) and model.persistence.ends_transaction(node, scope):
            file.report(self, node, function=function.name, call=quoted(node))


def _is_entered(function: FunctionNode) -> bool:
    """Whether a function is made a context manager."""
    targets = (d.func if isinstance(d, ast.Call) else d for d in function.decorator_list)
    return any(getattr(t, "attr", getattr(t, "id", "")) in _CONTEXT_DECORATORS for t in targets)
