import ast

from flake8_backend_rules.frameworks.schema import Role
from flake8_backend_rules.project.layers import is_script
from flake8_backend_rules.rule import Bad, Good, Rule
from flake8_backend_rules.semantics.operations import words_of
from flake8_backend_rules.semantics.persistence import WRITE_NAMES
from flake8_backend_rules.walk import LintedFile
from flake8_backend_rules.wording import quoted

_MADE_UP = frozenset({
    "test", "tests", "testing", "demo", "dummy", "fake", "random", "mock", "fixture", "fixtures", "benchmark", "benchmarks",
})  # fmt: skip
_CHANGES = frozenset({
    "archive", "approve", "assign", "configure", "disable", "enable", "expire", "fix", "mark", "publish", "rename", "retire", "revoke",
    "set", "sync", "update",
})  # fmt: skip
"""How names begin that tell of rows which are there already, whatever they are called."""
_MIGRATIONS = frozenset(["migrate", "migration", "migrations", "backfill", "convert", "legacy"])


class CliBypassesCore(Rule):
    """A CLI command or script writes to the database itself.

    ## What it flags
    A write or `commit()` on a session in the code of a CLI command (Typer, Click, Django's `BaseCommand`, what a
    `__main__` block calls), or in a function of a module below `scripts/` or `management/commands/`. Once per
    function, with a count of the rest.

    ## Why it is bad
    The script skips the checks, events and audit of the service that the routes use. The row it writes is the one that
    nobody can explain later.

    ## How it decides
    Sessions and writes as for KBR301 and KBR303. Not flagged by its name, which is the module's or a function's: what fills
    a database with made-up data (`create_demo_shop`, `add_random_orders`, but not `retire_test_users`), and what migrates rows
    (`backfill_totals`, `convert_prices`), as migrations are exempt too. A method of a class that stands inside the command is not the
    command's: a server that the command starts calls it. A helper that is code of a job or route too is told of there.

    ## When to suppress it
    In a one-off repair that is deleted after it ran.

    ## Known limits
    Writes behind a helper of another module are that module's.
    """

    code = "KBR103"
    name = "cli-bypasses-core"
    message = "{where} bypasses the core via '{call}'; call the service that the routes use"
    calls = WRITE_NAMES | {"commit"}
    bad = (
        Bad(
            files="""
            import typer
            from sqlalchemy.orm import Session
            from app.db import engine
            from app.models import User

            cli = typer.Typer()

            @cli.command()
            def create_admin(name: str) -> None:
                with Session(engine) as session:
                    session.add(User(name=name))  # ! 9
                    session.commit()
            """,
            path="app/admin_commands.py",
            messages=(
                "CLI command 'create_admin' bypasses the core via 'session.add()'; call the service that the routes use (and 1 more)",
            ),
        ),
        Bad(
            files={
                "app/db.py": """
                from sqlalchemy.orm import sessionmaker

                SessionLocal = sessionmaker()
                """,
                "scripts/fix_totals.py": """
                from app.db import SessionLocal

                def fix_totals():
                    store = SessionLocal()
                    store.commit()  # ! 5
                """,
            },
            messages=("script function 'fix_totals' bypasses the core via 'store.commit()'; call the service that the routes use",),
        ),
        Bad(
            files="""
            from celery import shared_task
            from sqlalchemy.orm import Session

            @shared_task
            def add_up(session: Session) -> None:
                session.commit()

            def add_up_later(session: Session) -> None:
                session.commit()  # ! 5

            def main() -> None:
                add_up()
                add_up_later()

            if __name__ == "__main__":
                main()
            """,
            path="app/totals.py",
            messages=(
                "'add_up_later', called by CLI command 'main', bypasses the core via 'session.commit()'; "
                "call the service that the routes use",
            ),
        ),
    )
    good = (
        Good(
            files="""
            import click
            from app.db import SessionLocal
            from app.services.users import create_user

            @click.command()
            def create_admin() -> None:
                with SessionLocal() as session:
                    create_user(session)
                    session.execute("SELECT 1")
            """,
            path="app/commands.py",
        ),
        Good(
            files={
                "app/commands.py": """
                import click
                from app.db import SessionLocal

                @click.command()
                def create_demo_shop() -> None:
                    with SessionLocal() as session:
                        session.commit()

                @click.command()
                def add_random_orders() -> None:
                    with SessionLocal() as session:
                        session.commit()
                """,
                "scripts/backfill_totals.py": """
                from sqlalchemy.orm import Session

                def run(session: Session) -> None:
                    session.commit()
                """,
            },
        ),
    )

    def applies(self, file: LintedFile) -> bool:
        return is_script(file.module.name) or file.model.handler_code.has(Role.CLI)

    def visit_Call(self, node: ast.Call, file: LintedFile) -> None:
        model, scope = file.model, file.scope
        function = scope.function
        if function is None:
            return
        handler = model.handler_at(scope, Role.CLI)
        if handler is None and not is_script(model.module.name):
            return
        is_command = handler is not None and handler.function is handler.handler
        if not is_command and model.handler_at(scope, Role.HTTP, Role.JOB) is not None:
            return  # told of the route or job
        if not model.persistence.changes_data(node, scope):
            return
        functions = list(scope.functions())
        outermost = functions[-1]
        named = {handler.handler.name, handler.function.name} if handler else {f.name for f in functions}
        if any(_is_exempt(name) for name in (model.module.stem, *named)) or _is_callback(node, file):
            return
        where = handler.description if handler else f"script function '{outermost.name}'"
        file.report(self, node, once_per=handler.function if handler else outermost, where=where, call=quoted(node))


def _is_callback(node: ast.Call, file: LintedFile) -> bool:
    """Whether a call stands in a class that a function defines; the class around that function is not looked at."""
    return any(isinstance(outer, ast.ClassDef) for outer in file.model.ancestors(node, file.scope))


def _is_exempt(name: str) -> bool:
    """Whether a name tells of made-up data or of a migration."""
    words = words_of(name)
    is_made_up = not _MADE_UP.isdisjoint(words) and words[0] not in _CHANGES
    return is_made_up or not _MIGRATIONS.isdisjoint(words)
