"""What code does to the database: sessions, writes, reads, transactions, models."""

from __future__ import annotations

import ast

from flake8_backend_rules.frameworks import knowledge
from flake8_backend_rules.frameworks.schema import NameSet
from flake8_backend_rules.project.summary import ModuleSummary
from flake8_backend_rules.project.surfaces import ClassInfo, FunctionInfo, Variable
from flake8_backend_rules.semantics.kinds import Kind, Value
from flake8_backend_rules.semantics.paths import is_super, last_name
from flake8_backend_rules.semantics.relations import RELATED_QUERIES, RELATED_WRITES
from flake8_backend_rules.semantics.scope import How, Scope, all_nodes, own_nodes
from flake8_backend_rules.semantics.session_names import is_session_name
from flake8_backend_rules.semantics.values import Evaluator

UNIT_OF_WORK_ENDINGS = ("UnitOfWork", "UoW", "TransactionManager")

SESSION_WRITES = frozenset({
    "add", "add_all", "delete", "merge", "bulk_save_objects", "bulk_insert_mappings", "bulk_update_mappings",
})  # fmt: skip
STATEMENT_METHODS = frozenset({
    "execute", "exec", "scalar", "scalars", "stream", "stream_scalars", "executemany", "execute_many", "fetch",
    "fetchrow", "fetchval", "fetch_all", "fetch_one", "fetch_val",
})  # fmt: skip
QUERY_WRITES = frozenset({
    "create", "acreate", "bulk_create", "abulk_create", "bulk_update", "abulk_update", "get_or_create",
    "aget_or_create", "update_or_create", "aupdate_or_create", "create_user", "create_superuser", "update", "aupdate",
    "delete", "adelete", "raw_delete",
})  # fmt: skip
_WRITES_OF_LINKS = RELATED_WRITES | {"update", "aupdate", "delete", "adelete"}
ROW_WRITES = frozenset({"save", "asave", "delete", "adelete"})
QUERY_WRITES |= knowledge().writes.keys()
WRITE_NAMES = SESSION_WRITES | STATEMENT_METHODS | QUERY_WRITES | ROW_WRITES
READ_NAMES = STATEMENT_METHODS | {"get", "get_one", "query"} | knowledge().reads.keys()
QUERY_READS = RELATED_QUERIES | {
    "aaggregate", "acount", "aexists", "afirst", "aget", "aiterator", "alast", "alias", "contains", "dates",
    "datetimes", "defer", "difference", "extra", "filter_by", "get_queryset", "group_by", "having", "in_bulk",
    "intersection", "iterator", "join", "limit", "none", "offset", "one", "one_or_none", "options", "outerjoin",
    "paginate", "populate_existing", "raw", "reverse", "scalar", "select_for_update", "session", "union", "using",
    "where", "with_entities",
}  # fmt: skip
OR_404 = frozenset({"get_or_404", "first_or_404", "one_or_404"})
_OPENING_WORDS = ("session", "conn", "begin", "maker", "transaction", "atomic", "uow", "unit", "db", "database", "local")
_CONTEXT_MANAGERS = frozenset({"contextmanager", "asynccontextmanager"})
_DML = ("insert", "update", "delete")
_MAX_HOPS = 6


