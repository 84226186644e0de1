import ast

from flake8_backend_rules.rule import Bad, Good, Rule
from flake8_backend_rules.semantics.kinds import Kind
from flake8_backend_rules.semantics.paths import last_name
from flake8_backend_rules.walk import LintedFile
from flake8_backend_rules.wording import quoted

_PACKAGES = frozenset({"sqlalchemy", "sqlmodel", "flask_sqlalchemy", "flask_sqlalchemy_lite"})


class LegacySqlalchemy(Rule):
    """Code is written in the style of SQLAlchemy 1.x.

    ## What it flags
    `session.query(...)`, `declarative_base()`, and `Column(...)` as an attribute of an ORM class without `Mapped[...]`. Each
    call is a finding. Not reported unless selected.

    ## Why it is bad
    Type checkers know nothing of `Column` attributes, `Query` has no async form, and the two styles side by side make
    every reader learn both.

    ## How it decides
    The session is recognised as for KBR301, `Column` and `declarative_base` by where they are imported from.

    ## When to suppress it
    In a codebase that is not going to move; then don't select the rule.

    ## Known limits
    Flask-SQLAlchemy's `Model.query` is not reported.
    """

    code = "KBR309"
    name = "legacy-sqlalchemy"
    message = "'{call}' is SQLAlchemy 1.x style; use {instead}"
    default = False
    words = ("query", "declarative_base", "Column")
    calls = frozenset({"query", "declarative_base"})
    bad = (
        Bad(
            files="""
            from sqlalchemy import Column, Integer
            from sqlalchemy.orm import Session, declarative_base

            Base = declarative_base()  # ! 8

            class Order(Base):
                __tablename__ = "order"
                id = Column(Integer, primary_key=True)  # ! 10

            def count_orders(session: Session) -> int:
                return session.query(Order).count()  # ! 12
            """,
            path="app/models.py",
            messages=(
                "'declarative_base()' is SQLAlchemy 1.x style; use a subclass of DeclarativeBase",
                "'Column()' is SQLAlchemy 1.x style; use Mapped[...] with mapped_column()",
                "'session.query()' is SQLAlchemy 1.x style; use select() with session.execute() or scalars()",
            ),
        ),
    )
    good = (
        Good(
            files="""
            from sqlalchemy import Column, ForeignKey, Table
            from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

            class Base(DeclarativeBase): ...

            links = Table("link", Base.metadata, Column("order_id", ForeignKey("order.id")))

            class Order(Base):
                __tablename__ = "order"
                id: Mapped[int] = mapped_column(primary_key=True)
                note: Mapped[str] = Column()

            class Report:
                title = Column("title")

            def search(index) -> list:
                return index.query("orders")
            """,
            path="app/models.py",
        ),
    )

    def visit_Call(self, node: ast.Call, file: LintedFile) -> None:
        scope, model = file.scope, file.model
        func = node.func
        if last_name(func) == "declarative_base":
            value = model.value(func, scope)
            if value is not None and value.definition is None and value.name in model.evaluator.knowledge.base_makers:
                file.report(self, node, call=quoted(node), instead="a subclass of DeclarativeBase")
        elif isinstance(func, ast.Attribute) and self._queries(node, func.value, file):
            file.report(self, node, call=quoted(node), instead="select() with session.execute() or scalars()")

    def _queries(self, node: ast.Call, receiver: ast.expr, file: LintedFile) -> bool:
        """Whether `x.query(...)` is called on a SQLAlchemy session: by type, or by name with a class or column handed over."""
        if not node.args or isinstance(node.args[0], (ast.Constant, ast.JoinedStr)):
            return False
        persistence = file.model.persistence
        if persistence.is_typed_session(receiver, file.scope):
            return True
        return bool(file.module.top_level_packages() & _PACKAGES) and persistence.is_session(receiver, file.scope)

    def visit_ClassDef(self, node: ast.ClassDef, file: LintedFile) -> None:
        columns = [call for c in node.body if (call := _column(c)) is not None]
        if not columns or not any(c.name == node.name and c.line == node.lineno for c in file.model.orm_classes):
            return
        for call in columns:
            value = file.model.value(call.func, file.scope)
            named = value is None and isinstance(call.func, ast.Attribute) and last_name(call.func.value) == "db"
            known = value is not None and value.kind in (Kind.OBJECT, Kind.MEMBER) and value.definition is None
            if named or (known and value is not None and value.name in file.model.evaluator.knowledge.columns):
                file.report(self, call, call=quoted(call), instead="Mapped[...] with mapped_column()")


def _column(node: ast.stmt) -> ast.Call | None:
    """The `Column(...)` that a statement of a class body binds to a name without `Mapped[...]`."""
    if not isinstance(node, (ast.Assign, ast.AnnAssign)) or not isinstance(node.value, ast.Call):
        return None
    if isinstance(node, ast.AnnAssign) and last_name(getattr(node.annotation, "value", node.annotation)) == "Mapped":
        return None
    return node.value if last_name(node.value.func) == "Column" else None
