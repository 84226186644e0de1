import ast
from collections.abc import Iterator
from itertools import pairwise

from flake8_backend_rules.rule import Bad, Good, Rule
from flake8_backend_rules.semantics.paths import last_name
from flake8_backend_rules.semantics.scope import How, Scope, own_nodes, parameters
from flake8_backend_rules.walk import LintedFile
from flake8_backend_rules.wording import quoted

_REPOSITORY_ENDINGS = ("Repository", "Repo", "DAO", "Dao", "Gateway")
_TRANSACTION_CLASSES = ("UnitOfWork", "UoW", "TransactionManager")
_CONTEXT_DECORATORS = frozenset({"contextmanager", "asynccontextmanager"})


class RepositoryCommits(Rule):
    """A repository commits on its own.

    ## What it flags
    `commit()` on a session in a class named `*Repository`, `*Repo`, `*DAO`, `*CRUD*` or `*Gateway`, and in an
    infrastructure module whose stem or folder is repository, repo, crud, dao, db, database or persistence, on a session that the
    function did not open itself. Each call is a finding.

    ## Why it is bad
    Two repository calls are two transactions. When the second fails, the first stays, and the use-case that wanted
    both or none can't have it. Tests on a rolled-back session stop being isolated, too.

    ## How it decides
    The receiver is typed as for KBR301. Left alone: units of work and transaction managers, wrappers that call
    the function they wrap and then commit, `__exit__`/`__aexit__`, generators and context managers, methods named
    `commit`, a commit about which a parameter decides whose name holds `commit`, and one that a function makes of a session before any
    other use, to close it next: it only lets go of locks.

    ## When to suppress it
    For a store that is never part of a larger operation, such as an audit log that must survive a rollback.

    ## Known limits
    `autocommit` connections commit without a call, and are not seen.
    """

    code = "KBR305"
    name = "repository-commits"
    message = "{where} commits by itself via '{call}'; leave the commit to the use-case that owns the transaction"
    words = ("commit",)
    calls = frozenset({"commit"})
    bad = (
        Bad(
            files="""
            from sqlalchemy.orm import Session

            class OrderRepository:
                def __init__(self, session: Session) -> None:
                    self._session = session

                def add(self, order) -> None:
                    self._session.add(order)
                    self._session.commit()  # ! 9
            """,
            path="app/orders.py",
            messages=(
                "repository method 'OrderRepository.add' commits by itself via 'self._session.commit()'; "
                "leave the commit to the use-case that owns the transaction",
            ),
        ),
        Bad(
            files="""
            async def create_order(db, order):
                db.add(order)
                await db.commit()  # ! 11
            """,
            path="app/crud/orders.py",
            messages=(
                "persistence function 'create_order' commits by itself via 'db.commit()'; "
                "leave the commit to the use-case that owns the transaction",
            ),
        ),
    )
    good = (
        Good(
            files="""
            from app.db import SessionLocal

            class OrderUnitOfWork:
                def commit(self) -> None:
                    self.session.commit()

            class OrderRepository:
                def drop(self, order, commit: bool = True):
                    self.session.delete(order)
                    return commit and self.session.commit()

                def refresh(self, order, commit: bool = True) -> None:
                    if not commit:
                        return
                    self.session.commit()

                def add(self, order, auto_commit: bool = False) -> None:
                    self.session.add(order)
                    if auto_commit:
                        self.session.commit()

            def archive() -> None:
                with SessionLocal() as session:
                    session.commit()
            """,
            path="app/repositories/orders.py",
        ),
        Good(
            files="""
            def place_order(session, order):
                session.add(order)
                session.commit()
            """,
            path="app/services/orders.py",
        ),
    )

    def visit_Call(self, node: ast.Call, file: LintedFile) -> None:
        scope, func = file.scope, node.func
        function = scope.function
        if function is None or not isinstance(func, ast.Attribute):
            return
        classes = list(_classes_around(scope))
        repository = next((c for c in classes if c.name.endswith(_REPOSITORY_ENDINGS) or "CRUD" in c.name), None)
        if repository is None and not file.model.is_persistence_module:
            return
        if any(c.name.endswith(_TRANSACTION_CLASSES) or c.name.startswith("Transaction") for c in classes):
            return
        if not file.model.persistence.ends_transaction(node, scope):
            return
        if repository is None and (_opened_here(func.value, scope) or self._only_lets_go(node, func.value, file)):
            return
        functions = list(scope.functions())
        if any(_manages_transactions(f) for f in functions) or self._is_asked_for(node, file):
            return
        if any(_calls_parameter_of(inner, outer) for inner, outer in pairwise(functions)):
            return  # a decorator: its wrapper calls the function it wraps and then commits
        where = (
            f"persistence function '{function.name}'" if repository is None else f"repository method '{repository.name}.{function.name}'"
        )
        file.report(self, node, where=where, call=quoted(node))

    def _only_lets_go(self, node: ast.Call, session: ast.expr, file: LintedFile) -> bool:
        """Whether a function uses a session for nothing before a commit, and closes it next: it gives up locks and a connection."""
        if not isinstance(session, ast.Name) or file.scope.function is None:
            return False
        uses = [n for n in own_nodes(file.scope.function) if isinstance(n, ast.Name) and n.id == session.id and n is not session]
        first = min(uses, key=lambda n: (n.lineno, n.col_offset), default=None)
        closed = {n.value for n in own_nodes(file.scope.function) if isinstance(n, ast.Attribute) and n.attr in ("close", "aclose")}
        return first in closed and first.lineno > node.lineno

    def _is_asked_for(self, node: ast.Call, file: LintedFile) -> bool:
        """Whether a parameter whose name holds `commit` decides about the commit: an `if` or `and` around it, or an early return."""
        functions = list(file.scope.functions())
        names = {a.arg for f in functions for a, _ in parameters(f.args) if "commit" in a.arg}
        if not names:
            return False
        if any(_returns_early(statement, names) and statement.lineno < node.lineno for f in functions for statement in f.body):
            return True
        tests = (_test_of(a) for a in file.model.ancestors(node, file.scope))
        return any(test is not None and _mentions(test, names) for test in tests)