class Persistence:
    """Answers of one linted file about sessions, queries and rows."""

    def __init__(self, evaluator: Evaluator) -> None:
        self.evaluator = evaluator
        self.knowledge = evaluator.knowledge
        self._sessions: dict[ast.expr, bool] = {}
        self._own_writes: dict[FunctionInfo, bool] = {}

    # -- sessions --------------------------------------------------------------------------------

    def is_session(self, node: ast.expr, scope: Scope) -> bool:
        """Whether `node` is a session, connection, cursor or unit of work: by its type, else by its name."""
        kept = self._sessions.get(node)
        if kept is None:
            kept = self._sessions[node] = self._is_session(node, scope)
        return kept

    def ends_transaction(self, call: ast.Call, scope: Scope) -> bool:
        """Whether `x.commit()` or `x.rollback()` is called on a session. Asks astroid where only a body tells what x is."""
        func = call.func
        if not isinstance(func, ast.Attribute):
            return False
        if self.is_session(func.value, scope):
            return True
        return self.evaluator.value(func.value, scope) is None and (self.session_type(self.evaluator.deep_value(func.value, scope)) is True)

    def _is_session(self, node: ast.expr, scope: Scope) -> bool:
        is_named = is_session_name(node)
        value = self.evaluator.deep_value(node, scope) if is_named else self.evaluator.value(node, scope)
        told = self.session_type(value)
        if told is not None:
            return told
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            return node.func.attr in ("cursor", "connection") and self.is_session(node.func.value, scope)
        return is_named

    def is_typed_session(self, node: ast.expr, scope: Scope) -> bool:
        """Whether the type says that `node` is a session; a name alone doesn't count."""
        return self.session_type(self.evaluator.value(node, scope)) is True

    def session_type(self, value: Value | None) -> bool | None:
        """Whether a value is a session; None where its type doesn't tell."""
        if value is None or value.kind is Kind.MEMBER:
            return None
        if value.kind is Kind.INSTANCE:
            if value.last_name.endswith(UNIT_OF_WORK_ENDINGS):
                return True
            if isinstance(value.definition, ClassInfo):
                ancestry = self.evaluator.ancestry(value.definition)
                if any(c.name.endswith(UNIT_OF_WORK_ENDINGS) for c in ancestry.classes):
                    return True
            return self.evaluator.descends(value, self.knowledge.sessions)
        if value.kind is Kind.OBJECT and value.definition is None:
            if value.name in self.knowledge.session_objects:
                return True
            owner = value.name.rpartition(".")[0]
            if owner.endswith(".g") and owner in self.knowledge.framework_proxies:  # what an application keeps there tells by its name
                return None
            known = value.name.partition(".")[0] in self.knowledge.packages or value.last_name[:1].isupper()
            return False if known else None
        return False

    def changes_data(self, call: ast.Call, scope: Scope) -> bool:
        """Whether a call writes to the database itself, or commits."""
        if isinstance(call.func, ast.Attribute) and call.func.attr == "commit":
            return self.ends_transaction(call, scope)
        return self.is_write(call, scope)

    # -- writes ----------------------------------------------------------------------------------

    def is_write(self, call: ast.Call, scope: Scope) -> bool:
        """Whether a call writes to the database itself."""
        func = call.func
        if not isinstance(func, ast.Attribute) or func.attr not in WRITE_NAMES:
            return False
        method, receiver = func.attr, func.value
        value = self.evaluator.value(receiver, scope)
        if value is not None and value.kind is Kind.QUERY:
            if method == "delete" and len(call.args) > 1:  # no ORM's: a method of the project's own query class
                return False
            return method in (_WRITES_OF_LINKS if value.name in self.knowledge.links else QUERY_WRITES)
        if self._is_declared(method, value, self.knowledge.writes):
            return True
        if self._is_of_related(call, method, value) and self.evaluator.relations.is_related_manager(receiver, scope):
            return True
        if method in STATEMENT_METHODS:
            return bool(call.args) and self.is_session(receiver, scope) and self.is_data_change(call.args[0], scope)
        if method in SESSION_WRITES and self.is_session(receiver, scope):
            return self._is_plausible(call, receiver, scope)
        if method in ROW_WRITES and value is None and isinstance(receiver, ast.Call):
            return self._is_row_by_super(receiver, scope)
        if method in ROW_WRITES and value is not None and value.kind is Kind.OBJECT and call.args:  # `Model.delete(order)`
            return self._is_row_by_class(value, call.args[0], method, scope)
        return method in ROW_WRITES and value is not None and self._writes_row(value, method)

    def _is_row_by_class(self, cls: Value, argument: ast.expr, method: str, scope: Scope) -> bool:
        """Whether a method of a model is called by its class with a row of it, which goes round what the row's own class does."""
        row = self.evaluator.value(argument, scope)
        if row is None or row.kind is not Kind.INSTANCE or not self.evaluator.rows.is_active_record(row):
            return False
        return self._writes_row(Value(Kind.INSTANCE, cls.name, cls.definition), method)

    def _is_of_related(self, call: ast.Call, method: str, value: Value | None) -> bool:
        """Whether a method writes what hangs on a row: rows by their manager, or the one row (`user.profile.save()`).

        Files hang on rows too; they are saved under a name.
        """
        if method == "save":
            return not call.args and (value is None or value.kind is Kind.MEMBER)
        return method in RELATED_WRITES and value is None

    def _is_row_by_super(self, call: ast.Call, scope: Scope) -> bool:
        """`super(Order, order)`, by which somebody else's code goes round what the class itself does."""
        if not is_super(call) or len(call.args) != 2:
            return False
        value = self.evaluator.value(call.args[1], scope)
        return value is not None and value.kind is Kind.INSTANCE and self.evaluator.rows.is_active_record(value)

    def _is_declared(self, method: str, value: Value | None, methods: dict[str, NameSet]) -> bool:
        """Whether a framework's data names the method of a class or an instance, and no first-party override does the work itself."""
        owners = methods.get(method)
        if owners is None or value is None or value.kind not in (Kind.OBJECT, Kind.INSTANCE):
            return False
        if not self.evaluator.descends(value, owners):
            return False
        override = self.evaluator.method(value.definition, method) if isinstance(value.definition, ClassInfo) else None
        return override is None or not self._has_own_write(override)

    def _is_plausible(self, call: ast.Call, receiver: ast.expr, scope: Scope) -> bool:
        """By its name alone a receiver is no session if it is handed text (`db.delete("key")`)."""
        first = call.args[0] if call.args else None
        text = isinstance(first, ast.JoinedStr) or (isinstance(first, ast.Constant) and first.value is not None)
        return not text or self.is_typed_session(receiver, scope)

    def _writes_row(self, value: Value, method: str) -> bool:
        if value.kind is not Kind.INSTANCE or not self.evaluator.rows.is_active_record(value):
            return False
        if isinstance(value.definition, ClassInfo):
            override = self.evaluator.method(value.definition, method)
            return override is None or not self._has_own_write(override)
        return True

    def _has_own_write(self, override: FunctionInfo) -> bool:
        """Whether an overridden save or delete writes more than what it hands on to `super()`, itself or by a helper of its class."""
        if override not in self._own_writes:
            self._own_writes[override] = False  # recursion ends here
            scope = self.evaluator.scope_of(override)
            calls = [] if scope is None or scope.node is None else [n for n in all_nodes(scope.node) if isinstance(n, ast.Call)]
            self._own_writes[override] = any(self._is_own_write(call, override, scope) for call in calls if scope is not None)
        return self._own_writes[override]

    def _is_own_write(self, call: ast.Call, override: FunctionInfo, scope: Scope) -> bool:
        func = call.func
        if not isinstance(func, ast.Attribute) or is_super(func.value):
            return False
        of_self = isinstance(func.value, ast.Name) and func.value.id == "self"
        is_helper = override.name not in ROW_WRITES
        if is_helper and of_self and func.attr in ROW_WRITES:
            return False  # the same row again
        if func.attr == "commit" or self.is_write(call, scope) or (not of_self and self._saves_row(func, scope)):
            return True
        if is_helper or not of_self or override.owner is None:
            return False
        method = self.evaluator.method(override.owner, func.attr)
        return method is not None and self._has_own_write(method)

    def _saves_row(self, func: ast.Attribute, scope: Scope) -> bool:
        """Whether a method of a row is called that writes it, overridden or not."""
        value = self.evaluator.value(func.value, scope) if func.attr in ROW_WRITES else None
        return value is not None and value.kind is Kind.INSTANCE and self.evaluator.rows.is_active_record(value)

    def is_data_change(self, node: ast.expr, scope: Scope, hops: int = 0) -> bool:
        """Whether a statement is an INSERT, UPDATE or DELETE: a construct, SQL text, or a local name bound to one."""
        if hops > _MAX_HOPS:
            return False
        if isinstance(node, ast.Constant):
            return isinstance(node.value, str) and node.value.lstrip().lower().startswith(_DML)
        if isinstance(node, ast.JoinedStr):
            return bool(node.values) and self.is_data_change(node.values[0], scope, hops + 1)
        if isinstance(node, ast.BinOp):
            return self.is_data_change(node.left, scope, hops + 1)
        if isinstance(node, ast.Await):
            return self.is_data_change(node.value, scope, hops + 1)
        if isinstance(node, ast.Name):
            return self._name_is_data_change(node, scope, hops)
        if isinstance(node, ast.Call):
            return self._call_is_data_change(node, scope, hops)
        return False

    def _name_is_data_change(self, node: ast.Name, scope: Scope, hops: int) -> bool:
        found = scope.lookup(node.id)
        if found is not None:
            locals_, where = found
            for binding in reversed([b for b in locals_ if b.line <= node.lineno]):
                statement = binding.expression
                if binding.how is How.VALUE and statement is not None and not _mentions_itself(statement, node.id):
                    return self.is_data_change(statement, where, hops + 1)
            return False
        definition = self.evaluator.project.resolve(scope.module, node.id)
        if isinstance(definition, Variable) and definition.value is not None:
            return self.is_data_change(definition.value, self.evaluator.module_scope(definition.module), hops + 1)
        return False

    def _call_is_data_change(self, node: ast.Call, scope: Scope, hops: int) -> bool:
        root = node
        while isinstance(root.func, ast.Attribute) and isinstance(root.func.value, ast.Call):
            root = root.func.value
        func = root.func
        name = func.id if isinstance(func, ast.Name) else func.attr if isinstance(func, ast.Attribute) else ""
        if name in ("text", "SQL", "sql"):
            return bool(root.args) and self.is_data_change(root.args[0], scope, hops + 1)
        if isinstance(func, ast.Attribute) and name in ("format", "join"):
            return self.is_data_change(func.value, scope, hops + 1)
        if name.lower() in _DML or name.lower().endswith("_insert"):
            value = self.evaluator.value(func, scope)
            if value is not None and value.name in self.knowledge.write_constructs:
                return True
            if isinstance(func, ast.Attribute) and name in _DML:  # table.insert(), User.__table__.update()
                return last_name(func.value).rstrip("_").endswith(("table", "Table")) or _is_capitalised(func.value)
        if isinstance(func, ast.Attribute) and isinstance(func.value, ast.Name):  # stmt.where(...)
            if self._name_is_data_change(func.value, scope, hops + 1):
                return True
        built = self.evaluator.value(root, scope)  # a function that says it returns an Update
        return built is not None and built.kind is Kind.INSTANCE and built.name in self.knowledge.write_constructs

    # -- reads -----------------------------------------------------------------------------------

    def is_session_read(self, call: ast.Call, scope: Scope) -> bool:
        """Whether a call reads through a session or cursor."""
        func = call.func
        if not isinstance(func, ast.Attribute) or func.attr not in READ_NAMES:
            return False
        if _is_capitalised(func.value) or func.attr not in QUERY_READS:  # `payload.get("id")` is no engine's
            if func.attr in self.knowledge.reads and self._is_declared(
                func.attr, self.evaluator.value(func.value, scope), self.knowledge.reads
            ):
                return True
        if not call.args:
            return False
        if _is_probe(call.args[0]) or not self.is_session(func.value, scope) or self.is_data_change(call.args[0], scope):
            return False
        if func.attr in ("get", "get_one") and not self.is_typed_session(func.value, scope):
            return _is_capitalised(call.args[0]) and not last_name(call.args[0]).isupper()  # a constant is the key of a mapping
        return self._is_statement_plausible(call, func.value, scope)

    def _is_statement_plausible(self, call: ast.Call, receiver: ast.expr, scope: Scope) -> bool:
        first = call.args[0]
        if not (isinstance(first, ast.Constant) and isinstance(first.value, str)):
            return True
        if " " in first.value.strip():
            return True
        return self.is_typed_session(receiver, scope)

    def is_query_root(self, node: ast.Attribute, scope: Scope) -> bool:
        """Whether `Model.objects` or `Model.query` begins an ORM query here."""
        if node.attr not in self.knowledge.query_attributes:
            return False
        value = self.evaluator.value(node, scope)
        return value is not None and value.kind is Kind.QUERY

    # -- transactions ----------------------------------------------------------------------------

    def opened(self, node: ast.expr, scope: Scope, *, entered: bool) -> bool:
        """Whether evaluating `node` opens a session or transaction. `entered`: it stands in a `with`."""
        if isinstance(node, ast.Await):
            node = node.value
        if not isinstance(node, ast.Call):
            return entered and not isinstance(node, ast.Name) and self.is_transaction(node, scope)
        func = node.func
        if not entered and not may_open(func):
            return False
        if isinstance(func, ast.Attribute):
            if func.attr in ("begin", "begin_nested") and self.is_session(func.value, scope):
                return True
            if func.attr in ("begin", "connect"):
                owner = self.evaluator.value(func.value, scope)
                if owner is not None and (self._is(owner, self.knowledge.engines) or self._is(owner, self.knowledge.session_makers)):
                    return True
                if owner is None and last_name(func.value).lstrip("_") in ("engine", "async_engine"):
                    return True
        callee = self.evaluator.value(func, scope)
        if callee is None:
            return False
        if callee.kind in (Kind.OBJECT, Kind.MEMBER) and callee.definition is None and callee.name in self.knowledge.transactions:
            return True
        if callee.kind is Kind.INSTANCE and self._is(callee, self.knowledge.session_makers):
            return True
        if callee.kind is Kind.OBJECT and not isinstance(callee.definition, (FunctionInfo, ModuleSummary)):
            value = Value(Kind.INSTANCE, callee.name, callee.definition)
            is_orm_session = self.evaluator.descends(value, self.knowledge.sessions) is True
            return is_orm_session or (entered and self.session_type(value) is True)
        if isinstance(callee.definition, FunctionInfo) and entered:
            return self.session_type(self.evaluator.entered(node, scope)) is True or self._hands_out_session(callee.definition)
        return False

    def is_transaction(self, node: ast.expr, scope: Scope) -> bool:
        """Whether a name or attribute is itself what opens a transaction, as a decorator without parentheses: `transaction.atomic`."""
        value = None if isinstance(node, ast.Call) else self.evaluator.value(node, scope)
        return value is not None and value.name in self.knowledge.transactions

    def _hands_out_session(self, function: FunctionInfo) -> bool:
        """Whether a context manager yields what only its name tells to be a session (a `connection` may be a queue's), or yields
        inside of a transaction that it opens: `with transaction.atomic(): yield`.
        """
        inside = self.evaluator.scope_of(function) if any(last_name(d) in _CONTEXT_MANAGERS for d in function.decorators) else None
        if inside is None or inside.node is None:
            return False
        nodes = list(own_nodes(inside.node))
        yielded = [n.value for n in nodes if isinstance(n, ast.Yield) and n.value is not None]
        if yielded and all(self._is_only_named_session(value, inside) for value in yielded):
            return True
        around = (n for n in nodes if isinstance(n, (ast.With, ast.AsyncWith)) and any(isinstance(m, ast.Yield) for m in own_nodes(n)))
        entered = (self.evaluator.value(item.context_expr, inside) for block in around for item in block.items)
        return any(value is not None and value.name.removesuffix("()") in self.knowledge.transactions for value in entered)

    def _is_only_named_session(self, node: ast.expr, scope: Scope) -> bool:
        is_named = "session" in last_name(node).lower() and is_session_name(node)
        return is_named and self.session_type(self.evaluator.value(node, scope)) is None

    def _is(self, value: Value, names: NameSet) -> bool:
        return value.kind is Kind.INSTANCE and self.evaluator.descends(value, names) is True


def _is_probe(statement: ast.expr) -> bool:
    """`select(1)` or `text("SELECT 1")`: a look whether the database answers, and no query."""
    while isinstance(statement, ast.Call) and len(statement.args) == 1:
        name, statement = last_name(statement.func), statement.args[0]
        if name == "select":
            return isinstance(statement, ast.Constant)
    if not isinstance(statement, ast.Constant) or not isinstance(statement.value, str):
        return False
    words = statement.value.strip("; \n").lower().split()
    return len(words) == 2 and words[0] == "select" and words[1].isdigit()


def may_open(func: ast.expr) -> bool:
    """Whether the name of what is called can be that of a session's constructor, maker or transaction."""
    if isinstance(func, ast.Call):
        return True  # sessionmaker(...)()
    name = last_name(func).lower()
    return any(word in name for word in _OPENING_WORDS)


def _is_capitalised(node: ast.expr) -> bool:
    return last_name(node)[:1].isupper()


def _mentions_itself(node: ast.expr, name: str) -> bool:
    return any(isinstance(n, ast.Name) and n.id == name for n in ast.walk(node))