def _test_of(node: ast.AST) -> ast.expr | None:
    """What decides whether the inside of a node is reached; None of nodes that decide nothing."""
    if isinstance(node, (ast.If, ast.IfExp)):
        return node.test
    return node.values[0] if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.And) else None


def _returns_early(statement: ast.stmt, names: set[str]) -> bool:
    return isinstance(statement, ast.If) and isinstance(statement.body[-1], ast.Return) and _mentions(statement.test, names)


def _mentions(node: ast.expr, names: set[str]) -> bool:
    return any(isinstance(n, ast.Name) and n.id in names for n in ast.walk(node))


def _classes_around(scope: Scope) -> Iterator[ast.ClassDef]:
    current: Scope | None = scope
    while current is not None:
        if isinstance(current.node, ast.ClassDef):
            yield current.node
        current = current.parent


def _opened_here(receiver: ast.expr, scope: Scope) -> bool:
    """Whether the session was opened by the function itself: bound by a `with` or by a constructor or factory."""
    if not isinstance(receiver, ast.Name):
        return False
    found = scope.lookup(receiver.id)
    if found is None:
        return False
    return any(b.how is How.WITH or (b.how is How.VALUE and _makes(b.expression)) for b in found[0])


def _makes(node: ast.expr | None) -> bool:
    """Whether an expression calls something that may make a session; `object_session` and its like give the caller's."""
    call = node.value if isinstance(node, ast.Await) else node
    return isinstance(call, ast.Call) and not last_name(call.func).endswith("object_session")


def _manages_transactions(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    if function.name in ("commit", "__exit__", "__aexit__") or (function.name.endswith("_commit") and "_and_" not in function.name):
        return True
    for decorator in function.decorator_list:
        target = decorator.func if isinstance(decorator, ast.Call) else decorator
        if getattr(target, "attr", getattr(target, "id", "")) in _CONTEXT_DECORATORS:
            return True
    return any(isinstance(node, (ast.Yield, ast.YieldFrom)) for node in own_nodes(function))


def _calls_parameter_of(inner: ast.FunctionDef | ast.AsyncFunctionDef, outer: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    names = {a.arg for a, _ in parameters(outer.args)}
    return any(isinstance(n, ast.Call) and isinstance(n.func, ast.Name) and n.func.id in names for n in own_nodes(inner))
